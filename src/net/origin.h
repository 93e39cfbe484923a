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
};

/* Refuses a URL of another scheme, with a user, query or fragment, and insecure away from
 * loopback. Released by the caller, also after a refusal. */
int origin_init(struct origin *origin, const struct http_options *options, struct err *err);
void origin_release(struct origin *origin);

/* The name that must be looked up before connecting, or NULL: an address, localhost, a unix
 * socket, or one that options->resolve names. */
const char *origin_unresolved(const struct origin *origin, const struct http_options *options);

/* Whether host is an IPv4 or IPv6 address. */
bool origin_is_address(const char *host);

/* The proxy that the environment names for this URL as curl would choose it (http_proxy in lower
 * case only, https_proxy, all_proxy, no_proxy), or NULL. */
const char *origin_env_proxy(bool tls, const char *host);

#endif
