/* The file of a project's journal, and commands that only look into it or add to it. */
#ifndef HC_APP_JOURNAL_FILE_H
#define HC_APP_JOURNAL_FILE_H

#include "app/options.h"
#include "config/config.h"
#include "store/store.h"

/* Fills path and fallback, which journal_paths_release() frees: --journal, `journal' of the
 * configuration, else PROJECT.journal.db in the user's state folder. The fallback is in the state
 * folder, one for each journal; NULL where there is no such folder. The path is "" when there is
 * none to be had: the store says so. */
void journal_paths(const struct options *options, const struct config *config,
		   struct store_options *ret_options);
void journal_paths_release(struct store_options *options);

/* Opens the journal of the options and of the configuration that they name or that is found; NULL
 * after saying why. ret_code is the exit code then. */
struct store *journal_open(const struct options *options, bool read_only, int *ret_code);
/* Turns the store until *done. */
void journal_wait(struct store *store, const bool *done);

#endif
