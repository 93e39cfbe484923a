#include "view/pager.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINE_MOST     1024
#define DEFAULT_WIDTH 78

void pager_init(struct pager *pager)
{
	memset(pager, 0, sizeof(*pager));
	strbuf_init(&pager->text);
	strbuf_init(&pager->wrapped);
}

void pager_release(struct pager *pager)
{
	strbuf_release(&pager->text);
	strbuf_release(&pager->wrapped);
}

void pager_open(struct pager *pager, const char *title)
{
	strbuf_clear(&pager->text);
	snprintf(pager->title, sizeof(pager->title), "%s", title);
	pager->open = true;
	pager->top = 0;
	pager->has_match = false;
}

static void wrap_line(struct pager *pager, const char *line, size_t len)
{
	size_t indent = strspn(line, " "), n = area_fitting(line, len, pager->width);

	indent = indent < len && (int)indent + 8 < pager->width ? indent + 2 : 0;
	strbuf_add(&pager->wrapped, line, n);
	for (;;) {
		strbuf_addch(&pager->wrapped, '\n');
		pager->nlines++;
		line += n;
		len -= n;
		while (len && *line == ' ')
			line++, len--;
		if (!len)
			return;
		strbuf_addchars(&pager->wrapped, ' ', indent);
		n = area_fitting(line, len, pager->width - (int)indent);
		strbuf_add(&pager->wrapped, line, n);
	}
}

static void wrap(struct pager *pager, int width)
{
	const char *line, *end;

	pager->width = width > 1 ? width : 1;
	pager->nlines = 0;
	strbuf_clear(&pager->wrapped);
	for (line = pager->text.buf; (end = strchr(line, '\n')); line = end + 1)
		wrap_line(pager, line, (size_t)(end - line));
}

void pager_ready(struct pager *pager)
{
	wrap(pager, pager->width ? pager->width : DEFAULT_WIDTH);
}

void pager_close(struct pager *pager)
{
	pager->open = false;
}

void pager_scroll(struct pager *pager, long lines)
{
	long top = (long)pager->top + lines, last;

	last = (long)pager->nlines - (long)(pager->room ? pager->room : 1);
	top = top > last ? last : top;
	pager->top = top < 0 ? 0 : (size_t)top;
}

/* The start of a line, and its length. */
static const char *line_at(const struct pager *pager, size_t line, size_t *ret_len)
{
	const char *p = pager->wrapped.buf, *end;

	while (line-- && (end = strchr(p, '\n')))
		p = end + 1;
	end = strchr(p, '\n');
	*ret_len = end ? (size_t)(end - p) : strlen(p);
	return p;
}

static bool line_holds(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word), i, j;

	for (i = 0; i + n <= len; i++) {
		for (j = 0; j < n; j++)
			if (tolower((unsigned char)line[i + j]) != tolower((unsigned char)word[j]))
				break;
		if (j == n)
			return true;
	}
	return false;
}

bool pager_find(struct pager *pager, bool forward)
{
	size_t i, at = pager->has_match ? pager->match : pager->top, len;

	for (i = pager->has_match ? 1 : 0; pager->search[0] && i <= pager->nlines; i++) {
		size_t line = (forward ? at + i : at + pager->nlines - i) % (pager->nlines + 1);
		const char *text = line_at(pager, line, &len);

		if (!line_holds(text, len, pager->search))
			continue;
		pager->has_match = true;
		pager->match = line;
		if (line < pager->top || line >= pager->top + pager->room)
			pager_scroll(pager, (long)line - (long)pager->top);
		return true;
	}
	return false;
}

static void draw_line(const struct pager *pager, struct area area, int row, size_t line)
{
	enum style style = STYLE_TEXT;
	char text[LINE_MOST];
	const char *p;
	size_t len;

	p = line_at(pager, line, &len);
	if (pager->has_match && line == pager->match)
		style = STYLE_FOCUS;
	else if (len && p[0] != ' ')
		style = STYLE_TITLE;
	snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1), p);
	area_text(area, row, 1, style, text);
}

void pager_draw(struct pager *pager, struct area area, const char *keys)
{
	uint32_t line = area.frame->ascii ? '-' : 0x2500;
	char note[96];
	int row;

	if (pager->width != area.columns - 2)
		wrap(pager, area.columns - 2);
	area_erase(area);
	area_fill(area, 0, 0, area.columns, line, STYLE_BORDER);
	area_printf(area_part(area, 0, 2, 1, area.columns - 4), 0, 0, STYLE_TITLE, " %s ",
		    pager->title);
	pager->room = area.rows > 2 ? (size_t)area.rows - 2 : 0;
	pager_scroll(pager, 0);
	for (row = 0; row < (int)pager->room && pager->top + (size_t)row < pager->nlines; row++)
		draw_line(pager, area, row + 1, pager->top + (size_t)row);
	if (area.rows < 2)
		return;
	area_fill(area, area.rows - 1, 0, area.columns, line, STYLE_BORDER);
	if (pager->nlines > pager->room)
		snprintf(note, sizeof(note), " %zu-%zu of %zu  %s ", pager->top + 1,
			 pager->top + (size_t)row, pager->nlines, keys);
	else
		snprintf(note, sizeof(note), " %s ", keys);
	area_text_right(area, area.rows - 1, area.columns - 2, STYLE_DIM, note);
}
