#include "base/strbuf.h"
#include "parse/csv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came out: "[a|b]" for the header, "(a|b)" for a record. */
struct seen {
	struct strbuf text;
	const char *refuse; /* the first field of a record that the callback refuses */
};

static void add(struct strbuf *sb, const char *const *fields, size_t n, const char *braces)
{
	strbuf_addch(sb, braces[0]);
	for (size_t i = 0; i < n; i++)
		strbuf_addf(sb, "%s%s", i ? "|" : "", fields[i]);
	strbuf_addch(sb, braces[1]);
}

static int take_head(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	add(&seen->text, fields, n, "[]");
	return 0;
}

static int take_record(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct seen *seen = ctx;

	if (seen->refuse && strcmp(fields[0], seen->refuse) == 0)
		return err_set(err, ERR_UNSUPPORTED, "refused");
	add(&seen->text, fields, n, "()");
	return 0;
}

static const struct csv_ops ops = {take_head, take_record};

/* Hands the bytes over in two pieces, each in memory of its own size. */
static int read_split(struct csv *csv, struct seen *seen, const char *text, size_t len, size_t at,
		      struct err *err)
{
	const struct {
		const char *p;
		size_t len;
	} pieces[] = {{text, at}, {text + at, len - at}};

	strbuf_clear(&seen->text);
	csv_begin(csv);
	for (size_t i = 0; i < 2; i++) {
		char *copy = malloc(pieces[i].len ? pieces[i].len : 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, pieces[i].p, pieces[i].len);
		csv_feed(csv, copy, pieces[i].len, err);
		free(copy);
	}
	return csv_end(csv, err);
}

static const struct {
	const char *text;
	const char *seen;
} taken[] = {
	{"a,b\n1,2\n", "[a|b](1|2)"},
	{"a,b\r\n1,2\r\n", "[a|b](1|2)"},
	{"a,b\n1,2", "[a|b](1|2)"},
	{"a,b\n\n1,2\n\n\r\n", "[a|b](1|2)"},
	{"# pxname,svname,\nfe,FRONTEND,\nbe,,\n\n", "[pxname|svname|](fe|FRONTEND|)(be||)"},
	{"#a\nb\n", "[#a](b)"},
	{"a\n\"\"\n", "[a]()"},
	{"a,b\n\"1,\"\"x\"\"\n2\",3\r\n", "[a|b](1,\"x\"\n2|3)"},
	{"a,b\n1,\"2\"\r\n", "[a|b](1|2)"},
	{"a,b\n1,\"2\"", "[a|b](1|2)"},
	{"a,b\n1 \"x\",2\r3\n", "[a|b](1 \"x\"|2\r3)"},
	{"a,b\n,\n", "[a|b](|)"},
	{"a\n\xff\xfe\n", "[a](\xff\xfe)"},
};

static const struct {
	const char *text;
	size_t len;
	enum err_code code;
	int line, column;
} refused[] = {
	{"", 0, ERR_INVALID, 1, 1},
	{"\n\n", 2, ERR_INVALID, 3, 1},
	{"a,b\n1\n", 6, ERR_INVALID, 2, 2},
	{"a,b\n1,2,3\n", 10, ERR_INVALID, 2, 6},
	{"a,b\n1,\"2", 8, ERR_TRUNCATED, 2, 5},
	{"a,b\n1,\"2\"x\n", 11, ERR_INVALID, 2, 6},
	{"a,b\n1,\"2\"\rx\n", 12, ERR_INVALID, 2, 7},
	{"a,b\n1,\0\n", 8, ERR_INVALID, 2, 3},
	{"a,b\nno,2\n1,2\n", 13, ERR_UNSUPPORTED, 0, 0},
};

START_TEST(test_taken)
{
	struct seen seen = {.text = STRBUF_INIT};
	struct csv *csv = csv_new(&ops, &seen);
	size_t len = strlen(taken[_i].text);

	for (size_t at = 0; at <= len; at++) {
		ck_assert_int_eq(read_split(csv, &seen, taken[_i].text, len, at, NULL), 0);
		ck_assert_str_eq(seen.text.buf, taken[_i].seen);
	}
	csv_free(csv);
	strbuf_release(&seen.text);
}
END_TEST

START_TEST(test_refused)
{
	struct seen seen = {.text = STRBUF_INIT, .refuse = "no"};
	struct csv *csv = csv_new(&ops, &seen);

	for (size_t at = 0; at <= refused[_i].len; at++) {
		struct err err = {0};

		ck_assert_int_eq(
			read_split(csv, &seen, refused[_i].text, refused[_i].len, at, &err), -1);
		ck_assert_int_eq(err.code, refused[_i].code);
		ck_assert_int_eq(err.line, refused[_i].line);
		ck_assert_int_eq(err.column, refused[_i].column);
		ck_assert_int_eq(csv_feed(csv, "a\n", 2, &err), -1);
		ck_assert_int_eq(read_split(csv, &seen, "a\n1\n", 4, 2, &err), 0);
		ck_assert_str_eq(seen.text.buf, "[a](1)");
	}
	csv_free(csv);
	strbuf_release(&seen.text);
}
END_TEST

START_TEST(test_limits)
{
	struct seen seen = {.text = STRBUF_INIT};
	struct csv *csv = csv_new(&ops, &seen);
	struct strbuf text = STRBUF_INIT;
	struct err err;

	for (size_t n = CSV_FIELDS - 1; n < CSV_FIELDS + 2; n++) {
		strbuf_clear(&text);
		strbuf_addchars(&text, ',', n - 1);
		ck_assert_int_eq(read_split(csv, &seen, text.buf, text.len, 0, &err),
				 n <= CSV_FIELDS ? 0 : -1);
	}
	ck_assert_int_eq(err.code, ERR_LIMIT);
	for (size_t n = CSV_RECORD_BYTES - 1; n < CSV_RECORD_BYTES + 2; n++) {
		strbuf_clear(&text);
		strbuf_addchars(&text, 'x', n);
		ck_assert_int_eq(read_split(csv, &seen, text.buf, text.len, n / 2, &err),
				 n <= CSV_RECORD_BYTES ? 0 : -1);
	}
	ck_assert_int_eq(err.code, ERR_LIMIT);
	csv_free(csv);
	strbuf_release(&text);
	strbuf_release(&seen.text);
}
END_TEST

START_TEST(test_show_stat)
{
	const char *top = getenv("top_srcdir");
	struct seen seen = {.text = STRBUF_INIT};
	struct csv *csv = csv_new(&ops, &seen);
	char path[512], text[16384];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/haproxy-2.6.12.show_stat", top ? top : ".");
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	for (size_t at = 0; at <= len; at += 7) {
		ck_assert_int_eq(read_split(csv, &seen, text, len, at, NULL), 0);
		ck_assert_ptr_nonnull(strstr(seen.text.buf, "[pxname|svname|qcur|"));
		ck_assert_ptr_nonnull(strstr(seen.text.buf, "(be|v1|0|0|0|1||27|2214|2808|"));
		ck_assert_ptr_nonnull(strstr(seen.text.buf, "|Layer7 check passed|"));
	}
	csv_free(csv);
	strbuf_release(&seen.text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(*(table)))

int main(void)
{
	Suite *suite = suite_create("csv");
	TCase *cases = tcase_create("csv");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, test_taken, 0, COUNT(taken));
	tcase_add_loop_test(cases, test_refused, 0, COUNT(refused));
	tcase_add_test(cases, test_limits);
	tcase_add_test(cases, test_show_stat);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
