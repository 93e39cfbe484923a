#include "net/read.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"
#include "net/fault.h"
#include "net/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_BYTES       512
#define ERROR_BODY_BYTES ((uint64_t)64 * 1024) /* of an answer that is not wanted */
#define RETRY_AFTER_MAX  86400

/* What is kept of the header and the trailer. */
struct kept {
	char content_type[128];
	char server[128];
	char location[512];
	char etag[256];
	char next_page[32];
	char content_encoding[32];
	char transfer_encoding[32];
	char content_length[24];
};

struct read_request {
	struct transfer transfer; /* first member */
	const struct read_ops *ops;
	void *ctx;
	struct http_limits limits;
	struct err err; /* set when we ended it ourselves */
	struct kept kept;
	char *path;
	bool credential;
	bool head_only;
	bool head_told;
	int status;
	uint64_t header_bytes;
	uint32_t headers;
	uint64_t body_bytes;
	char head[HEAD_BYTES];
	size_t head_len;
	CURLcode code;
	const char *lookup_error;
	struct tls_probe_request *probe; /* that is to explain the failure, or NULL */
};

static struct read_request *request_of(struct transfer *transfer)
{
	return (struct read_request *)(void *)transfer;
}

static bool wanted(const struct read_request *request)
{
	return request->status >= 200 && request->status < 300;
}

static void keep(struct kept *kept, const char *line, size_t len)
{
	static const struct {
		const char *name;
		size_t offset, size;
	} fields[] = {
#define FIELD(text, member) {text, offsetof(struct kept, member), sizeof(kept->member)}
		FIELD("content-type", content_type),
		FIELD("server", server),
		FIELD("location", location),
		FIELD("etag", etag),
		FIELD("x-next-page", next_page),
		FIELD("content-encoding", content_encoding),
		FIELD("transfer-encoding", transfer_encoding),
		FIELD("content-length", content_length),
#undef FIELD
	};
	const char *colon = memchr(line, ':', len), *value;
	size_t name_len = colon ? (size_t)(colon - line) : 0, value_len;

	for (size_t i = 0; name_len && i < sizeof(fields) / sizeof(*fields); i++) {
		if (strlen(fields[i].name) != name_len ||
		    strncasecmp(fields[i].name, line, name_len))
			continue;
		value = spec_header_value(line, len, &value_len);
		utf8_sanitise((char *)kept + fields[i].offset, fields[i].size, value, value_len);
		return;
	}
}

static int on_header(struct transfer *transfer, const char *line, size_t len)
{
	struct read_request *request = request_of(transfer);
	const struct http_limits *limits = &request->limits;

	request->header_bytes += len;
	if (len > 2)
		request->headers++;
	if (request->header_bytes > limits->header_bytes)
		return err_set(&request->err, ERR_LIMIT,
			       "header larger than %u KiB: is something wrong with that gateway?",
			       limits->header_bytes / 1024);
	if (request->headers > limits->headers)
		return err_set(&request->err, ERR_LIMIT,
			       "more than %u header lines: is something wrong with that gateway?",
			       limits->headers);
	if (len > 5 && !memcmp(line, "HTTP/", 5)) {
		request->kept = (struct kept){0};
		request->status = spec_status(line, len);
	} else {
		keep(&request->kept, line, len);
	}
	return 0;
}

/* An answer that is not wanted is read to its end, so that the connection can be kept, unless it
 * is long. */
static int take_unwanted(struct read_request *request, const char *data, size_t len)
{
	size_t room = HEAD_BYTES - request->head_len;

	memcpy(request->head + request->head_len, data, len < room ? len : room);
	request->head_len += len < room ? len : room;
	return request->body_bytes > ERROR_BODY_BYTES ? -1 : 0;
}

static int tell_head(struct read_request *request)
{
	bool told = request->head_told;

	request->head_told = true;
	if (told || !request->ops->head)
		return 0;
	return request->ops->head(request->ctx, request->kept.content_type, &request->err);
}

static int on_body(struct transfer *transfer, const char *data, size_t len)
{
	struct read_request *request = request_of(transfer);

	request->body_bytes += len;
	if (!wanted(request))
		return take_unwanted(request, data, len);
	if (request->body_bytes > request->limits.body_bytes)
		return err_set(&request->err, ERR_LIMIT,
			       "body larger than %.4g MiB: is this the right page? Else have it "
			       "export less",
			       (double)request->limits.body_bytes / (1024 * 1024));
	if (*request->kept.content_encoding && !transfer->options->compressed &&
	    strcasecmp(request->kept.content_encoding, "identity"))
		return err_set(&request->err, ERR_UNSUPPORTED,
			       "the answer is compressed (%s) although that was not asked for: set "
			       "compressed for this target",
			       request->kept.content_encoding);
	if (!request->ops->body || !len)
		return 0;
	/* One that was cancelled by its head gets no body. */
	if (tell_head(request) == 0 && transfer->state != TRANSFER_DOOMED &&
	    request->ops->body(request->ctx, data, len, &request->err) == 0)
		return 0;
	if (!request->err.code)
		err_set(&request->err, ERR_INVALID, "the answer cannot be used");
	return -1;
}

/* The end of a body that neither has a length nor an end mark looks like a break. */
static bool is_unverified(const struct read_request *request)
{
	long version = 0;

	curl_easy_getinfo(request->transfer.easy, CURLINFO_HTTP_VERSION, &version);
	return !request->err.code && wanted(request) && request->status != 204 &&
	       !request->head_only && version < CURL_HTTP_VERSION_2_0 &&
	       !*request->kept.content_length &&
	       !strcasestr(request->kept.transfer_encoding, "chunked");
}

static void take_head(struct read_request *request, char *ret_text, size_t cap)
{
	for (size_t i = 0; i < request->head_len; i++)
		if (strchr("\r\n\t", request->head[i]))
			request->head[i] = ' ';
	while (request->head_len && request->head[request->head_len - 1] == ' ')
		request->head_len--;
	utf8_sanitise(ret_text, cap, request->head, request->head_len);
}

static int64_t retry_after_ms(const struct read_request *request)
{
	int64_t seconds = transfer_info(&request->transfer, CURLINFO_RETRY_AFTER);

	if (seconds <= 0)
		return 0;
	return (seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX) * 1000;
}

static void fill_result(const struct read_request *request, struct read_result *result)
{
	const struct kept *kept = &request->kept;
	long opened = 0;

	curl_easy_getinfo(request->transfer.easy, CURLINFO_NUM_CONNECTS, &opened);
	result->err = request->err;
	result->status = request->status;
	result->unverified = is_unverified(request);
	result->content_type = kept->content_type;
	result->server = kept->server;
	result->location = kept->location;
	result->etag = kept->etag;
	result->next_page = kept->next_page;
	result->retry_after_ms = retry_after_ms(request);
	result->seconds = (double)transfer_info(&request->transfer, CURLINFO_TOTAL_TIME_T) / 1e6;
	result->wire_bytes = (uint64_t)transfer_info(&request->transfer, CURLINFO_SIZE_DOWNLOAD_T) +
			     request->header_bytes;
	result->body_bytes = request->body_bytes;
	result->reused = request->status && opened == 0;
}

static void describe(const struct read_request *request, struct fault *fault, const char *head)
{
	*fault = (struct fault){
		.transfer = &request->transfer,
		.limits = &request->limits,
		.path = request->path,
		.location = request->kept.location,
		.head = head,
		.html = strcasestr(request->kept.content_type, "html") || *head == '<',
		.credential = request->credential,
		.answered = request->status != 0,
		.body_bytes = request->body_bytes,
		.retry_after_ms = retry_after_ms(request),
	};
}

static void report(struct read_request *request, struct read_result *result, const char *head)
{
	const struct origin *origin = &request->transfer.origin;
	char via[300] = "";

	if (origin->proxy)
		snprintf(via, sizeof(via), "%.250s:%s", origin->proxy_host, origin->proxy_port);
	result->head = head;
	result->via_proxy = via;
	log_debug("read %s%.*s: %d, %s", origin->base, (int)strcspn(request->path, "?"),
		  request->path, result->status, result->err.code ? result->err.msg : "ok");
	request->ops->done(request->ctx, result);
}

static void conclude(struct read_request *request, const struct tls_probe *probe)
{
	struct read_result result = {0};
	struct fault fault;
	char head[2 * HEAD_BYTES] = "";

	take_head(request, head, sizeof(head));
	describe(request, &fault, head);
	fault.probe = probe;
	if (request->err.code)
		;
	else if (request->status && !wanted(request))
		fault_status(&request->err, request->status, &fault);
	else if (request->code)
		fault_transfer(&request->err, request->code, request->lookup_error, &fault);
	fill_result(request, &result);
	report(request, &result, head);
}

static void on_probed(void *ctx, const struct tls_probe *probe)
{
	struct read_request *request = ctx;

	request->probe = NULL;
	conclude(request, probe);
	transfer_release(&request->transfer);
	request->transfer.ops->release(&request->transfer);
}

static void on_done(struct transfer *transfer, CURLcode code, const char *lookup_error)
{
	struct read_request *request = request_of(transfer);

	request->code = code;
	request->lookup_error = lookup_error;
	if (request->status < 200)
		request->status = 0;
	if (!request->err.code && !request->status && fault_wants_probe(code, transfer) &&
	    (request->probe = tls_probe_start(transfer, on_probed, request))) {
		transfer->state = TRANSFER_PARKED;
		return;
	}
	conclude(request, NULL);
}

static void release(struct transfer *transfer)
{
	struct read_request *request = request_of(transfer);

	free(request->path);
	free(request);
}

static const struct transfer_ops transfer_ops = {
	.header = on_header, .body = on_body, .done = on_done, .release = release};

static int check_spec(const struct read_spec *spec, struct err *err)
{
	if (spec_check_path(spec->path, err) < 0 ||
	    (spec->credential && spec_check_header(spec->credential, err) < 0))
		return -1;
	for (const char *const *p = spec->headers; p && *p; p++)
		if (spec_check_header(*p, err) < 0)
			return -1;
	if (spec->accept && strpbrk(spec->accept, "\r\n"))
		return err_set(err, ERR_INVALID, "header Accept has a control byte in its value");
	return 0;
}

static void set_method(const struct read_request *request, const struct read_spec *spec)
{
	CURL *easy = request->transfer.easy;

	if (spec->method == READ_HEAD)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (spec->method != READ_POST)
		return;
	/* On a connection of its own: libcurl repeats a request that a kept one swallowed. */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, spec->body ? spec->body : "");
}

static void set_headers(struct read_request *request, const struct read_spec *spec)
{
	struct transfer *transfer = &request->transfer;
	struct strbuf accept = STRBUF_INIT;

	if (spec->accept) {
		strbuf_addf(&accept, "Accept: %s", spec->accept);
		transfer_header(transfer, accept.buf);
	}
	if (spec->method == READ_POST)
		transfer_header(transfer, "Expect:");
	for (const char *const *p = spec->headers; p && *p; p++)
		transfer_header(transfer, *p);
	if (spec->credential)
		transfer_header(transfer, spec->credential);
	request->credential = spec->credential != NULL;
	strbuf_release(&accept);
}

static void set_url(struct read_request *request)
{
	struct strbuf url = STRBUF_INIT;

	strbuf_addf(&url, "%s%s", request->transfer.origin.base, request->path);
	curl_easy_setopt(request->transfer.easy, CURLOPT_URL, url.buf);
	strbuf_release(&url);
}

struct read_request *read_start(struct http *http, const struct read_spec *spec,
				const struct read_ops *ops, void *ctx, struct err *err)
{
	struct read_request *request;

	if (check_spec(spec, err) < 0)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->ops = ops;
	request->ctx = ctx;
	request->limits = http_limits_fill(&spec->limits);
	request->path = xstrdup(spec->path);
	request->head_only = spec->method == READ_HEAD;
	if (transfer_init(&request->transfer, http, &transfer_ops, spec->origin, &request->limits,
			  err) < 0 ||
	    spec_check_credential(&request->transfer.origin, spec->credential, err) < 0) {
		transfer_release(&request->transfer);
		release(&request->transfer);
		return NULL;
	}
	set_url(request);
	set_method(request, spec);
	set_headers(request, spec);
	transfer_start(&request->transfer);
	return request;
}

void read_cancel(struct read_request *request)
{
	if (request->probe)
		tls_probe_cancel(request->probe);
	request->probe = NULL;
	transfer_cancel(&request->transfer);
}
