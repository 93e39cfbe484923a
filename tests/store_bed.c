#include "store_bed.h"

#include <check.h>
#include <inttypes.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 60000

const struct operator bed_operator = {"anna", 1000, "", "192.0.2.7", "", "bastion", "bastion:7:1"};

void bed_make(struct store_bed *bed)
{
	*bed = (struct store_bed){.folder = "/tmp/check-store-XXXXXX"};
	ck_assert_ptr_nonnull(mkdtemp(bed->folder));
	snprintf(bed->path, sizeof(bed->path), "%s/edge.journal.db", bed->folder);
	snprintf(bed->fallback, sizeof(bed->fallback), "%s/edge.journal.fallback", bed->folder);
}

void bed_open(struct store_bed *bed)
{
	struct store_options options = {.path = bed->path, .fallback = bed->fallback};
	struct err err;

	bed->store = store_new(&options, &err);
	ck_assert_msg(bed->store != NULL, "%s", err.msg);
}

void bed_close(struct store_bed *bed)
{
	store_free(bed->store);
	bed->store = NULL;
}

void bed_remove(struct store_bed *bed)
{
	char command[128];

	bed_close(bed);
	snprintf(command, sizeof(command), "rm -rf %s", bed->folder);
	ck_assert_int_eq(system(command), 0);
}

static void told_entry(void *ctx, const struct entry *entry)
{
	struct told *told = ctx;

	ck_assert_uint_lt(told->n, BED_ENTRIES);
	told->seqs[told->n++] = entry->seq;
	if (!told->lines.buf)
		strbuf_init(&told->lines);
	strbuf_addf(&told->lines, "%" PRId64 " %s %s\n", entry->seq, entry_kind_word(entry->kind),
		    entry->reason);
}

void told_done(void *ctx, int64_t seq, const struct err *err)
{
	struct told *told = ctx;

	told->ended++;
	told->seq = seq;
	if (err)
		told->err = *err;
}

const struct entry_ops told_ops = {told_entry, told_done};

void told_release(struct told *told)
{
	if (told->lines.buf)
		strbuf_release(&told->lines);
}

static void turn(struct store *store)
{
	struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};

	ck_assert_msg(poll(&fd, 1, PATIENCE_MS) == 1, "the store does not answer");
	store_turn(store);
}

void bed_until_ended(struct store *store, struct told *told)
{
	while (!told->ended)
		turn(store);
}

void bed_until_entries(struct store *store, struct told *told, size_t n)
{
	while (told->n < n)
		turn(store);
}

struct entry bed_entry(enum entry_kind kind, const char *reason)
{
	return (struct entry){
		.wall_ms = 1700000000000,
		.kind = kind,
		.operator= bed_operator,
		.plan = "20231114-221320-4f2a",
		.target = "edge-eu",
		.action = "block-ip",
		.about = "client:203.0.113.9",
		.reason = reason,
		.state = "confirmed",
		.hash = "00ff",
		.detail = "{\"b\": 1.50, \"a\": [true, null, \"\\u20ac\"]}",
	};
}

int64_t bed_append(struct store *store, enum entry_kind kind, const char *reason, struct err *err)
{
	struct entry entry = bed_entry(kind, reason);
	struct told told = {0};

	store_append(store, &entry, told_done, &told);
	bed_until_ended(store, &told);
	*err = told.err;
	return told.err.code ? -1 : told.seq;
}

int64_t bed_verify(struct store *store, const char *anchor, struct err *err)
{
	struct told told = {0};

	store_verify(store, anchor, told_done, &told);
	bed_until_ended(store, &told);
	*err = told.err;
	return told.err.code ? -1 : told.seq;
}

void bed_list(struct store *store, const struct entry_filter *filter, struct told *ret_told)
{
	*ret_told = (struct told){0};
	strbuf_init(&ret_told->lines);
	store_list(store, filter, &told_ops, ret_told);
	bed_until_ended(store, ret_told);
}

void bed_sql(const char *path, const char *sql)
{
	sqlite3 *handle;
	char *message = NULL;

	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 5000);
	sqlite3_exec(handle, sql, NULL, NULL, &message);
	ck_assert_msg(!message, "%s: %s", sql, message);
	sqlite3_close(handle);
}
