/* parse/exposition: what a body says, and that it is no matter how it arrives or how often. */
#include "check_exposition.h"

#include <stdlib.h>

int main(void)
{
	Suite *suite = suite_create("exposition");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, grammar_cases());
	suite_add_tcase(suite, known_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
