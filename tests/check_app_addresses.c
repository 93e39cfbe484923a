#include "app/addresses.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool has(char **list, const char *text)
{
	for (; list && *list; list++)
		if (!strcmp(*list, text))
			return true;
	return false;
}

START_TEST(operators_hosts_and_proxies)
{
	char net[] = "10.0.0.0/8", one[] = "192.0.2.1", six[] = "2001:db8::/32";
	char *first[] = {net, NULL}, *second[] = {one, six, NULL};
	struct config_target targets[] = {
		{.trusted_proxies = first}, {0}, {.trusted_proxies = second}};
	struct config config = {.targets = targets, .ntargets = 3};
	struct addresses addresses;

	setenv("SSH_CONNECTION", "203.0.113.5 50000 198.51.100.1 22", 1);
	setenv("SSH_CLIENT", "2001:db8::5 50000 22", 1);
	addresses_init(&addresses, &config);
	ck_assert(has(addresses.own, "203.0.113.5"));
	ck_assert(has(addresses.own, "2001:db8::5"));
	ck_assert(has(addresses.own, "127.0.0.1"));
	ck_assert(!has(addresses.own, "50000"));
	ck_assert(has(addresses.proxies, "10.0.0.0/8") && has(addresses.proxies, "192.0.2.1") &&
		  has(addresses.proxies, "2001:db8::/32"));
	addresses_release(&addresses);
	unsetenv("SSH_CONNECTION");
	unsetenv("SSH_CLIENT");
	config.ntargets = 0;
	addresses_init(&addresses, &config);
	ck_assert(!has(addresses.own, "203.0.113.5"));
	ck_assert_ptr_null(addresses.proxies);
	addresses_release(&addresses);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("addresses");
	TCase *tcase = tcase_create("addresses");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, operators_hosts_and_proxies);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
