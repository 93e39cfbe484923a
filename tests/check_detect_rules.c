#include "config/config.h"
#include "detect/detect.h"
#include "detect/rule.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The fewest failures of n that are no chance any more: for alpha 1e-2, 1e-3 and 1e-4; 0 where no
 * number is enough. */
static const struct {
	double p;
	int n;
	int k[3];
} fewest[] = {
	{0.001, 2, {1, 2, 2}},       {0.01, 2, {2, 2, 0}},       {0.05, 2, {2, 0, 0}},
	{0.001, 10, {1, 2, 2}},      {0.01, 10, {2, 3, 4}},      {0.05, 10, {4, 5, 5}},
	{0.001, 50, {2, 3, 3}},      {0.01, 50, {4, 5, 6}},      {0.05, 50, {8, 9, 11}},
	{0.001, 100, {2, 3, 4}},     {0.01, 100, {5, 6, 7}},     {0.05, 100, {12, 14, 16}},
	{0.001, 500, {4, 5, 6}},     {0.01, 500, {12, 14, 16}},  {0.05, 500, {38, 42, 46}},
	{0.001, 1000, {5, 6, 7}},    {0.01, 1000, {19, 22, 25}}, {0.05, 1000, {68, 74, 78}},
	{0.001, 5000, {12, 14, 16}}, {0.01, 5000, {68, 74, 79}}, {0.05, 5000, {287, 300, 310}},
};

START_TEST(fewest_failures_are_exact)
{
	static const double alphas[] = {1e-2, 1e-3, 1e-4};

	for (int a = 0; a < 3; a++) {
		int k = 1;

		while (k <= fewest[_i].n &&
		       binomial_tail(k, fewest[_i].n, fewest[_i].p) >= alphas[a])
			k++;
		ck_assert_int_eq(k > fewest[_i].n ? 0 : k, fewest[_i].k[a]);
	}
}
END_TEST

START_TEST(tails_are_right)
{
	ck_assert_double_eq_tol(binomial_tail(1, 2, 0.01), 0.0199, 1e-12);
	ck_assert_double_eq_tol(binomial_tail(10, 500, 0.01), 0.0311, 5e-5);
	ck_assert_double_eq_tol(binomial_tail(5, 10, 0.5), 638.0 / 1024, 1e-12);
	ck_assert_double_eq_tol(binomial_tail(500000, 1000000, 0.5), 0.5003989, 1e-6);
	ck_assert_double_eq(binomial_tail(0, 10, 0.1), 1);
	ck_assert_double_eq(binomial_tail(11, 10, 0.1), 0);
	ck_assert_double_eq(binomial_tail(3, 10, 0), 0);
	ck_assert_double_eq(binomial_tail(3, 10, 1), 1);
	ck_assert_double_lt(binomial_tail(900000, 1000000, 0.5), 1e-300);
}
END_TEST

START_TEST(builtin_rules_are_whole)
{
	size_t n;
	const struct rule *rules = rule_builtin(&n);

	ck_assert_uint_gt(n, 10);
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_nonnull(rules[i].name);
		ck_assert_ptr_nonnull(rules[i].owner);
		ck_assert_ptr_nonnull(rules[i].runbook);
		ck_assert_ptr_nonnull(rules[i].group);
		ck_assert_uint_gt(strlen(rules[i].help), 10);
		ck_assert_uint_eq(rules[i].need & ~rules[i].by, 0);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(rules[i].name, rules[j].name);
		if (rules[i].measure == M_COUNT)
			continue;
		ck_assert_uint_eq(rules[i].by & ~measure_info(rules[i].measure)->dims, 0);
		ck_assert_int_gt(rules[i].window_ms, 0);
	}
}
END_TEST

#define RULE .name = (char *)"mine", .line = 12
#define TEXT (char *)

START_TEST(configured_rules_are_read)
{
	struct config_rule from = {RULE,
				   .measure = TEXT "error-ratio",
				   .by = TEXT "target, route",
				   .severity = TEXT "critical",
				   .filter = TEXT "route:checkout",
				   .threshold = 0.02,
				   .window_ms = 30000,
				   .for_ms = 60000};
	struct arena arena;
	struct rule rule;
	struct err err = {0};

	arena_init(&arena);
	ck_assert_msg(rule_from_config(&from, &arena, &rule, &err) == 0, "%s", err.msg);
	ck_assert_str_eq(rule.name, "mine");
	ck_assert_int_eq(rule.kind, RULE_THRESHOLD);
	ck_assert_int_eq(rule.measure, M_ERROR_RATIO);
	ck_assert_uint_eq(rule.by, DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE));
	ck_assert_int_eq(rule.severity, SEV_CRIT);
	ck_assert_uint_eq(rule.filter.n, 1);
	ck_assert_int_eq(rule.for_ms, 60000);
	ck_assert_double_gt(rule.alpha, 0);
	ck_assert_str_eq(rule.owner, "");
	arena_release(&arena);
}
END_TEST

static struct config_rule faulty[] = {
	{RULE, .measure = TEXT "eror-ratio", .owner = TEXT "did you mean \"error-ratio\"?"},
	{RULE, .measure = TEXT "p95", .by = TEXT "target,rout",
	 .owner = TEXT "unknown dim \"rout\""},
	{RULE, .measure = TEXT "p95", .severity = TEXT "bad", .owner = TEXT "unknown severity"},
	{RULE, .measure = TEXT "p95", .kind = TEXT "guess", .owner = TEXT "unknown kind"},
	{RULE, .owner = TEXT "has no measure"},
	{RULE, .measure = TEXT "p95", .kind = TEXT "baseline", .owner = TEXT "factor"},
	{RULE, .measure = TEXT "error-ratio", .threshold = 5, .owner = TEXT "from 0 to 1"},
	{RULE, .measure = TEXT "p95", .by = TEXT "model", .owner = TEXT "cannot be told apart"},
	{RULE, .measure = TEXT "p95", .filter = TEXT "galaxy:far", .owner = TEXT "rule mine: "},
};

START_TEST(faults_are_named)
{
	const char *want = faulty[_i].owner;
	struct arena arena;
	struct rule rule;
	struct err err = {0};

	arena_init(&arena);
	ck_assert_int_eq(rule_from_config(&faulty[_i], &arena, &rule, &err), -1);
	ck_assert_int_eq(err.line, 12);
	ck_assert_msg(strstr(err.msg, want) != NULL, "%s", err.msg);
	arena_release(&arena);
}
END_TEST

/* What the program knows by itself is a critical finding until it is taken back. */
START_TEST(told_is_a_finding)
{
	static const struct model_limits limits = {.history_ms = 60000, .series_per_target = 10};
	struct names *names = names_new();
	struct model *model = model_new(names, &limits);
	uint32_t target = model_add_target(
		model, &(struct target_info){
			       .name = "edge-eu", .kind = "", .title = "", .url = "", .group = ""});
	size_t n;
	const struct rule *rules = rule_builtin(&n);
	struct detect *detect = detect_new(model, rules, n);
	struct clock now = {.mono_ms = 1000, .wall_ms = 1000};

	detect_raise(detect, "plan-1", target, "state has \x1b[31mchanged");
	detect_run(detect, now);
	ck_assert_uint_eq(detect_count(detect), 1);
	ck_assert_int_eq(detect_finding(detect, 0)->state, FINDING_FIRING);
	ck_assert_str_eq(detect_finding(detect, 0)->rule->name, "undo-not-done");
	ck_assert_ptr_nonnull(strstr(detect_finding(detect, 0)->why, "changed"));
	ck_assert_ptr_null(strchr(detect_finding(detect, 0)->why, '\x1b'));
	ck_assert_uint_eq(detect_summary(detect).crit, 1);
	detect_raise(detect, "plan-2", target, NULL);
	detect_run(detect, now);
	ck_assert_uint_eq(detect_count(detect), 1);
	detect_raise(detect, "plan-1", target, NULL);
	now.mono_ms += 1000;
	detect_run(detect, now);
	ck_assert_uint_eq(detect_count(detect), 0);
	detect_free(detect);
	model_free(model);
	names_unref(names);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("detect rules");
	TCase *tc = tcase_create("rules");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, fewest_failures_are_exact, 0, sizeof(fewest) / sizeof(fewest[0]));
	tcase_add_test(tc, tails_are_right);
	tcase_add_test(tc, builtin_rules_are_whole);
	tcase_add_test(tc, told_is_a_finding);
	tcase_add_test(tc, configured_rules_are_read);
	tcase_add_loop_test(tc, faults_are_named, 0, sizeof(faulty) / sizeof(faulty[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
