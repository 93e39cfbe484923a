/* A change is sent once, whatever becomes of it, and what is said of it is the truth. */
#include "net/change.h"

#include "apply_server.h"
#include "base/alloc.h"
#include "fault_server.h"
#include "fetch.h"
#include "net/line.h"

#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;
static struct http *http;
static struct apply_server *server;
static char url[64];
static struct http_options origin;

/* What came of the last change; a copy. */
static struct {
	bool done;
	struct change_result result;
	char body[4096], headers[4096], etag[64], location[64];
} got;

static void on_done(void *ctx, const struct change_result *result)
{
	(void)ctx;
	got.result = *result;
	snprintf(got.body, sizeof(got.body), "%.*s", (int)result->len, result->body);
	snprintf(got.headers, sizeof(got.headers), "%s", result->headers);
	snprintf(got.etag, sizeof(got.etag), "%s", result->etag);
	snprintf(got.location, sizeof(got.location), "%s", result->location);
	got.done = true;
}

static const struct change_ops ops = {.done = on_done};

static void setup(void)
{
	loop = loop_new();
	http = http_new(loop);
	server = apply_server_start();
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", apply_server_port(server));
	origin = (struct http_options){.url = url};
}

static void teardown(void)
{
	apply_server_stop(server);
	http_free(http);
	loop_free(loop);
}

static void change(const struct change_spec *spec)
{
	struct err err = {0};

	got.done = false;
	ck_assert_msg(change_start(http, loop, spec, &ops, NULL, &err) != NULL, "%s", err.msg);
	while (!got.done)
		loop_turn(loop, -1);
}

static struct change_spec put(const char *method, const char *path, const char *body)
{
	return (struct change_spec){.origin = &origin,
				    .method = method,
				    .path = path,
				    .body = body,
				    .body_len = body ? strlen(body) : 0,
				    .content_type = "application/json"};
}

/* Leaves a connection that libcurl keeps. */
static void read_first(void)
{
	struct read_spec spec = {.origin = &origin, .path = "/value"};
	struct fetch fetch;

	fetch_init(&fetch);
	fetch_run(&fetch, loop, http, &spec);
	ck_assert_int_eq(fetch.result.err.code, ERR_OK);
	fetch_release(&fetch);
}

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

static const struct {
	enum drop drop;
	enum change_fate fate;
	int status;
} drops[] = {
	{DROP_NONE, CHANGE_ANSWERED, 200},   {DROP_REQUEST, CHANGE_UNKNOWN, 0},
	{DROP_RESET, CHANGE_UNKNOWN, 0},     {DROP_SILENCE, CHANGE_UNKNOWN, 0},
	{DROP_HEADERS, CHANGE_UNKNOWN, 200}, {DROP_BODY, CHANGE_UNKNOWN, 200},
	{DROP_CHUNK, CHANGE_UNKNOWN, 200},   {DROP_502, CHANGE_ANSWERED, 502},
	{DROP_504, CHANGE_ANSWERED, 504},    {DROP_GARBAGE, CHANGE_UNKNOWN, 0},
	{DROP_ACCEPT, CHANGE_UNKNOWN, 0},
};

#define CASES (5 * 11 * 2 * 2)

START_TEST(test_once)
{
	const char *method = methods[_i % 5];
	size_t row = (size_t)(_i / 5 % 11);
	bool reuse = _i / 55 % 2, applied = _i / 110;
	struct change_spec spec =
		put(method, strcmp(method, "GET") ? "/value" : "/reload", "\"new\"");

	if (!strcmp(method, "GET") || !strcmp(method, "DELETE"))
		spec.body = NULL;
	spec.limits.timeout_ms = drops[row].drop == DROP_SILENCE ? 300 : 10000;
	if (reuse)
		read_first();
	apply_server_drop(server, drops[row].drop, applied);
	change(&spec);
	ck_assert_int_eq(got.result.fate, drops[row].fate);
	ck_assert_int_eq(got.result.status, drops[row].status);
	if (drops[row].drop == DROP_ACCEPT)
		applied = false;
	ck_assert_uint_eq(apply_server_applied(server), applied);
	ck_assert_uint_eq(apply_server_tried(server), drops[row].drop != DROP_ACCEPT);
	ck_assert_int_eq(got.result.err.code != ERR_OK, drops[row].fate != CHANGE_ANSWERED);
}
END_TEST

START_TEST(test_unsent)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct change_spec spec = put("POST", "/value", "1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(in);
	char text[64];

	/* Bound, but nothing listens. */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	snprintf(text, sizeof(text), "http://127.0.0.1:%d", ntohs(in.sin_port));
	origin.url = text;
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_UNSENT);
	ck_assert_int_eq(got.result.err.code, ERR_REFUSED);
	close(fd);
	origin.url = "http://no-such-host.invalid";
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_UNSENT);
	snprintf(text, sizeof(text), "https://127.0.0.1:%d", apply_server_port(server));
	origin.url = text;
	spec.limits.timeout_ms = 2000;
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_UNSENT);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

START_TEST(test_bytes)
{
	static const char *const headers[] = {"X-Reason: INC-7", NULL};
	struct change_spec spec =
		put("PATCH", "/value/%2e%2e%2Fx/a%20b?q=1&r=a%0d%0ab", "{\"a\":1}");
	char last[4096];

	origin.http2 = false;
	spec.headers = headers;
	spec.idempotency_key = "plan-1";
	spec.credential = "Authorization: Bearer secret";
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_ANSWERED);
	ck_assert_str_eq(got.body, "{\"ok\":true}");
	ck_assert_ptr_nonnull(strstr(got.headers, "\"content-type\":\"application/json\""));
	apply_server_last(server, last, sizeof(last));
	ck_assert_int_eq(
		strncmp(last, "PATCH /value/%2e%2e%2Fx/a%20b?q=1&r=a%0d%0ab HTTP/1.1\r\n",
			strlen("PATCH /value/%2e%2e%2Fx/a%20b?q=1&r=a%0d%0ab HTTP/1.1\r\n")),
		0);
	ck_assert_ptr_nonnull(strstr(last, "\r\nX-Reason: INC-7\r\n"));
	ck_assert_ptr_nonnull(strstr(last, "\r\nIdempotency-Key: plan-1\r\n"));
	ck_assert_ptr_nonnull(strstr(last, "\r\nAuthorization: Bearer secret\r\n"));
	ck_assert_ptr_null(strstr(last, "Expect"));
	ck_assert_ptr_nonnull(strstr(last, "\r\n\r\n{\"a\":1}"));
}
END_TEST

START_TEST(test_answers)
{
	struct fault_server *faults = fault_server_start(NULL);
	struct change_spec spec = put("POST", "/trailer", NULL);
	char text[64];

	snprintf(text, sizeof(text), "http://127.0.0.1:%d", fault_server_port(faults));
	origin.url = text;
	change(&spec);
	ck_assert_str_eq(got.etag, "\"late\"");
	ck_assert_str_eq(got.body, "up 1\n");
	spec.path = "/307";
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_ANSWERED);
	ck_assert_int_eq(got.result.status, 307);
	ck_assert_str_eq(got.location, "https://other.example/");
	spec.path = "/302";
	change(&spec);
	ck_assert_ptr_null(strchr(got.headers, 0x1b));
	spec.path = "/endless";
	spec.limits.body_bytes = 4096;
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_UNKNOWN);
	ck_assert_int_eq(got.result.err.code, ERR_LIMIT);
	spec.path = "/large-headers";
	change(&spec);
	ck_assert_int_eq(got.result.fate, CHANGE_UNKNOWN);
	ck_assert_uint_eq(fault_server_requests(faults), 5);
	fault_server_stop(faults);
}
END_TEST

static const struct {
	const char *method, *path, *header, *credential, *key;
} refused[] = {
	{"PUT", "value", NULL, NULL, NULL},
	{"PUT", "/a/../b", NULL, NULL, NULL},
	{"PUT", "/a/./b", NULL, NULL, NULL},
	{"PUT", "/a/..", NULL, NULL, NULL},
	{"PUT", "/a/%2e%2E/b", NULL, NULL, NULL},
	{"PUT", "/a/.%2e?x", NULL, NULL, NULL},
	{"PUT", "/a b", NULL, NULL, NULL},
	{"PUT", "/a\r\nX: y", NULL, NULL, NULL},
	{"PUT", "/a#b", NULL, NULL, NULL},
	{"PUT", "/\xc3\xa4", NULL, NULL, NULL},
	{"TRACE", "/a", NULL, NULL, NULL},
	{"put", "/a", NULL, NULL, NULL},
	{"PUT", "/a", "X-Reason: a\r\nX-Admin: yes", NULL, NULL},
	{"PUT", "/a", "no colon", NULL, NULL},
	{"PUT", "/a", NULL, "Authorization: a\nb", NULL},
	{"PUT", "/a", NULL, NULL, "a\r\nb"},
};

START_TEST(test_refused)
{
	const char *headers[] = {refused[_i].header, NULL};
	struct change_spec spec = put(refused[_i].method, refused[_i].path, "1");
	struct err err = {0};

	spec.headers = headers;
	spec.credential = refused[_i].credential;
	spec.idempotency_key = refused[_i].key;
	ck_assert_ptr_null(change_start(http, loop, &spec, &ops, NULL, &err));
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

START_TEST(test_abandoned)
{
	struct change_spec spec = put("POST", "/value", "1");
	struct change_request *request;
	struct err err;

	got.done = false;
	apply_server_drop(server, DROP_SILENCE, true);
	request = change_start(http, loop, &spec, &ops, NULL, &err);
	while (!apply_server_applied(server))
		loop_turn(loop, 10);
	change_abandon(request);
	ck_assert(!got.done);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("change");
	TCase *tcase = tcase_create("change");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_once, 0, CASES);
	tcase_add_test(tcase, test_unsent);
	tcase_add_test(tcase, test_bytes);
	tcase_add_test(tcase, test_answers);
	tcase_add_loop_test(tcase, test_refused, 0, sizeof(refused) / sizeof(*refused));
	tcase_add_test(tcase, test_abandoned);
	suite_add_tcase(s, tcase);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
