#include "model_bench.h"

#include <stdlib.h>
#include <string.h>

#define INTERVAL_MS 5000
#define EPOCH_MS    1700000000000

static void clear_values(struct bench *bench)
{
	for (size_t i = 0; i < sizeof(bench->values) / sizeof(bench->values[0]); i++)
		bench->values[i] = tick_absent();
}

void bench_init(struct bench *bench, uint32_t cap_series)
{
	const struct model_limits limits = {15 * 60 * 1000, cap_series};
	const struct target_info info = {.name = "edge",
					 .kind = "kong",
					 .title = "Kong",
					 .url = "http://127.0.0.1:8001",
					 .group = "",
					 .counts = true};

	bench->names = names_new();
	bench->model = model_new(bench->names, &limits);
	bench->target = model_add_target(bench->model, &info);
	bench->source = model_add_source(bench->model, bench->target, "metrics");
	dict_init(&bench->dict, bench->names, cap_series);
	clear_values(bench);
}

void bench_release(struct bench *bench)
{
	dict_release(&bench->dict);
	model_free(bench->model);
	names_unref(bench->names);
}

dims_id bench_dims(struct bench *bench, const char *text)
{
	struct dims dims = {{0}};
	char copy[256], *word, *save = NULL;

	dims.value[DIM_TARGET] = model_target_symbol(bench->model, bench->target);
	ck_assert_uint_lt(strlen(text), sizeof(copy));
	strcpy(copy, text);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '=');

		ck_assert_ptr_nonnull(equals);
		*equals = '\0';
		ck_assert_int_ne(dim_by_name(word), DIM_COUNT);
		dims.value[dim_by_name(word)] =
			names_symbol(bench->names, equals + 1, strlen(equals + 1));
	}
	return names_intern(bench->names, &dims);
}

void bench_part(struct bench *bench, enum signal signal, enum part part, double bound,
		const char *dims, double value)
{
	struct dict_entry entry = {.bound = bound,
				   .dims = bench_dims(bench, dims),
				   .signal = (uint8_t)signal,
				   .part = (uint8_t)part};
	uint32_t at = dict_add(&bench->dict, &entry);

	ck_assert_uint_lt(at, sizeof(bench->values) / sizeof(bench->values[0]));
	bench->values[at] = value;
	names_drop(bench->names, entry.dims);
}

void bench_set(struct bench *bench, enum signal signal, const char *dims, double value)
{
	bench_part(bench, signal, PART_VALUE, 0, dims, value);
}

struct clock bench_clock(double second)
{
	return (struct clock){.mono_ms = (int64_t)(second * 1000) + 1000000,
			      .wall_ms = (int64_t)(second * 1000) + EPOCH_MS};
}

int bench_try(struct bench *bench, double second, enum tick_outcome outcome, struct err *err)
{
	bool good = outcome == TICK_OK || outcome == TICK_UNVERIFIED;
	struct tick tick = {.source = bench->source,
			    .at = bench_clock(second),
			    .outcome = outcome,
			    .dict = &bench->dict,
			    .values = good ? bench->values : NULL,
			    .error = good ? "" : "connection refused",
			    .interval_ms = INTERVAL_MS,
			    .bytes = 1000,
			    .requests = 1};
	int result = model_apply(bench->model, &tick, err);

	clear_values(bench);
	return result;
}

void bench_tick(struct bench *bench, double second)
{
	struct err err = {0};

	ck_assert_msg(bench_try(bench, second, TICK_OK, &err) == 0, "%s", err.msg);
}
