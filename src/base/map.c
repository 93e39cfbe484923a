#include "base/map.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define GRAVE (MAP_NONE - 1)

struct map_slot {
	uint64_t hash;
	uint32_t value; /* MAP_NONE: never used, GRAVE: removed */
};

/* A secret drawn from the seed, once, costs less than a seed that is mixed in each time. */
static unsigned char drawn_secret[XXH3_SECRET_DEFAULT_SIZE];
static const unsigned char *secret = XXH3_kSecret;

void hash_seed(uint64_t seed)
{
	XXH3_generateSecret_fromSeed(drawn_secret, seed);
	secret = drawn_secret;
}

uint64_t hash_bytes(const void *data, size_t len)
{
	return XXH3_64bits_withSecret(data, len, secret, sizeof(drawn_secret));
}

void map_init(struct map *map)
{
	*map = (struct map){0};
}

void map_release(struct map *map)
{
	free(map->slots);
	map_init(map);
}

void map_clear(struct map *map)
{
	for (size_t i = 0; i < map->cap; i++)
		map->slots[i].value = MAP_NONE;
	map->n = map->used = 0;
}

static void put(struct map *map, uint64_t hash, uint32_t value)
{
	size_t i = (size_t)hash & (map->cap - 1);

	while (map->slots[i].value != MAP_NONE)
		i = (i + 1) & (map->cap - 1);
	map->slots[i] = (struct map_slot){.hash = hash, .value = value};
	map->n++;
	map->used++;
}

static void rehash(struct map *map, size_t cap)
{
	struct map_slot *old = map->slots;
	size_t old_cap = map->cap;

	map->slots = xreallocarray(NULL, cap, sizeof(*map->slots));
	map->cap = cap;
	map_clear(map);
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].value < GRAVE)
			put(map, old[i].hash, old[i].value);
	free(old);
}

uint32_t map_find(const struct map *map, uint64_t hash, map_equal equal, const void *ctx,
		  const void *key)
{
	size_t i = (size_t)hash & (map->cap - 1);

	if (!map->cap)
		return MAP_NONE;
	for (; map->slots[i].value != MAP_NONE; i = (i + 1) & (map->cap - 1))
		if (map->slots[i].value < GRAVE && map->slots[i].hash == hash &&
		    equal(ctx, map->slots[i].value, key))
			return map->slots[i].value;
	return MAP_NONE;
}

void map_add(struct map *map, uint64_t hash, uint32_t value)
{
	if ((map->used + 1) * 4 > map->cap * 3) {
		size_t cap = map->cap ? map->cap : 16;

		while ((map->n + 1) * 2 > cap)
			cap *= 2;
		rehash(map, cap);
	}
	put(map, hash, value);
}

size_t map_bytes(const struct map *map)
{
	return map->cap * sizeof(*map->slots);
}

void map_remove(struct map *map, uint64_t hash, uint32_t value)
{
	size_t i = (size_t)hash & (map->cap - 1);

	if (!map->cap)
		return;
	for (; map->slots[i].value != MAP_NONE; i = (i + 1) & (map->cap - 1)) {
		if (map->slots[i].hash != hash || map->slots[i].value != value)
			continue;
		map->slots[i].value = GRAVE;
		map->n--;
		return;
	}
}
