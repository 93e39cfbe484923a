/* Where the user's and the installed files are. */
#ifndef HC_CONFIG_PATHS_H
#define HC_CONFIG_PATHS_H

#define PATHS_FOLDERS 2

/* The i-th folder that may hold files of a kind ("profiles", "themes"), most important first: the
 * user's own, then $HYPERCARE_DATA_DIR or the installed one. The caller frees; NULL when there is
 * no such folder to have. */
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
