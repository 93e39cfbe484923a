#include "net/pool.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void pool_init(struct pool *pool, size_t most)
{
	*pool = (struct pool){.most = most};
	map_init(&pool->index);
	heap_init(&pool->unused);
}

void pool_expect(struct pool *pool, size_t most)
{
	pool->most = most;
}

static void free_peer(struct pool_peer *peer)
{
	curl_share_cleanup(peer->share);
	free(peer->key);
	free(peer);
}

void pool_release(struct pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		free_peer(pool->peers[i]);
	free(pool->peers);
	map_release(&pool->index);
	heap_release(&pool->unused);
}

static struct pool_peer *new_peer(const char *key, uint64_t hash)
{
	struct pool_peer *peer = xcalloc(1, sizeof(*peer));

	peer->key = xstrdup(key);
	peer->hash = hash;
	peer->share = curl_share_init();
	curl_share_setopt(peer->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
	return peer;
}

/* Where a new peer goes: in place of one that is let go, or behind the others. */
static size_t make_room(struct pool *pool)
{
	struct heap_node *oldest = heap_first(&pool->unused);
	size_t i = 0;

	if (pool->n < pool->most || !oldest) {
		pool->peers =
			xgrow(pool->peers, &pool->cap, pool->n + 1, sizeof(struct pool_peer *));
		return pool->n++;
	}
	while (&pool->peers[i]->unused != oldest)
		i++;
	heap_remove(&pool->unused, oldest);
	map_remove(&pool->index, pool->peers[i]->hash, (uint32_t)i);
	free_peer(pool->peers[i]);
	return i;
}

static bool same_key(const void *ctx, uint32_t value, const void *key)
{
	const struct pool *pool = ctx;

	return strcmp(pool->peers[value]->key, key) == 0;
}

struct pool_peer *pool_take(struct pool *pool, const char *key)
{
	uint64_t hash = hash_bytes(key, strlen(key));
	size_t i = map_find(&pool->index, hash, same_key, pool, key);

	if (i == MAP_NONE) {
		i = make_room(pool);
		pool->peers[i] = new_peer(key, hash);
		map_add(&pool->index, hash, (uint32_t)i);
	}
	heap_remove(&pool->unused, &pool->peers[i]->unused);
	pool->peers[i]->users++;
	return pool->peers[i];
}

void pool_give(struct pool *pool, struct pool_peer *peer)
{
	if (--peer->users == 0)
		heap_set(&pool->unused, &peer->unused, ++pool->uses);
}
