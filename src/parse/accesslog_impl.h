/* Shared by the files of the access-log reader: pieces of a line, and a record before it is
 * cleaned. Nothing here copies; all points into the line or the log's arena. */
#ifndef HC_PARSE_ACCESSLOG_IMPL_H
#define HC_PARSE_ACCESSLOG_IMPL_H

#include "base/address.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "parse/accesslog.h"

#include <jansson.h>

/* A piece of text, not terminated; len 0: absent. */
struct slice {
	const char *p;
	size_t len;
};

bool slice_is(struct slice s, const char *text);
bool slice_is_none(struct slice s); /* empty or "-" */
bool slice_starts(struct slice s, const char *head);
/* Decimal digits after an optional sign, at most 15 of them. */
bool slice_integer(struct slice s, int64_t *ret_value);
/* The part before the last (split at the first: before the first) separator; *s becomes the rest
 * after it. False, with both untouched, when there is none. */
bool slice_split(struct slice *s, char separator, struct slice *ret_head);
bool slice_split_last(struct slice *s, char separator, struct slice *ret_head);

/* Reads a line from the left. Each step says whether the line goes on as expected. */
struct cursor {
	const char *p;
	const char *end;
};

bool cursor_literal(struct cursor *c, const char *text);
/* Up to the next space, or the end; not empty; the space is taken too. */
bool cursor_word(struct cursor *c, struct slice *ret_word);
/* Up to the stop byte, which must come and is taken. */
bool cursor_until(struct cursor *c, char stop, struct slice *ret_text);
/* "…": closed by the next quote; a backslash hides a quote only where the format escapes so. */
bool cursor_quoted(struct cursor *c, bool backslash, struct slice *ret_text);
bool cursor_integer(struct cursor *c, int64_t *ret_value); /* a word that is one */
size_t slice_count(struct slice s, char byte);

/* Times, as wall ms since the epoch. "23/Nov/2026:19:34:33 +0000" (with its zone) and
 * "23/Nov/2026:19:34:33.890" (without: local time), RFC 3339, "2026/11/23 19:35:03.468". */
bool time_clf(struct slice s, int64_t *ret_ms);
bool time_haproxy(struct slice s, int64_t *ret_ms);
bool time_rfc3339(struct slice s, int64_t *ret_ms);
bool time_console(struct slice s, int64_t *ret_ms);

/* A line's fields, as written. */
struct raw {
	struct slice client; /* may carry a port */
	struct slice forwarded;
	struct slice request; /* "GET /x HTTP/1.1"; else method and uri */
	struct slice method;
	struct slice uri;
	struct slice service;
	struct slice node;
	struct slice user_agent;
	struct slice user;    /* kept out of the line that is shown */
	struct slice secrets; /* captured headers and cookies, kept out too */
	int64_t status;
	double seconds;          /* NaN: unknown */
	double upstream_seconds; /* NaN: unknown */
	double bytes;            /* NaN: unknown */
	int64_t wall_ms;         /* of the end */
	enum accesslog_origin origin;
	bool split_port; /* the client ends with :port, even when it is an IPv6 address */
	bool aborted;
	bool no_request;  /* there is none to be had: TCP */
	bool bad_request; /* the gateway says that it could not parse it */
	bool hide_line;   /* its secrets cannot be told apart: nothing of it is shown */
};

/* How a gateway escapes bytes in its log. */
enum escape { ESCAPE_NONE, ESCAPE_BACKSLASH_X, ESCAPE_HASH };

/* One reader a format. Fills raw, which starts out empty, or gives a reason. */
typedef enum accesslog_verdict (*accesslog_reader)(struct accesslog *log, struct slice line,
						   struct raw *raw, const char **ret_why);

enum accesslog_verdict read_haproxy_http(struct accesslog *, struct slice, struct raw *,
					 const char **);
enum accesslog_verdict read_haproxy_clf(struct accesslog *, struct slice, struct raw *,
					const char **);
enum accesslog_verdict read_haproxy_tcp(struct accesslog *, struct slice, struct raw *,
					const char **);
enum accesslog_verdict read_combined(struct accesslog *, struct slice, struct raw *, const char **);
enum accesslog_verdict read_nginx_timed(struct accesslog *, struct slice, struct raw *,
					const char **);
enum accesslog_verdict read_envoy(struct accesslog *, struct slice, struct raw *, const char **);
enum accesslog_verdict read_traefik_common(struct accesslog *, struct slice, struct raw *,
					   const char **);
enum accesslog_verdict read_json(struct accesslog *, struct slice, struct raw *, const char **);
enum accesslog_verdict read_caddy_console(struct accesslog *, struct slice, struct raw *,
					  const char **);

/* The head that CLF, combined and Traefik share: `addr [peer] - user [time] "`. The quote is the
 * first of the line, so a user name with spaces or brackets shifts nothing. */
bool head_common(struct cursor *c, struct raw *raw, struct slice *ret_time);

/* What HAProxy's termination state says; server is "<NOSRV>" where none was chosen. */
void haproxy_state(struct raw *raw, struct slice state, struct slice server);

/* Flags of Envoy; served: response headers came from an upstream. */
void envoy_origin(struct raw *raw, struct slice flags, bool served);
/* upstream_status 0: none was asked. Traefik's own 502 and 504 look like an upstream's. */
void traefik_origin(struct raw *raw, int64_t upstream_status);
/* Left without an answer: nginx and Traefik say 499. */
void client_closed(struct raw *raw);
/* One list of nginx's upstream times: "0.003", "-", "0.000, 0.004", "0.002 : 0.003". Adds up what
 * is known, and keeps the last; NaN where there is nothing. */
bool nginx_times(struct cursor *c, double *ret_sum, double *ret_last);

/* Splits a request line; false when it is none that HTTP allows. */
bool request_split(struct slice request, struct slice *ret_method, struct slice *ret_uri);
bool method_is_valid(struct slice method);
/* The path of a request target: of "http://host/p?q" too; "" for CONNECT's and "-". */
struct slice target_path(struct slice uri);

/* Adds text with the values of query and path parameters, and passwords in URLs, left out. */
void redact(struct strbuf *out, struct slice text);

/* Adds a JSON line without the values of secret keys and of headers that may hold secrets. */
void json_shown(struct strbuf *out, const json_t *root);

/* Undoes \xNN or #NN into the arena. */
struct slice unescape(struct arena *arena, struct slice s, enum escape escape);

/* An address in canonical form, without port, zone or brackets; false when it is none. */
bool client_canonical(struct slice s, bool split_port, char *buf, size_t cap);

/* The client as options say: the peer, or the last address of X-Forwarded-For that is no trusted
 * proxy. Empty when unknown. */
void client_choose(const struct accesslog *log, const struct raw *raw, char *buf, size_t cap);

struct accesslog {
	enum accesslog_format format;
	enum accesslog_format seen; /* LOG_AUTO: the last line fitted this */
	bool forwarded;
	struct address trusted[ACCESSLOG_TRUSTED];
	size_t ntrusted;
	struct accesslog_fields fields; /* own copies */
	struct arena arena;             /* what a record points to */
	json_t *tree;                   /* of a JSON line; the record points into it */
	struct strbuf line;             /* what is shown of it */
	struct strbuf scratch;
};

#endif
