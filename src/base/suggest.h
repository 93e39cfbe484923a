/* "did you mean": the known word that is nearest to one that was mistyped. */
#ifndef HC_BASE_SUGGEST_H
#define HC_BASE_SUGGEST_H

#include <stddef.h>

/* Edits that turn one word into the other, a swap of neighbours counting as one (the restricted
 * Damerau-Levenshtein distance); words over 40 bytes are compared by their first 40. */
int suggest_distance(const char *a, const char *b);

/* Keeps in *best the candidate if it is nearer to word than *ret_distance and near enough to be
 * meant: at most a third of its length, and at least one edit. Start with INT_MAX and NULL. */
void suggest_offer(const char *word, const char *candidate, int *ret_distance,
		   const char **ret_best);

#endif
