#include "collect/fetch.h"

#include <string.h>

static int http_head(void *ctx, const char *content_type, struct err *err)
{
	struct fetch *fetch = ctx;

	return fetch->ops->head(fetch->ctx, content_type, err);
}

static int http_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct fetch *fetch = ctx;

	return fetch->ops->body(fetch->ctx, data, len, err);
}

static void http_done(void *ctx, const struct read_result *read)
{
	struct fetch *fetch = ctx;
	struct fetch_result result = {.err = read->err,
				      .status = read->status,
				      .unverified = read->unverified,
				      .content_type = read->content_type,
				      .server = read->server,
				      .refusal = read->head,
				      .retry_after_ms = read->retry_after_ms,
				      .seconds = read->seconds,
				      .bytes = read->wire_bytes};

	fetch->read = NULL;
	fetch->ops->done(fetch->ctx, &result);
}

static int line_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct fetch *fetch = ctx;
	bool headed = fetch->headed;

	fetch->headed = true;
	if (!headed && fetch->ops->head(fetch->ctx, "", err) < 0)
		return -1;
	for (size_t i = len > 2 ? len - 2 : 0; i < len; i++) {
		fetch->tail[0] = fetch->tail[1];
		fetch->tail[1] = data[i];
	}
	return fetch->ops->body(fetch->ctx, data, len, err);
}

/* A line protocol has no length; HAProxy ends each of its answers with an empty line, which is all
 * that it says of an empty list. */
static void line_done(void *ctx, const struct err *err, double seconds, uint64_t bytes)
{
	struct fetch *fetch = ctx;
	struct fetch_result result = {.content_type = "",
				      .server = "",
				      .refusal = "",
				      .seconds = seconds,
				      .bytes = bytes};
	bool ended = fetch->tail[1] == '\n' && (bytes == 1 || fetch->tail[0] == '\n');

	if (err)
		result.err = *err;
	if (!result.err.code && !ended)
		err_set(&result.err, ERR_TRUNCATED,
			"answer ended early: there is no empty line at its end");
	fetch->line = NULL;
	fetch->ops->done(fetch->ctx, &result);
}

static const struct read_ops read_ops = {http_head, http_body, http_done};
static const struct line_ops line_ops = {line_body, line_done};

int fetch_start(struct fetch *fetch, struct loop *loop, struct http *http,
		const struct fetch_spec *spec, const struct fetch_ops *ops, void *ctx,
		struct err *err)
{
	static const char *const json[] = {"Content-Type: application/json", NULL};
	struct http_limits limits = {.timeout_ms = spec->timeout_ms,
				     .body_bytes = spec->body_bytes};

	*fetch = (struct fetch){.ops = ops, .ctx = ctx};
	if (spec->reach->transport == TRANSPORT_LINE) {
		struct line_spec line = {
			.address = spec->reach->address, .command = spec->path, .limits = limits};
		fetch->line = line_start(loop, &line, &line_ops, fetch, err);
		return fetch->line ? 0 : -1;
	}
	struct read_spec read = {.origin = &spec->reach->http,
				 .limits = limits,
				 .method = spec->body ? READ_POST : READ_GET,
				 .path = spec->path,
				 .body = spec->body,
				 .accept = spec->accept,
				 .headers = spec->body ? json : NULL,
				 .credential = spec->credential};
	fetch->read = read_start(http, &read, &read_ops, fetch, err);
	return fetch->read ? 0 : -1;
}

void fetch_cancel(struct fetch *fetch)
{
	if (fetch->read)
		read_cancel(fetch->read);
	if (fetch->line)
		line_cancel(fetch->line);
	fetch->read = NULL;
	fetch->line = NULL;
}
