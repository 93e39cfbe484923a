#include "fetch.h"

#include <stdio.h>

void fetch_init(struct fetch *fetch)
{
	*fetch = (struct fetch){0};
	strbuf_init(&fetch->body);
}

void fetch_release(struct fetch *fetch)
{
	strbuf_release(&fetch->body);
}

static int on_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct fetch *fetch = ctx;

	if (fetch->take)
		return fetch->take(data, len, err);
	strbuf_add(&fetch->body, data, len);
	return 0;
}

static void on_done(void *ctx, const struct read_result *result)
{
	struct fetch *fetch = ctx;

	fetch->result = *result;
	fetch->done = true;
#define COPY(field) snprintf(fetch->field, sizeof(fetch->field), "%s", result->field)
	COPY(content_type);
	COPY(server);
	COPY(location);
	COPY(etag);
	COPY(next_page);
	COPY(head);
	COPY(via_proxy);
#undef COPY
}

struct read_request *fetch_start(struct fetch *fetch, struct http *http,
				 const struct read_spec *spec)
{
	static const struct read_ops ops = {.body = on_body, .done = on_done};
	struct read_request *request;

	strbuf_clear(&fetch->body);
	fetch->done = false;
	fetch->result = (struct read_result){0};
	request = read_start(http, spec, &ops, fetch, &fetch->result.err);
	fetch->refused = !request;
	return request;
}

void fetch_run(struct fetch *fetch, struct loop *loop, struct http *http,
	       const struct read_spec *spec)
{
	if (fetch_start(fetch, http, spec))
		while (!fetch->done)
			loop_turn(loop, -1);
}
