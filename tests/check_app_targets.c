#include "app/targets.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct config *config;
static struct options options;
static struct err err;

static void set_up(void)
{
	config = config_new();
	options = (struct options){.speed = 1};
	err = (struct err){0};
}

static void tear_down(void)
{
	config_unref(config);
}

static const struct config_target *add(const char *given)
{
	ck_assert_msg(!targets_add(config, given, &options, &err), "%s", err.msg);
	return &config->targets[config->ntargets - 1];
}

START_TEST(forms)
{
	static const struct {
		const char *given, *url, *name;
	} cases[] = {
		{"10.0.0.7:8001", "http://10.0.0.7:8001", "10.0.0.7:8001"},
		{"edge.example", "http://edge.example", "edge.example"},
		{"[::1]:8001", "http://[::1]:8001", "[::1]:8001"},
		{"http://edge:8001/", "http://edge:8001", "edge:8001"},
		{"https://edge/status?a=b#c", "https://edge/status?a=b#c", "edge/status"},
		{"https://ai.example:4000", "https://ai.example:4000", "ai.example:4000"},
		{"line:unix:/run/haproxy.sock", "line:unix:/run/haproxy.sock", "haproxy.sock"},
		{"line:tcp:127.0.0.1:9999", "line:tcp:127.0.0.1:9999", "line:tcp:127.0.0.1:9999"},
		{"/var/log/nginx/access.log", "file:/var/log/nginx/access.log", "access.log"},
		{"./access.log", "file:./access.log", "access.log"},
		{"file:/var/log/a.log", "file:/var/log/a.log", "a.log"},
		{"/var/log/shop@prod.log", "file:/var/log/shop@prod.log", "shop@prod.log"},
		{"http://edge/find?mail=a@b", "http://edge/find?mail=a@b", "edge/find"},
		{"-", "stdin", "stdin"},
	};
	const struct config_target *target = add(cases[_i].given);

	ck_assert_str_eq(target->url, cases[_i].url);
	ck_assert_str_eq(target->name, cases[_i].name);
}
END_TEST

START_TEST(names_are_unique)
{
	ck_assert_str_eq(add("http://edge:8001")->name, "edge:8001");
	ck_assert_str_eq(add("https://edge:8001")->name, "edge:8001 (2)");
	ck_assert_str_eq(add("edge:8001")->name, "edge:8001 (3)");
	ck_assert_uint_eq(config->ntargets, 3);
}
END_TEST

START_TEST(credentials_are_refused)
{
	static const char *const given[] = {"http://me:secret@edge", "me@edge:8001",
					    "https://me@edge/path", "me:secret@edge",
					    "http:///me:secret@edge"};

	ck_assert_int_eq(targets_add(config, given[_i], &options, &err), -1);
	ck_assert_str_eq(err.msg, "a URL with a user or password is refused: use --auth "
				  "basic:env:NAME");
	ck_assert_uint_eq(config->ntargets, 0);
}
END_TEST

START_TEST(options_are_taken_over)
{
	const struct config_target *target;

	options.profile = "kong";
	options.proxy = "http://proxy:3128";
	options.cacert = "/ca.pem";
	options.http2 = options.compressed = true;
	options.timeout_ms = 2000;
	options.interval_ms = 3000;
	options.auth = "bearer:env:TOKEN";
	target = add("edge:8001");
	ck_assert_str_eq(target->profile, "kong");
	ck_assert_str_eq(target->proxy, "http://proxy:3128");
	ck_assert_str_eq(target->cacert, "/ca.pem");
	ck_assert(target->http2 && target->compressed && !target->insecure);
	ck_assert_int_eq(target->timeout_ms, 2000);
	ck_assert_int_eq(target->interval_ms, 3000);
	options.auth = "hunter2";
	ck_assert_int_eq(targets_add(config, "other:8001", &options, &err), -1);
	ck_assert_ptr_null(strstr(err.msg, "hunter2"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("targets");
	TCase *tcase = tcase_create("targets");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, forms, 0, 14);
	tcase_add_test(tcase, names_are_unique);
	tcase_add_loop_test(tcase, credentials_are_refused, 0, 5);
	tcase_add_test(tcase, options_are_taken_over);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
