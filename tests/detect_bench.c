#include "detect_bench.h"

#include <math.h>
#include <string.h>

#define INTERVAL_MS 1000
#define EPOCH_MS    1700000000000

static const double bounds[] = {0.1, 0.5, 1, 2.5, 5, INFINITY};

void site_init(struct site *site, const struct rule *rules, size_t n)
{
	static const char *const targets[][2] = {
		{"edge", "kong"}, {"ai", "litellm"}, {"prompts", "mlflow"}};
	const struct model_limits limits = {15 * 60 * 1000, SITE_SERIES};

	memset(site, 0, sizeof(*site));
	site->names = names_new();
	site->model = model_new(site->names, &limits);
	for (int i = 0; i < SITE_SOURCES; i++) {
		struct site_source *source = &site->sources[i];
		const struct target_info info = {.name = targets[i][0],
						 .kind = targets[i][1],
						 .title = "",
						 .url = "",
						 .group = "",
						 .counts = true};

		source->target = model_add_target(site->model, &info);
		source->source = model_add_source(site->model, source->target, "metrics");
		dict_init(&source->dict, site->names, SITE_SERIES);
	}
	if (!rules)
		rules = rule_builtin(&n);
	site->detect = detect_new(site->model, rules, n);
}

void site_release(struct site *site)
{
	detect_free(site->detect);
	for (int i = 0; i < SITE_SOURCES; i++)
		dict_release(&site->sources[i].dict);
	model_free(site->model);
	names_unref(site->names);
}

struct dims site_dims(struct site *site, int source, const char *text)
{
	struct dims dims = {{0}};

	dims.value[DIM_TARGET] = model_target_symbol(site->model, site->sources[source].target);
	while (*text) {
		size_t word = strcspn(text, " "), name = strcspn(text, "=");
		char dim[32] = "";

		ck_assert_uint_lt(name, sizeof(dim));
		memcpy(dim, text, name);
		ck_assert_int_ne(dim_by_name(dim), DIM_COUNT);
		dims.value[dim_by_name(dim)] =
			names_symbol(site->names, text + name + 1, word - name - 1);
		text += word + (text[word] == ' ');
	}
	return dims;
}

static double *value_of(struct site *site, int source, enum signal signal, enum part part,
			double bound, const char *text)
{
	struct site_source *s = &site->sources[source];
	struct dims dims = site_dims(site, source, text);
	struct dict_entry entry = {.bound = bound,
				   .dims = names_intern(site->names, &dims),
				   .signal = (uint8_t)signal,
				   .part = (uint8_t)part};
	uint32_t at = dict_add(&s->dict, &entry);

	names_drop(site->names, entry.dims);
	ck_assert_uint_lt(at, SITE_SERIES);
	return &s->values[at];
}

void site_set(struct site *site, int source, enum signal signal, const char *dims, double value)
{
	*value_of(site, source, signal, PART_VALUE, 0, dims) = value;
}

void site_grow(struct site *site, int source, enum signal signal, const char *dims, double by)
{
	*value_of(site, source, signal, PART_VALUE, 0, dims) += by;
}

void site_average(struct site *site, int source, enum signal signal, const char *dims,
		  double seconds)
{
	*value_of(site, source, signal, PART_AVERAGE, 0, dims) = seconds;
}

void site_observe(struct site *site, int source, enum signal signal, const char *dims,
		  double seconds, double n)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		*value_of(site, source, signal, PART_BUCKET, bounds[i], dims) +=
			seconds <= bounds[i] ? n : 0;
	*value_of(site, source, signal, PART_SUM, 0, dims) += n * seconds;
	*value_of(site, source, signal, PART_COUNT, 0, dims) += n;
}

void site_checkout(struct site *site, double n, double failed, double seconds)
{
	const char *const route = "route=/cart/checkout";

	site_grow(site, EDGE, SIGNAL_REQUESTS, "route=/cart/checkout code=200 origin=upstream",
		  n - failed);
	site_grow(site, EDGE, SIGNAL_REQUESTS, "route=/cart/checkout code=504 origin=upstream",
		  failed);
	site_observe(site, EDGE, SIGNAL_LATENCY, route, seconds, n);
	site_observe(site, EDGE, SIGNAL_UPSTREAM_LATENCY, route, seconds * 0.97, n);
	site_tick(site);
}

struct clock site_clock(int64_t second)
{
	return (struct clock){.mono_ms = second * 1000 + 1000000,
			      .wall_ms = second * 1000 + EPOCH_MS};
}

void site_tick(struct site *site)
{
	site->second++;
	for (int i = 0; i < SITE_SOURCES; i++) {
		struct site_source *source = &site->sources[i];
		struct tick tick = {.source = source->source,
				    .at = site_clock(site->second),
				    .outcome = source->silent ? TICK_FAILED : TICK_OK,
				    .dict = &source->dict,
				    .values = source->silent ? NULL : source->values,
				    .error = source->silent ? "timed out" : "",
				    .interval_ms = INTERVAL_MS};
		struct err err = {0};

		ck_assert_msg(model_apply(site->model, &tick, &err) == 0, "%s", err.msg);
	}
	detect_run(site->detect, site_clock(site->second));
}

const struct finding *site_finding(const struct site *site, const char *rule)
{
	for (size_t i = 0; i < detect_count(site->detect); i++)
		if (strcmp(detect_finding(site->detect, i)->rule->name, rule) == 0)
			return detect_finding(site->detect, i);
	return NULL;
}

int site_events(const struct site *site, enum event_kind kind)
{
	int n = 0;

	for (size_t i = 0; i < detect_event_count(site->detect); i++)
		n += detect_event(site->detect, i)->kind == kind;
	return n;
}
