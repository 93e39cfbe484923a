/* The cases of check_exposition. */
#ifndef HC_TESTS_CHECK_EXPOSITION_H
#define HC_TESTS_CHECK_EXPOSITION_H

#include <check.h>

TCase *grammar_cases(void);
TCase *known_cases(void);

#endif
