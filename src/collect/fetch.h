/* One document of a target, by HTTP or by a line command, with one way to hear of it. */
#ifndef HC_COLLECT_FETCH_H
#define HC_COLLECT_FETCH_H

#include "collect/reach.h"
#include "net/line.h"
#include "net/read.h"

struct fetch_result {
	struct err err;
	int status; /* 0: none, or no HTTP */
	bool unverified;
	const char *content_type; /* borrowed for the call; "" */
	const char *server;
	const char *refusal; /* first bytes of the body of an answer that is not 2xx; "" */
	int64_t retry_after_ms;
	double seconds;
	uint64_t bytes;
};

struct fetch_ops {
	/* As in net/read.h; a line command says "". */
	int (*head)(void *ctx, const char *content_type, struct err *err);
	int (*body)(void *ctx, const char *data, size_t len, struct err *err);
	void (*done)(void *ctx, const struct fetch_result *result);
};

struct fetch {
	struct read_request *read;
	struct line_request *line;
	const struct fetch_ops *ops;
	void *ctx;
	bool headed;  /* of a line: head() was called */
	char tail[2]; /* of a line: its last bytes */
};

struct fetch_spec {
	const struct reach *reach;
	const char *path; /* of a GET, or the line command */
	const char *body; /* JSON, not NULL: a POST that reads */
	const char *accept;
	const char *credential; /* header line or NULL */
	int64_t timeout_ms;     /* 0: 10 s */
	uint64_t body_bytes;    /* cap; 0: 32 MiB */
};

/* fetch is the caller's and stays where it is until done() was called or fetch_cancel(). */
int fetch_start(struct fetch *fetch, struct loop *loop, struct http *http,
		const struct fetch_spec *spec, const struct fetch_ops *ops, void *ctx,
		struct err *err);
void fetch_cancel(struct fetch *fetch); /* nothing happens when none is under way */

#endif
