/* The frame: a grid of cells, each one glyph and one style id. Views draw into it; tui paints
 * it, and it is written out as text or SVG. */
#ifndef HC_VIEW_FRAME_H
#define HC_VIEW_FRAME_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

/* What a cell means; themes say how it looks. */
enum style {
	STYLE_TEXT,
	STYLE_OK,
	STYLE_WARN,
	STYLE_CRIT,
	STYLE_PEND,
	STYLE_STALE,
	STYLE_DIM,
	STYLE_TITLE,
	STYLE_KEY,
	STYLE_FOCUS,      /* cursor row */
	STYLE_FOCUS_CRIT, /* cursor row, of a row that has this style elsewhere */
	STYLE_FOCUS_WARN,
	STYLE_FOCUS_PEND,
	STYLE_INPUT,
	STYLE_MARK,
	STYLE_GOOD_NEWS, /* recovered, confirmed */
	STYLE_BORDER,
	STYLE_BANNER,
	STYLE_BANNER_CRIT, /* what the banner says of the worst there is */
	STYLE_BANNER_WARN,
	STYLE_BANNER_PEND,
	STYLE_BANNER_PROD,
	STYLE_BANNER_STAGE,
	STYLE_BANNER_DEV,
	STYLE_SPARK,
	STYLE_PAPER, /* in pictures: what stands for the terminal's own colours */
	STYLE_COUNT
};

/* "text", "ok", "warn" …, as in theme files. */
const char *style_name(enum style style);
enum style style_by_name(const char *name); /* STYLE_COUNT when unknown */

struct cell {
	uint32_t glyph;     /* a code point; 0 is the right half of a wide one */
	uint32_t combining; /* one more code point on it, or 0 */
	uint8_t style;      /* enum style */
};

struct frame {
	int rows;
	int columns;
	struct cell *cells; /* rows * columns, row by row */
	int cursor_row;     /* of the text cursor while something is typed, else -1 */
	int cursor_column;
	bool ascii; /* lines and bars only from ASCII */
};

void frame_init(struct frame *frame);
void frame_release(struct frame *frame);

/* Blank cells of this size, from 1x1. */
void frame_resize(struct frame *frame, int rows, int columns);
void frame_clear(struct frame *frame);

/* A part of a frame; drawing is clipped to it. */
struct area {
	struct frame *frame;
	int row, column, rows, columns;
};
struct area frame_area(struct frame *frame);
struct area area_part(struct area area, int row, int column, int rows, int columns);

/* Writes sanitised text from row, column of the area, clipped at its right edge; with an
 * ellipsis ('~') when cut. Returns the columns used. */
int area_text(struct area area, int row, int column, enum style style, const char *text);
int area_printf(struct area area, int row, int column, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Right aligned: the text ends before column. */
int area_text_right(struct area area, int row, int column, enum style style, const char *text);
/* The bytes of a line that fit into a width, up to a blank where there is one in their second
 * half. */
size_t area_fitting(const char *line, size_t len, int width);
/* Writes as many rows as the text needs, the later ones indented; returns the row after them. */
int area_wrapped(struct area area, int row, int column, enum style style, const char *text);
/* Fills columns with a glyph. */
void area_fill(struct area area, int row, int column, int columns, uint32_t glyph,
	       enum style style);
/* Gives the cells of a row another style, keeping the glyphs. */
void area_style(struct area area, int row, int column, int columns, enum style style);

/* Blanks over the whole area. */
void area_erase(struct area area);

/* Adds the glyph of a cell, with what combines with it, as UTF-8; nothing for a right half. */
void cell_text(const struct cell *cell, struct strbuf *out);

/* The frame as lines of text without trailing blanks. */
void frame_text(const struct frame *frame, struct strbuf *out);

/* Colours of a theme for a picture. */
struct svg_colours {
	uint32_t foreground[STYLE_COUNT]; /* 0xrrggbb */
	uint32_t background[STYLE_COUNT];
	bool bold[STYLE_COUNT];
	uint32_t paper;
};
void frame_svg(const struct frame *frame, const struct svg_colours *colours, struct strbuf *out);

#endif
