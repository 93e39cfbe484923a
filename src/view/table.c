#include "view/table.h"

#include "base/utf8.h"
#include "view/style.h"

#include <string.h>

#define SIGN_WIDTH 1
#define WIDTH_STEP 4

struct fit {
	const struct table *table;
	int width;
	bool shown[TABLE_COLUMNS];
	short widths[TABLE_COLUMNS];
};

static int narrowest(const struct table_column *column)
{
	return column->min ? column->min : column->width;
}

/* The room that the shown columns need at their narrowest. */
static int needed(const struct fit *fit)
{
	int sum = SIGN_WIDTH;
	size_t i;

	for (i = 0; i < fit->table->ncolumns; i++)
		if (fit->shown[i])
			sum += narrowest(&fit->table->columns[i]) + fit->table->columns[i].gap +
			       SIGN_WIDTH;
	return sum - SIGN_WIDTH;
}

/* Leaves out columns, those of the highest priority first, the rightmost of equals. */
static void drop_by_priority(struct fit *fit)
{
	while (needed(fit) > fit->width) {
		size_t i, worst = TABLE_COLUMNS;

		for (i = 0; i < fit->table->ncolumns; i++)
			if (fit->shown[i] && fit->table->columns[i].priority &&
			    (worst == TABLE_COLUMNS || fit->table->columns[i].priority >=
							       fit->table->columns[worst].priority))
				worst = i;
		if (worst == TABLE_COLUMNS)
			return;
		fit->shown[worst] = false;
	}
}

/* While scrolling, order decides what is seen, not priority. */
static void show_in_order(struct fit *fit)
{
	size_t i, skip = fit->table->left;

	for (i = 0; i < fit->table->ncolumns; i++)
		fit->shown[i] = !fit->table->columns[i].priority;
	for (i = 0; i < fit->table->ncolumns; i++) {
		if (fit->shown[i])
			continue;
		if (skip) {
			skip--;
			continue;
		}
		fit->shown[i] = true;
		if (needed(fit) > fit->width) {
			fit->shown[i] = false;
			return;
		}
	}
}

/* Gives every column its wanted width as far as there is room, then the rest by flex. */
static void spread(struct fit *fit)
{
	int spare = fit->width - needed(fit), flexes = 0, share;
	size_t i;

	for (i = 0; i < fit->table->ncolumns; i++) {
		const struct table_column *column = &fit->table->columns[i];
		int grow = column->width - narrowest(column);

		if (!fit->shown[i])
			continue;
		grow = spare < 0 ? 0 : grow > spare ? spare : grow;
		fit->widths[i] = (short)(narrowest(column) + grow);
		spare -= grow;
		flexes += column->flex;
	}
	for (i = 0; i < fit->table->ncolumns && spare > 0 && flexes; i++) {
		if (!fit->shown[i] || !fit->table->columns[i].flex)
			continue;
		share = spare * fit->table->columns[i].flex / flexes;
		flexes -= fit->table->columns[i].flex;
		fit->widths[i] = (short)(fit->widths[i] + share);
		spare -= share;
	}
}

size_t table_fit(const struct table *table, int width, struct table_place ret_places[TABLE_COLUMNS])
{
	struct fit fit = {.table = table, .width = width};
	int x = SIGN_WIDTH;
	size_t i, n = 0;

	for (i = 0; i < table->ncolumns; i++)
		fit.shown[i] = true;
	if (table->left)
		show_in_order(&fit);
	else
		drop_by_priority(&fit);
	spread(&fit);
	for (i = 0; i < table->ncolumns; i++) {
		if (!fit.shown[i])
			continue;
		x += table->columns[i].gap;
		ret_places[n++] = (struct table_place){i, x, fit.widths[i]};
		x += fit.widths[i] + 1;
	}
	return n;
}

static void draw_cell(struct area area, int row, const struct table_place *place,
		      enum table_align align, enum style style, const char *text)
{
	struct area cell = area_part(area, row, place->x, 1, place->width);

	if (align == TABLE_RIGHT)
		area_text_right(cell, 0, cell.columns, style, text);
	else
		area_text(cell, 0, 0, style, text);
}

static void draw_mark(const struct table *table, struct area area, const struct table_place *place)
{
	const struct table_column *column = &table->columns[place->column];
	int title = utf8_width(column->title), x = place->x + title;
	uint32_t up = area.frame->ascii ? '^' : 0x25b2, down = area.frame->ascii ? 'v' : 0x25bc;

	if (column->align == TABLE_RIGHT)
		x = place->x + (title < place->width ? place->width - title : 0) - 1;
	area_fill(area, 0, x, 1, table->ascending ? up : down, STYLE_KEY);
}

static void draw_titles(const struct table *table, struct area area,
			const struct table_place *places, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct table_column *column = &table->columns[places[i].column];

		draw_cell(area, 0, &places[i], column->align, STYLE_DIM, column->title);
		if (table->sort == (int)places[i].column)
			draw_mark(table, area, &places[i]);
	}
}

/* A text that is wider than its column runs on over the empty cells behind it. */
static struct table_place room_of(const struct table *table, size_t row, const char *text,
				  const struct table_place *places, size_t n)
{
	struct table_place place = places[0];
	char next[TABLE_CELL];
	size_t i;

	for (i = 1; i < n && utf8_width(text) > place.width; i++) {
		next[0] = '\0';
		table->cell(table->ctx, row, places[i].column, places[i].width, next, sizeof(next));
		if (next[0])
			break;
		place.width = places[i].x + places[i].width - place.x;
	}
	return place;
}

static void draw_row(const struct table *table, struct area area, int at, size_t row,
		     const struct table_place *places, size_t n)
{
	bool cursor = table->focused && row == table->cursor;
	enum style style = table->style(table->ctx, row);
	char text[TABLE_CELL], sign = table->sign ? table->sign(table->ctx, row) : ' ';
	size_t i;

	style = cursor ? style_focused(style) : style;
	area_fill(area, at, 0, area.columns, ' ', style);
	area_fill(area, at, 0, 1, (uint32_t)(cursor ? '>' : sign), style);
	for (i = 0; i < n; i++) {
		const struct table_column *column = &table->columns[places[i].column];
		struct table_place place = places[i];

		text[0] = '\0';
		table->cell(table->ctx, row, places[i].column, places[i].width, text, sizeof(text));
		if (column->align == TABLE_LEFT)
			place = room_of(table, row, text, places + i, n - i);
		draw_cell(area, at, &place, column->align, style, text);
	}
}

static bool is_flexible(const struct table *table, const struct table_place *place)
{
	const struct table_column *column = &table->columns[place->column];

	return column->flex && column->align == TABLE_LEFT;
}

/* The room that a column needs for its title and its texts, in steps so that texts that change a
 * little do not move the columns. */
static int wanted(const struct table *table, const struct table_place *place, size_t room,
		  int columns)
{
	int widest = utf8_width(table->columns[place->column].title);
	char text[TABLE_CELL];

	for (size_t i = table->top; i < table->top + room && i < table->nrows; i++) {
		int width;

		text[0] = '\0';
		table->cell(table->ctx, i, place->column, columns, text, sizeof(text));
		width = utf8_width(text);
		widest = width > widest ? width : widest;
	}
	return (widest + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
}

/* Columns of text with room to spare give it to those whose texts would be cut. */
static void share_room(const struct table *table, struct table_place *places, size_t n, size_t room,
		       int columns)
{
	int spare[TABLE_COLUMNS] = {0};

	for (size_t i = 0; i < n; i++)
		if (is_flexible(table, &places[i]))
			spare[i] = places[i].width - wanted(table, &places[i], room, columns);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n && spare[i] < 0; j++) {
			int given = spare[j] < -spare[i] ? spare[j] : -spare[i];

			if (given <= 0)
				continue;
			spare[i] += given;
			spare[j] -= given;
			places[i].width += given;
			places[j].width -= given;
		}
	for (size_t i = 1; i < n; i++)
		places[i].x = places[i - 1].x + places[i - 1].width + SIGN_WIDTH +
			      table->columns[places[i].column].gap;
}

static void scroll_to_cursor(struct table *table, size_t room)
{
	if (table->cursor < table->top)
		table->top = table->cursor;
	if (room && table->cursor >= table->top + room)
		table->top = table->cursor - room + 1;
	if (table->top + room > table->nrows)
		table->top = table->nrows > room ? table->nrows - room : 0;
}

size_t table_draw(struct table *table, struct area area)
{
	struct table_place places[TABLE_COLUMNS];
	int titles = table->headless ? 0 : 1;
	size_t i, n, room = area.rows > titles ? (size_t)(area.rows - titles) : 0;

	if (area.rows <= 0 || area.columns <= 0)
		return 0;
	n = table_fit(table, area.columns, places);
	scroll_to_cursor(table, room);
	share_room(table, places, n, room, area.columns);
	if (titles)
		draw_titles(table, area, places, n);
	for (i = 0; i < room && table->top + i < table->nrows; i++)
		draw_row(table, area, titles + (int)i, table->top + i, places, n);
	return room;
}
