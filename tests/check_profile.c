/* Profiles: the shipped ones load, bad ones say where and why, paths are built safely. */
#include "base/utf8.h"
#include "profile/catalog.h"
#include "profile/rule.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/check_profile.XXXXXX";

static const char *source_dir(void)
{
	const char *dir = getenv("top_srcdir");

	return dir ? dir : ".";
}

/* Writes NAME.yaml into the test's folder; the path is valid until the next call. */
static const char *write_profile(const char *name, const char *text)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static void add_fault(void *ctx, const struct err *err)
{
	strbuf_addf(ctx, "%d:%d: %s\n", err->line, err->column, err->msg);
}

#define HEAD "name: x\ntitle: X\n"
#define RULE "sources:\n  m: {get: /m, format: prometheus, map: [{metric: a, signal: "

static const struct bad {
	const char *text;
	const char *faults;
} bad[] = {
	{"title: X\nsources: {}\n", "1:1: 'name' is missing here\n"},
	{HEAD "qqqqqqq: {}\nsources: {}\n", "3:1: unknown key 'qqqqqqq'\n"},
	{HEAD RULE "requests, labels: {a: rout}}]}\n",
	 "4:84: a: no such dim; one of route, service, node, consumer, model, app, prompt, client, "
	 "code, type, reason, origin, phase\n"},
	{HEAD RULE "requests, labels: {a: target}}]}\n",
	 "4:84: a: the target is not a rule's to set\n"},
	{HEAD RULE "requests, unit: ms}]}\n", "4:78: unit: ms is no unit of requests\n"},
	{HEAD RULE "latency, unit: min, type: counter}]}\n",
	 "4:88: type: latency cannot be a counter\n"},
	{HEAD RULE "latency, unit: parsec}]}\n", "4:77: unit: no such unit\n"},
	{HEAD RULE "requests, wraps: 31}]}\n", "4:79: wraps: only 32 is known\n"},
	{HEAD RULE "requests, filter: nope}]}\n", "4:80: filter: no such filter\n"},
	{HEAD RULE "limit, absent: none}]}\n", "4:77: absent: expected numbers\n"},
	{HEAD RULE "requests, values: {code: {a: b}}}]}\n",
	 "4:87: values of a dim that no label gives\n"},
	{HEAD RULE "requests, where: {a: {b: c}}}]}\n",
	 "4:83: expected a value or a list of values\n"},
	{HEAD "sources:\n  m: {get: m, format: prometheus, signal: requests, metric: a}\n",
	 "4:12: get: a path begins with /\n"},
	{HEAD "sources:\n  m: {get: /m, line: x, format: csv, signal: requests}\n",
	 "4:6: a source has one of get, post, line or log\n"},
	{HEAD
	 "sources:\n  m: {foreach: {each: .}, get: /m, format: json, rows: ., signal: requests}\n",
	 "4:16: a list is one of get and line\n"},
	{HEAD
	 "sources:\n  m: {foreach: {line: a, each: .}, get: /m, format: json, rows: ., signal: "
	 "requests}\n",
	 "4:16: a list is read the way that its source is\n"},
	{HEAD
	 "sources:\n  m: {foreach: {line: a, next: ., each: .}, line: b, format: text, rows: ., "
	 "signal: requests}\n",
	 "4:16: only HTTP has pages\n"},
	{HEAD "sources:\n  m: {post: /m, body: '{}', format: json, rows: ., signal: requests}\n",
	 "4:13: post: a post needs a body and reads: true\n"},
	{HEAD "sources:\n  m: {get: /m, format: prometheus, own_requests: x, metric: a, signal: "
	      "requests}\n",
	 "4:50: expected a number"},
	{HEAD "sources:\n  m: {get: /m, format: json, signal: requests}\n",
	 "4:6: this format needs rows\n"},
	{HEAD "sources:\n  m: {get: /m, format: prometheus}\n",
	 "4:6: a source needs a map or a signal\n"},
	{HEAD "sources:\n  m: {log: true, format: prometheus, signal: requests, metric: a}\n",
	 "4:6: format accesslog and log: true go together\n"},
	{HEAD "sources:\n  m: {get: /q, format: promql, like: [nope.metrics]}\n", "4:39: "},
	{HEAD "sources: {}\nhints: {nope: text}\n", "4:15: nope: no such signal\n"},
	{HEAD "sources: {}\nidentify: [{get: /}]\n", "4:12: expected when, contains or server\n"},
	{HEAD "sources: {}\nlog: {format: nope}\n", "4:15: format: no such log format\n"},
	{"name: y\ntitle: X\nsources: {}\n", "1:7: name: the file is called x.yaml\n"},
};

START_TEST(test_bad)
{
	const struct bad *want = &bad[_i];
	struct strbuf faults;
	struct err err;

	strbuf_init(&faults);
	ck_assert_ptr_null(profile_load(write_profile("x", want->text), add_fault, &faults, &err));
	ck_assert_msg(strncmp(faults.buf, want->faults, strlen(want->faults)) == 0,
		      "in\n%swanted\n%sgot\n%s", want->text, want->faults, faults.buf);
	ck_assert_int_eq(err.line, atoi(want->faults));
	strbuf_release(&faults);
}
END_TEST

START_TEST(test_all_faults)
{
	struct strbuf faults;

	strbuf_init(&faults);
	ck_assert_ptr_null(profile_load(
		write_profile("x", HEAD "sources:\n"
					"  a: {get: a, format: json, rows: ., signal: requests}\n"
					"  b: {get: /b, format: json, signal: requests}\n"),
		add_fault, &faults, NULL));
	ck_assert_str_eq(faults.buf, "4:12: get: a path begins with /\n"
				     "5:6: this format needs rows\n");
	strbuf_release(&faults);
}
END_TEST

static void load_one(void *ctx, const char *name, const char *path)
{
	struct strbuf faults;
	struct profile *profile;
	struct profile *found;
	struct err err;

	strbuf_init(&faults);
	profile = profile_load(path, add_fault, &faults, &err);
	ck_assert_msg(profile != NULL, "%s: %s", path, faults.buf);
	ck_assert_str_eq(profile->name, name);
	ck_assert_uint_gt(profile->nsources, 0);
	found = profile_find(name, &err);
	ck_assert_msg(found != NULL, "%s", err.msg);
	profile_unref(found);
	strbuf_addf(ctx, "%s ", name);
	profile_unref(profile);
	strbuf_release(&faults);
}

START_TEST(test_shipped)
{
	struct strbuf names;

	strbuf_init(&names);
	setenv("HYPERCARE_DATA_DIR", source_dir(), 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	profile_list(load_one, &names);
	ck_assert_str_eq(names.buf,
			 "accesslog apinto apipark apisix bifrost caddy envoy express-gateway "
			 "haproxy kong langfuse litellm mlflow nginx nginx-exporter nginx-plus "
			 "one-api phoenix portkey prometheus traefik tyk ");
	strbuf_release(&names);
}
END_TEST

START_TEST(test_own_folder_first)
{
	char path[300];
	struct profile *profile;
	FILE *file;

	snprintf(path, sizeof(path), "mkdir -p %s/hypercare/profiles", folder);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s/hypercare/profiles/kong.yaml", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("name: kong\ntitle: mine\nsources: {}\n", file);
	fclose(file);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("HYPERCARE_DATA_DIR", source_dir(), 1);
	profile = profile_find("kong", NULL);
	ck_assert_ptr_nonnull(profile);
	ck_assert_str_eq(profile->title, "mine");
	profile_unref(profile);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(test_find_refuses)
{
	static const char *const names[] = {"", "../haproxy", "haproxy.yaml", "nope", "HAProxy"};
	struct err err;

	setenv("HYPERCARE_DATA_DIR", source_dir(), 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_ptr_null(profile_find(names[i], &err));
		ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	}
}
END_TEST

START_TEST(test_expand)
{
	static const struct {
		const char *path, *id, *want; /* NULL: refused */
	} cases[] = {
		{"/a/{id}/b", "x", "/a/x/b"},
		{"/a/{id}", "a/b?c=d&e#f", "/a/a%2Fb%3Fc%3Dd%26e%23f"},
		{"/a/{id}", "100%", "/a/100%25"},
		{"/a/{id}", "\xc3\xbc", "/a/%C3%BC"},
		{"/a/{id}", "...", "/a/..."},
		{"/a/{id}", "", NULL},
		{"/a/{id}", ".", NULL},
		{"/a/{id}", "..", NULL},
		{"/a/{id}", "a\nb", NULL},
		{"/a/{id}", "a\x7f", NULL},
		{"/a/{other}", "x", NULL},
		{"/a/{", "x", "/a/{"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *vars[] = {"id", cases[i].id, NULL};
		struct strbuf path;
		struct err err;
		int r;

		strbuf_init(&path);
		r = profile_expand(cases[i].path, vars, &path, &err);
		ck_assert_int_eq(r, cases[i].want ? 0 : -1);
		if (cases[i].want)
			ck_assert_str_eq(path.buf, cases[i].want);
		strbuf_release(&path);
	}
}
END_TEST

START_TEST(test_like)
{
	struct profile *profile;
	struct err err;

	write_profile(
		"gw",
		"name: gw\ntitle: G\nsources:\n  m:\n    get: /m\n    format: prometheus\n"
		"    map:\n"
		"      - {metric: process_cpu_seconds_total, signal: cpu}\n"
		"      - {metric: a_total, where: {x: y}, signal: requests, labels: {r: route}}\n"
		"      - {metric: h_ms, signal: latency, unit: ms}\n"
		"      - {metric: down, signal: node_up, scale: -1, offset: 1, labels: {n: node}}\n"
		"      - {metric: up, signal: node_up, labels: {n: node}}\n");
	profile = profile_load(write_profile("x", HEAD "sources:\n"
						       "  g: {get: /api/v1/query, format: promql, "
						       "like: [gw.m, gw.m]}\n"),
			       NULL, NULL, &err);
	ck_assert_msg(profile != NULL, "%s", err.msg);
	ck_assert_uint_eq(profile->sources[0].nrules, 10);
	ck_assert_str_eq(
		profile->sources[0].path,
		"/api/v1/query?query="
		"label_replace(sum%20by(__name__,r,exported_r,x,exported_x,le)(%7B__name__=~%22"
		"a_total%7Ch_ms_(bucket%7Csum%7Ccount)%22%7D),%22hypercare%22,%22sum%22,%22"
		"%22,%22%22)%20or%20"
		"label_replace(max%20by(__name__,n,exported_n)(%7B__name__=~%22down%22%7D),"
		"%22hypercare%22,%22max%22,%22%22,%22%22)%20or%20"
		"label_replace(min%20by(__name__,n,exported_n)(%7B__name__=~%22up%22%7D),"
		"%22hypercare%22,%22min%22,%22%22,%22%22)%20or%20"
		"label_replace(label_replace(max(timestamp(a_total)),%22hypercare%22,%22time%22,%22"
		"%22,%22%22),%22n%22,%220%22,%22%22,%22%22)%20or%20"
		"label_replace(label_replace(max(timestamp(a_total)),%22hypercare%22,%22time%22,%22"
		"%22,%22%22),%22n%22,%221%22,%22%22,%22%22)");
	profile_unref(profile);
}
END_TEST

/* The shipped query passes proxies that refuse an address of more than 8 kB. */
START_TEST(test_like_short)
{
	struct profile *profile = profile_find("prometheus", NULL);

	ck_assert_ptr_nonnull(profile);
	ck_assert_uint_lt(strlen(profile->sources[0].path), 8000);
	profile_unref(profile);
}
END_TEST

/* One Prometheus watches many: where says which of them a target is. */
START_TEST(test_like_where)
{
	struct profile *profile;
	struct err err;

	write_profile("gw",
		      "name: gw\ntitle: G\nsources:\n  m:\n    get: /m\n    format: prometheus\n"
		      "    map:\n"
		      "      - {metric: gw_a_total, signal: requests}\n"
		      "      - {metric: gw_b, signal: connections}\n"
		      "      - {metric: gw_a_b_total, signal: denied}\n"
		      "      - {metric: gw_a, signal: bytes_in}\n"
		      "      - {metric: gwx, signal: retries}\n");
	profile = profile_load(
		write_profile("x", HEAD
			      "sources:\n  g: {get: /q, format: promql, like: [gw.m], where: "
			      "{ns: prod, cluster: ['a.b', 'c*', '!d\"'], pod: '!canary*'}}\n"),
		NULL, NULL, &err);
	ck_assert_msg(profile != NULL, "%s", err.msg);
	ck_assert_str_eq(
		profile->sources[0].path,
		"/q?query=label_replace(sum%20by(__name__)(%7B__name__=~%22gw_(a_(total%7Cb_total)%"
		"7C"
		"b%7Ca)%7Cgwx%22,ns=~%22prod%22,cluster=~%22a%5B.%5Db%7Cc.%2A%22,cluster%21~%22d.%"
		"22,"
		"pod%21~%22canary.%2A%22%7D),%22hypercare%22,%22sum%22,%22%22,%22%22)%20or%20"
		"label_replace(label_replace(max(timestamp(gw_a_total%7Bns=~%22prod%22,"
		"cluster=~%22a%5B.%5Db%7Cc.%2A%22,cluster%21~%22d.%22,pod%21~%22canary.%2A%22%7D)),"
		"%22hypercare%22,%22time%22,%22%22,%22%22),%22n%22,%220%22,%22%22,%22%22)");
	profile_unref(profile);
	profile = profile_load(write_profile("x", HEAD "sources:\n  g: {get: /q, format: promql, "
						       "like: [gw.m], where: {'a b': c}}\n"),
			       NULL, NULL, &err);
	ck_assert_ptr_null(profile);
	ck_assert_ptr_nonnull(strstr(err.msg, "a b is no name of a label"));
}
END_TEST

START_TEST(test_describe)
{
	struct profile *profile;
	struct strbuf text;
	struct err err;

	profile = profile_load(
		write_profile("x",
			      HEAD "ports: '1'\nidentify: [{get: /, contains: hi}]\nsources:\n"
				   "  m: {get: /m, format: prometheus, every: 15s, metric: a, "
				   "where: {b: [c, '!d']}, signal: latency, type: average, unit: "
				   "ms, labels: {e: route}, set: {code: '200'}}\n"
				   "hints: {latency: turn it on}\n"),
		NULL, NULL, &err);
	ck_assert_msg(profile != NULL, "%s", err.msg);
	strbuf_init(&text);
	profile_describe(profile, &text);
	ck_assert_str_eq(strchr(strchr(text.buf, '\n') + 1, '\n'),
			 "\nports: 1\nrecognised by:\n  GET /, contains \"hi\"\nsources:\n"
			 "  m: GET /m, prometheus, every 15s\n"
			 "    a where b=c|!d -> latency{route: e, code=200} average * 0.001\n"
			 "when a signal stays empty:\n  latency: turn it on\n");
	ck_assert_str_eq(profile_hint(profile, SIGNAL_LATENCY), "turn it on");
	ck_assert_ptr_null(profile_hint(profile, SIGNAL_REQUESTS));
	strbuf_release(&text);
	profile_unref(profile);
}
END_TEST

START_TEST(test_helps)
{
	const struct yaml_field *field;
	const struct map_filter *filters;
	size_t n;

	for (field = profile_schema(); field->key; field++)
		ck_assert_msg(field->help && *field->help, "%s has no help", field->key);
	filters = mapping_filters(&n);
	ck_assert_uint_gt(n, 0);
	for (size_t i = 0; i < n; i++)
		ck_assert(mapping_filter(filters[i].name) == &filters[i]);
}
END_TEST

START_TEST(a_catalog_is_shared)
{
	struct catalog *catalog = catalog_new();
	struct err err = {0};
	struct profile *first = catalog_find(catalog, "kong", &err);
	struct profile *second = catalog_find(catalog, "kong", &err);

	ck_assert_uint_gt(catalog->n, 5);
	ck_assert_msg(first, "%s", err.msg);
	ck_assert_ptr_eq(first, second);
	ck_assert_ptr_null(catalog_find(catalog, "nope", &err));
	ck_assert_str_eq(err.msg, "no profile is called nope");
	profile_unref(first);
	catalog_unref(catalog);
	ck_assert_str_eq(second->name, "kong");
	profile_unref(second);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("profile");
	SRunner *runner;
	char command[300];
	int failed;

	if (!mkdtemp(folder))
		return 99;
	tcase_add_loop_test(tcase, test_bad, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, test_all_faults);
	tcase_add_test(tcase, test_shipped);
	tcase_add_test(tcase, test_own_folder_first);
	tcase_add_test(tcase, test_find_refuses);
	tcase_add_test(tcase, test_expand);
	tcase_add_test(tcase, test_like);
	tcase_add_test(tcase, test_like_short);
	tcase_add_test(tcase, test_like_where);
	tcase_add_test(tcase, test_describe);
	tcase_add_test(tcase, test_helps);
	tcase_add_test(tcase, a_catalog_is_shared);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) != 0 || failed ? 1 : 0;
}
