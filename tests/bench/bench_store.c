/* Appends to the journal, hash chain included, beside bare SQLite with the same columns and the
 * same synchronous mode, in the same run: one after the other, each waited for, and many at once.
 * Prints medians; judges nothing. */
#include "store/entry.h"

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS  7
#define APPENDS 300

#define COLUMNS                                                                                   \
	"seq,wall_ms,kind,uid,chain,login,sudo_user,ssh_client,claimed,host,console,plan,target," \
	"action,about,reason,state,hash,detail"

static const char schema[] =
	"CREATE TABLE entry (seq INTEGER PRIMARY KEY, wall_ms INTEGER NOT NULL, kind TEXT NOT NULL,"
	" uid INTEGER NOT NULL, chain TEXT NOT NULL, login TEXT NOT NULL, sudo_user TEXT NOT NULL,"
	" ssh_client TEXT NOT NULL, claimed TEXT NOT NULL, host TEXT NOT NULL,"
	" console TEXT NOT NULL, plan TEXT NOT NULL, target TEXT NOT NULL, action TEXT NOT NULL,"
	" about TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, hash TEXT NOT NULL,"
	" detail TEXT NOT NULL)";

/* An entry as an action writes it. */
static const struct entry sample = {
	.wall_ms = 1795443127000,
	.kind = ENTRY_INTENT,
	.operator= {"anna", 1000, "", "192.0.2.7", "", "bastion", "bastion:4711:1795443127000"},
	.plan = "20261123-143207-4f2a",
	.target = "edge-eu",
	.action = "block-ip",
	.about = "client:203.0.113.9",
	.reason = "INC-7",
	.state = "",
	.hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	.detail = "{\"after\":[\"203.0.113.9\"],\"before\":[],\"for_ms\":1800000,\"params\":"
		  "{\"ip\":\"203.0.113.9\"},\"requests\":[{\"body\":\"{\\\"name\\\":\\\"ip-"
		  "restriction"
		  "\\\",\\\"config\\\":{\\\"deny\\\":[\\\"203.0.113.9\\\"]}}\",\"method\":\"POST\","
		  "\"url\":\"http://10.0.0.7:8001/plugins\"}],\"undo\":\"unblock-ip\"}",
};

static double now_s(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void must(int code, const char *what)
{
	if (!code)
		return;
	fprintf(stderr, "bench_store: %s failed: %d\n", what, code);
	exit(1);
}

static void bind(sqlite3_stmt *stmt)
{
	sqlite3_bind_int64(stmt, 2, sample.wall_ms);
	sqlite3_bind_text(stmt, 3, entry_kind_word(sample.kind), -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 4, sample.operator.uid);
	sqlite3_bind_text(stmt, 5, GENESIS, -1, SQLITE_STATIC);
	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		sqlite3_bind_text(stmt, 6 + (int)i, entry_text(&sample, i), -1, SQLITE_STATIC);
}

/* Appends a second, each in a transaction of its own. */
static double run_bare(const char *path)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	double began;

	must(sqlite3_open(path, &db), "open");
	must(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", 0, 0, 0), "mode");
	must(sqlite3_exec(db, schema, 0, 0, 0), "schema");
	must(sqlite3_prepare_v2(db,
				"INSERT INTO entry(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
				"?,?,?,?,?)",
				-1, &stmt, NULL),
	     "prepare");
	began = now_s();
	for (int i = 0; i < APPENDS; i++) {
		must(sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0), "begin");
		bind(stmt);
		must(sqlite3_step(stmt) != SQLITE_DONE, "insert");
		sqlite3_reset(stmt);
		must(sqlite3_exec(db, "COMMIT", 0, 0, 0), "commit");
	}
	began = now_s() - began;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return APPENDS / began;
}

static void count(void *ctx, int64_t seq, const struct err *err)
{
	must(err || !seq, "append");
	++*(int *)ctx;
}

static void wait_for(struct store *store, const int *done, int n)
{
	struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};

	while (*done < n) {
		poll(&fd, 1, -1);
		store_turn(store);
	}
}

/* Appends a second; so many are asked for before they are waited for. */
static double run_store(const char *path, int at_once)
{
	struct store_options options = {.path = path};
	struct store *store = store_new(&options, NULL);
	int asked = 0, done = 0;
	double began;

	store_append(store, &sample, count, &done); /* it is open then */
	wait_for(store, &done, ++asked);
	began = now_s();
	while (asked <= APPENDS) {
		for (int i = 0; i < at_once; i++, asked++)
			store_append(store, &sample, count, &done);
		wait_for(store, &done, asked);
	}
	began = now_s() - began;
	store_free(store);
	return (asked - 1) / began;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	const char *base = argc > 1 ? argv[1] : ".";
	double bare[ROUNDS], single[ROUNDS], grouped[ROUNDS], ratio[ROUNDS];
	char folder[256], path[320], command[320];

	snprintf(folder, sizeof(folder), "%s/bench-store-XXXXXX", base);
	must(!mkdtemp(folder), "mkdtemp");
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(path, sizeof(path), "%s/bare-%d.db", folder, i);
		bare[i] = run_bare(path);
		snprintf(path, sizeof(path), "%s/single-%d.db", folder, i);
		single[i] = run_store(path, 1);
		snprintf(path, sizeof(path), "%s/grouped-%d.db", folder, i);
		grouped[i] = run_store(path, 50);
		ratio[i] = single[i] / bare[i];
	}
	printf("journal, synchronous=FULL, %d appends, medians of %d rounds in %s\n", APPENDS,
	       ROUNDS, base);
	printf("  bare SQLite, one a transaction   %9.0f /s\n", median(bare));
	printf("  journal, each waited for         %9.0f /s   %.2f of bare\n", median(single),
	       median(ratio));
	printf("  journal, 50 at once              %9.0f /s   %.2f of bare\n", median(grouped),
	       median(grouped) / median(bare));
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) ? 1 : 0;
}
