/* Where the user's and the installed files are. */
#ifndef HC_CONFIG_PATHS_H
#define HC_CONFIG_PATHS_H

enum paths_place {
	PATHS_DATA,    /* shipped profiles and themes */
	PATHS_PROGRAMS /* programs that only this one runs */
};

/* The folder of what came with the program: that of $HYPERCARE_DATA_DIR or $HYPERCARE_LIBEXEC_DIR,
 * the program's own when it has them (a build folder), that of the prefix that the program is in,
 * else the one that was configured. The caller frees. */
char *paths_installed(enum paths_place which);

#define PATHS_FOLDERS 2

/* The i-th folder that may hold files of a kind ("profiles", "themes"), most important first: the
 * user's own, then that of PATHS_DATA. The caller frees; NULL when there is no such folder to
 * have. */
char *paths_folder(int i, const char *kind);

/* The folder for what outlives the program: $XDG_STATE_HOME/hypercare, else
 * ~/.local/state/hypercare. The caller frees; NULL when there is no such folder to have. */
char *paths_state(void);

/* The path of NAME.yaml in the first folder that has it, or NULL; the caller frees. A name has
 * only small letters, digits and '-'. */
char *paths_find(const char *kind, const char *name);

/* All names in those folders, sorted, without ".yaml"; NULL-terminated, for paths_names_free(). */
char **paths_names(const char *kind);
void paths_names_free(char **names);

#endif
