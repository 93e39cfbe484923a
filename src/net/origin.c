#include "net/origin.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define URL_MAX_BYTES 2048

bool origin_is_address(const char *host)
{
	struct in6_addr in;

	return inet_pton(AF_INET, host, &in) == 1 || inet_pton(AF_INET6, host, &in) == 1 ||
	       strchr(host, '%');
}

static bool is_localhost(const char *host)
{
	size_t len = strlen(host);

	return !strcasecmp(host, "localhost") ||
	       (len > 10 && !strcasecmp(host + len - 10, ".localhost"));
}

static bool is_loopback(const char *host)
{
	struct in_addr in4;
	struct in6_addr in6;

	if (inet_pton(AF_INET, host, &in4) == 1)
		return ntohl(in4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &in6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&in6);
	return is_localhost(host);
}

/* A part of the URL, "" when it has none; freed by the caller. */
static char *url_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, flags))
		return xstrdup("");
	copy = xstrdup(text);
	curl_free(text);
	return copy;
}

/* "[::1]" as "::1". */
static char *host_part(CURLU *url)
{
	char *host = url_part(url, CURLUPART_HOST, 0);
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		memmove(host, host + 1, len - 2);
		host[len - 2] = '\0';
	}
	return host;
}

static int refuse(struct err *err, const char *url, const char *why)
{
	char shown[120];

	utf8_sanitise(shown, sizeof(shown), url ? url : "", url ? strlen(url) : 0);
	return err_set(err, ERR_INVALID, "URL %s: %s", shown, why);
}

static bool has_only_printable_ascii(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static const char *why_not(CURLU *url)
{
	static const struct {
		CURLUPart part;
		const char *why;
	} unwanted[] = {
		{CURLUPART_USER, "has a user in it; give the credential by --auth"},
		{CURLUPART_PASSWORD, "has a password in it; give the credential by --auth"},
		{CURLUPART_QUERY, "has a query in it; give the base URL only"},
		{CURLUPART_FRAGMENT, "has a fragment in it; give the base URL only"},
	};

	for (size_t i = 0; i < sizeof(unwanted) / sizeof(*unwanted); i++) {
		char *text = url_part(url, unwanted[i].part, 0);
		bool present = *text;

		free(text);
		if (present)
			return unwanted[i].why;
	}
	return NULL;
}

static void take_parts(struct origin *origin, CURLU *url)
{
	char *scheme = url_part(url, CURLUPART_SCHEME, 0);
	char *path = url_part(url, CURLUPART_PATH, 0);
	size_t len = strlen(path);
	struct strbuf base = STRBUF_INIT;

	while (len && path[len - 1] == '/')
		path[--len] = '\0';
	origin->tls = !strcmp(scheme, "https");
	origin->host = host_part(url);
	origin->port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	origin->numeric = origin_is_address(origin->host);
	strbuf_addf(&base, strchr(origin->host, ':') ? "%s://[%s]:%s%s" : "%s://%s:%s%s", scheme,
		    origin->host, origin->port, path);
	origin->base = strbuf_detach(&base);
	free(scheme);
	free(path);
}

static int take_url(struct origin *origin, const char *text, struct err *err)
{
	CURLU *url = curl_url();
	const char *why = NULL;
	CURLUcode code;

	code = curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME);
	if (code)
		why = "is none; expected http://HOST:PORT or https://HOST:PORT";
	else
		why = why_not(url);
	if (!why)
		take_parts(origin, url);
	curl_url_cleanup(url);
	if (!why && strncmp(origin->base, "http://", 7) && strncmp(origin->base, "https://", 8))
		why = "has another scheme than http or https";
	return why ? refuse(err, text, why) : 0;
}

static int take_proxy(struct origin *origin, const char *proxy, struct err *err)
{
	CURLU *url;
	CURLUcode code;

	if (!proxy || !*proxy)
		return 0;
	url = curl_url();
	code = curl_url_set(url, CURLUPART_URL, proxy,
			    CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);
	if (!code) {
		origin->proxy = xstrdup(proxy);
		origin->proxy_host = host_part(url);
		origin->proxy_port = url_part(url, CURLUPART_PORT, 0);
		/* libcurl's own default for a proxy that does not say. */
		if (!*origin->proxy_port) {
			free(origin->proxy_port);
			origin->proxy_port = xstrdup(strncmp(proxy, "https:", 6) ? "1080" : "443");
		}
	}
	curl_url_cleanup(url);
	return code ? err_set(err, ERR_INVALID,
			      "the proxy is no URL; expected http://HOST:PORT in --proxy or the "
			      "environment's https_proxy or http_proxy")
		    : 0;
}

/* The next of the fields that colons part, an address in brackets without them; NULL at the end. */
static char *next_field(const char **at)
{
	const char *from = *at;
	size_t len;
	char *field;

	if (!from)
		return NULL;
	if (*from == '[' && strchr(from, ']')) {
		len = strcspn(++from, "]");
		*at = from + len + 1;
	} else {
		len = strcspn(from, ":");
		*at = from + len;
	}
	field = xstrdup(from);
	field[len] = '\0';
	*at = **at == ':' ? *at + 1 : NULL;
	return field;
}

static bool names(const struct origin *origin, const char *host, const char *port)
{
	return (!*host || !strcasecmp(host, origin->host)) &&
	       (!*port || !strcmp(port, origin->port));
}

static int take_connect_to(struct origin *origin, const char *given, struct err *err)
{
	char *fields[4];
	const char *at = given;
	bool whole;

	for (size_t i = 0; i < 4; i++)
		fields[i] = next_field(&at);
	whole = fields[3] && !at;
	if (whole && names(origin, fields[0], fields[1])) {
		origin->via_host = xstrdup(*fields[2] ? fields[2] : origin->host);
		origin->via_port = xstrdup(*fields[3] ? fields[3] : origin->port);
		origin->loopback = is_loopback(origin->via_host);
	}
	for (size_t i = 0; i < 4; i++)
		free(fields[i]);
	return whole ? 0 : err_set(err, ERR_INVALID, "--connect-to wants HOST1:PORT1:HOST2:PORT2");
}

static int check_resolve(struct origin *origin, const char *given, struct err *err)
{
	const char *address = given;
	char *host = next_field(&address), *port = next_field(&address);
	bool whole = port && *host && *port && address && *address;

	/* A name of this machine may be given any address. */
	if (whole && !origin->via_host && names(origin, host, port))
		origin->loopback = is_loopback(address);
	free(host);
	free(port);
	return whole ? 0 : err_set(err, ERR_INVALID, "--resolve wants HOST:PORT:ADDRESS");
}

static int take_route(struct origin *origin, const struct http_options *options, struct err *err)
{
	if (options->connect_to && take_connect_to(origin, options->connect_to, err) < 0)
		return -1;
	return options->resolve ? check_resolve(origin, options->resolve, err) : 0;
}

/* One name may stand for several gateways, each reached in a way of its own. */
static char *peer_of(const struct origin *origin, const struct http_options *options)
{
	struct strbuf peer = STRBUF_INIT;

	strbuf_addstr(&peer, origin->proxy          ? origin->proxy
			     : options->unix_socket ? options->unix_socket
						    : origin->base);
	strbuf_addf(&peer, " %s %s", options->resolve ? options->resolve : "",
		    options->connect_to ? options->connect_to : "");
	return strbuf_detach(&peer);
}

static const char *proxy_of(const struct origin *origin, const struct http_options *options)
{
	const char *list = options->noproxy;

	if (origin->loopback)
		return NULL;
	/* One that is meant for this target is not called off by what is meant for all. */
	if (options->proxy)
		return list && origin_needs_no_proxy(list, origin->host) ? NULL : options->proxy;
	return origin_needs_no_proxy(list, origin->host) ? NULL : origin_env_proxy(origin->tls);
}

int origin_init(struct origin *origin, const struct http_options *options, struct err *err)
{
	const char *text = options->url;

	*origin = (struct origin){0};
	if (!text || !*text || strlen(text) > URL_MAX_BYTES || !has_only_printable_ascii(text))
		return refuse(err, text, "is empty, too long, or has blanks or non-ASCII bytes");
	if (take_url(origin, text, err) < 0)
		return -1;
	origin->loopback = is_loopback(origin->host);
	if (take_route(origin, options, err) < 0)
		return -1;
	origin->loopback |= options->unix_socket != NULL;
	if (options->insecure && !origin->loopback)
		return err_set(err, ERR_INVALID,
			       "--insecure is for loopback only: use --cacert FILE or "
			       "--pinnedpubkey");
	if (take_proxy(origin, proxy_of(origin, options), err) < 0)
		return -1;
	origin->peer = peer_of(origin, options);
	return 0;
}

void origin_release(struct origin *origin)
{
	free(origin->base);
	free(origin->host);
	free(origin->port);
	free(origin->proxy);
	free(origin->proxy_host);
	free(origin->proxy_port);
	free(origin->via_host);
	free(origin->via_port);
	free(origin->peer);
	*origin = (struct origin){0};
}

const char *origin_next_host(const struct origin *origin)
{
	return origin->proxy      ? origin->proxy_host
	       : origin->via_host ? origin->via_host
				  : origin->host;
}

const char *origin_next_port(const struct origin *origin)
{
	return origin->proxy      ? origin->proxy_port
	       : origin->via_port ? origin->via_port
				  : origin->port;
}

/* libcurl answers localhost by itself. */
const char *origin_unresolved(const struct origin *origin, const struct http_options *options)
{
	const char *host = origin_next_host(origin);
	size_t len = strlen(host);
	const char *given = options->resolve;

	if (options->unix_socket || origin_is_address(host) || is_localhost(host))
		return NULL;
	if (given && !strncasecmp(given, host, len) && given[len] == ':')
		return NULL;
	return host;
}
