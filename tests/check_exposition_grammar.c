#include "check_exposition.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bodies, and what comes out of them: samples with the type and name of their family. */
static const struct {
	const char *body;
	const char *samples;
	bool openmetrics;
} taken[] = {
	{"", "", false},
	{"\n \n\t\n", "", false},
	{"a 1\n", "a 1 untyped a\n", false},
	{"a{} 1\n", "a 1 untyped a\n", false},
	{"a{ } 1\n", "a 1 untyped a\n", false},
	{"a:b_C9{x=\"\"} -0.5\n", "a:b_C9{x=\"\"} -0.5 untyped a:b_C9\n", false},
	{"a {b=\"c\"} 1\n", "a{b=\"c\"} 1 untyped a\n", false},
	{"\t a\t1\t \n", "a 1 untyped a\n", false},
	{"a{b=\"c\",} 1\n", "a{b=\"c\"} 1 untyped a\n", false},
	{"a{b=\"c\", d = \"e\" } 1\n", "a{b=\"c\",d=\"e\"} 1 untyped a\n", false},
	{"a NaN\nb +Inf\nc -inf\nd 1e3\n",
	 "a NaN untyped a\nb +Inf untyped b\nc -Inf untyped c\nd 1000 untyped d\n", false},
	{"a 123456789012345678901234567890123\n", "a 1.2345678901234569e+32 untyped a\n", false},
	{"a 12345678\nb 123456789\nc 123456789012345\nd 1234567890123456\n",
	 "a 12345678 untyped a\nb 123456789 untyped b\nc 123456789012345 untyped c\n"
	 "d 1234567890123456 untyped d\n",
	 false},
	{"a 1 1700000000000\n", "a 1 @1700000000000 untyped a\n", false},
	{"a 1 -3982045\n", "a 1 @-3982045 untyped a\n", false},
	{"a 1 # {t=\"x\"} 0.5 1700000000.5\n", "a 1 untyped a\n", false},
	{"a 1 5 # {} 0.5\n", "a 1 @5 untyped a\n", false},
	{"a{b=\"} 1\"} 2\n", "a{b=\"} 1\"} 2 untyped a\n", false},
	{"a{b=\"x\\\\\\\"\\n\\q\"} 2\n", "a{b=\"x\\\\\\\"\\n\\\\q\"} 2 untyped a\n", false},
	{"a{b=\"\\\\\"} 2\n", "a{b=\"\\\\\"} 2 untyped a\n", false},
	{"a{b=\"\xe2\x98\x83 \xef\xbf\xbd\"} 2\n",
	 "a{b=\"\xe2\x98\x83 \xef\xbf\xbd\"} 2 untyped a\n", false},
	{"{\"my.metric\",a=\"b\"} 1\n", "my.metric{a=\"b\"} 1 untyped my.metric\n", false},
	{"{a=\"b\",\"my.metric\"} 1\n", "my.metric{a=\"b\"} 1 untyped my.metric\n", false},
	{"a{\"error.message\"=\"x\"} 1\n", "a{error.message=\"x\"} 1 untyped a\n", false},
	{"# TYPE \"my.m\" counter\n{\"my.m\"} 1\n{\"my.m_total\"} 2\n",
	 "my.m 1 counter my.m\nmy.m_total 2 counter my.m\n", false},
	{"{\"q\\\"\\n\"} 1\n", "q\\\"\\n 1 untyped q\"\n\n", false},
	{"# TYPE a counter\na 1\n", "a 1 counter a\n", false},
	{"# HELP a only help \\n\na 1\n", "a 1 untyped a\n", false},
	{"#TYPE a gauge\n#\n# \n# TYPEa\n# a comment {\n# EOF\na 1\n", "a 1 gauge a\n", false},
	{"  #\tTYPE  a\tgauge \na 1\n", "a 1 gauge a\n", false},
	{"# TYPE a bucket\na 1\n", "a 1 untyped a\n", false},
	{"# TYPE a gauge\n# TYPE a counter\na 1\n", "a 1 counter a\n", false},
	{"# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 3\nh_other 4\nh 5\n",
	 "h_bucket{le=\"+Inf\"} 1 histogram h\nh_sum 2 histogram h\nh_count 3 histogram h\n"
	 "h_other 4 untyped h_other\nh 5 histogram h\n",
	 false},
	{"# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_count 2\ns_bucket 3\n",
	 "s{quantile=\"0.5\"} 1 summary s\ns_count 2 summary s\ns_bucket 3 untyped s_bucket\n",
	 false},
	{"# TYPE h histogram\n# TYPE g gauge\nh_sum 2\ng 3\nh_sum 4\nx 5\n",
	 "h_sum 2 histogram h\ng 3 gauge g\nh_sum 4 histogram h\nx 5 untyped x\n", false},
	{"# TYPE h histogram\n# TYPE h_count counter\nh_count 1\n", "h_count 1 counter h_count\n",
	 false},
	{"# TYPE h_count counter\n# TYPE h histogram\nh_count 1\n", "h_count 1 histogram h\n",
	 false},
	{"# TYPE h_count counter\n# TYPE h histogram\n# TYPE x gauge\nh_count 1\n",
	 "h_count 1 counter h_count\n", false},
	{"# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total 1 1.5\n# EOF\n",
	 "a_seconds_total 1 @1500 counter a_seconds\n", true},
	{"# TYPE a info\na_info{v=\"1\"} 1\n# EOF\n", "a_info{v=\"1\"} 1 info a\n", true},
	{"# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 3\na_gsum 2 1e3\n# EOF",
	 "a_bucket{le=\"+Inf\"} 3 gaugehistogram a\na_gsum 2 @1000000 gaugehistogram a\n", true},
	{"# TYPE a unknown\na 1 # {a=\"b\"} 0.5 123\n# EOF\n", "a 1 untyped a\n", true},
	{"{\"a.b\",c=\"d\"} 1\n# EOF\n", "a.b{c=\"d\"} 1 untyped a.b\n", true},
};

/* Bodies that void their scrape, with the place of the fault. */
static const struct {
	const char *body;
	int line, column;
	bool openmetrics;
} refused[] = {
	{"a\n", 1, 2, false},
	{"a \n", 1, 3, false},
	{"a b\n", 1, 3, false},
	{"a 1\nb 0x1f\n", 2, 4, false},
	{"a 1_0\n", 1, 4, false},
	{"a 1e\n", 1, 3, false},
	{"a 1.2.3\n", 1, 6, false},
	{"a 1\r\n", 1, 4, false},
	{"a 1 2 3\n", 1, 7, false},
	{"a 1 x\n", 1, 5, false},
	{"a 1 1.5\n", 1, 5, false},
	{"a 1 NaN\n", 1, 5, false},
	{"a 1 1e30\n", 1, 5, false},
	{"a 1 #{} 1\n", 1, 5, false},
	{"a 1 # 1\n", 1, 7, false},
	{"a 1 # {} \n", 1, 10, false},
	{"a 1 # {x=\"} 1\n", 1, 14, false},
	{"a 1 # {}1\n", 1, 9, false},
	{"a 1 # {} 1x\n", 1, 11, false},
	{"a 1 # {} 1 Inf\n", 1, 12, false},
	{"a 1 # {} 1 1 1\n", 1, 13, false},
	{"0a 1\n", 1, 1, false},
	{"a-b 1\n", 1, 2, false},
	{"{} 1\n", 1, 3, false},
	{"{\"\"} 1\n", 1, 3, false},
	{"{\"a\",\"b\"} 1\n", 1, 7, false},
	{"a{\"b\"} 1\n", 1, 4, false},
	{"a{b} 1\n", 1, 4, false},
	{"a{b=} 1\n", 1, 5, false},
	{"a{b=c} 1\n", 1, 5, false},
	{"a{b='c'} 1\n", 1, 5, false},
	{"a{b=\"c} 1\n", 1, 10, false},
	{"a{b=\"c\\\"} 1\n", 1, 12, false},
	{"a{b=\"c\\\n", 1, 8, false},
	{"a{b=\"c\"d=\"e\"} 1\n", 1, 8, false},
	{"a{b=\"c\",,} 1\n", 1, 9, false},
	{"a{,} 1\n", 1, 3, false},
	{"a{1=\"c\"} 1\n", 1, 3, false},
	{"a{b:c=\"c\"} 1\n", 1, 4, false},
	{"a{\"\"=\"c\"} 1\n", 1, 4, false},
	{"a{b=\"1\",c=\"2\",b=\"3\"} 1\n", 1, 15, false},
	{"a{b=\"c\"}1\n", 1, 9, false},
	{"a{b=\"c\" 1\n", 1, 9, false},
	{"a{b=\"\xff\"} 1\n", 1, 6, false},
	{"a{b=\"x\\\xff\"} 1\n", 1, 8, false},
	{"a{b=\"\xc0\x80\"} 1\n", 1, 6, false},
	{"a{b=\"\xed\xa0\x80\"} 1\n", 1, 6, false},
	{"a{b=\"\xe2\x98\"} 1\n", 1, 6, false},
	{"# HELP a \xff\n", 1, 10, false},
	{"# HELP\n", 1, 7, false},
	{"# TYPE 1 gauge\n", 1, 8, false},
	{"# TYPE a-b gauge\n", 1, 9, false},
	{"# TYPE \"a gauge\n", 1, 16, false},
	{"a 1\n", 2, 1, true},
	{"a 1\n# EOF\nb 1\n", 3, 1, true},
	{"a 1\n# EOF\n\n", 3, 1, true},
	{"a 1\n\n# EOF\n", 2, 1, true},
	{"a  1\n# EOF\n", 1, 2, true},
	{"a 1 \n# EOF\n", 1, 4, true},
	{" a 1\n# EOF\n", 1, 1, true},
	{"a{b=\"c\",} 1\n# EOF\n", 1, 9, true},
	{"a{b=\"c\", d=\"e\"} 1\n# EOF\n", 1, 9, true},
	{"# a comment\n# EOF\n", 1, 1, true},
	{"# TYPE a untyped\n# EOF\n", 1, 10, true},
	{"# TYPE a gauge \n# EOF\n", 1, 10, true},
	{"# HELP a\n# EOF\n", 1, 9, true},
	{"# UNIT a seconds\n# EOF\n", 1, 10, true},
};

START_TEST(test_taken)
{
	const char *body = taken[_i].body, *samples = taken[_i].samples;
	struct exposition_options options = {.openmetrics = taken[_i].openmetrics};
	struct record record;
	size_t len = strlen(body);

	record_init(&record);
	for (size_t at = 0; at <= len; at++) {
		ck_assert_msg(record_split(&record, &options, body, len, at) == 0,
			      "\"%s\" at %zu: %d:%d: %s", body, at, record.err.line,
			      record.err.column, record.err.msg);
		ck_assert_str_eq(record.samples.buf, samples);
		ck_assert_msg(!at || !record.asked, "asked again at %zu: \"%s\"", at, body);
	}
	for (size_t chunk = 0; chunk < 8; chunk++) {
		exposition_forget(record.exposition);
		ck_assert_int_eq(record_scrape(&record, &options, body, len, chunk), 0);
		ck_assert_str_eq(record.samples.buf, samples);
	}
	record_release(&record);
}
END_TEST

/* The same fault at every split, and nothing of it left over for the next scrape. */
START_TEST(test_refused)
{
	static const char good[] = "# TYPE a counter\na 1\nb{c=\"d\"} 2 5\n";
	static const char good_samples[] = "a 1 counter a\nb{c=\"d\"} 2 @5 untyped b\n";
	const char *body = refused[_i].body;
	struct exposition_options options = {.openmetrics = refused[_i].openmetrics}, text = {0};
	struct record record;
	size_t len = strlen(body);

	record_init(&record);
	for (size_t at = 0; at <= len; at++) {
		ck_assert_msg(record_split(&record, &options, body, len, at) == -1, "\"%s\"", body);
		ck_assert_msg(record.err.line == refused[_i].line &&
				      record.err.column == refused[_i].column,
			      "\"%s\" at %zu: %d:%d: %s", body, at, record.err.line,
			      record.err.column, record.err.msg);
		ck_assert_int_eq(record_scrape(&record, &text, good, strlen(good), 0), 0);
		ck_assert_str_eq(record.samples.buf, good_samples);
	}
	record_release(&record);
}
END_TEST

START_TEST(test_cut)
{
	struct exposition_options openmetrics = {.openmetrics = true}, text = {0};
	struct record record;
	struct err err = {0};

	record_init(&record);
	for (int complete = 0; complete < 2; complete++) {
		exposition_begin(record.exposition, &text);
		ck_assert_int_eq(exposition_feed(record.exposition, "a 1\nb 2", 7, &err), 0);
		ck_assert_int_eq(exposition_end(record.exposition, complete, &err), complete - 1);
		ck_assert_int_eq(err.code, ERR_TRUNCATED);
		exposition_begin(record.exposition, &openmetrics);
		ck_assert_int_eq(exposition_feed(record.exposition, "a 1\n", 4, &err), 0);
		ck_assert_int_eq(exposition_end(record.exposition, complete, &err), -1);
		exposition_begin(record.exposition, &openmetrics);
		ck_assert_int_eq(exposition_feed(record.exposition, "a 1\n# EOF", 9, &err), 0);
		ck_assert_int_eq(exposition_end(record.exposition, complete, &err), 0);
	}
	record_release(&record);
}
END_TEST

/* A line as long as the cap is read, one byte more voids the scrape, wherever it is cut. */
START_TEST(test_line_cap)
{
	static const char *const shapes[] = {"a{b=\"%*s\"} 1\n", "# HELP a %*s\n", "u%*s\n",
					     "a 1%*s\n"};
	static const char *const wanted[] = {"a", NULL};
	struct exposition_options options = {.line_bytes = 200};
	char body[512];

	for (int pad = 0; pad < 400; pad++) {
		struct record record;
		size_t len, at = (size_t)pad / 2;
		int rc;

		record_init(&record);
		record.wanted = wanted;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(body, sizeof(body), shapes[_i], pad, "");
#pragma GCC diagnostic pop
		len = strlen(body);
		for (int pass = 0; pass < 3; pass++) {
			rc = pass ? record_split(&record, &options, body, len, at)
				  : record_scrape(&record, &options, body, len, 0);
			ck_assert_int_eq(rc, len - 1 <= 200 ? 0 : -1);
			if (rc < 0)
				ck_assert_int_eq(record.err.code, ERR_LIMIT);
		}
		record_release(&record);
	}
}
END_TEST

/* At most 128 characters, which are not bytes, in names and values together. */
START_TEST(test_exemplar_length)
{
	struct exposition_options options = {.openmetrics = true};
	struct record record;

	record_init(&record);
	for (int n = 120; n < 140; n++) {
		struct strbuf body = STRBUF_INIT;

		strbuf_addstr(&body, "a 1 # {xy=\"");
		for (int i = 0; i < n; i++)
			strbuf_addstr(&body, "\xe2\x98\x83");
		strbuf_addstr(&body, "\"} 1\n# EOF\n");
		ck_assert_int_eq(record_scrape(&record, &options, body.buf, body.len, 0),
				 n + 2 <= 128 ? 0 : -1);
		strbuf_release(&body);
	}
	record_release(&record);
}
END_TEST

START_TEST(test_many_labels)
{
	struct strbuf body = STRBUF_INIT;
	struct record record;

	record_init(&record);
	for (int n = 126; n < 131; n++) {
		strbuf_clear(&body);
		strbuf_addstr(&body, "a{");
		for (int i = 0; i < n; i++)
			strbuf_addf(&body, "l%d=\"%d\",", i, i);
		strbuf_addstr(&body, "} 1\n");
		ck_assert_int_eq(record_scrape(&record, NULL, body.buf, body.len, 0),
				 n <= 128 ? 0 : -1);
	}
	strbuf_release(&body);
	record_release(&record);
}
END_TEST

START_TEST(test_stats)
{
	static const char body[] =
		"# TYPE a counter\na 1\na{x=\"1\",} 1 # {t=\"1\"} 1\nb 1\nb 1\nc 1\n";
	static const char *const wanted[] = {"a", "c", NULL};
	struct exposition_options options = {.max_series = 2};
	struct record record;

	record_init(&record);
	record.wanted = wanted;
	for (int pass = 0; pass < 3; pass++) {
		struct exposition_stats stats;

		ck_assert_int_eq(record_scrape(&record, &options, body, strlen(body), 0), 0);
		stats = exposition_stats(record.exposition);
		ck_assert_uint_eq(stats.lines, 6);
		ck_assert_uint_eq(stats.known, pass ? 2 : 0);
		ck_assert_uint_eq(stats.cold, pass ? 0 : 2);
		ck_assert_uint_eq(stats.skipped, 2);
		ck_assert_uint_eq(stats.over_cap, 1);
		ck_assert_uint_eq(stats.exemplars, 1);
		ck_assert_uint_eq(stats.lenient, pass ? 0 : 1);
		ck_assert_uint_eq(record.nsamples, 2);
	}
	record_release(&record);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(*(table)))

TCase *grammar_cases(void)
{
	TCase *cases = tcase_create("grammar");

	tcase_add_loop_test(cases, test_taken, 0, COUNT(taken));
	tcase_add_loop_test(cases, test_refused, 0, COUNT(refused));
	tcase_add_test(cases, test_cut);
	tcase_add_loop_test(cases, test_line_cap, 0, 4);
	tcase_add_test(cases, test_exemplar_length);
	tcase_add_test(cases, test_many_labels);
	tcase_add_test(cases, test_stats);
	return cases;
}
