#include "base/alloc.h"
#include "model/tick.h"

#include <stdlib.h>
#include <string.h>

/* Series beyond the cap lose what tells them apart; what they count stays apart. */
#define OTHER_DIMS                                                                 \
	(DIM_ALL & ~(DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_CODE) | DIM_BIT(DIM_TYPE) | \
		     DIM_BIT(DIM_ORIGIN) | DIM_BIT(DIM_PHASE)))

/* Room for "other" entries themselves; past it even code and bound are given up. */
#define OTHER_ENTRIES 1024

void dict_init(struct dict *dict, struct names *names, uint32_t cap_series)
{
	*dict = (struct dict){.names = names_ref(names), .version = 1, .cap_series = cap_series};
	map_init(&dict->index);
}

static void drop_entries(struct dict *dict)
{
	for (uint32_t i = 0; i < dict->n; i++)
		names_drop(dict->names, dict->entries[i].dims);
	dict->n = 0;
	dict->overflow = 0;
}

void dict_release(struct dict *dict)
{
	drop_entries(dict);
	free(dict->entries);
	map_release(&dict->index);
	names_unref(dict->names);
	*dict = (struct dict){0};
}

void dict_reset(struct dict *dict)
{
	drop_entries(dict);
	map_clear(&dict->index);
	dict->version++;
}

static bool entry_equal(const void *ctx, uint32_t value, const void *key)
{
	const struct dict *dict = ctx;

	return !memcmp(&dict->entries[value], key, sizeof(struct dict_entry));
}

static uint32_t find(const struct dict *dict, const struct dict_entry *entry)
{
	return map_find(&dict->index, hash_bytes(entry, sizeof(*entry)), entry_equal, dict, entry);
}

static uint32_t append(struct dict *dict, const struct dict_entry *entry)
{
	dict->entries = xgrow(dict->entries, &dict->allocated, dict->n + 1, sizeof(*dict->entries));
	dict->entries[dict->n] = *entry;
	names_hold(dict->names, entry->dims);
	map_add(&dict->index, hash_bytes(entry, sizeof(*entry)), dict->n);
	return dict->n++;
}

/* The entry of all series that are like this one but for the dims of mask. */
static uint32_t add_other(struct dict *dict, struct dict_entry entry, dim_mask mask)
{
	struct dims dims = *names_dims(dict->names, entry.dims);
	symbol other = names_symbol(dict->names, "other", strlen("other"));
	dims_id id;
	uint32_t at;

	for (size_t i = 0; i < DIM_COUNT; i++)
		if (dims.value[i] && (mask & DIM_BIT(i)))
			dims.value[i] = other;
	entry.dims = id = names_intern(dict->names, &dims);
	at = find(dict, &entry);
	if (at == MAP_NONE)
		at = append(dict, &entry);
	names_drop(dict->names, id);
	return at;
}

uint32_t dict_add(struct dict *dict, const struct dict_entry *wanted)
{
	struct dict_entry entry = *wanted;
	uint32_t at;

	entry.unused = 0;
	at = find(dict, &entry);
	if (at != MAP_NONE)
		return at;
	if (dict->n < dict->cap_series)
		return append(dict, &entry);
	dict->overflow++;
	if (dict->n < dict->cap_series + OTHER_ENTRIES)
		return add_other(dict, entry, OTHER_DIMS);
	entry.bound = 0;
	entry.part = PART_TOTAL;
	entry.wrap32 = 0;
	return add_other(dict, entry, DIM_ALL & ~DIM_BIT(DIM_TARGET));
}
