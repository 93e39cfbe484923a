/* From the bytes that a gateway serves to ticks, and what becomes of answers that are none. */
#include "collect_bed.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define METRICS                                                                      \
	"  m:\n    get: /metrics\n    format: prometheus\n    map:\n"                \
	"      - {metric: hits_total, signal: requests, labels: {route: route}}\n"   \
	"      - {metric: hits_total, where: {code: '429'}, signal: rate_limited}\n" \
	"      - {metric: took_ms, signal: latency, unit: ms}\n"                     \
	"      - {metric: ready, signal: node_up, labels: {node: node}}\n"

#define BODY                                                                 \
	"# TYPE hits_total counter\n"                                        \
	"hits_total{route=\"/a\",code=\"200\"} 10\n"                         \
	"hits_total{route=\"/a\",code=\"429\"} 3\n"                          \
	"hits_total{route=\"/b\",code=\"200\"} 5\n"                          \
	"# TYPE took_ms histogram\n"                                         \
	"took_ms_bucket{le=\"100\"} 6\ntook_ms_bucket{le=\"+Inf\"} 8\n"      \
	"took_ms_sum 1500\ntook_ms_count 8\n"                                \
	"# TYPE ready gauge\nready{node=\"n1\"} 1\nready{node=\"n2\"} NaN\n" \
	"# TYPE other counter\nother 4\n"

static struct bed bed;

static void setup(void)
{
	bed_init(&bed, NULL);
}

static void teardown(void)
{
	bed_release(&bed);
}

static void set(const char *path, const char *body)
{
	page_server_set(bed.server, &(struct page){.path = path, .body = body});
}

START_TEST(values_are_what_was_served)
{
	set("/metrics", BODY);
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_OK);
	bed_expect(&bed, 0, "requests{route=/a} value 0 13");
	bed_expect(&bed, 0, "requests{route=/b} value 0 5");
	bed_expect(&bed, 0, "rate_limited{} value 0 3");
	bed_expect(&bed, 0, "latency{} bucket 0.1 6");
	bed_expect(&bed, 0, "latency{} bucket inf 8");
	bed_expect(&bed, 0, "latency{} sum 0 1.5");
	bed_expect(&bed, 0, "latency{} count 0 8");
	bed_expect(&bed, 0, "node_up{node=n1} value 0 1");
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "n2"));
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "nan"));
	ck_assert_uint_eq(model_source(bed.model, 0).series, 8);
}
END_TEST

/* An answer with nothing that is wanted is an answer: what comes later began with it. */
START_TEST(nothing_is_an_answer)
{
	set("/metrics", "# TYPE other counter\nother 4\n");
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_OK);
	ck_assert_str_eq(bed.seen[0].values.buf, "");
	ck_assert_uint_ge(bed.seen[0].unmapped, 1);
}
END_TEST

/* Known lines are counted again from nothing, and one that is gone is absent. */
START_TEST(the_next_answer_takes_its_place)
{
	unsigned n;

	set("/metrics", BODY);
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 2);
	set("/metrics", "hits_total{route=\"/a\",code=\"200\"} 11\n"
			"hits_total{route=\"/a\",code=\"429\"} 3\n"
			"hits_total{route=\"/c\",code=\"200\"} 1\n");
	n = page_server_hits(bed.server, "/metrics");
	bed_wait_ticks(&bed, 0, n + 2);
	bed_expect(&bed, 0, "requests{route=/a} value 0 14");
	bed_expect(&bed, 0, "requests{route=/c} value 0 1");
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "route=/b"));
	ck_assert_uint_eq(page_server_connections(bed.server), 1);
	ck_assert(page_server_saw(bed.server, "Accept: application/openmetrics-text"));
}
END_TEST

static const struct {
	struct page page;
	const char *says;
	enum tick_outcome outcome;
} faults[] = {
	{{.status = 500, .body = "worker is gone"}, "500: worker is gone", TICK_FAILED},
	{{.status = 404}, "is that enabled there?", TICK_FAILED},
	{{.body = BODY, .cut = 7}, "ended early", TICK_FAILED},
	{{.type = "text/html; charset=utf-8", .body = "<html>"},
	 "HTML instead of metrics",
	 TICK_FAILED},
	{{.body = "\n <html>"}, "markup instead of metrics", TICK_FAILED},
	{{.body = ""}, "answers with nothing", TICK_FAILED},
	{{.body = "hits_total{ 1\n"}, "line 1 of the answer", TICK_FAILED},
	{{.type = "application/openmetrics-text; version=1.0.0", .body = BODY}, "EOF", TICK_FAILED},
	{{.type = "application/vnd.google.protobuf", .body = "x"}, "protobuf", TICK_FAILED},
	{{.status = 307, .header = "Location: http://elsewhere/metrics"},
	 "307 to http://elsewhere/metrics",
	 TICK_FAILED},
	{{.status = 401}, "wants a credential", TICK_UNAUTHORISED},
	{{.status = 403}, "wants a credential", TICK_UNAUTHORISED},
};

/* Whatever comes, the last values and their age stay, and the next good answer is taken. */
START_TEST(a_fault_changes_no_value)
{
	struct page page = faults[_i].page;
	struct source_status before, after;
	struct strbuf values = STRBUF_INIT;
	unsigned ticks;

	set("/metrics", BODY);
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 1);
	page.path = "/metrics";
	page_server_set(bed.server, &page);
	bed_wait_failures(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, faults[_i].outcome);
	ck_assert_msg(strstr(bed.seen[0].error, faults[_i].says) != NULL, "%s", bed.seen[0].error);
	strbuf_addstr(&values, bed.seen[0].values.buf);
	before = model_source(bed.model, 0);
	collect_retry(bed.collect, UINT32_MAX);
	bed_wait_failures(&bed, 0, 2);
	after = model_source(bed.model, 0);
	ck_assert_str_eq(bed.seen[0].values.buf, values.buf);
	ck_assert(after.answered);
	ck_assert_int_eq(after.last_ok.mono_ms, before.last_ok.mono_ms);
	ck_assert_int_gt(after.last.mono_ms, before.last.mono_ms);
	set("/metrics", BODY);
	ticks = bed.seen[0].ticks;
	collect_retry(bed.collect, UINT32_MAX);
	bed_wait_ticks(&bed, 0, ticks + 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_OK);
	ck_assert_str_eq(bed.seen[0].error, "");
	ck_assert_str_eq(bed.seen[0].values.buf, values.buf);
	strbuf_release(&values);
}
END_TEST

START_TEST(refused_is_said)
{
	char url[] = "http://127.0.0.1:1";

	bed.target.url = url;
	bed_add(&bed, METRICS);
	bed_wait_failures(&bed, 0, 1);
	ck_assert_ptr_nonnull(strstr(bed.seen[0].error, "nothing listens there"));
	ck_assert(bed.seen[0].retry_ms > bed.seen[0].at.mono_ms);
	ck_assert(bed.seen[0].retry_ms <= bed.seen[0].at.mono_ms + 1200);
}
END_TEST

START_TEST(retry_after_is_kept)
{
	page_server_set(
		bed.server,
		&(struct page){.path = "/metrics", .status = 429, .header = "Retry-After: 60"});
	bed_add(&bed, METRICS);
	bed_wait_failures(&bed, 0, 1);
	ck_assert_int_ge(bed.seen[0].retry_ms - bed.seen[0].at.mono_ms, 60000);
}
END_TEST

/* A second source goes on meanwhile; the refused one is asked once and no more. */
START_TEST(a_refusal_stops_the_source_alone)
{
	set("/metrics", BODY);
	page_server_set(bed.server,
			&(struct page){.path = "/b", .body = BODY, .wants = "Bearer right"});
	setenv("CHECK_TOKEN", "wrong", 1);
	ck_assert_int_eq(secret_parse("bearer:env:CHECK_TOKEN", &bed.target.auth, NULL), 0);
	bed_add(&bed, METRICS "  b: {get: /b, format: prometheus, map: [{metric: hits_total, "
			      "signal: requests}]}\n");
	bed_wait_failures(&bed, 1, 1);
	ck_assert_int_eq(bed.seen[1].outcome, TICK_UNAUTHORISED);
	ck_assert_int_eq(bed.seen[1].retry_ms, 0);
	bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 10);
	ck_assert_uint_eq(page_server_hits(bed.server, "/b"), 1);
	setenv("CHECK_TOKEN", "right", 1);
	collect_retry(bed.collect, 0);
	bed_wait_ticks(&bed, 1, 1);
	bed_expect(&bed, 1, "requests{} value 0 18");
	secret_release(&bed.target.auth);
}
END_TEST

/* A token that was renewed is found by reading it anew, once. */
START_TEST(a_new_credential_is_tried_once)
{
	page_server_set(bed.server,
			&(struct page){.path = "/metrics", .body = BODY, .wants = "Bearer one"});
	setenv("CHECK_TOKEN", "one", 1);
	ck_assert_int_eq(secret_parse("bearer:env:CHECK_TOKEN", &bed.target.auth, NULL), 0);
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 1);
	setenv("CHECK_TOKEN", "two", 1);
	page_server_set(bed.server,
			&(struct page){.path = "/metrics", .body = BODY, .wants = "Bearer two"});
	bed_wait_failures(&bed, 0, 1);
	bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 1);
	ck_assert_uint_eq(bed.seen[0].failures, 1);
	secret_release(&bed.target.auth);
}
END_TEST

START_TEST(a_missing_credential_asks_nothing)
{
	unsetenv("CHECK_TOKEN");
	ck_assert_int_eq(secret_parse("bearer:env:CHECK_TOKEN", &bed.target.auth, NULL), 0);
	bed_add(&bed, METRICS);
	ck_assert_uint_eq(bed.seen[0].failures, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_UNAUTHORISED);
	ck_assert_ptr_nonnull(strstr(bed.seen[0].error, "CHECK_TOKEN"));
	ck_assert_uint_eq(page_server_hits(bed.server, NULL), 0);
	secret_release(&bed.target.auth);
}
END_TEST

START_TEST(what_is_optional_may_be_absent)
{
	bed_add(&bed, "  m: {get: /metrics, format: prometheus, optional: true, map: [{metric: a, "
		      "signal: requests}]}\n");
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_OK);
	ck_assert_str_eq(bed.seen[0].values.buf, "");
	ck_assert_int_ge(bed.seen[0].retry_ms - bed.seen[0].at.mono_ms, 50000);
	/* It came into being; lines are recognised as new. */
	set("/metrics", "a 7\n");
	collect_retry(bed.collect, UINT32_MAX);
	bed_wait_ticks(&bed, 0, 2);
	bed_expect(&bed, 0, "requests{} value 0 7");
}
END_TEST

/* A page that is switched off answers 403, and no credential would help: not asked for again soon
 * where it may be absent, and said in the gateway's words where not. Another 403 is a refusal. */
START_TEST(what_is_closed_is_no_refusal)
{
	static const struct {
		const char *options, *body;
		enum tick_outcome outcome;
		const char *error;
	} cases[] = {
		{"optional: true, closed: not allowed", "path /m not allowed", TICK_OK, ""},
		{"closed: not allowed", "path /m not allowed", TICK_FAILED,
		 "403: not offered here: path /m not allowed"},
		{"optional: true, closed: not allowed", "who are you?", TICK_UNAUTHORISED,
		 "403: wants a credential"},
		{"optional: true", "path /m not allowed", TICK_UNAUTHORISED,
		 "403: wants a credential"},
	};
	char source[256];

	page_server_set(bed.server,
			&(struct page){.path = "/metrics", .status = 403, .body = cases[_i].body});
	snprintf(source, sizeof(source),
		 "  m: {get: /metrics, format: prometheus, %s, map: [{metric: a, signal: "
		 "requests}]}\n",
		 cases[_i].options);
	bed_add(&bed, source);
	if (cases[_i].outcome == TICK_OK)
		bed_wait_ticks(&bed, 0, 1);
	else
		bed_wait_failures(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, cases[_i].outcome);
	ck_assert_msg(strstr(bed.seen[0].error, cases[_i].error) != NULL, "%s", bed.seen[0].error);
}
END_TEST

#define ROWS                                              \
	"    rows: '.items[] | {node: .name, up: .ok}'\n" \
	"    map: [{metric: up, signal: node_up, labels: {node: node}}]\n"

START_TEST(json_comes_in_pages)
{
	set("/nodes", "{\"items\":[{\"name\":\"a\",\"ok\":true}],\"next\":\"/nodes?p=2\"}");
	set("/nodes?p=2", "{\"items\":[{\"name\":\"b\",\"ok\":false}],\"next\":null}");
	bed_add(&bed, "  n:\n    get: /nodes\n    next: .next\n    format: json\n" ROWS);
	bed_wait_ticks(&bed, 0, 1);
	bed_expect(&bed, 0, "node_up{node=a} value 0 1");
	bed_expect(&bed, 0, "node_up{node=b} value 0 0");
	ck_assert_uint_eq(bed.seen[0].requests, 2);
}
END_TEST

static const struct {
	const char *body, *says;
} odd_pages[] = {
	{"{\"items\":[],\"next\":\"http://127.0.0.1:1/nodes\"}", "another origin"},
	{"{\"items\":[],\"next\":\"//127.0.0.1:1/nodes\"}", "another origin"},
	{"{\"items\":[],\"next\":\"/nodes\"}", "more than 50 pages"},
	{"{\"items\":[],\"next\":\"/a\\r\\nb\"}", "encoded"},
	{"{\"items\":[{", "not JSON"},
	{"{\"items\":5}", "Cannot iterate"},
};

START_TEST(odd_pages_fail_the_whole)
{
	set("/nodes", odd_pages[_i].body);
	bed_add(&bed, "  n:\n    get: /nodes\n    next: .next\n    format: json\n" ROWS);
	bed_wait_failures(&bed, 0, 1);
	ck_assert_msg(strstr(bed.seen[0].error, odd_pages[_i].says) != NULL, "%s",
		      bed.seen[0].error);
	ck_assert_uint_eq(bed.seen[0].ticks, 0);
}
END_TEST

START_TEST(foreach_asks_once_for_each)
{
	set("/list", "{\"l\":[{\"id\":\"a b\"},{\"id\":\"c/d\"}]}");
	set("/of/a%20b", "{\"n\":4}");
	set("/of/c%2Fd", "{\"n\":5}");
	bed_add(&bed, "  n:\n    foreach: {get: /list, each: '.l[]'}\n    get: /of/{id}\n"
		      "    format: json\n    rows: '{id: $vars.id, n}'\n"
		      "    map: [{metric: n, signal: prompt_version, labels: {id: prompt}}]\n");
	bed_wait_ticks(&bed, 0, 1);
	bed_expect(&bed, 0, "prompt_version{prompt=a b} value 0 4");
	bed_expect(&bed, 0, "prompt_version{prompt=c/d} value 0 5");
	ck_assert_uint_eq(bed.seen[0].requests, 3);
}
END_TEST

START_TEST(csv_and_text_are_read)
{
	set("/csv", "# pxname,svname,hrsp_5xx\nweb,BACKEND,7\nweb,\"a \"\"b\"\"\",1\n");
	set("/status", "Active connections: 2\n\"quoted\\\"\n");
	bed_add(&bed,
		"  c: {get: /csv, format: csv, map: [{metric: hrsp_5xx, signal: requests, "
		"labels: {pxname: route, svname: node}}]}\n"
		"  t: {get: /status, format: text, rows: 'capture(\"connections: (?<n>[0-9]+)\")', "
		"map: [{metric: n, signal: connections}]}\n");
	bed_wait_ticks(&bed, 0, 1);
	bed_wait_ticks(&bed, 1, 1);
	bed_expect(&bed, 0, "requests{route=web,node=BACKEND} value 0 7");
	bed_expect(&bed, 0, "requests{route=web,node=a \"b\"} value 0 1");
	bed_expect(&bed, 1, "connections{} value 0 2");
}
END_TEST

START_TEST(series_are_capped)
{
	struct collect_options options = {.series_per_source = 2};

	bed_release(&bed);
	bed_init(&bed, &options);
	set("/metrics", "hits_total{route=\"/a\"} 1\nhits_total{route=\"/b\"} 2\n"
			"hits_total{route=\"/c\"} 4\nhits_total{route=\"/d\"} 8\n");
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 2);
	bed_expect(&bed, 0, "requests{route=/a} value 0 1");
	bed_expect(&bed, 0, "requests{route=other} value 0 12");
	ck_assert_uint_gt(bed.seen[0].overflow, 0);
}
END_TEST

START_TEST(few_slots_serve_all)
{
	struct collect_options options = {.in_flight = 1};
	char sources[1024] = "";

	bed_release(&bed);
	bed_init(&bed, &options);
	for (int i = 0; i < 6; i++)
		snprintf(sources + strlen(sources), sizeof(sources) - strlen(sources),
			 "  s%d: {get: /metrics, format: prometheus, map: [{metric: hits_total, "
			 "signal: requests}]}\n",
			 i);
	set("/metrics", BODY);
	bed_add(&bed, sources);
	for (uint32_t i = 0; i < 6; i++)
		bed_wait_ticks(&bed, i, 3);
	ck_assert_uint_eq(page_server_connections(bed.server), 1);
	ck_assert(collect_settled(bed.collect, 3));
	ck_assert(!collect_settled(bed.collect, 1000000));
}
END_TEST

START_TEST(a_page_of_the_url_is_its_origin)
{
	strcat(bed.url, "/metrics");
	set("/metrics", BODY);
	bed_add(&bed, METRICS);
	bed_wait_ticks(&bed, 0, 1);
	bed_expect(&bed, 0, "requests{route=/b} value 0 5");
}
END_TEST

START_TEST(removal_ends_a_reading)
{
	uint32_t target;

	set("/metrics", BODY);
	target = bed_add(&bed, METRICS);
	while (page_server_hits(bed.server, "/metrics") == 0)
		loop_turn(bed.loop, 10);
	collect_remove(bed.collect, target);
	ck_assert(collect_settled(bed.collect, 1));
}
END_TEST

static void follow(const char *text, const char *append)
{
	const char *path = bed_file(&bed, "access.log", text);
	static char url[256];
	FILE *file;

	snprintf(url, sizeof(url), "file:%s", path);
	bed.target.url = url;
	bed_add_shipped(&bed, "accesslog");
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_str_eq(bed.seen[0].values.buf, "");
	/* The end of the file is found from the loop. */
	bed_wait_ticks(&bed, 0, 2);
	file = fopen(path, "a");
	fputs(append, file);
	fclose(file);
}

#define LINE(client, path, code)                                                   \
	client " - - [23/Nov/2026:20:00:00 +0000] \"GET " path " HTTP/1.1\" " code \
	       " 100 \"-\" \"curl/7.88.1 x\"\n"

START_TEST(a_log_is_counted)
{
	follow(LINE("192.0.2.9", "/old", "500"),
	       LINE("192.0.2.1", "/cart/12/items", "200") LINE("192.0.2.1", "/cart/7/items", "200")
		       LINE("192.0.2.2", "/login?token=secret", "401")
			       LINE("192.0.2.2", "/login", "403")
				       LINE("192.0.2.2", "/login", "429"));
	while (!strstr(bed.seen[0].values.buf, "code=429"))
		bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 1);
	bed_expect(&bed, 0,
		   "requests{route=/cart/{id}/items,client=192.0.2.1,code=200} "
		   "value 0 2");
	bed_expect(&bed, 0, "auth_failures{route=/login,client=192.0.2.2} value 0 1");
	bed_expect(&bed, 0, "rate_limited{route=/login,client=192.0.2.2} value 0 1");
	bed_expect(&bed, 0, "denied{route=/login,client=192.0.2.2,reason=403} value 0 1");
	bed_expect(&bed, 0, "requests{route=/login,app=curl/7.88.1,code=401} total 0 1");
	bed_expect(&bed, 0, "bytes_out{route=/login} value 0 300");
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "/old"));
	ck_assert_ptr_nonnull(strstr(bed.seen[0].lines.buf, "/cart/12/items"));
	ck_assert_ptr_null(strstr(bed.seen[0].lines.buf, "secret"));
}
END_TEST

START_TEST(a_log_can_be_read_from_its_start)
{
	struct collect_options options = {.logs_from_start = true};
	static char url[256];

	bed_release(&bed);
	bed_init(&bed, &options);
	snprintf(url, sizeof(url), "file:%s",
		 bed_file(&bed, "access.log", LINE("192.0.2.9", "/old", "500")));
	bed.target.url = url;
	bed_add_shipped(&bed, "accesslog");
	while (!strstr(bed.seen[0].values.buf, "/old"))
		bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 1);
}
END_TEST

/* By the name that is ours alone; of others by name and page: the name alone would be a hiding
 * place. */
START_TEST(our_own_readings_are_no_traffic)
{
	const char *path = bed_file(&bed, "nginx.log", "");
	static char url[256];
	FILE *file;

	snprintf(url, sizeof(url), "file:%s", path);
	bed.target.url = url;
	http_set_token(bed.http, 7);
	bed_add_shipped(&bed, "nginx");
	bed_wait_ticks(&bed, 0, 2);
	file = fopen(path, "a");
	fprintf(file,
		"192.0.2.1 - - [23/Nov/2026:20:00:00 +0000] \"GET /elsewhere HTTP/1.1\" 404 1 "
		"\"-\" \"%s\"\n",
		http_own_agent(bed.http));
	fputs("192.0.2.1 - - [23/Nov/2026:20:00:00 +0000] \"GET /stub_status HTTP/1.1\" 200 1 "
	      "\"-\" \"hypercare/0.1.0\"\n"
	      "192.0.2.1 - - [23/Nov/2026:20:00:00 +0000] \"GET /stub_status HTTP/1.1\" 403 1 "
	      "\"-\" \"hypercare/0.1.0\"\n"
	      "192.0.2.1 - - [23/Nov/2026:20:00:00 +0000] \"GET /orders HTTP/1.1\" 200 1 "
	      "\"-\" \"hypercare/0.1.0\"\n",
	      file);
	fclose(file);
	while (!strstr(bed.seen[0].values.buf, "/orders"))
		bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 1);
	bed_expect(&bed, 0,
		   "requests{route=/orders,client=192.0.2.1,code=200} value 0 "
		   "1");
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "/elsewhere"));
	ck_assert_ptr_nonnull(strstr(bed.seen[0].values.buf, "route=/stub_status"));
	ck_assert_ptr_null(strstr(bed.seen[0].values.buf, "route=/stub_status,client=192.0.2.1,"
							  "code=200"));
	ck_assert_ptr_null(
		strstr(bed.seen[0].values.buf, "route=/stub_status,app=hypercare/0.1.0,code=200"));
}
END_TEST

START_TEST(a_log_that_is_not_there_is_said)
{
	char url[] = "file:/nonexistent/access.log";

	bed.target.url = url;
	bed_add_shipped(&bed, "accesslog");
	bed_wait_failures(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_FAILED);
	ck_assert_str_ne(bed.seen[0].error, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collect");
	TCase *tcase = tcase_create("collect");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, values_are_what_was_served);
	tcase_add_test(tcase, nothing_is_an_answer);
	tcase_add_test(tcase, the_next_answer_takes_its_place);
	tcase_add_loop_test(tcase, a_fault_changes_no_value, 0,
			    (int)(sizeof(faults) / sizeof(faults[0])));
	tcase_add_test(tcase, refused_is_said);
	tcase_add_test(tcase, retry_after_is_kept);
	tcase_add_test(tcase, a_refusal_stops_the_source_alone);
	tcase_add_test(tcase, a_new_credential_is_tried_once);
	tcase_add_test(tcase, a_missing_credential_asks_nothing);
	tcase_add_test(tcase, what_is_optional_may_be_absent);
	tcase_add_loop_test(tcase, what_is_closed_is_no_refusal, 0, 4);
	tcase_add_test(tcase, json_comes_in_pages);
	tcase_add_loop_test(tcase, odd_pages_fail_the_whole, 0,
			    (int)(sizeof(odd_pages) / sizeof(odd_pages[0])));
	tcase_add_test(tcase, foreach_asks_once_for_each);
	tcase_add_test(tcase, csv_and_text_are_read);
	tcase_add_test(tcase, series_are_capped);
	tcase_add_test(tcase, few_slots_serve_all);
	tcase_add_test(tcase, a_page_of_the_url_is_its_origin);
	tcase_add_test(tcase, removal_ends_a_reading);
	tcase_add_test(tcase, a_log_is_counted);
	tcase_add_test(tcase, a_log_can_be_read_from_its_start);
	tcase_add_test(tcase, our_own_readings_are_no_traffic);
	tcase_add_test(tcase, a_log_that_is_not_there_is_said);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
