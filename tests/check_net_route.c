/* Which way a request takes: names looked up beside the loop, proxies, and what the environment may
 * not change. */
#include "check_net_read.h"

#include "net/origin.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fetch second;
static struct read_spec second_spec;

/* Names: the look-up is ours, and waits on a pipe until the test lets it go. */

static int gate[2];

static int slow_lookup(void *ctx, const char *host, struct strbuf *ret_addresses)
{
	char byte;

	(void)ctx;
	(void)host;
	if (read(gate[0], &byte, 1) == 1)
		strbuf_addstr(ret_addresses, "127.0.0.1");
	return 0;
}

static int failing_lookup(void *ctx, const char *host, struct strbuf *ret_addresses)
{
	(void)ret_addresses;
	ck_assert_str_eq(host, "gw.example");
	return *(int *)ctx;
}

static void name_the_host(void)
{
	snprintf(url, sizeof(url), "http://gw.example:%d", fault_server_port(server));
}

START_TEST(a_name_that_does_not_resolve)
{
	int error = _i ? EAI_NONAME : 0;

	name_the_host();
	http_set_resolver(http, failing_lookup, &error);
	get("/ok");
	expect(ERR_RESOLVE, "gw.example does not resolve (");
	expect(ERR_RESOLVE, "check the name, or give --resolve");
}
END_TEST

START_TEST(a_slow_name_blocks_nothing_else)
{
	struct read_request *slow;
	struct http_options by_address = {.url = NULL};
	char address[64];

	snprintf(address, sizeof(address), "%s", url);
	by_address.url = address;
	name_the_host();
	ck_assert_int_eq(pipe(gate), 0);
	http_set_resolver(http, slow_lookup, NULL);
	fetch_init(&second);
	second_spec = (struct read_spec){.origin = &origin, .path = "/chunked"};
	slow = fetch_start(&second, http, &second_spec);
	ck_assert_ptr_nonnull(slow);
	spec.origin = &by_address;
	get("/ok");
	expect(ERR_OK, "");
	ck_assert(!second.done);
	/* The name comes: the request goes on. */
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
	while (!second.done)
		loop_turn(loop, -1);
	ck_assert_int_eq(second.result.err.code, ERR_OK);
	ck_assert_str_eq(second.body.buf, "up 1\n");
	/* It is known now. */
	fetch_run(&second, loop, http, &second_spec);
	ck_assert_int_eq(second.result.err.code, ERR_OK);
	fetch_release(&second);
}
END_TEST

START_TEST(a_resolver_that_never_answers)
{
	name_the_host();
	origin.connect_timeout_ms = 50;
	ck_assert_int_eq(pipe(gate), 0);
	http_set_resolver(http, slow_lookup, NULL);
	get("/ok");
	expect(ERR_RESOLVE, "gw.example does not resolve (the resolver does not answer)");
	/* Giving up and leaving do not wait for the look-up either. */
	spec.path = "/ok";
	read_cancel(fetch_start(&fetch, http, &spec));
	http_free(http);
	http = http_new(loop);
	close(gate[1]);
}
END_TEST

START_TEST(an_address_given_by_resolve)
{
	char given[64];

	name_the_host();
	http_set_resolver(http, failing_lookup, &(int){EAI_FAIL});
	snprintf(given, sizeof(given), "gw.example:%d:127.0.0.1", fault_server_port(server));
	origin.resolve = given;
	get("/ok");
	expect(ERR_OK, "");
}
END_TEST

static int no_lookup(void *ctx, const char *host, struct strbuf *ret_addresses)
{
	(void)ctx;
	(void)host;
	(void)ret_addresses;
	return EAI_NONAME;
}

START_TEST(another_host_in_its_place)
{
	char given[64], text[4096];

	http_set_resolver(http, no_lookup, NULL);
	origin.url = "http://gw.example:8001";
	snprintf(given, sizeof(given), ":8001:127.0.0.1:%d", fault_server_port(server));
	origin.connect_to = given;
	get("/ok");
	expect(ERR_OK, "");
	fault_server_last(server, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "Host: gw.example:8001\r\n"));
	/* The name that takes its place is the one that is looked up. */
	origin.connect_to = "gw.example:8001:node7.example:1";
	get("/ok");
	expect(ERR_RESOLVE, "node7.example does not resolve");
	/* Another port is not meant. */
	origin.connect_to = "gw.example:1:127.0.0.1:1";
	get("/ok");
	expect(ERR_RESOLVE, "gw.example does not resolve");
}
END_TEST

/* Of two gateways behind one name, each reached by its own address, none answers for the other. */
START_TEST(one_name_for_two_gateways)
{
	char one[64], other[64], same[64];
	int port = fault_server_port(server);

	snprintf(url, sizeof(url), "http://gw.example:%d", port);
	snprintf(one, sizeof(one), "gw.example:%d:127.0.0.1", port);
	snprintf(other, sizeof(other), "gw.example:%d:127.0.0.2", port);
	snprintf(same, sizeof(same), "gw.example:%d:127.0.0.1:%d", port, port);
	origin.resolve = one;
	get("/ok");
	expect(ERR_OK, "");
	origin.resolve = other;
	get("/ok");
	expect(ERR_REFUSED, "connection refused");
	origin.resolve = one;
	get("/ok");
	expect(ERR_OK, "");
	ck_assert(fetch.result.reused);
	origin.resolve = NULL;
	origin.connect_to = same;
	get("/ok");
	expect(ERR_OK, "");
	ck_assert(!fetch.result.reused);
}
END_TEST

static const struct {
	const char *resolve, *connect_to, *text;
} ways[] = {
	{"gw.example", NULL, "--resolve wants HOST:PORT:ADDRESS"},
	{"gw.example:80", NULL, "--resolve wants HOST:PORT:ADDRESS"},
	{"gw.example:80:", NULL, "--resolve wants HOST:PORT:ADDRESS"},
	{NULL, "gw.example", "--connect-to wants HOST1:PORT1:HOST2:PORT2"},
	{NULL, "a:1:b", "--connect-to wants HOST1:PORT1:HOST2:PORT2"},
	{NULL, "a:1:b:2:3", "--connect-to wants HOST1:PORT1:HOST2:PORT2"},
	/* The name is this machine's, the way is not. */
	{NULL, "localhost:8001:192.0.2.1:80", "in clear text"},
	{NULL, "::[2001:db8::1]:80", "in clear text"},
	{"localhost:8001:192.0.2.1", NULL, "in clear text"},
};

START_TEST(ways_that_are_refused)
{
	origin.url = "http://localhost:8001";
	origin.resolve = ways[_i].resolve;
	origin.connect_to = ways[_i].connect_to;
	spec.credential = "Authorization: Bearer canary";
	get("/ok");
	ck_assert(fetch.refused);
	ck_assert_msg(strstr(fetch.result.err.msg, ways[_i].text) != NULL, "%s",
		      fetch.result.err.msg);
}
END_TEST

/* Proxies. */

static const struct {
	const char *variable, *value, *exempt;
	bool tls;
	const char *host, *expected;
} proxies[] = {
	{"http_proxy", "p:1", NULL, false, "gw.example", "p:1"},
	{"http_proxy", "p:1", NULL, true, "gw.example", NULL},
	{"HTTP_PROXY", "p:1", NULL, false, "gw.example", NULL},
	{"HTTPS_PROXY", "p:1", NULL, true, "gw.example", "p:1"},
	{"all_proxy", "p:1", NULL, true, "gw.example", "p:1"},
	{"http_proxy", "p:1", "gw.example", false, "gw.example", NULL},
	{"http_proxy", "p:1", ".example, x", false, "gw.example", NULL},
	{"http_proxy", "p:1", "w.example", false, "gw.example", "p:1"},
	{"http_proxy", "p:1", "*", false, "gw.example", NULL},
	{"http_proxy", "p:1", "10.0.0.0/9", false, "10.127.1.1", NULL},
	{"http_proxy", "p:1", "10.0.0.0/9", false, "10.128.1.1", "p:1"},
	{"http_proxy", "p:1", "fd00::/8", false, "fd12::1", NULL},
};

START_TEST(proxy_from_the_environment)
{
	const char *proxy;

	setenv(proxies[_i].variable, proxies[_i].value, 1);
	if (proxies[_i].exempt)
		setenv("no_proxy", proxies[_i].exempt, 1);
	proxy = origin_needs_no_proxy(NULL, proxies[_i].host) ? NULL
							      : origin_env_proxy(proxies[_i].tls);
	if (proxies[_i].expected)
		ck_assert_str_eq(proxy, proxies[_i].expected);
	else
		ck_assert_ptr_null(proxy);
}
END_TEST

START_TEST(through_a_proxy)
{
	char proxy[64], text[4096];

	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", fault_server_port(server));
	setenv("http_proxy", proxy, 1);
	origin.url = "http://gw.example:8001";
	get("/ok");
	ck_assert_int_eq(fetch.result.status, 404);
	ck_assert_str_eq(fetch.via_proxy, proxy + 7);
	fault_server_last(server, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "GET http://gw.example:8001/ok HTTP/1.1\r\n"));
	/* Loopback never goes through it. */
	origin.url = proxy;
	get("/ok");
	expect(ERR_OK, "");
	ck_assert_str_eq(fetch.via_proxy, "");
}
END_TEST

/* A list of the target's own stands in place of the environment's. */
START_TEST(past_a_proxy)
{
	struct origin at;
	struct err err;

	setenv("http_proxy", "http://p.example:1", 1);
	setenv("no_proxy", "gw.example", 1);
	origin.url = "http://gw.example:8001";
	ck_assert_int_eq(origin_init(&at, &origin, &err), 0);
	ck_assert_ptr_null(at.proxy);
	origin_release(&at);
	origin.noproxy = "other.example";
	ck_assert_int_eq(origin_init(&at, &origin, &err), 0);
	ck_assert_str_eq(at.proxy, "http://p.example:1");
	origin_release(&at);
	origin.proxy = "http://q.example:2";
	origin.noproxy = "10.0.0.0/8,gw.example";
	ck_assert_int_eq(origin_init(&at, &origin, &err), 0);
	ck_assert_ptr_null(at.proxy);
	origin_release(&at);
	origin.noproxy = NULL;
	ck_assert_int_eq(origin_init(&at, &origin, &err), 0);
	ck_assert_str_eq(at.proxy, "http://q.example:2");
	origin_release(&at);
}
END_TEST

START_TEST(key_log_is_ignored)
{
	http_free(http);
	setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	http = http_new(loop);
	ck_assert_ptr_null(getenv("SSLKEYLOGFILE"));
}
END_TEST

TCase *route_cases(void)
{
	TCase *tcase = tcase_create("routes");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, read_setup, read_teardown);
	tcase_add_loop_test(tcase, a_name_that_does_not_resolve, 0, 2);
	tcase_add_test(tcase, a_slow_name_blocks_nothing_else);
	tcase_add_test(tcase, a_resolver_that_never_answers);
	tcase_add_test(tcase, an_address_given_by_resolve);
	tcase_add_loop_test(tcase, proxy_from_the_environment, 0, COUNT(proxies));
	tcase_add_test(tcase, another_host_in_its_place);
	tcase_add_test(tcase, one_name_for_two_gateways);
	tcase_add_loop_test(tcase, ways_that_are_refused, 0, COUNT(ways));
	tcase_add_test(tcase, through_a_proxy);
	tcase_add_test(tcase, past_a_proxy);
	tcase_add_test(tcase, key_log_is_ignored);
	return tcase;
}
