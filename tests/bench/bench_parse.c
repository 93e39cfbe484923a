/* usage: bench_parse walk|cold|known SECONDS FILE...
 *        bench_parse make envoy|kong BYTES STEP
 * Reads expositions in a loop for at least that much CPU time and prints megabytes per CPU-second:
 * walk: looks for newlines only; cold: every FILE as the first one of its source; known: the FILEs
 * in turn as successive scrapes of one source. make writes a body in the shape of a gateway's;
 * with another STEP the same lines have other values. */
#include "base/alloc.h"
#include "base/map.h"
#include "parse/exposition.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILES  64
#define PIECE  131072 /* what one call of libcurl's write callback brings */
#define SERIES 1000000

struct file {
	char *data;
	size_t len;
};

struct bench {
	struct file files[FILES];
	size_t n;
	double *values; /* by series */
	uint32_t nseries;
	uint64_t sum; /* keeps the compiler from leaving work out */
	struct exposition *exposition;
};

static int load(struct file *file, const char *path)
{
	FILE *stream = fopen(path, "r");
	long len;

	if (!stream || fseek(stream, 0, SEEK_END) < 0 || (len = ftell(stream)) < 0)
		return -1;
	rewind(stream);
	file->data = xmalloc((size_t)len);
	file->len = fread(file->data, 1, (size_t)len, stream);
	fclose(stream);
	return file->len == (size_t)len ? 0 : -1;
}

static double cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint32_t take_series(void *ctx, const struct exposition_series *series)
{
	struct bench *bench = ctx;

	bench->sum += series->name_len + series->nlabels;
	return bench->nseries < SERIES ? bench->nseries++ : EXPOSITION_SKIP;
}

static void take_samples(void *ctx, const struct exposition_sample *samples, size_t n)
{
	struct bench *bench = ctx;

	for (size_t i = 0; i < n; i++)
		bench->values[samples[i].ref] = samples[i].value;
}

static const struct exposition_ops ops = {NULL, take_series, take_samples};

static void scrape(struct bench *bench, const struct file *file)
{
	static const struct exposition_options options;
	struct err err = {0};

	exposition_begin(bench->exposition, &options);
	for (size_t at = 0; at < file->len; at += PIECE)
		exposition_feed(bench->exposition, file->data + at,
				file->len - at < PIECE ? file->len - at : PIECE, &err);
	if (exposition_end(bench->exposition, true, &err) == 0)
		return;
	fprintf(stderr, "bench_parse: %d:%d: %s\n", err.line, err.column, err.msg);
	exit(1);
}

static void walk(struct bench *bench, const struct file *file)
{
	const char *end = file->data + file->len;

	for (const char *p = file->data; p < end; bench->sum++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p++)
			break;
	}
}

static void cold(struct bench *bench, const struct file *file)
{
	bench->nseries = 0;
	exposition_free(bench->exposition);
	bench->exposition = exposition_new(&ops, bench);
	scrape(bench, file);
}

/* The values of one step are drawn anew for a sixth of the lines; the rest keep theirs. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t value_of(uint64_t line, uint64_t step)
{
	uint64_t moved = mix(line * 31 + step) % 6 ? 0 : step, bits = mix(line * 977 + moved);

	return bits >> (30 + bits % 33); /* 1 to 10 digits */
}

typedef unsigned long long ull; /* what %llu takes */

/* A quarter of the lines are counters of a thousand clusters each, the rest is buckets. */
static size_t write_envoy(uint64_t line, uint64_t step)
{
	static const char *const les[] = {"0.5",    "1",      "5",       "10",      "25",
					  "50",     "100",    "250",     "500",     "1000",
					  "2500",   "5000",   "10000",   "30000",   "60000",
					  "300000", "600000", "1800000", "3600000", "+Inf"};
	uint64_t block = line / 4000, at = line % 4000, counters = at < 1000;
	uint64_t cluster = counters ? at : block * 150 + (at - 1000) / 20, id = mix(cluster);
	size_t len = 0;

	if (at == 0 || at == 1000)
		len += (size_t)printf("# TYPE envoy_cluster_%s_%llu %s\n",
				      counters ? "upstream_rq_total" : "upstream_rq_time",
				      (ull)block, counters ? "counter" : "histogram");
	len += (size_t)printf("envoy_cluster_%s_%llu%s{envoy_cluster_name=\"outbound|%d|v%llu|svc-"
			      "%05llu-checkout.team-%llu.svc.cluster.local\",envoy_zone="
			      "\"eu-west-1%c\",",
			      counters ? "upstream_rq_total" : "upstream_rq_time", (ull)block,
			      counters ? "" : "_bucket", id & 1 ? 443 : 80, (ull)id % 9,
			      (ull)cluster, (ull)(id >> 8) % 40, (int)('a' + id % 3));
	if (counters)
		len += (size_t)printf("envoy_node=\"sidecar~10.%llu.%llu.7~gw-%08llx.edge\"",
				      (ull)(id >> 16) % 256, (ull)(id >> 24) % 256,
				      (ull)(id >> 32) % 0xffffffff);
	else
		len += (size_t)printf("envoy_route=\"default/api/v%llu\",le=\"%s\"", (ull)id % 4,
				      les[at % 20]);
	return len + (size_t)printf("} %llu\n", (ull)value_of(line, step));
}

/* A third of the lines are counters by code, the rest is buckets. */
static size_t write_kong(uint64_t line, uint64_t step)
{
	static const char *const les[] = {"25", "50", "80", "100", "250", "1000", "60000", "+Inf"};
	static const char *const codes[] = {"200", "201", "204", "401", "404", "429", "502", "504"};
	uint64_t block = line / 3000, at = line % 3000, counters = at < 1000;
	uint64_t route = block * 375 + at / 8, id = mix(route);
	size_t len = 0;

	if (at == 0 || at == 1000)
		len += (size_t)printf("# HELP kong_%s_%llu of each service and route in Kong\n"
				      "# TYPE kong_%s_%llu %s\n",
				      counters ? "http_requests_total" : "latency_ms", (ull)block,
				      counters ? "http_requests_total" : "latency_ms", (ull)block,
				      counters ? "counter" : "histogram");
	len += (size_t)printf(
		"kong_%s_%llu%s{service=\"billing-service-%04llu\",route=\"GET-v2-%08llx"
		"-2670-6d7e-805d-%012llx\",",
		counters ? "http_requests_total" : "latency_ms", (ull)block,
		counters ? "" : "_bucket", (ull)route % 500, (ull)id % 0xffffffff,
		(ull)(id >> 20) % 0xffffffffffff);
	if (counters)
		len += (size_t)printf(
			"code=\"%s\",source=\"%s\",workspace=\"default\",consumer=\"%s\"",
			codes[at % 8], at % 8 == 5 ? "kong" : "service",
			at % 5 ? "partner-acme" : "cron\\\\batch");
	else
		len += (size_t)printf(
			"workspace=\"default\",node_id=\"6d374842-1599-e3e9-%012llx\","
			"le=\"%s\"",
			(ull)(id >> 7) % 0xffffffffffff, les[at % 8]);
	return len + (size_t)printf("} %llu\n", (ull)value_of(line, step));
}

static int make(const char *shape, const char *bytes, const char *step)
{
	size_t want = strtoul(bytes, NULL, 10), len = 0;
	size_t (*write_line)(uint64_t, uint64_t) = strcmp(shape, "kong") ? write_envoy : write_kong;

	for (uint64_t line = 0; len < want; line++)
		len += write_line(line, strtoul(step, NULL, 10));
	return 0;
}

static double run(struct bench *bench, void (*once)(struct bench *, const struct file *),
		  double seconds)
{
	double start, spent = 0, bytes = 0;

	for (size_t i = 0; i < bench->n; i++)
		once(bench, &bench->files[i]);
	start = cpu_seconds();
	for (size_t i = 0; i % bench->n || spent < seconds; i++) {
		once(bench, &bench->files[i % bench->n]);
		bytes += (double)bench->files[i % bench->n].len;
		spent = cpu_seconds() - start;
	}
	return bytes / spent / 1e6;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *mode;
		void (*once)(struct bench *, const struct file *);
	} modes[] = {{"walk", walk}, {"cold", cold}, {"known", scrape}};
	static struct bench bench;

	if (argc == 5 && strcmp(argv[1], "make") == 0)
		return make(argv[2], argv[3], argv[4]);
	for (int i = 3; i < argc && bench.n < FILES; i++)
		if (load(&bench.files[bench.n++], argv[i]) < 0)
			return fprintf(stderr, "bench_parse: cannot read %s\n", argv[i]), 1;
	hash_seed(UINT64_C(0x5eed));
	bench.values = xcalloc(SERIES, sizeof(*bench.values));
	bench.exposition = exposition_new(&ops, &bench);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes) && bench.n; i++)
		if (strcmp(argv[1], modes[i].mode) == 0) {
			printf("%.0f\n", run(&bench, modes[i].once, strtod(argv[2], NULL)));
			return bench.sum == 1;
		}
	fprintf(stderr, "usage: bench_parse walk|cold|known SECONDS FILE...\n"
			"       bench_parse make envoy|kong BYTES STEP\n");
	return 2;
}
