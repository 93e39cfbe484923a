/* Changing a gateway: a request that is sent once, on a connection of its own, and never again by
 * anybody. Only act/ may include this. */
#ifndef HC_NET_CHANGE_H
#define HC_NET_CHANGE_H

#include "net/http.h"

struct change_request;

/* What is certain about a request. */
enum change_fate {
	CHANGE_UNSENT,   /* no byte of it has left: nothing has happened */
	CHANGE_ANSWERED, /* a whole answer came; what it means is the caller's matter */
	CHANGE_UNKNOWN   /* it may have been carried out */
};

/* Strings are borrowed for the call. */
struct change_result {
	enum change_fate fate;
	struct err err; /* why there is no answer */
	int status;     /* 0: none, or a line command */
	const char *content_type;
	const char *etag;     /* of a header or trailer, "" without */
	const char *location; /* a redirect is an answer and is never followed */
	const char *headers;  /* JSON object of the headers by lower-case name, sanitised */
	const char *body;
	size_t len;
	double seconds;
};

struct change_ops {
	/* Called once, last; the request is gone after it. */
	void (*done)(void *ctx, const struct change_result *result);
};

struct change_spec {
	const struct http_options *origin; /* HTTP; or NULL and: */
	const char *address;               /* "unix:/path", "tcp:host:port" */
	const char *command;               /* one line without its newline; no control byte, no ';',
					      not "prompt" */
	struct http_limits limits;         /* the body's cap: 1 MiB unless set */
	const char *method;                /* "GET" "POST" "PUT" "PATCH" "DELETE" */
	const char *path;                  /* begins with '/', already encoded; sent exactly so */
	const char *body;                  /* or NULL */
	size_t body_len;
	const char *content_type;    /* of the body */
	const char *const *headers;  /* "Name: value", NULL-terminated, or NULL; no control byte */
	const char *idempotency_key; /* or NULL */
	const char *credential;      /* complete header line or NULL; wiped after use */
};

/* HTTP/1.1 on a fresh connection that is closed after it; never redirected, no retry by libcurl, no
 * 100-continue. A spec with a byte that does not belong is refused with NULL and err. */
struct change_request *change_start(struct http *http, struct loop *loop,
				    const struct change_spec *spec, const struct change_ops *ops,
				    void *ctx, struct err *err);

/* Gives up waiting, without done(): whether it was carried out is unknown then. */
void change_abandon(struct change_request *request);

#endif
