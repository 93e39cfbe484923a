#include "app/journal_path.h"

#include "base/alloc.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "config/paths.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The project as a file name. */
static void add_name(struct strbuf *out, const char *project)
{
	if (!*project || *project == '.')
		strbuf_addstr(out, "hypercare");
	for (const char *p = project; *p; p++)
		strbuf_addch(out, isalnum((unsigned char)*p) || strchr("._-", *p) ? *p : '_');
}

static char *own_path(const char *folder, const char *project)
{
	struct strbuf path = STRBUF_INIT;

	if (!folder)
		return xstrdup("");
	strbuf_addf(&path, "%s/", folder);
	add_name(&path, project);
	strbuf_addstr(&path, ".journal.db");
	return strbuf_detach(&path);
}

static char *fallback_path(const char *folder, const char *journal)
{
	struct strbuf path = STRBUF_INIT;
	char hash[SHA256_HEX];

	if (!folder || !*journal)
		return NULL;
	sha256_hex(journal, strlen(journal), hash);
	strbuf_addf(&path, "%s/journal-%.12s.fallback", folder, hash);
	return strbuf_detach(&path);
}

void journal_paths(const struct options *options, const struct config *config,
		   struct store_options *ret_options)
{
	char *folder = paths_state();
	char *path;

	if (options->journal)
		path = xstrdup(options->journal);
	else if (*config->journal)
		path = xstrdup(config->journal);
	else
		path = own_path(folder, config->project);
	*ret_options =
		(struct store_options){.path = path, .fallback = fallback_path(folder, path)};
	free(folder);
}

void journal_paths_release(struct store_options *options)
{
	free((char *)options->path);
	free((char *)options->fallback);
}
