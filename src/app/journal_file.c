#include "app/journal_file.h"

#include "app/app.h"
#include "base/alloc.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "config/paths.h"

#include <ctype.h>
#include <poll.h>
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

struct store *journal_open(const struct options *options, bool read_only, int *ret_code)
{
	struct config *config = app_config_file(options);
	struct store_options paths;
	struct store *store;
	struct err err;

	*ret_code = EXIT_USAGE;
	if (!config)
		return NULL;
	journal_paths(options, config, &paths);
	paths.read_only = read_only;
	store = store_new(&paths, &err);
	if (!store)
		*ret_code = app_fail(EXIT_FAILED, "%s", err.msg);
	journal_paths_release(&paths);
	config_unref(config);
	return store;
}

void journal_wait(struct store *store, const bool *done)
{
	struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};

	while (!*done) {
		poll(&fd, 1, -1);
		store_turn(store);
	}
}
