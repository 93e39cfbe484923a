/* A frame as a picture: rectangles for backgrounds, one text element for each run of a style,
 * stretched to its cells so that every viewer's font lines up. */
#include "base/utf8.h"
#include "view/frame.h"

#include <stdio.h>
#include <string.h>

/* Sizes in tenths of a pixel, so that no locale gets at them. */
#define CELL_WIDTH  84
#define CELL_HEIGHT 170
#define BASELINE    130
#define MARGIN      120

struct run {
	const struct cell *cells;
	int row, start, end;
	uint8_t style;
};

static void add_tenths(struct strbuf *out, int tenths)
{
	strbuf_addf(out, "%d", tenths / 10);
	if (tenths % 10)
		strbuf_addf(out, ".%d", tenths % 10);
}

static void add_attribute(struct strbuf *out, const char *name, int tenths)
{
	strbuf_addf(out, " %s=\"", name);
	add_tenths(out, tenths);
	strbuf_addch(out, '"');
}

static void add_escaped(struct strbuf *out, const char *text, size_t len)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
	size_t i, j;

	for (i = 0; i < len; i++) {
		for (j = 0; j < sizeof(entities) / sizeof(*entities); j++)
			if (text[i] == entities[j].c)
				break;
		if (j < sizeof(entities) / sizeof(*entities))
			strbuf_addstr(out, entities[j].entity);
		else
			strbuf_addch(out, text[i]);
	}
}

static void add_background(struct strbuf *out, const struct svg_colours *colours,
			   const struct run *run)
{
	uint32_t colour = colours->background[run->style];

	if (colour == colours->paper)
		return;
	strbuf_addstr(out, "<rect");
	add_attribute(out, "x", MARGIN + run->start * CELL_WIDTH);
	add_attribute(out, "y", MARGIN + run->row * CELL_HEIGHT);
	add_attribute(out, "width", (run->end - run->start) * CELL_WIDTH);
	add_attribute(out, "height", CELL_HEIGHT);
	strbuf_addf(out, " fill=\"#%06x\"/>\n", (unsigned)colour);
}

static void add_words(struct strbuf *out, const struct run *run, int start, int end)
{
	struct strbuf text = STRBUF_INIT;
	int column;

	for (column = start; column < end; column++)
		cell_text(&run->cells[column], &text);
	strbuf_addstr(out, "<text");
	add_attribute(out, "x", MARGIN + start * CELL_WIDTH);
	add_attribute(out, "y", MARGIN + run->row * CELL_HEIGHT + BASELINE);
	add_attribute(out, "textLength", (end - start) * CELL_WIDTH);
	strbuf_addf(out, " class=\"%s\">", style_name(run->style));
	add_escaped(out, text.buf, text.len);
	strbuf_addstr(out, "</text>\n");
	strbuf_release(&text);
}

static bool is_gap(const struct run *run, int column)
{
	return run->cells[column].glyph == ' ' &&
	       (column + 1 >= run->end || run->cells[column + 1].glyph == ' ');
}

/* Viewers differ in what they make of several blanks: words are placed one by one there. */
static void add_text(struct strbuf *out, const struct run *run)
{
	int start = run->start, end;

	for (;;) {
		while (start < run->end && run->cells[start].glyph == ' ')
			start++;
		if (start == run->end)
			return;
		for (end = start; end < run->end && !is_gap(run, end); end++)
			;
		add_words(out, run, start, end);
		start = end;
	}
}

static void add_row(struct strbuf *out, const struct frame *frame, int row,
		    const struct svg_colours *colours)
{
	struct run run = {.cells = frame->cells + row * frame->columns, .row = row};
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (run.start = 0; run.start < frame->columns; run.start = run.end) {
			run.style = run.cells[run.start].style;
			for (run.end = run.start + 1; run.end < frame->columns; run.end++)
				if (run.cells[run.end].style != run.style)
					break;
			if (pass)
				add_text(out, &run);
			else
				add_background(out, colours, &run);
		}
	}
}

void frame_svg(const struct frame *frame, const struct svg_colours *colours, struct strbuf *out)
{
	int i, row;

	strbuf_addstr(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
	add_attribute(out, "width", 2 * MARGIN + frame->columns * CELL_WIDTH);
	add_attribute(out, "height", 2 * MARGIN + frame->rows * CELL_HEIGHT);
	strbuf_addstr(out, ">\n<style>text{font:14px monospace;white-space:pre}");
	for (i = 0; i < STYLE_COUNT; i++)
		strbuf_addf(out, ".%s{fill:#%06x%s}", style_name((enum style)i),
			    (unsigned)colours->foreground[i],
			    colours->bold[i] ? ";font-weight:bold" : "");
	strbuf_addf(out, "</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>\n",
		    (unsigned)colours->paper);
	for (row = 0; row < frame->rows; row++)
		add_row(out, frame, row, colours);
	strbuf_addstr(out, "</svg>\n");
}
