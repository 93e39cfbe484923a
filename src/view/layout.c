#include "view/layout.h"

#include <string.h>

#define TINY_ROWS         10
#define TINY_COLUMNS      40
#define GRID_ROWS         32
#define PROBLEMS_LEAST    3
#define HEIGHT_WITH_NOTES 18

/* Shares of the grid's height below the problems, as drawn for 40 rows. */
#define GRID_BANDS 29
#define GRID_BAND  8

static struct box line(const struct layout_input *input, int row, int rows)
{
	if (row < 0 || row >= input->rows)
		return (struct box){0};
	if (row + rows > input->rows)
		rows = input->rows - row;
	return (struct box){row, 0, rows, input->columns};
}

static struct layout tiny(const struct layout_input *input)
{
	struct layout layout = {.kind = LAYOUT_TINY, .narrow = true};

	layout.banner = line(input, 0, 1);
	layout.worst = line(input, 1, 1);
	if (input->rows > 2)
		layout.message = line(input, input->rows - 1, 1);
	if (input->acting && input->rows > 3)
		layout.actions = line(input, input->rows - 2, 1);
	return layout;
}

/* Places the last lines and returns the first row that is theirs. */
static int footers(const struct layout_input *input, struct layout *layout)
{
	int row = input->rows - 1;

	if (input->rows >= HEIGHT_WITH_NOTES || !input->acting)
		layout->hints = line(input, row--, 1);
	layout->message = line(input, row--, 1);
	if (input->rows >= HEIGHT_WITH_NOTES || input->acting)
		layout->actions = line(input, row--, 1);
	if (input->rows >= HEIGHT_WITH_NOTES && layout->kind == LAYOUT_TABS)
		layout->note = line(input, row--, 1);
	return row + 1;
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

/* A row for every problem while there is room, never fewer than were drawn for calm times. */
static int problem_rows(const struct layout_input *input, int spare)
{
	int count = input->problems > 1000 ? 1000 : (int)input->problems;

	return clamp(count, PROBLEMS_LEAST, PROBLEMS_LEAST + spare / 3);
}

static void tabs(const struct layout_input *input, struct layout *layout)
{
	int end = footers(input, layout);
	int problems = input->rows < HEIGHT_WITH_NOTES
			       ? 1
			       : problem_rows(input, input->rows - HEIGHT_WITH_NOTES);
	enum pane_id pane = input->pane == PANE_PROBLEMS ? PANE_ROUTES : input->pane;

	layout->panes[PANE_PROBLEMS] = line(input, 2, 1 + problems);
	layout->panes[pane] = line(input, 3 + problems, end - 3 - problems);
}

static void grid(const struct layout_input *input, struct layout *layout)
{
	int end = footers(input, layout);
	int problems = 3 + problem_rows(input, input->rows - GRID_ROWS);
	int band = (end - 2 - problems) * GRID_BAND / GRID_BANDS, routes, row = 2;
	int left = input->columns * 59 / 120, right = input->columns - left - 1;

	routes = end - row - problems - 2 * band;
	layout->separator = left;
	layout->panes[PANE_PROBLEMS] = line(input, row, problems);
	row += problems;
	layout->panes[PANE_ROUTES] = line(input, row, routes);
	row += routes;
	layout->panes[PANE_LIMITED] = (struct box){row, 0, band, left};
	layout->panes[PANE_AI] = (struct box){row, left + 1, band, right};
	row += band;
	layout->panes[PANE_TARGETS] = (struct box){row, 0, band, left};
	layout->panes[PANE_TIMELINE] = (struct box){row, left + 1, band, right};
}

static void single(const struct layout_input *input, struct layout *layout)
{
	int end = footers(input, layout);

	layout->body = line(input, 3, end - 3);
	layout->panes[input->pane] = layout->body;
}

struct layout layout_make(const struct layout_input *input)
{
	struct layout layout = {.narrow = input->columns < LAYOUT_WIDE};

	if (input->rows < TINY_ROWS || input->columns < TINY_COLUMNS)
		return tiny(input);
	layout.banner = line(input, 0, 2);
	layout.worst = line(input, 2, 1);
	if (!input->overview)
		layout.kind = LAYOUT_SINGLE;
	else if (input->rows >= GRID_ROWS && !layout.narrow)
		layout.kind = LAYOUT_GRID;
	else
		layout.kind = LAYOUT_TABS;
	if (layout.kind == LAYOUT_SINGLE)
		single(input, &layout);
	else if (layout.kind == LAYOUT_GRID)
		grid(input, &layout);
	else
		tabs(input, &layout);
	return layout;
}
