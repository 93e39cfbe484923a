#include "model_bench.h"

#include "query/promql.h"
#include "query/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE 60000

static struct figure ask(struct bench *bench, enum measure measure, const char *dims, double second)
{
	dims_id id = bench_dims(bench, dims);
	const struct dims want = *names_dims(bench->names, id);
	struct figure figure = query_one(bench->model, measure, COLUMN_VALUE, &want,
					 dims_mask(&want), MINUTE, bench_clock(second));

	names_drop(bench->names, id);
	return figure;
}

static struct figure ask_was(struct bench *bench, enum measure measure, double second)
{
	const struct dims none = {{0}};

	return query_one(bench->model, measure, COLUMN_WAS, &none, 0, MINUTE, bench_clock(second));
}

/* 500 requests a minute of which 40 fail and 25 are limited, and so on: 13 ticks. */
static void play_minute(struct bench *bench)
{
	for (int t = 0; t <= 12; t++) {
		bench_set(bench, SIGNAL_REQUESTS, "route=/a code=200 origin=upstream",
			  1000 + 435.0 * t / 12);
		bench_set(bench, SIGNAL_REQUESTS, "route=/a code=504 origin=upstream",
			  30.0 * t / 12);
		bench_set(bench, SIGNAL_REQUESTS, "route=/a code=500 origin=gateway",
			  10.0 * t / 12);
		bench_set(bench, SIGNAL_REQUESTS, "route=/a code=429 origin=gateway",
			  7 + 25.0 * t / 12);
		bench_set(bench, SIGNAL_RATE_LIMITED, "route=/a", 7 + 25.0 * t / 12);
		bench_set(bench, SIGNAL_REQUESTS, "route=/b code=401", t);
		bench_set(bench, SIGNAL_REQUESTS, "route=/b code=404", 2 * t);
		bench_set(bench, SIGNAL_AUTH_FAILURES, "route=/b", t);
		bench_set(bench, SIGNAL_CONNECTIONS, "", 17);
		bench_tick(bench, t * 5);
	}
}

static const struct {
	enum measure measure;
	const char *dims;
	double value;
	double n;
} minute_cases[] = {
	{M_REQUEST_RATE, "route=/a", 500.0 / 60, 500},
	{M_REQUESTS, "route=/a", 500, 500},
	{M_ERROR_RATIO, "route=/a", 40.0 / 500, 500},
	{M_ERROR_RATE, "route=/a", 40.0 / 60, 40},
	{M_504_RATIO, "route=/a", 30.0 / 500, 500},
	{M_AVAILABILITY, "route=/a", 460.0 / 500, 500},
	{M_4XX_RATIO, "route=/a", 0, 500},
	{M_4XX_RATIO, "route=/b", 1, 36},
	{M_429_RATE, "route=/a", 25.0 / 60, 25},
	{M_LIMITED_RATE, "", 25.0 / 60, 25},
	{M_DENIED_RATE, "route=/b", 12.0 / 60, 12},
	{M_2XX_RATE, "", 435.0 / 60, 435},
	{M_GATEWAY_ERRORS, "", 0.25, 40},
	{M_UPSTREAM_ERRORS, "", 0.75, 40},
	{M_CONNECTIONS, "", 17, 1},
	{M_REQUEST_RATE, "route=/none", NAN, 0},
	{M_P95, "", NAN, 0},
	{M_COST_RATE, "", NAN, 0},
	{M_UP, "", 1, 1},
};

START_TEST(figures_of_a_minute)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	play_minute(&bench);
	figure = ask(&bench, minute_cases[_i].measure, minute_cases[_i].dims, 60);
	if (isnan(minute_cases[_i].value)) {
		ck_assert(isnan(figure.value));
		ck_assert_uint_eq(figure.quality, Q_NONE);
	} else {
		ck_assert_double_eq_tol(figure.value, minute_cases[_i].value, 1e-9);
		ck_assert_double_eq_tol(figure.n, minute_cases[_i].n, 1e-9);
		ck_assert_uint_eq(figure.quality, 0);
		ck_assert_int_eq(figure.age_ms, 0);
	}
	bench_release(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("query");
	TCase *tests = tcase_create("query");
	SRunner *runner;
	int failed;

	(void)ask_was;
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, figures_of_a_minute, 0,
			    sizeof(minute_cases) / sizeof(minute_cases[0]));
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
