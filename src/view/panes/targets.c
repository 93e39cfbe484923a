/* The targets: whether they answer, how old their answers are, and their nodes. */
#include "base/decimal.h"
#include "view/state.h"

#include <stdio.h>

enum { NAME, KIND, STATE, AGE, POLL, NOTES, GUARD, EVERY, LOAD, SERIES, URL };

static const struct pane_column widest[] = {
	{{"TARGET", 18, 17, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"KIND", 10, 0, 0, 0, 2, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"STATE", 7, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, STATE, 0},
	{{"age", 4, 0, 0, 0, 1, TABLE_RIGHT}, CELL_TEXT, AGE, 0},
	{{"poll", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_TEXT, POLL, 0},
	{{"every", 5, 0, 0, 0, 6, TABLE_RIGHT}, CELL_TEXT, EVERY, 0},
	{{"our load", 11, 0, 0, 0, 6, TABLE_RIGHT}, CELL_TEXT, LOAD, 0},
	{{"series", 6, 0, 0, 0, 7, TABLE_RIGHT}, CELL_TEXT, SERIES, 0},
	{{"req/min", 7, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"conns", 6, 0, 0, 0, 7, TABLE_RIGHT}, CELL_VALUE, M_CONNECTIONS, 0},
	{{"cpu", 5, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_CPU, 0},
	{{"mem", 6, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_MEMORY, 0},
	{{"cert", 5, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_CERT_LEFT, 0},
	{{"GUARD", 5, 0, 0, 1, 5, TABLE_LEFT}, CELL_TEXT, GUARD, 0},
	{{"NODES, NOTES", 24, 16, 3, 0, 1, TABLE_LEFT}, CELL_TEXT, NOTES, 0},
	{{"URL", 24, 12, 1, 0, 9, TABLE_LEFT}, CELL_TEXT, URL, 0},
};

/* What is wrong needs the room. */
static const struct pane_column troubled[] = {
	{{"TARGET", 18, 17, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"KIND", 10, 0, 0, 0, 2, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"STATE", 7, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, STATE, 0},
	{{"age", 4, 0, 0, 0, 1, TABLE_RIGHT}, CELL_TEXT, AGE, 0},
	{{"poll", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_TEXT, POLL, 0},
	{{"our load", 11, 0, 0, 0, 6, TABLE_RIGHT}, CELL_TEXT, LOAD, 0},
	{{"req/min", 7, 0, 0, 0, 7, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"NODES, NOTES", 70, 40, 3, 1, 1, TABLE_LEFT}, CELL_TEXT, NOTES, 0},
};

static const struct pane_column wide[] = {
	{{"TARGET", 8, 0, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"KIND", 10, 0, 0, 0, 2, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"STATE", 7, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, STATE, 0},
	{{"age", 4, 0, 0, 0, 1, TABLE_RIGHT}, CELL_TEXT, AGE, 0},
	{{"poll", 5, 0, 0, 0, 3, TABLE_RIGHT}, CELL_TEXT, POLL, 0},
	{{"NODES, NOTES", 20, 10, 3, 1, 1, TABLE_LEFT}, CELL_TEXT, NOTES, 0},
};

static const struct pane_layout layouts[] = {
	{90, widest, sizeof(widest) / sizeof(*widest)},
	{90, troubled, sizeof(troubled) / sizeof(*troubled)}, /* spare */
	{0, wide, sizeof(wide) / sizeof(*wide)},
};

struct targets {
	struct standing *standings;
	size_t n;
	size_t fresh;
};

#define NODES (DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_NODE))

static const struct row *row_of(const struct item *rows, size_t n, symbol target)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].key.dims.value[DIM_TARGET] == target)
			return rows[i].row;
	return NULL;
}

static bool passes(const struct view *view, const struct dims *dims)
{
	return !view_filter(view) || filter_matches(view_filter(view), view->names, dims);
}

static struct item make_target(const struct view *view, const struct standing *standing, uint32_t i)
{
	struct item item = {.key = {.target = i}, .index = i};
	bool unjudged = false;
	const struct finding *finding;

	item.key.dims.value[DIM_TARGET] = model_target_symbol(view->scene->model, i);
	finding = view_about(view, &item.key.dims, &unjudged);
	item.stale = standing->stale > 0;
	item.worst = worst_of(finding, unjudged || item.stale);
	return item;
}

/* A target is a row whether or not it has ever answered. */
static void load_targets(struct view *view, struct pane *pane, struct targets *targets)
{
	const struct model *model = view->scene->model;
	uint32_t i, n = model_target_count(model);
	size_t nrows;
	struct item *rows = query_by(view, pane, pane->ops->by, &nrows);

	pane->items = arena_array(&view->screen->data, n + 1, sizeof(*pane->items));
	for (i = 0; i < n; i++) {
		struct item item;

		if (!model_target(model, i))
			continue;
		targets->n++;
		targets->fresh += targets->standings[i].answered && !targets->standings[i].stale;
		item = make_target(view, &targets->standings[i], i);
		if (!passes(view, &item.key.dims)) {
			pane->hidden++;
			continue;
		}
		item.row = row_of(rows, nrows, item.key.dims.value[DIM_TARGET]);
		pane->items[pane->n++] = item;
	}
	items_sort(view, pane, pane->items, pane->n);
}

/* Puts its nodes under every target. */
static void weave_nodes(struct view *view, struct pane *pane)
{
	const struct item *targets = pane->items;
	struct item *nodes;
	size_t i, j, n = pane->n, nnodes;

	nodes = query_by(view, pane, NODES, &nnodes);
	for (i = 0; i < nnodes; i++)
		nodes[i].child = nodes[i].bare = true;
	items_sort(view, pane, nodes, nnodes);
	pane->items = arena_array(&view->screen->data, n + nnodes + 1, sizeof(*pane->items));
	pane->n = 0;
	for (i = 0; i < n; i++) {
		pane->items[pane->n++] = targets[i];
		for (j = 0; j < nnodes; j++) {
			if (!nodes[j].key.dims.value[DIM_NODE] ||
			    nodes[j].key.dims.value[DIM_TARGET] !=
				    targets[i].key.dims.value[DIM_TARGET])
				continue;
			nodes[j].index = targets[i].index;
			pane->items[pane->n++] = nodes[j];
		}
	}
}

static bool is_troubled(const struct view *view)
{
	const struct model *model = view->scene->model;
	uint32_t i;

	for (i = 0; i < model_source_count(model); i++) {
		struct source_status source = model_source(model, i);

		if (source.target != UINT32_MAX && source.error[0])
			return true;
	}
	return false;
}

static void load(struct view *view, struct pane *pane)
{
	struct targets *targets = arena_alloc(&view->screen->data, sizeof(*targets));

	targets->standings = view_standings(view);
	pane->extra = targets;
	query_ask(pane);
	load_targets(view, pane, targets);
	if (pane->full)
		weave_nodes(view, pane);
	pane->all = pane->n;
}

static void age_text(const struct view *view, const struct standing *standing, char *buf,
		     size_t cap)
{
	if (standing->answered)
		view_age(view, standing->last_ok, buf);
	else
		snprintf(buf, cap, "-");
}

static void nodes_text(const struct view *view, const struct item *item, char *buf, size_t cap)
{
	const struct pane *pane = &view->screen->panes[PANE_TARGETS];
	const struct figure *up = row_figure(pane, item->row, CELL_VALUE, M_NODES_UP);
	const struct figure *all = row_figure(pane, item->row, CELL_VALUE, M_NODES);

	buf[0] = '\0';
	if (up && all && !((up->quality | all->quality) & Q_NONE) && all->value > 0)
		snprintf(buf, cap, "%.0f/%.0f nodes", up->value, all->value);
}

static void notes_text(const struct view *view, const struct item *item, char *buf, size_t cap)
{
	const struct targets *targets = view->screen->panes[PANE_TARGETS].extra;
	const struct standing *standing = &targets->standings[item->index];
	char nodes[32], retry[40] = "", wait[16];
	int64_t left = standing->retry_ms - view->screen->moment.mono_ms;

	nodes_text(view, item, nodes, sizeof(nodes));
	if (!standing->error[0]) {
		snprintf(buf, cap, "%s", nodes);
		return;
	}
	if (standing->retry_ms && left > 0)
		snprintf(retry, sizeof(retry), ", retry %s", view_duration(left, wait));
	snprintf(buf, cap, "%s%s%s%s", nodes, nodes[0] ? ", " : "", standing->error, retry);
}

static void load_text(const struct standing *standing, char *buf, size_t cap)
{
	char bytes[16];

	snprintf(buf, cap, "%.1f/s %sB", standing->requests_per_s,
		 decimal_si(bytes, 4, standing->bytes_per_s));
}

static void node_text(const struct view *view, const struct item *item, int what, char *buf,
		      size_t cap)
{
	const struct figure *up =
		row_figure(&view->screen->panes[PANE_TARGETS], item->row, CELL_VALUE, M_NODES_UP);

	if (what == NAME)
		snprintf(buf, cap, "  %s", view_text(view, item->key.dims.value[DIM_NODE]));
	else if (what == KIND)
		snprintf(buf, cap, "%s", view_text(view, item->key.dims.value[DIM_SERVICE]));
	else if (what == STATE && up && !(up->quality & Q_NONE))
		snprintf(buf, cap, "%s", up->value > 0 ? "up" : "DOWN");
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct targets *targets = view->screen->panes[PANE_TARGETS].extra;
	const struct standing *standing = &targets->standings[item->index];
	const struct target_info *info = model_target(view->scene->model, (uint32_t)item->index);

	(void)width;
	if (item->child) {
		node_text(view, item, what, buf, cap);
		return;
	}
	if (!info)
		return;
	if (what == NAME)
		snprintf(buf, cap, "%s", info->name);
	else if (what == KIND)
		snprintf(buf, cap, "%s", info->kind);
	else if (what == STATE)
		snprintf(buf, cap, "%s", standing->word);
	else if (what == AGE)
		age_text(view, standing, buf, cap);
	else if (what == POLL && standing->seconds > 0)
		snprintf(buf, cap, "%.2fs", standing->seconds);
	else if (what == NOTES)
		notes_text(view, item, buf, cap);
	else if (what == GUARD)
		snprintf(buf, cap, "%s", view_guard(info->guard));
	else if (what == EVERY)
		view_duration(standing->interval_ms, buf);
	else if (what == LOAD)
		load_text(standing, buf, cap);
	else if (what == SERIES)
		view_count((double)standing->series, buf);
	else if (what == URL)
		snprintf(buf, cap, "%s", info->url);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	const struct targets *targets = pane->extra;

	(void)view;
	if (targets)
		snprintf(buf, cap, "%zu of %zu fresh", targets->fresh, targets->n);
}

const struct pane_ops targets_pane = {
	.title = "TARGETS",
	.tab = "Targets",
	.layouts = layouts,
	.nlayouts = 3,
	.spare = is_troubled,
	.by = DIM_BIT(DIM_TARGET),
	.weight = M_REQUEST_RATE,
	.beside = {M_NODES_UP, M_NODES},
	.nbeside = 2,
	.signal = SIGNAL_COUNT,
	.load = load,
	.text = text,
	.note = note,
	.foot = pane_more,
	.empty = "no target",
};
