/* Where the journal of a project is. */
#ifndef HC_APP_JOURNAL_PATH_H
#define HC_APP_JOURNAL_PATH_H

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

#endif
