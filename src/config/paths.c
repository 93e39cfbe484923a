#include "config/paths.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "config/config.h"
#include "config/load.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES 256

/* Our folder in that of a variable, or else in one of the home folder. A variable that is empty or
 * relative is not there (XDG base directory specification). NULL when there is neither. */
static char *base_folder(const char *variable, const char *in_home)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	struct strbuf path = STRBUF_INIT;

	if (base && *base == '/')
		strbuf_addf(&path, "%s/hypercare", base);
	else if (home && *home == '/')
		strbuf_addf(&path, "%s/%s/hypercare", home, in_home);
	else
		return NULL;
	return strbuf_detach(&path);
}

char *paths_state(void)
{
	return base_folder("XDG_STATE_HOME", ".local/state");
}

static char *own_folder(const char *kind)
{
	char *base = base_folder("XDG_CONFIG_HOME", ".config");
	struct strbuf path = STRBUF_INIT;

	if (!base)
		return NULL;
	strbuf_addstr(&path, base);
	free(base);
	if (*kind)
		strbuf_addf(&path, "/%s", kind);
	return strbuf_detach(&path);
}

char *paths_folder(int i, const char *kind)
{
	const char *data = getenv("HYPERCARE_DATA_DIR");
	struct strbuf path = STRBUF_INIT;

	if (!i)
		return own_folder(kind);
	strbuf_addf(&path, "%s/%s", data && *data ? data : DATA_DIR, kind);
	return strbuf_detach(&path);
}

static bool is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* FOLDER/NAME.yaml when it can be read, or NULL; frees folder. */
static char *in_folder(char *folder, const char *name)
{
	struct strbuf path = STRBUF_INIT;

	if (!folder)
		return NULL;
	strbuf_addf(&path, "%s/%s.yaml", folder, name);
	free(folder);
	if (!access(path.buf, R_OK))
		return strbuf_detach(&path);
	strbuf_release(&path);
	return NULL;
}

char *paths_find(const char *kind, const char *name)
{
	char *path = NULL;

	for (int i = 0; is_name(name) && !path && i < PATHS_FOLDERS; i++)
		path = in_folder(paths_folder(i, kind), name);
	return path;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_among(char **names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static size_t add_names(char **names, size_t n, const char *folder)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;

	while (dir && n < NAMES && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char *name;

		if (len <= 5 || strcmp(entry->d_name + len - 5, ".yaml"))
			continue;
		name = xstrndup(entry->d_name, len - 5);
		if (is_name(name) && !is_among(names, n, name))
			names[n++] = name;
		else
			free(name);
	}
	if (dir)
		closedir(dir);
	return n;
}

char **paths_names(const char *kind)
{
	char **names = xcalloc(NAMES + 1, sizeof(*names));
	size_t n = 0;

	for (int i = 0; i < PATHS_FOLDERS; i++) {
		char *folder = paths_folder(i, kind);

		n = add_names(names, n, folder);
		free(folder);
	}
	qsort(names, n, sizeof(*names), compare);
	return names;
}

void paths_names_free(char **names)
{
	words_free(names);
}

char *config_find(const char *given)
{
	char *path;

	if (given)
		return access(given, F_OK) ? NULL : xstrdup(given);
	path = in_folder(own_folder(""), "hypercare");
	return path ? path : in_folder(xstrdup(SYSCONF_DIR "/hypercare"), "hypercare");
}
