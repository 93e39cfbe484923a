#include "view/worddiff.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define WORDS_MOST   20000
#define CHANGES_MOST 600
#define CONTEXT      8 /* words shown at each end of an unchanged stretch */

struct words {
	struct diff_word *word;
	int n;
};

static const char *next_word(const char *text, struct diff_word *ret_word)
{
	text += strspn(text, " \t\r");
	*ret_word = (struct diff_word){DIFF_SAME, text, (int)strcspn(text, " \t\r\n")};
	if (*text == '\n')
		ret_word->len = 1;
	return text + ret_word->len;
}

static struct words words_of(const char *text, struct arena *arena)
{
	struct words words = {0};
	struct diff_word word;
	const char *at;

	for (at = next_word(text, &word); word.len; at = next_word(at, &word))
		words.n++;
	words.n = words.n < WORDS_MOST ? words.n : WORDS_MOST;
	words.word = arena_array(arena, (size_t)words.n + 1, sizeof(*words.word));
	at = text;
	for (int i = 0; i < words.n; i++)
		at = next_word(at, &words.word[i]);
	return words;
}

static bool same(const struct diff_word *a, const struct diff_word *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, (size_t)a->len);
}

/* The furthest points that were reached with each number of changes: of diagonal k at [k + d]. */
struct trace {
	int *reached[CHANGES_MOST + 1];
	int d; /* changes that it takes, or -1: too many */
};

/* Along diagonal k as far as the words are the same. */
static int slide(const struct words *a, const struct words *b, int x, int k)
{
	while (x < a->n && x - k < b->n && same(&a->word[x], &b->word[x - k]))
		x++;
	return x;
}

/* Where diagonal k is entered after d changes: by a word that comes (true) or one that goes. */
static bool enters_by_new(const int *last, int d, int k)
{
	return k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
}

static void search(const struct words *a, const struct words *b, struct arena *arena,
		   struct trace *trace)
{
	int d, k;

	for (d = 0; d <= CHANGES_MOST; d++) {
		int *now = arena_array(arena, 2 * (size_t)d + 1, sizeof(*now));
		const int *last = d ? trace->reached[d - 1] : NULL;

		trace->reached[d] = now;
		for (k = -d; k <= d; k += 2) {
			int x = !d                          ? 0
				: enters_by_new(last, d, k) ? last[k + 1 + d - 1]
							    : last[k - 1 + d - 1] + 1;

			x = slide(a, b, x, k);
			now[k + d] = x;
			if (x >= a->n && x - k >= b->n) {
				trace->d = d;
				return;
			}
		}
	}
	trace->d = -1;
}

static struct diff_word as(const struct diff_word *word, enum diff_kind kind)
{
	return (struct diff_word){kind, word->text, word->len};
}

/* Walks back from the end; fills words from the last one on and returns the first. */
static struct diff_word *walk(const struct words *a, const struct words *b,
			      const struct trace *trace, struct diff_word *end)
{
	int d, x = a->n, y = b->n;

	for (d = trace->d; d > 0; d--) {
		const int *last = trace->reached[d - 1];
		bool by_new = enters_by_new(last, d, x - y);
		int k = x - y + (by_new ? 1 : -1), from_x = last[k + d - 1], from_y = from_x - k;

		while (x > from_x + !by_new && y > from_y + by_new)
			x--, y--, *--end = as(&a->word[x], DIFF_SAME);
		if (by_new)
			y--, *--end = as(&b->word[y], DIFF_NEW);
		else
			x--, *--end = as(&a->word[x], DIFF_GONE);
	}
	while (x > 0)
		x--, *--end = as(&a->word[x], DIFF_SAME);
	return end;
}

static void put_all(const struct words *words, enum diff_kind kind, struct diff_word *to)
{
	for (int i = 0; i < words->n; i++)
		to[i] = as(&words->word[i], kind);
}

size_t worddiff(const char *before, const char *after, struct arena *arena,
		struct diff_word **ret_words)
{
	struct words a = words_of(before, arena), b = words_of(after, arena);
	size_t most = (size_t)(a.n + b.n);
	struct diff_word *all = arena_array(arena, most + 1, sizeof(*all));
	struct trace *trace = arena_alloc(arena, sizeof(*trace));

	search(&a, &b, arena, trace);
	if (trace->d < 0) {
		put_all(&a, DIFF_GONE, all);
		put_all(&b, DIFF_NEW, all + a.n);
		*ret_words = all;
		return most;
	}
	*ret_words = walk(&a, &b, trace, all + most);
	return (size_t)(all + most - *ret_words);
}

static const struct {
	enum style style;
	const char *open, *close;
} signs[] = {
	[DIFF_SAME] = {STYLE_TEXT, "", ""},
	[DIFF_GONE] = {STYLE_CRIT, "[-", "-]"},
	[DIFF_NEW] = {STYLE_OK, "{+", "+}"},
};

/* How many words from i on are of one kind. */
static size_t run_length(const struct diff_word *words, size_t n, size_t i)
{
	size_t end = i;

	while (end < n && words[end].kind == words[i].kind)
		end++;
	return end - i;
}

/* Whether the word is within an unchanged stretch, away from its ends. */
static bool is_cut(const struct diff_word *words, size_t n, size_t i)
{
	return words[0].kind == DIFF_SAME && n > 2 * CONTEXT + 1 && i >= CONTEXT && i < n - CONTEXT;
}

static void add_run(const struct diff_word *words, size_t n, struct strbuf *out)
{
	enum diff_kind kind = words[0].kind;
	size_t i;

	strbuf_addstr(out, signs[kind].open);
	for (i = 0; i < n; i++) {
		if (is_cut(words, n, i)) {
			strbuf_addstr(out, i == CONTEXT ? " ..." : "");
			continue;
		}
		if (i && words[i].text[0] != '\n' && words[i - 1].text[0] != '\n')
			strbuf_addch(out, ' ');
		strbuf_add(out, words[i].text, (size_t)words[i].len);
	}
	strbuf_addstr(out, signs[kind].close);
}

void worddiff_text(const struct diff_word *words, size_t n, struct strbuf *out)
{
	size_t i, run;

	for (i = 0; i < n; i += run) {
		if (i && words[i].text[0] != '\n' && words[i - 1].text[0] != '\n')
			strbuf_addch(out, ' ');
		run = run_length(words, n, i);
		add_run(words + i, run, out);
	}
}

/* A pen that wraps. */
struct pen {
	struct area area;
	int row, column;
};

static void put(struct pen *pen, enum style style, const char *text, size_t len, bool blank)
{
	char copy[256];
	int width;

	len = len < sizeof(copy) ? len : sizeof(copy) - 1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	width = utf8_width(copy);
	blank = blank && pen->column > 2;
	if (pen->column > 2 && pen->column + blank + width > pen->area.columns) {
		pen->row++;
		pen->column = 2;
		blank = false;
	}
	pen->column += blank;
	pen->column += area_text(pen->area, pen->row, pen->column, style, copy);
}

static void put_line_end(struct pen *pen)
{
	pen->row++;
	pen->column = 2;
}

static void put_run(struct pen *pen, const struct diff_word *words, size_t n)
{
	enum diff_kind kind = words[0].kind;
	size_t i;

	if (kind != DIFF_SAME)
		put(pen, signs[kind].style, signs[kind].open, 2, true);
	for (i = 0; i < n; i++) {
		if (is_cut(words, n, i)) {
			if (i == CONTEXT)
				put(pen, STYLE_DIM, "...", 3, true);
		} else if (words[i].text[0] == '\n')
			put_line_end(pen);
		else
			put(pen, signs[kind].style, words[i].text, (size_t)words[i].len,
			    i || kind == DIFF_SAME);
	}
	if (kind != DIFF_SAME)
		put(pen, signs[kind].style, signs[kind].close, 2, false);
}

int worddiff_draw(struct area area, int row, const struct diff_word *words, size_t n)
{
	struct pen pen = {area, row, 2};
	size_t i, run;

	for (i = 0; i < n; i += run) {
		run = run_length(words, n, i);
		put_run(&pen, words + i, run);
	}
	return pen.row + 1;
}
