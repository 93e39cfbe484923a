#include "profile/filter.h"

#include "base/alloc.h"

#include <stdlib.h>

/* The route of the requests that a deployment answered for a model. */
struct served {
	symbol model, node;
	symbol route; /* 0: of several */
};

struct serving {
	struct served *list;
	size_t n, cap;
	struct map index;
};

static bool same_served(const void *ctx, uint32_t value, const void *key)
{
	const struct served *one = &((const struct serving *)ctx)->list[value];
	const struct served *other = key;

	return one->model == other->model && one->node == other->node;
}

static struct served *find_served(const struct serving *serving, symbol model, symbol node)
{
	const struct served key = {.model = model, .node = node};
	const symbol hashed[] = {model, node};
	uint32_t at = map_find(&serving->index, hash_bytes(hashed, sizeof(hashed)), same_served,
			       serving, &key);

	return at == MAP_NONE ? NULL : &serving->list[at];
}

static void note_route(struct serving *serving, const struct dims *dims)
{
	const symbol hashed[] = {dims->value[DIM_MODEL], dims->value[DIM_NODE]};
	struct served *known = find_served(serving, hashed[0], hashed[1]);

	if (known) {
		if (known->route != dims->value[DIM_ROUTE])
			known->route = 0;
		return;
	}
	serving->list = xgrow(serving->list, &serving->cap, serving->n + 1, sizeof(*serving->list));
	map_add(&serving->index, hash_bytes(hashed, sizeof(hashed)), (uint32_t)serving->n);
	serving->list[serving->n++] = (struct served){hashed[0], hashed[1], dims->value[DIM_ROUTE]};
}

static bool is_time(const struct dict_entry *entry)
{
	return entry->signal == SIGNAL_LATENCY || entry->signal == SIGNAL_UPSTREAM_LATENCY;
}

void litellm_routes(struct mapping_own *own, struct names *names, struct dict *dict, double *values)
{
	struct serving serving = {.n = 0};
	uint32_t n = dict->n;

	(void)own;
	map_init(&serving.index);
	for (uint32_t i = 0; i < n; i++) {
		const struct dims *dims;

		if (dict->entries[i].signal != SIGNAL_AI_REQUESTS || tick_is_absent(values[i]))
			continue;
		dims = names_dims(names, dict->entries[i].dims);
		if (dims->value[DIM_NODE] && dims->value[DIM_ROUTE])
			note_route(&serving, dims);
	}
	for (uint32_t i = 0; serving.n && i < n; i++) {
		const struct served *served;
		struct dims dims;

		if (!is_time(&dict->entries[i]) || tick_is_absent(values[i]))
			continue;
		dims = *names_dims(names, dict->entries[i].dims);
		if (!dims.value[DIM_MODEL] || dims.value[DIM_ROUTE])
			continue;
		served = find_served(&serving, dims.value[DIM_MODEL], dims.value[DIM_NODE]);
		if (!served || !served->route)
			continue;
		dims.value[DIM_ROUTE] = served->route;
		mapping_move(names, dict, values, i, &dims, MOVE_ADDS);
	}
	map_release(&serving.index);
	free(serving.list);
}

void litellm_workers(struct mapping_own *own, struct names *names, struct dict *dict,
		     double *values)
{
	uint32_t n = dict->n;

	(void)own;
	for (uint32_t i = 0; i < n; i++) {
		enum signal signal = (enum signal)dict->entries[i].signal;
		struct dims dims;

		if ((signal != SIGNAL_BUDGET_LEFT && signal != SIGNAL_BUDGET_LIMIT) ||
		    tick_is_absent(values[i]))
			continue;
		dims = *names_dims(names, dict->entries[i].dims);
		if (!dims.value[DIM_PHASE])
			continue;
		dims.value[DIM_PHASE] = 0;
		mapping_move(names, dict, values, i, &dims,
			     signal == SIGNAL_BUDGET_LEFT ? MOVE_TAKES_LEAST : MOVE_TAKES_MOST);
	}
}
