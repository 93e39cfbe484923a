/* Kept connections, those of each peer in a cache of its own: libcurl looks through a whole cache
 * for dead connections once a second, which for a thousand targets in one cache costs more than
 * reading from them. */
#ifndef HC_NET_POOL_H
#define HC_NET_POOL_H

#include "base/heap.h"
#include "base/map.h"

#include <curl/curl.h>

/* What is connected to: an origin, or a proxy. */
struct pool_peer {
	CURLSH *share; /* for CURLOPT_SHARE, while the peer is taken */
	char *key;
	uint64_t hash;
	size_t users;
	struct heap_node unused; /* by the time of its last use */
};

struct pool {
	struct pool_peer **peers;
	size_t n;
	size_t cap;
	size_t most;
	struct map index; /* by key */
	struct heap unused;
	int64_t uses;
};

/* Keeps connections to so many peers; it lets go of those not used for longest. */
void pool_init(struct pool *pool, size_t most);
void pool_expect(struct pool *pool, size_t most);

/* Closes all connections; no peer is taken. */
void pool_release(struct pool *pool);

/* The peer with this key, until pool_give(). */
struct pool_peer *pool_take(struct pool *pool, const char *key);
void pool_give(struct pool *pool, struct pool_peer *peer);

#endif
