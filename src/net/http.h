/* HTTP over libcurl's multi interface, driven by the loop. Shared by read.h and change.h; other
 * modules use read.h. */
#ifndef HC_NET_HTTP_H
#define HC_NET_HTTP_H

#include "base/err.h"
#include "base/strbuf.h"
#include "net/loop.h"

#include <stdint.h>

/* How to reach an origin; named as curl names them. Borrowed while a request to it is under
 * way. */
struct http_options {
	const char *url;         /* base: scheme://host:port[/prefix]; no user, no query */
	const char *unix_socket; /* or NULL */
	const char *cacert;
	const char *cert;
	const char *key;
	const char *pinnedpubkey; /* sha256//...; without cacert the key alone is what is trusted */
	const char *proxy;        /* or NULL: from the environment; never for loopback */
	const char *noproxy;      /* hosts that need none; or NULL: no_proxy of the environment */
	const char *resolve;      /* HOST:PORT:ADDRESS, or NULL */
	const char *connect_to;   /* HOST1:PORT1:HOST2:PORT2, or NULL */
	bool insecure;            /* accepted only for loopback */
	bool compressed;          /* ask for gzip */
	bool http2;
	int64_t connect_timeout_ms; /* 0: 3 s */
};

/* Caps of one request; 0 takes the default. */
struct http_limits {
	int64_t timeout_ms;    /* whole request: 10 s */
	uint64_t body_bytes;   /* after decompression: 32 MiB */
	uint32_t header_bytes; /* 64 KiB */
	uint32_t headers;      /* 200 */
	int64_t stall_ms;      /* less than 100 B/s for as long: half of timeout_ms */
};

/* The limits with the defaults in place of zeroes. */
struct http_limits http_limits_fill(const struct http_limits *limits);

struct http; /* the multi handle, its cache of connections and of names */

/* The program ignores SIGPIPE. SSLKEYLOGFILE is taken out of the environment: it would write the
 * keys of every connection to a file. */
struct http *http_new(struct loop *loop);
void http_free(struct http *http); /* takes NULL; no request is under way */

/* How many origins there will be: connections are kept to so many and 16; the soft limit of open
 * files is raised to the hard one. */
void http_expect(struct http *http, size_t targets);

/* Adds a random token to the name that requests give as their User-Agent: what a log tells under
 * the whole of it was asked by this program, and by nobody who guesses. */
void http_set_token(struct http *http, uint64_t random);
/* That name, or NULL when no token was set. Borrowed from http. */
const char *http_own_agent(const struct http *http);

/* Looks up a name: called on a thread of its own, may block. Appends addresses to ret_addresses,
 * separated by commas, IPv6 in brackets; returns 0 or an error of getaddrinfo(3). */
typedef int http_lookup(void *ctx, const char *host, struct strbuf *ret_addresses);

/* Takes another look-up than getaddrinfo(3). */
void http_set_resolver(struct http *http, http_lookup *lookup, void *ctx);

/* Connections opened so far, for tests and for the load shown. */
uint64_t http_connections(const struct http *http);

/* Name and version of the HTTP library and of what it was built with; constant. */
const char *http_libraries(void);

#endif
