/* RFC 4180 CSV with a header line, as HAProxy's "show stat" writes it ("# pxname,svname,...,"). */
#ifndef HC_PARSE_CSV_H
#define HC_PARSE_CSV_H

#include "base/err.h"

#include <stddef.h>

#define CSV_FIELDS       256
#define CSV_RECORD_BYTES 65536

struct csv;
struct csv_ops {
	/* The header's fields, once; a leading "# " is dropped. */
	int (*head)(void *ctx, const char *const *fields, size_t n, struct err *err);
	/* One record with as many fields as the header; they are terminated, unescaped, not
	 * sanitised, and borrowed for the call. */
	int (*record)(void *ctx, const char *const *fields, size_t n, struct err *err);
};
struct csv *csv_new(const struct csv_ops *ops, void *ctx);
void csv_free(struct csv *csv); /* takes NULL */

/* One answer: begin, feed as bytes arrive in pieces of any size, end. A negative result voids the
 * whole answer, and stays; err has the line and column. Empty lines are passed over, the last line
 * needs no newline; a byte 0, a quote out of place, a record with another number of fields than
 * the header, or one beyond CSV_FIELDS or CSV_RECORD_BYTES is an error, as is what a callback
 * refuses. end() also fails when there was no header, or a quoted field is cut. */
void csv_begin(struct csv *csv);
int csv_feed(struct csv *csv, const char *data, size_t len, struct err *err);
int csv_end(struct csv *csv, struct err *err);

#endif
