/* Which series answer: several sources, totals beside parts, classes, histograms, averages. */
#include "check_query_parts.h"

#include <math.h>
#include <stdio.h>

/* Applies what was set to another source at the same time. */
static void tick_source(struct bench *bench, uint32_t source, double second)
{
	uint32_t own = bench->source;

	bench->source = source;
	bench_tick(bench, second);
	bench->source = own;
}

START_TEST(two_sources_are_not_added_up)
{
	struct bench bench;
	uint32_t log;

	bench_init(&bench, 100);
	log = model_add_source(bench.model, bench.target, "log");
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200", 100 * t);
		bench_tick(&bench, t * 5);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200 client=10.0.0.1", 60 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=401 client=10.0.0.2", 39 * t);
		tick_source(&bench, log, t * 5);
	}
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "route=/a", 60).value, 1200);
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "client=10.0.0.1", 60).value, 720);
	ck_assert_double_eq(ask(&bench, M_DENIED_RATE, "client=10.0.0.2", 60).n, 39 * 12);
	bench_release(&bench);
}
END_TEST

START_TEST(totals_answer_only_what_parts_cannot)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200", 10 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/b code=200", 20 * t);
		bench_part(&bench, SIGNAL_REQUESTS, PART_TOTAL, 0, "node=n1", 25 * t);
		bench_part(&bench, SIGNAL_REQUESTS, PART_TOTAL, 0, "node=n2", 5 * t);
		bench_tick(&bench, t * 5);
	}
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "", 60).value, 360);
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "node=n1", 60).value, 300);
	bench_release(&bench);
}
END_TEST

static const struct {
	enum measure measure;
	double value;
} class_cases[] = {
	{M_REQUESTS, 1200}, {M_ERROR_RATIO, 0.1},    {M_4XX_RATIO, 0.2},
	{M_2XX_RATE, 14},   {M_429_RATE, NAN},       {M_504_RATIO, NAN},
	{M_DENIED_RATE, 1}, {M_GATEWAY_ERRORS, NAN}, {M_AVAILABILITY, 0.9},
};

/* A gateway that tells classes only, and counts denials apart. */
START_TEST(classes_are_no_codes)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "service=be code=2xx", 70 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "service=be code=4xx", 20 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "service=be code=5xx", 10 * t);
		bench_set(&bench, SIGNAL_DENIED, "service=be", 5 * t);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, class_cases[_i].measure, "service=be", 60);
	if (isnan(class_cases[_i].value))
		ck_assert_uint_eq(figure.quality, Q_NONE);
	else
		ck_assert_double_eq_tol(figure.value, class_cases[_i].value, 1e-9);
	bench_release(&bench);
}
END_TEST

/* Without any code nothing can be said of errors: not 0. */
START_TEST(no_codes_are_no_success)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "", 70 * t);
		bench_tick(&bench, t * 5);
	}
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "", 60).value, 840);
	ck_assert_uint_eq(ask(&bench, M_ERROR_RATIO, "", 60).quality, Q_NONE);
	ck_assert_uint_eq(ask(&bench, M_DENIED_RATE, "", 60).quality, Q_NONE);
	bench_release(&bench);
}
END_TEST

static void set_histogram(struct bench *bench, const char *dims, double scale)
{
	static const double bounds[] = {0.1, 0.25, 0.5, 2, 5, INFINITY};
	static const double counts[] = {50, 80, 90, 100, 100, 100};

	for (size_t i = 0; i < 6; i++)
		bench_part(bench, SIGNAL_LATENCY, PART_BUCKET, bounds[i], dims, counts[i] * scale);
	bench_part(bench, SIGNAL_LATENCY, PART_SUM, 0, dims, 20 * scale);
	bench_part(bench, SIGNAL_LATENCY, PART_COUNT, 0, dims, 100 * scale);
	bench_part(bench, SIGNAL_UPSTREAM_LATENCY, PART_SUM, 0, dims, 15 * scale);
	bench_part(bench, SIGNAL_UPSTREAM_LATENCY, PART_COUNT, 0, dims, 100 * scale);
}

static const struct {
	enum measure measure;
	double value;
	unsigned quality;
} histogram_cases[] = {
	{M_P50, 0.1, Q_COARSE},  {M_P90, 0.5, 0},         {M_P95, 1.25, Q_COARSE},
	{M_P99, 1.85, Q_COARSE}, {M_LATENCY_AVG, 0.2, 0}, {M_UPSTREAM_SHARE, 0.75, 0},
};

START_TEST(quantiles_of_merged_histograms)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		set_histogram(&bench, "route=/a", t);
		set_histogram(&bench, "route=/b", 3 * t);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, histogram_cases[_i].measure, "", 60);
	ck_assert_double_eq_tol(figure.value, histogram_cases[_i].value, 1e-9);
	ck_assert_uint_eq(figure.quality, histogram_cases[_i].quality);
	ck_assert_double_eq(figure.n, 4800);
	bench_release(&bench);
}
END_TEST

/* Envoy: what clients see has no route, what its clusters take has one. */
START_TEST(upstreams_tell_routes_where_clients_do_not)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, 1, "", 0);
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, 2, "", 30 * t);
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, INFINITY, "", 30 * t);
		for (int route = 0; route < 2; route++) {
			const char *dims = route ? "route=/b" : "route=/a";

			bench_part(&bench, SIGNAL_UPSTREAM_LATENCY, PART_BUCKET, .1, dims, 10 * t);
			bench_part(&bench, SIGNAL_UPSTREAM_LATENCY, PART_BUCKET, INFINITY, dims,
				   10 * t);
		}
		bench_tick(&bench, t * 5);
	}
	ck_assert_double_eq_tol(ask(&bench, M_P95, "", 60).value, 1.95, 1e-9);
	ck_assert_double_eq(ask(&bench, M_P95, "", 60).n, 360);
	ck_assert_double_eq_tol(ask(&bench, M_P95, "route=/b", 60).value, .095, 1e-9);
	ck_assert_double_eq(ask(&bench, M_P95, "route=/b", 60).n, 120);
	bench_release(&bench);
}
END_TEST

START_TEST(the_last_bucket_has_no_end)
{
	struct bench bench;
	struct figure figure;
	struct bucket *buckets;
	struct arena arena;
	const struct dims none = {{0}};

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, 1, "route=/a", t);
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, 5, "route=/a", 2 * t);
		bench_part(&bench, SIGNAL_LATENCY, PART_BUCKET, INFINITY, "route=/a", 10 * t);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_P95, "", 60);
	ck_assert_double_eq(figure.value, 5);
	ck_assert_uint_eq(figure.quality, Q_ABOVE);
	arena_init(&arena);
	ck_assert_uint_eq(query_buckets(bench.model, SIGNAL_LATENCY, &none, 0, MINUTE,
					bench_clock(60), &arena, &buckets),
			  3);
	ck_assert_double_eq(buckets[0].count, 12);
	ck_assert_double_eq(buckets[1].count, 12);
	ck_assert_double_eq(buckets[2].count, 96);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

START_TEST(own_averages_and_quantiles_stand_alone)
{
	struct bench bench;
	struct figure figure;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_part(&bench, SIGNAL_LATENCY, PART_AVERAGE, 0, "service=a", 0.05);
		bench_part(&bench, SIGNAL_LATENCY, PART_AVERAGE, 0, "service=b", 0.2);
		bench_part(&bench, SIGNAL_AI_LATENCY, PART_QUANTILE, 0.95, "model=m", 1.5);
		bench_part(&bench, SIGNAL_AI_LATENCY, PART_QUANTILE, 0.5, "model=m", 0.5);
		bench_part(&bench, SIGNAL_AI_LATENCY, PART_QUANTILE, 0.95, "model=o", 9);
		bench_part(&bench, SIGNAL_CPU, PART_AVERAGE, 0, "", 0.4);
		bench_tick(&bench, t * 5);
	}
	figure = ask(&bench, M_P95, "service=a", 60);
	ck_assert_double_eq(figure.value, 0.05);
	ck_assert_uint_eq(figure.quality, Q_AVERAGE);
	ck_assert(ask(&bench, M_P95, "", 60).quality & Q_NONE);
	figure = ask(&bench, M_AI_P95, "model=m", 60);
	ck_assert_double_eq(figure.value, 1.5);
	ck_assert_uint_eq(figure.quality, 0);
	ck_assert(ask(&bench, M_AI_P95, "", 60).quality & Q_NONE);
	ck_assert_double_eq(ask(&bench, M_CPU, "", 60).value, 0.4);
	bench_release(&bench);
}
END_TEST

START_TEST(histograms_without_observations_are_unknown)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		set_histogram(&bench, "route=/a", 1);
		bench_tick(&bench, t * 5);
	}
	ck_assert_uint_eq(ask(&bench, M_P95, "", 60).quality, Q_NONE);
	ck_assert_uint_eq(ask(&bench, M_LATENCY_AVG, "", 60).quality, Q_NONE);
	bench_release(&bench);
}
END_TEST

static const double no_values[] = {INFINITY, -INFINITY, NAN, 9.223372036854776e18};

START_TEST(what_is_no_number_is_not_available)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t <= 12; t++) {
		bench_set(&bench, SIGNAL_BUDGET_LIMIT, "consumer=a", no_values[_i]);
		bench_set(&bench, SIGNAL_REQUESTS, "code=200",
			  isnan(no_values[_i]) ? NAN : INFINITY);
		bench_tick(&bench, t * 5);
	}
	ck_assert_uint_eq(ask(&bench, M_BUDGET_LIMIT, "", 60).quality, Q_NONE);
	ck_assert_uint_eq(ask(&bench, M_ERROR_RATIO, "", 60).quality, Q_NONE);
	bench_release(&bench);
}
END_TEST

START_TEST(overflow_is_said)
{
	struct bench bench;

	bench_init(&bench, 3);
	for (int t = 0; t <= 12; t++) {
		for (int r = 0; r < 5; r++) {
			char dims[32];

			snprintf(dims, sizeof(dims), "route=/%d code=200", r);
			bench_set(&bench, SIGNAL_REQUESTS, dims, t);
		}
		bench_tick(&bench, t * 5);
	}
	ck_assert_uint_eq(ask(&bench, M_REQUESTS, "route=/1", 60).quality, Q_OVERFLOW);
	ck_assert_double_eq(ask(&bench, M_REQUESTS, "route=other", 60).value, 12);
	bench_release(&bench);
}
END_TEST

TCase *query_sources(void)
{
	TCase *tests = tcase_create("sources");

	tcase_add_test(tests, two_sources_are_not_added_up);
	tcase_add_test(tests, totals_answer_only_what_parts_cannot);
	tcase_add_loop_test(tests, classes_are_no_codes, 0,
			    sizeof(class_cases) / sizeof(class_cases[0]));
	tcase_add_test(tests, no_codes_are_no_success);
	tcase_add_loop_test(tests, quantiles_of_merged_histograms, 0,
			    sizeof(histogram_cases) / sizeof(histogram_cases[0]));
	tcase_add_test(tests, upstreams_tell_routes_where_clients_do_not);
	tcase_add_test(tests, the_last_bucket_has_no_end);
	tcase_add_test(tests, own_averages_and_quantiles_stand_alone);
	tcase_add_test(tests, histograms_without_observations_are_unknown);
	tcase_add_loop_test(tests, what_is_no_number_is_not_available, 0,
			    sizeof(no_values) / sizeof(no_values[0]));
	tcase_add_test(tests, overflow_is_said);
	return tests;
}
