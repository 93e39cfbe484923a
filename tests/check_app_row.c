#include "app/job.h"
#include "app/row_links.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct names *names;
static struct dims row;

static void setup(void)
{
	names = names_new();
	memset(&row, 0, sizeof(row));
	row.value[DIM_TARGET] = names_symbol(names, "edge", 4);
	row.value[DIM_ROUTE] = names_symbol(names, "/a b/{id}?x=1&y", 15);
}

static void teardown(void)
{
	names_unref(names);
}

START_TEST(links_hold_the_rows_values)
{
	struct strbuf link = STRBUF_INIT;
	struct err err = {0};

	ck_assert_int_eq(row_link("https://g/?r={route}&t={target}#end", names, &row, &link, &err),
			 0);
	ck_assert_str_eq(link.buf, "https://g/?r=%2Fa%20b%2F%7Bid%7D%3Fx%3D1%26y&t=edge#end");
	ck_assert_int_eq(row_link("https://g/{client}", names, &row, &link, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_str_eq(err.msg, "this row has no client");
	ck_assert_int_eq(row_link("https://g/{no such}", names, &row, &link, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_int_eq(row_link("https://g/{route", names, &row, &link, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
	strbuf_release(&link);
}
END_TEST

static const char *value_of(char **environment, const char *name)
{
	size_t len = strlen(name);

	for (; *environment; environment++)
		if (!strncmp(*environment, name, len) && (*environment)[len] == '=')
			return *environment + len + 1;
	return NULL;
}

/* A command gets the row, and not what opens the gateways. */
START_TEST(environment_has_the_row_and_no_credential)
{
	char token[] = "ROW_TEST_TOKEN";
	struct config_target target = {
		.auth = {.scheme = SECRET_BEARER, .from = SECRET_ENV, .name = token}};
	struct config config = {.targets = &target, .ntargets = 1};
	char **environment;

	setenv("ROW_TEST_TOKEN", "sesame", 1);
	setenv("ROW_TEST_OTHER", "kept", 1);
	setenv("HYPERCARE_CLIENT", "of another row", 1);
	environment = row_environment(&config, names, &row);
	ck_assert_str_eq(value_of(environment, "HYPERCARE_ROUTE"), "/a b/{id}?x=1&y");
	ck_assert_str_eq(value_of(environment, "HYPERCARE_TARGET"), "edge");
	ck_assert_str_eq(value_of(environment, "ROW_TEST_OTHER"), "kept");
	ck_assert_ptr_null(value_of(environment, "HYPERCARE_CLIENT"));
	ck_assert_ptr_null(value_of(environment, "ROW_TEST_TOKEN"));
	row_environment_free(environment);
}
END_TEST

static void changed(void *ctx)
{
	(*(int *)ctx)++;
}

static const struct {
	const char *script, *output, *why;
} jobs[] = {
	{"echo out; echo err >&2; read x || echo no input; exit 3", "out\nerr\nno input\n",
	 "ended with 3 after"},
	{"kill -9 $$", "", "ended by signal 9 after"},
	{"while echo 0123456789012345678901234567890123456789; do :; done", NULL,
	 "ended by us: it wrote more than 256 KiB"},
	{"exec >&- 2>&-; exit 4", "", "ended with 4 after"},
};

START_TEST(jobs_end)
{
	char shell[] = "sh", flag[] = "-c", path[] = "PATH=/usr/bin:/bin";
	char *argv[] = {shell, flag, (char *)jobs[_i].script, NULL}, *environment[] = {path, NULL};
	struct loop *loop = loop_new();
	struct err err = {0};
	struct job job;
	int calls = 0;

	loop_turn(loop, 0);
	job_init(&job, loop, changed, &calls);
	ck_assert_msg(!job_start(&job, argv, environment, &err), "%s", err.msg);
	ck_assert_int_eq(job_start(&job, argv, environment, &err), -1);
	ck_assert_str_eq(err.msg, "a command of yours still runs");
	while (job.pid)
		loop_turn(loop, 1000);
	ck_assert_int_gt(calls, 0);
	if (jobs[_i].output)
		ck_assert_str_eq(job.text.buf ? job.text.buf : "", jobs[_i].output);
	ck_assert_msg(strstr(job.why, jobs[_i].why) == job.why, "%s", job.why);
	job_release(&job);
	loop_free(loop);
}
END_TEST

START_TEST(what_is_not_there_is_said)
{
	char name[] = "/nonexistent/tool";
	char *argv[] = {name, NULL}, *environment[] = {NULL};
	struct loop *loop = loop_new();
	struct err err = {0};
	struct job job;
	int calls = 0;

	loop_turn(loop, 0);
	job_init(&job, loop, changed, &calls);
	ck_assert_int_eq(job_start(&job, argv, environment, &err), -1);
	ck_assert_str_eq(err.msg, "/nonexistent/tool cannot be run: No such file or directory");
	job_release(&job);
	loop_free(loop);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("app/row");
	TCase *tc = tcase_create("row");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, links_hold_the_rows_values);
	tcase_add_test(tc, environment_has_the_row_and_no_credential);
	tcase_add_loop_test(tc, jobs_end, 0, sizeof(jobs) / sizeof(*jobs));
	tcase_add_test(tc, what_is_not_there_is_said);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
