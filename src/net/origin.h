/* An origin taken apart: what its URL says, and what its rules refuse. */
#ifndef HC_NET_ORIGIN_H
#define HC_NET_ORIGIN_H

#include "net/http.h"

struct origin {
	char *base; /* scheme://host:port/prefix without a slash at its end */
	char *host; /* without brackets */
	char *port;
	bool tls;
	bool loopback; /* a loopback address or name, or a unix socket */
	bool numeric;  /* host is an address */
	char *proxy;   /* as CURLOPT_PROXY takes it, or NULL */
	char *proxy_host;
	char *proxy_port;
	char *via_host; /* what connect_to puts in place of host and port, or NULL */
	char *via_port;
	char *peer; /* tells apart what a connection leads to */
};

/* Refuses a URL of another scheme, with a user, query or fragment, insecure away from loopback,
 * and options that are not of their form. Released by the caller, also after a refusal. */
int origin_init(struct origin *origin, const struct http_options *options, struct err *err);
void origin_release(struct origin *origin);

/* The name that must be looked up before connecting, or NULL: an address, localhost, a unix
 * socket, or one that options->resolve names. */
const char *origin_unresolved(const struct origin *origin, const struct http_options *options);

/* Whether host is an IPv4 or IPv6 address. */
bool origin_is_address(const char *host);

/* The host and port that are connected to: the proxy's, else those of connect_to, else the URL's.
 */
const char *origin_next_host(const struct origin *origin);
const char *origin_next_port(const struct origin *origin);

/* The proxy that the environment names as curl would choose it (http_proxy in lower
 * case only, https_proxy, all_proxy), or NULL. */
const char *origin_env_proxy(bool tls);
/* Whether the list, as in no_proxy, has the host. NULL: the environment's no_proxy. */
bool origin_needs_no_proxy(const char *list, const char *host);

#endif
