/* Clients and keys that were limited or denied. */
#include "query/clients.h"
#include "view/state.h"

#include <stdio.h>
#include <string.h>

enum { NAME, ROUTE, MARKS };

#define CLIENTS (DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_CONSUMER))

static const struct pane_column widest[] = {
	{{"CLIENT OR KEY", 24, 15, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/m", 7, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_REQUEST_RATE, 0},
	{{"429/m", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"401+403", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_DENIED_RATE, 0},
	{{"was", 6, 0, 0, 0, 7, TABLE_RIGHT}, CELL_WAS, M_DENIED_RATE, 0},
	{{"4xx%", 6, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_4XX_RATIO, 0},
	{{"2xx/m", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_2XX_RATE, 0},
	{{"used%", 6, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_LIMIT_USED, 0},
	{{"routes", 6, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_DISTINCT_ROUTES, 0},
	{{"ids", 5, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_DISTINCT_IDS, 0},
	{{"MARKS", 11, 7, 0, 1, 2, TABLE_LEFT}, CELL_TEXT, MARKS, 0},
	{{"SEEN", 8, 0, 0, 0, 4, TABLE_LEFT}, CELL_SINCE, M_REQUEST_RATE, 0},
	{{"ROUTE", 20, 11, 2, 1, 3, TABLE_LEFT}, CELL_TEXT, ROUTE, 0},
};

static const struct pane_column wide[] = {
	{{"CLIENT OR KEY", 17, 13, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"429/m", 5, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_429_RATE, 0},
	{{"401+403", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_DENIED_RATE, 0},
	{{"2xx/m", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_2XX_RATE, 0},
	{{"used%", 5, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_LIMIT_USED, 0},
	{{"ids", 5, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_DISTINCT_IDS, 0},
	{{"MARKS", 11, 7, 0, 1, 5, TABLE_LEFT}, CELL_TEXT, MARKS, 0},
	{{"SEEN", 8, 0, 0, 0, 6, TABLE_LEFT}, CELL_SINCE, M_REQUEST_RATE, 0},
	{{"ROUTE", 12, 12, 2, 1, 3, TABLE_LEFT}, CELL_TEXT, ROUTE, 0},
};

static const struct pane_layout layouts[] = {
	{90, widest, sizeof(widest) / sizeof(*widest)},
	{0, wide, sizeof(wide) / sizeof(*wide)},
};

/* How clients make rows, and what that is called. */
static const struct grouping {
	dim_mask by;
	enum query_clients clients;
	const char *words;
} groupings[GROUP_COUNT] = {
	[GROUP_ADDRESS] = {CLIENTS, CLIENTS_EACH, ""},
	[GROUP_NETWORK] = {DIM_BIT(DIM_CLIENT), CLIENTS_NETWORK, "by /24 and /64"},
	[GROUP_SITE] = {DIM_BIT(DIM_CLIENT), CLIENTS_SITE, "by /24 and /48"},
	[GROUP_AGENT] = {DIM_BIT(DIM_APP), CLIENTS_EACH, "by user agent"},
};

/* What is asked beside the rows: the routes of every client, for the last column, and marks. */
struct beside {
	struct item *routes;
	size_t nroutes;
	bool marked;
	struct clients clients;
};

static void load_marks(struct view *view, const struct pane *pane, struct beside *beside)
{
	const struct clients_question question = {
		.own = view->scene->own,
		.proxies = view->scene->proxies,
		.filter = view_filter(view),
		.window_ms = view->screen->window_ms,
		.at = view->at,
	};

	beside->marked = pane->by & DIM_BIT(DIM_CLIENT) && (pane->full || pane->layout == layouts);
	if (beside->marked)
		clients_read(view->scene->model, &question, &view->screen->data, &beside->clients);
}

static void load(struct view *view, struct pane *pane)
{
	struct beside *beside = arena_alloc(&view->screen->data, sizeof(*beside));
	const struct grouping *grouping = &groupings[view->screen->group];

	pane->by = grouping->by;
	pane->clients = grouping->clients;
	query_ask(pane);
	beside->routes = query_by(view, pane, pane->by | DIM_BIT(DIM_ROUTE), &beside->nroutes);
	load_marks(view, pane, beside);
	pane->extra = beside;
	query_items(view, pane); /* last: it may sort by these texts */
}

static bool wants(const struct view *view, const struct dims *dims)
{
	const dim_mask by = groupings[view->screen->group].by;

	return (dims_mask(dims) & by) != 0;
}

static bool same_client(const struct pane *pane, const struct dims *a, const struct dims *b)
{
	struct dims one = dims_project(a, pane->by), other = dims_project(b, pane->by);

	return dims_equal(&one, &other);
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
	const struct beside *beside = pane->extra;
	double most = 0;
	symbol best = 0;
	size_t i, seen = 0;

	for (i = 0; i < beside->nroutes; i++) {
		const struct item *at = &beside->routes[i];
		double denied, limited;

		if (!at->key.dims.value[DIM_ROUTE] ||
		    !same_client(pane, &at->key.dims, &item->key.dims))
			continue;
		denied = value_of(pane, at, M_DENIED_RATE);
		limited = value_of(pane, at, M_429_RATE);
		if (!seen++ || (denied > limited ? denied : limited) > most)
			best = at->key.dims.value[DIM_ROUTE];
		most = denied > most ? denied : limited > most ? limited : most;
	}
	return seen > 1 && !(most > 0) ? "*" : view_text(view, best);
}

static void marks_text(const struct view *view, const struct item *item, char *buf, size_t cap)
{
	static const struct {
		unsigned mark;
		const char *word;
	} words[] = {{CLIENT_OWN, "own"},
		     {CLIENT_BLOCKED, "blocked"},
		     {CLIENT_LISTED, "list"},
		     {CLIENT_NAT, "NAT"}};
	const struct beside *beside = view->screen->panes[PANE_LIMITED].extra;
	unsigned marks = beside->marked
				 ? clients_marks(&beside->clients, item->key.dims.value[DIM_CLIENT])
				 : 0;
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && len < cap; i++)
		if (marks & words[i].mark)
			len += (size_t)snprintf(buf + len, cap - len, "%s%s", len ? " " : "",
						words[i].word);
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
	if (what == MARKS) {
		marks_text(view, item, buf, cap);
		return;
	}
	if (item->stale)
		snprintf(stale, sizeof(stale), " ~%s", view_duration(item->age_ms, age));
	/* a key says more than the address that it comes from: it is what must not be cut */
	snprintf(buf, cap, "%s%s%s%s%s", view_text(view, dims->value[DIM_CONSUMER]),
		 dims->value[DIM_CLIENT] && dims->value[DIM_CONSUMER] ? " " : "",
		 view_text(view, dims->value[DIM_CLIENT]), view_text(view, dims->value[DIM_APP]),
		 stale);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	static const struct dims none;
	struct figure limited = query_one(view->scene->model, M_429_RATE, COLUMN_VALUE, &none, 0,
					  view->screen->window_ms, view->at);
	const char *words = groupings[view->screen->group].words;
	char text_429[16];
	size_t len;

	snprintf(buf, cap, "%s", words);
	len = strlen(buf);
	if (pane->n && !(limited.quality & Q_NONE))
		snprintf(buf + len, cap - len, "%s%s/min limited", len ? "  " : "",
			 figure_format(text_429, 6, &limited));
}

const struct pane_ops limited_pane = {
	.title = "LIMITED AND DENIED",
	.tab = "Limited",
	.layouts = layouts,
	.nlayouts = 2,
	.by = CLIENTS,
	.chained = true,
	.weight = M_DENIED_RATE,
	.signal = SIGNAL_DENIED,
	.load = load,
	.wants = wants,
	.text = text,
	.note = note,
	.foot = pane_more,
	.empty = "no client or key is known; access logs name them",
};
