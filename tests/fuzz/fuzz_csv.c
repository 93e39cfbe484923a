/* Any bytes as CSV: read in pieces, whose size the first byte says, it comes to the same as read
 * whole, and every record has as many fields as the header. */
#include "base/strbuf.h"
#include "parse/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct strbuf text;
	size_t nheader;
};

static int take_record(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	if (n != seen->nheader)
		abort();
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&seen->text, "%s%c", fields[i], i + 1 < n ? '\1' : '\2');
	return 0;
}

static int take_head(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct seen *seen = ctx;

	seen->nheader = n;
	return take_record(ctx, fields, n, err);
}

static int read_pieces(struct csv *csv, const char *data, size_t len, size_t piece, struct err *err)
{
	csv_begin(csv);
	for (size_t at = 0; at < len; at += piece)
		csv_feed(csv, data + at, len - at < piece ? len - at : piece, err);
	return csv_end(csv, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct csv_ops ops = {take_head, take_record};
	struct seen whole = {.text = STRBUF_INIT}, pieces = {.text = STRBUF_INIT};
	struct csv *a = csv_new(&ops, &whole), *b = csv_new(&ops, &pieces);
	struct err err_a = {0}, err_b = {0};
	const char *text = (const char *)data + 1;

	if (size > 1) {
		int rc_a = read_pieces(a, text, size - 1, size, &err_a);
		int rc_b = read_pieces(b, text, size - 1, (size_t)data[0] + 1, &err_b);

		if (rc_a != rc_b || err_a.code != err_b.code || err_a.line != err_b.line ||
		    err_a.column != err_b.column || strcmp(whole.text.buf, pieces.text.buf) != 0)
			abort();
	}
	csv_free(a);
	csv_free(b);
	strbuf_release(&whole.text);
	strbuf_release(&pieces.text);
	return 0;
}
