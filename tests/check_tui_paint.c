/* What the terminal shows, read back from an emulator: every cell of the frame, and how many bytes
 * it took to get there. */
#include "pty.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>
#include <wchar.h>

#define COUNT(array)      (sizeof(array) / sizeof(array[0]))
#define ROWS              40
#define COLUMNS           120
#define FIRST_PAINT_BYTES 12288
#define FRAME_BYTES       2048

static const char *const types[] = {"xterm-256color", "screen-256color", "linux", "vt100"};

struct screen_test {
	struct pty pty;
	struct term *term;
	struct frame frame;
	struct strbuf bytes; /* of the last paint */
	VTerm *vterm;
	VTermScreen *screen;
};

static void set_theme(struct term *term)
{
	struct theme theme = {.name = "test"};

	for (int i = 0; i < THEME_STYLES; i++)
		for (int k = 0; k < 3; k++)
			theme.styles[i].foreground[k] = theme.styles[i].background[k] =
				THEME_DEFAULT;
	theme.styles[STYLE_CRIT].foreground[0] = 203;
	theme.styles[STYLE_CRIT].foreground[1] = 9;
	theme.styles[STYLE_CRIT].foreground[2] = 1;
	theme.styles[STYLE_CRIT].bold = true;
	theme.styles[STYLE_DIM].foreground[0] = 244;
	theme.styles[STYLE_DIM].foreground[1] = 8;
	theme.styles[STYLE_DIM].foreground[2] = 7;
	theme.styles[STYLE_FOCUS].reverse = true;
	term_theme(term, &theme);
}

static bool begin(struct screen_test *t, const char *type, bool ascii, bool no_color)
{
	*t = (struct screen_test){.bytes = STRBUF_INIT};
	pty_open(&t->pty, ROWS, COLUMNS);
	t->term = pty_term(&t->pty, type, ascii, no_color);
	if (!t->term) {
		pty_close(&t->pty);
		return false;
	}
	set_theme(t->term);
	frame_init(&t->frame);
	frame_resize(&t->frame, ROWS, COLUMNS);
	t->frame.cursor_row = -1;
	t->vterm = vterm_new(ROWS, COLUMNS);
	vterm_set_utf8(t->vterm, 1);
	t->screen = vterm_obtain_screen(t->vterm);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	return true;
}

static void end(struct screen_test *t)
{
	term_close(t->term);
	pty_close(&t->pty);
	frame_release(&t->frame);
	strbuf_release(&t->bytes);
	vterm_free(t->vterm);
}

static size_t show(struct screen_test *t)
{
	strbuf_clear(&t->bytes);
	ck_assert(term_paint(t->term, &t->frame, false));
	pty_settle(&t->pty, t->term, &t->bytes);
	vterm_input_write(t->vterm, t->bytes.buf, t->bytes.len);
	return t->bytes.len;
}

static VTermScreenCell shown_at(const struct screen_test *t, int row, int column)
{
	VTermScreenCell cell;

	ck_assert_int_ne(
		vterm_screen_get_cell(t->screen, (VTermPos){.row = row, .col = column}, &cell), 0);
	return cell;
}

static void compare(const struct screen_test *t)
{
	for (int row = 0; row < t->frame.rows; row++)
		for (int column = 0; column < t->frame.columns; column++) {
			const struct cell *cell = &t->frame.cells[row * t->frame.columns + column];
			VTermScreenCell shown;

			if (!cell->glyph)
				continue;
			shown = shown_at(t, row, column);
			if (cell->glyph == ' ' && !shown.chars[0])
				continue;
			ck_assert_msg(shown.chars[0] == cell->glyph, "%d,%d: U+%04X for U+%04X",
				      row, column, shown.chars[0], cell->glyph);
			ck_assert_uint_eq(shown.chars[1], cell->combining);
		}
}

/* A table of numbers like those of a busy screen, which differ from one turn to the next. */
static void draw_numbers(struct frame *frame, int turn)
{
	struct area area = frame_area(frame);

	area_fill(area, 0, 0, COLUMNS, 0x2500, STYLE_BORDER);
	for (int row = 1; row < ROWS; row++) {
		enum style style = row == 3 ? STYLE_CRIT : row % 7 ? STYLE_TEXT : STYLE_DIM;

		area_printf(area, row, 0, style, "edge-eu  /shop/checkout/%02d", row);
		for (int i = 0; i < 6; i++)
			area_printf(area, row, 30 + 10 * i, style, "%8d",
				    1000 * row + 7 * i + (row % 4 ? 0 : 137 * turn));
		for (int i = 0; i < 28; i++)
			area_fill(area, row, 91 + i, 1, 0x2581 + (unsigned)(row * i) % 8, style);
	}
}

START_TEST(test_cells)
{
	struct screen_test t;
	struct area area;

	if (!begin(&t, types[_i], false, false))
		return;
	area = frame_area(&t.frame);
	draw_numbers(&t.frame, 0);
	area_text(area, 5, 0, STYLE_TEXT, "caf\xc3\xa9 \xe4\xbd\xa0\xe5\xa5\xbd e\xcc\x81 end");
	area_text(area, 6, COLUMNS - 4, STYLE_TEXT, "edge");
	area_text(area, ROWS - 1, COLUMNS - 6, STYLE_CRIT, "corner");
	show(&t);
	compare(&t);
	draw_numbers(&t.frame, 1);
	area_style(area, 8, 0, COLUMNS, STYLE_FOCUS);
	show(&t);
	compare(&t);
	ck_assert(shown_at(&t, 8, 0).attrs.reverse);
	ck_assert(!shown_at(&t, 9, 0).attrs.reverse);
	end(&t);
}
END_TEST

static const struct {
	const char *type;
	bool no_color;
	int colour; /* of STYLE_CRIT, -1: the terminal's own */
} looks[] = {{"xterm-256color", false, 203}, {"screen-256color", false, 203},
	     {"xterm-16color", false, 9},    {"linux", false, 1},
	     {"vt100", false, -1},           {"xterm-256color", true, -1}};

START_TEST(test_colours)
{
	struct screen_test t;
	VTermScreenCell cell;

	if (!begin(&t, looks[_i].type, false, looks[_i].no_color))
		return;
	area_text(frame_area(&t.frame), 2, 2, STYLE_CRIT, "CRIT");
	show(&t);
	cell = shown_at(&t, 2, 2);
	ck_assert_uint_eq(cell.chars[0], 'C');
	if (looks[_i].colour < 0) {
		ck_assert(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
		ck_assert(cell.attrs.bold && cell.attrs.reverse);
	} else {
		ck_assert(VTERM_COLOR_IS_INDEXED(&cell.fg));
		ck_assert_int_eq(cell.fg.indexed.idx % (looks[_i].colour < 8 ? 8 : 256),
				 looks[_i].colour);
		ck_assert(cell.attrs.bold);
	}
	end(&t);
}
END_TEST

START_TEST(test_ascii)
{
	struct screen_test t;

	if (!begin(&t, types[_i], true, false))
		return;
	draw_numbers(&t.frame, 0);
	show(&t);
	for (size_t i = 0; i < t.bytes.len; i++)
		ck_assert_int_lt((unsigned char)t.bytes.buf[i], 0x80);
	ck_assert_uint_eq(shown_at(&t, 0, 0).chars[0], '?');
	end(&t);
}
END_TEST

/* Cells that no view should make: none of them may move the cursor or shift a row. */
START_TEST(test_hostile_cells)
{
	static const uint32_t glyphs[] = {0x1b,    0x9b,   '\r',     '\n',   '\b',  7,
					  0x7f,    0x202e, 0x200d,   0x4f60, 0x301, 0xfeff,
					  0xe0041, 0xd800, 0x110000, 0x2028, 0xad};
	struct screen_test t;
	struct cell *cells;

	if (!begin(&t, types[_i], false, false))
		return;
	cells = t.frame.cells + COLUMNS;
	for (size_t i = 0; i < COUNT(glyphs); i++) {
		cells[2 * i + 1] = (struct cell){.glyph = glyphs[i], .style = 200};
		cells[2 * i] = (struct cell){.glyph = '|', .combining = 0x1b};
	}
	cells[COLUMNS - 1].glyph = '$';
	show(&t);
	for (size_t i = 0; i < COUNT(glyphs); i++)
		ck_assert_uint_eq(shown_at(&t, 1, (int)(2 * i)).chars[0], '|');
	ck_assert_uint_eq(shown_at(&t, 1, COLUMNS - 1).chars[0], '$');
	ck_assert_uint_eq(shown_at(&t, 1, 1).chars[0], 0xfffd);
	end(&t);
}
END_TEST

/* Of what has no business in the stream: NUL, bell, tabs set elsewhere, end of file. */
static void check_controls(const struct strbuf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++) {
		unsigned char c = (unsigned char)bytes->buf[i];

		ck_assert_msg(c >= 0x20 || strchr("\033\r\n\b\t\016\017", c), "byte %02x at %zu", c,
			      i);
		ck_assert_uint_ne(c, 0);
		ck_assert_uint_ne(c, 0x7f);
	}
}

/* One byte for each changed cell and four to get to each run of them. */
static size_t ideal(const struct cell *before, const struct frame *frame)
{
	size_t sum = 0;

	for (int i = 0; i < frame->rows * frame->columns; i++)
		if (memcmp(&before[i], &frame->cells[i], sizeof(*before)))
			sum += i % frame->columns && memcmp(&before[i - 1], &frame->cells[i - 1],
							    sizeof(*before))
				       ? 1
				       : 5;
	return sum;
}

START_TEST(test_bytes)
{
	struct cell *before = malloc(sizeof(*before) * ROWS * COLUMNS);
	struct screen_test t;
	size_t n;

	if (!begin(&t, types[_i], false, false)) {
		free(before);
		return;
	}
	draw_numbers(&t.frame, 0);
	n = show(&t);
	printf("%s: first paint %zu bytes\n", types[_i], n);
	check_controls(&t.bytes);
	ck_assert_msg(n <= FIRST_PAINT_BYTES, "first paint took %zu bytes", n);
	ck_assert_uint_eq(show(&t), 0);
	area_text(frame_area(&t.frame), 9, 70, STYLE_TEXT, "    9123");
	show(&t);
	area_text(frame_area(&t.frame), 9, 70, STYLE_TEXT, "    9124");
	n = show(&t);
	ck_assert_msg(n <= 9, "one digit took %zu bytes", n);
	memcpy(before, t.frame.cells, sizeof(*before) * ROWS * COLUMNS);
	draw_numbers(&t.frame, 1);
	n = show(&t);
	check_controls(&t.bytes);
	printf("%s: %zu bytes, ideal %zu\n", types[_i], n, ideal(before, &t.frame));
	ck_assert_msg(n <= FRAME_BYTES, "a refresh took %zu bytes", n);
	end(&t);
	free(before);
}
END_TEST

START_TEST(test_redraw)
{
	struct screen_test t;

	if (!begin(&t, types[_i], false, false))
		return;
	draw_numbers(&t.frame, 0);
	show(&t);
	vterm_input_write(t.vterm, "\033[H\033[2Jnoise", 12);
	strbuf_clear(&t.bytes);
	ck_assert(term_paint(t.term, &t.frame, true));
	pty_settle(&t.pty, t.term, &t.bytes);
	vterm_input_write(t.vterm, t.bytes.buf, t.bytes.len);
	compare(&t);
	end(&t);
}
END_TEST

START_TEST(test_resize)
{
	struct screen_test t;
	int rows, columns;

	if (!begin(&t, types[0], false, false))
		return;
	draw_numbers(&t.frame, 0);
	show(&t);
	ck_assert(!term_resized(t.term));
	for (int size = 1; size < 60; size++) {
		pty_resize(&t.pty, size, 3 * size);
		ck_assert(term_resized(t.term));
		term_size(t.term, &rows, &columns);
		ck_assert_int_eq(rows, size);
		ck_assert_int_eq(columns, 3 * size);
		frame_resize(&t.frame, rows, columns);
		area_printf(frame_area(&t.frame), 0, 0, STYLE_TEXT, "%d", size);
		area_text(frame_area(&t.frame), rows - 1, columns - 1, STYLE_TEXT, "$");
		vterm_set_size(t.vterm, rows, columns);
		vterm_input_write(t.vterm, "\033[2Jnoise", 9);
		show(&t);
		compare(&t);
	}
	end(&t);
}
END_TEST

START_TEST(test_suspend)
{
	struct screen_test t;

	if (!begin(&t, types[0], false, false))
		return;
	draw_numbers(&t.frame, 0);
	show(&t);
	term_suspend(t.term);
	strbuf_clear(&t.bytes);
	pty_read(&t.pty, SIZE_MAX, &t.bytes);
	vterm_input_write(t.vterm, t.bytes.buf, t.bytes.len);
	ck_assert_ptr_nonnull(strstr(t.bytes.buf, "\033[?1049l"));
	vterm_input_write(t.vterm, "\033[Hjob output", 13);
	term_resume(t.term);
	show(&t);
	ck_assert_ptr_nonnull(strstr(t.bytes.buf, "\033[?1049h"));
	compare(&t);
	end(&t);
}
END_TEST

/* A line that takes 2,000 bytes between two frames: frames are left out, no key is, and at its end
 * the newest state stands on the screen. */
START_TEST(test_slow_reader)
{
	struct screen_test t;
	unsigned painted = 0, keys = 0;
	bool gone;

	if (!begin(&t, types[0], false, false))
		return;
	for (int turn = 0; turn < 60; turn++) {
		for (int row = 0; row < ROWS; row++)
			area_fill(frame_area(&t.frame), row, 0, COLUMNS,
				  'a' + (unsigned)(row * turn + turn) % 26,
				  row % 2 ? STYLE_CRIT : STYLE_DIM);
		painted += term_paint(t.term, &t.frame, turn % 3 == 0);
		ck_assert_int_eq(term_flush(t.term), 0);
		pty_read(&t.pty, 2000, &t.bytes);
		pty_type(&t.pty, "j");
		keys += term_key(t.term, &gone) == 'j';
		ck_assert(!gone);
	}
	ck_assert_uint_eq(keys, 60);
	ck_assert_uint_ge(painted, 10);
	ck_assert_uint_le(painted, 50);
	ck_assert_uint_eq(term_stats(t.term, 1000).skipped, 60 - painted);
	pty_settle(&t.pty, t.term, &t.bytes);
	vterm_input_write(t.vterm, t.bytes.buf, t.bytes.len);
	show(&t);
	compare(&t);
	end(&t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/paint");
	TCase *tc = tcase_create("paint");
	SRunner *runner;
	int failed;

	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_loop_test(tc, test_cells, 0, COUNT(types));
	tcase_add_loop_test(tc, test_colours, 0, COUNT(looks));
	tcase_add_loop_test(tc, test_ascii, 0, COUNT(types));
	tcase_add_loop_test(tc, test_hostile_cells, 0, COUNT(types));
	tcase_add_loop_test(tc, test_bytes, 0, COUNT(types));
	tcase_add_loop_test(tc, test_redraw, 0, COUNT(types));
	tcase_add_test(tc, test_resize);
	tcase_add_test(tc, test_suspend);
	tcase_add_test(tc, test_slow_reader);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
