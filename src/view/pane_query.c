/* Rows of figures: what a pane asks, and how its rows are sorted. */
#include "base/alloc.h"
#include "view/chart.h"
#include "view/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 1000
#define WAS_MOST  16 /* rows whose figures before their problem are asked for, one by one */

static enum column_kind column_kind(enum cell_kind kind)
{
	static const enum column_kind kinds[] = {
		[CELL_VALUE] = COLUMN_VALUE, [CELL_WAS] = COLUMN_WAS, [CELL_SINCE] = COLUMN_SINCE};

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

static void ask(struct pane *pane, enum cell_kind kind, int what)
{
	struct column *asked = &pane->asked[pane->nasked];

	if (kind == CELL_TEXT || kind == CELL_TREND || pane->nasked == QUERY_COLUMNS ||
	    find_asked(pane, kind, what) >= 0)
		return;
	*asked = (struct column){.measure = (enum measure)what, .kind = column_kind(kind)};
	pane->nasked++;
}

/* Trends are asked for up to the end of a step, so that a step's value stays what it was. */
struct clock view_step_end(const struct view *view, int64_t step_ms)
{
	int64_t rest = step_ms - view->at.wall_ms % step_ms;

	return (struct clock){view->at.mono_ms + rest, view->at.wall_ms + rest};
}

void query_ask(struct pane *pane)
{
	size_t i;

	pane->nasked = 0;
	ask(pane, CELL_VALUE, (int)pane->ops->weight);
	for (i = 0; i < pane->ops->nbeside; i++)
		ask(pane, CELL_VALUE, (int)pane->ops->beside[i]);
	if (pane->sorted && pane->sort_kind != CELL_TREND)
		ask(pane, pane->sort_kind, pane->sort_what);
	for (i = 0; i < pane->layout->n; i++)
		ask(pane, pane->layout->columns[i].kind, pane->layout->columns[i].what);
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

/* A network's row is about what was found of the addresses in it. The worst comes first. */
static const struct finding *about_network(const struct view *view, const struct pane *pane,
					   const struct dims *dims)
{
	struct names *names = model_names(view->scene->model);
	struct dims row = *dims;

	for (size_t i = 0; i < view_finding_count(view); i++) {
		const struct finding *finding = view_finding(view, i);
		symbol client = finding->dims.value[DIM_CLIENT], network = client;

		if (!client || finding->state == FINDING_UNJUDGED)
			continue;
		for (int j = 0; j < (int)pane->clients; j++)
			network = names_network(names, network);
		row.value[DIM_CLIENT] = client;
		if (network == dims->value[DIM_CLIENT] && finding_is_about(finding, &row))
			return finding;
	}
	return NULL;
}

void view_was(const struct view *view, const struct finding *finding, const struct dims *dims,
	      dim_mask by, enum measure measure, struct figure *figure)
{
	bool holds =
		finding && (finding->state == FINDING_FIRING || finding->state == FINDING_PENDING);

	if (!holds)
		return;
	*figure = query_one(view->scene->model, measure, COLUMN_WAS, dims, by,
			    view->screen->window_ms, finding->onset);
	figure->measure = (uint8_t)measure;
}

/* Of the rows beyond those that are asked about it is not known. */
static void ask_was(const struct view *view, struct pane *pane, const struct finding *finding,
		    dim_mask by, const struct row *row)
{
	bool asked = worst_of(finding, false) > 1 && ++pane->nwas <= WAS_MOST;
	size_t i;

	for (i = 0; worst_of(finding, false) > 1 && i < pane->nasked; i++) {
		if (pane->asked[i].kind != COLUMN_WAS)
			continue;
		row->figures[i].quality |= Q_NONE;
		if (asked)
			view_was(view, finding, &row->dims, by, pane->asked[i].measure,
				 &row->figures[i]);
	}
}

static struct item make_item(const struct view *view, struct pane *pane, dim_mask by,
			     const struct row *row)
{
	struct item item = {.key = {row->dims, row->target, 0}, .row = row};
	bool unjudged = false;
	const struct finding *finding = view_about(view, &row->dims, &unjudged);

	if (!finding && pane->clients != CLIENTS_EACH)
		finding = about_network(view, pane, &row->dims);
	ask_was(view, pane, finding, by, row);
	item.worst = worst_of(finding, unjudged);
	note_age(&item, pane->nasked);
	return item;
}

struct item *query_by(struct view *view, struct pane *pane, dim_mask by, size_t *ret_n)
{
	struct query query = {.ncolumns = pane->nasked,
			      .by = by,
			      .clients = pane->clients,
			      .filter = view_filter(view),
			      .window_ms = view->screen->window_ms,
			      .at = view->at,
			      .limit = ROWS_MOST,
			      .totals = !pane->ops->chained};
	struct arena *arena = &view->screen->data;
	struct result result;
	struct item *items;
	size_t i, n = 0;

	for (i = 0; i < pane->nasked; i++)
		query.columns[i] = pane->asked[i];
	query_run(view->scene->model, &query, arena, &result);
	pane->nwas = 0;
	items = arena_array(arena, result.n + 1, sizeof(*items));
	for (i = 0; i < result.n; i++)
		if (!pane->ops->wants || pane->ops->wants(view, &result.rows[i].dims))
			items[n++] = make_item(view, pane, by, &result.rows[i]);
	pane->all = n + (result.all - result.n);
	pane->total = result.total;
	*ret_n = n;
	return items;
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
	query_by(view, pane, pane->by, &n);
	memcpy(view->screen->place.filter, text, sizeof(text));
	view->screen->filter = filter;
	return n;
}

static const struct pane_column *trend_column(const struct pane *pane)
{
	size_t i;

	for (i = 0; i < pane->layout->n; i++)
		if (pane->layout->columns[i].kind == CELL_TREND)
			return &pane->layout->columns[i];
	return NULL;
}

/* Both answers are in about the same order, so that the next row is the first to look at. */
static void attach_trends(struct pane *pane, const struct result *result)
{
	size_t i, j, hint = 0;

	for (i = 0; i < pane->n; i++) {
		for (j = 0; j < result->n; j++) {
			const struct row *row = &result->rows[(hint + j) % result->n];

			if (!dims_equal(&row->dims, &pane->items[i].key.dims))
				continue;
			pane->items[i].trend = row->trends[0];
			hint = (hint + j + 1) % result->n;
			break;
		}
	}
}

static void query_trends(struct view *view, struct pane *pane)
{
	const struct pane_column *column = trend_column(pane);
	struct query query = {.ncolumns = 2,
			      .by = pane->by,
			      .clients = pane->clients,
			      .filter = view_filter(view),
			      .window_ms = view->screen->window_ms,
			      .sort = 1,
			      .limit = ROWS_MOST};
	struct result result;

	if (!column)
		return;
	pane->trend_ms = view_trend_step(view, column->step_ms, column->table.width - 1);
	query.at = view_step_end(view, pane->trend_ms);
	query.columns[1] = (struct column){.measure = pane->ops->weight};
	query.columns[0] = (struct column){.measure = (enum measure)column->what,
					   .kind = COLUMN_TREND,
					   .step_ms = pane->trend_ms,
					   .steps = (uint16_t)(column->table.width - 1)};
	query_run(view->scene->model, &query, &view->screen->data, &result);
	attach_trends(pane, &result);
}

void query_items(struct view *view, struct pane *pane)
{
	query_ask(pane);
	pane->items = query_by(view, pane, pane->by, &pane->n);
	query_trends(view, pane);
	items_weigh(pane, pane->items, pane->n, true);
	items_sort(view, pane, pane->items, pane->n);
	pane->hidden = pane->n ? 0 : count_hidden(view, pane);
}

static void format_trend(const struct view *view, const struct pane *pane, const struct item *item,
			 const struct pane_column *column, char *buf, size_t cap)
{
	struct trend trend = {.values = item->trend,
			      .n = (size_t)column->table.width - 1,
			      .last = view->at.wall_ms / pane->trend_ms,
			      .scale = CHART_SHARE};

	if (item->trend)
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
	if (item->bare && figure->quality & Q_NONE)
		return;
	if (column->kind == CELL_SINCE && !(figure->quality & Q_NONE))
		view_time(view, (int64_t)figure->value, buf);
	else
		figure_format(buf, width, figure);
}
