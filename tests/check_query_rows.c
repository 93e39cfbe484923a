/* Rows, totals, sorting, filters, trends. */
#include "check_query_parts.h"

#include <math.h>
#include <string.h>

/* Two gateways with routes, and one that stands before the first. */
static void play(struct bench *bench)
{
	static const char *const targets[] = {"edge", "edge-2", "lb"};
	uint32_t sources[3];

	for (size_t i = 0; i < 3; i++) {
		const struct target_info info = {.name = targets[i], .counts = i != 2};

		bench->target = model_add_target(bench->model, &info);
		sources[i] = model_add_source(bench->model, bench->target, "metrics");
	}
	for (int t = 0; t <= 24; t++) {
		for (size_t i = 0; i < 3; i++) {
			bench->target = model_target_by_name(bench->model, targets[i]);
			bench->source = sources[i];
			bench_set(bench, SIGNAL_REQUESTS, "route=/cart code=200",
				  10 * t * (i == 0 ? 1 : 2));
			bench_set(bench, SIGNAL_REQUESTS, "route=/cart code=503", i == 0 ? t : 0);
			bench_set(bench, SIGNAL_REQUESTS, "route=/login code=200", t);
			if (t >= 12 && i == 1)
				bench_set(bench, SIGNAL_REQUESTS, "route=/new code=200", 5 * t);
			bench_tick(bench, t * 5);
		}
	}
}

static struct result run(struct bench *bench, struct query *query, struct arena *arena,
			 const char *filter)
{
	static struct filter parsed;
	struct result result;
	struct err err = {0};

	ck_assert_msg(filter_parse(filter, arena, &parsed, &err) == 0, "%s", err.msg);
	query->filter = &parsed;
	query->window_ms = MINUTE;
	query->at = bench_clock(120);
	query_run(bench->model, query, arena, &result);
	return result;
}

static const char *text_of(struct bench *bench, const struct row *row, enum dim dim)
{
	return names_text(bench->names, row->dims.value[dim]);
}

static const struct {
	const char *filter;
	size_t rows;
	const char *first; /* route of the first row */
	double total;
} row_cases[] = {
	{"", 7, "/cart", 132 + 240 + 12 + 12 + 60},
	{"route:cart", 3, "/cart", 132 + 240},
	{"target:=edge", 2, "/cart", 132 + 12},
	{"edge", 5, "/cart", 132 + 240 + 12 + 12 + 60},
	{"!route:/c*", 4, "/new", 12 + 12 + 60},
	{"code:503", 3, "/cart", 12},
	{"code:5xx target:=edge", 1, "/cart", 12},
	{"route:new,login", 4, "/new", 12 + 12 + 60},
	{"LOGIN", 3, "/login", 24},
	{"route:=/car", 0, "", NAN},
};

START_TEST(rows_and_totals)
{
	struct bench bench;
	struct arena arena;
	struct query query = {.columns = {{.measure = M_REQUESTS}},
			      .ncolumns = 1,
			      .by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE),
			      .totals = true};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	play(&bench);
	result = run(&bench, &query, &arena, row_cases[_i].filter);
	ck_assert_uint_eq(result.n, row_cases[_i].rows);
	ck_assert_uint_eq(result.all, row_cases[_i].rows);
	if (result.n)
		ck_assert_str_eq(text_of(&bench, &result.rows[0], DIM_ROUTE), row_cases[_i].first);
	for (size_t i = 1; i < result.n; i++)
		ck_assert_double_ge(result.rows[i - 1].figures[0].value,
				    result.rows[i].figures[0].value);
	if (isnan(row_cases[_i].total))
		ck_assert(result.total.figures[0].quality & Q_NONE);
	else
		ck_assert_double_eq(result.total.figures[0].value, row_cases[_i].total);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

/* What stands before another gateway is in no row over several targets. */
START_TEST(chained_targets_are_not_counted_twice)
{
	struct bench bench;
	struct arena arena;
	struct query query = {.columns = {{.measure = M_REQUESTS}, {.measure = M_ERROR_RATIO}},
			      .ncolumns = 2,
			      .by = DIM_BIT(DIM_ROUTE),
			      .totals = true};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	play(&bench);
	result = run(&bench, &query, &arena, "");
	ck_assert_double_eq(result.rows[0].figures[0].value, 132 + 240);
	ck_assert_uint_eq(result.rows[0].target, UINT32_MAX);
	ck_assert_double_eq_tol(result.rows[0].figures[1].value, 12.0 / 372, 1e-9);
	query.totals = false;
	result = run(&bench, &query, &arena, "");
	ck_assert_double_eq(result.rows[0].figures[0].value, 132 + 240 + 240);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

/* A filter by code shows the rows that have it; ratios stay ratios of all. */
START_TEST(codes_choose_rows_not_denominators)
{
	struct bench bench;
	struct arena arena;
	struct query query = {.columns = {{.measure = M_REQUEST_RATE}, {.measure = M_ERROR_RATIO}},
			      .ncolumns = 2,
			      .by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE)};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	play(&bench);
	result = run(&bench, &query, &arena, "target:=edge code:5xx");
	ck_assert_uint_eq(result.n, 1);
	ck_assert_double_eq_tol(result.rows[0].figures[0].value, 0.2, 1e-9);
	ck_assert_double_eq_tol(result.rows[0].figures[1].value, 12.0 / 132, 1e-9);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

START_TEST(limits_sort_and_trends)
{
	struct bench bench;
	struct arena arena;
	struct query query = {.columns = {{.measure = M_REQUESTS},
					  {.measure = M_REQUESTS,
					   .kind = COLUMN_TREND,
					   .step_ms = MINUTE,
					   .steps = 3},
					  {.measure = M_REQUESTS, .kind = COLUMN_WAS},
					  {.measure = M_REQUESTS, .kind = COLUMN_SINCE}},
			      .ncolumns = 4,
			      .by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE),
			      .limit = 2,
			      .totals = true};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	play(&bench);
	result = run(&bench, &query, &arena, "");
	ck_assert_uint_eq(result.n, 2);
	ck_assert_uint_eq(result.all, 7);
	ck_assert_double_eq(result.rows[0].figures[0].value, 240);
	ck_assert_float_eq(result.rows[0].trends[1][2], 240);
	ck_assert_float_eq(result.rows[0].trends[1][1], 240);
	ck_assert(isnan(result.rows[0].trends[1][0]));
	ck_assert_double_eq(result.rows[0].figures[2].value, 240);
	ck_assert_double_eq(result.rows[0].figures[3].value, (double)bench_clock(0).wall_ms);
	ck_assert_double_eq(result.total.figures[0].value, 132 + 240 + 12 + 12 + 60);
	ck_assert(result.total.figures[2].quality & Q_NONE);
	query.limit = 0;
	query.sort = 0;
	query.ascending = true;
	result = run(&bench, &query, &arena, "route:new,cart target:=edge-2");
	ck_assert_str_eq(text_of(&bench, &result.rows[0], DIM_ROUTE), "/new");
	ck_assert_double_eq(result.rows[0].figures[3].value, (double)bench_clock(60).wall_ms);
	ck_assert_float_eq(result.total.trends[1][2], 300);
	query.sort = -1;
	result = run(&bench, &query, &arena, "");
	ck_assert_str_eq(text_of(&bench, &result.rows[0], DIM_TARGET), "edge");
	ck_assert_str_eq(text_of(&bench, &result.rows[6], DIM_TARGET), "lb");
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

/* Series without a client are no client; one client's routes are counted, not their requests. */
START_TEST(clients_and_their_routes)
{
	struct bench bench;
	struct arena arena;
	struct query query = {
		.columns = {{.measure = M_DENIED_RATE}, {.measure = M_DISTINCT_ROUTES}},
		.ncolumns = 2,
		.by = DIM_BIT(DIM_CLIENT)};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	for (int t = 0; t <= 24; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a client=10.0.0.1 code=401", 3 * t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/b client=10.0.0.1 code=403", t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/c client=10.0.0.1 code=200", 8);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a client=10.0.0.2 code=200", t);
		bench_set(&bench, SIGNAL_REQUESTS, "route=/a code=200", 100 * t);
		bench_tick(&bench, t * 5);
	}
	result = run(&bench, &query, &arena, "");
	ck_assert_uint_eq(result.n, 2);
	ck_assert_str_eq(text_of(&bench, &result.rows[0], DIM_CLIENT), "10.0.0.1");
	ck_assert_double_eq_tol(result.rows[0].figures[0].value, 0.8, 1e-9);
	ck_assert_double_eq(result.rows[0].figures[1].value, 2);
	ck_assert_double_eq(result.rows[1].figures[0].value, 0);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

START_TEST(nodes_and_standing)
{
	struct bench bench;
	struct arena arena;
	struct query query = {.columns = {{.measure = M_NODES_UP},
					  {.measure = M_NODES},
					  {.measure = M_UP},
					  {.measure = M_SCRAPE_SECONDS}},
			      .ncolumns = 4,
			      .by = DIM_BIT(DIM_TARGET),
			      .sort = -1};
	struct result result;

	bench_init(&bench, 100);
	arena_init(&arena);
	for (int t = 0; t <= 24; t++) {
		bench_set(&bench, SIGNAL_NODE_UP, "service=be node=v1", 1);
		bench_set(&bench, SIGNAL_NODE_UP, "service=be node=v2", t < 20);
		bench_set(&bench, SIGNAL_NODE_UP, "service=be node=v3", 1);
		bench_tick(&bench, t * 5);
	}
	result = run(&bench, &query, &arena, "");
	ck_assert_uint_eq(result.n, 1);
	ck_assert_double_eq(result.rows[0].figures[0].value, 2);
	ck_assert_double_eq(result.rows[0].figures[1].value, 3);
	ck_assert_double_eq(result.rows[0].figures[2].value, 1);
	ck_assert_double_eq(result.rows[0].figures[3].value, 0);
	arena_release(&arena);
	bench_release(&bench);
}
END_TEST

TCase *query_rows(void)
{
	TCase *tests = tcase_create("rows");

	tcase_add_loop_test(tests, rows_and_totals, 0, sizeof(row_cases) / sizeof(row_cases[0]));
	tcase_add_test(tests, chained_targets_are_not_counted_twice);
	tcase_add_test(tests, codes_choose_rows_not_denominators);
	tcase_add_test(tests, limits_sort_and_trends);
	tcase_add_test(tests, clients_and_their_routes);
	tcase_add_test(tests, nodes_and_standing);
	return tests;
}
