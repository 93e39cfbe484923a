#include "parse/accesslog.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *path;
	const char *route;
} folds[] = {
	{"/", "/"},
	{"", ""},
	{"*", "*"},
	{"/cart/checkout", "/cart/checkout"},
	{"/orders/12345", "/orders/{id}"},
	{"/orders/12345/", "/orders/{id}/"},
	{"/orders/12347?page=2&sort=-date", "/orders/{id}"},
	{"/patient/8f1c2a/records", "/patient/{id}/records"},
	{"/patient/8f1c2a9e4b7d/records", "/patient/{id}/records"},
	{"/items/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/items/{id}"},
	{"/by-ip/192.0.2.7/x", "/by-ip/{id}/x"},
	{"/by-ip/2001:db8::1", "/by-ip/{id}"},
	{"//orders//12345", "//orders//{id}"},
	{"/v1/chat/completions", "/v1/chat/completions"},
	{"/v2.1/facade/decade", "/v2.1/facade/decade"},
	{"/order-service-report/annual-summary-2024", "/order-service-report/annual-summary-2024"},
	{"/s/V1StGXR8_Z5jdHi6B-myT", "/s/{id}"},
	{"/customers/cus_NffrFeUfNV2Hib/cards", "/customers/{id}/cards"},
	{"/users/ada@example.test/keys", "/users/{id}/keys"},
	{"/img/12345.jpeg", "/img/{id}.jpeg"},
	{"/img/logo.svg", "/img/logo.svg"},
	{"/shop;jsessionid=0a1b2c/item", "/shop/item"},
	{"/stats;csv", "/stats;csv"},
	{"/a\x1b[31mred", "/a\\x1b[31mred"},
	{"/long/"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 "/long/{id}"},
	{"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/..."},
};

START_TEST(ids_are_folded)
{
	char route[200];

	accesslog_fold(route, sizeof(route), folds[_i].path, strlen(folds[_i].path), NULL);
	ck_assert_str_eq(route, folds[_i].route);
}
END_TEST

/* What is folded away tells requests apart without being kept. */
START_TEST(folded_ids_are_told_apart)
{
	static const char *const paths[] = {"/patient/1/records", "/patient/2/records",
					    "/patient/1/notes", "/patient", "/img/1.png"};
	uint64_t ids[5];
	char route[64];

	for (size_t i = 0; i < 5; i++)
		accesslog_fold(route, sizeof(route), paths[i], strlen(paths[i]), &ids[i]);
	ck_assert(ids[0] && ids[0] != ids[1] && ids[0] == ids[2] && !ids[3] && ids[4]);
}
END_TEST

/* Who is the client, given the peer, X-Forwarded-For and what we trust. */
static const struct {
	const char *peer;
	const char *forwarded;
	bool use;
	const char *trusted;
	const char *client;
} clients[] = {
	{"203.0.113.9", "", false, NULL, "203.0.113.9"},
	{"203.0.113.9", "10.9.9.9", false, "203.0.113.0/24", "203.0.113.9"},
	/* An untrusted peer may write what it likes. */
	{"203.0.113.9", "10.9.9.9", true, NULL, "203.0.113.9"},
	{"203.0.113.9", "10.9.9.9", true, "10.0.0.0/8", "203.0.113.9"},
	{"10.0.0.1", "198.51.100.7", true, "10.0.0.0/8", "198.51.100.7"},
	{"10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", true, "10.0.0.0/8", "198.51.100.7"},
	{"10.0.0.1", "1.1.1.1,198.51.100.7:4711", true, "10.0.0.0/8", "198.51.100.7"},
	{"10.0.0.1", "198.51.100.7, unknown", true, "10.0.0.0/8", "10.0.0.1"},
	{"10.0.0.1", "unknown, 10.0.0.3", true, "10.0.0.0/8", "10.0.0.3"},
	{"10.0.0.1", "[2001:db8::2]:99", true, "10.0.0.0/8", "2001:db8::2"},
	{"10.0.0.1", "-", true, "10.0.0.0/8", "10.0.0.1"},
	{"::ffff:10.0.0.1", "2001:DB8:0:0::1", true, "10.0.0.0/8", "2001:db8::1"},
	{"2001:db8::7", "192.0.2.1", true, "2001:db8::/64", "192.0.2.1"},
	{"2001:db8:0:1::7", "192.0.2.1", true, "2001:db8::/64", "2001:db8:0:1::7"},
	{"172.31.255.1", "192.0.2.1", true, "172.16.0.0/12", "192.0.2.1"},
	{"172.32.0.1", "192.0.2.1", true, "172.16.0.0/12", "172.32.0.1"},
	{"fe80::1%eth0", "", false, NULL, "fe80::1"},
	{"unix", "192.0.2.1", true, NULL, "192.0.2.1"},
	{"unix", "", false, NULL, ""},
};

START_TEST(clients_are_chosen)
{
	struct accesslog_options options = {.format = LOG_JSON, .forwarded = clients[_i].use};
	struct accesslog_record record;
	struct accesslog *log;
	const char *why;
	char line[256];

	options.fields = (struct accesslog_fields){
		.client = "c", .forwarded = "x", .uri = "u", .status = "s"};
	if (clients[_i].trusted)
		options.trusted[options.ntrusted++] = clients[_i].trusted;
	log = accesslog_new(&options, NULL);
	ck_assert_ptr_nonnull(log);
	snprintf(line, sizeof(line), "{\"c\":\"%s\",\"x\":\"%s\",\"u\":\"/\",\"s\":200}",
		 clients[_i].peer, clients[_i].forwarded);
	ck_assert_int_eq(accesslog_parse(log, line, strlen(line), &record, &why), LOG_LINE_OK);
	ck_assert_str_eq(record.client, clients[_i].client);
	accesslog_free(log);
}
END_TEST

#define HEAD "192.0.2.1 - - [23/Nov/2026:19:34:33 +0000] "
#define MINE "192.0.2.1:99 [23/Nov/2026:19:34:33.890] web app/s1 "

/* Lines that are no record of the format that is in force. */
static const struct {
	enum accesslog_format format;
	enum accesslog_verdict verdict;
	const char *line;
} odd[] = {
	{LOG_COMBINED, LOG_LINE_NOT_ACCESS, ""},
	{LOG_COMBINED, LOG_LINE_NOT_ACCESS, "2026/11/23 19:34:33 [error] 7#7: upstream timed out"},
	{LOG_COMBINED, LOG_LINE_UNTRUSTED, HEAD "\"GET / HTTP/1.1"},
	{LOG_COMBINED, LOG_LINE_UNTRUSTED, HEAD "\"GET / HTTP/1.1\" 2x0 3 \"-\" \"-\""},
	{LOG_COMBINED, LOG_LINE_UNTRUSTED, HEAD "\"GET / HTTP/1.1\" 200 3 \"-\" \"agent"},
	{LOG_COMBINED, LOG_LINE_UNTRUSTED, HEAD "\"GET / HTTP/1.1\" 2000 3 \"-\" \"-\""},
	{LOG_COMBINED, LOG_LINE_OK, HEAD "\"GET / HTTP/1.1\" 200 - \"a\\\"b\" \"c\" 0.001"},
	{LOG_HAPROXY_HTTP, LOG_LINE_NOT_ACCESS, "Server app/s1 is DOWN, reason: Layer4 timeout"},
	{LOG_HAPROXY_HTTP, LOG_LINE_UNTRUSTED,
	 MINE "0/0/0/2/2 200 74 a b - ---- 2/1/1/1/0 0/0 \"GET / HTTP/1.1\""},
	{LOG_HAPROXY_HTTP, LOG_LINE_UNTRUSTED,
	 MINE "0/0/0/2/2 200 74 - - ---- 2/1/1/1 0/0 \"GET / HTTP/1.1\""},
	{LOG_HAPROXY_HTTP, LOG_LINE_UNTRUSTED,
	 MINE "0/0/0/2/2 200 74 - - ---- 2/1/1/1/0 0/0 \"GET / HTTP/1.1\" \"x\""},
	{LOG_HAPROXY_HTTP, LOG_LINE_OK,
	 MINE "0/0/0/2/2 200 74 - - ---- 2/1/1/1/0 0/0 \"GET / HTTP/1.1\"\r"},
	{LOG_ENVOY, LOG_LINE_NOT_ACCESS, "[2026-11-23 19:34:33.890][1][info] starting main loop"},
	{LOG_ENVOY, LOG_LINE_UNTRUSTED,
	 "[2026-11-23T19:34:33.890Z] \"GET / HTTP/1.1\" 200 - 0 3 2 2 \"-\" \"x\" \"y\" \"z\""},
	{LOG_TRAEFIK_COMMON, LOG_LINE_NOT_ACCESS, "time=\"2026-11-23T19:34:33Z\" level=error"},
	{LOG_TRAEFIK_COMMON, LOG_LINE_UNTRUSTED,
	 HEAD "\"GET / HTTP/1.1\" 200 3 \"-\" \"ends in a backslash\\\" 3 \"r\" \"u\" 2ms"},
	{LOG_CADDY_JSON, LOG_LINE_NOT_ACCESS, "{\"level\":\"info\",\"msg\":\"serving\"}"},
	{LOG_CADDY_JSON, LOG_LINE_NOT_ACCESS, "plain text"},
	{LOG_NGINX_JSON, LOG_LINE_UNTRUSTED,
	 "{\"remote_addr\":\"192.0.2.1\",\"status\":200,\"status\":500}"},
	{LOG_NGINX_JSON, LOG_LINE_UNTRUSTED, "{\"remote_addr\":\"192.0.2.1\",\"status\":1e999}"},
	{LOG_NGINX_JSON, LOG_LINE_UNTRUSTED, "{\"remote_addr\":\"192.0.2.1\",\"status\":1234}"},
	{LOG_NGINX_JSON, LOG_LINE_OK,
	 "{\"remote_addr\":\"192.0.2.1\",\"status\":\"200\",\"ua\":\"\\u0000\xff\xfe\"}"},
};

START_TEST(odd_lines_are_judged)
{
	struct accesslog_options options = {.format = odd[_i].format};
	struct accesslog *log = accesslog_new(&options, NULL);
	struct accesslog_record record;
	const char *why;

	ck_assert_ptr_nonnull(log);
	ck_assert_int_eq(accesslog_parse(log, odd[_i].line, strlen(odd[_i].line), &record, &why),
			 odd[_i].verdict);
	ck_assert_int_eq(strlen(why) > 0, odd[_i].verdict == LOG_LINE_UNTRUSTED);
	ck_assert_int_eq(record.status, odd[_i].verdict == LOG_LINE_OK ? 200 : 0);
	accesslog_free(log);
}
END_TEST

/* The end of the request, whether the line has the start or the end, with zone or without. */
static const struct {
	enum accesslog_format format;
	int64_t wall_ms;
	const char *line;
} times[] = {
	{LOG_COMBINED, 1795462473000,
	 "192.0.2.1 - - [23/Nov/2026:20:34:33 +0100] \"GET / HTTP/1.1\" "
	 "200 3"},
	{LOG_HAPROXY_HTTP, 1795462473892,
	 MINE "0/0/0/2/2 200 74 - - ---- 2/1/1/1/0 0/0 \"GET / HTTP/1.1\""},
	{LOG_ENVOY, 1795462473895,
	 "[2026-11-23T19:34:33.890Z] \"GET / HTTP/1.1\" 200 - 0 3 5 4 \"-\" \"x\" \"y\" \"z\" "
	 "\"h:1\""},
	{LOG_CADDY_JSON, 1795462473889,
	 "{\"ts\":1795462473.8888829,\"request\":{\"remote_ip\":\"192.0.2.1\",\"uri\":\"/\","
	 "\"method\":\"GET\"},\"duration\":0.5,\"status\":200}"},
	{LOG_TRAEFIK_JSON, 1795462474000,
	 "{\"StartUTC\":\"2026-11-23T19:34:33.5Z\",\"Duration\":500000000,\"DownstreamStatus\":200,"
	 "\"RequestPath\":\"/\"}"},
};

START_TEST(times_are_those_of_the_end)
{
	struct accesslog_options options = {.format = times[_i].format};
	struct accesslog *log = accesslog_new(&options, NULL);
	struct accesslog_record record;
	const char *why;

	ck_assert_int_eq(
		accesslog_parse(log, times[_i].line, strlen(times[_i].line), &record, &why),
		LOG_LINE_OK);
	ck_assert_int_eq(record.wall_ms, times[_i].wall_ms);
	accesslog_free(log);
}
END_TEST

START_TEST(options_are_checked)
{
	struct accesslog_options bad_net = {
		.format = LOG_AUTO, .trusted = {"10.0.0.0/33"}, .ntrusted = 1};
	struct accesslog_options no_fields = {.format = LOG_JSON};
	struct err err;

	ck_assert_ptr_null(accesslog_new(&bad_net, &err));
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(err.msg, "10.0.0.0/33"));
	ck_assert_ptr_null(accesslog_new(&no_fields, &err));
	for (int i = 0; i < LOG_FORMAT_COUNT; i++)
		ck_assert_int_eq(
			accesslog_format_by_name(accesslog_format_name((enum accesslog_format)i)),
			i);
	ck_assert_int_eq(accesslog_format_by_name("morse"), LOG_FORMAT_COUNT);
}
END_TEST

START_TEST(long_lines_are_refused)
{
	struct accesslog_options options = {.format = LOG_AUTO};
	struct accesslog *log = accesslog_new(&options, NULL);
	struct accesslog_record record;
	size_t len = 1 << 20;
	char *line = malloc(len);
	const char *why;

	memset(line, '{', len);
	ck_assert_int_eq(accesslog_parse(log, line, len, &record, &why), LOG_LINE_UNTRUSTED);
	ck_assert_int_eq(accesslog_parse(log, line, 60000, &record, &why), LOG_LINE_NOT_ACCESS);
	free(line);
	accesslog_free(log);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("accesslog parts");
	TCase *tc = tcase_create("parts");
	SRunner *runner;
	int failed;

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tcase_add_loop_test(tc, ids_are_folded, 0, sizeof(folds) / sizeof(folds[0]));
	tcase_add_test(tc, folded_ids_are_told_apart);
	tcase_add_loop_test(tc, clients_are_chosen, 0, sizeof(clients) / sizeof(clients[0]));
	tcase_add_loop_test(tc, odd_lines_are_judged, 0, sizeof(odd) / sizeof(odd[0]));
	tcase_add_loop_test(tc, times_are_those_of_the_end, 0, sizeof(times) / sizeof(times[0]));
	tcase_add_test(tc, options_are_checked);
	tcase_add_test(tc, long_lines_are_refused);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
