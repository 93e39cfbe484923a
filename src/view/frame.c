#include "view/frame.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT_MARK     '~'
#define WRAPPED_MOST 1024

static const char *const style_names[STYLE_COUNT] = {
	[STYLE_TEXT] = "text",
	[STYLE_OK] = "ok",
	[STYLE_WARN] = "warn",
	[STYLE_CRIT] = "crit",
	[STYLE_PEND] = "pend",
	[STYLE_STALE] = "stale",
	[STYLE_DIM] = "dim",
	[STYLE_TITLE] = "title",
	[STYLE_KEY] = "key",
	[STYLE_FOCUS] = "focus",
	[STYLE_FOCUS_CRIT] = "focus-crit",
	[STYLE_FOCUS_WARN] = "focus-warn",
	[STYLE_FOCUS_PEND] = "focus-pend",
	[STYLE_INPUT] = "input",
	[STYLE_MARK] = "mark",
	[STYLE_GOOD_NEWS] = "good-news",
	[STYLE_BORDER] = "border",
	[STYLE_BANNER] = "banner",
	[STYLE_BANNER_CRIT] = "banner-crit",
	[STYLE_BANNER_WARN] = "banner-warn",
	[STYLE_BANNER_PEND] = "banner-pend",
	[STYLE_BANNER_PROD] = "banner-prod",
	[STYLE_BANNER_STAGE] = "banner-stage",
	[STYLE_BANNER_DEV] = "banner-dev",
	[STYLE_SPARK] = "spark",
	[STYLE_PAPER] = "paper",
};

const char *style_name(enum style style)
{
	return style < STYLE_COUNT ? style_names[style] : "";
}

enum style style_by_name(const char *name)
{
	int i;

	for (i = 0; i < STYLE_COUNT; i++)
		if (!strcmp(style_names[i], name))
			break;
	return (enum style)i;
}

void frame_init(struct frame *frame)
{
	*frame = (struct frame){.cursor_row = -1, .cursor_column = -1};
}

void frame_release(struct frame *frame)
{
	free(frame->cells);
	frame_init(frame);
}

void frame_clear(struct frame *frame)
{
	static const struct cell blank = {.glyph = ' ', .style = STYLE_TEXT};
	size_t i, n = (size_t)frame->rows * (size_t)frame->columns;

	for (i = 0; i < n; i++)
		frame->cells[i] = blank;
	frame->cursor_row = frame->cursor_column = -1;
}

void frame_resize(struct frame *frame, int rows, int columns)
{
	rows = rows < 1 ? 1 : rows;
	columns = columns < 1 ? 1 : columns;
	if (!frame->cells || rows != frame->rows || columns != frame->columns) {
		frame->cells = xreallocarray(frame->cells, (size_t)rows * (size_t)columns,
					     sizeof(*frame->cells));
		frame->rows = rows;
		frame->columns = columns;
	}
	frame_clear(frame);
}

struct area frame_area(struct frame *frame)
{
	return (struct area){frame, 0, 0, frame->rows, frame->columns};
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

struct area area_part(struct area area, int row, int column, int rows, int columns)
{
	int top = clamp(row, 0, area.rows), left = clamp(column, 0, area.columns);

	return (struct area){.frame = area.frame,
			     .row = area.row + top,
			     .column = area.column + left,
			     .rows = clamp(row + rows, top, area.rows) - top,
			     .columns = clamp(column + columns, left, area.columns) - left};
}

static struct cell *cell_at(struct area area, int row, int column)
{
	if (row < 0 || row >= area.rows || column < 0 || column >= area.columns)
		return NULL;
	return &area.frame->cells[(area.row + row) * area.frame->columns + area.column + column];
}

/* Half of a wide glyph cannot stay: the other half becomes a blank. */
static void blank_halves(struct area area, int row, int column)
{
	struct area all = frame_area(area.frame);
	struct cell *cell = cell_at(area, row, column), *other;

	if (!cell->glyph) {
		other = cell_at(all, area.row + row, area.column + column - 1);
		if (other)
			other->glyph = ' ';
	}
	other = cell_at(all, area.row + row, area.column + column + 1);
	if (other && !other->glyph)
		other->glyph = ' ';
}

static void put(struct area area, int row, int column, uint32_t glyph, int width, enum style style)
{
	int i;

	for (i = 0; i < width; i++) {
		struct cell *cell = cell_at(area, row, column + i);

		if (!cell)
			return;
		blank_halves(area, row, column + i);
		*cell = (struct cell){.glyph = i ? 0 : glyph, .style = (uint8_t)style};
	}
}

static int draw_glyphs(struct area area, int row, int column, enum style style, const char *text,
		       size_t len)
{
	int start = column, last = -1;

	while (len) {
		uint32_t cp;
		size_t n = utf8_decode(text, len, &cp);
		int width = utf8_cp_width(cp);

		text += n;
		len -= n;
		if (!width && last >= 0)
			cell_at(area, row, last)->combining = cp;
		if (width <= 0)
			continue;
		put(area, row, column, cp, width, style);
		last = column;
		column += width;
	}
	return column - start;
}

int area_text(struct area area, int row, int column, enum style style, const char *text)
{
	int room = area.columns - column, used;
	size_t len;

	if (row < 0 || row >= area.rows || column < 0 || room <= 0)
		return 0;
	len = utf8_fit(text, room, NULL);
	if (!text[len])
		return draw_glyphs(area, row, column, style, text, len);
	len = utf8_fit(text, room - 1, NULL);
	used = draw_glyphs(area, row, column, style, text, len);
	put(area, row, column + used, CUT_MARK, 1, style);
	return used + 1;
}

int area_printf(struct area area, int row, int column, enum style style, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return area_text(area, row, column, style, text);
}

int area_text_right(struct area area, int row, int column, enum style style, const char *text)
{
	int width = utf8_width(text), start = column - width;

	if (start < 0)
		return area_text(area_part(area, 0, 0, area.rows, column), row, 0, style, text);
	return area_text(area, row, start, style, text);
}

void area_fill(struct area area, int row, int column, int columns, uint32_t glyph, enum style style)
{
	int i;

	for (i = 0; i < columns; i++)
		if (cell_at(area, row, column + i))
			put(area, row, column + i, glyph, 1, style);
}

void area_style(struct area area, int row, int column, int columns, enum style style)
{
	int i;

	for (i = 0; i < columns; i++) {
		struct cell *cell = cell_at(area, row, column + i);

		if (cell)
			cell->style = (uint8_t)style;
	}
}

void area_erase(struct area area)
{
	int row;

	for (row = 0; row < area.rows; row++)
		area_fill(area, row, 0, area.columns, ' ', STYLE_TEXT);
}

static void add_glyph(struct strbuf *out, uint32_t cp)
{
	char bytes[4];

	strbuf_add(out, bytes, utf8_encode(cp, bytes));
}

void cell_text(const struct cell *cell, struct strbuf *out)
{
	if (!cell->glyph)
		return;
	add_glyph(out, cell->glyph);
	if (cell->combining)
		add_glyph(out, cell->combining);
}

void frame_text(const struct frame *frame, struct strbuf *out)
{
	int row, column;

	for (row = 0; row < frame->rows; row++) {
		const struct cell *cells = frame->cells + row * frame->columns;
		int end = frame->columns;

		while (end > 0 && cells[end - 1].glyph == ' ')
			end--;
		for (column = 0; column < end; column++)
			cell_text(&cells[column], out);
		strbuf_addch(out, '\n');
	}
}

size_t area_fitting(const char *line, size_t len, int width)
{
	char copy[WRAPPED_MOST];
	size_t fits, blank;

	len = len < sizeof(copy) ? len : sizeof(copy) - 1;
	memcpy(copy, line, len);
	copy[len] = '\0';
	fits = utf8_fit(copy, width, NULL);
	if (fits >= len)
		return len;
	for (blank = fits; blank > fits / 2; blank--)
		if (copy[blank] == ' ')
			return blank;
	return fits ? fits : 1;
}

int area_wrapped(struct area area, int row, int column, enum style style, const char *text)
{
	char line[WRAPPED_MOST];
	int indent = 0;
	size_t n;

	while (*text) {
		n = area_fitting(text, strlen(text), area.columns - column - indent);
		n = n < sizeof(line) ? n : sizeof(line) - 1;
		memcpy(line, text, n);
		line[n] = '\0';
		area_text(area, row++, column + indent, style, line);
		text += n;
		text += strspn(text, " ");
		indent = 2;
	}
	return row;
}
