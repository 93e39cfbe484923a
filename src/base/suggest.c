#include "base/suggest.h"

#include <string.h>

#define LONGEST 40

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

int suggest_distance(const char *a, const char *b)
{
	int rows[3][LONGEST + 1];
	int *before = rows[0], *last = rows[1], *row = rows[2];
	int na = (int)strnlen(a, LONGEST), nb = (int)strnlen(b, LONGEST);

	for (int j = 0; j <= nb; j++)
		last[j] = j;
	for (int i = 1; i <= na; i++) {
		int *spare = before;

		row[0] = i;
		for (int j = 1; j <= nb; j++) {
			int change = last[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = least(last[j] + 1, row[j - 1] + 1, change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[nb];
}

void suggest_offer(const char *word, const char *candidate, int *ret_distance,
		   const char **ret_best)
{
	int distance = suggest_distance(word, candidate);
	int third = (int)strlen(candidate) / 3, most = third > 1 ? third : 1;

	if (distance <= most && distance < *ret_distance) {
		*ret_distance = distance;
		*ret_best = candidate;
	}
}
