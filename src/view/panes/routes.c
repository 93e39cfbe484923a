/* Routes, and services where a gateway has no routes: errors and latency. */
#include "view/state.h"

#include <stdio.h>

#define MINUTE_MS  60000
#define MINUTES_25 150000

enum { NAME, TARGET };

static const struct pane_column widest[] = {
	{{"TARGET", 8, 0, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"ROUTE", 21, 12, 3, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/min", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"was", 6, 0, 0, 0, 10, TABLE_RIGHT}, CELL_WAS, M_REQUEST_RATE, 0},
	{{"5xx%", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_ERROR_RATIO, 0},
	{{"5xx/m", 6, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_ERROR_RATE, 0},
	{{"504%", 6, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_504_RATIO, 0},
	{{"gw%", 5, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_GATEWAY_ERRORS, 0},
	{{"ups%", 5, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_UPSTREAM_ERRORS, 0},
	{{"4xx%", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_4XX_RATIO, 0},
	{{"429/m", 6, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"p50", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_P50, 0},
	{{"p90", 6, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_P90, 0},
	{{"p95", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_P95, 0},
	{{"p99", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_P99, 0},
	{{"up%", 4, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_UPSTREAM_SHARE, 0},
	{{"was p95", 8, 0, 0, 0, 4, TABLE_RIGHT}, CELL_WAS, M_P95, 0},
	{{"retry/m", 7, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_RETRY_RATE, 0},
	{{"out/s", 7, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_BYTES_OUT_RATE, 0},
	{{"5xx%", 15, 0, 0, 2, 2, TABLE_LEFT}, CELL_TREND, M_ERROR_RATIO, MINUTE_MS},
};

static const struct pane_column wide[] = {
	{{"TARGET", 8, 0, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"ROUTE", 21, 12, 3, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/min", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"5xx%", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_ERROR_RATIO, 0},
	{{"5xx/m", 6, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_ERROR_RATE, 0},
	{{"4xx%", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_4XX_RATIO, 0},
	{{"429/m", 6, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"p50", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_P50, 0},
	{{"p95", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_P95, 0},
	{{"p99", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_P99, 0},
	{{"up%", 4, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_UPSTREAM_SHARE, 0},
	{{"was p95", 8, 0, 0, 0, 4, TABLE_RIGHT}, CELL_WAS, M_P95, 0},
	{{"5xx%", 15, 0, 0, 2, 2, TABLE_LEFT}, CELL_TREND, M_ERROR_RATIO, MINUTE_MS},
};

static const struct pane_column narrow[] = {
	{{"TARGET", 7, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"ROUTE", 22, 12, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/m", 5, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"5xx%", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_ERROR_RATIO, 0},
	{{"4xx%", 5, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_4XX_RATIO, 0},
	{{"429/m", 5, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"p95", 5, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_P95, 0},
	{{"was", 5, 0, 0, 0, 7, TABLE_RIGHT}, CELL_WAS, M_P95, 0},
	{{"up%", 3, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_UPSTREAM_SHARE, 0},
	{{"", 6, 0, 0, 1, 9, TABLE_LEFT}, CELL_TREND, M_ERROR_RATIO, MINUTES_25},
};

static const struct pane_layout layouts[] = {
	{170, widest, sizeof(widest) / sizeof(*widest)},
	{LAYOUT_WIDE, wide, sizeof(wide) / sizeof(*wide)},
	{0, narrow, sizeof(narrow) / sizeof(*narrow)},
};

static bool wants(const struct view *view, const struct dims *dims)
{
	(void)view;
	return dims->value[DIM_ROUTE] || dims->value[DIM_SERVICE];
}

/* Whether another row has the same route: then only its service tells them apart. */
static bool has_twin(const struct view *view, const struct item *item)
{
	const struct pane *pane = &view->screen->panes[PANE_ROUTES];
	const uint32_t *own = item->key.dims.value;
	size_t i;

	for (i = 0; i < pane->n; i++) {
		const uint32_t *other = pane->items[i].key.dims.value;

		if (other[DIM_TARGET] == own[DIM_TARGET] && other[DIM_ROUTE] == own[DIM_ROUTE] &&
		    other[DIM_SERVICE] != own[DIM_SERVICE])
			return true;
	}
	return false;
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct dims *dims = &item->key.dims;
	char age[16], stale[24] = "";

	(void)width;
	if (what == TARGET) {
		snprintf(buf, cap, "%s", view_text(view, dims->value[DIM_TARGET]));
		return;
	}
	if (item->stale)
		snprintf(stale, sizeof(stale), " ~%s", view_duration(item->age_ms, age));
	if (dims->value[DIM_ROUTE] && dims->value[DIM_SERVICE] && has_twin(view, item))
		snprintf(buf, cap, "%s %s%s", view_text(view, dims->value[DIM_ROUTE]),
			 view_text(view, dims->value[DIM_SERVICE]), stale);
	else if (dims->value[DIM_ROUTE])
		snprintf(buf, cap, "%s%s", view_text(view, dims->value[DIM_ROUTE]), stale);
	else
		snprintf(buf, cap, "%s (service)%s", view_text(view, dims->value[DIM_SERVICE]),
			 stale);
}

/* While the window fills, how much of it there is. */
static const char *covered_text(const struct view *view, const struct figure *figure, char *buf)
{
	if (figure->quality & Q_FILLING)
		return view_duration(figure->covered_ms, buf);
	return view_window(view, buf);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	const struct figure *rate = row_figure(pane, &pane->total, CELL_VALUE, M_REQUEST_RATE);
	const struct figure *errors = row_figure(pane, &pane->total, CELL_VALUE, M_ERROR_RATIO);
	char order[48], per_minute[16], share[16], n[16], window[16];

	pane_order(pane, order, sizeof(order));
	if (!pane->n || !rate || !errors)
		return;
	figure_format(share, 5, errors);
	view_count(errors->n, n);
	if (rate->quality & Q_NONE)
		snprintf(buf, cap, "%zu of %zu, %s; total 5xx %s%% n=%s since its start",
			 pane->shown, pane->all, order, share, n);
	else
		snprintf(buf, cap, "%zu of %zu, %s; total %s/min  5xx %s%% n=%s/%s", pane->shown,
			 pane->all, order, figure_format(per_minute, 7, rate), share, n,
			 covered_text(view, rate, window));
}

/* A target that stands in a chain; the first of them is enough to explain the total. */
static void name_uncounted(const struct view *view, char *buf, size_t cap)
{
	uint32_t i, n = model_target_count(view->scene->model);

	for (i = 0; i < n; i++) {
		const struct target_info *target = model_target(view->scene->model, i);

		if (target && !target->counts) {
			snprintf(buf, cap, "; %s is not in the total", target->name);
			return;
		}
	}
}

static void foot(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	char chain[128] = "", key[24];
	bool more = pane->all > pane->shown && pane->shown;

	if (!pane->n)
		return;
	name_uncounted(view, chain, sizeof(chain));
	if (more)
		snprintf(buf, cap, "+%zu more routes (key %s)%s", pane->all - pane->shown,
			 view_key(view, "screen 2", key), chain);
	else if (chain[0])
		snprintf(buf, cap, "%s", chain + 2);
}

const struct pane_ops routes_pane = {
	.title = "ROUTES  errors and latency",
	.tab = "Routes",
	.layouts = layouts,
	.nlayouts = 3,
	.by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_SERVICE),
	.weight = M_REQUEST_RATE,
	.signal = SIGNAL_REQUESTS,
	.load = query_items,
	.wants = wants,
	.text = text,
	.note = note,
	.foot = foot,
	.empty = "no route or service has answered a request yet",
};
