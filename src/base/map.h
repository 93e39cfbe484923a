/* An open-addressing table from a 64-bit hash to a 32-bit number. The caller keeps the keys and
 * confirms a hit by comparing. */
#ifndef HC_BASE_MAP_H
#define HC_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

struct map {
	struct map_slot *slots;
	size_t n;    /* entries */
	size_t used; /* entries and graves */
	size_t cap;  /* a power of two, or 0 */
};

/* Says whether the entry with this number has the key that is looked for. */
typedef bool (*map_equal)(const void *ctx, uint32_t value, const void *key);

void map_init(struct map *map);
void map_release(struct map *map);
void map_clear(struct map *map);

/* The number stored for key, or MAP_NONE. */
uint32_t map_find(const struct map *map, uint64_t hash, map_equal equal, const void *ctx,
		  const void *key);

/* Adds an entry that is known to be absent; value must not be MAP_NONE. */
void map_add(struct map *map, uint64_t hash, uint32_t value);

/* Bytes that the table takes. */
size_t map_bytes(const struct map *map);

/* Removes the entry with this hash and number, if it is there. */
void map_remove(struct map *map, uint64_t hash, uint32_t value);

/* Seeds hash_bytes(), once, before its first use; from the system's randomness in the program,
 * fixed in tests. */
void hash_seed(uint64_t seed);

/* Seeded XXH3-64 (https://github.com/Cyan4973/xxHash). */
uint64_t hash_bytes(const void *data, size_t len);

#endif
