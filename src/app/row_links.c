#include "app/row_links.h"

#include "base/alloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "HYPERCARE_"

extern char **environ;

static void add_encoded(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (isalnum(byte) || strchr("-._~", byte))
			strbuf_addch(out, (char)byte);
		else
			strbuf_addf(out, "%%%02X", byte);
	}
}

int row_link(const char *link, const struct names *names, const struct dims *row,
	     struct strbuf *out, struct err *err)
{
	char name[32];

	while (*link) {
		size_t plain = strcspn(link, "{"), len;
		enum dim dim;

		strbuf_add(out, link, plain);
		link += plain;
		if (!*link)
			break;
		len = strcspn(link, "}");
		snprintf(name, sizeof(name), "%.*s", (int)(len - 1), link + 1);
		dim = dim_by_name(name);
		if (!link[len] || dim == DIM_COUNT)
			return err_set(err, ERR_INVALID, "{%s} is no name of a row's value", name);
		if (!row->value[dim])
			return err_set(err, ERR_NOT_FOUND, "this row has no %s", name);
		add_encoded(out, names_text(names, row->value[dim]));
		link += len + 1;
	}
	return 0;
}

static bool is_variable(const char *entry, const struct secret_ref *ref)
{
	size_t len = ref->scheme != SECRET_NONE && ref->from == SECRET_ENV && ref->name
			     ? strlen(ref->name)
			     : 0;

	return len && !strncmp(entry, ref->name, len) && entry[len] == '=';
}

static bool is_withheld(const struct config *config, const char *entry)
{
	if (!strncmp(entry, PREFIX, strlen(PREFIX)))
		return true;
	for (size_t i = 0; i < config->ntargets; i++)
		if (is_variable(entry, &config->targets[i].auth) ||
		    is_variable(entry, &config->targets[i].action_auth))
			return true;
	return false;
}

static char *variable(enum dim dim, const char *value)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, PREFIX);
	for (const char *at = dim_name(dim); *at; at++)
		strbuf_addch(&text, (char)toupper((unsigned char)*at));
	strbuf_addf(&text, "=%s", value);
	return strbuf_detach(&text);
}

char **row_environment(const struct config *config, const struct names *names,
		       const struct dims *row)
{
	size_t n = 0;
	char **all;

	while (environ[n])
		n++;
	all = xcalloc(n + DIM_COUNT + 1, sizeof(*all));
	n = 0;
	for (char **entry = environ; *entry; entry++)
		if (!is_withheld(config, *entry))
			all[n++] = xstrdup(*entry);
	for (int dim = 0; dim < DIM_COUNT; dim++)
		if (row->value[dim])
			all[n++] = variable((enum dim)dim, names_text(names, row->value[dim]));
	return all;
}

void row_environment_free(char **environment)
{
	for (char **entry = environment; entry && *entry; entry++)
		free(*entry);
	free(environment);
}
