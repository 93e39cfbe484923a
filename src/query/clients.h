/* What is known of a client beside its figures: who it is to us, and whether the gateways list it.
 */
#ifndef HC_QUERY_CLIENTS_H
#define HC_QUERY_CLIENTS_H

#include "query/query.h"

enum client_mark {
	CLIENT_OWN = 1 << 0,     /* one of ours: an operator's address, or where we poll from */
	CLIENT_NAT = 1 << 1,     /* many stand behind it: see CLIENT_NAT_RULE */
	CLIENT_BLOCKED = 1 << 2, /* a gateway's deny list has all of it */
	CLIENT_LISTED = 1 << 3   /* a gateway's deny list has a part of the network */
};

/* The rule in words, for the help. */
#define CLIENT_NAT_RULE                                                                            \
	"a trusted proxy, 4 consumers and more, or 8 user agents and more of which at least half " \
	"of the requests get 2xx"

struct clients_question {
	const char *const *own;     /* addresses, ended by NULL; or NULL */
	const char *const *proxies; /* addresses and networks, ended by NULL; or NULL */
	const struct filter *filter;
	int64_t window_ms;
	struct clock at;
};

/* Answers of one moment, in the caller's arena. */
struct clients {
	struct names *names;
	struct result behind; /* rows by client: what tells how many stand behind it */
	struct address *own, *proxies, *listed;
	size_t nown, nproxies, nlisted;
};

void clients_read(const struct model *model, const struct clients_question *question,
		  struct arena *arena, struct clients *ret_clients);

/* Marks of an address or a network, enum client_mark; 0 for what is neither. */
unsigned clients_marks(const struct clients *clients, symbol client);

#endif
