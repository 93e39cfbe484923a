/* A table of text cells: columns that fit the width by priority, or are scrolled through; a sort
 * mark; a cursor row. What is in the cells comes from functions. */
#ifndef HC_VIEW_TABLE_H
#define HC_VIEW_TABLE_H

#include "view/frame.h"

#define TABLE_COLUMNS 32
#define TABLE_CELL    256 /* bytes of a cell's text with its terminator */

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_column {
	const char *title;
	short width;    /* columns wanted */
	short min;      /* may shrink to this; 0: never shrinks */
	short flex;     /* share of the room left over, and of that of others like it; 0: none */
	short gap;      /* blanks before it, beyond the one that every column has */
	short priority; /* the highest goes first where there is no room; 0 always stays */
	enum table_align align;
};

struct table {
	const struct table_column *columns;
	size_t ncolumns;
	size_t nrows;
	/* Writes the cell's sanitised text, which is best no wider than width, into buf. */
	void (*cell)(void *ctx, size_t row, size_t column, int width, char *buf, size_t cap);
	/* One style for the whole row. */
	enum style (*style)(void *ctx, size_t row);
	/* The sign in front of the row: '>' is set by the table itself. NULL: none. */
	char (*sign)(void *ctx, size_t row);
	void *ctx;
	int sort; /* column with the mark, or -1 */
	bool ascending;
	bool focused;
	bool headless; /* no row of titles */
	size_t cursor;
	size_t top;  /* first row shown; kept by the caller, set by table_draw() */
	size_t left; /* columns scrolled away; those with priority 0 stay */
};

/* Where a column stands. */
struct table_place {
	size_t column;
	int x;
	int width;
};

/* Places the columns that fit into width, from left to right; returns how many. */
size_t table_fit(const struct table *table, int width,
		 struct table_place ret_places[TABLE_COLUMNS]);

/* Draws titles and rows, moving table->top so that the cursor is seen. Returns the rows that had
 * room. */
size_t table_draw(struct table *table, struct area area);

#endif
