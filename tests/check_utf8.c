#include "base/utf8.h"

#include <check.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uniwidth.h>
#include <wchar.h>

static const char *const locales[] = {"C.UTF-8", "C"};
#define NLOCALES (int)(sizeof(locales) / sizeof(locales[0]))

/* Bytes as foreign systems send them, and the text that may reach a sink. */
static const struct {
	const char *in;
	const char *out;
} cases[] = {
	{"", ""},
	{"/cart/checkout", "/cart/checkout"},
	{"A\x1b]0;pwn\aB", "A\\x1b]0;pwn\\x07B"},
	{"A\x9b"
	 "31mB",
	 "A\\x9b31mB"},
	{"A\xc2\x9b"
	 "31mB",
	 "A<U+009B>31mB"},
	{"A\xc2\x90q\xc2\x9c", "A<U+0090>q<U+009C>"},
	{"\xe2\x80\xaa\xe2\x80\xae", "<U+202A><U+202E>"},
	{"\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "<U+2066><U+2067><U+2068><U+2069>"},
	{"a\xe2\x80\x8d\xe2\x80\x8b\xe2\x80\x8e", "a<U+200D><U+200B><U+200E>"},
	{"\xef\xbb\xbf\xc2\xad\xc2\x85\xe2\x80\xa8\xe2\x80\xa9",
	 "<U+FEFF><U+00AD><U+0085><U+2028><U+2029>"},
	{"\xf3\xa0\x81\x81", "<U+E0041>"},
	{"AAAA\rBB", "AAAA\\x0dBB"},
	{"AAA\b\bB", "AAA\\x08\\x08B"},
	{"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
	{"\xff\xfe", "\\xff\\xfe"},
	{"\xc0\x9b", "\\xc0\\x9b"},
	{"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	{"\xe2\x82", "\\xe2\\x82"},
	{"\xee\x80\x80\xef\xbf\xbf", "<U+E000><U+FFFF>"},
	{"\xe1\x85\x9f\xe1\x85\xa0\xe3\x85\xa4\xef\xbe\xa0\xe2\xa0\x80",
	 "<U+115F><U+1160><U+3164><U+FFA0><U+2800>"},
	{"x\xef\xb8\x8f\xf3\xa0\x84\x80\xcd\x8f", "x<U+FE0F><U+E0100><U+034F>"},
	{"e\xcc\x81 Z\xcc\x80\xcc\x81\xcc\x82\xcc\x83!", "e\xcc\x81 Z\xcc\x80\xcc\x81!"},
	{"\xcc\x81x", "<U+0301>x"},
	{"caf\xc3\xa9 \xe4\xb8\x80 \xf0\x9f\x98\x80 \xef\xbf\xbd",
	 "caf\xc3\xa9 \xe4\xb8\x80 \xf0\x9f\x98\x80 \xef\xbf\xbd"},
	{"\\x1b <U+202E>", "\\x1b <U+202E>"},
};
#define NCASES (int)(sizeof(cases) / sizeof(cases[0]))

START_TEST(foreign_text_becomes_inert)
{
	char out[256];

	for (int l = 0; l < NLOCALES; l++) {
		ck_assert_ptr_nonnull(setlocale(LC_CTYPE, locales[l]));
		ck_assert_uint_eq(
			utf8_sanitise(out, sizeof(out), cases[_i].in, strlen(cases[_i].in)),
			strlen(cases[_i].out));
		ck_assert_str_eq(out, cases[_i].out);
	}
}
END_TEST

START_TEST(nul_is_visible)
{
	char out[16];

	ck_assert_uint_eq(utf8_sanitise(out, sizeof(out), "a\0b", 3), 6);
	ck_assert_str_eq(out, "a\\x00b");
}
END_TEST

/* Well-formed, and every code point one that a reader can see or that stands on one. Says what
 * is wrong; one assertion a code point would make the test slow. */
static const char *why_not_inert(const char *s, size_t len)
{
	int marks = 0;

	for (size_t at = 0; at < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + at, len - at, &cp);
		int width = utf8_cp_width(cp);

		if (cp == UTF8_REPLACEMENT && n != 3)
			return "malformed";
		if (uc_is_general_category(cp, UC_CATEGORY_C) ||
		    uc_is_general_category(cp, UC_CATEGORY_Zl) ||
		    uc_is_general_category(cp, UC_CATEGORY_Zp))
			return "a control";
		if (width != uc_width(cp, "UTF-8"))
			return "of disputed width";
		marks = width ? 0 : marks + 1;
		if (marks > (at ? 2 : 0))
			return "too many marks";
		at += n;
	}
	return NULL;
}

START_TEST(every_code_point_is_inert)
{
	char in[4], out[16];

	setlocale(LC_CTYPE, locales[_i]);
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		size_t n = utf8_sanitise(out, sizeof(out), in, utf8_encode(cp, in));

		if (n == 0 || why_not_inert(out, n))
			ck_abort_msg("U+%04X: %s", cp, n ? why_not_inert(out, n) : "lost");
	}
}
END_TEST

/* A generator of its own, so that a failure can be run again. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Mostly pieces that are interesting next to each other, else any byte. */
static size_t random_bytes(uint64_t *state, char *buf, size_t cap)
{
	static const char *const pieces[] = {"\xcc\x81",     "\xe4\xb8\x80",     "a",
					     "\xe2\x80\xae", "\xf0\x9f\x98\x80", "\x1b["};
	size_t n = 0, want = next_random(state) % cap;

	while (n + 4 < want) {
		uint32_t r = next_random(state);
		const char *piece = pieces[r % 6];

		if (r & 0x100) {
			memcpy(buf + n, piece, strlen(piece));
			n += strlen(piece);
		} else {
			buf[n++] = (char)(r >> 9);
		}
	}
	return n;
}

START_TEST(random_bytes_become_inert)
{
	uint64_t state = 7;

	setlocale(LC_CTYPE, locales[_i]);
	for (int round = 0; round < 20000; round++) {
		char in[128], out[200], again[200];
		size_t len = random_bytes(&state, in, sizeof(in));
		size_t cap = 1 + next_random(&state) % (sizeof(out) - 1);
		size_t n;

		memset(out, '#', sizeof(out));
		n = utf8_sanitise(out, cap, in, len);
		utf8_sanitise(again, cap, out, n);
		if (n >= cap || strlen(out) != n || (cap < sizeof(out) && out[cap] != '#') ||
		    why_not_inert(out, n) || strcmp(out, again) != 0)
			ck_abort_msg("round %d: %s", round, out);
	}
}
END_TEST

START_TEST(nothing_is_cut_in_the_middle)
{
	static const struct {
		size_t cap;
		const char *out;
	} cuts[] = {
		{1, ""},
		{2, "a"},
		{5, "a"},
		{6, "a\\x1b"},
		{7, "a\\x1bb"},
		{8, "a\\x1bb"},
		{9, "a\\x1bb\xc3\xa9"},
		{10, "a\\x1bb\xc3\xa9"},
		{13, "a\\x1bb\xc3\xa9"},
		{14, "a\\x1bb\xc3\xa9"
		     "e\xcc\x81\xcc\x82"},
	};
	const char *in = "a\x1b"
			 "b\xc3\xa9"
			 "e\xcc\x81\xcc\x82";
	char out[32];

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		utf8_sanitise(out, cuts[i].cap, in, strlen(in));
		ck_assert_str_eq(out, cuts[i].out);
	}
	ck_assert_uint_eq(utf8_sanitise(out, 0, in, strlen(in)), 0);
}
END_TEST

START_TEST(a_disputed_width_is_replaced)
{
	int disputed = 0;

	setlocale(LC_CTYPE, "C.UTF-8");
	for (uint32_t cp = 0xa0; cp <= 0x10ffff; cp++) {
		char in[4], out[16];

		if (wcwidth((wchar_t)cp) == uc_width(cp, "UTF-8") ||
		    uc_is_general_category(cp, UC_CATEGORY_C))
			continue;
		utf8_sanitise(out, sizeof(out), in, utf8_encode(cp, in));
		if (strcmp(out, "\xef\xbf\xbd") != 0 && strncmp(out, "<U+", 3) != 0)
			ck_abort_msg("U+%04X stays", cp);
		disputed += out[0] != '<';
	}
	ck_assert_int_gt(disputed, 0);
}
END_TEST

START_TEST(columns_are_counted)
{
	static const struct {
		const char *text;
		int columns;
		size_t bytes;
		int width;
	} fits[] = {
		{"abc", 2, 2, 2},
		{"abc", 9, 3, 3},
		{"abc", 0, 0, 0},
		{"\xe4\xb8\x80\xe4\xb8\x80", 3, 3, 2},
		{"\xe4\xb8\x80\xe4\xb8\x80", 4, 6, 4},
		{"ae\xcc\x81z", 2, 4, 2},
	};

	for (int l = 0; l < NLOCALES; l++) {
		setlocale(LC_CTYPE, locales[l]);
		for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
			int width;

			ck_assert_uint_eq(utf8_fit(fits[i].text, fits[i].columns, &width),
					  fits[i].bytes);
			ck_assert_int_eq(width, fits[i].width);
		}
		ck_assert_uint_eq(utf8_fit("abc", 1, NULL), 1);
		ck_assert_int_eq(utf8_width("a\xe4\xb8\x80"
					    "e\xcc\x81"),
				 4);
	}
}
END_TEST

START_TEST(code_points_round_trip)
{
	for (uint32_t cp = 0; cp <= 0x10ffff; cp += cp < 0x20000 ? 1 : 0x101) {
		char buf[4];
		uint32_t back;
		size_t n = utf8_encode(cp, buf);

		ck_assert_uint_eq(utf8_decode(buf, n, &back), cp >= 0xd800 && cp <= 0xdfff ? 1 : n);
		ck_assert_uint_eq(back, cp >= 0xd800 && cp <= 0xdfff ? UTF8_REPLACEMENT : cp);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("utf8");
	TCase *tc = tcase_create("utf8");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, foreign_text_becomes_inert, 0, NCASES);
	tcase_add_test(tc, nul_is_visible);
	tcase_add_loop_test(tc, every_code_point_is_inert, 0, NLOCALES);
	tcase_add_loop_test(tc, random_bytes_become_inert, 0, NLOCALES);
	tcase_add_test(tc, nothing_is_cut_in_the_middle);
	tcase_add_test(tc, a_disputed_width_is_replaced);
	tcase_add_test(tc, columns_are_counted);
	tcase_add_test(tc, code_points_round_trip);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
