/* The first words about a URL. */
#include "collect/discover.h"
#include "page_server.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KONG "{\"tagline\":\"Welcome to kong\",\"version\":\"3.9.0\"}"
#define KONG_PAGE \
	"# TYPE kong_http_requests_total counter\nkong_http_requests_total{code=\"200\"} 1\n"

static struct eval *eval;
static struct page_server *server;
static struct loop *loop;
static struct http *http;
static struct catalog *catalog;
static struct config_target target;
static char url[128];

/* What was found, copied. */
static struct {
	bool done;
	char name[32];
	char sentence[1024];
	bool wants_credential;
	bool reachable;
} found;

static void on_done(void *ctx, const struct discover_result *result)
{
	(void)ctx;
	ck_assert(!found.done);
	found.done = true;
	snprintf(found.name, sizeof(found.name), "%s",
		 result->profile ? result->profile->name : "");
	snprintf(found.sentence, sizeof(found.sentence), "%s", result->sentence);
	found.wants_credential = result->wants_credential;
	found.reachable = result->reachable;
	profile_unref(result->profile);
}

static void setup(void)
{
	struct err err = {0};

	memset(&found, 0, sizeof(found));
	eval = eval_new(&err);
	ck_assert_msg(eval != NULL, "%s", err.msg);
	server = page_server_start();
	loop = loop_new();
	http = http_new(loop);
	catalog = catalog_new();
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", page_server_port(server));
	target = (struct config_target){.name = url, .url = url};
}

static void teardown(void)
{
	http_free(http);
	loop_free(loop);
	page_server_stop(server);
	catalog_unref(catalog);
	eval_free(eval);
}

static void discover(void)
{
	struct err err = {0};
	int64_t start = clock_read().mono_ms;

	ck_assert_msg(discover_start(loop, http, eval, catalog, &target, on_done, NULL, &err) !=
			      NULL,
		      "%s", err.msg);
	while (!found.done) {
		loop_turn(loop, 100);
		ck_assert(clock_read().mono_ms - start < 20000);
	}
}

static void set(const char *path, int status, const char *type, const char *body)
{
	page_server_set(server,
			&(struct page){.path = path, .status = status, .type = type, .body = body});
}

static void expect(const char *name, const char *says)
{
	ck_assert_str_eq(found.name, name);
	ck_assert_msg(strstr(found.sentence, says) != NULL, "%s", found.sentence);
}

static const struct {
	const char *path, *type, *body, *metrics, *metrics_body, *name;
} gateways[] = {
	{"/", "application/json", KONG, "/metrics", KONG_PAGE, "kong"},
	{"/health/liveliness", "application/json", "\"I'm alive!\"", "/metrics/",
	 "litellm_proxy_total_requests_metric_total 1\n", "litellm"},
	{"/metrics", NULL,
	 "# TYPE haproxy_process_start_time_seconds gauge\n"
	 "haproxy_process_start_time_seconds 1\n",
	 NULL, NULL, "haproxy"},
	{"/config/", "application/json", "{\"admin\":{}}", "/metrics",
	 "process_start_time_seconds 1\n", "caddy"},
	{"/stub_status", NULL, "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n",
	 NULL, NULL, "nginx"},
	{"/api/v1/status/buildinfo", "application/json",
	 "{\"status\":\"success\",\"data\":{\"version\":\"2.42\"}}", NULL, NULL, "prometheus"},
	{"/api/3.0/mlflow/server-info", "application/json", "{\"store_type\":\"SqlStore\"}", NULL,
	 NULL, "mlflow"},
	{"/apisix/prometheus/metrics", NULL, "apisix_etcd_reachable 1\n", NULL, NULL, "apisix"},
	{"/metrics", NULL, "traefik_open_connections{entrypoint=\"web\"} 0\n", NULL, NULL,
	 "traefik"},
	{"/metrics", NULL, "nginxplus_up 1\n", NULL, NULL, "nginx-plus"},
	{"/metrics", NULL, "tyk_api_requests_total 1\n", NULL, NULL, "tyk"},
	{"/schemas", "application/json", "[{\"$id\":\"http://express-gateway.io/models/x.json\"}]",
	 NULL, NULL, "express-gateway"},
	{"/system/info", "text/plain",
	 "{\"cluster\":\"b8\",\"nodes\":[{\"peer\":[],\"leader\":true}]}", NULL, NULL, "apinto"},
	{"/v1/prompts", "application/json", "{\"data\":[],\"next_cursor\":null}", NULL, NULL,
	 "phoenix"},
	{"/v1/prompts", "application/json",
	 "{\"data\":[{\"slug\":\"a\",\"object\":\"prompt\"}],\"total\":1}", NULL, NULL, "portkey"},
	{"/metrics", NULL, "bifrost_active_requests 0\n", NULL, NULL, "bifrost"},
	{"/api/governance/virtual-keys", "application/json", "{\"virtual_keys\":[]}", NULL, NULL,
	 "bifrost"},
	{"/api/public/health", "application/json", "{\"status\":\"OK\",\"version\":\"3.1\"}", NULL,
	 NULL, "langfuse"},
	{"/api/status", "application/json",
	 "{\"data\":{\"quota_per_unit\":500000},\"success\":true}", NULL, NULL, "one-api"},
};

START_TEST(gateways_are_recognised)
{
	set(gateways[_i].path, 200, gateways[_i].type, gateways[_i].body);
	if (gateways[_i].metrics)
		set(gateways[_i].metrics, 200, NULL, gateways[_i].metrics_body);
	discover();
	expect(gateways[_i].name, "is ");
	ck_assert_ptr_null(strchr(found.sentence, ';'));
	ck_assert(found.reachable);
	ck_assert(!found.wants_credential);
	ck_assert_uint_le(page_server_hits(server, NULL), 31);
	ck_assert_uint_eq(page_server_connections(server), 1);
}
END_TEST

/* Known by how they refuse: without a credential these tell nothing else. */
static const struct {
	const char *path, *type, *body, *name;
} refusing[] = {
	{"/apisix/admin/routes", "application/json",
	 "{\"error_msg\":\"failed to check token\",\"description\":\"wrong apikey\"}", "apisix"},
	{"/api/v1/account/profile", "application/json", "{\"code\":401,\"msg\":\"not login\"}",
	 "apipark"},
	{"/v1/prompts", "text/plain", "Invalid token", "phoenix"},
};

START_TEST(gateways_are_recognised_by_their_refusal)
{
	set(refusing[_i].path, 401, refusing[_i].type, refusing[_i].body);
	discover();
	expect(refusing[_i].name, "is ");
}
END_TEST

/* A gateway that answers every path with its web page, and one that answers with nothing. */
START_TEST(a_page_for_everything_is_no_gateway)
{
	static const char *const paths[] = {"/",
					    "/metrics",
					    "/ready",
					    "/hello",
					    "/schemas",
					    "/system/info",
					    "/api/status",
					    "/v1/prompts",
					    "/api/public/health",
					    "/api/v1/account/profile"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		set(paths[i], 200, "text/html", _i ? "" : "<!DOCTYPE html><title>x</title>");
	discover();
	expect("", "as no gateway I know");
}
END_TEST

START_TEST(a_traffic_port_is_told_from_an_admin_port)
{
	set("/", 200, "text/html", "<html>shop</html>");
	discover();
	expect("", "answers (pages/1.0, text/html), but as no gateway I know. Traffic port? "
		   "Admin ports: ");
	ck_assert_ptr_nonnull(strstr(found.sentence, "kong 8001"));
	ck_assert_ptr_nonnull(strstr(found.sentence, "envoy 9901"));
	ck_assert(found.reachable);
	ck_assert_uint_le(page_server_hits(server, NULL), 30);
	ck_assert(!page_server_saw(server, "POST "));
}
END_TEST

START_TEST(foreign_metrics_are_said)
{
	set("/metrics", 200, NULL, "# TYPE node_load1 gauge\nnode_load1 1\n");
	discover();
	expect("", "exports Prometheus metrics (node_load1, ...), but of no gateway I know");
}
END_TEST

START_TEST(a_closed_port_is_said)
{
	strcpy(url, "http://127.0.0.1:1");
	discover();
	expect("", "connection refused; the host answers, nothing listens there");
	ck_assert(!found.reachable);
}
END_TEST

START_TEST(metrics_want_a_credential)
{
	set("/health/liveliness", 200, "application/json", "\"I'm alive!\"");
	set("/metrics/", 401, "application/json", "{}");
	discover();
	expect("litellm", "is LiteLLM proxy; /metrics/ wants a credential (401): "
			  "hypercare --auth bearer:env:NAME http://127.0.0.1:");
	ck_assert(found.wants_credential);
}
END_TEST

/* The credential is for the page of the kind that was found, and for no question before. */
START_TEST(a_credential_waits_for_the_kind)
{
	setenv("CHECK_TOKEN", "sesame", 1);
	ck_assert_int_eq(secret_parse("bearer:env:CHECK_TOKEN", &target.auth, NULL), 0);
	discover();
	ck_assert(!page_server_saw(server, "Authorization"));
	memset(&found, 0, sizeof(found));
	set("/", 200, "application/json", KONG);
	page_server_set(
		server,
		&(struct page){.path = "/metrics", .body = KONG_PAGE, .wants = "Bearer sesame"});
	discover();
	expect("kong", "is Kong Gateway (Admin API)");
	ck_assert(!found.wants_credential);
	ck_assert(page_server_saw(server, "Authorization: Bearer sesame"));
	secret_release(&target.auth);
}
END_TEST

START_TEST(a_refused_credential_is_said)
{
	setenv("CHECK_TOKEN", "stale", 1);
	ck_assert_int_eq(secret_parse("bearer:env:CHECK_TOKEN", &target.auth, NULL), 0);
	set("/", 200, "application/json", KONG);
	page_server_set(
		server,
		&(struct page){.path = "/metrics", .body = KONG_PAGE, .wants = "Bearer sesame"});
	discover();
	expect("kong", "does not accept the credential (401)");
	ck_assert(found.wants_credential);
	secret_release(&target.auth);
}
END_TEST

START_TEST(everything_wants_a_credential)
{
	static const char *const paths[] = {"/", "/metrics", "/metrics/", "/config/"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		set(paths[i], 401, "application/json", "{}");
	discover();
	expect("", "wants a credential before it shows what it is: hypercare --profile NAME --auth "
		   "bearer:env:NAME http://127.0.0.1:");
	ck_assert(found.wants_credential);
}
END_TEST

static const char *const mute[] = {"", "# TYPE up gauge\nup 1\n"};

START_TEST(a_gateway_without_metrics_is_told_how)
{
	set("/", 200, "application/json", KONG);
	set("/metrics", 200, NULL, mute[_i]);
	discover();
	expect("kong", "but exports no metrics at /metrics: ");
	ck_assert_ptr_nonnull(strstr(found.sentence, "prometheus plugin"));
}
END_TEST

START_TEST(a_log_needs_no_question)
{
	char file[] = "file:/var/log/nginx/access.log";

	target.url = file;
	discover();
	expect("accesslog", "is read as an access log");
}
END_TEST

START_TEST(odd_urls_are_refused)
{
	char odd[] = "gopher://x";
	struct err err = {0};

	target.url = odd;
	ck_assert_ptr_null(discover_start(loop, http, eval, catalog, &target, on_done, NULL, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "expected http://"));
}
END_TEST

START_TEST(cancelled_says_nothing)
{
	struct err err = {0};
	struct discover *running;

	set("/", 200, "application/json", KONG);
	running = discover_start(loop, http, eval, catalog, &target, on_done, NULL, &err);
	while (page_server_hits(server, NULL) == 0)
		loop_turn(loop, 10);
	discover_cancel(running);
	ck_assert(!found.done);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("discover");
	TCase *tcase = tcase_create("discover");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, gateways_are_recognised_by_their_refusal, 0,
			    sizeof(refusing) / sizeof(refusing[0]));
	tcase_add_loop_test(tcase, a_page_for_everything_is_no_gateway, 0, 2);
	tcase_add_loop_test(tcase, gateways_are_recognised, 0,
			    (int)(sizeof(gateways) / sizeof(gateways[0])));
	tcase_add_test(tcase, a_traffic_port_is_told_from_an_admin_port);
	tcase_add_test(tcase, foreign_metrics_are_said);
	tcase_add_test(tcase, a_closed_port_is_said);
	tcase_add_test(tcase, metrics_want_a_credential);
	tcase_add_test(tcase, a_credential_waits_for_the_kind);
	tcase_add_test(tcase, a_refused_credential_is_said);
	tcase_add_test(tcase, everything_wants_a_credential);
	tcase_add_loop_test(tcase, a_gateway_without_metrics_is_told_how, 0,
			    (int)(sizeof(mute) / sizeof(mute[0])));
	tcase_add_test(tcase, a_log_needs_no_question);
	tcase_add_test(tcase, odd_urls_are_refused);
	tcase_add_test(tcase, cancelled_says_nothing);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
