#include "view/pane.h"

#include "view/state.h"

#include <stdio.h>
#include <string.h>

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->id == b->id && a->target == b->target && dims_equal(&a->dims, &b->dims);
}

int worst_of(const struct finding *finding, bool unjudged)
{
	if (!finding)
		return unjudged ? 1 : 0;
	if (finding->state == FINDING_FIRING)
		return finding->rule->severity == SEV_CRIT ? 4 : 3;
	if (finding->state == FINDING_PENDING)
		return 2;
	return finding->state == FINDING_UNJUDGED ? 1 : 0;
}

enum style worst_style(int worst)
{
	static const enum style styles[] = {STYLE_TEXT, STYLE_STALE, STYLE_PEND, STYLE_WARN,
					    STYLE_CRIT};

	return styles[worst];
}

static const struct pane_layout *choose_layout(const struct view *view, const struct pane *pane,
					       int columns, bool full)
{
	size_t i;

	for (i = 0; i + 1 < pane->ops->nlayouts; i++)
		if (columns >= pane->ops->layouts[i].least_columns)
			break;
	if (i == 0 && full && pane->ops->spare && pane->ops->spare(view))
		i = 1;
	return &pane->ops->layouts[i];
}

static void place_cursor(const struct view *view, struct pane *pane)
{
	size_t i;

	pane->touched |= pane == &view->screen->panes[view->screen->place.focus];
	if (!pane->touched)
		pane->at = 0;
	for (i = 0; pane->touched && pane->has_cursor && i < pane->n; i++) {
		if (identity_equal(&pane->items[i].key, &pane->cursor)) {
			pane->at = i;
			return;
		}
	}
	pane_go(pane, pane->at);
}

void pane_load(struct view *view, struct pane *pane, int columns)
{
	const struct place *place = &view->screen->place;
	bool full = place->zoomed || place->screen != SCREEN_OVERVIEW;
	const struct pane_layout *layout = choose_layout(view, pane, columns, full);

	if (pane->loaded && layout == pane->layout && full == pane->full)
		return;
	pane->full = full;
	pane->layout = layout;
	pane->n = pane->all = pane->hidden = 0;
	pane->by = pane->ops->by;
	pane->clients = CLIENTS_EACH;
	pane->ops->load(view, pane);
	pane->loaded = true;
	place_cursor(view, pane);
}

void pane_go(struct pane *pane, size_t at)
{
	if (!pane->n) {
		pane->at = 0;
		return;
	}
	pane->at = at < pane->n ? at : pane->n - 1;
	pane->cursor = pane->items[pane->at].key;
	pane->has_cursor = true;
}

void pane_move(struct pane *pane, long rows)
{
	long at = (long)pane->at + rows;

	pane_go(pane, at < 0 ? 0 : (size_t)at);
}

const struct item *pane_item(const struct pane *pane)
{
	return pane->loaded && pane->at < pane->n ? &pane->items[pane->at] : NULL;
}

const struct pane_column *pane_column_named(const struct pane *pane, const char *title)
{
	size_t i, j;

	for (i = 0; i < pane->ops->nlayouts; i++)
		for (j = 0; j < pane->ops->layouts[i].n; j++)
			if (!strcmp(pane->ops->layouts[i].columns[j].table.title, title))
				return &pane->ops->layouts[i].columns[j];
	return NULL;
}

static int sorted_column(const struct pane *pane)
{
	size_t i;

	for (i = 0; pane->sorted && i < pane->layout->n; i++)
		if (pane->layout->columns[i].kind == pane->sort_kind &&
		    pane->layout->columns[i].what == pane->sort_what)
			return (int)i;
	return -1;
}

void pane_order(const struct pane *pane, char *buf, size_t cap)
{
	int column = sorted_column(pane);

	snprintf(buf, cap, "by %s",
		 !pane->sorted ? "problem"
		 : column >= 0 ? pane->layout->columns[column].table.title
			       : "a column that is not shown");
}

void pane_more(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	(void)view;
	if (pane->all > pane->shown)
		snprintf(buf, cap, "+%zu more", pane->all - pane->shown);
}

/* What table.h's functions are given. */
struct drawing {
	struct view *view;
	struct pane *pane;
};

static void table_cell(void *ctx, size_t row, size_t column, int width, char *buf, size_t cap)
{
	const struct drawing *drawing = ctx;
	const struct pane *pane = drawing->pane;

	item_cell(drawing->view, pane, &pane->items[row], &pane->layout->columns[column], width,
		  buf, cap);
}

static enum style table_style(void *ctx, size_t row)
{
	const struct drawing *drawing = ctx;
	const struct item *item = &drawing->pane->items[row];

	if (drawing->pane->ops->style)
		return drawing->pane->ops->style(drawing->view, item);
	if (item->worst > 1)
		return worst_style(item->worst);
	return item->stale ? STYLE_STALE : worst_style(item->worst);
}

static char table_sign(void *ctx, size_t row)
{
	const struct drawing *drawing = ctx;
	const struct screen *screen = drawing->view->screen;
	size_t i;

	for (i = 0; i < screen->ntags; i++)
		if (identity_equal(&screen->tags[i], &drawing->pane->items[row].key))
			return '*';
	return ' ';
}

/* The oldest answer there is, or that there is none. */
static const char *why_no_data(const struct view *view, char *buf, size_t cap)
{
	uint32_t i, n = model_source_count(view->scene->model), answered = 0, stale = 0;

	for (i = 0; i < n; i++) {
		answered += model_source(view->scene->model, i).answered;
		stale += model_source_stale(view->scene->model, i, view->at);
	}
	if (!answered)
		snprintf(buf, cap, "no data yet: %u source%s asked, none has answered", n,
			 n == 1 ? "" : "s");
	else if (stale == n)
		snprintf(buf, cap, "all %u sources are stale: see targets", n);
	else
		return NULL;
	return buf;
}

static void draw_empty(const struct view *view, const struct pane *pane, struct area area)
{
	const struct scene *scene = view->scene;
	char buf[128];
	const char *text = NULL;

	if (pane->hidden) {
		snprintf(buf, sizeof(buf), "the filter hides %zu row%s", pane->hidden,
			 pane->hidden == 1 ? "" : "s");
		text = buf;
	}
	if (!text && pane->ops->signal != SIGNAL_COUNT) {
		text = why_no_data(view, buf, sizeof(buf));
		if (!text && scene->hint)
			text = scene->hint(scene->hint_ctx, pane->ops->signal);
	}
	area_text(area, 0, 1, STYLE_DIM, text ? text : pane->ops->empty);
}

static void set_shown(struct pane *pane, int room)
{
	pane->shown = room < 0 ? 0 : (size_t)room;
	if (pane->shown > pane->n)
		pane->shown = pane->n;
}

/* "5xx% 15s/cell"; where there is no room for that, the time that all cells are. */
static void trend_title(const struct pane *pane, const struct pane_column *column, char *buf,
			size_t cap)
{
	int64_t step_ms = pane->trend_ms ? pane->trend_ms : column->step_ms;
	int cells = column->table.width;
	char time[16];

	if (strchr(column->table.title, '%'))
		snprintf(buf, cap, "%s %s/cell", column->table.title, view_span(step_ms, time));
	else
		snprintf(buf, cap, "%s", view_span(step_ms * cells, time));
}

/* The line below is written only where it is needed, and takes a row when it is. */
static bool foot_text(struct view *view, struct pane *pane, int room, char *buf, size_t cap)
{
	if (!pane->ops->foot || view->layout.narrow || room < 3)
		return false;
	set_shown(pane, room);
	pane->ops->foot(view, pane, buf, cap);
	if (!buf[0])
		return false;
	set_shown(pane, room - 1);
	pane->ops->foot(view, pane, buf, cap);
	return true;
}

void pane_draw(struct view *view, struct pane *pane, struct area area, bool focused)
{
	struct drawing drawing = {view, pane};
	struct table_column columns[TABLE_COLUMNS];
	struct table table = {.columns = columns,
			      .cell = table_cell,
			      .style = table_style,
			      .sign = table_sign,
			      .ctx = &drawing,
			      .focused = focused};
	struct area under = area;
	char foot[256] = "", title[48];
	size_t i;

	pane_load(view, pane, area.columns);
	for (i = 0; i < pane->layout->n; i++) {
		columns[i] = pane->layout->columns[i].table;
		if (pane->layout->columns[i].kind != CELL_TREND)
			continue;
		trend_title(pane, &pane->layout->columns[i], title, sizeof(title));
		columns[i].title = title;
	}
	table.ncolumns = pane->layout->n;
	table.nrows = pane->n;
	table.sort = sorted_column(pane);
	table.ascending = pane->ascending;
	table.headless = area.columns < pane->ops->titles_from;
	table.cursor = pane->at;
	table.top = pane->top;
	table.left = pane->left;
	if (foot_text(view, pane, area.rows - !table.headless, foot, sizeof(foot)))
		area.rows--;
	set_shown(pane, (int)table_draw(&table, area));
	if (foot[0])
		area_text_right(under, area.rows, area.columns - 1, STYLE_DIM, foot);
	pane->top = table.top;
	if (!pane->n)
		draw_empty(view, pane, area_part(area, table.headless ? 0 : 1, 0, 1, area.columns));
}
