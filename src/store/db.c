#include "store/db.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_SYS_VFS_H
#include <sys/vfs.h>
#endif

#define BUSY_MS    5000
#define MODE_TRIES 50 /* to change the journal mode while others open it too */
#define LENGTH_MAX (16 << 20)

/* What brings the schema from version i to i + 1. Never change one that was released. */
static const char *const migrations[] = {
	"CREATE TABLE entry ("
	" seq INTEGER PRIMARY KEY CHECK (seq > 0), wall_ms INTEGER NOT NULL,"
	" kind TEXT NOT NULL, uid INTEGER NOT NULL, login TEXT NOT NULL,"
	" sudo_user TEXT NOT NULL, ssh_client TEXT NOT NULL, claimed TEXT NOT NULL,"
	" host TEXT NOT NULL, console TEXT NOT NULL, plan TEXT NOT NULL, target TEXT NOT NULL,"
	" action TEXT NOT NULL, about TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,"
	" hash TEXT NOT NULL, detail TEXT NOT NULL, chain TEXT NOT NULL);"
	"CREATE TABLE claim (name TEXT PRIMARY KEY, console TEXT NOT NULL, login TEXT NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE imported (id TEXT PRIMARY KEY) WITHOUT ROWID;"
	"CREATE TRIGGER entry_kept BEFORE UPDATE ON entry"
	" BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;"
	"CREATE TRIGGER entry_stays BEFORE DELETE ON entry"
	" BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;"
	"CREATE TRIGGER claim_kept BEFORE UPDATE ON claim"
	" BEGIN SELECT RAISE(ABORT, 'a claim stays'); END;"
	"CREATE TRIGGER claim_stays BEFORE DELETE ON claim"
	" BEGIN SELECT RAISE(ABORT, 'a claim stays'); END;",
};
#define NEWEST ((int64_t)(sizeof(migrations) / sizeof(migrations[0])))

int db_fail(const struct db *db, const char *what, struct err *err)
{
	int code = sqlite3_errcode(db->handle);

	return err_set(err, code == SQLITE_BUSY ? ERR_TIMEOUT : ERR_IO, "%s %s: %s", what, db->path,
		       sqlite3_errmsg(db->handle));
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret_stmt, struct err *err)
{
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL))
		return db_fail(db, "cannot use", err);
	return 0;
}

static int run(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL))
		return db_fail(db, "cannot write", err);
	return 0;
}

/* The one number that a statement gives. */
static int number(struct db *db, const char *sql, int64_t *ret_value, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = -1;

	if (db_prepare(db, sql, &stmt, err))
		return -1;
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		*ret_value = sqlite3_column_int64(stmt, 0);
		code = 0;
	} else {
		db_fail(db, "cannot read", err);
	}
	sqlite3_finalize(stmt);
	return code;
}

int db_make_folder(const char *path, struct err *err)
{
	char *folder = xstrdup(path);
	int code = 0;

	for (char *p = strchr(folder + 1, '/'); p && !code; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(folder, 0700) && errno != EEXIST && errno != EISDIR)
			code = err_set(err, ERR_IO, "cannot make %s: %s", folder, strerror(errno));
		*p = '/';
	}
	free(folder);
	return code;
}

/* The path with its folder resolved: SQLite refuses a link anywhere in it. */
static char *resolve(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("./");
	char *real = realpath(folder, NULL);
	struct strbuf whole = STRBUF_INIT;

	if (real)
		strbuf_addf(&whole, "%s/%s", strcmp(real, "/") ? real : "",
			    slash ? slash + 1 : path);
	else
		err_set(err, ERR_NOT_FOUND, "no journal can be at %s: %s", path, strerror(errno));
	free(folder);
	free(real);
	return whole.len ? strbuf_detach(&whole) : NULL;
}

/* Write-ahead logging needs memory that all its users share, which file systems of a network do
 * not give (https://www.sqlite.org/wal.html). The numbers are those of statfs(2). */
static bool is_remote(const char *path)
{
#ifdef HAVE_SYS_VFS_H
	static const uint32_t kinds[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42,
					 0x01021997, 0x5346414f, 0x00c36400, 0x0bd00bd0,
					 0x65735546, 0x01161970, 0x7461636f, 0x47504653};
	struct statfs fs;

	if (statfs(path, &fs))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((uint32_t)fs.f_type == kinds[i])
			return true;
#else
	(void)path;
#endif
	return false;
}

static int check_identity(struct db *db, struct err *err)
{
	int64_t application, version, tables;

	if (number(db, "PRAGMA application_id", &application, err) ||
	    number(db, "PRAGMA user_version", &version, err) ||
	    number(db, "SELECT count(*) FROM sqlite_master", &tables, err))
		return -1;
	if ((tables || db->read_only) && application != JOURNAL_APPLICATION)
		return err_set(err, ERR_INVALID, "%s is not a journal", db->path);
	if (version > NEWEST)
		return err_set(
			err, ERR_UNSUPPORTED,
			"%s was written by a newer hypercare: its schema is %d, this one knows %d",
			db->path, (int)version, (int)NEWEST);
	return 0;
}

static int set_mode(struct db *db, bool sync_off, struct err *err)
{
	const char *sql =
		is_remote(db->path) ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL";
	int code = SQLITE_BUSY;

	for (int i = 0; i < MODE_TRIES && (code & 0xff) == SQLITE_BUSY; i++) {
		if (i)
			sqlite3_sleep(20);
		code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	}
	if (code)
		return db_fail(db, "cannot write", err);
	return run(db, sync_off ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL", err);
}

static int migrate(struct db *db, struct err *err)
{
	char sql[96];
	int64_t version;

	if (number(db, "PRAGMA user_version", &version, err))
		return -1;
	if (version == NEWEST)
		return 0;
	if (db_begin(db, err))
		return -1;
	if (check_identity(db, err) || number(db, "PRAGMA user_version", &version, err))
		goto fail;
	for (int64_t i = version; i < NEWEST; i++)
		if (run(db, migrations[i], err))
			goto fail;
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 JOURNAL_APPLICATION, (int)NEWEST);
	if (run(db, sql, err) || db_commit(db, err))
		goto fail;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

/* https://www.sqlite.org/security.html: a file that somebody has prepared can do nothing. */
static int harden(struct db *db, struct err *err)
{
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	return run(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", err);
}

static void make_file(const char *path)
{
	/* SQLite would make it readable for all; its other files follow this one's mode. Only a
	 * file that is new may be opened and closed here: closing an old one would drop the locks
	 * that this process holds on it. */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

/* "file:PATH?immutable=1" (https://www.sqlite.org/uri.html): of a folder that cannot be written, in
 * which no writer has left anything, so that none is at work. */
static int open_still(struct db *db, struct err *err)
{
	struct strbuf uri = STRBUF_INIT, wal = STRBUF_INIT;
	int code = -1;

	strbuf_addf(&wal, "%s-wal", db->path);
	if (!access(wal.buf, F_OK)) {
		db_fail(db, "cannot read", err);
		goto out;
	}
	strbuf_addstr(&uri, "file:");
	for (const char *p = db->path; *p; p++)
		strbuf_addf(&uri, strchr("?#%", *p) ? "%%%02x" : "%c", *p);
	strbuf_addstr(&uri, "?immutable=1");
	sqlite3_close(db->handle);
	db->handle = NULL;
	code = sqlite3_open_v2(uri.buf, &db->handle,
			       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
				       SQLITE_OPEN_URI,
			       NULL)
		       ? db_fail(db, "cannot open", err)
		       : harden(db, err);
out:
	strbuf_release(&uri);
	strbuf_release(&wal);
	return code;
}

/* Whether a first read works, which needs shared memory beside the file. */
static bool can_read(struct db *db)
{
	int64_t version;

	return !number(db, "PRAGMA user_version", &version, NULL);
}

static int open_file(struct db *db, struct err *err)
{
	int flags = db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	struct stat st;

	if (!db->read_only)
		make_file(db->path);
	else if (access(db->path, F_OK))
		return err_set(err, ERR_NOT_FOUND, "there is no journal %s", db->path);
	if (sqlite3_open_v2(db->path, &db->handle,
			    flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL))
		return db_fail(db, "cannot open", err);
	if (stat(db->path, &st))
		return err_set(err, ERR_IO, "cannot open %s: %s", db->path, strerror(errno));
	db->device = st.st_dev;
	db->inode = st.st_ino;
	return 0;
}

static int prepare_all(struct db *db, struct err *err)
{
	struct strbuf names = STRBUF_INIT, places = STRBUF_INIT, sql = STRBUF_INIT;
	int code;

	for (size_t i = 0; i < ENTRY_FIELDS; i++) {
		strbuf_addf(&names, ",%s", entry_fields[i].name);
		strbuf_addstr(&places, ",?");
	}
	strbuf_addf(&sql, "INSERT INTO entry(seq,wall_ms,kind,uid,chain%s) VALUES(?,?,?,?,?%s)",
		    names.buf, places.buf);
	code = db_prepare(db, "SELECT seq, chain FROM entry ORDER BY seq DESC LIMIT 1", &db->head,
			  err) ||
	       db_prepare(db, "PRAGMA data_version", &db->data_version, err) ||
	       (!db->read_only &&
		(db_prepare(db, sql.buf, &db->insert, err) ||
		 db_prepare(db, "INSERT INTO imported(id) VALUES(?) ON CONFLICT DO NOTHING",
			    &db->mark, err) ||
		 db_prepare(db, "INSERT INTO claim VALUES(?,?,?) ON CONFLICT DO NOTHING",
			    &db->claim, err)));
	strbuf_release(&names);
	strbuf_release(&places);
	strbuf_release(&sql);
	return code ? -1 : 0;
}

int db_open(struct db *db, const struct store_options *options, struct err *err)
{
	*db = (struct db){.read_only = options->read_only};
	if (!*options->path)
		return err_set(err, ERR_NOT_FOUND,
			       "no folder for the journal: set HOME or XDG_STATE_HOME, or give "
			       "--journal");
	if ((!db->read_only && db_make_folder(options->path, err)) ||
	    !(db->path = resolve(options->path, err)))
		return -1;
	if (open_file(db, err) || harden(db, err) ||
	    (db->read_only && !can_read(db) && open_still(db, err)) || check_identity(db, err) ||
	    (!db->read_only && (set_mode(db, options->sync_off, err) || migrate(db, err))) ||
	    prepare_all(db, err)) {
		db_close(db);
		return -1;
	}
	return 0;
}

void db_close(struct db *db)
{
	sqlite3_stmt *const all[] = {db->insert, db->head, db->data_version, db->mark, db->claim};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sqlite3_finalize(all[i]);
	sqlite3_close(db->handle);
	free(db->path);
	*db = (struct db){0};
}

bool db_has_moved(const struct db *db)
{
	struct stat st;

	return stat(db->path, &st) || st.st_dev != db->device || st.st_ino != db->inode;
}

int db_begin(struct db *db, struct err *err)
{
	return run(db, "BEGIN IMMEDIATE", err);
}

int db_commit(struct db *db, struct err *err)
{
	return run(db, "COMMIT", err);
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* Steps a statement that gives no row. */
static int finish(struct db *db, sqlite3_stmt *stmt, struct err *err)
{
	int code = sqlite3_step(stmt) == SQLITE_DONE ? 0 : db_fail(db, "cannot write", err);

	sqlite3_reset(stmt);
	return code;
}

static void bind_text(sqlite3_stmt *stmt, int place, const char *text)
{
	sqlite3_bind_text(stmt, place, text ? text : "", -1, SQLITE_STATIC);
}

static int read_head(struct db *db, int64_t *ret_seq, char ret_chain[65], struct err *err)
{
	int code = sqlite3_step(db->head);

	*ret_seq = 0;
	strcpy(ret_chain, GENESIS);
	if (code == SQLITE_ROW) {
		const char *chain = (const char *)sqlite3_column_text(db->head, 1);

		*ret_seq = sqlite3_column_int64(db->head, 0);
		snprintf(ret_chain, 65, "%s", chain ? chain : "");
	}
	sqlite3_reset(db->head);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : db_fail(db, "cannot read", err);
}

int db_last(struct db *db, int64_t *ret_seq, struct err *err)
{
	char chain[65];

	return read_head(db, ret_seq, chain, err);
}

int db_insert(struct db *db, struct entry *entry, struct err *err)
{
	sqlite3_stmt *stmt = db->insert;
	char before[65];

	if (read_head(db, &entry->seq, before, err))
		return -1;
	if (entry->seq++ == INT64_MAX)
		return err_set(err, ERR_LIMIT, "%s is full", db->path);
	entry_chain(entry, before, entry->chain);
	sqlite3_bind_int64(stmt, 1, entry->seq);
	sqlite3_bind_int64(stmt, 2, entry->wall_ms);
	bind_text(stmt, 3, entry_kind_word(entry->kind));
	sqlite3_bind_int64(stmt, 4, entry->operator.uid);
	bind_text(stmt, 5, entry->chain);
	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		bind_text(stmt, 6 + (int)i, entry_text(entry, i));
	return finish(db, stmt, err);
}

int db_mark_imported(struct db *db, const char *id, bool *ret_new, struct err *err)
{
	bind_text(db->mark, 1, id);
	if (finish(db, db->mark, err))
		return -1;
	*ret_new = sqlite3_changes(db->handle) == 1;
	return 0;
}

int db_claim(struct db *db, const char *name, const struct operator* by, bool *ret_first,
	     struct err *err)
{
	if (db_begin(db, err))
		return -1;
	bind_text(db->claim, 1, name);
	bind_text(db->claim, 2, by->console);
	bind_text(db->claim, 3, by->login);
	if (finish(db, db->claim, err))
		goto fail;
	*ret_first = sqlite3_changes(db->handle) == 1;
	if (db_commit(db, err))
		goto fail;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

bool db_has_changed(struct db *db)
{
	int64_t version = db->version;

	if (sqlite3_step(db->data_version) == SQLITE_ROW)
		version = sqlite3_column_int64(db->data_version, 0);
	sqlite3_reset(db->data_version);
	if (version == db->version)
		return false;
	db->version = version;
	return true;
}
