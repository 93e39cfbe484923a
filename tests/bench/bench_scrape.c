/* What scraping many targets costs: the collector with its model, beside loops that throw the
 * bodies away. Run by bench-scrape, which starts the targets and the peers.
 * grow is the traffic of the targets: it adds to the values in their bodies once an interval.
 * collect begins with 15 minutes of history, which it makes from each source's first answer.
 *
 * usage: bench_scrape collect|discard|bare FIRST_PORT TARGETS INTERVAL_S WARM_S MEASURE_S [PROFILE]
 *        bench_scrape grow FOLDER TARGETS INTERVAL_S
 */
#include "base/alloc.h"
#include "base/map.h"
#include "collect/collect.h"
#include "net/read.h"
#include "query/query.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IN_FLIGHT  32
#define SLOTS      20 /* of an interval: the collector's reads share as many wake-ups */
#define HISTORY_MS (15 * 60 * 1000)
#define STEPS      9 /* values grow by 1 to 9, and by 45 in as many ticks */
#define QUERIES    9
#define QUIET_MS   1000 /* until the programs beside this one are measured, too */

struct bench {
	int first_port;
	size_t targets;
	int64_t interval_ms;
	int64_t warm_ms;
	int64_t measure_ms;
	const char *profile;
	struct loop *loop;
	struct http *http;
	struct model *model;
	/* While it is measured. */
	bool measuring;
	double cpu_s;
	uint64_t scrapes;
	uint64_t failures;
	size_t filled;    /* sources that have their history */
	uint64_t missed;  /* intervals without a tick */
	int64_t *last_ms; /* each source's tick before this one */
	uint64_t bytes;
};

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Kilobytes of a line of /proc/self/smaps_rollup; 0 when it is not there. */
static long memory_kb(const char *name)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[128];
	long kb = 0, value;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), "%ld", &value) == 1)
			kb += value;
	if (f)
		fclose(f);
	return kb;
}

static void count(struct bench *bench, bool failed, uint64_t bytes)
{
	if (!bench->measuring)
		return;
	bench->scrapes++;
	bench->failures += failed;
	bench->bytes += bytes;
}

static void turn_until(struct bench *bench, int64_t mono_ms)
{
	int64_t now_ms;

	while ((now_ms = loop_now(bench->loop).mono_ms) < mono_ms)
		loop_turn(bench->loop, mono_ms - now_ms);
}

static void measure(struct bench *bench)
{
	int64_t start_ms = clock_read().mono_ms;
	double cpu;

	turn_until(bench, start_ms + bench->warm_ms);
	bench->measuring = true;
	cpu = cpu_seconds();
	turn_until(bench, start_ms + bench->warm_ms + bench->measure_ms);
	bench->cpu_s = cpu_seconds() - cpu;
	bench->measuring = false;
}

/* Ticks that are an interval and a half apart or more have missed one. */
static void count_missed(struct bench *bench, const struct tick *tick)
{
	int64_t *last_ms = &bench->last_ms[tick->source];
	int64_t half_ms = bench->interval_ms / 2;

	if (bench->measuring && *last_ms)
		bench->missed +=
			(uint64_t)((tick->at.mono_ms - *last_ms - half_ms) / bench->interval_ms);
	*last_ms = tick->at.mono_ms;
}

static void apply(struct bench *bench, const struct tick *tick)
{
	struct err err;

	if (model_apply(bench->model, tick, &err) < 0)
		fprintf(stderr, "%s\n", err.msg);
}

/* The ticks that 15 minutes would have brought before this one: as in the bodies, a third of the
 * values stay and the others grow by 1 to 9 each time. */
static void add_past(struct bench *bench, const struct tick *tick)
{
	struct tick past = *tick;
	size_t n = tick->dict->n;
	double *values = xcalloc(n, sizeof(*values));
	int64_t ticks = HISTORY_MS / bench->interval_ms / STEPS * STEPS;

	for (size_t i = 0; i < n; i++)
		values[i] = tick->values[i] - (i / 22 % 3 ? (double)(ticks * (STEPS + 1) / 2) : 0);
	past.values = values;
	for (int64_t k = 0; k < ticks; k++) {
		past.at.mono_ms = tick->at.mono_ms - (ticks - k) * bench->interval_ms;
		past.at.wall_ms = tick->at.wall_ms - (ticks - k) * bench->interval_ms;
		apply(bench, &past);
		for (size_t i = 0; i < n; i++)
			values[i] += i / 22 % 3 ? 1 + (double)((i + (size_t)k) % STEPS) : 0;
	}
	free(values);
}

static void on_tick(void *ctx, const struct tick *tick)
{
	struct bench *bench = ctx;

	if (!bench->last_ms[tick->source] && tick->outcome == TICK_OK) {
		add_past(bench, tick);
		bench->filled++;
	}
	count_missed(bench, tick);
	count(bench, tick->outcome != TICK_OK, tick->bytes);
	apply(bench, tick);
}

/* The p99 of all requests of all targets in the last 30 s; the median time of some in a row. */
static void time_query(struct bench *bench)
{
	struct query query = {.columns = {{.measure = M_P99}},
			      .ncolumns = 1,
			      .window_ms = 30000,
			      .at = clock_read(),
			      .limit = 1};
	double took[QUERIES], value = 0;

	for (size_t i = 0; i < QUERIES; i++) {
		struct arena arena;
		struct result result;
		double start = wall_seconds();

		arena_init(&arena);
		query_run(bench->model, &query, &arena, &result);
		took[i] = wall_seconds() - start;
		value = result.total.figures[0].value;
		arena_release(&arena);
	}
	qsort(took, QUERIES, sizeof(*took), compare);
	printf(" p99 of all targets %.3f s in %.3f ms,", value, took[QUERIES / 2] * 1000);
}

static int run_collect(struct bench *bench)
{
	static const struct collect_ops ops = {.tick = on_tick};
	const struct model_limits limits = {.history_ms = 15 * 60 * 1000,
					    .series_per_target = 200000};
	struct collect_options options = {.interval_ms = bench->interval_ms, .random_seed = 1};
	struct names *names = names_new();
	struct config *config = config_new();
	struct collect *collect;
	struct profile *profile;
	struct err err;
	char name[32], url[64];

	profile = profile_load(bench->profile, NULL, NULL, &err);
	if (!profile) {
		fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	bench->last_ms = xcalloc(bench->targets, sizeof(*bench->last_ms));
	bench->model = model_new(names, &limits);
	collect = collect_new(bench->loop, bench->http, NULL, bench->model, &options, &ops, bench);
	for (size_t i = 0; i < bench->targets; i++) {
		snprintf(name, sizeof(name), "t%zu", i);
		snprintf(url, sizeof(url), "http://127.0.0.1:%d", bench->first_port + (int)i);
		config_add_target(config, name, url);
	}
	for (size_t i = 0; i < bench->targets; i++)
		if (collect_add(collect, &config->targets[i], profile, &err) == UINT32_MAX)
			fprintf(stderr, "%s\n", err.msg);
	while (bench->filled < bench->targets)
		loop_turn(bench->loop, -1);
	measure(bench);
	turn_until(bench, clock_read().mono_ms + QUIET_MS);
	time_query(bench);
	printf(" %zu series, %" PRIu64 " intervals missed,",
	       (size_t)model_source(bench->model, 0).series * bench->targets, bench->missed);
	collect_free(collect);
	free(bench->last_ms);
	model_free(bench->model);
	names_unref(names);
	profile_unref(profile);
	config_unref(config);
	return 0;
}

/* A target of the loop that throws the bodies away; the reads are spread over the interval and
 * share wake-ups as the collector's do. */
struct discard {
	struct bench *bench;
	struct loop_timer timer;
	struct http_options origin;
	char url[48];
};

static void on_read(void *ctx, const struct read_result *result)
{
	count(ctx, result->err.code != ERR_OK, result->wire_bytes);
}

static void on_due(struct loop_timer *timer)
{
	static const struct read_ops ops = {.done = on_read};
	struct discard *discard = timer->ctx;
	struct bench *bench = discard->bench;
	struct read_spec spec = {.path = "/metrics", .origin = &discard->origin};
	struct err err;

	loop_timer_set(bench->loop, timer, timer->node.key + bench->interval_ms);
	if (!read_start(bench->http, &spec, &ops, bench, &err))
		fprintf(stderr, "%s\n", err.msg);
}

static int run_discard(struct bench *bench)
{
	struct discard *discards = xcalloc(bench->targets, sizeof(*discards));
	int64_t now_ms = loop_now(bench->loop).mono_ms, slot_ms = bench->interval_ms / SLOTS;

	for (size_t i = 0; i < bench->targets; i++) {
		struct discard *discard = &discards[i];

		discard->bench = bench;
		discard->timer = (struct loop_timer){.fire = on_due, .ctx = discard};
		snprintf(discard->url, sizeof(discard->url), "http://127.0.0.1:%d",
			 bench->first_port + (int)i);
		discard->origin.url = discard->url;
		loop_timer_set(bench->loop, &discard->timer,
			       now_ms + (int64_t)i * SLOTS / (int64_t)bench->targets * slot_ms);
	}
	measure(bench);
	for (size_t i = 0; i < bench->targets; i++)
		loop_timer_stop(bench->loop, &discards[i].timer);
	/* What is under way ends by itself. */
	turn_until(bench, clock_read().mono_ms + 500);
	free(discards);
	return 0;
}

static size_t drop(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

static CURL **make_easies(const struct bench *bench)
{
	CURL **easies = xcalloc(bench->targets, sizeof(*easies));
	char url[64];

	for (size_t i = 0; i < bench->targets; i++) {
		easies[i] = curl_easy_init();
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/metrics",
			 bench->first_port + (int)i);
		curl_easy_setopt(easies[i], CURLOPT_URL, url);
		curl_easy_setopt(easies[i], CURLOPT_WRITEFUNCTION, drop);
		curl_easy_setopt(easies[i], CURLOPT_BUFFERSIZE, 128L * 1024);
	}
	return easies;
}

/* One cycle of libcurl alone, on its own poll. */
static void bare_cycle(struct bench *bench, CURLM *multi, CURL **easies)
{
	size_t next = 0, done = 0;
	int running, left;
	CURLMsg *msg;

	while (next < bench->targets && next < IN_FLIGHT)
		curl_multi_add_handle(multi, easies[next++]);
	while (done < bench->targets) {
		curl_multi_perform(multi, &running);
		while ((msg = curl_multi_info_read(multi, &left))) {
			count(bench, msg->data.result != CURLE_OK, 0);
			curl_multi_remove_handle(multi, msg->easy_handle);
			done++;
			if (next < bench->targets)
				curl_multi_add_handle(multi, easies[next++]);
		}
		if (done < bench->targets)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
}

static int run_bare(struct bench *bench)
{
	CURLM *multi = curl_multi_init();
	CURL **easies = make_easies(bench);
	int64_t start_ms = clock_read().mono_ms, next_ms = start_ms, now_ms;
	double cpu = 0;

	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)bench->targets + 16);
	while ((now_ms = clock_read().mono_ms) < start_ms + bench->warm_ms + bench->measure_ms) {
		if (!bench->measuring && now_ms >= start_ms + bench->warm_ms) {
			bench->measuring = true;
			cpu = cpu_seconds();
		}
		bare_cycle(bench, multi, easies);
		next_ms += bench->interval_ms;
		now_ms = clock_read().mono_ms;
		if (next_ms > now_ms)
			turn_until(bench, next_ms);
	}
	bench->cpu_s = cpu_seconds() - cpu;
	for (size_t i = 0; i < bench->targets; i++)
		curl_easy_cleanup(easies[i]);
	curl_multi_cleanup(multi);
	free(easies);
	return 0;
}

static int run(struct bench *bench, const char *mode)
{
	static const struct {
		const char *name;
		int (*run)(struct bench *bench);
	} modes[] = {{"collect", run_collect}, {"discard", run_discard}, {"bare", run_bare}};

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, mode))
			return modes[i].run(bench);
	return -1;
}

/* Adds 1 to 9 to the last digit of the number that ends before p, which keeps its width. */
static void add_to_number(char *p, unsigned n)
{
	for (; n && (p[-1] == '.' || (p[-1] >= '0' && p[-1] <= '9')); p--) {
		if (p[-1] == '.')
			continue;
		n += (unsigned)(p[-1] - '0');
		p[-1] = (char)('0' + n % 10);
		n /= 10;
	}
}

/* In each body a third of the samples, by route, is left as it is. */
static void grow_body(char *body, size_t len, unsigned step)
{
	unsigned line = 0;

	for (char *p = body, *end; (end = memchr(p, '\n', len - (size_t)(p - body))); p = end + 1)
		if (*p != '#' && line++ / 22 % 3)
			add_to_number(end, 1 + (line + step) % 9);
}

static char *map_body(const char *folder, size_t target, size_t *ret_len)
{
	struct strbuf path = STRBUF_INIT;
	struct stat status;
	void *body = MAP_FAILED;
	int fd;

	strbuf_addf(&path, "%s/body.%zu", folder, target);
	fd = open(path.buf, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &status) == 0) {
		*ret_len = (size_t)status.st_size;
		body = mmap(NULL, *ret_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	strbuf_release(&path);
	return body == MAP_FAILED ? NULL : body;
}

/* Until it is ended. */
static int grow(const char *folder, size_t targets, double interval_s)
{
	char **bodies = xcalloc(targets, sizeof(*bodies));
	size_t *lens = xcalloc(targets, sizeof(*lens));
	struct loop *loop = loop_new();
	int64_t due_ms = clock_read().mono_ms;

	for (size_t i = 0; i < targets; i++)
		if (!(bodies[i] = map_body(folder, i, &lens[i])))
			return 1;
	for (unsigned step = 0;; step++) {
		for (size_t i = 0; i < targets; i++)
			grow_body(bodies[i], lens[i], step);
		due_ms += (int64_t)(interval_s * 1000);
		while (clock_read().mono_ms < due_ms)
			loop_turn(loop, due_ms - clock_read().mono_ms);
	}
}

int main(int argc, char **argv)
{
	struct bench bench = {0};
	double cycles;

	if (argc == 5 && !strcmp(argv[1], "grow"))
		return grow(argv[2], (size_t)strtoul(argv[3], NULL, 10), strtod(argv[4], NULL));
	if (argc < 7 || (!strcmp(argv[1], "collect") && argc < 8)) {
		fprintf(stderr, "usage: bench_scrape collect|discard|bare FIRST_PORT TARGETS "
				"INTERVAL_S WARM_S MEASURE_S [PROFILE]\n"
				"       bench_scrape grow FOLDER TARGETS INTERVAL_S\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	hash_seed(1);
	bench.first_port = atoi(argv[2]);
	bench.targets = (size_t)strtoul(argv[3], NULL, 10);
	bench.interval_ms = (int64_t)(strtod(argv[4], NULL) * 1000);
	bench.warm_ms = (int64_t)(strtod(argv[5], NULL) * 1000);
	bench.measure_ms = (int64_t)(strtod(argv[6], NULL) * 1000);
	bench.profile = argc > 7 ? argv[7] : NULL;
	bench.loop = loop_new();
	bench.http = http_new(bench.loop);
	http_expect(bench.http, bench.targets);
	printf("%s:", argv[1]);
	if (run(&bench, argv[1]) < 0)
		return 1;
	cycles = (double)bench.measure_ms / (double)bench.interval_ms;
	printf(" %.4f s CPU per cycle, %.4f ms per scrape; %" PRIu64 " scrapes of %.0f, %" PRIu64
	       " failed; %" PRIu64 " connections; RSS %.1f MiB, USS %.1f MiB\n",
	       bench.cpu_s / cycles,
	       bench.cpu_s / (double)(bench.scrapes ? bench.scrapes : 1) * 1e3, bench.scrapes,
	       cycles * (double)bench.targets, bench.failures, http_connections(bench.http),
	       (double)memory_kb("Rss:") / 1024,
	       (double)(memory_kb("Private_Clean:") + memory_kb("Private_Dirty:")) / 1024);
	http_free(bench.http);
	loop_free(bench.loop);
	return 0;
}
