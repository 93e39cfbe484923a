/* Screens as they must look, in tests/screens. HYPERCARE_UPDATE_SCREENS=1 writes them anew. */
#ifndef HC_TESTS_GOLDEN_H
#define HC_TESTS_GOLDEN_H

/* Fails the test when the text is not that of tests/screens/NAME.screen. */
void golden_compare(const char *name, const char *got);
/* The same against a text; shows both. */
void golden_same(const char *name, const char *got, const char *want);

#endif
