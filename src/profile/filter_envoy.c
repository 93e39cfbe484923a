#include "profile/filter.h"

#include "base/alloc.h"
#include "base/map.h"

#include <stdlib.h>

/* What Envoy counted as failed by itself, and how much of its answers that explains. */
struct made {
	symbol route, code;
	double events, share;
};

struct envoy {
	struct names *names;
	const struct dict *dict;
	double *values;
	symbol cluster, gateway;
	struct made *made;
	size_t n, cap;
	struct map index;
};

static bool same_made(const void *ctx, uint32_t value, const void *key)
{
	const struct made *one = &((const struct envoy *)ctx)->made[value], *other = key;

	return one->route == other->route && one->code == other->code;
}

/* NULL when there is none and none is to be added. */
static struct made *find_made(struct envoy *envoy, const struct dims *dims, bool add)
{
	const struct made key = {.route = dims->value[DIM_ROUTE], .code = dims->value[DIM_CODE]};
	const symbol hashed[] = {key.route, key.code};
	uint64_t hash = hash_bytes(hashed, sizeof(hashed));
	uint32_t at = map_find(&envoy->index, hash, same_made, envoy, &key);

	if (at != MAP_NONE)
		return &envoy->made[at];
	if (!add)
		return NULL;
	envoy->made = xgrow(envoy->made, &envoy->cap, envoy->n + 1, sizeof(*envoy->made));
	map_add(&envoy->index, hash, (uint32_t)envoy->n);
	envoy->made[envoy->n] = key;
	return &envoy->made[envoy->n++];
}

/* The dims of an entry that is a cluster's; NULL for others. */
static const struct dims *cluster_dims(const struct envoy *envoy, uint32_t i)
{
	const struct dict_entry *entry = &envoy->dict->entries[i];
	const struct dims *dims = names_dims(envoy->names, entry->dims);

	if (entry->signal != SIGNAL_REQUESTS || tick_is_absent(envoy->values[i]) ||
	    dims->value[DIM_REASON] != envoy->cluster)
		return NULL;
	return dims;
}

static void take_events(struct envoy *envoy, uint32_t i)
{
	const struct dims *dims = cluster_dims(envoy, i);

	if (!dims || envoy->dict->entries[i].part != PART_TOTAL)
		return;
	find_made(envoy, dims, true)->events += envoy->values[i];
	envoy->values[i] = tick_absent();
}

static void take_share(struct envoy *envoy, struct mapping_own *own, uint32_t i)
{
	const struct dims *dims = cluster_dims(envoy, i);
	struct made *made = dims && dims->value[DIM_ORIGIN] == envoy->gateway
				    ? find_made(envoy, dims, false)
				    : NULL;

	if (!made)
		return;
	made->share = mapping_share(own, envoy->dict, i, envoy->values[i], made->events);
	envoy->values[i] = made->share;
}

static void leave_rest(struct envoy *envoy, uint32_t i)
{
	const struct dims *dims = cluster_dims(envoy, i);
	const struct made *made = dims ? find_made(envoy, dims, false) : NULL;

	if (dims && dims->value[DIM_ORIGIN] == envoy->gateway && !made)
		envoy->values[i] = tick_absent();
	else if (made && dims->value[DIM_ORIGIN] != envoy->gateway)
		envoy->values[i] -= made->share;
}

void envoy_answers(struct mapping_own *own, struct names *names, struct dict *dict, double *values)
{
	struct envoy envoy = {.names = names,
			      .dict = dict,
			      .values = values,
			      .cluster = names_find(names, "cluster"),
			      .gateway = names_find(names, "gateway")};

	if (!envoy.cluster)
		return;
	map_init(&envoy.index);
	for (uint32_t i = 0; i < dict->n; i++)
		take_events(&envoy, i);
	for (uint32_t i = 0; i < dict->n; i++)
		take_share(&envoy, own, i);
	for (uint32_t i = 0; i < dict->n; i++)
		leave_rest(&envoy, i);
	map_release(&envoy.index);
	free(envoy.made);
}
