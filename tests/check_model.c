#include "model_bench.h"

#include "model/codec.h"
#include "model/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(tables_are_whole)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		const struct signal_info *info = signal_info((enum signal)i);

		ck_assert_ptr_nonnull(info->name);
		ck_assert_ptr_nonnull(info->help);
		ck_assert_int_eq(signal_by_name(info->name), (int)i);
	}
	ck_assert_int_eq(signal_by_name("no_such"), SIGNAL_COUNT);
	for (size_t i = 0; i < DIM_COUNT; i++)
		ck_assert_int_eq(dim_by_name(dim_name((enum dim)i)), (int)i);
	for (size_t i = 0; i < UNIT_COUNT; i++)
		ck_assert_ptr_nonnull(unit_name((enum unit)i));
}
END_TEST

START_TEST(names_come_and_go)
{
	struct names *names = names_new();
	struct dims dims = {{0}};
	dims_id a, b;
	symbol x = names_symbol(names, "route-x", 7);

	ck_assert_uint_eq(names_symbol(names, "route-x", 7), x);
	ck_assert_str_eq(names_text(names, x), "route-x");
	ck_assert_uint_eq(names_symbol(names, "", 0), 0);
	ck_assert_uint_eq(names_intern(names, &dims), 0);
	dims.value[DIM_ROUTE] = x;
	a = names_intern(names, &dims);
	b = names_intern(names, &dims);
	ck_assert_uint_eq(a, b);
	ck_assert_uint_eq(dims_mask(names_dims(names, a)), DIM_BIT(DIM_ROUTE));
	names_drop(names, a);
	ck_assert_uint_eq(names_find(names, "route-x"), x);
	names_drop(names, b);
	ck_assert_uint_eq(names_find(names, "route-x"), 0);
	names_unref(names);
}
END_TEST

START_TEST(names_are_reused)
{
	struct names *names = names_new();
	size_t before = 0;

	for (int i = 0; i < 20000; i++) {
		struct dims dims = {{0}};
		char text[16];

		snprintf(text, sizeof(text), "10.%d.%d", i / 256, i % 256);
		dims.value[DIM_CLIENT] = names_symbol(names, text, strlen(text));
		names_drop(names, names_intern(names, &dims));
		if (i == 100)
			before = names_bytes(names);
	}
	ck_assert_uint_eq(names_bytes(names), before);
	names_unref(names);
}
END_TEST

START_TEST(networks_live_as_long_as_their_addresses)
{
	static const struct {
		const char *text, *net, *wider;
	} cases[] = {
		{"10.1.2.3", "10.1.2.0/24", "10.1.2.0/24"},
		{"2001:db8:1:2::3", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"other", "other", "other"},
	};
	struct names *names = names_new();

	ck_assert_uint_eq(names_network(names, 0), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dims dims = {{0}};
		dims_id held;
		symbol net;

		dims.value[DIM_CLIENT] = names_symbol(names, cases[i].text, strlen(cases[i].text));
		held = names_intern(names, &dims);
		net = names_network(names, dims.value[DIM_CLIENT]);
		ck_assert_uint_eq(names_network(names, dims.value[DIM_CLIENT]), net);
		ck_assert_str_eq(names_text(names, net), cases[i].net);
		ck_assert_str_eq(names_text(names, names_network(names, net)), cases[i].wider);
		names_drop(names, held);
		ck_assert_uint_eq(names_find(names, cases[i].text), 0);
		ck_assert_uint_eq(names_find(names, cases[i].net), 0);
		ck_assert_uint_eq(names_find(names, cases[i].wider), 0);
	}
	names_unref(names);
}
END_TEST

START_TEST(long_names_are_cut_whole)
{
	struct names *names = names_new();
	char text[300];
	const char *kept;

	memset(text, 'a', sizeof(text));
	memcpy(text + 255, "\xc3\xa9", 2);
	kept = names_text(names, names_symbol(names, text, sizeof(text)));
	ck_assert_uint_eq(strlen(kept), 255);
	names_unref(names);
}
END_TEST

START_TEST(dict_is_capped)
{
	struct bench bench;
	char dims[64];

	bench_init(&bench, 10);
	for (int i = 0; i < 3000; i++) {
		snprintf(dims, sizeof(dims), "route=/r%d code=%d", i, i % 2 ? 200 : 500);
		bench_set(&bench, SIGNAL_REQUESTS, dims, 1);
	}
	ck_assert_uint_eq(bench.dict.n, 12);
	ck_assert_uint_eq(bench.dict.overflow, 2990);
	bench_tick(&bench, 0);
	ck_assert_uint_eq(model_source(bench.model, bench.source).overflow, 2990);
	ck_assert_uint_eq(model_mark_count(bench.model), 1);
	ck_assert_int_eq(model_mark(bench.model, 0)->kind, MARK_OVERFLOW);
	bench_release(&bench);
}
END_TEST

/* Codes and bounds from outside are no way around the cap either. */
START_TEST(dict_is_capped_for_all_dims)
{
	struct bench bench;
	struct dict_entry entry = {.signal = SIGNAL_LATENCY, .part = PART_BUCKET};

	bench_init(&bench, 10);
	entry.dims = bench_dims(&bench, "route=/a");
	for (int i = 0; i < 1000000; i++) {
		entry.bound = i;
		dict_add(&bench.dict, &entry);
	}
	names_drop(bench.names, entry.dims);
	ck_assert_uint_lt(bench.dict.n, 10 + 1024 + SIGNAL_COUNT + 1);
	bench_release(&bench);
}
END_TEST

/* A flood of clients costs no more memory than the cap allows. */
START_TEST(a_million_series_take_no_memory)
{
	struct bench bench;
	char dims[64];

	bench_init(&bench, 1000);
	for (int i = 0; i < 1000000; i++) {
		snprintf(dims, sizeof(dims), "client=10.%d.%d.%d code=%d", i >> 16, i >> 8 & 255,
			 i & 255, 200 + i % 300);
		bench_set(&bench, SIGNAL_REQUESTS, dims, i);
	}
	bench_tick(&bench, 0);
	ck_assert_uint_eq(bench.dict.overflow, 1000000 - 1000);
	ck_assert_uint_eq(model_source(bench.model, bench.source).series, 1000 + 300);
	ck_assert_uint_lt(model_bytes(bench.model), 2000000);
	bench_release(&bench);
}
END_TEST

static double random_value(int kind, double before)
{
	switch (kind) {
	case 0:
		return before;
	case 1:
		return before + rand() % 50;
	case 2:
		return before + rand() % 100000000;
	case 3:
		return (double)rand() / 3.0;
	case 4:
		return tick_absent();
	case 5:
		return rand() % 2 ? INFINITY : -0.0;
	case 6:
		return rand() % 10000 * 0.001 + (rand() % 2 ? rand() / 1e3 : rand() / 1e6);
	case 7:
		return rand() % 2 ? NAN : 9007199254740993.0;
	default:
		return -(double)rand() * 4e6;
	}
}

START_TEST(codec_gives_back_every_bit)
{
	uint8_t codes[HISTORY_BLOCK * CODEC_SAMPLE_BYTES];

	srand(7);
	for (int round = 0; round < 20000; round++) {
		double values[HISTORY_BLOCK], again[HISTORY_BLOCK], state = 0, before = 0;
		int kinds = 1 + rand() % 9;
		size_t n = 0, len = 0;

		while (n < HISTORY_BLOCK) {
			values[n] = random_value(rand() % kinds, before);
			before = isfinite(values[n]) ? values[n] : 0;
			n++;
		}
		for (size_t i = 0; i < n; i += HISTORY_BATCH)
			len += codec_encode(&state, values + i, HISTORY_BATCH, codes + len);
		ck_assert_uint_le(len, sizeof(codes));
		codec_decode(codes, n, again);
		ck_assert_mem_eq(values, again, sizeof(values));
		n = (size_t)rand() % HISTORY_BLOCK;
		codec_decode(codes, n, again);
		ck_assert_mem_eq(values, again, n * sizeof(values[0]));
	}
}
END_TEST

static const struct series *series_of(struct bench *bench, const char *text, uint32_t *ret_slot)
{
	const struct source *source = model_series(bench->model, bench->source);
	dims_id dims = bench_dims(bench, text);

	names_drop(bench->names, dims);
	for (uint32_t i = 0; i < source->nslots; i++) {
		*ret_slot = i;
		if (!source->series[i].free && source->series[i].dims == dims)
			return &source->series[i];
	}
	return NULL;
}

/* Series come and go at random; all that was said within the history can be read again. */
START_TEST(history_keeps_what_was_applied)
{
	enum { TICKS = 700, SERIES = 40 };
	static double said[TICKS][SERIES];
	struct bench bench;
	const struct history *history;

	srand(11);
	bench_init(&bench, 100);
	for (int t = 0; t < TICKS; t++) {
		for (int s = 0; s < SERIES; s++) {
			char dims[32];

			snprintf(dims, sizeof(dims), "route=/%d", s);
			said[t][s] = tick_absent();
			if ((t / (s + 1)) % 3 == 2 || (s > 30 && t > 300))
				continue;
			said[t][s] = random_value(rand() % 4, t ? said[t - 1][s] : 0);
			bench_set(&bench, SIGNAL_REQUESTS, dims, said[t][s]);
		}
		bench_tick(&bench, t * 5);
	}
	history = &model_series(bench.model, bench.source)->history;
	ck_assert_uint_ge(history->n, 180);
	ck_assert_uint_le(history->n, 180 + HISTORY_BLOCK + HISTORY_BATCH + 1);
	for (int s = 0; s < SERIES; s++) {
		char dims[32];
		double read[TICKS];
		uint32_t slot;

		snprintf(dims, sizeof(dims), "route=/%d", s);
		if (!series_of(&bench, dims, &slot)) {
			ck_assert_int_gt(s, 30);
			continue;
		}
		history_read(history, slot, 0, history->n, read);
		for (size_t i = 0; i < history->n; i++)
			ck_assert_mem_eq(&read[i], &said[TICKS - history->n + i][s],
					 sizeof(double));
	}
	bench_release(&bench);
}
END_TEST

START_TEST(idle_series_are_freed_with_their_names)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t < 600; t++) {
		bench_set(&bench, SIGNAL_REQUESTS, "route=/stays", t);
		if (t < 10)
			bench_set(&bench, SIGNAL_REQUESTS, "client=10.0.0.1", t);
		if (t < 70)
			bench_set(&bench, SIGNAL_REQUESTS, "client=10.0.0.2", t);
		bench_tick(&bench, t * 5);
		if (t == 170)
			ck_assert_uint_eq(model_source(bench.model, bench.source).series, 3);
		if (t == 255) /* the last samples of the second are still there */
			ck_assert_uint_eq(model_source(bench.model, bench.source).series, 2);
		if (t == 300)
			dict_reset(&bench.dict);
	}
	ck_assert_uint_eq(model_source(bench.model, bench.source).series, 1);
	ck_assert_uint_eq(names_find(bench.names, "10.0.0.1"), 0);
	bench_release(&bench);
}
END_TEST

START_TEST(series_survive_a_new_dictionary)
{
	struct bench bench;
	uint32_t slot, again;

	bench_init(&bench, 100);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/a", 1);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/b", 2);
	bench_tick(&bench, 0);
	ck_assert_ptr_nonnull(series_of(&bench, "route=/b", &slot));
	dict_reset(&bench.dict);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/b", 3);
	bench_tick(&bench, 5);
	ck_assert_ptr_nonnull(series_of(&bench, "route=/b", &again));
	ck_assert_uint_eq(slot, again);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/a", 4);
	bench_tick(&bench, 10);
	ck_assert_uint_eq(model_source(bench.model, bench.source).series, 2);
	bench_release(&bench);
}
END_TEST

START_TEST(failed_ticks_change_only_the_standing)
{
	struct bench bench;
	struct source_status status;
	struct err err;

	bench_init(&bench, 100);
	ck_assert(!model_source_stale(bench.model, bench.source, bench_clock(0)));
	bench_set(&bench, SIGNAL_REQUESTS, "route=/a", 1);
	bench_tick(&bench, 0);
	ck_assert_int_eq(bench_try(&bench, 5, TICK_FAILED, &err), 0);
	status = model_source(bench.model, bench.source);
	ck_assert_uint_eq(status.series, 1);
	ck_assert_str_eq(status.error, "connection refused");
	ck_assert_int_eq(status.last_ok.mono_ms, bench_clock(0).mono_ms);
	ck_assert_uint_eq(model_series(bench.model, bench.source)->history.n, 1);
	ck_assert(!model_source_stale(bench.model, bench.source, bench_clock(12.5)));
	ck_assert(model_source_stale(bench.model, bench.source, bench_clock(12.6)));
	ck_assert_int_eq(bench_try(&bench, 5, TICK_OK, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
	bench_release(&bench);
}
END_TEST

START_TEST(own_load_is_of_the_last_minute)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t < 40; t++)
		bench_tick(&bench, t * 5);
	ck_assert_double_eq_tol(model_source(bench.model, bench.source).requests_per_s, 0.2, 1e-9);
	ck_assert_double_eq_tol(model_source(bench.model, bench.source).bytes_per_s, 200, 1e-6);
	bench_release(&bench);
}
END_TEST

static const struct mark_case {
	enum signal signal;
	const char *dims;
	double before, after;
	int kind; /* -1: no mark */
} mark_cases[] = {
	{SIGNAL_REQUESTS, "route=/a", 10, 3, MARK_RESET},
	{SIGNAL_REQUESTS, "route=/a", 10, 30, -1},
	{SIGNAL_CONNECTIONS, "", 10, 3, -1},
	{SIGNAL_STARTED, "", 1700000000, 1700000900, MARK_RESTART},
	{SIGNAL_STARTED, "", 1700000000, 1700000001, -1},
	{SIGNAL_PROMPT_VERSION, "prompt=balance", 7, 8, MARK_VERSION},
	{SIGNAL_CONFIG_VERSION, "", 4711, 4712, MARK_VERSION},
	{SIGNAL_PROMPT_TEXT, "prompt=balance type=8", 1234, 5678, MARK_TEXT},
	{SIGNAL_NODE_UP, "node=v2", 1, 0, MARK_NODE},
	{SIGNAL_NODE_UP, "node=v2", 1, NAN, -1},
	{SIGNAL_NODE_UP, "node=v2", 1, 1, -1},
};

START_TEST(changes_leave_marks)
{
	const struct mark_case *c = &mark_cases[_i];
	struct bench bench;

	bench_init(&bench, 100);
	bench_set(&bench, c->signal, c->dims, c->before);
	bench_tick(&bench, 0);
	bench_tick(&bench, 5); /* a gap is no change */
	if (c->kind == MARK_RESET)
		bench_set(&bench, c->signal, c->dims, c->before);
	bench_tick(&bench, 7);
	bench_set(&bench, c->signal, c->dims, c->kind == MARK_RESET ? c->before : c->after);
	bench_tick(&bench, 10);
	bench_set(&bench, c->signal, c->dims, c->after);
	bench_tick(&bench, 15);
	ck_assert_uint_eq(model_mark_count(bench.model), c->kind < 0 ? 0 : 1);
	if (c->kind >= 0) {
		const struct mark *mark = model_mark(bench.model, 0);

		ck_assert_int_eq((int)mark->kind, c->kind);
		ck_assert_int_eq(mark->signal, c->signal);
		ck_assert_double_eq(mark->after, c->after);
	}
	bench_release(&bench);
}
END_TEST

/* When an alias moves to another version its text changes too: one mark, not two. A restart
 * explains the counters that fall with it. */
START_TEST(one_cause_one_mark)
{
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t < 2; t++) {
		bench_set(&bench, SIGNAL_PROMPT_TEXT, "prompt=balance", 100 + t);
		bench_set(&bench, SIGNAL_PROMPT_VERSION, "prompt=balance", 7 + t);
		bench_set(&bench, SIGNAL_REQUESTS, "code=200", 50 - t);
		bench_set(&bench, SIGNAL_STARTED, "", 1700000000 + 100 * t);
		bench_tick(&bench, t * 5);
	}
	ck_assert_uint_eq(model_mark_count(bench.model), 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert(model_mark(bench.model, i)->kind == MARK_VERSION ||
			  model_mark(bench.model, i)->kind == MARK_RESTART);
	bench_release(&bench);
}
END_TEST

/* A pointer to a version that is taken away and set again, here to the same one; one that comes new
 * after others were there. What is missing for a moment is a gap, and what is new at the very start
 * no change. */
START_TEST(pointers_come_and_go)
{
	static const double versions[] = {7, NAN, 7, 7, NAN, NAN, NAN, NAN, 7};
	static const struct {
		const char *dims;
		double before, after;
	} wants[] = {{"prompt=balance type=prod", 7, NAN},
		     {"prompt=balance type=prod", NAN, 7},
		     {"prompt=other type=test", NAN, 2}};
	struct bench bench;

	bench_init(&bench, 100);
	for (int t = 0; t < 9; t++) {
		bench_set(&bench, SIGNAL_PROMPT_TEXT, "prompt=balance type=v7", 42);
		if (!isnan(versions[t]))
			bench_set(&bench, SIGNAL_PROMPT_VERSION, wants[0].dims, versions[t]);
		if (t == 8)
			bench_set(&bench, SIGNAL_PROMPT_VERSION, wants[2].dims, 2);
		bench_tick(&bench, t * 5);
	}
	ck_assert_uint_eq(model_mark_count(bench.model), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct mark *mark = model_mark(bench.model, i);

		ck_assert_int_eq(mark->kind, MARK_VERSION);
		ck_assert(isnan(mark->before) == isnan(wants[i].before));
		ck_assert(isnan(mark->after) == isnan(wants[i].after));
		ck_assert(isnan(wants[i].after) || mark->after == wants[i].after);
	}
	bench_release(&bench);
}
END_TEST

START_TEST(declared_wraps_are_no_resets)
{
	struct series series = {.signal = SIGNAL_REQUESTS, .part = PART_VALUE, .wrap32 = 1};
	bool wrap;

	ck_assert_double_eq(series_step(&series, 4294967290.0, 10, false, &wrap), 16);
	ck_assert(wrap);
	ck_assert_double_eq(series_step(&series, 4294967290.0, 10, true, &wrap), 10);
	ck_assert(!wrap);
	ck_assert_double_eq(series_step(&series, 5000, 10, false, &wrap), 10);
	ck_assert(!wrap);
	series.wrap32 = 0;
	ck_assert_double_eq(series_step(&series, 4294967290.0, 10, false, &wrap), 10);
	ck_assert_double_eq(series_step(&series, 10, 12, false, &wrap), 2);
}
END_TEST

START_TEST(lines_are_a_ring)
{
	struct bench bench;
	struct tick_line got[300];
	struct tick tick = {.at = bench_clock(0)};
	dims_id a, b;

	bench_init(&bench, 100);
	a = bench_dims(&bench, "route=/a");
	b = bench_dims(&bench, "route=/b");
	for (int i = 0; i < 250; i++) {
		char text[16];
		struct tick_line line = {i % 2 ? a : b, 1000 + i, text};

		snprintf(text, sizeof(text), "line %d", i);
		tick.at = bench_clock(i);
		tick.lines = &line;
		tick.nlines = 1;
		ck_assert_int_eq(model_apply(bench.model, &tick, NULL), 0);
	}
	ck_assert_uint_eq(model_lines(bench.model, names_dims(bench.names, 0), 0, got, 300), 200);
	ck_assert_str_eq(got[0].text, "line 249");
	ck_assert_str_eq(got[199].text, "line 50");
	ck_assert_uint_eq(
		model_lines(bench.model, names_dims(bench.names, b), DIM_BIT(DIM_ROUTE), got, 5),
		5);
	ck_assert_str_eq(got[0].text, "line 248");
	ck_assert_str_eq(got[1].text, "line 246");
	names_drop(bench.names, a);
	names_drop(bench.names, b);
	bench_release(&bench);
}
END_TEST

START_TEST(removed_targets_come_back)
{
	struct bench bench;
	struct target_info info;
	struct err err;

	bench_init(&bench, 100);
	info = *model_target(bench.model, bench.target);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/a", 1);
	bench_tick(&bench, 0);
	model_remove_target(bench.model, bench.target);
	ck_assert_ptr_null(model_target(bench.model, bench.target));
	ck_assert_uint_eq(model_target_by_name(bench.model, "edge"), UINT32_MAX);
	ck_assert_int_eq(bench_try(&bench, 5, TICK_OK, &err), -1);
	info.name = "edge";
	info.kind = info.title = info.url = info.group = "x";
	ck_assert_uint_eq(model_add_target(bench.model, &info), bench.target);
	ck_assert_uint_eq(model_add_source(bench.model, bench.target, "metrics"), bench.source);
	bench_set(&bench, SIGNAL_REQUESTS, "route=/a", 1);
	bench_tick(&bench, 10);
	ck_assert_uint_eq(model_source(bench.model, bench.source).series, 1);
	bench_release(&bench);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("model");
	TCase *tests = tcase_create("model");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, tables_are_whole);
	tcase_add_test(tests, names_come_and_go);
	tcase_add_test(tests, names_are_reused);
	tcase_add_test(tests, networks_live_as_long_as_their_addresses);
	tcase_add_test(tests, long_names_are_cut_whole);
	tcase_add_test(tests, dict_is_capped);
	tcase_add_test(tests, dict_is_capped_for_all_dims);
	tcase_add_test(tests, a_million_series_take_no_memory);
	tcase_add_test(tests, codec_gives_back_every_bit);
	tcase_add_test(tests, history_keeps_what_was_applied);
	tcase_add_test(tests, idle_series_are_freed_with_their_names);
	tcase_add_test(tests, series_survive_a_new_dictionary);
	tcase_add_test(tests, failed_ticks_change_only_the_standing);
	tcase_add_test(tests, own_load_is_of_the_last_minute);
	tcase_add_loop_test(tests, changes_leave_marks, 0,
			    sizeof(mark_cases) / sizeof(mark_cases[0]));
	tcase_add_test(tests, one_cause_one_mark);
	tcase_add_test(tests, pointers_come_and_go);
	tcase_add_test(tests, declared_wraps_are_no_resets);
	tcase_add_test(tests, lines_are_a_ring);
	tcase_add_test(tests, removed_targets_come_back);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
