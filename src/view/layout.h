/* Where everything stands, as a pure function of the size, the screen and how much there is to
 * show. */
#ifndef HC_VIEW_LAYOUT_H
#define HC_VIEW_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum pane_id {
	PANE_PROBLEMS,
	PANE_ROUTES,
	PANE_LIMITED,
	PANE_AI,
	PANE_TARGETS,
	PANE_TIMELINE,
	PANE_OVERVIEW, /* so many are on the overview; the others have a screen of their own */
	PANE_JOURNAL = PANE_OVERVIEW,
	PANE_COUNT
};

enum layout_kind {
	LAYOUT_TINY,  /* below 40x10 */
	LAYOUT_TABS,  /* problems and one table; panes are tabs */
	LAYOUT_GRID,  /* all panes */
	LAYOUT_SINGLE /* one pane, or the opened row */
};

#define LAYOUT_WIDE 100 /* columns from which there is room for whole words */

struct box {
	int row, column, rows, columns;
};

struct layout {
	enum layout_kind kind;
	bool narrow;
	struct box banner;
	struct box worst; /* the line below the banner: of screens without the list of problems */
	struct box panes[PANE_COUNT];
	struct box body; /* single: all between banner and the last lines */
	int separator;   /* grid: column between left and right, else 0 */
	struct box note; /* totals; rows 0 where there is no room */
	struct box actions;
	struct box message;
	struct box hints;
};

struct layout_input {
	int rows, columns;
	bool overview;     /* else a single pane or the opened row */
	enum pane_id pane; /* single: which; tabs: which table */
	size_t problems;
	bool acting; /* an action runs: its strip is there, however small it all is */
};

struct layout layout_make(const struct layout_input *input);

#endif
