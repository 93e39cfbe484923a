/* The journal as a SQLite file, used by one thread: the only part that knows SQL. */
#ifndef HC_STORE_DB_H
#define HC_STORE_DB_H

#include "store/entry.h"

#include <sqlite3.h>
#include <sys/stat.h>

#define JOURNAL_APPLICATION 0x48594352 /* "HYCR", PRAGMA application_id */

struct db {
	sqlite3 *handle; /* NULL: closed */
	char *path;      /* its folder resolved, so that no link is followed */
	bool read_only;
	int64_t version; /* PRAGMA data_version as last seen */
	dev_t device;
	ino_t inode;
	sqlite3_stmt *insert, *head, *data_version, *mark, *claim;
};

/* Makes the folder of path with those above it, for its owner alone. */
int db_make_folder(const char *path, struct err *err);

/* Opens the journal; when it may be written it is made, with its folder, and brought to the newest
 * schema. A file of another application and one of a newer schema are refused. */
int db_open(struct db *db, const struct store_options *options, struct err *err);
void db_close(struct db *db);

/* Whether another file stands at the path now. */
bool db_has_moved(const struct db *db);

/* A transaction that nobody else writes in. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);

/* Appends within a transaction; sets seq and chain. */
int db_insert(struct db *db, struct entry *entry, struct err *err);
/* Says within a transaction whether an entry of the fallback file is new here, and marks it. */
int db_mark_imported(struct db *db, const char *id, bool *ret_new, struct err *err);
/* Takes the name in a transaction of its own. */
int db_claim(struct db *db, const char *name, const struct operator* by, bool *ret_first,
	     struct err *err);

/* The last seq, 0 without any. */
int db_last(struct db *db, int64_t *ret_seq, struct err *err);
/* Whether anybody else has written since the last call. */
bool db_has_changed(struct db *db);
/* Adds the entries that the filter lets through. */
int db_list(struct db *db, const struct entry_filter *filter, struct entry_list *ret_list,
	    struct err *err);
/* As store_verify(). */
int db_verify(struct db *db, const char *anchor, int64_t *ret_last, struct err *err);

/* Prepares one statement; says in err what SQLite says. */
int db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret_stmt, struct err *err);
int db_fail(const struct db *db, const char *what, struct err *err);

#endif
