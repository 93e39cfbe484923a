/* RFC 4180 CSV with a header line, as HAProxy's "show stat" writes it ("# pxname,svname,...,"). */
#ifndef HC_PARSE_CSV_H
#define HC_PARSE_CSV_H

#include "base/err.h"

#include <stddef.h>

#define CSV_FIELDS 256

struct csv;
struct csv_ops {
	/* The header's fields, once; a leading "# " is dropped. */
	int (*head)(void *ctx, const char *const *fields, size_t n, struct err *err);
	/* One record; fields are terminated, unescaped, borrowed for the call. */
	int (*record)(void *ctx, const char *const *fields, size_t n, struct err *err);
};
struct csv *csv_new(const struct csv_ops *ops, void *ctx);
void csv_free(struct csv *csv); /* takes NULL */
void csv_begin(struct csv *csv);
int csv_feed(struct csv *csv, const char *data, size_t len, struct err *err);
int csv_end(struct csv *csv, struct err *err);

#endif
