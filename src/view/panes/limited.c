/* Clients and keys that were limited or denied. */
#include "view/state.h"

#include <stdio.h>

enum { NAME, TARGET, ROUTE };

#define CLIENTS (DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_CONSUMER))

static const struct pane_column widest[] = {
	{{"CLIENT OR KEY", 24, 15, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/m", 7, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"429/m", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"limit/m", 7, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_LIMITED_RATE, 0},
	{{"401+403", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_DENIED_RATE, 0},
	{{"was", 6, 0, 0, 0, 7, TABLE_RIGHT}, CELL_WAS, M_DENIED_RATE, 0},
	{{"4xx%", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_4XX_RATIO, 0},
	{{"2xx/m", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_2XX_RATE, 0},
	{{"used%", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_LIMIT_USED, 0},
	{{"routes", 6, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_DISTINCT_ROUTES, 0},
	{{"SEEN", 8, 0, 0, 1, 5, TABLE_LEFT}, CELL_SINCE, M_REQUEST_RATE, 0},
	{{"ROUTE", 20, 11, 2, 1, 3, TABLE_LEFT}, CELL_TEXT, ROUTE, 0},
};

static const struct pane_column wide[] = {
	{{"CLIENT OR KEY", 17, 13, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"429/m", 5, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"401+403", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_DENIED_RATE, 0},
	{{"2xx/m", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_2XX_RATE, 0},
	{{"used%", 5, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_LIMIT_USED, 0},
	{{"ROUTE", 12, 6, 2, 1, 3, TABLE_LEFT}, CELL_TEXT, ROUTE, 0},
};

static const struct pane_layout layouts[] = {
	{90, widest, sizeof(widest) / sizeof(*widest)},
	{0, wide, sizeof(wide) / sizeof(*wide)},
};

/* The routes of every client, for the last column. */
struct client_routes {
	struct item *items;
	size_t n;
};

static void load(struct view *view, struct pane *pane)
{
	struct client_routes *routes = arena_alloc(&view->screen->data, sizeof(*routes));
	struct row total;
	size_t all;

	query_items(view, pane);
	total = pane->total;
	all = pane->all;
	routes->items = query_by(view, pane, CLIENTS | DIM_BIT(DIM_ROUTE), &routes->n);
	pane->extra = routes;
	pane->total = total;
	pane->all = all;
}

static bool wants(const struct view *view, const struct dims *dims)
{
	(void)view;
	return dims->value[DIM_CLIENT] || dims->value[DIM_CONSUMER];
}

static bool same_client(const struct dims *a, const struct dims *b)
{
	return a->value[DIM_CLIENT] == b->value[DIM_CLIENT] &&
	       a->value[DIM_CONSUMER] == b->value[DIM_CONSUMER];
}

static double value_of(const struct pane *pane, const struct item *item, enum measure measure)
{
	const struct figure *figure = row_figure(pane, item->row, CELL_VALUE, (int)measure);

	return figure && !(figure->quality & Q_NONE) ? figure->value : 0;
}

/* The route where most is denied, else limited; "*" where the client goes everywhere in peace. */
static const char *route_text(const struct view *view, const struct item *item)
{
	const struct pane *pane = &view->screen->panes[PANE_LIMITED];
	const struct client_routes *routes = pane->extra;
	double most = 0;
	symbol best = 0;
	size_t i, seen = 0;

	for (i = 0; i < routes->n; i++) {
		const struct item *at = &routes->items[i];
		double denied, limited;

		if (!at->key.dims.value[DIM_ROUTE] || !same_client(&at->key.dims, &item->key.dims))
			continue;
		denied = value_of(pane, at, M_DENIED_RATE);
		limited = value_of(pane, at, M_429_RATE);
		if (!seen++ || (denied > limited ? denied : limited) > most)
			best = at->key.dims.value[DIM_ROUTE];
		most = denied > most ? denied : limited > most ? limited : most;
	}
	return seen > 1 && !(most > 0) ? "*" : view_text(view, best);
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct dims *dims = &item->key.dims;
	char age[16], stale[24] = "";

	(void)width;
	if (what == ROUTE) {
		snprintf(buf, cap, "%s", route_text(view, item));
		return;
	}
	if (item->stale)
		snprintf(stale, sizeof(stale), " ~%s", view_duration(item->age_ms, age));
	snprintf(buf, cap, "%s%s%s%s", view_text(view, dims->value[DIM_CLIENT]),
		 dims->value[DIM_CLIENT] && dims->value[DIM_CONSUMER] ? " " : "",
		 view_text(view, dims->value[DIM_CONSUMER]), stale);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	static const struct dims none;
	struct figure limited = query_one(view->scene->model, M_429_RATE, COLUMN_VALUE, &none, 0,
					  view->screen->window_ms, view->at);
	char text_429[16];

	if (pane->n && !(limited.quality & Q_NONE))
		snprintf(buf, cap, "%s/min limited", figure_format(text_429, 6, &limited));
}

const struct pane_ops limited_pane = {
	.title = "LIMITED AND DENIED",
	.tab = "Limited",
	.layouts = layouts,
	.nlayouts = 2,
	.by = CLIENTS,
	.weight = M_DENIED_RATE,
	.signal = SIGNAL_DENIED,
	.load = load,
	.wants = wants,
	.text = text,
	.note = note,
	.foot = pane_more,
	.empty = "no client or key is known; access logs name them",
};
