/* What has changed between two texts, word by word, shown inline as `git diff --word-diff` does. */
#ifndef HC_VIEW_WORDDIFF_H
#define HC_VIEW_WORDDIFF_H

#include "base/arena.h"
#include "view/frame.h"

enum diff_kind { DIFF_SAME, DIFF_GONE, DIFF_NEW };

/* A word, with no blank in it, or the end of a line: "\n". */
struct diff_word {
	enum diff_kind kind;
	const char *text;
	int len;
};

/* The shortest way from one text to the other (Myers 1986, "An O(ND) difference algorithm"), words
 * that go before those that come. Texts that differ in more than 600 words count as rewritten
 * whole. The array is in the arena; its texts are borrowed from the two. Returns how many. */
size_t worddiff(const char *before, const char *after, struct arena *arena,
		struct diff_word **ret_words);

/* The same as text, "be [-brief-] {+very kind+}", wrapped by nobody. */
void worddiff_text(const struct diff_word *words, size_t n, struct strbuf *out);

/* Draws the words from a row of the area on, wrapped; stretches in which nothing changed are cut
 * to their ends. Returns the row after the last. */
int worddiff_draw(struct area area, int row, const struct diff_word *words, size_t n);

#endif
