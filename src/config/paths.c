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

/* The folder that the running program is in, or NULL where the system does not tell. */
static char *program_folder(void)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self));

	while (len > 0 && self[len - 1] != '/')
		len--;
	return len > 1 ? xstrndup(self, (size_t)len - 1) : NULL;
}

/* What belongs to the program: where a variable says; beside the program, as in a build folder; in
 * the prefix that the program was moved to; or where it was installed. */
static const struct place {
	const char *variable;
	const char *has; /* tells the folder from others */
	const char *from_program;
	const char *installed;
} places[] = {
	[PATHS_DATA] = {"HYPERCARE_DATA_DIR", "profiles", "../share/hypercare", DATA_DIR},
	[PATHS_PROGRAMS] = {"HYPERCARE_LIBEXEC_DIR", "demo-gateways", "../libexec/hypercare",
			    LIBEXEC_DIR},
};

static bool has(const char *folder, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	bool found;

	strbuf_addf(&path, "%s/%s", folder, name);
	found = !access(path.buf, R_OK);
	strbuf_release(&path);
	return found;
}

/* As place says, from the program's folder; NULL when nothing of the kind is there. */
static char *near_program(const struct place *place, const char *program)
{
	struct strbuf moved = STRBUF_INIT;
	char *found;

	if (has(program, place->has))
		return xstrdup(program);
	strbuf_addf(&moved, "%s/%s", program, place->from_program);
	found = has(moved.buf, place->has) ? realpath(moved.buf, NULL) : NULL;
	strbuf_release(&moved);
	return found;
}

char *paths_installed(enum paths_place which)
{
	const struct place *place = &places[which];
	const char *given = getenv(place->variable);
	char *program, *found;

	if (given && *given)
		return xstrdup(given);
	program = program_folder();
	found = program ? near_program(place, program) : NULL;
	free(program);
	return found ? found : xstrdup(place->installed);
}

char *paths_folder(int i, const char *kind)
{
	struct strbuf path = STRBUF_INIT;
	char *data;

	if (!i)
		return own_folder(kind);
	data = paths_installed(PATHS_DATA);
	strbuf_addf(&path, "%s/%s", data, kind);
	free(data);
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
