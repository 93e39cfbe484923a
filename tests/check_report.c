#include "detect_bench.h"
#include "report/report.h"
#include "schema_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MS 60000

static struct site site;
static struct strbuf out;
static struct filter filter;

static void set_up(void)
{
	site_init(&site, NULL, 0);
	strbuf_init(&out);
	filter = (struct filter){.n = 0};
}

static void tear_down(void)
{
	strbuf_release(&out);
	site_release(&site);
}

/* Seconds of 30 requests to one route, of which some fail, and of an AI gateway. */
static void traffic(int seconds, double failed)
{
	for (int i = 0; i < seconds; i++) {
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/cart/checkout code=200",
			  30 - failed);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/cart/checkout code=504", failed);
		site_observe(&site, EDGE, SIGNAL_LATENCY, "route=/cart/checkout", 0.05, 30);
		site_grow(&site, AI, SIGNAL_AI_REQUESTS, "model=small code=200", 2);
		site_tick(&site);
	}
}

static void open_breaker(void)
{
	site_set(&site, EDGE, SIGNAL_BREAKER, "service=shop", 2);
	traffic(5, 0);
}

static struct report_input input(void)
{
	return (struct report_input){.model = site.model,
				     .detect = site.detect,
				     .now = site_clock(site.second),
				     .window_ms = WINDOW_MS,
				     .project = "golive",
				     .version = "1.0",
				     .filter = filter.n ? &filter : NULL};
}

static int check_line(void)
{
	struct report_input in = input();

	strbuf_truncate(&out, 0);
	return report_check(&in, &out);
}

static void assert_starts(const char *start)
{
	ck_assert_msg(!strncmp(out.buf, start, strlen(start)), "%s", out.buf);
}

static void assert_has(const char *text)
{
	ck_assert_msg(strstr(out.buf, text) != NULL, "no \"%s\" in:\n%s", text, out.buf);
}

static void assert_has_not(const char *text)
{
	ck_assert_msg(!strstr(out.buf, text), "\"%s\" in:\n%s", text, out.buf);
}

/* Puts a target of this name in the place of the third. */
static void rename_third(const char *name)
{
	const struct target_info info = {
		.name = name, .kind = "kong", .title = "", .url = "", .group = "", .counts = true};
	struct site_source *third = &site.sources[PROMPTS];

	model_remove_source(site.model, third->source);
	model_remove_target(site.model, third->target);
	third->target = model_add_target(site.model, &info);
	third->source = model_add_source(site.model, third->target, "metrics");
}

/* Worst wins: critical, unknown, warning, ok. */
START_TEST(worst_wins)
{
	static const struct {
		bool warning, unread, critical;
		int code;
		const char *start;
	} cases[] = {
		{false, false, false, 0, "OK - no rule holds, 0 pending, 0 not judged | 'edge "},
		{true, false, false, 1, "WARNING - shop: "},
		{false, true, false, 3, "UNKNOWN - prompts: timed out"},
		{true, true, false, 3, "UNKNOWN - prompts: timed out"},
		{false, false, true, 2, "CRITICAL - /cart/checkout: 5xx "},
		{true, true, true, 2, "CRITICAL - /cart/checkout: 5xx "},
	};

	site.sources[PROMPTS].silent = cases[_i].unread;
	traffic(30, 0);
	if (cases[_i].warning)
		open_breaker();
	if (cases[_i].critical)
		traffic(20, 6);
	ck_assert_int_eq(check_line(), cases[_i].code);
	assert_starts(cases[_i].start);
	ck_assert_int_eq(out.buf[out.len - 1], '\n');
	ck_assert_ptr_eq(strchr(out.buf, '\n'), out.buf + out.len - 1);
}
END_TEST

START_TEST(without_a_source_is_unknown)
{
	struct model *model = model_new(site.names, &(struct model_limits){WINDOW_MS, SITE_SERIES});
	struct detect *detect = detect_new(model, NULL, 0);
	struct report_input in = input();

	in.model = model;
	in.detect = detect;
	ck_assert_int_eq(report_check(&in, &out), 3);
	ck_assert_str_eq(out.buf, "UNKNOWN - no rule holds, 0 pending, 0 not judged\n");
	detect_free(detect);
	model_free(model);
}
END_TEST

/* A source that answered and does so no more leaves its target unknown, long before the rule of
 * stale sources warns. */
START_TEST(stale_is_unknown)
{
	traffic(30, 0);
	ck_assert_int_eq(check_line(), 0);
	site.sources[PROMPTS].silent = true;
	traffic(2, 0);
	ck_assert_int_eq(check_line(), 0);
	traffic(2, 0);
	ck_assert_int_eq(check_line(), 3);
	assert_starts("UNKNOWN - prompts: metrics is 4s old: timed out");
	traffic(100, 0);
	ck_assert_int_eq(check_line(), 3);
	site.sources[PROMPTS].silent = false;
	traffic(60, 0);
	ck_assert_int_eq(check_line(), 0);
}
END_TEST

/* What was wrong when its source fell silent is not known to be wrong still. */
START_TEST(unjudged_finding_is_unknown)
{
	traffic(30, 0);
	traffic(20, 6);
	ck_assert_int_eq(check_line(), 2);
	site.sources[EDGE].silent = true;
	traffic(5, 0);
	ck_assert_int_eq(check_line(), 3);
}
END_TEST

START_TEST(filter_chooses_findings)
{
	struct arena arena;
	struct err err;

	arena_init(&arena);
	site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/login code=200", 1);
	traffic(30, 0);
	traffic(20, 6);
	ck_assert_int_eq(filter_parse("route:login", &arena, &filter, &err), 0);
	ck_assert_int_eq(check_line(), 0);
	assert_starts("OK - no rule holds, 0 pending, 0 not judged |");
	ck_assert_int_eq(filter_parse("route:checkout", &arena, &filter, &err), 0);
	ck_assert_int_eq(check_line(), 2);
	arena_release(&arena);
}
END_TEST

/* A source that has nothing to do with the question does not leave it open; one that has does, and
 * so does a question that nothing answers. */
START_TEST(only_what_is_asked_for_counts)
{
	static const struct {
		const char *filter;
		int silent; /* and never answered when it is AI */
		int code;
		const char *start;
	} cases[] = {
		{"target:=edge", PROMPTS, 0, "OK - "},
		{"target:=edge", AI, 0, "OK - "},
		{"target:=edge", EDGE, 3, "UNKNOWN - edge: metrics is 9s old: timed out"},
		{"target:=prompts", PROMPTS, 3, "UNKNOWN - prompts: metrics is 9s old: "},
		{"!target:prompts", PROMPTS, 0, "OK - "},
		{"route:/cart", PROMPTS, 0, "OK - "},
		{"route:/cart", AI, 0, "OK - "},
		{"route:/cart", EDGE, 3, "UNKNOWN - edge: "},
		{"model:small", AI, 3, "UNKNOWN - ai: timed out"},
		{"route:/nowhere", -1, 3, "UNKNOWN - nothing that is read matches route:/nowhere"},
		{"target:=elsewhere", -1, 3, "UNKNOWN - nothing that is read matches target:"},
	};
	int silent = cases[_i].silent;
	struct arena arena;
	struct err err;

	arena_init(&arena);
	site.sources[AI].silent = silent == AI;
	traffic(30, 0);
	if (silent >= 0)
		site.sources[silent].silent = true;
	traffic(9, 0);
	ck_assert_int_eq(filter_parse(cases[_i].filter, &arena, &filter, &err), 0);
	ck_assert_int_eq(check_line(), cases[_i].code);
	assert_starts(cases[_i].start);
	arena_release(&arena);
}
END_TEST

/* The three forms say the same of a finding whose source fell silent. */
START_TEST(unjudged_findings_are_told)
{
	const char *const reason = "last seen 22:14:10, metrics 4s old; 5xx ";
	struct report_input in;

	traffic(30, 0);
	traffic(20, 6);
	site.sources[EDGE].silent = true;
	traffic(4, 0);
	in = input();
	report_text(&in, &out);
	assert_has("\nPROBLEMS  0 critical, 0 warning, 0 pending, ");
	assert_has("\n  ?    22:13:52    18s  /cart/checkout  last seen 22:14:10, ");
	assert_has(reason);
	assert_has_not("\n  none");
	strbuf_truncate(&out, 0);
	report_json(&in, &out);
	assert_has("\"state\": \"unjudged\"");
	assert_has("\"unjudged\": \"metrics 4s old\"");
	assert_has("\"last_seen\": \"2023-11-14T22:14:10Z\"");
	ck_assert_int_eq(check_line(), 3);
	assert_starts("UNKNOWN - edge: metrics is 4s old: timed out");
}
END_TEST

/* A label stands in single quotes; what would end it, or the label, or the text, may not be in
 * the name of a target. */
START_TEST(perfdata_labels_are_safe)
{
	rename_third("it's a=b|c");
	for (int i = 0; i < 70; i++) {
		site_grow(&site, PROMPTS, SIGNAL_REQUESTS, "route=/a code=200", 2);
		traffic(1, 0);
	}
	ck_assert_int_eq(check_line(), 0);
	assert_has(" 'it_s a_b_c request-rate'=2 ");
	assert_has(" 'edge request-rate'=30 ");
	assert_has(" 'edge p95'=0.095s");
	assert_has(" 'edge error-ratio'=0 ");
	assert_has_not("it's");
	ck_assert_ptr_eq(strchr(out.buf, '|'), strrchr(out.buf, '|'));
}
END_TEST

START_TEST(text_has_its_parts)
{
	struct report_input in = input();

	traffic(60, 0);
	traffic(20, 6);
	site.sources[AI].silent = true;
	traffic(10, 6);
	in.now = site_clock(site.second);
	report_text(&in, &out);
	assert_starts("hypercare report golive  2023-11-14 22:14:50 UTC  window 60s\n");
	assert_has("\nPROBLEMS  1 critical, 1 warning, 0 pending, ");
	assert_has("\n  WARN 22:14:46     4s  ai  metrics: timed out; last answer 10s ago\n");
	assert_has("\n  CRIT ");
	assert_has("  /cart/checkout  5xx ");
	assert_has("\nTARGETS ");
	assert_has("\nROUTES ");
	assert_has("\n  edge /cart/checkout ");
	assert_has("\nCLIENTS\n  no target says anything by client: read its access log\n");
	assert_has("\n  ai                   litellm    metrics      STALE      10s");
	assert_has("timed out\n");
	assert_has("\n  edge                 kong       metrics      up          0s");
	assert_has("\nTIMELINE\n");
	assert_has(" CRIT  /cart/checkout 5xx ");
	assert_has(" pend  /cart/checkout 5xx ");
}
END_TEST

START_TEST(tables_fit_a_terminal)
{
	struct report_input in = input();
	const char *table, *end;

	traffic(60, 6);
	in.now = site_clock(site.second);
	report_text(&in, &out);
	table = strstr(out.buf, "\nTARGETS ");
	end = strstr(out.buf, "\nSOURCES");
	ck_assert(table && end);
	while (table < end) {
		const char *next = strchr(table + 1, '\n');

		ck_assert_int_le(next - table - 1, 120);
		table = next;
	}
	assert_has("  5xx%");
}
END_TEST

START_TEST(text_of_nothing_wrong)
{
	struct report_input in = input();

	traffic(30, 0);
	in.now = site_clock(site.second);
	in.project = NULL;
	report_text(&in, &out);
	assert_starts("hypercare report  2023-11-14 ");
	assert_has("\nPROBLEMS  0 critical, 0 warning, 0 pending, 0 not judged\n  none\n");
	assert_has_not("\nBUDGETS");
}
END_TEST

static json_t *load_file(const char *name)
{
	const char *source = getenv("top_srcdir");
	json_error_t error;
	char path[500];
	json_t *json;

	snprintf(path, sizeof(path), "%s/%s", source ? source : ".", name);
	json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(json != NULL, "%s:%d: %s", path, error.line, error.text);
	return json;
}

static json_t *load_schema(void)
{
	return load_file("man/report-1.schema.json");
}

static json_t *load_example(void)
{
	return load_file("tests/data/report/report-1.json");
}

/* The report as it is now, parsed; its text stays in out. */
static json_t *document(void)
{
	struct report_input in = input();
	json_error_t error;
	json_t *json;

	strbuf_truncate(&out, 0);
	report_json(&in, &out);
	json = json_loads(out.buf, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(json != NULL, "line %d: %s", error.line, error.text);
	return json;
}

static void assert_valid(const json_t *json)
{
	struct strbuf faults = STRBUF_INIT;
	json_t *schema = load_schema();

	schema_walk(schema, json, &faults);
	ck_assert_msg(!faults.len, "%s", faults.buf);
	strbuf_release(&faults);
	json_decref(schema);
}

START_TEST(example_has_the_schema)
{
	json_t *json = load_example();

	assert_valid(json);
	ck_assert_uint_gt(json_array_size(json_object_get(json, "figures")), 0);
	ck_assert_uint_gt(json_array_size(json_object_get(json, "findings")), 0);
	ck_assert_uint_gt(json_array_size(json_object_get(json, "targets")), 0);
	json_decref(json);
}
END_TEST

/* In every state: before the first answer, well, wrong, and with a source that went away. */
START_TEST(output_has_the_schema)
{
	json_t *json = document();

	assert_valid(json);
	json_decref(json);
	rename_third("caf\xc3\xa9 \"1\"");
	for (int i = 0; i < 4; i++) {
		site.sources[AI].silent = i == 3;
		traffic(30, i >= 2 ? 6 : 0);
		if (i == 1)
			open_breaker();
		json = document();
		assert_valid(json);
		json_decref(json);
	}
	json = document();
	ck_assert_uint_gt(json_array_size(json_object_get(json, "findings")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "targets")), 3);
	json_decref(json);
}
END_TEST

/* The walk finds what it is there to find. */
START_TEST(walk_finds_faults)
{
	static const struct {
		const char *list, *member, *value; /* value NULL: the member is taken away */
		const char *fault;
	} cases[] = {
		{"figures", "unit", NULL, "/figures/0: has no unit\n"},
		{"figures", "n", "\"many\"", "/figures/0/n: is not of type\n"},
		{"figures", "unit", "\"furlongs\"", "/figures/0/unit: is not in enum\n"},
		{"figures", "quality", "[\"good\"]", "/figures/0/quality/0: is not in enum\n"},
		{"figures", "dims", "{\"colour\": \"red\"}",
		 "/figures/0/dims: has a member that is not described: colour\n"},
		{"findings", "since", "5", "/findings/0/since: is not of type\n"},
		{"targets", "sources", "[{}]", "/targets/0/sources/0: has no name\n"},
		{"targets", "more", "1", "/targets/0: has a member that is not described: more\n"},
	};
	struct strbuf faults = STRBUF_INIT;
	json_t *json = load_example(), *schema = load_schema();
	json_t *first = json_array_get(json_object_get(json, cases[_i].list), 0);

	if (cases[_i].value)
		json_object_set_new(first, cases[_i].member,
				    json_loads(cases[_i].value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(first, cases[_i].member);
	schema_walk(schema, json, &faults);
	ck_assert_msg(!strncmp(faults.buf, cases[_i].fault, strlen(cases[_i].fault)), "%s",
		      faults.buf);
	strbuf_release(&faults);
	json_decref(schema);
	json_decref(json);
}
END_TEST

/* A figure by the name of its measure, target and only dim ("route=/a", or ""). */
static const json_t *figure(const json_t *json, const char *signal, const char *target,
			    const char *dim, const char *value)
{
	const json_t *list = json_object_get(json, "figures");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const json_t *dims = json_object_get(item, "dims");
		const json_t *found = *dim ? json_object_get(dims, dim) : NULL;

		if (!strcmp(json_string_value(json_object_get(item, "signal")), signal) &&
		    !strcmp(json_string_value(json_object_get(item, "target")), target) &&
		    json_object_size(dims) == (*dim ? 1 : 0) &&
		    (!*dim || (found && !strcmp(json_string_value(found), value))))
			return item;
	}
	ck_abort_msg("no figure %s of %s", signal, target);
	return NULL;
}

static double number(const json_t *item, const char *name)
{
	return json_number_value(json_object_get(item, name));
}

START_TEST(figures_carry_what_questions_them)
{
	static const char *const members[] = {"signal", "target", "dims",     "value",
					      "unit",   "n",      "window_s", "age_s"};
	const json_t *item;
	json_t *json;

	traffic(100, 0);
	json = document();
	item = figure(json, "request-rate", "edge", "route", "/cart/checkout");
	ck_assert_double_eq_tol(number(item, "value"), 30, 1e-9);
	ck_assert_str_eq(json_string_value(json_object_get(item, "unit")), "per second");
	ck_assert_double_eq_tol(number(item, "n"), 1800, 1e-9);
	ck_assert_double_eq_tol(number(item, "window_s"), 60, 1e-9);
	ck_assert_double_eq_tol(number(item, "age_s"), 0, 1e-9);
	ck_assert_uint_eq(json_array_size(json_object_get(item, "quality")), 0);
	item = figure(json, "p95", "edge", "", "");
	ck_assert_double_eq_tol(number(item, "value"), 0.095, 1e-9);
	ck_assert_str_eq(json_string_value(json_object_get(item, "unit")), "seconds");
	item = figure(json, "ai-request-rate", "ai", "model", "small");
	ck_assert_double_eq_tol(number(item, "value"), 2, 1e-9);
	for (size_t i = 0; i < json_array_size(json_object_get(json, "figures")); i++)
		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			ck_assert_ptr_nonnull(json_object_get(
				json_array_get(json_object_get(json, "figures"), i), members[k]));
	json_decref(json);
}
END_TEST

START_TEST(findings_and_sources_are_told)
{
	const json_t *item;
	json_t *json;

	traffic(30, 0);
	traffic(20, 6);
	site.sources[AI].silent = true;
	traffic(5, 6);
	json = document();
	ck_assert_str_eq(json_string_value(json_object_get(json, "generated")),
			 "2023-11-14T22:14:15Z");
	item = json_array_get(json_object_get(json, "findings"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(item, "rule")), "errors-5xx");
	ck_assert_str_eq(json_string_value(json_object_get(item, "severity")), "critical");
	ck_assert_str_eq(json_string_value(json_object_get(item, "state")), "firing");
	ck_assert_str_eq(json_string_value(json_object_get(item, "target")), "edge");
	item = json_array_get(json_object_get(json, "targets"), AI);
	item = json_array_get(json_object_get(item, "sources"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(item, "state")), "stale");
	ck_assert_str_eq(json_string_value(json_object_get(item, "error")), "timed out");
	ck_assert_double_eq_tol(number(item, "age_s"), 5, 1e-9);
	json_decref(json);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *check = tcase_create("check"), *text = tcase_create("text"),
	      *json = tcase_create("json");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(check, set_up, tear_down);
	tcase_add_loop_test(check, worst_wins, 0, 6);
	tcase_add_test(check, without_a_source_is_unknown);
	tcase_add_test(check, stale_is_unknown);
	tcase_add_test(check, unjudged_finding_is_unknown);
	tcase_add_test(check, filter_chooses_findings);
	tcase_add_loop_test(check, only_what_is_asked_for_counts, 0, 11);
	tcase_add_test(check, unjudged_findings_are_told);
	tcase_add_test(check, perfdata_labels_are_safe);
	suite_add_tcase(suite, check);
	tcase_add_checked_fixture(text, set_up, tear_down);
	tcase_add_test(text, text_has_its_parts);
	tcase_add_test(text, text_of_nothing_wrong);
	tcase_add_test(text, tables_fit_a_terminal);
	suite_add_tcase(suite, text);
	tcase_add_checked_fixture(json, set_up, tear_down);
	tcase_add_test(json, example_has_the_schema);
	tcase_add_test(json, output_has_the_schema);
	tcase_add_loop_test(json, walk_finds_faults, 0, 8);
	tcase_add_test(json, figures_carry_what_questions_them);
	tcase_add_test(json, findings_and_sources_are_told);
	suite_add_tcase(suite, json);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
