#include "app/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static struct options options;
static struct err err;

/* Parses the words after the command. */
static int parse(unsigned command, const char *const *words, size_t n)
{
	static char copies[8][64];
	char *argv[10] = {(char *)"hypercare"};

	for (size_t i = 0; i < n; i++)
		argv[i + 1] = strcpy(copies[i], words[i]);
	err = (struct err){0};
	return options_parse(&options, command, (int)n + 1, argv, &err);
}

static int parse_one(unsigned command, const char *word)
{
	return parse(command, &word, 1);
}

static const char *sample(enum option_type type)
{
	static const char *const samples[] = {[OPTION_TEXT] = "some text",
					      [OPTION_DURATION] = "5m",
					      [OPTION_INTEGER] = "3",
					      [OPTION_NUMBER] = "2.5"};

	return samples[type];
}

/* Whether the field has what was given, or with !set what it has without. */
static bool field_is(const struct option_info *info, bool set)
{
	const void *field = (const char *)&options + info->offset;

	switch (info->type) {
	case OPTION_FLAG:
		return *(const bool *)field == set;
	case OPTION_TEXT:
		return set ? !strcmp(*(const char *const *)field, "some text")
			   : *(const char *const *)field == NULL;
	case OPTION_DURATION:
		return *(const int64_t *)field == (set ? 300000 : 0);
	case OPTION_INTEGER:
		return (*(const long *)field == 3) == set;
	case OPTION_NUMBER:
		return (*(const double *)field > 2) == set;
	}
	return false;
}

/* Each option sets its own field and no other, by name and by letter. */
START_TEST(each_sets_its_field)
{
	const struct option_info *info = &options_table()[_i];
	unsigned command = info->commands & ~(info->commands - 1);
	char word[64], letter[3] = {'-', info->letter, '\0'};
	const char *words[] = {letter, sample(info->type)};

	snprintf(word, sizeof(word), "--%s%s%s", info->name, info->type == OPTION_FLAG ? "" : "=",
		 info->type == OPTION_FLAG ? "" : sample(info->type));
	ck_assert_int_eq(parse_one(command, word), 2);
	for (const struct option_info *each = options_table(); each->name; each++)
		ck_assert_msg(field_is(each, each == info), "%s after %s", each->name, word);
	if (!info->letter)
		return;
	ck_assert_int_gt(parse(command, words, info->type == OPTION_FLAG ? 1 : 2), 0);
	ck_assert_msg(field_is(info, true), "%s", letter);
}
END_TEST

START_TEST(each_is_refused_where_it_is_not)
{
	const struct option_info *info = &options_table()[_i];
	unsigned others = FOR_ALL & ~info->commands;
	char word[64], want[128];

	if (!others)
		return;
	snprintf(word, sizeof(word), "--%s%s%s", info->name, info->type == OPTION_FLAG ? "" : "=",
		 info->type == OPTION_FLAG ? "" : sample(info->type));
	snprintf(want, sizeof(want), "--%s is not an option of this command", info->name);
	ck_assert_int_eq(parse_one(others & ~(others - 1), word), -1);
	ck_assert_str_eq(err.msg, want);
}
END_TEST

/* No two options share a name, a letter or a field, and each has its line of help. */
START_TEST(table_is_sound)
{
	for (const struct option_info *a = options_table(); a->name; a++) {
		ck_assert_ptr_nonnull(a->help);
		ck_assert_int_ne((int)a->commands, 0);
		ck_assert_int_eq(a->type == OPTION_FLAG, a->value == NULL);
		for (const struct option_info *b = a + 1; b->name; b++) {
			ck_assert_str_ne(a->name, b->name);
			ck_assert(!a->letter || a->letter != b->letter);
			ck_assert_uint_ne(a->offset, b->offset);
		}
	}
}
END_TEST

START_TEST(nothing_given)
{
	ck_assert_int_eq(parse(FOR_DEMO, NULL, 0), 1);
	ck_assert_double_eq_tol(options.speed, 1, 1e-9);
	ck_assert_int_eq((int)options.seed, 1);
	ck_assert_int_eq((int)options.scenario, 0);
}
END_TEST

/* URLs may stand before and between options; all after "--" are words. */
START_TEST(words_and_options_mix)
{
	static const char *const mixed[] = {"http://a", "--json", "http://b", "-w", "30s"};
	static const char *const ended[] = {"-j", "--", "--quiet"};

	ck_assert_int_eq(parse(FOR_REPORT, mixed, COUNT(mixed)), 4);
	ck_assert(options.json);
	ck_assert_int_eq(options.window_ms, 30000);
	ck_assert_int_eq(parse(FOR_REPORT, ended, COUNT(ended)), 3);
	ck_assert(options.json && !options.quiet);
}
END_TEST

START_TEST(durations)
{
	static const struct {
		const char *word;
		int64_t ms; /* 0: refused */
	} cases[] = {{"250ms", 250},  {"5", 5000},      {"5s", 5000}, {"1.5m", 90000},
		     {"2h", 7200000}, {"1d", 86400000}, {"0", 0},     {"-1s", 0},
		     {"", 0},         {"s", 0},         {"5 s", 0},   {"5S", 0},
		     {"nan", 0},      {"inf", 0},       {"1e12", 0},  {"400d", 0}};
	char word[64], want[128];

	snprintf(word, sizeof(word), "--window=%s", cases[_i].word);
	if (cases[_i].ms) {
		ck_assert_int_eq(parse_one(FOR_CHECK, word), 2);
		ck_assert_int_eq(options.window_ms, cases[_i].ms);
		return;
	}
	snprintf(want, sizeof(want), "--window takes a time such as 30s, 5m or 1h, not '%s'",
		 cases[_i].word);
	ck_assert_int_eq(parse_one(FOR_CHECK, word), -1);
	ck_assert_str_eq(err.msg, want);
	ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(refusals_say_why)
{
	static const struct {
		unsigned command;
		const char *word, *want;
	} cases[] = {
		{FOR_CHECK, "--nonsense", "unknown option --nonsense"},
		{FOR_CHECK, "--nonsense=1", "unknown option --nonsense=1"},
		{FOR_CHECK, "-Z", "unknown option -Z"},
		{FOR_CHECK, "--in", "unknown option --in"},
		{FOR_CHECK, "--config", "--config wants FILE"},
		{FOR_CHECK, "-c", "--config wants FILE"},
		{FOR_CHECK, "--resolve", "--resolve wants HOST:PORT:ADDRESS"},
		{FOR_CHECK, "--quiet=yes", "--quiet takes no value"},
		{FOR_DEMO, "--seed=many", "--seed takes a number, not 'many'"},
		{FOR_DEMO, "--seed=1x", "--seed takes a number, not '1x'"},
		{FOR_DEMO, "--seed=", "--seed takes a number, not ''"},
		{FOR_DEMO, "--speed=fast", "--speed takes a number, not 'fast'"},
		{FOR_CHECK, "-j", "--json is not an option of this command"},
	};

	ck_assert_int_eq(parse_one(cases[_i].command, cases[_i].word), -1);
	ck_assert_str_eq(err.msg, cases[_i].want);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("options");
	SRunner *runner = srunner_create(suite);
	int failed, rows = 0;

	while (options_table()[rows].name)
		rows++;
	tcase_add_loop_test(tcase, each_sets_its_field, 0, rows);
	tcase_add_loop_test(tcase, each_is_refused_where_it_is_not, 0, rows);
	tcase_add_test(tcase, table_is_sound);
	tcase_add_test(tcase, nothing_given);
	tcase_add_test(tcase, words_and_options_mix);
	tcase_add_loop_test(tcase, durations, 0, 16);
	tcase_add_loop_test(tcase, refusals_say_why, 0, 13);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
