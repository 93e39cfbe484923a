#include "app/act_words.h"
#include "base/strbuf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct action_info block = {.name = "block-ip"}, shift = {.name = "shift-weight"};

static const struct profile_action one = {
	.info = &block,
	.params = {{.name = "ip"}, {.name = "list", .fallback = "deny"}},
	.nparams = 2,
};
static const struct profile_action three = {
	.info = &shift,
	.params = {{.name = "backend"}, {.name = "server"}, {.name = "weight"}},
	.nparams = 3,
};

/* What is said, and what is understood: "name=value ...", after a colon the several values. */
static const struct {
	const struct profile_action *action;
	const char *words;
	const char *means; /* NULL: refused */
} cases[] = {
	{&one, "203.0.113.9", "ip=203.0.113.9"},
	{&one, "ip=203.0.113.9", "ip=203.0.113.9"},
	{&one, "203.0.113.9 list=vip", "ip=203.0.113.9 list=vip"},
	{&one, "list=vip 203.0.113.9", "ip=203.0.113.9 list=vip"},
	{&one, "1.1.1.1 2.2.2.2 3.3.3.3", ": ip 1.1.1.1 2.2.2.2 3.3.3.3"},
	{&one, "ip=1.1.1.1 ip=2.2.2.2 list=vip", "list=vip : ip 1.1.1.1 2.2.2.2"},
	{&one, "ip=1.1.1.1 ip=2.2.2.2 list=a list=b", NULL},
	{&one, "", ""},
	{&one, "nosuch=1", "ip=nosuch=1"},
	{&three, "be v1 25", "backend=be server=v1 weight=25"},
	{&three, "weight=25 be v1", "backend=be server=v1 weight=25"},
	{&three, "be v1", "backend=be server=v1"},
	{&three, "be v1 25 9", NULL},
	{&three, "server=a=b be", "backend=be server=a=b"},
};

static void understood(const struct act_words *words, struct strbuf *out)
{
	size_t i;

	for (i = 0; words->params[i]; i += 2)
		strbuf_addf(out, "%s%s=%s", out->len ? " " : "", words->params[i],
			    words->params[i + 1]);
	if (words->each_name)
		strbuf_addf(out, "%s: %s", out->len ? " " : "", words->each_name);
	for (i = 0; words->each_name && words->each[i]; i++)
		strbuf_addf(out, " %s", words->each[i]);
}

START_TEST(test_words)
{
	struct strbuf got = STRBUF_INIT;
	struct act_words words;
	struct err err = {0};
	char *copy = strdup(cases[_i].words), *save = NULL, *word;
	const char *argv[16];
	int argc = 0, result;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	result = act_words_read(cases[_i].action, argc, argv, &words, &err);
	ck_assert_int_eq(result, cases[_i].means ? 0 : -1);
	ck_assert_int_eq(err.msg[0] != '\0', !cases[_i].means);
	if (!result) {
		strbuf_addstr(&got, "");
		understood(&words, &got);
		ck_assert_str_eq(got.buf, cases[_i].means);
	}
	strbuf_release(&got);
	free(copy);
}
END_TEST

START_TEST(test_too_many)
{
	const char *argv[ACT_VALUES + 1];
	struct act_words words;
	struct err err = {0};
	int i;

	for (i = 0; i <= ACT_VALUES; i++)
		argv[i] = "192.0.2.1";
	ck_assert_int_eq(act_words_read(&one, ACT_VALUES, argv, &words, &err), 0);
	ck_assert_int_eq(act_words_read(&one, ACT_VALUES + 1, argv, &words, &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("app/act");
	TCase *tests = tcase_create("act");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, test_words, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tests, test_too_many);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
