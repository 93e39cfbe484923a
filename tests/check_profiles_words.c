/* The expressions of the profiles that are no rows, what they make of answers that say nothing, and
 * answers with status 200 that mean no.
 */
#include "base/clock.h"
#include "base/strbuf.h"
#include "profile/profile.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_VALUES 128

static struct eval *eval;

static void eval_done(void *ctx, const struct err *err)
{
	(void)ctx;
	ck_assert_msg(!err || err->code == ERR_OK, "%s", err ? err->msg : "");
}

/* Expressions that are no rows: what recognises a gateway, pages, lists to go through. */
static const struct expression {
	const char *profile, *name, *json, *want;
} expressions[] = {
	{"kong", "identify.0", "{\"tagline\":\"Welcome to kong\",\"version\":\"3.9.0\"}", "=true;"},
	{"kong", "identify.0", "{\"status\":\"ok\"}", "=false;"},
	{"envoy", "identify.2", "{\"state\":\"LIVE\",\"command_line_options\":{}}", "=true;"},
	{"caddy", "identify.1", "{\"admin\":{\"listen\":\"127.0.0.1:2019\"},\"apps\":{}}",
	 "=true;"},
	{"caddy", "identify.1", "null", "=false;"},
	/* those that are named so, else the only one with a file */
	{"haproxy", "deny.foreach",
	 "\"# id (file) description\\n0 () acl 'path' file 'a' line 11. curr_ver=0\\n"
	 "3 (/etc/blocked.acl) pattern loaded\\n5 (/etc/paths.acl) pattern loaded\\n\"",
	 "file=/etc/blocked.acl id=3;"},
	{"haproxy", "deny.foreach", "\"# id\\n4 (/etc/x.acl) pattern\\n\"",
	 "file=/etc/x.acl id=4;"},
	{"haproxy", "deny.foreach", "\"4 (/x.acl) pattern\\n5 (/y.acl) pattern\\n\"", ""},
	{"mlflow", "identify.0", "{\"store_type\":\"SqlStore\",\"workspaces_enabled\":false}",
	 "=true;"},
	{"mlflow", "identify.1", "{\"registered_models\":[]}", "=true;"},
	/* Prometheus 2.42, 3.16 without a version, VictoriaMetrics without anything */
	{"prometheus", "identify.0",
	 "{\"status\":\"success\",\"data\":{\"version\":\"2.42.0+ds\"}}", "=true;"},
	{"prometheus", "identify.0", "{\"status\":\"success\",\"data\":{\"version\":\"\"}}",
	 "=true;"},
	{"prometheus", "identify.0", "{\"status\":\"success\",\"data\":{}}", "=true;"},
	{"prometheus", "identify.0", "{\"status\":\"error\",\"errorType\":\"422\"}", "=false;"},
	{"mlflow", "aliases.next", "{\"next_page_token\":\"eyJvZmZzZXQiOiAyfQ==\"}",
	 "=/api/2.0/mlflow/registered-models/"
	 "search?filter=tags.%60mlflow.prompt.is_prompt%60%3D%27true%27&max_results=1000"
	 "&page_token=eyJvZmZzZXQiOiAyfQ%3D%3D;"},
	{"mlflow", "aliases.next", "{}", ""},
	{"mlflow", "texts.next", "{\"next_page_token\":\"\"}", ""},
	{"kong", "deny.next", "{\"data\":[],\"next\":\"/plugins?offset=x\"}",
	 "=/plugins?offset=x;"},
	{"kong", "deny.next", "{\"data\":[],\"next\":null}", "=;"},
	{"kong", "weights.foreach", "{\"data\":[{\"id\":\"1\",\"name\":\"shop\",\"slots\":10}]}",
	 "id=1 name=shop;"},
	{"litellm", "prompts.foreach", "{\"prompts\":[{\"prompt_id\":\"hello\",\"version\":null}]}",
	 "id=hello;"},
	{"litellm", "prompts.foreach", "{\"prompts\":[]}", ""},
	{"mlflow", "budgets.foreach",
	 "{\"budget_policies\":[{\"budget_policy_id\":\"bp-1\",\"budget_unit\":\"USD\","
	 "\"budget_amount\":0.5,\"target_scope\":\"ENDPOINT\",\"target_value\":\"e-1\"}]}",
	 "id=bp-1 limit=0.5 of=e-1 scope=endpoint;"},
	{"mlflow", "budgets.foreach", "{}", ""},
	{"apisix", "health.rows", "{}", ""}, /* no checks: an object, not a list */
	{"apisix", "upstreams.rows", "{\"total\":0,\"list\":{}}", ""},
	{"traefik", "identify.1",
	 "{\"Version\":\"dev\",\"Codename\":\"cheddar\",\"startDate\":\"2026-11-23T18:20:38Z\"}",
	 "=true;"},
	{"traefik", "state.rows", "{}", ""},
	{"nginx-plus", "identify.1", "{\"version\":\"1.27.2\",\"build\":\"r33\",\"generation\":1}",
	 "=true;"},
	{"nginx-plus", "deny.rows", "{}", ""},
	{"tyk", "identify.0",
	 "{\"status\":\"fail\",\"version\":\"v5.8.0\",\"description\":\"Tyk GW\"}", "=true;"},
	{"tyk", "identify.0", "{\"status\":\"pass\"}", "=false;"},
	{"tyk", "apis.rows", "[]", ""},
	{"apinto", "identify.0",
	 "{\"cluster\":\"b8\",\"nodes\":[{\"id\":\"5\",\"peer\":[],\"leader\":true}]}", "=true;"},
	{"apinto", "identify.0", "{\"cluster\":\"b8\"}", "=false;"},
	{"apinto", "metrics.foreach_next",
	 "[{\"driver\":\"redis\",\"name\":\"redis\"},{\"driver\":\"prometheus\",\"name\":\"a b\"}]",
	 "=/api/output/a%20b;"},
	{"apinto", "metrics.foreach_next", "[]", ""},
	{"apinto", "metrics.foreach_next", "{\"driver\":\"prometheus\",\"name\":\"prom\"}", "=;"},
	{"apinto", "metrics.foreach",
	 "{\"driver\":\"prometheus\",\"name\":\"prom\",\"metrics\":[{\"collector\":"
	 "\"request_total\",\"metric\":\"mine\"}]}",
	 "output=prom request_total=mine;"},
	{"apinto", "metrics.foreach", "[]", ""},
	{"apinto", "strategies.rows",
	 "{\"driver\":\"visit\",\"stop\":true,\"visit\":{\"visit_rule\":\"refuse\"},"
	 "\"filters\":{\"ip\":[\"192.0.2.1\"]}}",
	 ""},
	{"apipark", "identify.1", "{\"code\":0,\"success\":\"success\"}", "=true;"},
	{"apipark", "identify.1", "{\"success\":true}", "=false;"},
	{"apipark", "releases.foreach",
	 "{\"data\":{\"services\":[{\"id\":\"73\",\"name\":\"chat\"}]},\"code\":0}",
	 "id=73 name=chat;"},
	{"phoenix", "identify.0", "{\"data\":[],\"next_cursor\":null}", "=true;"},
	{"phoenix", "texts.foreach_next", "{\"data\":[],\"next_cursor\":\"UHJvbXB0OjE=\"}",
	 "=/v1/prompts?limit=100&cursor=UHJvbXB0OjE%3D;"},
	{"phoenix", "texts.foreach_next", "{\"data\":[],\"next_cursor\":null}", ""},
	{"phoenix", "texts.rows", "{\"data\":[],\"next_cursor\":null}", ""},
	{"bifrost", "identify.1", "{\"virtual_keys\":[]}", "=true;"},
	{"bifrost", "prompts.foreach",
	 "{\"prompts\":[{\"id\":\"p-1\",\"name\":\"a\",\"folder_id\":null}]}", "id=p-1 name=a;"},
	{"bifrost", "keys.rows",
	 "{\"virtual_keys\":[{\"name\":\"a\",\"value\":\"sk-bf-1\",\"is_active\":true}]}", ""},
	{"bifrost", "prompts.rows", "{\"versions\":[]}", ""},
	{"portkey", "identify.0", "{\"data\":[{\"object\":\"prompt\"}],\"total\":1}", "=true;"},
	{"portkey", "identify.0", "{\"data\":[],\"next_cursor\":null}", "=false;"},
	{"portkey", "prompts.foreach",
	 "{\"data\":[{\"id\":\"1\",\"slug\":\"triage\"},{\"id\":\"2\",\"slug\":null}]}",
	 "slug=triage;slug=2;"},
	{"langfuse", "identify.0", "{\"status\":\"OK\",\"version\":\"3.1.0\"}", "=true;"},
	{"langfuse", "labels.foreach",
	 "{\"data\":[{\"name\":\"a/"
	 "b\",\"versions\":[1,2],\"labels\":[\"production\",\"latest\"]}]}",
	 "label=production name=a/b;label=latest name=a/b;"},
	{"langfuse", "labels.foreach_next", "{\"meta\":{\"page\":1,\"totalPages\":2}}",
	 "=/api/public/v2/prompts?limit=100&page=2;"},
	{"langfuse", "labels.foreach_next", "{\"meta\":{\"page\":2,\"totalPages\":2}}", ""},
	{"one-api", "identify.0", "{\"data\":{\"quota_per_unit\":500000},\"success\":true}",
	 "=true;"},
	/* a list of tokens shows whole keys: no expression may pass one on */
	{"one-api", "tokens.rows",
	 "{\"data\":[{\"name\":\"t1\",\"key\":\"secret\",\"unlimited_quota\":true}],\"success\":"
	 "true}",
	 ""},
	/* answers that say nothing */
	{"mlflow", "aliases.rows", "{}", ""},
	{"mlflow", "texts.rows", "{}", ""},
	{"prometheus", "gateways.rows",
	 "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}", ""},
	{"kong", "status.rows", "{\"database\":{\"reachable\":true}}", ""},
	{"kong", "deny.rows",
	 "{\"data\":[{\"name\":\"ip-restriction\",\"enabled\":true,"
	 "\"config\":{\"deny\":null}}]}",
	 ""},
	{"envoy", "nodes.rows", "{}", ""},
	{"caddy", "config.rows", "null", ""},
};

static int by_word(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The members of a row, in the order of their names. */
static void text_row(void *ctx, const struct eval_value *values, size_t n)
{
	char *words[ROW_VALUES];

	for (size_t i = 0; i < n; i++) {
		struct strbuf word;
		const char *text = values[i].type == EVAL_TEXT ? values[i].text : "";

		if (values[i].type == EVAL_BOOL)
			text = values[i].number != 0 ? "true" : "false";
		strbuf_init(&word);
		strbuf_addf(&word, "%s=%s", values[i].key, text);
		words[i] = strbuf_detach(&word);
	}
	qsort(words, n, sizeof(*words), by_word);
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(ctx, "%s%s", i ? " " : "", words[i]);
		free(words[i]);
	}
	strbuf_addch(ctx, ';');
}

START_TEST(test_expression)
{
	static const struct eval_ops ops = {text_row, eval_done};
	static const char *const none[] = {NULL};
	const struct expression *want = &expressions[_i];
	struct profile *profile = profile_find(want->profile, NULL);
	struct strbuf text;

	ck_assert_ptr_nonnull(profile);
	profile_compile(profile, eval);
	strbuf_init(&text);
	ck_assert_uint_ne(eval_run(eval, profile->sources_program, want->name, want->json,
				   strlen(want->json), none, clock_read().mono_ms + 20000, &ops,
				   &text, NULL),
			  0);
	eval_wait(eval);
	ck_assert_msg(strcmp(text.buf, want->want) == 0, "%s of %s over %s gives %s", want->name,
		      want->profile, want->json, text.buf);
	strbuf_release(&text);
	profile_unref(profile);
}
END_TEST

/* Answers with status 200 that mean no: the reading fails with the gateway's own words. */
static const struct refusal {
	const char *profile, *name, *json, *why;
} refusals[] = {
	{"one-api", "channels.rows", "{\"message\":\"no access token\",\"success\":false}",
	 "no access token"},
	{"one-api", "tokens.foreach", "{\"message\":\"closed\",\"success\":false}", "closed"},
	{"apipark", "releases.rows",
	 "{\"code\":-1,\"success\":\"fail\",\"msg\":\"record not found\"}", "record not found"},
	{"apipark", "keys.foreach", "{\"code\":401,\"msg\":\"not login\"}", "not login"},
	{"phoenix", "tags.rows",
	 "{\"data\":null,\"errors\":[{\"message\":\"Cannot query field\"}]}", "Cannot query field"},
};

static void keep_err(void *ctx, const struct err *err)
{
	*(struct err *)ctx = *err;
}

static void no_row(void *ctx, const struct eval_value *values, size_t n)
{
	(void)ctx;
	(void)values;
	(void)n;
	ck_abort_msg("a refusal gives a row");
}

START_TEST(test_refusal)
{
	static const struct eval_ops ops = {no_row, keep_err};
	static const char *const vars[] = {"id", "1", "name", "chat", "unit", "500000", NULL};
	const struct refusal *want = &refusals[_i];
	struct profile *profile = profile_find(want->profile, NULL);
	struct err err = {0};

	ck_assert_ptr_nonnull(profile);
	profile_compile(profile, eval);
	ck_assert_uint_ne(eval_run(eval, profile->sources_program, want->name, want->json,
				   strlen(want->json), vars, clock_read().mono_ms + 20000, &ops,
				   &err, NULL),
			  0);
	eval_wait(eval);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_msg(strstr(err.msg, want->why) != NULL, "%s of %s says: %s", want->name,
		      want->profile, err.msg);
	profile_unref(profile);
}
END_TEST

static void set_up(void)
{
	struct err err;
	const char *dir = getenv("top_srcdir");

	setenv("HYPERCARE_DATA_DIR", dir ? dir : ".", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	eval = eval_new(&err);
	ck_assert_msg(eval != NULL, "%s", err.msg);
}

static void tear_down(void)
{
	eval_free(eval);
}

int main(void)
{
	Suite *suite = suite_create("profiles_words");
	TCase *tcase = tcase_create("words");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_expression, 0,
			    sizeof(expressions) / sizeof(expressions[0]));
	tcase_add_loop_test(tcase, test_refusal, 0, sizeof(refusals) / sizeof(refusals[0]));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
