/* Host names looked up on threads of their own: neither asking nor giving up ever waits, which
 * libcurl's own resolver cannot promise before 7.87. */
#ifndef HC_NET_RESOLVE_H
#define HC_NET_RESOLVE_H

#include "net/http.h"

struct resolver;
struct resolver_name;

/* Who waits for a name; owned by the caller. */
struct resolver_waiter {
	/* addresses as CURLOPT_RESOLVE takes them, borrowed for the call; NULL when the name was
	 * not found, and why says in a few words what the system said. Never called from within
	 * resolver_ask(). */
	void (*found)(struct resolver_waiter *waiter, const char *addresses, const char *why);
	struct resolver_name *name; /* resolver's own; NULL when not waiting */
	struct resolver_waiter *next;
};

struct resolver *resolver_new(struct loop *loop);
void resolver_free(struct resolver *resolver); /* does not wait for look-ups under way */

/* Takes lookup(ctx) for getaddrinfo(3); for tests. */
void resolver_set(struct resolver *resolver, http_lookup *lookup, void *ctx);

/* The addresses, when they were found within the last minute (borrowed until the loop's next
 * turn); else NULL, and the waiter is called later. */
const char *resolver_ask(struct resolver *resolver, const char *host,
			 struct resolver_waiter *waiter);

/* Takes back an ask; nothing happens when the waiter does not wait. */
void resolver_forget(struct resolver_waiter *waiter);

#endif
