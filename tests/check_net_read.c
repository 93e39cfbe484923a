/* Reading over HTTP from a server that misbehaves in every way we know of. */
#include "check_net_read.h"

#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct loop *loop;
struct http *http;
struct fault_server *server;
char url[64];
struct http_options origin;
struct read_spec spec;
struct fetch fetch;

void read_setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	loop = loop_new();
	http = http_new(loop);
	http_expect(http, 1);
	server = fault_server_start(NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", fault_server_port(server));
	origin = (struct http_options){.url = url};
	spec = (struct read_spec){.origin = &origin};
	fetch_init(&fetch);
}

void read_teardown(void)
{
	fetch_release(&fetch);
	http_free(http);
	fault_server_stop(server);
	loop_free(loop);
}

void get(const char *path)
{
	spec.path = path;
	fetch_run(&fetch, loop, http, &spec);
}

void expect(enum err_code code, const char *text)
{
	ck_assert_msg(fetch.result.err.code == code, "%s: code %d: %s", spec.path,
		      fetch.result.err.code, fetch.result.err.msg);
	ck_assert_msg(strstr(fetch.result.err.msg, text), "%s: \"%s\" has no \"%s\"", spec.path,
		      fetch.result.err.msg, text);
}

/* What the server does, and what is said of it. A body of NULL is not compared. */
static const struct fault_case {
	const char *path;
	enum err_code code;
	int status;
	const char *text;
	const char *body;
	bool unverified;
	struct http_limits limits;
} cases[] = {
	{"/ok", ERR_OK, 200, "", "up 1\n", false, {0}},
	{"/chunked", ERR_OK, 200, "", "up 1\n", false, {0}},
	{"/trailer", ERR_OK, 200, "", "up 1\n", false, {0}},
	{"/empty", ERR_OK, 204, "", "", false, {0}},
	{"/html", ERR_OK, 200, "", "<html>", false, {0}},
	{"/continue", ERR_OK, 200, "", "up 1\n", false, {0}},
	{"/close", ERR_OK, 200, "", "up 1\n", true, {0}},
	{"/long", ERR_OK, 200, "", "up 1\n", false, {0}},
	{"/short",
	 ERR_TRUNCATED,
	 200,
	 "answer ended early: 5 of 100 bytes; is it restarting, or does a proxy cut it?",
	 NULL,
	 false,
	 {0}},
	{"/short-chunk", ERR_TRUNCATED, 200, "answer ended early: ", NULL, false, {0}},
	{"/no-last-chunk", ERR_TRUNCATED, 200, "answer ended early: ", NULL, false, {0}},
	{"/stall",
	 ERR_TIMEOUT,
	 200,
	 "stalled: 5 bytes came, then nothing for 1 s; is it overloaded, or the network?",
	 NULL,
	 false,
	 {.stall_ms = 1000}},
	{"/stall",
	 ERR_TIMEOUT,
	 200,
	 "answer not complete within",
	 NULL,
	 false,
	 {.timeout_ms = 300}},
	{"/silent",
	 ERR_TIMEOUT,
	 0,
	 "connected, but no answer within 0.3 s: is it overloaded? Else raise the timeout",
	 NULL,
	 false,
	 {.timeout_ms = 300}},
	{"/silent",
	 ERR_TIMEOUT,
	 0,
	 "connected, but no answer within 1 s: is it overloaded? Else raise the timeout",
	 NULL,
	 false,
	 {.timeout_ms = 2000}},
	{"/stall",
	 ERR_TIMEOUT,
	 200,
	 "stalled: 5 bytes came, then nothing for 1 s",
	 NULL,
	 false,
	 {.timeout_ms = 2000}},
	{"/reset",
	 ERR_IO,
	 0,
	 "reset before an answer came: is it restarting, or does a firewall cut it?",
	 NULL,
	 false,
	 {0}},
	{"/reset-later", ERR_TRUNCATED, 200, "answer ended early: ", NULL, false, {0}},
	{"/nothing",
	 ERR_TRUNCATED,
	 0,
	 "closed without an answer: is this the HTTP port?",
	 NULL,
	 false,
	 {0}},
	{"/garbage", ERR_INVALID, 0, "not in HTTP", NULL, false, {0}},
	{"/negative", ERR_INVALID, 200, "not in HTTP", NULL, false, {0}},
	{"/endless",
	 ERR_LIMIT,
	 200,
	 "body larger than 1 MiB: is this the right page?",
	 NULL,
	 false,
	 {.body_bytes = 1024 * 1024}},
	{"/many-headers", ERR_LIMIT, 200, "more than 200 header lines", "", false, {0}},
	{"/large-headers", ERR_LIMIT, 200, "header larger than 64 KiB", "", false, {0}},
	{"/interim", ERR_LIMIT, 0, "more than 200 header lines", "", false, {0}},
	{"/gzip", ERR_UNSUPPORTED, 200, "compressed (gzip) although", "", false, {0}},
	{"/307",
	 ERR_STATUS,
	 307,
	 "answers 307 to https://other.example/: give that URL",
	 "",
	 false,
	 {0}},
	{"/302",
	 ERR_STATUS,
	 302,
	 "answers 302 to http://x/\\x1b[31m: give that URL",
	 "",
	 false,
	 {0}},
	{"/400", ERR_TLS, 400, " speaks TLS: try https://127.0.0.1:", "", false, {0}},
	{"/401", ERR_AUTH, 401, "401: wants a credential: --auth bearer:env:NAME", "", false, {0}},
	{"/403", ERR_AUTH, 403, "403: wants a credential: --auth bearer:env:NAME", "", false, {0}},
	{"/404?secret",
	 ERR_STATUS,
	 404,
	 "answers 404 to /404: is that enabled there?",
	 "",
	 false,
	 {0}},
	{"/429", ERR_STATUS, 429, "429: too many requests, asks to wait 30 s", "", false, {0}},
	{"/500",
	 ERR_STATUS,
	 500,
	 "answers 500: database \\x1b[31mis gone; look into its own log",
	 "",
	 false,
	 {0}},
	{"/500-html", ERR_STATUS, 500, "answers 500: look into its own log", "", false, {0}},
	{"/500-large", ERR_STATUS, 500, "answers 500: eee", "", false, {0}},
	{"/503",
	 ERR_STATUS,
	 503,
	 "503: not available: is it starting, or overloaded?",
	 "",
	 false,
	 {0}},
};

START_TEST(faults)
{
	const struct fault_case *c = &cases[_i];

	spec.limits = c->limits;
	get(c->path);
	expect(c->code, c->text);
	ck_assert_int_eq(fetch.result.status, c->status);
	ck_assert_int_eq(fetch.result.unverified, c->unverified);
	if (c->body)
		ck_assert_str_eq(fetch.body.buf, c->body);
	/* The next request is served as if nothing had been. */
	spec.limits = (struct http_limits){0};
	get("/ok");
	expect(ERR_OK, "");
	ck_assert_str_eq(fetch.body.buf, "up 1\n");
}
END_TEST

START_TEST(what_the_header_says)
{
	get("/page");
	expect(ERR_OK, "");
	ck_assert_str_eq(fetch.etag, "\"early\"");
	ck_assert_str_eq(fetch.next_page, "3");
	ck_assert_str_eq(fetch.server, "fault/1");
	get("/trailer");
	ck_assert_str_eq(fetch.etag, "\"late\"");
	get("/html");
	ck_assert_str_eq(fetch.content_type, "text/html");
	get("/307");
	ck_assert_str_eq(fetch.location, "https://other.example/");
	get("/429");
	ck_assert_int_eq(fetch.result.retry_after_ms, 30000);
	get("/500");
	ck_assert_ptr_nonnull(strstr(fetch.head, "\\x1b[31m"));
	get("/ok");
	ck_assert_str_eq(fetch.etag, "");
}
END_TEST

START_TEST(bodies_are_counted_after_decompression)
{
	origin.compressed = true;
	get("/gzip");
	expect(ERR_OK, "");
	ck_assert_str_eq(fetch.body.buf, "up 1\n");
	ck_assert_uint_eq(fetch.result.body_bytes, 5);
	get("/bomb");
	expect(ERR_LIMIT, "body larger than 32 MiB");
	ck_assert_uint_lt(fetch.result.wire_bytes, 1024 * 1024);
	get("/bad-gzip");
	expect(ERR_INVALID, "compression is broken");
}
END_TEST

START_TEST(connections_are_kept)
{
	for (int i = 0; i < 50; i++) {
		get("/ok");
		expect(ERR_OK, "");
		ck_assert_int_eq(fetch.result.reused, i > 0);
	}
	ck_assert_uint_eq(fault_server_connections(server), 1);
	ck_assert_uint_eq(fault_server_requests(server), 50);
	ck_assert_uint_eq(http_connections(http), 1);
}
END_TEST

#define MANY 40

/* More targets than libcurl keeps connections for by itself. */
START_TEST(connections_of_many_targets_are_kept)
{
	struct fault_server *servers[MANY];
	struct http_options origins[MANY] = {0};
	char urls[MANY][64];

	http_expect(http, MANY);
	for (int i = 0; i < MANY; i++) {
		servers[i] = fault_server_start(NULL);
		snprintf(urls[i], sizeof(urls[i]), "http://127.0.0.1:%d",
			 fault_server_port(servers[i]));
		origins[i].url = urls[i];
	}
	for (int i = 0; i < 3 * MANY; i++) {
		spec.origin = &origins[i % MANY];
		get("/ok");
		expect(ERR_OK, "");
	}
	ck_assert_uint_eq(http_connections(http), MANY);
	http_free(http);
	http = http_new(loop);
	for (int i = 0; i < MANY; i++)
		fault_server_stop(servers[i]);
}
END_TEST

START_TEST(errors_keep_the_connection_too)
{
	get("/401");
	get("/404");
	get("/503");
	get("/ok");
	ck_assert_uint_eq(fault_server_connections(server), 1);
}
END_TEST

/* The time that a kept connection took to open is 0: it is open all the same. */
START_TEST(silence_on_a_kept_connection)
{
	get("/ok");
	spec.limits.timeout_ms = 300;
	get("/silent");
	expect(ERR_TIMEOUT, "connected, but no answer within");
	ck_assert_uint_eq(fault_server_connections(server), 1);
	spec.limits = (struct http_limits){0};
}
END_TEST

START_TEST(a_post_has_a_connection_of_its_own)
{
	get("/ok");
	spec.method = READ_POST;
	spec.body = "{}";
	get("/nothing");
	ck_assert_int_ne(fetch.result.err.code, ERR_OK);
	ck_assert_uint_eq(fault_server_requests(server), 2);
}
END_TEST

START_TEST(a_head_has_no_body)
{
	spec.method = READ_HEAD;
	get("/401");
	ck_assert_int_eq(fetch.result.status, 401);
	get("/empty");
	expect(ERR_OK, "");
}
END_TEST

START_TEST(connection_refused)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* Bound but not listening, so that nobody else takes the port. */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(in.sin_port));
	get("/ok");
	expect(ERR_REFUSED, "connection refused; the host answers, nothing listens there");
	ck_assert_int_eq(fetch.result.status, 0);
	close(fd);
}
END_TEST

START_TEST(what_is_sent)
{
	static const char *const headers[] = {"X-One: 1", NULL};

	spec.headers = headers;
	spec.credential = "Authorization: Bearer s3cret";
	spec.accept = "text/plain";
	get("/echo/../x%2e%2e/y");
	expect(ERR_OK, "");
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "GET /echo/../x%2e%2e/y HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "X-One: 1\r\n"));
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "Authorization: Bearer s3cret\r\n"));
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "Accept: text/plain\r\n"));
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "User-Agent: hypercare/"));
	ck_assert_ptr_null(strstr(fetch.body.buf, "Accept-Encoding"));
	/* A header of one request does not stay for the next. */
	spec.headers = NULL;
	spec.credential = NULL;
	get("/echo");
	ck_assert_ptr_null(strstr(fetch.body.buf, "X-One"));
	ck_assert_ptr_null(strstr(fetch.body.buf, "s3cret"));
}
END_TEST

START_TEST(a_prefix_in_the_url)
{
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/echo/", fault_server_port(server));
	get("/metrics?x=1");
	ck_assert_ptr_nonnull(strstr(fetch.body.buf, "GET /echo/metrics?x=1 HTTP/1.1\r\n"));
}
END_TEST

/* Each is refused before anything is sent. */
static const struct {
	const char *url; /* NULL: the server's */
	const char *path, *header, *credential;
	bool insecure;
	const char *text;
} refusals[] = {
	{NULL, "/a\nb", NULL, NULL, false, "must be encoded"},
	{NULL, "/a b", NULL, NULL, false, "must be encoded"},
	{NULL, "/a#b", NULL, NULL, false, "must be encoded"},
	{NULL, "ok", NULL, NULL, false, "begins with '/'"},
	{NULL, "/ok", "X-A: 1\r\nX-B: 2", NULL, false, "X-A has a control byte"},
	{NULL, "/ok", "X-A: \x7f", NULL, false, "X-A has a control byte"},
	{NULL, "/ok", "X A: 1", NULL, false, "expected Name: value"},
	{NULL, "/ok", ": 1", NULL, false, "expected Name: value"},
	{NULL, "/ok", NULL, "Authorization: Bearer x\nX-B: 2", false, "control byte"},
	{"http://192.0.2.1:8000", "/ok", NULL, "Authorization: Bearer x", false,
	 "not sent in clear text to 192.0.2.1: use https"},
	{"https://192.0.2.1:8000", "/ok", NULL, NULL, true, "--insecure is for loopback only"},
	{"ftp://127.0.0.1/", "/ok", NULL, NULL, false, "another scheme"},
	{"http://joe:pw@127.0.0.1/", "/ok", NULL, NULL, false, "has a user in it"},
	{"http://127.0.0.1/?a=1", "/ok", NULL, NULL, false, "has a query in it"},
	{"http://127.0.0.1/#a", "/ok", NULL, NULL, false, "has a fragment in it"},
	{"http://b\xc3\xbc.example/", "/ok", NULL, NULL, false, "non-ASCII"},
	{"", "/ok", NULL, NULL, false, "is empty"},
	{"http://127.0.0.1:99999", "/ok", NULL, NULL, false, "expected http://HOST:PORT"},
};

START_TEST(refused_before_sending)
{
	const char *headers[] = {refusals[_i].header, NULL};

	if (refusals[_i].url)
		origin.url = refusals[_i].url;
	origin.insecure = refusals[_i].insecure;
	spec.headers = headers;
	spec.credential = refusals[_i].credential;
	get(refusals[_i].path);
	ck_assert(fetch.refused);
	expect(ERR_INVALID, refusals[_i].text);
	ck_assert_uint_eq(fault_server_requests(server), 0);
}
END_TEST

START_TEST(an_http2_origin_of_http1_is_told_apart)
{
	origin.http2 = true;
	get("/ok");
	ck_assert_int_ne(fetch.result.err.code, ERR_OK);
	ck_assert_int_gt((int)strlen(fetch.result.err.msg), 0);
}
END_TEST

START_TEST(over_a_unix_socket)
{
	char dir[] = "/tmp/hcXXXXXX", path[64];
	struct fault_server *local;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sock", dir);
	origin = (struct http_options){.url = "http://localhost", .unix_socket = path};
	get("/ok");
	expect(ERR_NOT_FOUND, "no such socket");
	local = fault_server_start(path);
	spec.credential = "Authorization: Bearer x";
	get("/ok");
	expect(ERR_OK, "");
	ck_assert_str_eq(fetch.body.buf, "up 1\n");
	http_free(http);
	fault_server_stop(local);
	http = http_new(loop);
	unlink(path);
	rmdir(dir);
}
END_TEST

/* Requests that end in the middle of their own callbacks. */

static struct read_request *under_way;

static int cancel_it(const char *data, size_t len, struct err *err)
{
	(void)data;
	(void)len;
	(void)err;
	read_cancel(under_way);
	under_way = NULL;
	return 0;
}

START_TEST(cancelled_from_its_own_body)
{
	spec.path = "/stall";
	fetch.take = cancel_it;
	under_way = fetch_start(&fetch, http, &spec);
	while (under_way)
		loop_turn(loop, -1);
	ck_assert(!fetch.done);
	fetch.take = NULL;
	get("/ok");
	expect(ERR_OK, "");
}
END_TEST

static struct fetch second;
static struct read_spec second_spec;

static int start_another(const char *data, size_t len, struct err *err)
{
	(void)data;
	(void)len;
	(void)err;
	if (!under_way)
		under_way = fetch_start(&second, http, &second_spec);
	return 0;
}

START_TEST(started_from_a_body)
{
	under_way = NULL;
	fetch_init(&second);
	second_spec = (struct read_spec){.origin = &origin, .path = "/chunked"};
	fetch.take = start_another;
	get("/ok");
	expect(ERR_OK, "");
	while (!second.done)
		loop_turn(loop, -1);
	ck_assert_int_eq(second.result.err.code, ERR_OK);
	ck_assert_str_eq(second.body.buf, "up 1\n");
	fetch_release(&second);
}
END_TEST

static int refuse_it(const char *data, size_t len, struct err *err)
{
	(void)data;
	return err_set(err, ERR_INVALID, "line 1: no metric in %zu bytes", len);
}

START_TEST(a_body_that_its_reader_refuses)
{
	fetch.take = refuse_it;
	get("/ok");
	expect(ERR_INVALID, "line 1: no metric in 5 bytes");
}
END_TEST

START_TEST(cancelled_before_anything_happened)
{
	spec.path = "/ok";
	read_cancel(fetch_start(&fetch, http, &spec));
	loop_turn(loop, 0);
	ck_assert(!fetch.done);
}
END_TEST

static TCase *fault_cases(void)
{
	TCase *tcase = tcase_create("faults");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, read_setup, read_teardown);
	tcase_add_loop_test(tcase, faults, 0, COUNT(cases));
	tcase_add_test(tcase, what_the_header_says);
	tcase_add_test(tcase, bodies_are_counted_after_decompression);
	tcase_add_test(tcase, connections_are_kept);
	tcase_add_test(tcase, silence_on_a_kept_connection);
	tcase_add_test(tcase, connections_of_many_targets_are_kept);
	tcase_add_test(tcase, errors_keep_the_connection_too);
	tcase_add_test(tcase, a_post_has_a_connection_of_its_own);
	tcase_add_test(tcase, a_head_has_no_body);
	tcase_add_test(tcase, connection_refused);
	tcase_add_test(tcase, an_http2_origin_of_http1_is_told_apart);
	return tcase;
}

static TCase *request_cases(void)
{
	TCase *tcase = tcase_create("requests");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, read_setup, read_teardown);
	tcase_add_test(tcase, what_is_sent);
	tcase_add_test(tcase, a_prefix_in_the_url);
	tcase_add_loop_test(tcase, refused_before_sending, 0, COUNT(refusals));
	tcase_add_test(tcase, over_a_unix_socket);
	tcase_add_test(tcase, cancelled_from_its_own_body);
	tcase_add_test(tcase, cancelled_before_anything_happened);
	tcase_add_test(tcase, started_from_a_body);
	tcase_add_test(tcase, a_body_that_its_reader_refuses);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("read");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, fault_cases());
	suite_add_tcase(suite, request_cases());
	suite_add_tcase(suite, route_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
