#include "view/worddiff.h"

#include "base/strbuf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The words as marks: " same -gone +new". */
static const struct {
	const char *before, *after, *diff;
} cases[] = {
	{"", "", ""},
	{"a b c", "a b c", " a b c"},
	{"", "a b", "+a+b"},
	{"a b", "", "-a-b"},
	{"be brief and kind", "be very brief and kind", " be+very brief and kind"},
	{"be brief and kind", "be kind", " be-brief-and kind"},
	{"a b c", "x y z", "-a-b-c+x+y+z"},
	{"a b c d e", "a x c d y", " a-b+x c d-e+y"},
	{"one\ntwo", "one\nthree", " one \n-two+three"},
	{"a  b\tc", "a b c", " a b c"},
	{"\xc3\xa4 b", "\xc3\xb6 b", "-\xc3\xa4+\xc3\xb6 b"},
};

static void marks(const struct diff_word *words, size_t n, struct strbuf *out)
{
	size_t i;

	strbuf_addstr(out, "");
	for (i = 0; i < n; i++) {
		strbuf_addch(out, " -+"[words[i].kind]);
		strbuf_add(out, words[i].text, (size_t)words[i].len);
	}
}

START_TEST(test_words)
{
	struct strbuf got = STRBUF_INIT;
	struct diff_word *words;
	struct arena arena;
	size_t n;

	arena_init(&arena);
	n = worddiff(cases[_i].before, cases[_i].after, &arena, &words);
	marks(words, n, &got);
	ck_assert_str_eq(got.buf, cases[_i].diff);
	strbuf_release(&got);
	arena_release(&arena);
}
END_TEST

/* Whatever the texts, those that are not new make the first and those not gone make the second. */
static void check_whole(const char *before, const char *after)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct diff_word *words;
	struct arena arena;
	size_t i, n;

	arena_init(&arena);
	n = worddiff(before, after, &arena, &words);
	for (i = 0; i < n; i++) {
		if (words[i].kind != DIFF_NEW)
			strbuf_addf(&first, "%.*s ", words[i].len, words[i].text);
		if (words[i].kind != DIFF_GONE)
			strbuf_addf(&second, "%.*s ", words[i].len, words[i].text);
	}
	ck_assert_str_eq(first.buf, before);
	ck_assert_str_eq(second.buf, after);
	strbuf_release(&first);
	strbuf_release(&second);
	arena_release(&arena);
}

START_TEST(test_any_texts)
{
	static const int sizes[] = {1, 2, 5, 40, 700, 3000};
	struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	unsigned seed = (unsigned)_i * 7919u + 1;
	int i, n = sizes[(size_t)_i % (sizeof(sizes) / sizeof(*sizes))];

	for (i = 0; i < n; i++) {
		seed = seed * 1103515245u + 12345u;
		strbuf_addf(&before, "w%u ", seed >> 16 & 15);
		if (seed >> 24 & 7)
			strbuf_addf(&after, "w%u ", seed >> 16 & 15);
		else
			strbuf_addf(&after, "new%u w%u ", seed >> 20 & 3, seed >> 12 & 15);
	}
	check_whole(before.buf, after.buf);
	strbuf_release(&before);
	strbuf_release(&after);
}
END_TEST

static const struct {
	const char *before, *after, *text;
} texts[] = {
	{"a b", "a b", "a b"},
	{"be brief", "be kind", "be [-brief-] {+kind+}"},
	{"a b c", "a c", "a [-b-] c"},
	{"one\ntwo", "one\nthree four", "one\n[-two-] {+three four+}"},
	{"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 end",
	 "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 close",
	 "1 2 3 4 5 6 7 8 ... 11 12 13 14 15 16 17 18 [-end-] {+close+}"},
};

START_TEST(test_text)
{
	struct strbuf got = STRBUF_INIT;
	struct diff_word *words;
	struct arena arena;
	size_t n;

	arena_init(&arena);
	n = worddiff(texts[_i].before, texts[_i].after, &arena, &words);
	worddiff_text(words, n, &got);
	ck_assert_str_eq(got.buf, texts[_i].text);
	strbuf_release(&got);
	arena_release(&arena);
}
END_TEST

START_TEST(test_draw)
{
	static const char before[] = "You are a helpful assistant. Answer in one sentence.";
	static const char after[] = "You are a helpful assistant. Think step by step and answer at "
				    "length. Answer in one sentence.";
	struct strbuf text = STRBUF_INIT;
	struct diff_word *words;
	struct frame frame;
	struct arena arena;
	size_t n;

	arena_init(&arena);
	frame_init(&frame);
	frame_resize(&frame, 6, 40);
	frame_clear(&frame);
	n = worddiff(before, after, &arena, &words);
	ck_assert_int_eq(worddiff_draw(frame_area(&frame), 0, words, n), 3);
	frame_text(&frame, &text);
	ck_assert_str_eq(text.buf, "  You are a helpful assistant. {+Think\n"
				   "  step by step and answer at length.+}\n"
				   "  Answer in one sentence.\n\n\n\n");
	strbuf_release(&text);
	frame_release(&frame);
	arena_release(&arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view/worddiff");
	TCase *tests = tcase_create("worddiff");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, test_words, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_loop_test(tests, test_any_texts, 0, 60);
	tcase_add_loop_test(tests, test_text, 0, sizeof(texts) / sizeof(*texts));
	tcase_add_test(tests, test_draw);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
