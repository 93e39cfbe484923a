/* How much memory the history of many gateways takes, and how long a quantile over all of them.
 * usage: bench_model [TARGETS [MINUTES]]; each target has 528 series of the shape of Kong's. */
#include "base/alloc.h"
#include "base/arena.h"
#include "query/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUTES      8
#define CODES       14
#define BUCKETS     14
#define SERIES      528
#define INTERVAL_MS 5000

struct gateway {
	struct dict dict;
	uint32_t source;
	double values[SERIES + 64];
};

struct bench {
	struct names *names;
	struct model *model;
	struct gateway *gateways;
	uint32_t n;
	uint64_t random;
};

static const double bounds[BUCKETS] = {.025, .05, .08, .1, .25, .4, .7,
				       1,    2,   5,   10, 30,  60, INFINITY};

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_mib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long size = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return (double)resident * 4096 / 1048576;
}

/* xorshift64*: the same numbers in every run. */
static double random_unit(struct bench *bench)
{
	bench->random ^= bench->random >> 12;
	bench->random ^= bench->random << 25;
	bench->random ^= bench->random >> 27;
	return (double)((bench->random * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

static uint32_t add(struct bench *bench, struct gateway *gateway, enum signal signal,
		    enum part part, double bound, const struct dims *dims)
{
	struct dict_entry entry = {.bound = bound,
				   .dims = names_intern(bench->names, dims),
				   .signal = (uint8_t)signal,
				   .part = (uint8_t)part};
	uint32_t at = dict_add(&gateway->dict, &entry);

	names_drop(bench->names, entry.dims);
	return at;
}

static symbol numbered(struct bench *bench, const char *before, int a, const char *between, int b)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s%d%s%d", before, a, between, b);

	return names_symbol(bench->names, text, (size_t)len);
}

static const enum signal histograms[] = {SIGNAL_LATENCY, SIGNAL_UPSTREAM_LATENCY,
					 SIGNAL_AI_LATENCY};

/* 3 histograms of 16 series, 16 counters by code and 2 gauges for each of 8 routes. */
static void add_gateway(struct bench *bench, struct gateway *gateway, int number)
{
	struct target_info info = {.kind = "kong", .title = "", .url = "", .group = ""};
	struct dims dims = {{0}};
	uint32_t target;
	char name[32];

	snprintf(name, sizeof(name), "edge-%d", number);
	info.name = name;
	info.counts = true;
	target = model_add_target(bench->model, &info);
	gateway->source = model_add_source(bench->model, target, "metrics");
	dict_init(&gateway->dict, bench->names, 50000);
	dims.value[DIM_TARGET] = model_target_symbol(bench->model, target);
	for (int r = 0; r < ROUTES; r++) {
		dims.value[DIM_ROUTE] = numbered(bench, "/svc-", number % 50, "/route-", r);
		dims.value[DIM_SERVICE] = numbered(bench, "service-", number % 50, "-", r);
		for (size_t h = 0; h < 3; h++) {
			for (int b = 0; b < BUCKETS; b++)
				add(bench, gateway, histograms[h], PART_BUCKET, bounds[b], &dims);
			add(bench, gateway, histograms[h], PART_SUM, 0, &dims);
			add(bench, gateway, histograms[h], PART_COUNT, 0, &dims);
		}
		for (int c = 0; c < CODES; c++) {
			struct dims coded = dims;

			coded.value[DIM_CODE] = numbered(bench, "", c < 8 ? 2 : 5, "0", c % 8);
			add(bench, gateway, SIGNAL_REQUESTS, PART_VALUE, 0, &coded);
		}
		add(bench, gateway, SIGNAL_BYTES_IN, PART_VALUE, 0, &dims);
		add(bench, gateway, SIGNAL_BYTES_OUT, PART_VALUE, 0, &dims);
		add(bench, gateway, SIGNAL_CONNECTIONS, PART_VALUE, 0, &dims);
		add(bench, gateway, SIGNAL_MEMORY, PART_VALUE, 0, &dims);
	}
}

/* Some requests of one route: from none to some hundreds in an interval, most of them 200. */
static double *move_histogram(struct bench *bench, double *at, double count, double typical)
{
	double share = 0;

	for (int b = 0; b < BUCKETS; b++) {
		share = b == BUCKETS - 1 ? 1 : 1 - exp(-bounds[b] / typical);
		*at++ += floor(count * share + .5);
	}
	*at++ += floor(count * typical * 1000 * (.9 + .2 * random_unit(bench))) / 1000;
	*at++ += count;
	return at;
}

static void move(struct bench *bench, struct gateway *gateway, int number)
{
	double *at = gateway->values;

	for (int r = 0; r < ROUTES; r++) {
		double base = (r + number) % 3 ? pow(10, (r + number) % 4) : 0;
		double count = floor(base * (.5 + random_unit(bench)));

		for (size_t h = 0; h < 3; h++)
			at = move_histogram(bench, at, count, .02 * (r + 1));
		for (int c = 0; c < CODES; c++)
			*at++ += floor(c ? count * .02 * (c % 5 == 0) : count);
		*at++ += count * 512;
		*at++ += floor(count * 4000 * (.9 + .2 * random_unit(bench)));
		*at++ = floor(count / 10);
		*at++ = 46 * 1048576 + 4096 * floor(100 * random_unit(bench));
	}
}

static void tick(struct bench *bench, uint32_t number, int64_t second)
{
	struct gateway *gateway = &bench->gateways[number];
	struct tick tick = {.source = gateway->source,
			    .at = {second * 1000 + number % 5000, second * 1000 + number % 5000},
			    .dict = &gateway->dict,
			    .values = gateway->values,
			    .error = "",
			    .interval_ms = INTERVAL_MS};

	move(bench, gateway, (int)number);
	if (model_apply(bench->model, &tick, NULL) < 0)
		abort();
}

static void time_query(struct bench *bench, const char *what, struct query *query)
{
	double best = 1e9, value = 0;
	size_t rows = 0;

	for (int round = 0; round < 7; round++) {
		struct arena arena;
		struct result result;
		double start, spent;

		arena_init(&arena);
		start = cpu_seconds();
		query_run(bench->model, query, &arena, &result);
		spent = cpu_seconds() - start;
		best = spent < best ? spent : best;
		value = result.total.figures[0].value;
		rows = result.all;
		arena_release(&arena);
	}
	printf("%-34s %8.2f ms, %zu rows, total %.4g\n", what, best * 1000, rows, value);
}

static void time_queries(struct bench *bench, int64_t second)
{
	struct query query = {.columns = {{.measure = M_P99}},
			      .ncolumns = 1,
			      .window_ms = 60000,
			      .at = {second * 1000, second * 1000},
			      .sort = 0,
			      .limit = 20};

	time_query(bench, "p99 over all, 1m", &query);
	query.by = DIM_BIT(DIM_TARGET);
	time_query(bench, "p99 by target, 1m", &query);
	query.by |= DIM_BIT(DIM_ROUTE);
	query.columns[0].measure = M_ERROR_RATIO;
	time_query(bench, "5xx by target and route, 1m", &query);
	query.columns[1] = (struct column){.measure = M_P95, .kind = COLUMN_WAS};
	query.ncolumns = 2;
	time_query(bench, "the same with p95 was of 20 rows", &query);
	query.window_ms = 600000;
	query.ncolumns = 1;
	time_query(bench, "5xx by target and route, 10m", &query);
}

static void time_pane(struct bench *bench, int64_t second)
{
	struct query query = {.columns = {{.measure = M_REQUEST_RATE},
					  {.measure = M_ERROR_RATIO},
					  {.measure = M_ERROR_RATE},
					  {.measure = M_4XX_RATIO},
					  {.measure = M_429_RATE},
					  {.measure = M_P50},
					  {.measure = M_P95},
					  {.measure = M_P99},
					  {.measure = M_UPSTREAM_SHARE},
					  {.measure = M_P95, .kind = COLUMN_WAS}},
			      .ncolumns = 10,
			      .by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE),
			      .window_ms = 60000,
			      .at = {second * 1000, second * 1000},
			      .limit = 40};

	time_query(bench, "a pane of routes, 10 columns", &query);
}

/* What a rule or an opened row asks about one target among all. */
static void time_one(struct bench *bench, int64_t second)
{
	const struct clock now = {second * 1000, second * 1000};
	struct dims dims = {{0}};
	double start;

	dims.value[DIM_TARGET] = model_target_symbol(bench->model, bench->n / 2);
	start = cpu_seconds();
	for (int i = 0; i < 100; i++)
		query_one(bench->model, M_P95, COLUMN_VALUE, &dims, DIM_BIT(DIM_TARGET), 60000,
			  now);
	printf("%-38s %8.3f ms\n", "p95 of one target", (cpu_seconds() - start) * 10);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
	int64_t ticks = (argc > 2 ? strtol(argv[2], NULL, 10) : 17) * 60000 / INTERVAL_MS;
	const struct model_limits limits = {15 * 60 * 1000, 50000};
	struct bench bench = {.n = n, .random = 42};
	double before, spent = 0, start;

	bench.names = names_new();
	bench.model = model_new(bench.names, &limits);
	bench.gateways = xcalloc(n, sizeof(*bench.gateways));
	for (uint32_t i = 0; i < n; i++)
		add_gateway(&bench, &bench.gateways[i], (int)i);
	printf("%u targets, %u series each, a tick every %d s for %d min\n", n,
	       bench.gateways[0].dict.n, INTERVAL_MS / 1000, (int)(ticks * INTERVAL_MS / 60000));
	before = resident_mib();
	for (int64_t t = 0; t < ticks; t++) {
		start = cpu_seconds();
		for (uint32_t i = 0; i < n; i++)
			tick(&bench, i, t * INTERVAL_MS / 1000);
		spent += cpu_seconds() - start;
	}
	printf("resident %.1f MiB (%.1f before the first tick), %.0f B a series; model_bytes %.1f "
	       "MiB\n",
	       resident_mib(), before, resident_mib() * 1048576 / ((double)n * SERIES),
	       (double)model_bytes(bench.model) / 1048576);
	printf("apply, making the values included: %.1f ms of CPU a round\n",
	       spent * 1000 / (double)ticks);
	time_queries(&bench, (ticks - 1) * INTERVAL_MS / 1000 + 5);
	time_pane(&bench, (ticks - 1) * INTERVAL_MS / 1000 + 5);
	time_one(&bench, (ticks - 1) * INTERVAL_MS / 1000 + 5);
	for (uint32_t i = 0; i < n; i++)
		dict_release(&bench.gateways[i].dict);
	free(bench.gateways);
	model_free(bench.model);
	names_unref(bench.names);
	return 0;
}
