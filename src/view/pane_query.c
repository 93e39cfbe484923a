/* Rows of figures: what a pane asks, and how its rows are sorted. */
#include "base/alloc.h"
#include "view/chart.h"
#include "view/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 1000
#define STEP_MS   60000

static enum column_kind column_kind(enum cell_kind kind)
{
	static const enum column_kind kinds[] = {[CELL_VALUE] = COLUMN_VALUE,
						 [CELL_WAS] = COLUMN_WAS,
						 [CELL_TREND] = COLUMN_TREND,
						 [CELL_SINCE] = COLUMN_SINCE};

	return kinds[kind];
}

static int find_asked(const struct pane *pane, enum cell_kind kind, int what)
{
	size_t i;

	for (i = 0; i < pane->nasked; i++)
		if (pane->asked[i].kind == column_kind(kind) && (int)pane->asked[i].measure == what)
			return (int)i;
	return -1;
}

static void ask(struct pane *pane, enum cell_kind kind, int what, const struct pane_column *column)
{
	struct column *asked = &pane->asked[pane->nasked];

	if (kind == CELL_TEXT || pane->nasked == QUERY_COLUMNS || find_asked(pane, kind, what) >= 0)
		return;
	*asked = (struct column){.measure = (enum measure)what, .kind = column_kind(kind)};
	if (kind == CELL_TREND) {
		asked->step_ms = column->step_ms;
		asked->steps = (uint16_t)(column->table.width - 1);
	}
	pane->nasked++;
}

static void ask_all(struct pane *pane)
{
	size_t i;

	pane->nasked = 0;
	ask(pane, CELL_VALUE, (int)pane->ops->weight, NULL);
	for (i = 0; i < pane->ops->nbeside; i++)
		ask(pane, CELL_VALUE, (int)pane->ops->beside[i], NULL);
	if (pane->sorted && pane->sort_kind != CELL_TREND)
		ask(pane, pane->sort_kind, pane->sort_what, NULL);
	for (i = 0; i < pane->layout->n; i++) {
		const struct pane_column *column = &pane->layout->columns[i];

		ask(pane, column->kind, column->what, column);
	}
}

const struct figure *row_figure(const struct pane *pane, const struct row *row, enum cell_kind kind,
				int what)
{
	int i = row ? find_asked(pane, kind, what) : -1;

	return i < 0 ? NULL : &row->figures[i];
}

/* Ages are those of the figures that are there. */
static void note_age(struct item *item, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct figure *figure = &item->row->figures[i];

		if (figure->quality & Q_NONE || !(figure->quality & Q_STALE))
			continue;
		item->stale = true;
		if (figure->age_ms > item->age_ms)
			item->age_ms = figure->age_ms;
	}
}

static struct item make_item(const struct view *view, const struct pane *pane,
			     const struct row *row)
{
	struct item item = {.key = {row->dims, row->target, 0}, .row = row};
	bool unjudged = false;
	const struct finding *finding = detect_about(view->scene->detect, &row->dims, &unjudged);

	item.worst = worst_of(finding, unjudged);
	note_age(&item, pane->nasked);
	return item;
}

struct item *query_by(struct view *view, struct pane *pane, dim_mask by, size_t *ret_n)
{
	struct query query = {.ncolumns = pane->nasked,
			      .by = by,
			      .filter = view_filter(view),
			      .window_ms = view->screen->window_ms,
			      .at = view->at,
			      .limit = ROWS_MOST,
			      .totals = true};
	struct arena *arena = &view->screen->data;
	struct result result;
	struct item *items;
	size_t i, n = 0;

	memcpy(query.columns, pane->asked, sizeof(query.columns));
	query_run(view->scene->model, &query, arena, &result);
	items = arena_array(arena, result.n + 1, sizeof(*items));
	for (i = 0; i < result.n; i++)
		if (!pane->ops->wants || pane->ops->wants(view, &result.rows[i].dims))
			items[n++] = make_item(view, pane, &result.rows[i]);
	pane->all = n + (result.all - result.n);
	pane->total = result.total;
	*ret_n = n;
	return items;
}

/* Where ranks are equal, rows stand by target, then by name, so that they stay where they are. */
static const char *item_label(struct view *view, const struct pane *pane, const struct item *item,
			      bool by_text)
{
	char buf[TABLE_CELL] = "";

	pane->ops->text(view, item, by_text ? pane->sort_what : 0, TABLE_CELL, buf, sizeof(buf));
	return arena_printf(&view->screen->data, "%08x %s", by_text ? 0 : item->key.target, buf);
}

/* Rows of about the same weight do not change places with every refresh. */
static double weight_class(const struct figure *figure)
{
	if (!figure || figure->quality & Q_NONE || !(figure->value > 0))
		return -100;
	return floor(log2(figure->value) / 3);
}

static double sort_rank(const struct pane *pane, const struct item *item)
{
	const struct figure *figure;

	if (!pane->sorted)
		return item->worst * 1000 +
		       weight_class(row_figure(pane, item->row, CELL_VALUE, pane->ops->weight));
	if (pane->sort_kind == CELL_TEXT)
		return 0;
	figure = row_figure(pane, item->row, pane->sort_kind, pane->sort_what);
	if (!figure || figure->quality & Q_NONE)
		return NAN;
	return pane->ascending ? -figure->value : figure->value;
}

static int compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (isnan(a->rank) != isnan(b->rank))
		return isnan(a->rank) ? 1 : -1;
	if (a->rank > b->rank || a->rank < b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp(a->label, b->label);
}

static void reverse(struct item *items, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		struct item item = items[i];

		items[i] = items[n - 1 - i];
		items[n - 1 - i] = item;
	}
}

void items_sort(struct view *view, const struct pane *pane, struct item *items, size_t n)
{
	bool by_text = pane->sorted && pane->sort_kind == CELL_TEXT;
	size_t i;

	for (i = 0; i < n; i++) {
		items[i].rank = sort_rank(pane, &items[i]);
		items[i].label = item_label(view, pane, &items[i], by_text);
	}
	qsort(items, n, sizeof(*items), compare_items);
	if (by_text && pane->ascending)
		reverse(items, n);
}

/* Rows that the filter leaves out are only counted where nothing else is there to see. */
static size_t count_hidden(struct view *view, struct pane *pane)
{
	char text[VIEW_FILTER];
	struct filter filter = view->screen->filter;
	size_t n;

	if (!view_filter(view))
		return 0;
	memcpy(text, view->screen->place.filter, sizeof(text));
	view->screen->place.filter[0] = '\0';
	query_by(view, pane, pane->ops->by, &n);
	memcpy(view->screen->place.filter, text, sizeof(text));
	view->screen->filter = filter;
	return n;
}

void query_items(struct view *view, struct pane *pane)
{
	ask_all(pane);
	pane->items = query_by(view, pane, pane->ops->by, &pane->n);
	items_sort(view, pane, pane->items, pane->n);
	pane->hidden = pane->n ? 0 : count_hidden(view, pane);
}

static void format_trend(const struct view *view, const struct pane *pane, const struct item *item,
			 const struct pane_column *column, char *buf, size_t cap)
{
	int i = find_asked(pane, CELL_TREND, column->what), at, nth = 0;
	struct trend trend = {.scale = CHART_SHARE, .top = 1};

	if (i < 0 || !item->row->trends)
		return;
	for (at = 0; at < i; at++)
		nth += pane->asked[at].kind == COLUMN_TREND;
	trend.values = item->row->trends[nth];
	trend.n = pane->asked[i].steps;
	trend.last = view->at.wall_ms / column->step_ms;
	chart_line(buf, cap, &trend, column->table.width, view->frame->ascii);
}

void item_cell(const struct view *view, const struct pane *pane, const struct item *item,
	       const struct pane_column *column, int width, char *buf, size_t cap)
{
	const struct figure *figure;

	if (column->kind == CELL_TEXT) {
		pane->ops->text(view, item, column->what, width, buf, cap);
		return;
	}
	if (!item->row)
		return;
	if (column->kind == CELL_TREND) {
		format_trend(view, pane, item, column, buf, cap);
		return;
	}
	figure = row_figure(pane, item->row, column->kind, column->what);
	if (!figure)
		return;
	if (column->kind == CELL_SINCE && !(figure->quality & Q_NONE))
		view_time(view, (int64_t)figure->value, buf);
	else
		figure_format(buf, width, figure);
}
