/* base/: memory, containers, errors, numbers and the debug log. */
#include "check_base.h"

#include <stdlib.h>

int main(void)
{
	Suite *suite = suite_create("base");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, container_cases());
	suite_add_tcase(suite, text_cases());
	suite_add_tcase(suite, decimal_cases());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
