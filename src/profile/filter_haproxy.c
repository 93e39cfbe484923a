#include "profile/filter.h"

#include "base/alloc.h"
#include "base/map.h"

#include <stdlib.h>

/* What a backend, and all backends together, answered with one class of codes. */
struct answers {
	symbol route; /* 0: all */
	symbol code;
	double backend, servers, own;
};

struct haproxy {
	struct names *names;
	const struct dict *dict;
	double *values;
	symbol backend, frontend, frontends, gateway;
	symbol route; /* of the first frontend */
	bool several; /* frontends */
	bool servers; /* are told */
	struct answers *answers;
	size_t n, cap;
	struct map index;
};

enum kind { KIND_NONE, KIND_PLAIN, KIND_OWN, KIND_UPSTREAM, KIND_SERVER, KIND_FRONTEND, KIND_ALL };

static enum kind kind_of(const struct haproxy *haproxy, uint32_t i)
{
	const struct dict_entry *entry = &haproxy->dict->entries[i];
	const struct dims *dims = names_dims(haproxy->names, entry->dims);
	symbol reason = dims->value[DIM_REASON], origin = dims->value[DIM_ORIGIN];

	if (entry->signal != SIGNAL_REQUESTS || tick_is_absent(haproxy->values[i]))
		return KIND_NONE;
	if (entry->part == PART_TOTAL)
		return dims->value[DIM_NODE] ? KIND_SERVER : KIND_NONE;
	if (!reason)
		return KIND_NONE;
	if (reason != haproxy->backend)
		return reason == haproxy->frontend    ? KIND_FRONTEND
		       : reason == haproxy->frontends ? KIND_ALL
						      : KIND_NONE;
	return !origin ? KIND_PLAIN : origin == haproxy->gateway ? KIND_OWN : KIND_UPSTREAM;
}

static bool same_answers(const void *ctx, uint32_t value, const void *key)
{
	const struct answers *one = &((const struct haproxy *)ctx)->answers[value];
	const struct answers *other = key;

	return one->route == other->route && one->code == other->code;
}

static struct answers *find_answers(struct haproxy *haproxy, symbol route, symbol code)
{
	const struct answers key = {.route = route, .code = code};
	const symbol hashed[] = {route, code};
	uint64_t hash = hash_bytes(hashed, sizeof(hashed));
	uint32_t at = map_find(&haproxy->index, hash, same_answers, haproxy, &key);

	if (at != MAP_NONE)
		return &haproxy->answers[at];
	haproxy->answers =
		xgrow(haproxy->answers, &haproxy->cap, haproxy->n + 1, sizeof(*haproxy->answers));
	map_add(&haproxy->index, hash, (uint32_t)haproxy->n);
	haproxy->answers[haproxy->n] = key;
	return &haproxy->answers[haproxy->n++];
}

static void add_up(struct haproxy *haproxy, uint32_t i)
{
	const struct dims *dims = names_dims(haproxy->names, haproxy->dict->entries[i].dims);
	symbol route = dims->value[DIM_ROUTE], code = dims->value[DIM_CODE];
	double value = haproxy->values[i];

	switch (kind_of(haproxy, i)) {
	case KIND_PLAIN:
		find_answers(haproxy, route, code)->backend += value;
		find_answers(haproxy, 0, code)->backend += value;
		break;
	case KIND_SERVER: /* its backend is a row to itself, and a service to its servers */
		haproxy->servers = true;
		find_answers(haproxy, dims->value[DIM_SERVICE], code)->servers += value;
		break;
	case KIND_FRONTEND:
		haproxy->several |= haproxy->route && haproxy->route != route;
		haproxy->route = route;
		break;
	case KIND_NONE:
	case KIND_OWN:
	case KIND_UPSTREAM:
	case KIND_ALL:
		break;
	}
}

/* What the gateway answered itself; a later pass needs it of backends. */
static void take_differences(struct haproxy *haproxy, struct mapping_own *own, uint32_t i)
{
	enum kind kind = kind_of(haproxy, i);
	const struct dims *dims = names_dims(haproxy->names, haproxy->dict->entries[i].dims);
	double *value = &haproxy->values[i];
	struct answers *answers;

	if (kind == KIND_OWN) {
		answers = find_answers(haproxy, dims->value[DIM_ROUTE], dims->value[DIM_CODE]);
		answers->own = mapping_rest(own, haproxy->dict, i, *value, answers->servers);
		*value = haproxy->servers ? answers->own : tick_absent();
	} else if (kind == KIND_FRONTEND || kind == KIND_ALL) {
		answers = find_answers(haproxy, 0, dims->value[DIM_CODE]);
		*value = (kind == KIND_ALL) == haproxy->several
				 ? mapping_rest(own, haproxy->dict, i, *value, answers->backend)
				 : tick_absent();
	}
}

static void leave_once(struct haproxy *haproxy, uint32_t i)
{
	enum kind kind = kind_of(haproxy, i);
	const struct dims *dims = names_dims(haproxy->names, haproxy->dict->entries[i].dims);
	double *value = &haproxy->values[i];

	if (kind == KIND_PLAIN && haproxy->servers)
		*value = tick_absent();
	else if (kind == KIND_UPSTREAM && haproxy->servers)
		*value -= find_answers(haproxy, dims->value[DIM_ROUTE], dims->value[DIM_CODE])->own;
	else if (kind == KIND_UPSTREAM)
		*value = tick_absent();
}

void haproxy_answers(struct mapping_own *own, struct names *names, struct dict *dict,
		     double *values)
{
	struct haproxy haproxy = {.names = names,
				  .dict = dict,
				  .values = values,
				  .backend = names_find(names, "backend"),
				  .frontend = names_find(names, "frontend"),
				  .frontends = names_find(names, "frontends"),
				  .gateway = names_find(names, "gateway")};

	map_init(&haproxy.index);
	for (uint32_t i = 0; i < dict->n; i++)
		add_up(&haproxy, i);
	for (uint32_t i = 0; i < dict->n; i++)
		take_differences(&haproxy, own, i);
	for (uint32_t i = 0; i < dict->n; i++)
		leave_once(&haproxy, i);
	map_release(&haproxy.index);
	free(haproxy.answers);
}

/* The exporter divides the sum of the times of the last 512 requests by 512, though there may have
 * been fewer, and gives whole milliseconds, rounded up. */
#define SAMPLES       512
#define SAMPLES_LEAST 64 /* with fewer the rounding is all there is */
#define ROUNDED_S     0.0005

static bool is_average(const struct dict_entry *entry)
{
	return entry->part == PART_AVERAGE &&
	       (entry->signal == SIGNAL_LATENCY || entry->signal == SIGNAL_UPSTREAM_LATENCY);
}

static double over_samples(double average_s, double n)
{
	if (n >= SAMPLES || average_s <= 0)
		return average_s;
	if (n < SAMPLES_LEAST)
		return tick_absent();
	return (average_s - ROUNDED_S) * SAMPLES / n;
}

void haproxy_averages(struct mapping_own *own, struct names *names, struct dict *dict,
		      double *values)
{
	symbol samples = names_find(names, "samples");
	uint32_t *averages = xreallocarray(NULL, dict->n + 1, sizeof(*averages));
	size_t naverages = 0;

	(void)own;
	for (uint32_t i = 0; samples && i < dict->n; i++)
		if (is_average(&dict->entries[i]) && !tick_is_absent(values[i]))
			averages[naverages++] = i;
	for (uint32_t i = 0; samples && i < dict->n; i++) {
		double n = values[i];
		struct dims dims;

		if (dict->entries[i].part != PART_TOTAL || tick_is_absent(n))
			continue;
		dims = *names_dims(names, dict->entries[i].dims);
		if (dims.value[DIM_REASON] != samples)
			continue;
		values[i] = tick_absent();
		dims.value[DIM_REASON] = 0;
		for (size_t k = 0; k < naverages; k++)
			if (dims_equal(names_dims(names, dict->entries[averages[k]].dims), &dims))
				values[averages[k]] = over_samples(values[averages[k]], n);
	}
	free(averages);
}
