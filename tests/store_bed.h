/* A folder of its own with a journal in it, and a store that is turned until it has answered. */
#ifndef HC_TESTS_STORE_BED_H
#define HC_TESTS_STORE_BED_H

#include "store/store.h"

#define BED_ENTRIES 4096

struct store_bed {
	char folder[64], path[96], fallback[96];
	struct store *store;
};

/* What came back of one request. */
struct told {
	int ended;
	int64_t seq;
	struct err err;      /* code 0: none */
	struct strbuf lines; /* "seq kind reason\n" of each entry */
	int64_t seqs[BED_ENTRIES];
	size_t n;
};

void bed_make(struct store_bed *bed);
void bed_open(struct store_bed *bed); /* another store on the same files is fine */
void bed_close(struct store_bed *bed);
void bed_remove(struct store_bed *bed); /* closes, and removes the folder */

extern const struct operator bed_operator;
extern const struct entry_ops told_ops; /* ctx is a struct told */
void told_done(void *ctx, int64_t seq, const struct err *err);
void told_release(struct told *told);

/* Turns until it ended, or n entries were told. */
void bed_until_ended(struct store *store, struct told *told);
void bed_until_entries(struct store *store, struct told *told, size_t n);

/* An entry of that kind with that reason, all else filled. */
struct entry bed_entry(enum entry_kind kind, const char *reason);
/* Appends one and waits; returns its seq, 0 when it fell back, -1 with *err. */
int64_t bed_append(struct store *store, enum entry_kind kind, const char *reason, struct err *err);
/* Verifies and waits; returns the last seq, or -1 and err. */
int64_t bed_verify(struct store *store, const char *anchor, struct err *err);
/* Lists all into told, which the caller releases. */
void bed_list(struct store *store, const struct entry_filter *filter, struct told *ret_told);

/* Runs SQL on the file, beside the store. */
void bed_sql(const char *path, const char *sql);

#endif
