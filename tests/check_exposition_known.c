#include "base/alloc.h"
#include "check_exposition.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST                                                                                    \
	"# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"1\"} 9\na_total{x=\"2\"} 99\n" \
	"a_total{x=\"} 1\"} 3\n# TYPE h histogram\nh_bucket{le=\"1\"} 4\nh_sum 0.5\nh_count 4\n" \
	"# TYPE g gauge\ng 7\ng{y=\"z\"} 8\n"

/* The second scrape after FIRST, and how many of its series must be asked for. */
static const struct {
	const char *what;
	const char *second;
	size_t asked;
} changes[] = {
	{"nothing", FIRST, 0},
	{"empty", "", 0},
	{"values grow by a digit",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"1\"} 10\na_total{x=\"2\"} 100\n"
	 "a_total{x=\"} 1\"} 33333333\n# TYPE h histogram\nh_bucket{le=\"1\"} 4444444444444444\n"
	 "h_sum 10.25e1\nh_count 123456789\n# TYPE g gauge\ng -7\ng{y=\"z\"} NaN\n",
	 0},
	{"a timestamp appears",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"1\"} 9 1000\n"
	 "a_total{x=\"2\"} 99\t7 \na_total{x=\"} 1\"} 3\n",
	 0},
	{"an exemplar appears",
	 "# TYPE h histogram\nh_bucket{le=\"1\"} 4 # {t=\"x\"} 1\nh_sum 1 5 # {} 1 5\n", 0},
	{"reordered in a family",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"} 1\"} 3\na_total{x=\"2\"} 99\n"
	 "a_total{x=\"1\"} 9\n",
	 0},
	{"families reordered",
	 "# TYPE g gauge\ng 7\ng{y=\"z\"} 8\n# TYPE h histogram\nh_bucket{le=\"1\"} 4\nh_sum 0.5\n"
	 "h_count 4\n# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"1\"} 9\n"
	 "a_total{x=\"2\"} 99\na_total{x=\"} 1\"} 3\n",
	 0},
	{"removed at the front", "# TYPE g gauge\ng 7\ng{y=\"z\"} 8\n", 0},
	{"removed in the middle",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"} 1\"} 3\n# TYPE g gauge\n"
	 "g{y=\"z\"} 8\n",
	 0},
	{"inserted",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"0\"} 1\na_total{x=\"1\"} 9\n"
	 "a_total{x=\"1b\"} 9\na_total{x=\"2\"} 99\na_total{x=\"} 1\"} 3\n",
	 2},
	{"a label renamed",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{z=\"1\"} 9\na_total{x=\"2\"} 99\n",
	 1},
	{"a label's value changed",
	 "# HELP a_total of a\n# TYPE a_total counter\na_total{x=\"3\"} 9\na_total{x=\"2\"} 99\n",
	 1},
	{"the help changed",
	 "# HELP a_total of b\n# TYPE a_total counter\na_total{x=\"1\"} 9\na_total{x=\"2\"} 99\n",
	 0},
	{"the type changed",
	 "# HELP a_total of a\n# TYPE a_total gauge\na_total{x=\"1\"} 9\na_total{x=\"2\"} 99\n", 2},
	{"the type is gone",
	 "a_total{x=\"1\"} 9\nh_bucket{le=\"1\"} 4\nh_sum 0.5\nh_count 4\ng 7\n", 5},
	{"the types come first",
	 "# TYPE a_total counter\n# TYPE h histogram\n# TYPE g gauge\na_total{x=\"1\"} 9\nh_sum 1\n"
	 "g 7\ng{y=\"z\"} 8\n",
	 2},
	{"a suffix gets a family of its own",
	 "# TYPE h histogram\nh_bucket{le=\"1\"} 4\n# TYPE h_sum gauge\nh_sum 0.5\nh_count 4\n", 2},
	{"blanks moved", "# TYPE g gauge\ng  7\ng{y=\"z\" } 8\n", 2},
	{"repeated", "# TYPE g gauge\ng 7\ng 8\ng 7\ng{y=\"z\"} 8\ng{y=\"z\"} 8\n", 0},
	{"joined", "# TYPE g gauge\ng 7\n# TYPE g gauge\ng{y=\"z\"} 8\n", 0},
};

/* What a parser that remembers nothing makes of the body. */
static char *cold(const char *body, size_t len, const char *const *wanted)
{
	struct record record;
	char *samples;

	record_init(&record);
	record.wanted = wanted;
	ck_assert_msg(record_scrape(&record, NULL, body, len, 0) == 0, "%d:%d: %s", record.err.line,
		      record.err.column, record.err.msg);
	samples = strbuf_detach(&record.samples);
	record_release(&record);
	return samples;
}

START_TEST(test_change)
{
	const char *second = changes[_i].second;
	char *expected = cold(second, strlen(second), NULL);
	char *again = cold(FIRST, strlen(FIRST), NULL);

	for (size_t at = 0; at <= strlen(second); at++) {
		struct record record;

		record_init(&record);
		ck_assert_int_eq(record_scrape(&record, NULL, FIRST, strlen(FIRST), 0), 0);
		ck_assert_int_eq(record_split(&record, NULL, second, strlen(second), at), 0);
		ck_assert_msg(record.asked == changes[_i].asked, "%s: %zu asked for",
			      changes[_i].what, record.asked);
		ck_assert_str_eq(record.samples.buf, expected);
		ck_assert_int_eq(record_split(&record, NULL, second, strlen(second), at), 0);
		ck_assert_msg(!record.asked, "%s: asked twice", changes[_i].what);
		ck_assert_str_eq(record.samples.buf, expected);
		ck_assert_int_eq(record_scrape(&record, NULL, FIRST, strlen(FIRST), 0), 0);
		ck_assert_str_eq(record.samples.buf, again);
		record_release(&record);
	}
	free(expected);
	free(again);
}
END_TEST

/* A scrape that is given up, or void, or cut, leaves the last whole one to be recognised. */
START_TEST(test_void_scrape)
{
	static const char *const bad[] = {"", "a_total{x=\"new\"} 1\ng{",
					  "# TYPE a_total gauge\ng 7\n-"};
	static const struct exposition_options options;
	char *expected = cold(FIRST, strlen(FIRST), NULL);
	struct record record;

	record_init(&record);
	ck_assert_int_eq(record_scrape(&record, NULL, FIRST, strlen(FIRST), 0), 0);
	for (size_t at = 0; at < strlen(FIRST); at++) {
		for (size_t i = 0; i < 3; i++) {
			exposition_begin(record.exposition, &options);
			ck_assert_int_eq(exposition_feed(record.exposition, FIRST, at, NULL), 0);
			if (!bad[i][0])
				continue;
			exposition_feed(record.exposition, "\n", 1, NULL);
			exposition_feed(record.exposition, bad[i], strlen(bad[i]), NULL);
			ck_assert_int_eq(exposition_end(record.exposition, true, NULL), -1);
		}
		ck_assert_int_eq(record_scrape(&record, NULL, FIRST, strlen(FIRST), 0), 0);
		ck_assert_uint_eq(record.asked, 0);
		ck_assert_str_eq(record.samples.buf, expected);
	}
	record_release(&record);
	free(expected);
}
END_TEST

START_TEST(test_forget)
{
	struct record record;
	struct exposition_options openmetrics = {.openmetrics = true};

	record_init(&record);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(record_scrape(&record, NULL, "a 1\nb 2\n", 8, 0), 0);
		ck_assert_uint_eq(record.asked, 2);
		exposition_forget(record.exposition);
	}
	record_scrape(&record, NULL, "a 1\nb 2\n", 8, 0);
	ck_assert_int_eq(record_scrape(&record, &openmetrics, "a 1 1\nb 2\n# EOF\n", 16, 0), 0);
	ck_assert_uint_eq(record.asked, 2);
	ck_assert_str_eq(record.plain.buf, "a 1 @1000\nb 2\n");
	record_release(&record);
}
END_TEST

/* Names that never come back are not kept for ever. */
START_TEST(test_names_are_forgotten)
{
	struct record record;
	struct strbuf body = STRBUF_INIT;

	record_init(&record);
	for (int i = 0; i < 300; i++) {
		strbuf_clear(&body);
		for (int k = 0; k < 50; k++)
			strbuf_addf(&body, "# TYPE n%d counter\nn%d 1\n", i * 50 + k, i * 50 + k);
		ck_assert_int_eq(record_scrape(&record, NULL, body.buf, body.len, 0), 0);
		ck_assert_uint_eq(record.nsamples, 50);
	}
	strbuf_release(&body);
	record_release(&record);
}
END_TEST

START_TEST(test_unwanted)
{
	static const char body[] =
		"# HELP u of u\n# TYPE u counter\nu{x=\"1\"} 1\nu_total junk\nu{ ]] \nu 0x7\nux 5\n"
		"# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 2\nh_other 3\nv 1\nv{ 2\nv\t3\nw "
		"1\n"
		"h_count 5\n{\"v\",x=\"y\"} 1\n";
	static const char *const wanted[] = {"ux", "h_other", "w", NULL};
	struct record record;

	for (size_t chunk = 0; chunk < sizeof(body); chunk++) {
		record_init(&record);
		record.wanted = wanted;
		for (int pass = 0; pass < 3; pass++) {
			ck_assert_int_eq(record_scrape(&record, NULL, body, strlen(body), chunk),
					 0);
			ck_assert_str_eq(record.plain.buf, "ux 5\nh_other 3\nw 1\n");
			ck_assert_uint_eq(exposition_stats(record.exposition).skipped, 11);
		}
		record_release(&record);
	}
}
END_TEST

static char *read_data(const char *name, size_t *ret_len)
{
	const char *top = getenv("top_srcdir");
	struct strbuf path = STRBUF_INIT;
	char *text = xmalloc(1 << 20);
	FILE *file;

	strbuf_addf(&path, "%s/tests/data/exposition/%s", top ? top : ".", name);
	file = fopen(path.buf, "r");
	ck_assert_msg(file != NULL, "%s", path.buf);
	*ret_len = fread(text, 1, 1 << 20, file);
	fclose(file);
	strbuf_release(&path);
	return text;
}

static const struct {
	const char *name;
	bool openmetrics;
} recordings[] = {
	{"envoy-1.40.prom", false},
	{"haproxy-2.6.12.prom", false},
	{"kong-shaped.prom", false},
	{"prometheus-3.16.prom", false},
	{"victoria-metrics-1.79.5.prom", false},
	{"zipkin-3.5.1.prom", false},
};
#define NRECORDINGS (int)(sizeof(recordings) / sizeof(*recordings))

/* Numbers are read a second time, by strtod(), from behind the last blank of a line. */
static void add_naive(struct strbuf *sb, const char *line, const char *end)
{
	const char *blank = memrchr(line, ' ', (size_t)(end - line));

	if (end > line && *line != '#')
		strbuf_addf(sb, "%.17g\n", strtod(blank, NULL));
}

static void add_value(struct strbuf *sb, const char *line, const char *end)
{
	strbuf_addf(sb, "%.17g\n",
		    strtod((const char *)memrchr(line, ' ', (size_t)(end - line)), NULL));
}

static void each_line(struct strbuf *sb, const char *text, size_t len,
		      void (*add)(struct strbuf *sb, const char *line, const char *end))
{
	for (const char *line = text, *end; line < text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		add(sb, line, end);
	}
}

START_TEST(test_recording)
{
	struct strbuf expected = STRBUF_INIT, got = STRBUF_INIT;
	struct record record;
	size_t len;
	char *body = read_data(recordings[_i].name, &len);

	record_init(&record);
	for (size_t chunk = 0; chunk < 70; chunk += chunk < 3 ? 1 : 13) {
		ck_assert_msg(record_scrape(&record, NULL, body, len, chunk) == 0, "%d:%d: %s",
			      record.err.line, record.err.column, record.err.msg);
		strbuf_clear(&expected);
		strbuf_clear(&got);
		each_line(&expected, body, len, add_naive);
		each_line(&got, record.plain.buf, record.plain.len, add_value);
		ck_assert_uint_gt(record.nsamples, 10);
		ck_assert_str_eq(got.buf, expected.buf);
	}
	record_release(&record);
	strbuf_release(&expected);
	strbuf_release(&got);
	free(body);
}
END_TEST

struct lines {
	char *list[4096];
	size_t n;
};

static uint32_t rnd(uint32_t *state, size_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (uint32_t)((*state >> 8) % below);
}

static void insert(struct lines *lines, size_t at, char *line)
{
	if (lines->n == sizeof(lines->list) / sizeof(*lines->list)) {
		free(line);
		return;
	}
	memmove(lines->list + at + 1, lines->list + at, (lines->n - at) * sizeof(*lines->list));
	lines->list[at] = line;
	lines->n++;
}

static char *take_out(struct lines *lines, size_t at)
{
	char *line = lines->list[at];

	lines->n--;
	memmove(lines->list + at, lines->list + at + 1, (lines->n - at) * sizeof(*lines->list));
	return line;
}

/* Gives the line another value, and sometimes a timestamp. */
static char *another_value(const char *line, uint32_t *state)
{
	size_t len = (size_t)(strrchr(line, ' ') - line);
	struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, line, len);
	strbuf_addf(&text, " %u%s", rnd(state, 1000000), rnd(state, 4) ? "" : ".25");
	return strbuf_detach(&text);
}

static char *another_series(const char *line, uint32_t *state)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, line, strcspn(line, "{ "));
	strbuf_addf(&text, "{new=\"%u } 1\"} 3", rnd(state, 10));
	return strbuf_detach(&text);
}

static void mutate(struct lines *lines, uint32_t *state)
{
	size_t at = rnd(state, lines->n), other = rnd(state, lines->n);
	char *line = lines->list[at];
	bool meta = *line == '#' || !*line;

	switch (rnd(state, 6)) {
	case 0:
		if (lines->n > 20)
			free(take_out(lines, at));
		break;
	case 1:
		insert(lines, other, xstrdup(line));
		break;
	case 2:
		line = take_out(lines, at);
		insert(lines, other < lines->n ? other : 0, line);
		break;
	case 3:
		insert(lines, at, meta ? xstrdup("# TYPE x gauge") : another_series(line, state));
		break;
	default:
		if (meta)
			break;
		lines->list[at] = another_value(line, state);
		free(line);
	}
}

/* Scrapes that change at random give what a parser without memory gives. */
START_TEST(test_mutated)
{
	static const char *const wanted[] = {"haproxy_backend_http_responses_total",
					     "haproxy_server_status", "kong_request_latency_ms",
					     "jvm_memory_used_bytes", NULL};
	static struct lines lines;
	struct strbuf body = STRBUF_INIT;
	uint32_t state = 4711;
	struct record record;
	size_t len;
	char *text = read_data(recordings[_i % NRECORDINGS].name, &len);
	const char *const *some = _i < NRECORDINGS ? NULL : wanted;

	for (char *line = strtok(text, "\n"); line && lines.n < 300; line = strtok(NULL, "\n"))
		insert(&lines, lines.n, xstrdup(line));
	record_init(&record);
	record.wanted = some;
	for (int round = 0; round < 150; round++) {
		char *expected;

		for (uint32_t n = rnd(&state, 12); n; n--)
			mutate(&lines, &state);
		strbuf_clear(&body);
		for (size_t i = 0; i < lines.n; i++)
			strbuf_addf(&body, "%s\n", lines.list[i]);
		expected = cold(body.buf, body.len, some);
		ck_assert_int_eq(record_scrape(&record, NULL, body.buf, body.len,
					       rnd(&state, 2) ? 0 : rnd(&state, 3000)),
				 0);
		ck_assert_str_eq(record.samples.buf, expected);
		free(expected);
	}
	while (lines.n)
		free(take_out(&lines, 0));
	record_release(&record);
	strbuf_release(&body);
	free(text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(*(table)))

TCase *known_cases(void)
{
	TCase *cases = tcase_create("known lines");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, test_change, 0, COUNT(changes));
	tcase_add_test(cases, test_void_scrape);
	tcase_add_test(cases, test_forget);
	tcase_add_test(cases, test_names_are_forgotten);
	tcase_add_test(cases, test_unwanted);
	tcase_add_loop_test(cases, test_recording, 0, NRECORDINGS);
	tcase_add_loop_test(cases, test_mutated, 0, 2 * NRECORDINGS);
	return cases;
}
