/* Where entries go while the journal cannot be written: a file that is only added to, one line of
 * JSON each, until they can be imported into the chain. */
#ifndef HC_STORE_FALLBACK_H
#define HC_STORE_FALLBACK_H

#include "store/db.h"

/* Adds the entries and waits until they are on disk; all of them or none. *count goes on with
 * each: with the console's name it makes a line unique. They go to syslog too. */
int fallback_add(const char *path, struct entry *const *entries, size_t n, uint64_t *count,
		 struct err *err);

/* Imports what stands in the file, in its order, in one transaction, each line once however often
 * it is found, and empties the file. A line that cannot be read becomes a note that says so. */
int fallback_import(const char *path, struct db *db, struct err *err);

#endif
