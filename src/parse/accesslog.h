/* Access-log lines of gateways: bytes in, one record out, or a reason why the line cannot be
 * trusted. Formats and traps: HAProxy httplog, clf, JSON (with syslog prefixes), nginx combined
 * and timed and JSON, Caddy JSON and console, Envoy default and JSON, Traefik common and JSON, any
 * JSON by a field map. */
#ifndef HC_PARSE_ACCESSLOG_H
#define HC_PARSE_ACCESSLOG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum accesslog_format {
	LOG_AUTO, /* recognised from the first lines that fit */
	LOG_HAPROXY_HTTP,
	LOG_HAPROXY_CLF,
	LOG_HAPROXY_TCP,
	LOG_HAPROXY_JSON,
	LOG_COMBINED, /* nginx, Kong, Apache */
	LOG_NGINX_TIMED,
	LOG_NGINX_JSON,
	LOG_CADDY_JSON,
	LOG_CADDY_CONSOLE,
	LOG_ENVOY,
	LOG_ENVOY_JSON,
	LOG_TRAEFIK_COMMON,
	LOG_TRAEFIK_JSON,
	LOG_JSON, /* by a field map */
	LOG_FORMAT_COUNT
};
const char *accesslog_format_name(enum accesslog_format format);
enum accesslog_format accesslog_format_by_name(const char *name); /* LOG_FORMAT_COUNT: unknown */

/* Which JSON key holds what (LOG_JSON); a path "request.uri" steps into objects. */
struct accesslog_fields {
	const char *time, *client, *method, *uri, *status, *duration, *bytes, *forwarded;
	double duration_scale; /* to seconds */
};

#define ACCESSLOG_TRUSTED 16

struct accesslog_options {
	enum accesslog_format format;
	struct accesslog_fields fields; /* LOG_JSON */
	bool forwarded; /* ip_from: X-Forwarded-For: the client is the last address in it that is
			   no trusted proxy, when the peer itself is one (or is not known) */
	const char *trusted[ACCESSLOG_TRUSTED]; /* CIDRs of the proxies */
	size_t ntrusted;
};

enum accesslog_origin { ORIGIN_UNKNOWN, ORIGIN_GATEWAY, ORIGIN_UPSTREAM };

/* All strings are sanitised, terminated and borrowed until the next line. */
struct accesslog_record {
	int64_t wall_ms;     /* of the end of the request where known; 0: unknown */
	const char *client;  /* canonical address without port; "" unknown */
	const char *method;  /* "" when garbage */
	const char *route;   /* path without query, ids folded: "/patient/{id}/records" */
	uint64_t ids;        /* a hash of the ids that were folded, 0: none */
	const char *service; /* backend, router, upstream; "" */
	const char *node;    /* server that answered; "" */
	const char *user_agent;
	int status;     /* 0: client left first (499 and its kin); never shown as 2xx or 5xx */
	double seconds; /* NaN: unknown, or not a latency (WebSocket, aborted) */
	double upstream_seconds;      /* NaN: unknown or no upstream was asked */
	double bytes;                 /* NaN: unknown */
	enum accesslog_origin origin; /* who made the status */
	bool limited;                 /* 429 */
	bool aborted;                 /* client left first */
	bool bad_request;             /* the gateway could not parse it; no route */
	const char *line; /* the whole line, secrets in query strings and headers removed */
};

enum accesslog_verdict { LOG_LINE_OK, LOG_LINE_UNTRUSTED, LOG_LINE_NOT_ACCESS };

struct accesslog;
struct accesslog *accesslog_new(const struct accesslog_options *options, struct err *err);
void accesslog_free(struct accesslog *log); /* takes NULL */

/* The format in force, LOG_AUTO while not recognised. */
enum accesslog_format accesslog_format(const struct accesslog *log);

/* Reads one line without its newline. LOG_LINE_UNTRUSTED: fields may be forged or cut, count it
 * apart; *ret_why is a constant reason. LOG_LINE_NOT_ACCESS: some other log line. */
enum accesslog_verdict accesslog_parse(struct accesslog *log, const char *line, size_t len,
				       struct accesslog_record *ret_record, const char **ret_why);

/* Folds ids in a path into {id} (numbers, UUIDs, hex strings of 6 and more with a digit,
 * addresses, long random-looking segments) and drops the query; result is sanitised. *ret_ids,
 * unless NULL, is a hash of what was folded away, 0 when nothing was. */
size_t accesslog_fold(char *dst, size_t cap, const char *path, size_t len, uint64_t *ret_ids);

#endif
