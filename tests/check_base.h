/* The cases of check_base, a file of them per idea. */
#ifndef HC_TESTS_CHECK_BASE_H
#define HC_TESTS_CHECK_BASE_H

#include <check.h>

TCase *decimal_cases(void);
TCase *container_cases(void);
TCase *text_cases(void);

#endif
