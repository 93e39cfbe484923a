#include "model/source.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void source_init(struct source *source, uint32_t target, const char *name)
{
	*source = (struct source){.target = target, .name = xstrdup(name), .error = xstrdup("")};
	source->status.target = target;
	source->status.name = source->name;
	history_init(&source->history);
}

void source_forget(struct source *source, struct names *names)
{
	for (size_t i = 0; i < source->nslots; i++)
		if (!source->series[i].free)
			names_drop(names, source->series[i].dims);
	free(source->series);
	free(source->free_slots);
	free(source->slot_of);
	free(source->order);
	history_release(&source->history);
	source->series = NULL;
	source->free_slots = source->slot_of = source->order = NULL;
	source->nslots = source->slots_cap = source->nfree = source->free_cap = 0;
	source->nlive = source->nentries = source->entries_cap = source->mapped = 0;
	source->order_cap = 0;
	memset(source->start, 0, sizeof(source->start));
	memset(source->dims_of, 0, sizeof(source->dims_of));
	memset(source->has, 0, sizeof(source->has));
	source->nloads = 0;
	source->status = (struct source_status){.target = source->target, .name = source->name};
	source->error[0] = '\0';
}

void source_release(struct source *source, struct names *names)
{
	source_forget(source, names);
	free(source->name);
	free(source->error);
}

static bool same_series(const struct series *series, const struct dict_entry *entry)
{
	return !series->free && series->dims == entry->dims && series->signal == entry->signal &&
	       series->part == entry->part &&
	       !memcmp(&series->bound, &entry->bound, sizeof(entry->bound));
}

static struct dict_entry key_of(const struct series *series)
{
	return (struct dict_entry){.bound = series->bound,
				   .dims = series->dims,
				   .signal = series->signal,
				   .part = series->part};
}

static bool slot_equal(const void *ctx, uint32_t value, const void *key)
{
	const struct source *source = ctx;

	return same_series(&source->series[value], key);
}

static uint32_t take_slot(struct source *source)
{
	uint32_t slot;

	if (source->nfree) {
		slot = source->free_slots[--source->nfree];
		history_reuse(&source->history, slot);
		return slot;
	}
	source->series = xgrow(source->series, &source->slots_cap, source->nslots + 1,
			       sizeof(*source->series));
	return (uint32_t)source->nslots++;
}

static uint32_t add_series(struct source *source, const struct dict *dict,
			   const struct dict_entry *entry, struct clock at)
{
	uint32_t slot = take_slot(source);

	source->series[slot] = (struct series){
		.bound = entry->bound,
		.dims = entry->dims,
		.signal = entry->signal,
		.part = entry->part,
		.wrap32 = entry->wrap32,
		.first_serial = source->history.first_serial + (uint32_t)source->history.n,
		.first_wall_s = (uint32_t)(at.wall_ms / 1000),
	};
	names_hold(dict->names, entry->dims);
	source->nlive++;
	return slot;
}

/* Whether the dictionary still begins with the entries that have slots. */
static bool is_same_dict(const struct source *source, const struct dict *dict)
{
	if (dict->n < source->nentries)
		return false;
	for (size_t i = 0; i < source->nentries; i++)
		if (source->slot_of[i] != MAP_NONE &&
		    !same_series(&source->series[source->slot_of[i]], &dict->entries[i]))
			return false;
	return true;
}

/* The series by key; only needed while some are not in the dictionary. */
static void index_series(const struct source *source, struct map *map)
{
	for (uint32_t i = 0; i < source->nslots; i++) {
		struct dict_entry key = key_of(&source->series[i]);

		if (!source->series[i].free)
			map_add(map, hash_bytes(&key, sizeof(key)), i);
	}
}

static uint32_t find_series(const struct source *source, const struct map *map,
			    const struct dict_entry *entry)
{
	struct dict_entry key = *entry;

	key.wrap32 = key.unused = 0;
	return map_find(map, hash_bytes(&key, sizeof(key)), slot_equal, source, &key);
}

/* Fewer are left to grow as they come. */
#define RESERVE_LEAST 16

/* Gateways tell nearly all of their series in their first answer: no room for growth then. */
static void reserve(struct source *source, uint32_t n)
{
	if (source->slots_cap || n < RESERVE_LEAST)
		return;
	source->slots_cap = source->entries_cap = source->order_cap = n;
	source->series = xreallocarray(NULL, n, sizeof(*source->series));
	source->slot_of = xreallocarray(NULL, n, sizeof(*source->slot_of));
	source->order = xreallocarray(NULL, n, sizeof(*source->order));
}

static void follow_dict(struct source *source, const struct dict *dict)
{
	reserve(source, dict->n);
	if (!is_same_dict(source, dict)) {
		source->nentries = 0;
		source->mapped = 0;
	}
	source->slot_of =
		xgrow(source->slot_of, &source->entries_cap, dict->n, sizeof(*source->slot_of));
	while (source->nentries < dict->n)
		source->slot_of[source->nentries++] = MAP_NONE;
}

bool source_map(struct source *source, const struct tick *tick)
{
	size_t before = source->nlive;
	bool indexed = false;
	struct map map;

	follow_dict(source, tick->dict);
	map_init(&map);
	for (size_t i = 0; i < source->nentries; i++) {
		const struct dict_entry *entry = &tick->dict->entries[i];
		uint32_t slot = MAP_NONE;

		if (source->slot_of[i] != MAP_NONE || tick_is_absent(tick->values[i]))
			continue;
		if (!indexed && source->mapped < source->nlive) {
			index_series(source, &map);
			indexed = true;
		}
		if (indexed)
			slot = find_series(source, &map, entry);
		source->slot_of[i] =
			slot != MAP_NONE ? slot : add_series(source, tick->dict, entry, tick->at);
		source->mapped++;
	}
	map_release(&map);
	return source->nlive != before;
}

static void free_slot(struct source *source, uint32_t slot, struct names *names)
{
	names_drop(names, source->series[slot].dims);
	source->series[slot] = (struct series){.free = true};
	source->free_slots = xgrow(source->free_slots, &source->free_cap, source->nfree + 1,
				   sizeof(*source->free_slots));
	source->free_slots[source->nfree++] = slot;
	source->nlive--;
}

bool source_free_idle(struct source *source, struct names *names)
{
	size_t before = source->nlive;

	for (uint32_t i = 0; i < source->nslots; i++)
		if (!source->series[i].free && history_idle(&source->history, i))
			free_slot(source, i, names);
	if (source->nlive == before)
		return false;
	for (size_t i = 0; i < source->nentries; i++) {
		uint32_t slot = source->slot_of[i];

		if (slot == MAP_NONE || !source->series[slot].free)
			continue;
		source->slot_of[i] = MAP_NONE;
		source->mapped--;
	}
	return true;
}

bool series_cumulative(const struct series *series)
{
	enum signal_kind kind = signal_info((enum signal)series->signal)->kind;

	if (series->part == PART_VALUE || series->part == PART_TOTAL)
		return kind == KIND_COUNTER;
	return series->part == PART_BUCKET || series->part == PART_SUM ||
	       series->part == PART_COUNT;
}

double series_step(const struct series *series, double before, double now, bool restarted,
		   bool *ret_wrap)
{
	const double range = 4294967296.0;
	double wrapped = now + range - before;

	*ret_wrap = false;
	if (now >= before)
		return now - before;
	if (!series->wrap32 || restarted || wrapped >= range / 2)
		return now;
	*ret_wrap = true;
	return wrapped;
}

struct sort_item {
	struct series series;
	uint32_t slot;
};

static int compare_items(const void *pa, const void *pb)
{
	const struct series *a = &((const struct sort_item *)pa)->series;
	const struct series *b = &((const struct sort_item *)pb)->series;

	if (a->signal != b->signal)
		return a->signal < b->signal ? -1 : 1;
	if (a->dims != b->dims)
		return a->dims < b->dims ? -1 : 1;
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	return a->bound < b->bound ? -1 : a->bound > b->bound;
}

static bool is_exact_code(const char *code)
{
	return strspn(code, "0123456789") == 3 && !code[3];
}

static void note_order(struct source *source, const struct names *names)
{
	memset(source->dims_of, 0, sizeof(source->dims_of));
	memset(source->has, 0, sizeof(source->has));
	memset(source->exact, 0, sizeof(source->exact));
	for (size_t i = 0, signal = 0; signal <= SIGNAL_COUNT; signal++) {
		while (i < source->nlive && source->series[source->order[i]].signal < signal)
			i++;
		source->start[signal] = (uint32_t)i;
	}
	for (size_t i = 0; i < source->nlive; i++) {
		const struct series *series = &source->series[source->order[i]];
		const struct dims *dims = names_dims(names, series->dims);
		bool total = series->part == PART_TOTAL;

		source->has[series->signal][total] = true;
		source->exact[series->signal] |=
			is_exact_code(names_text(names, dims->value[DIM_CODE]));
		source->dims_of[series->signal][total] |= dims_mask(dims);
	}
}

void source_sort(struct source *source, const struct names *names)
{
	struct sort_item *items = xreallocarray(NULL, source->nlive, sizeof(*items));
	size_t n = 0;

	for (uint32_t i = 0; i < source->nslots; i++)
		if (!source->series[i].free)
			items[n++] = (struct sort_item){source->series[i], i};
	qsort(items, n, sizeof(*items), compare_items);
	source->order = xgrow(source->order, &source->order_cap, n, sizeof(*source->order));
	for (size_t i = 0; i < n; i++)
		source->order[i] = items[i].slot;
	free(items);
	note_order(source, names);
}

void source_load(struct source *source, const struct tick *tick)
{
	int64_t since = tick->at.mono_ms - 60000, oldest = tick->at.mono_ms;
	double bytes = 0, requests = 0, seconds;
	size_t n;

	source->loads[source->nloads % SOURCE_LOADS].mono_ms = tick->at.mono_ms;
	source->loads[source->nloads % SOURCE_LOADS].bytes = tick->bytes;
	source->loads[source->nloads % SOURCE_LOADS].requests = tick->requests;
	source->nloads++;
	n = source->nloads < SOURCE_LOADS ? source->nloads : SOURCE_LOADS;
	for (size_t i = 0; i < n; i++) {
		if (source->loads[i].mono_ms <= since)
			continue;
		bytes += (double)source->loads[i].bytes;
		requests += source->loads[i].requests;
		if (source->loads[i].mono_ms < oldest)
			oldest = source->loads[i].mono_ms;
	}
	seconds = (double)(tick->at.mono_ms - oldest + tick->interval_ms) / 1000;
	source->status.requests_per_s = seconds > 0 ? requests / seconds : 0;
	source->status.bytes_per_s = seconds > 0 ? bytes / seconds : 0;
}

size_t source_bytes(const struct source *source)
{
	return sizeof(*source) + source->slots_cap * sizeof(*source->series) +
	       (source->free_cap + source->entries_cap + source->order_cap) * sizeof(uint32_t) +
	       history_bytes(&source->history);
}
