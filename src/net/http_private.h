/* What http.c and transfer.c share of the multi handle. */
#ifndef HC_NET_HTTP_PRIVATE_H
#define HC_NET_HTTP_PRIVATE_H

#include "net/pool.h"
#include "net/transfer.h"

#define HTTP_IDLE_MAX     32
#define HTTP_BUFFER_BYTES (128 * 1024) /* for what is received, each transfer's own */

#define HTTP_AGENT "hypercare/" PACKAGE_VERSION

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	struct resolver *resolver;
	CURL *idle[HTTP_IDLE_MAX]; /* easy handles for the next requests */
	size_t nidle;
	struct pool pool;
	uint64_t connections;
	char agent[64]; /* "hypercare/0.1.0 (token)", or "" */
	bool busy;      /* within libcurl, which takes no calls from its callbacks */
	struct transfer *listed;
};

/* Puts the transfer on the list of those that are started or removed once libcurl returns. */
void http_list(struct http *http, struct transfer *transfer);

#endif
