/* Reading from a gateway: GET, HEAD, and POSTs that a profile marks as reads. Never redirected,
 * never sent anywhere but to its origin. */
#ifndef HC_NET_READ_H
#define HC_NET_READ_H

#include "net/http.h"

struct read_request;

/* What came of it. Strings are borrowed for the call. */
struct read_result {
	struct err err;  /* code ERR_OK when a whole answer with the wanted status came */
	int status;      /* 0: no answer */
	bool unverified; /* ended by close, without length or end mark */
	const char *content_type;
	const char *server;
	const char *location;
	const char *etag;       /* from a header or a trailer */
	const char *next_page;  /* X-Next-Page */
	int64_t retry_after_ms; /* 0: not said */
	double seconds;         /* from sending to the last byte */
	uint64_t wire_bytes;    /* as received */
	uint64_t body_bytes;    /* after decompression */
	bool reused;            /* an open connection was used */
	const char *head;      /* first bytes of the body of an answer that is not 2xx, sanitised */
	const char *via_proxy; /* "" or the proxy's host:port */
};

struct read_ops {
	/* Before the first byte of a 2xx body: its content type, sanitised, "" when not said. May
	 * be NULL; -1 ends the request with err. */
	int (*head)(void *ctx, const char *content_type, struct err *err);
	/* Bytes of a 2xx body as they arrive; -1 ends the request with err. */
	int (*body)(void *ctx, const char *data, size_t len, struct err *err);
	/* Called once, last; the request is gone after it. */
	void (*done)(void *ctx, const struct read_result *result);
};

/* One HTTP method that only reads. */
enum read_method { READ_GET, READ_HEAD, READ_POST };

struct read_spec {
	const struct http_options *origin;
	struct http_limits limits;
	enum read_method method;
	const char *path; /* begins with '/', already encoded; query allowed */
	const char *body; /* READ_POST, else NULL */
	const char *accept;
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL. A value with a
				       byte < 0x20 or 0x7f is refused */
	const char *credential;     /* complete header line "Authorization: ...", or NULL; wiped
				       from memory after use */
};

/* Starts it; err is set and NULL returned when the spec is refused. ctx belongs to the caller. */
struct read_request *read_start(struct http *http, const struct read_spec *spec,
				const struct read_ops *ops, void *ctx, struct err *err);

/* Ends it without a call to done(). */
void read_cancel(struct read_request *request);

#endif
