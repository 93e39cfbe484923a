/* From cells to curses: style ids become colours and attributes here and nowhere else. */
#include "tui/term_private.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
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
	[STYLE_FOCUS_CRIT] = A_REVERSE | A_BOLD,
	[STYLE_FOCUS_WARN] = A_REVERSE,
	[STYLE_FOCUS_PEND] = A_REVERSE,
	[STYLE_INPUT] = A_UNDERLINE,
	[STYLE_MARK] = A_BOLD,
	[STYLE_GOOD_NEWS] = A_BOLD,
	[STYLE_BANNER] = A_REVERSE,
	[STYLE_BANNER_CRIT] = A_REVERSE | A_BOLD,
	[STYLE_BANNER_WARN] = A_REVERSE | A_BOLD,
	[STYLE_BANNER_PEND] = A_REVERSE,
	[STYLE_BANNER_PROD] = A_REVERSE | A_BOLD,
	[STYLE_BANNER_STAGE] = A_REVERSE,
	[STYLE_BANNER_DEV] = A_REVERSE,
};

static attr_t theme_attributes(const struct theme_style *style)
{
	return (style->bold ? A_BOLD : 0) | (style->dim ? A_DIM : 0) |
	       (style->underline ? A_UNDERLINE : 0) | (style->reverse ? A_REVERSE : 0);
}

/* A style in the terminal's own colours needs no pair, and fewer bytes to switch to. */
static short make_pair(short pair, short foreground, short background)
{
	if (foreground == THEME_DEFAULT && background == THEME_DEFAULT)
		return 0;
	return init_pair(pair, foreground, background) == ERR ? 0 : pair;
}

void paint_theme(struct term *term, const struct theme *theme)
{
	set_term(term->screen);
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct theme_style *style = &theme->styles[i];

		term->attributes[i] = term->mono ? mono[i] : theme_attributes(style);
		term->pairs[i] =
			term->mono ? 0
				   : make_pair((short)(i + 1), style->foreground[term->palette],
					       style->background[term->palette]);
	}
}

/* Whether the sanitiser lets a code point through: views hand on only what it did, but here is the
 * last place before the terminal. */
static bool is_inert(uint32_t glyph)
{
	char text[5], shown[32];
	size_t len = utf8_encode(glyph, text);

	return utf8_sanitise(shown, sizeof(shown), text, len) == len && !memcmp(shown, text, len);
}

/* What stands for a glyph that cannot be shown, or that curses would put in another number of
 * columns than the frame did. */
static wchar_t glyph_for(const struct term *term, uint32_t glyph, int columns)
{
	if (glyph >= ' ' && glyph < 0x7f && columns == 1)
		return (wchar_t)glyph;
	if (term->ascii)
		return L'?';
	if (wcwidth((wchar_t)glyph) != columns || !is_inert(glyph))
		return (wchar_t)UTF8_REPLACEMENT;
	return (wchar_t)glyph;
}

static wchar_t mark_for(const struct term *term, uint32_t combining)
{
	return combining && !term->ascii && !wcwidth((wchar_t)combining) ? (wchar_t)combining : 0;
}

/* Sets the curses cells of one cell of the frame, which is columns wide; returns how many. */
static int set_cell(const struct term *term, cchar_t *line, const struct cell *cell, int columns)
{
	wchar_t text[3] = {glyph_for(term, cell->glyph, columns), 0, 0};
	size_t style = cell->style < STYLE_COUNT ? cell->style : STYLE_TEXT;
	bool replaced = text[0] != (wchar_t)cell->glyph;

	if (!replaced)
		text[1] = mark_for(term, cell->combining);
	setcchar(&line[0], text, term->attributes[style], term->pairs[style], NULL);
	if (!replaced || columns == 1)
		return 1;
	setcchar(&line[1], L" ", term->attributes[style], term->pairs[style], NULL);
	return 2;
}

static void paint_row(const struct term *term, const struct frame *frame, int row, cchar_t *line)
{
	const struct cell *cells = frame->cells + (size_t)row * (size_t)frame->columns;
	int n = 0;

	for (int column = 0; column < frame->columns; column++) {
		bool wide = column + 1 < frame->columns && !cells[column + 1].glyph;

		n += set_cell(term, &line[n], &cells[column], wide ? 2 : 1);
		column += wide;
	}
	mvadd_wchnstr(row, 0, line, n);
}

void paint_frame(struct term *term, const struct frame *frame, bool redraw)
{
	cchar_t *line = xcalloc((size_t)frame->columns, sizeof(*line));

	set_term(term->screen);
	if (redraw)
		clearok(stdscr, TRUE);
	leaveok(stdscr, frame->cursor_row < 0);
	erase();
	for (int row = 0; row < frame->rows; row++)
		paint_row(term, frame, row, line);
	curs_set(frame->cursor_row >= 0);
	if (frame->cursor_row >= 0)
		move(frame->cursor_row, frame->cursor_column);
	refresh();
	free(line);
}
