/* From cells to curses: style ids become colours and attributes here and nowhere else. */
#include "tui/term_private.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <wchar.h>

/* Without colours a status is told by attributes alone. */
static const attr_t mono[STYLE_COUNT] = {
	[STYLE_WARN] = A_BOLD,
	[STYLE_CRIT] = A_BOLD | A_REVERSE,
	[STYLE_PEND] = A_UNDERLINE,
	[STYLE_STALE] = A_DIM,
	[STYLE_DIM] = A_DIM,
	[STYLE_TITLE] = A_BOLD,
	[STYLE_KEY] = A_BOLD,
	[STYLE_FOCUS] = A_REVERSE,
	[STYLE_INPUT] = A_UNDERLINE,
	[STYLE_MARK] = A_BOLD,
	[STYLE_GOOD_NEWS] = A_BOLD,
	[STYLE_BANNER] = A_REVERSE,
	[STYLE_BANNER_PROD] = A_REVERSE | A_BOLD,
	[STYLE_BANNER_STAGE] = A_REVERSE,
	[STYLE_BANNER_DEV] = A_REVERSE,
};

static attr_t theme_attributes(const struct theme_style *style)
{
	return (style->bold ? A_BOLD : 0) | (style->dim ? A_DIM : 0) |
	       (style->underline ? A_UNDERLINE : 0) | (style->reverse ? A_REVERSE : 0);
}

void paint_theme(struct term *term, const struct theme *theme)
{
	set_term(term->screen);
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct theme_style *style = &theme->styles[i];
		short pair = (short)(i + 1);

		if (term->mono) {
			term->attributes[i] = mono[i];
			continue;
		}
		init_pair(pair, style->foreground[term->palette], style->background[term->palette]);
		term->attributes[i] = theme_attributes(style);
	}
}

static wchar_t glyph_for(const struct term *term, uint32_t glyph)
{
	if (glyph < 0x20 || glyph == 0x7f)
		return L' ';
	return term->ascii && glyph > 0x7e ? L'?' : (wchar_t)glyph;
}

static void set_cell(const struct term *term, cchar_t *ret_char, const struct cell *cell)
{
	const wchar_t text[3] = {glyph_for(term, cell->glyph),
				 term->ascii ? 0 : (wchar_t)cell->combining, 0};
	short pair = term->mono ? 0 : (short)(cell->style + 1);

	setcchar(ret_char, text, term->attributes[cell->style], pair, NULL);
}

static void paint_row(const struct term *term, const struct frame *frame, int row, cchar_t *line)
{
	const struct cell *cells = frame->cells + (size_t)row * (size_t)frame->columns;
	int n = 0;

	for (int column = 0; column < frame->columns; column++)
		if (cells[column].glyph) /* 0 is the right half of a wide one */
			set_cell(term, &line[n++], &cells[column]);
	mvadd_wchnstr(row, 0, line, n);
}

void paint_frame(struct term *term, const struct frame *frame, bool redraw)
{
	cchar_t *line = xcalloc((size_t)frame->columns, sizeof(*line));

	set_term(term->screen);
	if (redraw)
		clearok(stdscr, TRUE);
	erase();
	for (int row = 0; row < frame->rows; row++)
		paint_row(term, frame, row, line);
	curs_set(frame->cursor_row >= 0);
	if (frame->cursor_row >= 0)
		move(frame->cursor_row, frame->cursor_column);
	refresh();
	free(line);
}
