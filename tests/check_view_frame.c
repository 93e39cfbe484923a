#include "base/utf8.h"
#include "view/chart.h"
#include "view/prompt.h"
#include "view/style.h"
#include "view/table.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct frame frame;
static struct strbuf text;

static void setup(void)
{
	frame_init(&frame);
	strbuf_init(&text);
}

static void teardown(void)
{
	frame_release(&frame);
	strbuf_release(&text);
}

static const char *as_text(void)
{
	strbuf_clear(&text);
	frame_text(&frame, &text);
	return text.buf;
}

START_TEST(test_text_is_clipped)
{
	static const struct {
		int columns, column;
		const char *text, *want;
		int used;
	} cases[] = {
		{10, 0, "abc", "abc\n", 3},
		{10, 8, "abc", "        a~\n", 2},
		{3, 0, "abc", "abc\n", 3},
		{3, 0, "abcd", "ab~\n", 3},
		{1, 0, "ab", "~\n", 1},
		{3, 3, "x", "\n", 0},
		{3, -1, "x", "\n", 0},
		{4, 0, "a\xe6\x97\xa5\xe6\x9c\xac", "a\xe6\x97\xa5~\n", 4},
		{3, 0, "a\xe6\x97\xa5\xe6\x9c\xac", "a~\n", 2},
		{5, 0, "e\xcc\x81z", "e\xcc\x81z\n", 2},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		frame_resize(&frame, 1, cases[i].columns);
		ck_assert_int_eq(area_text(frame_area(&frame), 0, cases[i].column, STYLE_TEXT,
					   cases[i].text),
				 cases[i].used);
		ck_assert_str_eq(as_text(), cases[i].want);
	}
}
END_TEST

START_TEST(test_right_aligned)
{
	static const struct {
		int column;
		const char *text, *want;
	} cases[] = {
		{6, "abc", "   abc\n"}, {3, "abc", "abc\n"}, {2, "abc", "a~\n"}, {0, "abc", "\n"}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		frame_resize(&frame, 1, 8);
		area_text_right(frame_area(&frame), 0, cases[i].column, STYLE_TEXT, cases[i].text);
		ck_assert_str_eq(as_text(), cases[i].want);
	}
}
END_TEST

START_TEST(test_wide_halves)
{
	frame_resize(&frame, 1, 6);
	area_text(frame_area(&frame), 0, 1, STYLE_TEXT, "\xe6\x97\xa5\xe6\x9c\xac");
	area_text(frame_area(&frame), 0, 2, STYLE_TEXT, "x");
	ck_assert_str_eq(as_text(), "  x\xe6\x9c\xac\n");
	area_text(frame_area(&frame), 0, 3, STYLE_TEXT, "y");
	ck_assert_str_eq(as_text(), "  xy\n");
}
END_TEST

START_TEST(test_parts_stay_inside)
{
	struct area part;
	int row, column;

	frame_resize(&frame, 4, 6);
	part = area_part(frame_area(&frame), 1, 2, 10, 3);
	ck_assert_int_eq(part.rows, 3);
	for (row = -2; row < 8; row++)
		for (column = -2; column < 9; column++)
			area_fill(part, row, column, 3, 'x', STYLE_CRIT);
	ck_assert_str_eq(as_text(), "\n  xxx\n  xxx\n  xxx\n");
	part = area_part(frame_area(&frame), 9, 9, 2, 2);
	ck_assert_int_eq(part.rows, 0);
	ck_assert_int_eq(part.columns, 0);
	ck_assert_int_eq(area_text(part, 0, 0, STYLE_TEXT, "no"), 0);
}
END_TEST

START_TEST(test_styles_have_names)
{
	int i;

	for (i = 0; i < STYLE_COUNT; i++)
		ck_assert_int_eq((int)style_by_name(style_name((enum style)i)), i);
	ck_assert_int_eq(style_by_name("no such"), STYLE_COUNT);
}
END_TEST

/* A theme that knows nothing of them has them all the same, and what it says of them holds. */
START_TEST(test_styles_left_out_are_made)
{
	struct theme theme;
	struct svg_colours colours;

	memset(&theme, 0, sizeof(theme));
	for (int i = 0; i < STYLE_COUNT; i++)
		for (int k = 0; k < 3; k++)
			theme.styles[i].foreground[k] = theme.styles[i].background[k] =
				THEME_DEFAULT;
	theme.styles[STYLE_CRIT].foreground[0] = 203;
	theme.styles[STYLE_CRIT].underline = true;
	theme.styles[STYLE_FOCUS].background[0] = 238;
	theme.styles[STYLE_BANNER].background[0] = 236;
	theme.styles[STYLE_BANNER].foreground[0] = 255;
	theme.styles[STYLE_BANNER_WARN].foreground[0] = 16;
	theme.styles[STYLE_BANNER_WARN].set = true;
	style_complete(&theme);
	ck_assert_int_eq(theme.styles[STYLE_FOCUS_CRIT].foreground[0], 203);
	ck_assert_int_eq(theme.styles[STYLE_FOCUS_CRIT].background[0], 238);
	ck_assert(theme.styles[STYLE_FOCUS_CRIT].underline);
	ck_assert_int_eq(theme.styles[STYLE_BANNER_CRIT].foreground[0], 203);
	ck_assert_int_eq(theme.styles[STYLE_BANNER_CRIT].background[0], 236);
	ck_assert_int_eq(theme.styles[STYLE_BANNER_WARN].foreground[0], 16);
	ck_assert_int_eq(theme.styles[STYLE_BANNER_WARN].background[0], THEME_DEFAULT);
	theme.styles[STYLE_PAPER].background[0] = 231;
	theme.styles[STYLE_PAPER].foreground[0] = 16;
	colours = style_colours(&theme);
	ck_assert_uint_eq(colours.paper, 0xffffff);
	ck_assert_uint_eq(colours.foreground[STYLE_TEXT], 0);
	ck_assert_uint_eq(colours.background[STYLE_FOCUS_CRIT], 0x444444);
}
END_TEST

static void plain_colours(struct svg_colours *colours)
{
	memset(colours, 0, sizeof(*colours));
	colours->paper = 0x101010;
	for (int i = 0; i < STYLE_COUNT; i++)
		colours->background[i] = colours->paper;
	colours->background[STYLE_FOCUS] = 0x203040;
	colours->foreground[STYLE_CRIT] = 0xff0000;
	colours->bold[STYLE_CRIT] = true;
}

START_TEST(test_svg)
{
	struct svg_colours colours;

	plain_colours(&colours);
	frame_resize(&frame, 2, 12);
	area_text(frame_area(&frame), 0, 1, STYLE_CRIT, "a<b&c");
	area_text(frame_area(&frame), 1, 2, STYLE_FOCUS, "r o  w");
	strbuf_clear(&text);
	frame_svg(&frame, &colours, &text);
	ck_assert_ptr_nonnull(strstr(text.buf, "width=\"124.8\" height=\"58\""));
	ck_assert_ptr_nonnull(strstr(text.buf, ".crit{fill:#ff0000;font-weight:bold}"));
	ck_assert_ptr_nonnull(strstr(text.buf, "<text x=\"20.4\" y=\"25\" textLength=\"42\" "
					       "class=\"crit\">a&lt;b&amp;c</text>"));
	ck_assert_ptr_nonnull(strstr(text.buf, "<rect x=\"28.8\" y=\"29\" width=\"50.4\" "
					       "height=\"17\" fill=\"#203040\"/>"));
	ck_assert_ptr_nonnull(strstr(text.buf, "<text x=\"28.8\" y=\"42\" textLength=\"25.2\" "
					       "class=\"focus\">r o</text>"));
	ck_assert_ptr_nonnull(strstr(text.buf, "<text x=\"70.8\" y=\"42\" textLength=\"8.4\" "
					       "class=\"focus\">w</text>"));
	ck_assert_str_eq(text.buf + text.len - 7, "</svg>\n");
}
END_TEST

static const struct table_column columns[] = {
	{"NAME", 6, 4, 1, 0, 0, TABLE_LEFT},
	{"one", 5, 0, 0, 0, 1, TABLE_RIGHT},
	{"two", 5, 0, 0, 1, 3, TABLE_RIGHT},
	{"three", 5, 0, 0, 0, 2, TABLE_RIGHT},
};

static void number_cell(void *ctx, size_t row, size_t column, int width, char *buf, size_t cap)
{
	(void)ctx;
	(void)width;
	snprintf(buf, cap, "%c%zu", (char)('a' + column), row);
}

static enum style plain_style(void *ctx, size_t row)
{
	(void)ctx;
	return row == 1 ? STYLE_CRIT : STYLE_TEXT;
}

static struct table make_table(size_t nrows)
{
	return (struct table){.columns = columns,
			      .ncolumns = 4,
			      .nrows = nrows,
			      .cell = number_cell,
			      .style = plain_style,
			      .sort = -1};
}

START_TEST(test_columns_fit_by_priority)
{
	static const struct {
		int width;
		size_t left;
		const char *want;
	} cases[] = {
		{26, 0, " NAME     one    two three\n a0        b0     c0    d0\n"},
		{28, 0, " NAME       one    two three\n a0          b0     c0    d0\n"},
		{24, 0, " NAME   one    two three\n a0      b0     c0    d0\n"},
		{20, 0, " NAME      one three\n a0         b0    d0\n"},
		{12, 0, " NAME    one\n a0       b0\n"},
		{8, 0, " NAME\n a0\n"},
		{20, 1, " NAME      two three\n a0         c0    d0\n"},
		{13, 2, " NAME   three\n a0        d0\n"},
		{2, 0, " ~\n ~\n"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table table = make_table(1);

		table.left = cases[i].left;
		frame_resize(&frame, 2, cases[i].width);
		table_draw(&table, frame_area(&frame));
		ck_assert_str_eq(as_text(), cases[i].want);
	}
}
END_TEST

START_TEST(test_cursor_is_seen)
{
	struct table table = make_table(9);

	frame.ascii = true;
	table.focused = true;
	table.sort = 1;
	table.cursor = 5;
	frame_resize(&frame, 4, 14);
	ck_assert_uint_eq(table_draw(&table, frame_area(&frame)), 3);
	ck_assert_uint_eq(table.top, 3);
	ck_assert_str_eq(as_text(), " NAME     vone\n a3         b3\n a4         b4\n"
				    ">a5         b5\n");
	ck_assert_int_eq(frame.cells[3 * 14 + 1].style, STYLE_FOCUS);
	table.cursor = 1;
	frame_clear(&frame);
	table_draw(&table, frame_area(&frame));
	ck_assert_uint_eq(table.top, 1);
	table.nrows = 2;
	table.top = 7;
	table_draw(&table, frame_area(&frame));
	ck_assert_uint_eq(table.top, 0);
}
END_TEST

START_TEST(test_trend_sweeps)
{
	static const float values[] = {0, 0, 0.003f, 0.07f, 1};
	static const char *const want[] = {"#|..:+", "+#|..:", ":+#|..", "..:+#|"};
	static const int64_t last[] = {0, 1, 2, 4};
	struct trend trend = {.values = values, .n = 5};
	char buf[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		trend.last = last[i];
		chart_line(buf, sizeof(buf), &trend, 6, true);
		ck_assert_str_eq(buf, want[i]);
	}
}
END_TEST

/* One step more changes two cells: the value and the mark. */
START_TEST(test_step_costs_two_cells)
{
	float values[40];
	char before[64], after[64];
	struct trend trend = {.values = values, .n = 14, .last = 1000};
	size_t i, changed;

	for (i = 0; i < 40; i++)
		values[i] = i % 3 ? 0.3f : 0;
	for (i = 0; i < 20; i++) {
		trend.values = values + i;
		trend.last = 1000 + (int64_t)i;
		chart_line(before, sizeof(before), &trend, 15, true);
		trend.values++;
		trend.last++;
		chart_line(after, sizeof(after), &trend, 15, true);
		changed = 0;
		for (size_t c = 0; c < 15; c++)
			changed += before[c] != after[c];
		ck_assert_uint_le(changed, 2);
		ck_assert_uint_ge(changed, 1);
	}
}
END_TEST

START_TEST(test_unknown_is_blank)
{
	static const float values[] = {NAN, 0, NAN};
	struct trend trend = {.values = values, .n = 3, .last = 2};
	char buf[64];

	ck_assert_str_eq(chart_line(buf, sizeof(buf), &trend, 5, true), " . | ");
}
END_TEST

START_TEST(test_chart_top)
{
	static const double cases[][2] = {{0, 1},  {0.03, 0.05}, {0.1, 0.1}, {1.2, 2},
					  {7, 10}, {480, 500},   {NAN, 1},   {INFINITY, 1}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert_double_eq_tol(chart_top(cases[i][0]), cases[i][1], 1e-12);
}
END_TEST

START_TEST(test_plot)
{
	static const float values[] = {0.5f, 1, 2};
	static const bool marks[] = {false, true, false};
	struct trend trend = {.values = values, .n = 3, .last = 2, .top = 2, .scale = CHART_TOP};

	frame.ascii = true;
	frame_resize(&frame, 3, 5);
	chart_plot(frame_area(&frame), &trend, marks);
	ck_assert_str_eq(as_text(), "  #|\n=##|\n ^\n");
}
END_TEST

#define SPECIAL(name) (KEYMAP_SPECIAL + KEYNAME_##name)

static void offer(void *ctx, enum prompt_kind kind, const char *line, size_t word,
		  struct prompt_matches *matches)
{
	(void)ctx;
	(void)kind;
	prompt_offer(matches, line + word, "window");
	prompt_offer(matches, line + word, "why");
	prompt_offer(matches, line + word, "zoom");
}

static void type(struct prompt *prompt, const char *keys)
{
	for (; *keys; keys++)
		prompt_key(prompt, (keycode)*keys);
}

START_TEST(test_prompt_edits)
{
	struct prompt prompt;

	prompt_init(&prompt);
	prompt_open(&prompt, PROMPT_COMMAND, "");
	type(&prompt, "filter code:5xx");
	prompt_key(&prompt, KEYMAP_CTRL | 'w');
	ck_assert_str_eq(prompt.text, "filter ");
	prompt_key(&prompt, 0xe9);
	prompt_key(&prompt, SPECIAL(LEFT));
	type(&prompt, "x");
	ck_assert_str_eq(prompt.text, "filter x\xc3\xa9");
	prompt_key(&prompt, SPECIAL(DELETE));
	ck_assert_str_eq(prompt.text, "filter x");
	prompt_key(&prompt, 0x202e);
	prompt_key(&prompt, 7);
	ck_assert_str_eq(prompt.text, "filter x");
	prompt_key(&prompt, SPECIAL(HOME));
	prompt_key(&prompt, KEYMAP_CTRL | 'u');
	ck_assert_str_eq(prompt.text, "filter x");
	prompt_key(&prompt, SPECIAL(END));
	prompt_key(&prompt, KEYMAP_CTRL | 'u');
	ck_assert_str_eq(prompt.text, "");
	ck_assert_int_eq(prompt_key(&prompt, SPECIAL(BACKSPACE)), PROMPT_CANCELLED);
	prompt_release(&prompt);
}
END_TEST

START_TEST(test_prompt_recalls)
{
	struct prompt prompt;

	prompt_init(&prompt);
	for (int i = 0; i < PROMPT_HISTORY + 3; i++) {
		prompt_open(&prompt, PROMPT_COMMAND, i % 2 ? "odd" : "even");
		ck_assert_int_eq(prompt_key(&prompt, SPECIAL(ENTER)), PROMPT_DONE);
		prompt_close(&prompt, true);
	}
	ck_assert_uint_eq(prompt.history[PROMPT_COMMAND].n, PROMPT_HISTORY);
	prompt_open(&prompt, PROMPT_COMMAND, "");
	type(&prompt, "dra");
	prompt_key(&prompt, SPECIAL(UP));
	ck_assert_str_eq(prompt.text, "even");
	prompt_key(&prompt, SPECIAL(UP));
	ck_assert_str_eq(prompt.text, "odd");
	prompt_key(&prompt, SPECIAL(DOWN));
	prompt_key(&prompt, SPECIAL(DOWN));
	ck_assert_str_eq(prompt.text, "dra");
	for (int i = 0; i < 2 * PROMPT_HISTORY; i++)
		prompt_key(&prompt, SPECIAL(UP));
	ck_assert_str_eq(prompt.text, "odd");
	prompt_open(&prompt, PROMPT_FILTER, "");
	ck_assert_int_eq(prompt_key(&prompt, SPECIAL(UP)), PROMPT_SAME);
	prompt_release(&prompt);
}
END_TEST

START_TEST(test_prompt_completes)
{
	struct prompt prompt;

	prompt_init(&prompt);
	prompt.complete = offer;
	prompt_open(&prompt, PROMPT_COMMAND, "x w");
	prompt_key(&prompt, SPECIAL(TAB));
	ck_assert_str_eq(prompt.text, "x window");
	prompt_key(&prompt, SPECIAL(TAB));
	ck_assert_str_eq(prompt.text, "x why");
	prompt_key(&prompt, SPECIAL(BACKTAB));
	ck_assert_str_eq(prompt.text, "x window");
	type(&prompt, " q");
	ck_assert_int_eq(prompt_key(&prompt, SPECIAL(TAB)), PROMPT_SAME);
	ck_assert_str_eq(prompt.text, "x window q");
	prompt_release(&prompt);
}
END_TEST

START_TEST(test_prompt_takes_pastes_as_text)
{
	struct prompt prompt;
	char large[4 * PROMPT_TEXT];

	prompt_init(&prompt);
	prompt_open(&prompt, PROMPT_COMMAND, "");
	ck_assert_int_eq(prompt_paste(&prompt, "quit\n\033]0;x\a"), PROMPT_CHANGED);
	ck_assert_str_eq(prompt.text, "quit \\x1b]0;x\\x07");
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	prompt_paste(&prompt, large);
	ck_assert_uint_lt(prompt.len, PROMPT_TEXT);
	ck_assert_uint_eq(prompt.len, strlen(prompt.text));
	prompt_release(&prompt);
}
END_TEST

START_TEST(test_prompt_is_drawn_at_any_width)
{
	struct prompt prompt;

	prompt_init(&prompt);
	prompt_open(&prompt, PROMPT_FILTER, "route:\xe6\x97\xa5\xe6\x9c\xac code:5xx");
	for (int width = 1; width < 40; width++) {
		frame_resize(&frame, 1, width);
		prompt_draw(&prompt, frame_area(&frame), 0);
		ck_assert_int_eq(frame.cursor_row, 0);
		ck_assert_int_ge(frame.cursor_column, 0);
		ck_assert_int_lt(frame.cursor_column, width);
	}
	ck_assert_str_eq(as_text(), "/route:\xe6\x97\xa5\xe6\x9c\xac code:5xx\n");
	ck_assert_int_eq(frame.cursor_column, 20);
	prompt_release(&prompt);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view/frame");
	TCase *tc = tcase_create("frame");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_text_is_clipped);
	tcase_add_test(tc, test_right_aligned);
	tcase_add_test(tc, test_wide_halves);
	tcase_add_test(tc, test_parts_stay_inside);
	tcase_add_test(tc, test_styles_have_names);
	tcase_add_test(tc, test_styles_left_out_are_made);
	tcase_add_test(tc, test_svg);
	tcase_add_test(tc, test_columns_fit_by_priority);
	tcase_add_test(tc, test_cursor_is_seen);
	tcase_add_test(tc, test_trend_sweeps);
	tcase_add_test(tc, test_step_costs_two_cells);
	tcase_add_test(tc, test_unknown_is_blank);
	tcase_add_test(tc, test_chart_top);
	tcase_add_test(tc, test_plot);
	tcase_add_test(tc, test_prompt_edits);
	tcase_add_test(tc, test_prompt_recalls);
	tcase_add_test(tc, test_prompt_completes);
	tcase_add_test(tc, test_prompt_takes_pastes_as_text);
	tcase_add_test(tc, test_prompt_is_drawn_at_any_width);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
