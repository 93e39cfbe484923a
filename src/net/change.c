#include "net/change.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"
#include "net/fault.h"
#include "net/line_private.h"
#include "net/spec.h"
#include "net/transfer.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_BYTES  ((uint64_t)1024 * 1024)
#define NAME_BYTES  64
#define VALUE_BYTES 1024
#define COMMAND_MAX (size_t)4096
#define HEAD_BYTES  512

struct change_request {
	struct transfer transfer;  /* first member */
	struct line_request *line; /* or NULL: HTTP */
	const struct change_ops *ops;
	void *ctx;
	struct http_limits limits;
	struct err err; /* set when we ended it ourselves */
	char *path;
	bool credential;
	bool begun; /* the connection was handed over to be written to */
	int status;
	uint64_t header_bytes;
	uint32_t nheaders;
	json_t *headers;
	struct strbuf body;
};

static struct change_request *request_of(struct transfer *transfer)
{
	return (struct change_request *)(void *)transfer;
}

static void release(struct change_request *request)
{
	json_decref(request->headers);
	strbuf_release(&request->body);
	free(request->path);
	free(request);
}

static void release_http(struct transfer *transfer)
{
	release(request_of(transfer));
}

/* A header that comes twice is one list (RFC 9110, 5.3). */
static void keep_header(json_t *headers, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *value, *before;
	char name[NAME_BYTES], text[VALUE_BYTES], both[2 * VALUE_BYTES];
	size_t value_len = 0;

	if (!colon || colon == line || colon - line >= NAME_BYTES)
		return;
	value = spec_header_value(line, len, &value_len);
	utf8_sanitise(name, sizeof(name), line, (size_t)(colon - line));
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	utf8_sanitise(text, sizeof(text), value, value_len);
	before = json_string_value(json_object_get(headers, name));
	snprintf(both, sizeof(both), "%s%s%s", before ? before : "", before ? ", " : "", text);
	json_object_set_new(headers, name, json_string(both));
}

static int on_header(struct transfer *transfer, const char *line, size_t len)
{
	struct change_request *request = request_of(transfer);

	request->header_bytes += len;
	request->nheaders += len > 2;
	if (request->header_bytes > request->limits.header_bytes ||
	    request->nheaders > request->limits.headers)
		return err_set(&request->err, ERR_LIMIT,
			       "the answer's header is too large: is something wrong with that "
			       "gateway?");
	if (len > 5 && !memcmp(line, "HTTP/", 5)) {
		json_object_clear(request->headers);
		request->status = spec_status(line, len);
	} else {
		keep_header(request->headers, line, len);
	}
	return 0;
}

static int take_body(struct change_request *request, const char *data, size_t len)
{
	if (request->body.len + len > request->limits.body_bytes)
		return err_set(&request->err, ERR_LIMIT,
			       "the answer is larger than %.4g MiB and was not read to its end",
			       (double)request->limits.body_bytes / (1024 * 1024));
	strbuf_add(&request->body, data, len);
	return 0;
}

static int on_body(struct transfer *transfer, const char *data, size_t len)
{
	return take_body(request_of(transfer), data, len);
}

static const char *header_of(const struct change_request *request, const char *name)
{
	const char *value = json_string_value(json_object_get(request->headers, name));

	return value ? value : "";
}

/* libcurl says when it is about to write; before that version, these of its codes are known to
 * come before. */
static bool is_unsent(const struct change_request *request, CURLcode code)
{
#if LIBCURL_VERSION_NUM >= 0x075000
	(void)code;
	return !request->begun;
#else
	static const CURLcode before[] = {CURLE_COULDNT_RESOLVE_PROXY,
					  CURLE_COULDNT_RESOLVE_HOST,
					  CURLE_COULDNT_CONNECT,
					  CURLE_SSL_CONNECT_ERROR,
					  CURLE_SSL_CERTPROBLEM,
					  CURLE_SSL_CACERT_BADFILE,
					  CURLE_PEER_FAILED_VERIFICATION,
					  CURLE_SSL_PINNEDPUBKEYNOTMATCH,
					  CURLE_PROXY};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		if (before[i] == code)
			return true;
	(void)request;
	return false;
#endif
}

static void explain(struct change_request *request, CURLcode code, const char *lookup_error)
{
	char head[HEAD_BYTES];
	struct fault fault = {
		.transfer = &request->transfer,
		.limits = &request->limits,
		.path = request->path,
		.location = header_of(request, "location"),
		.head = head,
		.html = strcasestr(header_of(request, "content-type"), "html"),
		.credential = request->credential,
		.answered = request->status != 0,
		.body_bytes = request->body.len,
	};

	utf8_sanitise(head, sizeof(head), request->body.buf, request->body.len);
	if (!request->err.code)
		fault_transfer(&request->err, code, lookup_error, &fault);
}

static void on_done(struct transfer *transfer, CURLcode code, const char *lookup_error)
{
	struct change_request *request = request_of(transfer);
	struct change_result result = {.fate = CHANGE_ANSWERED};
	char *headers;

	if (request->status < 200)
		request->status = 0;
	if (code || !request->status) {
		result.fate =
			lookup_error || is_unsent(request, code) ? CHANGE_UNSENT : CHANGE_UNKNOWN;
		explain(request, code ? code : CURLE_WEIRD_SERVER_REPLY, lookup_error);
	}
	headers = json_dumps(request->headers, JSON_COMPACT);
	result.err = request->err;
	result.status = request->status;
	result.content_type = header_of(request, "content-type");
	result.etag = header_of(request, "etag");
	result.location = header_of(request, "location");
	result.headers = headers;
	result.body = request->body.buf;
	result.len = request->body.len;
	result.seconds = (double)transfer_info(transfer, CURLINFO_TOTAL_TIME_T) / 1e6;
	log_debug("change %s%.*s: %d, %s", transfer->origin.base, (int)strcspn(request->path, "?"),
		  request->path, result.status, result.err.code ? result.err.msg : "answered");
	request->ops->done(request->ctx, &result);
	free(headers);
}

static const struct transfer_ops transfer_ops = {
	.header = on_header, .body = on_body, .done = on_done, .release = release_http};

/* A part of the path that a server may take for "here" or "above". */
static bool is_dots(const char *part, size_t len)
{
	size_t dots = 0;

	while (len) {
		size_t took = *part == '.' ? 1 : 3;

		if (*part != '.' && (len < 3 || strncasecmp(part, "%2e", 3) != 0))
			return false;
		part += took;
		len -= took;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static int check_target(const char *path, struct err *err)
{
	const char *end = path + strcspn(path, "?");

	if (spec_check_path(path, err) < 0)
		return -1;
	while (path < end) {
		size_t len = strcspn(++path, "/?");

		if (is_dots(path, len))
			return err_set(err, ERR_INVALID, "the path has a part of dots only");
		path += len;
	}
	return 0;
}

static int check_method(const char *method, struct err *err)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (!strcmp(methods[i], method))
			return 0;
	return err_set(err, ERR_INVALID, "no such method");
}

static int check_http(const struct change_spec *spec, struct err *err)
{
	if (check_method(spec->method, err) < 0 || check_target(spec->path, err) < 0 ||
	    (spec->credential && spec_check_header(spec->credential, err) < 0))
		return -1;
	for (const char *const *p = spec->headers; p && *p; p++)
		if (spec_check_header(*p, err) < 0)
			return -1;
	if (spec->content_type && strpbrk(spec->content_type, "\r\n"))
		return err_set(err, ERR_INVALID, "the content type has a control byte");
	if (spec->idempotency_key &&
	    strspn(spec->idempotency_key, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
		    strlen(spec->idempotency_key))
		return err_set(err, ERR_INVALID,
			       "the idempotency key has another byte than a-z, 0-9");
	return 0;
}

/* What libcurl makes of the URL must be what was asked for. */
static int set_url(struct change_request *request, struct err *err)
{
	const char *base = request->transfer.origin.base, *host = strstr(base, "://");
	const char *prefix = host ? strchr(host + 3, '/') : NULL;
	struct strbuf url = STRBUF_INIT, want = STRBUF_INIT, got = STRBUF_INIT;
	char *path = NULL, *query = NULL;
	CURLU *parsed = curl_url();
	int result = 0;

	strbuf_addf(&url, "%s%s", base, request->path);
	strbuf_addf(&want, "%s%s", prefix ? prefix : "", request->path);
	if (!curl_url_set(parsed, CURLUPART_URL, url.buf, CURLU_PATH_AS_IS) &&
	    !curl_url_get(parsed, CURLUPART_PATH, &path, 0)) {
		curl_url_get(parsed, CURLUPART_QUERY, &query, 0);
		strbuf_addf(&got, "%s%s%s", path, query ? "?" : "", query ? query : "");
	}
	if (strcmp(got.buf, want.buf) != 0)
		result = err_set(err, ERR_INVALID, "the path would not be sent as it is");
	curl_easy_setopt(request->transfer.easy, CURLOPT_URL, url.buf);
	curl_free(path);
	curl_free(query);
	curl_url_cleanup(parsed);
	strbuf_release(&got);
	strbuf_release(&want);
	strbuf_release(&url);
	return result;
}

static void set_body(CURL *easy, const struct change_spec *spec)
{
	bool carries = spec->body || !strcmp(spec->method, "POST") ||
		       !strcmp(spec->method, "PUT") || !strcmp(spec->method, "PATCH");

	if (carries) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)(spec->body ? spec->body_len : 0));
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, spec->body ? spec->body : "");
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, spec->method);
}

static void set_headers(struct change_request *request, const struct change_spec *spec)
{
	struct transfer *transfer = &request->transfer;
	struct strbuf line = STRBUF_INIT;

	transfer_header(transfer, "Expect:");
	strbuf_addf(&line, spec->body && spec->content_type ? "Content-Type: %s" : "Content-Type:",
		    spec->content_type);
	transfer_header(transfer, line.buf);
	if (spec->idempotency_key) {
		strbuf_clear(&line);
		strbuf_addf(&line, "Idempotency-Key: %s", spec->idempotency_key);
		transfer_header(transfer, line.buf);
	}
	for (const char *const *p = spec->headers; p && *p; p++)
		transfer_header(transfer, *p);
	if (spec->credential)
		transfer_header(transfer, spec->credential);
	request->credential = spec->credential != NULL;
	strbuf_release(&line);
}

#if LIBCURL_VERSION_NUM >= 0x075000
static int on_begin(void *ctx, char *their_address, char *our_address, int their_port, int our_port)
{
	struct change_request *request = ctx;

	(void)their_address;
	(void)our_address;
	(void)their_port;
	(void)our_port;
	request->begun = true;
	return CURL_PREREQFUNC_OK;
}
#endif

/* One connection for one request: libcurl repeats what a kept one has swallowed, whatever its
 * method. */
static void set_once(struct change_request *request)
{
	CURL *easy = request->transfer.easy;

	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL);
#if LIBCURL_VERSION_NUM >= 0x075000
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
#endif
}

static int start_http(struct change_request *request, struct http *http,
		      const struct change_spec *spec, struct err *err)
{
	if (check_http(spec, err) < 0)
		return -1;
	request->path = xstrdup(spec->path);
	if (transfer_init(&request->transfer, http, &transfer_ops, spec->origin, &request->limits,
			  err) < 0 ||
	    spec_check_credential(&request->transfer.origin, spec->credential, err) < 0 ||
	    set_url(request, err) < 0) {
		transfer_release(&request->transfer);
		return -1;
	}
	set_once(request);
	set_body(request->transfer.easy, spec);
	set_headers(request, spec);
	transfer_start(&request->transfer);
	return 0;
}

static int on_line_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct change_request *request = ctx;

	if (take_body(request, data, len) == 0)
		return 0;
	*err = request->err;
	return -1;
}

static void on_line_done(void *ctx, const struct err *err, double seconds, uint64_t bytes)
{
	struct change_request *request = ctx;
	struct change_result result = {
		.fate = CHANGE_ANSWERED,
		.err = *err,
		.content_type = "",
		.etag = "",
		.location = "",
		.headers = "{}",
		.body = request->body.buf,
		.len = request->body.len,
		.seconds = seconds,
	};

	if (!err->code && !bytes)
		err_set(&result.err, ERR_TRUNCATED, "the connection was closed without an answer");
	if (result.err.code)
		result.fate = line_has_sent(request->line) ? CHANGE_UNKNOWN : CHANGE_UNSENT;
	request->ops->done(request->ctx, &result);
	release(request);
}

static const struct line_ops line_ops = {.body = on_line_body, .done = on_line_done};

/* "<<" would begin a payload of several lines, "prompt" a session that does not end. */
static int check_command(const char *command, struct err *err)
{
	if (strlen(command) > COMMAND_MAX)
		return err_set(err, ERR_LIMIT, "the command is longer than %zu bytes", COMMAND_MAX);
	if (strstr(command, "<<"))
		return err_set(err, ERR_INVALID, "the command has \"<<\": give it on one line");
	if (!strncmp(command, "prompt", 6) && (!command[6] || command[6] == ' '))
		return err_set(err, ERR_INVALID, "\"prompt\" changes nothing");
	return 0;
}

static int start_line(struct change_request *request, struct loop *loop,
		      const struct change_spec *spec, struct err *err)
{
	struct line_spec line = {
		.address = spec->address, .command = spec->command, .limits = request->limits};

	if (check_command(spec->command, err) < 0)
		return -1;
	request->line = line_open(loop, &line, &line_ops, request, err);
	return request->line ? 0 : -1;
}

struct change_request *change_start(struct http *http, struct loop *loop,
				    const struct change_spec *spec, const struct change_ops *ops,
				    void *ctx, struct err *err)
{
	struct change_request *request = xcalloc(1, sizeof(*request));
	int rc;

	request->ops = ops;
	request->ctx = ctx;
	request->headers = json_object();
	strbuf_init(&request->body);
	request->limits = spec->limits;
	if (!request->limits.body_bytes)
		request->limits.body_bytes = BODY_BYTES;
	request->limits = http_limits_fill(&request->limits);
	if (!spec->limits.stall_ms)
		request->limits.stall_ms = request->limits.timeout_ms;
	rc = spec->origin ? start_http(request, http, spec, err)
			  : start_line(request, loop, spec, err);
	if (rc == 0)
		return request;
	release(request);
	return NULL;
}

void change_abandon(struct change_request *request)
{
	if (!request->line) {
		transfer_cancel(&request->transfer);
		return;
	}
	line_cancel(request->line);
	release(request);
}
