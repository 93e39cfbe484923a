/* Which gateway answers behind a URL: the identify requests of all profiles, merged (GETs only, at
 * most 30, each path once), judged, and first words for a human when it is none. */
#ifndef HC_COLLECT_DISCOVER_H
#define HC_COLLECT_DISCOVER_H

#include "collect/collect.h"
#include "profile/catalog.h"

struct discover;

struct discover_result {
	struct profile *profile; /* NULL: not recognised; the receiver takes the reference */
	const char *sentence;    /* what was found, or why not and what to do: exact first words */
	bool wants_credential;   /* recognised, but 401 or 403 */
	bool reachable;
};

/* done() is called once, from the loop; then the discover is gone. target is borrowed until then.
 * catalog is referenced; eval may be NULL: what only jq could tell is not recognised. */
struct discover *discover_start(struct loop *loop, struct http *http, struct eval *eval,
				struct catalog *catalog, const struct config_target *target,
				void (*done)(void *ctx, const struct discover_result *result),
				void *ctx, struct err *err);
/* done() is not called; takes NULL. */
void discover_cancel(struct discover *discover);

#endif
