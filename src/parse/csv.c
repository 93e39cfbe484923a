#include "parse/csv.h"

#include "base/alloc.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum state {
	AT_FIELD, /* nothing of the field yet */
	IN_PLAIN,
	IN_QUOTED,
	AFTER_QUOTE, /* the quote ends the field, or is the first of two */
	AFTER_RETURN,
};

struct csv {
	struct csv_ops ops;
	void *ctx;
	enum state state;
	struct strbuf text; /* the record's fields, each with its terminator */
	size_t starts[CSV_FIELDS];
	size_t n;       /* fields that have begun */
	size_t nheader; /* fields of the header; 0: not seen yet */
	int line, column;
	bool failed;
	struct err err;
};

struct csv *csv_new(const struct csv_ops *ops, void *ctx)
{
	struct csv *csv = xcalloc(1, sizeof(*csv));

	csv->ops = *ops;
	csv->ctx = ctx;
	strbuf_init(&csv->text);
	csv_begin(csv);
	return csv;
}

void csv_free(struct csv *csv)
{
	if (!csv)
		return;
	strbuf_release(&csv->text);
	free(csv);
}

static void begin_record(struct csv *csv)
{
	strbuf_clear(&csv->text);
	csv->state = AT_FIELD;
	csv->n = 1;
	csv->starts[0] = 0;
}

void csv_begin(struct csv *csv)
{
	begin_record(csv);
	csv->nheader = 0;
	csv->line = csv->column = 1;
	csv->failed = false;
}

static int fail(struct csv *csv, enum err_code code, const char *why)
{
	return err_at(&csv->err, code, csv->line, csv->column, "%s", why);
}

static int add(struct csv *csv, const char *p, size_t len)
{
	if (csv->text.len + len > CSV_RECORD_BYTES)
		return fail(csv, ERR_LIMIT, "a record is longer than 64 KiB");
	strbuf_add(&csv->text, p, len);
	return 0;
}

static int end_field(struct csv *csv)
{
	if (csv->n == CSV_FIELDS)
		return fail(csv, ERR_LIMIT, "a record has more than 256 fields");
	strbuf_addch(&csv->text, '\0');
	csv->starts[csv->n++] = csv->text.len;
	csv->state = AT_FIELD;
	return 0;
}

static int hand_over(struct csv *csv)
{
	const char *fields[CSV_FIELDS];

	for (size_t i = 0; i < csv->n; i++)
		fields[i] = csv->text.buf + csv->starts[i];
	if (!csv->nheader) {
		if (strncmp(fields[0], "# ", 2) == 0)
			fields[0] += 2;
		csv->nheader = csv->n;
		return csv->ops.head(csv->ctx, fields, csv->n, &csv->err);
	}
	if (csv->n != csv->nheader)
		return fail(csv, ERR_INVALID, "a record has not as many fields as the header");
	return csv->ops.record(csv->ctx, fields, csv->n, &csv->err);
}

static int end_record(struct csv *csv)
{
	int rc = 0;

	if (csv->state == IN_PLAIN && csv->text.buf[csv->text.len - 1] == '\r') {
		strbuf_truncate(&csv->text, csv->text.len - 1);
		csv->state = csv->text.len > csv->starts[csv->n - 1] ? IN_PLAIN : AT_FIELD;
	}
	if (csv->n > 1 || csv->state != AT_FIELD)
		rc = hand_over(csv);
	begin_record(csv);
	return rc;
}

/* What a byte does in each state; each returns 0 or -1. */

static int on_separator(struct csv *csv, char c)
{
	return c == ',' ? end_field(csv) : end_record(csv);
}

static int at_field(struct csv *csv, char c)
{
	if (c == ',' || c == '\n')
		return on_separator(csv, c);
	csv->state = c == '"' ? IN_QUOTED : IN_PLAIN;
	return c == '"' ? 0 : add(csv, &c, 1);
}

static int in_plain(struct csv *csv, char c)
{
	return c == ',' || c == '\n' ? on_separator(csv, c) : add(csv, &c, 1);
}

static int in_quoted(struct csv *csv, char c)
{
	if (c != '"')
		return add(csv, &c, 1);
	csv->state = AFTER_QUOTE;
	return 0;
}

static int after_quote(struct csv *csv, char c)
{
	if (c == ',' || c == '\n')
		return on_separator(csv, c);
	if (c == '\r') {
		csv->state = AFTER_RETURN;
		return 0;
	}
	if (c != '"')
		return fail(csv, ERR_INVALID, "text after a closing quote");
	csv->state = IN_QUOTED;
	return add(csv, &c, 1);
}

static int after_return(struct csv *csv, char c)
{
	if (c == '\n')
		return end_record(csv);
	return fail(csv, ERR_INVALID, "text after a closing quote");
}

static int take(struct csv *csv, char c)
{
	static int (*const steps[])(struct csv * csv, char c) = {
		[AT_FIELD] = at_field,       [IN_PLAIN] = in_plain,         [IN_QUOTED] = in_quoted,
		[AFTER_QUOTE] = after_quote, [AFTER_RETURN] = after_return,
	};

	if (!c)
		return fail(csv, ERR_INVALID, "a byte 0");
	if (steps[csv->state](csv, c) < 0)
		return -1;
	csv->column++;
	if (c == '\n') {
		csv->line++;
		csv->column = 1;
	}
	return 0;
}

static int result(const struct csv *csv, struct err *err)
{
	if (csv->failed && err)
		*err = csv->err;
	return csv->failed ? -1 : 0;
}

int csv_feed(struct csv *csv, const char *data, size_t len, struct err *err)
{
	for (size_t i = 0; i < len && !csv->failed; i++)
		csv->failed = take(csv, data[i]) < 0;
	return result(csv, err);
}

int csv_end(struct csv *csv, struct err *err)
{
	if (csv->failed)
		return result(csv, err);
	if (csv->state == IN_QUOTED)
		csv->failed = fail(csv, ERR_TRUNCATED, "a quoted field is cut") < 0;
	else if (end_record(csv) < 0)
		csv->failed = true;
	else if (!csv->nheader)
		csv->failed = fail(csv, ERR_INVALID, "there is no header line") < 0;
	return result(csv, err);
}
