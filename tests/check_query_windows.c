/* Rates, windows and their qualities. */
#include "check_query_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 500 requests on /a in a minute, of which 40 fail and 25 are limited: 13 ticks. */
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
		bench_set(bench, SIGNAL_LIMIT, "route=/a", 25);
		bench_set(bench, SIGNAL_STARTED, "", 1699999000);
		bench_set(bench, SIGNAL_CERT_EXPIRY, "", 1700086460);
		bench_set(bench, SIGNAL_TOKENS, "model=m type=input", 1000 * t);
		bench_set(bench, SIGNAL_TOKENS, "model=m type=output", 500 * t);
		bench_set(bench, SIGNAL_TOKENS, "model=m type=cached", 900 * t);
		bench_set(bench, SIGNAL_AI_REQUESTS, "model=m code=200", t);
		bench_set(bench, SIGNAL_AI_REQUESTS, "model=m code=429", t);
		bench_set(bench, SIGNAL_COST, "model=m", 0.5 * t);
		bench_set(bench, SIGNAL_BUDGET_LIMIT, "consumer=a", 100);
		bench_set(bench, SIGNAL_BUDGET_LEFT, "consumer=a", 38);
		bench_set(bench, SIGNAL_BUDGET_LIMIT, "consumer=b", 25);
		bench_set(bench, SIGNAL_BUDGET_LEFT, "consumer=b", INFINITY);
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
	{M_REQUESTS, "", 536, 536},
	{M_ERROR_RATIO, "route=/a", 40.0 / 500, 500},
	{M_ERROR_RATE, "route=/a", 40.0 / 60, 40},
	{M_504_RATIO, "route=/a", 30.0 / 500, 500},
	{M_AVAILABILITY, "route=/a", 460.0 / 500, 500},
	{M_4XX_RATIO, "route=/a", 0, 500},
	{M_4XX_RATIO, "route=/b", 1, 36},
	{M_429_RATE, "route=/a", 25.0 / 60, 25},
	{M_429_RATE, "route=/b", 0, 0},
	{M_LIMITED_RATE, "", 25.0 / 60, 25},
	{M_DENIED_RATE, "route=/b", 12.0 / 60, 12},
	{M_DENIED_RATE, "", 12.0 / 60, 12},
	{M_2XX_RATE, "", 435.0 / 60, 435},
	{M_GATEWAY_ERRORS, "", 0.25, 40},
	{M_UPSTREAM_ERRORS, "", 0.75, 40},
	{M_CONNECTIONS, "", 17, 1},
	{M_LIMIT_USED, "route=/a", 500.0 / 60 / 25, 500},
	{M_UPTIME, "", 1060, 1},
	{M_CERT_LEFT, "", 86400, 1},
	{M_TOKENS_PER_REQUEST, "model=m", 750, 24},
	{M_INPUT_TOKENS_PER_REQUEST, "model=m", 500, 24},
	{M_OUTPUT_TOKENS_PER_REQUEST, "model=m", 250, 24},
	{M_AI_ERROR_RATIO, "model=m", 0, 24},
	{M_COST_RATE, "", 0.1, 6},
	{M_COST_PER_REQUEST, "", 0.25, 24},
	{M_BUDGET_USED, "", 0.62, 1},
	{M_BUDGET_LIMIT, "", 125, 2},
	{M_BUDGET_LEFT, "", 38, 1},
	{M_BUDGET_OUT, "", 380, 6},
	{M_REQUEST_RATE, "route=/none", NAN, 0},
	{M_P95, "", NAN, 0},
	{M_TTFT_P95, "model=m", NAN, 0},
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

#define NAIVE_TICKS  300
#define NAIVE_SERIES 12

/* The increase of one series as one would write it down without any cleverness. */
static double naive_increase(double said[NAIVE_TICKS][NAIVE_SERIES], int s, int first, int last)
{
	double before = NAN, sum = 0;
	int born = 0;

	while (born < NAIVE_TICKS && tick_is_absent(said[born][s]))
		born++;
	for (int t = first; t <= last; t++) {
		double now = said[t][s];

		if (tick_is_absent(now))
			continue;
		if (t == born && t > first && isnan(before))
			before = 0;
		if (!isnan(before))
			sum += now >= before ? now - before : now;
		before = now;
	}
	return sum;
}

/* Random counters that grow, fall, stop and start late; random windows at random instants. */
START_TEST(increases_equal_the_naive_ones)
{
	static double said[NAIVE_TICKS][NAIVE_SERIES];
	static double at[NAIVE_TICKS];
	struct bench bench;

	srand(23);
	bench_init(&bench, 100);
	for (int t = 0; t < NAIVE_TICKS; t++) {
		at[t] = t * 2 + (rand() % 100) / 100.0;
		for (int s = 0; s < NAIVE_SERIES; s++) {
			char dims[32];
			double before = t ? said[t - 1][s] : tick_absent();

			snprintf(dims, sizeof(dims), "route=/%d code=200", s);
			said[t][s] = tick_absent();
			if (t < s * 20 || (s > 6 && rand() % 10 == 0))
				continue;
			said[t][s] = (tick_is_absent(before) ? 5 : before) + rand() % 3 * s;
			if (rand() % 40 == 0)
				said[t][s] = rand() % 4;
			bench_set(&bench, SIGNAL_REQUESTS, dims, said[t][s]);
		}
		bench_tick(&bench, at[t]);
	}
	for (int round = 0; round < 3000; round++) {
		int last = 10 + rand() % (NAIVE_TICKS - 10), first = last,
		    s = rand() % NAIVE_SERIES;
		int64_t window = 5000 + rand() % 300000;
		struct clock now = bench_clock(at[last]);
		struct dims want = {{0}};
		struct figure figure;
		char route[16];

		while (first > 0 && bench_clock(at[first - 1]).mono_ms >= now.mono_ms - window)
			first--;
		snprintf(route, sizeof(route), "/%d", s);
		want.value[DIM_ROUTE] = names_find(bench.names, route);
		figure = query_one(bench.model, M_REQUESTS, COLUMN_VALUE, &want, DIM_BIT(DIM_ROUTE),
				   window, now);
		if (figure.quality & Q_NONE)
			figure.value = 0;
		ck_assert_double_eq(figure.value, naive_increase(said, s, first, last));
	}
	bench_release(&bench);
}
END_TEST

/* A series that begins after its source began counted from 0: the first 504s are not lost. */
START_TEST(late_series_count_from_nought)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200", 100 * t);
		if (t >= 6)
			bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=504", 40);
		bench_tick(&bench, t * 5);
	}
	ck_assert_double_eq(ask(&bench, M_ERROR_RATE, "route=/a", 60).n, 40);
	bench_release(&bench);
}
END_TEST

START_TEST(windows_fill_and_say_so)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	bench_set(&bench, SIGNAL_STARTED, "", 1699999900);
	bench_set(&bench, SIGNAL_REQUESTS, "code=200", 900);
	bench_set(&bench, SIGNAL_REQUESTS, "code=500", 100);
	bench_tick(&bench, 0);
	figure = ask(&bench, M_ERROR_RATIO, "", 1);
	ck_assert_double_eq(figure.value, 0.1);
	ck_assert_uint_eq(figure.quality, Q_LIFETIME | Q_FILLING);
	figure = ask(&bench, M_REQUEST_RATE, "", 1);
	ck_assert_double_eq(figure.value, 10);
	ck_assert_int_eq(figure.covered_ms, 100000);
	for (int t = 1; t <= 3; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", 900 + 10 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "code=500", 100);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_REQUEST_RATE, "", 15);
	ck_assert_double_eq(figure.value, 2);
	ck_assert_double_eq(figure.n, 30);
	ck_assert_int_eq(figure.covered_ms, 15000);
	ck_assert_uint_eq(figure.quality, Q_FILLING);
	figure = ask_kind(&bench, M_ERROR_RATIO, COLUMN_WAS, "", 15);
	ck_assert_double_eq(figure.value, 0.1);
	ck_assert(figure.quality & Q_LIFETIME);
	bench_release(&bench);
}
END_TEST

/* Without the process' start a lifetime has no length, but it has ratios. */
START_TEST(lifetimes_of_unknown_length_have_no_rate)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	bench_set(&bench, SIGNAL_REQUESTS, "code=200", 900);
	bench_set(&bench, SIGNAL_REQUESTS, "code=500", 100);
	bench_tick(&bench, 0);
	ck_assert_uint_eq(ask(&bench, M_REQUEST_RATE, "", 1).quality, Q_NONE);
	figure = ask(&bench, M_ERROR_RATIO, "", 1);
	ck_assert_double_eq(figure.value, 0.1);
	bench_release(&bench);
}
END_TEST

START_TEST(resets_are_added_back)
{
	struct bench bench;
	struct figure figure;
	static const double values[] = {0, 1, 2, 3, 2, 3, 4};

	bench_init(&bench, 100);
	for (int t = 0; t < 7; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", values[t]);
		bench_tick(&bench, t * 10);
	}
	figure = ask(&bench, M_REQUESTS, "", 60);
	ck_assert_double_eq(figure.value, 7);
	ck_assert_uint_eq(figure.quality, Q_RESET);
	bench_release(&bench);
}
END_TEST

START_TEST(wraps_are_no_resets)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		struct dict_entry entry = {.dims = bench_dims(&bench, "code=200"),
					   .signal = SIGNAL_REQUESTS,
					   .wrap32 = 1};

		bench.values[dict_add(&bench.dict, &entry)] =
			(double)(uint32_t)(4294967000u + 100u * (unsigned)t);
		names_drop(bench.names, entry.dims);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_REQUESTS, "", 60);
	ck_assert_double_eq(figure.value, 1200);
	ck_assert_uint_eq(figure.quality, 0);
	ck_assert_uint_eq(model_mark_count(bench.model), 1);
	ck_assert_int_eq(model_mark(bench.model, 0)->kind, MARK_WRAP);
	bench_release(&bench);
}
END_TEST

START_TEST(stale_sources_keep_their_last_values)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	for (int t = 0; t <= 24; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", 50 * t);
		bench_set(&bench, SIGNAL_CONNECTIONS, "", 3);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_REQUEST_RATE, "", 132);
	ck_assert_uint_eq(figure.quality, 0);
	figure = ask(&bench, M_REQUEST_RATE, "", 162);
	ck_assert_double_eq(figure.value, 10);
	ck_assert_double_eq(figure.n, 600);
	ck_assert_int_eq(figure.covered_ms, MINUTE);
	ck_assert_uint_eq(figure.quality, Q_STALE);
	ck_assert_int_eq(figure.age_ms, 42000);
	figure = ask(&bench, M_CONNECTIONS, "", 162);
	ck_assert_double_eq(figure.value, 3);
	ck_assert_uint_eq(figure.quality, Q_STALE);
	ck_assert_double_eq(ask(&bench, M_UP, "", 162).value, 0);
	bench_release(&bench);
}
END_TEST

/* The median of the minutes before this one; a spike of one minute does not move it. */
START_TEST(baselines_are_medians)
{
	struct bench bench;
	struct figure figure;
	double total = 0;

	bench_init(&bench, 100);
	for (int t = 0; t <= 120; t++) {
		int minute = (t - 1) / 12;

		total += minute == 4 ? 500 : minute == 9 ? 200 : 50;
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", total);
		bench_tick(&bench, t * 5);
	}
	figure = ask_kind(&bench, M_REQUEST_RATE, COLUMN_WAS, "", 600);
	ck_assert_double_eq_tol(figure.value, 10, 1e-9);
	ck_assert_uint_eq(figure.quality, 0);
	ck_assert_double_eq_tol(ask(&bench, M_REQUEST_RATE, "", 600).value, 40, 1e-9);
	bench_release(&bench);
}
END_TEST

START_TEST(the_past_can_be_asked_about)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 170; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", t * (t - 1) / 2);
		bench_tick(&bench, t * 5);
	}
	for (int t = 20; t < 170; t += 7) {
		struct figure figure = ask(&bench, M_REQUESTS, "", t * 5 + 1);

		ck_assert_double_eq(figure.value, t * (t - 1) / 2 - (t - 11) * (t - 12) / 2);
	}
	bench_release(&bench);
}
END_TEST

TCase *query_windows(void)
{
	TCase *tests = tcase_create("windows");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, figures_of_a_minute, 0,
			    sizeof(minute_cases) / sizeof(minute_cases[0]));
	tcase_add_test(tests, increases_equal_the_naive_ones);
	tcase_add_test(tests, late_series_count_from_nought);
	tcase_add_test(tests, windows_fill_and_say_so);
	tcase_add_test(tests, lifetimes_of_unknown_length_have_no_rate);
	tcase_add_test(tests, resets_are_added_back);
	tcase_add_test(tests, wraps_are_no_resets);
	tcase_add_test(tests, stale_sources_keep_their_last_values);
	tcase_add_test(tests, baselines_are_medians);
	tcase_add_test(tests, the_past_can_be_asked_about);
	return tests;
}
