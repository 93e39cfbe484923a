/* The other ways in: a Prometheus that relays, line sockets, commands, shipped profiles. */
#include "collect_bed.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
	page_server_set(bed.server,
			&(struct page){.path = path, .type = "application/json", .body = body});
}

/* What an instant query answers: 7 requests, sampled at this instant. */
static void relay(const char *path, double sampled_s, const char *requests)
{
	struct strbuf body = STRBUF_INIT;

	strbuf_addf(&body,
		    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
		    "{\"metric\":{\"__name__\":\"hits_total\",\"hypercare\":\"sum\"},"
		    "\"value\":[1,\"%s\"]},"
		    "{\"metric\":{\"hypercare\":\"time\"},\"value\":[1,\"%.3f\"]}]}}",
		    requests, sampled_s);
	set(path, body.buf);
	strbuf_release(&body);
}

static const char *relay_path(void)
{
	static char path[2048];
	struct err err = {0};
	struct profile *profile;

	bed_file(&bed, "gate.yaml",
		 "name: gate\ntitle: G\nsources:\n"
		 "  m: {get: /m, format: prometheus, map: [{metric: hits_total, signal: "
		 "requests}]}\n");
	profile = profile_load(bed_file(&bed, "relay.yaml",
					"name: relay\ntitle: R\nsources:\n"
					"  m: {get: /q, format: promql, like: [gate.m]}\n"),
			       NULL, NULL, &err);
	ck_assert_msg(profile != NULL, "%s", err.msg);
	snprintf(path, sizeof(path), "%s", profile->sources[0].path);
	ck_assert(collect_add(bed.collect, &bed.target, profile, &err) != UINT32_MAX);
	profile_unref(profile);
	return path;
}

/* A relayed answer is as old as its sample, and one that was told is not told again. */
START_TEST(relayed_samples_keep_their_time)
{
	double now_s = (double)clock_read().wall_ms / 1000;
	unsigned hits;
	const char *path = relay_path();

	relay(path, now_s - 20, "7");
	bed_wait_ticks(&bed, 0, 1);
	bed_expect(&bed, 0, "requests{} value 0 7");
	ck_assert_int_le(llabs(bed.seen[0].at.wall_ms - (int64_t)((now_s - 20) * 1000)), 1);
	ck_assert_int_le(bed.seen[0].at.mono_ms, clock_read().mono_ms - 19000);
	hits = page_server_hits(bed.server, path);
	while (page_server_hits(bed.server, path) < hits + 4)
		loop_turn(bed.loop, 10);
	ck_assert_uint_eq(bed.seen[0].ticks, 1);
	ck_assert(collect_settled(bed.collect, 3));
	relay(path, now_s - 5, "9");
	bed_wait_ticks(&bed, 0, 2);
	bed_expect(&bed, 0, "requests{} value 0 9");
	ck_assert_int_le(llabs(bed.seen[0].at.wall_ms - (int64_t)((now_s - 5) * 1000)), 1);
	ck_assert_int_ge(bed.seen[0].interval_ms, 14990);
}
END_TEST

/* A clock that is ahead of ours does not put ticks into the future. */
START_TEST(a_fast_clock_is_not_believed)
{
	const char *path = relay_path();

	relay(path, (double)clock_read().wall_ms / 1000 + 3600, "7");
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_int_le(bed.seen[0].at.wall_ms, clock_read().wall_ms);
}
END_TEST

/* Answers each connection of a unix socket with the text for its command. */
struct liner {
	int listener;
	pthread_t thread;
	const char *answer;
};

static void *serve_lines(void *arg)
{
	struct liner *liner = arg;
	char command[256];
	int fd;

	while ((fd = accept(liner->listener, NULL, NULL)) >= 0) {
		if (recv(fd, command, sizeof(command), 0) > 0)
			send(fd, liner->answer, strlen(liner->answer), MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

static void liner_start(struct liner *liner, const char *answer)
{
	static char url[160];
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock", bed.folder);
	snprintf(url, sizeof(url), "line:unix:%s", address.sun_path);
	bed.target.url = url;
	liner->answer = answer;
	liner->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(liner->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(liner->listener, 8), 0);
	ck_assert_int_eq(pthread_create(&liner->thread, NULL, serve_lines, liner), 0);
}

static void liner_stop(struct liner *liner)
{
	shutdown(liner->listener, SHUT_RDWR);
	pthread_join(liner->thread, NULL);
	close(liner->listener);
}

#define STAT                                                                                \
	"  s: {line: show stat, format: csv, map: [{metric: hrsp_5xx, signal: requests, "   \
	"labels: {pxname: route}}]}\n  h: {get: /m, format: prometheus, map: [{metric: a, " \
	"signal: requests}]}\n"

START_TEST(line_sources_are_read)
{
	struct liner liner;

	liner_start(&liner, "# pxname,svname,hrsp_5xx,\nweb,BACKEND,7,\n\n");
	bed_add(&bed, STAT);
	bed_wait_ticks(&bed, 0, 2);
	bed_expect(&bed, 0, "requests{route=web} value 0 7");
	ck_assert_uint_eq(model_source_count(bed.model), 1);
	liner_stop(&liner);
}
END_TEST

static const char *const cut[] = {
	"# pxname,svname,hrsp_5xx,\nweb,BACKEND,7,\n",
	"# pxname,svname,hrsp_5xx,\nweb,BACKEND,",
};

START_TEST(a_cut_line_answer_changes_nothing)
{
	struct liner liner;

	liner_start(&liner, cut[_i]);
	bed_add(&bed, STAT);
	bed_wait_failures(&bed, 0, 1);
	ck_assert_ptr_nonnull(strstr(bed.seen[0].error, "ended early"));
	ck_assert_uint_eq(bed.seen[0].ticks, 0);
	liner_stop(&liner);
}
END_TEST

START_TEST(a_command_is_followed)
{
	char url[] = "command:", *argv[4] = {(char *)"sh", (char *)"-c", NULL, NULL};
	char script[] =
		"echo '192.0.2.1 - - [23/Nov/2026:20:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 "
		"\"-\" \"x\"'; exec sleep 1000";

	argv[2] = script;
	bed.target.url = url;
	bed.target.command = argv;
	bed_add_shipped(&bed, "accesslog");
	while (!strstr(bed.seen[0].values.buf, "route=/a"))
		bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 1);
	bed_expect(&bed, 0, "requests{route=/a,client=192.0.2.1,code=200} value 0 1");
}
END_TEST

/* Names that come and go do not pile up. */
START_TEST(names_that_went_are_dropped)
{
	struct strbuf body = STRBUF_INIT;

	bed_add(&bed, "  m: {get: /metrics, format: prometheus, map: [{metric: hits_total, "
		      "signal: requests, labels: {route: route}}]}\n");
	for (unsigned round = 1; round <= 6; round++) {
		unsigned ticks = bed.seen[0].ticks;
		strbuf_clear(&body);
		for (int i = 0; i < 2000; i++)
			strbuf_addf(&body, "hits_total{route=\"/%u/%d\"} %d\n", round, i, i);
		page_server_set(bed.server, &(struct page){.path = "/metrics", .body = body.buf});
		if (round == 1)
			collect_retry(bed.collect, UINT32_MAX);
		bed_wait_ticks(&bed, 0, ticks + 2);
	}
	ck_assert_uint_gt(bed.seen[0].version, 1);
	ck_assert_uint_le(bed.seen[0].entries, 6000);
	bed_expect(&bed, 0, "requests{route=/6/1999} value 0 1999");
	bed_expect(&bed, 0, "requests{route=/6/0} value 0 0");
	strbuf_release(&body);
}
END_TEST

START_TEST(kong_as_shipped)
{
	page_server_set(bed.server,
			&(struct page){.path = "/metrics",
				       .body = "kong_http_requests_total{service=\"s\",route=\"r\","
					       "code=\"429\",source=\"kong\"} 4\n"
					       "kong_http_requests_total{service=\"s\",route=\"r\","
					       "code=\"200\",source=\"service\"} 40\n"});
	set("/plugins?size=1000", "{\"data\":[{\"name\":\"ip-restriction\",\"enabled\":true,"
				  "\"config\":{\"deny\":[\"203.0.113.9\"]}}],\"next\":null}");
	set("/upstreams?size=1000", "{\"data\":[{\"id\":\"u1\",\"name\":\"up\"}],\"next\":null}");
	set("/upstreams/u1/health?size=1000",
	    "{\"data\":[{\"target\":\"10.0.0.1:80\",\"weight\":100}]}");
	bed_add_shipped(&bed, "kong");
	for (uint32_t i = 0; i < model_source_count(bed.model); i++)
		bed_wait_ticks(&bed, i, 1);
	bed_expect(&bed, 0, "requests{route=r,service=s,code=200,origin=upstream} value 0 40");
	bed_expect(&bed, 0, "requests{route=r,service=s,code=429,origin=gateway} value 0 4");
	bed_expect(&bed, 0, "rate_limited{route=r,service=s} value 0 4");
	bed_expect(&bed, 1, "blocked_ips{client=203.0.113.9} value 0 1");
	bed_expect(&bed, 2, "node_weight{service=up,node=10.0.0.1:80} value 0 100");
}
END_TEST

/* nginx has its status where the operator has put it; of other texts nothing is taken. */
START_TEST(nginx_has_its_page_where_it_is)
{
	static const char status[] = "Active connections: 2 \nserver accepts handled requests\n"
				     " 10 10 31 \nReading: 0 Writing: 1 Waiting: 1 \n";

	page_server_set(bed.server, &(struct page){.path = "/stub_status", .body = "hello\n"});
	page_server_set(bed.server, &(struct page){.path = "/basic_status", .body = status});
	bed_add_shipped(&bed, "nginx");
	bed_wait_ticks(&bed, 0, 1);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_OK);
	bed_expect(&bed, 0, "requests{} value 0 30");
	bed_wait_ticks(&bed, 0, 2);
	ck_assert_uint_eq(page_server_hits(bed.server, "/stub_status"), 1);
	page_server_set(bed.server, &(struct page){.path = "/basic_status", .body = "gone\n"});
	bed_wait_failures(&bed, 0, 1);
	ck_assert_ptr_nonnull(strstr(bed.seen[0].error, "is /basic_status the right page?"));
}
END_TEST

/* A text that is overwritten in place changes its hash and nothing else. */
START_TEST(mlflow_as_shipped)
{
	static const char *const alias_page =
		"/api/2.0/mlflow/registered-models/search?filter=tags.%60mlflow.prompt.is_prompt"
		"%60%3D%27true%27&max_results=1000";
	static const char *const text_page =
		"/api/2.0/mlflow/model-versions/search?filter=tags.%60mlflow.prompt.is_prompt"
		"%60%3D%27true%27&max_results=1000";
	struct strbuf before = STRBUF_INIT;

	set(alias_page, "{\"registered_models\":[{\"name\":\"p\",\"aliases\":"
			"[{\"alias\":\"production\",\"version\":\"3\"}]}]}");
	set(text_page, "{\"model_versions\":[{\"name\":\"p\",\"version\":\"3\",\"tags\":"
		       "[{\"key\":\"mlflow.prompt.text\",\"value\":\"Be brief.\"}]}]}");
	bed_add_shipped(&bed, "mlflow");
	bed_wait_ticks(&bed, 0, 1);
	bed_wait_ticks(&bed, 1, 2);
	bed_expect(&bed, 0, "prompt_version{prompt=p,type=production} value 0 3");
	strbuf_addstr(&before, bed.seen[1].values.buf);
	ck_assert_ptr_nonnull(strstr(before.buf, "prompt_text{prompt=p,type=v3} value 0 "));
	set(text_page, "{\"model_versions\":[{\"name\":\"p\",\"version\":\"3\",\"tags\":"
		       "[{\"key\":\"mlflow.prompt.text\",\"value\":\"Be long.\"}]}]}");
	while (strcmp(before.buf, bed.seen[1].values.buf) == 0)
		bed_wait_ticks(&bed, 1, bed.seen[1].ticks + 1);
	ck_assert_ptr_nonnull(
		strstr(bed.seen[1].values.buf, "prompt_text{prompt=p,type=v3} value 0 "));
	ck_assert_uint_eq(model_mark_count(bed.model), 1);
	ck_assert_int_eq(model_mark(bed.model, 0)->kind, MARK_TEXT);
	strbuf_release(&before);
}
END_TEST

/* While the command that prints a credential has not ended, others are read all the same. */
START_TEST(a_command_is_not_waited_for)
{
	char script[256];
	char *argv[] = {strdup("sh"), strdup("-c"), NULL, NULL};
	char **command = calloc(4, sizeof(*command));
	struct config_target open = bed.target;
	struct profile *profile;

	snprintf(script, sizeof(script), "while [ ! -e %s/go ]; do sleep .01; done; echo secret",
		 bed.folder);
	argv[2] = strdup(script);
	memcpy(command, argv, sizeof(argv));
	page_server_set(bed.server, &(struct page){.path = "/metrics",
						   .body = "hits_total 1\n",
						   .wants = "Bearer secret"});
	page_server_set(bed.server, &(struct page){.path = "/open", .body = "hits_total 1\n"});
	ck_assert_int_eq(secret_parse_command("bearer", command, true, &bed.target.auth, NULL), 0);
	bed_add(&bed, "  m: {get: /metrics, format: prometheus, map: [{metric: hits_total, "
		      "signal: requests}]}\n");
	ck_assert_uint_eq(bed.seen[0].failures, 1);
	ck_assert_str_eq(bed.seen[0].error, "waiting for its credential command");
	ck_assert(!collect_settled(bed.collect, 1));
	open.name = (char *)"open";
	profile = profile_load(
		bed_file(&bed, "open.yaml",
			 "name: open\ntitle: Open\nsources:\n  m: {get: /open, format: "
			 "prometheus, map: [{metric: hits_total, signal: requests}]}\n"),
		NULL, NULL, NULL);
	collect_add(bed.collect, &open, profile, NULL);
	profile_unref(profile);
	bed_wait_ticks(&bed, 1, 3);
	ck_assert_uint_eq(page_server_hits(bed.server, "/metrics"), 0);
	bed_file(&bed, "go", "");
	bed_wait_ticks(&bed, 0, 2);
	ck_assert_uint_eq(bed.seen[0].failures, 1);
	secret_release(&bed.target.auth);
}
END_TEST

START_TEST(a_command_that_fails_is_said)
{
	char *argv[] = {strdup("sh"), strdup("-c"), strdup("exec >&-; exit 3"), NULL};
	char **command = calloc(4, sizeof(*command));

	memcpy(command, argv, sizeof(argv));
	ck_assert_int_eq(secret_parse_command("bearer", command, true, &bed.target.auth, NULL), 0);
	bed_add(&bed, "  m: {get: /metrics, format: prometheus, map: [{metric: hits_total, "
		      "signal: requests}]}\n");
	bed_wait_failures(&bed, 0, 2);
	ck_assert_int_eq(bed.seen[0].outcome, TICK_UNAUTHORISED);
	ck_assert_str_eq(bed.seen[0].error, "auth_command sh failed");
	ck_assert_uint_eq(page_server_hits(bed.server, NULL), 0);
	secret_release(&bed.target.auth);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ways");
	TCase *tcase = tcase_create("ways");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, relayed_samples_keep_their_time);
	tcase_add_test(tcase, a_fast_clock_is_not_believed);
	tcase_add_test(tcase, line_sources_are_read);
	tcase_add_loop_test(tcase, a_cut_line_answer_changes_nothing, 0,
			    (int)(sizeof(cut) / sizeof(cut[0])));
	tcase_add_test(tcase, a_command_is_followed);
	tcase_add_test(tcase, names_that_went_are_dropped);
	tcase_add_test(tcase, kong_as_shipped);
	tcase_add_test(tcase, nginx_has_its_page_where_it_is);
	tcase_add_test(tcase, mlflow_as_shipped);
	tcase_add_test(tcase, a_command_is_not_waited_for);
	tcase_add_test(tcase, a_command_that_fails_is_said);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
