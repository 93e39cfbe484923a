/* Figures, filters and measures as texts. */
#include "check_query_parts.h"

#include "query/promql.h"

#include <math.h>
#include <string.h>

static const struct {
	enum measure measure;
	double value;
	unsigned quality;
	int width;
	const char *text;
} format_cases[] = {
	{M_REQUEST_RATE, 2100.0 / 60, 0, 7, "2.1k"},
	{M_REQUEST_RATE, 48200.0 / 60, 0, 7, "48.2k"},
	{M_REQUEST_RATE, 105.0 / 60, 0, 7, "105"},
	{M_REQUEST_RATE, 0, 0, 7, "0"},
	{M_REQUEST_RATE, NAN, Q_NONE, 7, "n/a"},
	{M_429_RATE, 412.0 / 60, 0, 6, "412"},
	{M_ERROR_RATIO, 0.112, 0, 6, "11.20"},
	{M_ERROR_RATIO, 0, 0, 6, "0.00"},
	{M_ERROR_RATIO, 0.0049, 0, 6, "0.49"},
	{M_ERROR_RATIO, 1, 0, 5, "100.0"},
	{M_4XX_RATIO, 0.792, 0, 5, "79.2"},
	{M_UPSTREAM_SHARE, 0.972, 0, 3, "97"},
	{M_P95, 0.1, 0, 6, "0.10"},
	{M_P95, 2.13, Q_COARSE, 6, "2.1~"},
	{M_P95, 0.04, 0, 6, "0.04"},
	{M_P95, 0.004, 0, 6, "4ms"},
	{M_P95, 12.4, 0, 6, "12"},
	{M_P95, 5, Q_ABOVE, 6, ">5s"},
	{M_P95, 0.5, Q_ABOVE, 6, ">.5s"},
	{M_P50, 0.05, Q_AVERAGE, 6, "avg.05"},
	{M_P50, 0.05, Q_AVERAGE, 5, "a.05"},
	{M_P50, 1.5, Q_AVERAGE, 6, "avg1.5"},
	{M_P50, 0, Q_AVERAGE, 6, "avg 0"},
	{M_P50, 0, Q_AVERAGE, 5, "a 0"},
	{M_P50, 0.00001, Q_AVERAGE, 6, "avg 0"},
	{M_P50, 0.0004, Q_AVERAGE, 6, "a.4ms"},
	{M_P50, 0.0004, Q_AVERAGE, 5, "a.4ms"},
	{M_P50, 0.004, Q_AVERAGE, 6, "avg4ms"},
	{M_P50, 0.004, Q_AVERAGE, 5, "a4ms"},
	{M_P50, 123, Q_AVERAGE, 6, "avg123"},
	{M_P50, 12345, Q_AVERAGE, 5, "a12k"},
	{M_TOKENS_PER_REQUEST, 1940.3, 0, 7, "1940"},
	{M_TOKEN_RATE, 182000.0 / 60, 0, 7, "182.0k"},
	{M_COST_RATE, 31.1 / 3600, 0, 6, "31.10"},
	{M_COST_RATE, 41.2 / 3600, 0, 4, "41.2"},
	{M_COST_PER_REQUEST, 0.0036, 0, 7, "0.0036"},
	{M_COST_PER_REQUEST, 0.000115, 0, 7, "0.00012"},
	{M_COST_PER_REQUEST, 0.000066, 0, 7, "0.00007"},
	{M_COST_PER_REQUEST, 0, 0, 7, "0.00"},
	{M_COST_PER_REQUEST, 1.5, 0, 7, "1.50"},
	{M_BUDGET_USED, 0.62, 0, 4, "62"},
	{M_UPTIME, 301, 0, 6, "5m01"},
	{M_PROMPT_VERSION, 8, 0, 4, "8"},
	{M_NODES_UP, 3, 0, 2, "3"},
	{M_NODES_UP, NAN, Q_NONE, 2, "-"},
};

START_TEST(figures_are_formatted)
{
	struct figure figure = {.value = format_cases[_i].value,
				.quality = (uint16_t)format_cases[_i].quality,
				.measure = (uint8_t)format_cases[_i].measure,
				.unit = (uint8_t)measure_info(format_cases[_i].measure)->unit};
	char buf[64];

	ck_assert_str_eq(figure_format(buf, format_cases[_i].width, &figure),
			 format_cases[_i].text);
}
END_TEST

/* Nothing is ever wider than its column, or written past its end. */
START_TEST(figures_keep_to_their_columns)
{
	static const double values[] = {0,     1e-9,   0.00049, 0.0999, 0.5,  0.999, 1,  9.99,
					99.96, 1234.5, 99999,   1e7,    1e12, 1e300, -5, -1e9};

	for (size_t m = 0; m < M_COUNT; m++) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			for (int width = 1; width <= 14; width++) {
				static const uint16_t qualities[] = {0, Q_ABOVE, Q_COARSE,
								     Q_AVERAGE, Q_NONE};

				for (size_t q = 0; q < 5; q++) {
					struct figure figure = {
						.value = values[i],
						.quality = qualities[q],
						.measure = (uint8_t)m,
						.unit = (uint8_t)measure_info((enum measure)m)
								->unit};
					char buf[16];

					memset(buf, 'x', sizeof(buf));
					figure_format(buf, width, &figure);
					ck_assert_uint_le(strlen(buf), (size_t)width);
					ck_assert_uint_ge(strlen(buf), 1);
				}
			}
		}
	}
}
END_TEST

START_TEST(figures_explain_themselves)
{
	struct bench bench;
	struct figure figure;
	char text[400];

	bench_init(&bench, 100);
	for (int t = 0; t <= 3; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200", 90 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=500", 10 * t);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_ERROR_RATIO, "route=/a", 17);
	figure_explain(&figure, bench.model, MINUTE, text, sizeof(text));
	ck_assert_str_eq(text, "error-ratio = increase(requests{code=5xx}) / increase(requests): "
			       "10.00 %, from metrics of edge, n=300 over 15s of 1m00, 2s old. "
			       "Note: the window is still filling.");
	figure = ask(&bench, M_P95, "route=/a", 17);
	figure_explain(&figure, bench.model, MINUTE, text, sizeof(text));
	ck_assert_str_eq(text, "p95 = quantile(0.95, increase(latency or else upstream_latency "
			       "buckets)): n/a, no latency in "
			       "the window.");
	figure_explain(&figure, bench.model, MINUTE, text, 8);
	ck_assert_str_eq(text, "p95 = q");
	bench_release(&bench);
}
END_TEST

static const struct {
	const char *text;
	const char *formatted; /* or the start of the error */
	bool good;
} filter_cases[] = {
	{"route:checkout code:5xx", "route:checkout code:5xx", true},
	{"  !client:10.*   word ", "!client:10.* word", true},
	{"route:\"a b\"", "route:\"a b\"", true},
	{"fe80::1", "fe80::1", true},
	{"", "", true},
	{"rout:checkout", "\"rout:\" is no dimension", false},
	{"route:", "nothing stands after \"route:\"", false},
	{"a b c d e f g h i j k l m n o p q", "a filter has at most 16 terms", false},
};

START_TEST(filters_are_read_and_written)
{
	struct filter filter;
	struct arena arena;
	struct err err = {0};
	char text[200];
	int result;

	arena_init(&arena);
	result = filter_parse(filter_cases[_i].text, &arena, &filter, &err);
	ck_assert_int_eq(result, filter_cases[_i].good ? 0 : -1);
	if (filter_cases[_i].good)
		filter_format(&filter, text, sizeof(text));
	else
		memcpy(text, err.msg, sizeof(text));
	text[strlen(filter_cases[_i].formatted)] =
		filter_cases[_i].good ? text[strlen(filter_cases[_i].formatted)] : '\0';
	ck_assert_str_eq(text, filter_cases[_i].formatted);
	arena_release(&arena);
}
END_TEST

START_TEST(measures_are_whole)
{
	for (size_t i = 0; i < M_COUNT; i++) {
		const struct measure_info *info = measure_info((enum measure)i);

		ck_assert_ptr_nonnull(info->name);
		ck_assert_ptr_nonnull(info->title);
		ck_assert_ptr_nonnull(info->formula);
		ck_assert_uint_ne(info->dims, 0);
		ck_assert_int_eq((int)measure_by_name(info->name), (int)i);
	}
	ck_assert_int_eq(measure_by_name("no-such"), M_COUNT);
}
END_TEST

TCase *query_texts(void)
{
	TCase *tests = tcase_create("texts");

	tcase_add_loop_test(tests, figures_are_formatted, 0,
			    sizeof(format_cases) / sizeof(format_cases[0]));
	tcase_add_test(tests, figures_keep_to_their_columns);
	tcase_add_test(tests, figures_explain_themselves);
	tcase_add_loop_test(tests, filters_are_read_and_written, 0,
			    sizeof(filter_cases) / sizeof(filter_cases[0]));
	tcase_add_test(tests, measures_are_whole);
	return tests;
}
