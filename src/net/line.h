/* Line protocols over TCP or a unix socket: one command per connection, read to its end
 * (HAProxy runtime API). */
#ifndef HC_NET_LINE_H
#define HC_NET_LINE_H

#include "net/http.h"

struct line_request;

struct line_spec {
	const char *address; /* "unix:/path", "tcp:host:port" */
	const char *command; /* one line, without its newline; no control bytes, no ';'; it
				begins with show, get or help: nothing here changes */
	struct http_limits limits;
};

struct line_ops {
	int (*body)(void *ctx, const char *data, size_t len, struct err *err);
	void (*done)(void *ctx, const struct err *err, double seconds, uint64_t bytes);
};

/* Whether the address has one of the two forms; nothing is asked. */
int line_check(const char *address, struct err *err);

struct line_request *line_start(struct loop *loop, const struct line_spec *spec,
				const struct line_ops *ops, void *ctx, struct err *err);
void line_cancel(struct line_request *request);

#endif
