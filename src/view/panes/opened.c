/* The opened row: its charts with marks, figures, latency by bucket, what it is made of, changes
 * and log lines. */
#include "view/panes/opened.h"

#include "view/command.h"
#include "view/explain.h"

#define ROWS_MOST 500

/* The first that fits; the last fits all. */
static const struct subject subjects[] = {
	{DIM_BIT(DIM_MODEL) | DIM_BIT(DIM_APP) | DIM_BIT(DIM_PROMPT),
	 {M_TOKENS_PER_REQUEST, M_COST_RATE, M_AI_P95},
	 {M_AI_REQUEST_RATE, M_AI_ERROR_RATIO, M_TOKEN_RATE, M_TOKENS_PER_REQUEST,
	  M_INPUT_TOKENS_PER_REQUEST, M_OUTPUT_TOKENS_PER_REQUEST, M_COST_RATE, M_COST_PER_REQUEST,
	  M_AI_P50, M_AI_P95, M_TTFT_P95, M_FALLBACK_RATE, M_CACHE_HIT_RATIO, M_GUARDRAIL_RATE,
	  M_QUALITY, M_PROMPT_VERSION},
	 16,
	 SIGNAL_AI_LATENCY},
	{DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_CONSUMER),
	 {M_REQUEST_RATE, M_DENIED_RATE, M_429_RATE},
	 {M_REQUEST_RATE, M_2XX_RATE, M_4XX_RATIO, M_429_RATE, M_DENIED_RATE, M_ERROR_RATIO,
	  M_LIMITED_RATE, M_LIMIT_USED, M_DISTINCT_ROUTES, M_DISTINCT_IDS, M_DISTINCT_AGENTS,
	  M_DISTINCT_CONSUMERS, M_P95, M_BYTES_OUT_RATE, M_BLOCKED_IPS},
	 15,
	 SIGNAL_LATENCY},
	{0,
	 {M_REQUEST_RATE, M_ERROR_RATIO, M_P95},
	 {M_REQUEST_RATE, M_ERROR_RATIO, M_ERROR_RATE, M_504_RATIO, M_4XX_RATIO, M_429_RATE, M_P50,
	  M_P95, M_P99, M_LATENCY_AVG, M_UPSTREAM_SHARE, M_GATEWAY_ERRORS, M_UPSTREAM_ERRORS,
	  M_RETRY_RATE, M_NODES_UP, M_BREAKER},
	 16,
	 SIGNAL_LATENCY},
};

static const struct subject *subject_of(dim_mask mask)
{
	const struct subject *subject = subjects;

	while (subject->dims && !(subject->dims & mask))
		subject++;
	return subject;
}

/* Terms that only the row's own series pass. */
static void narrow_down(const struct view *view, const struct dims *dims, dim_mask mask,
			struct filter *ret_filter)
{
	int dim;

	ret_filter->n = 0;
	for (dim = 0; dim < DIM_COUNT; dim++)
		if (mask & DIM_BIT(dim) && dims->value[dim])
			filter_add(ret_filter, (enum dim)dim, false,
				   view_text(view, dims->value[dim]));
}

static void ask(struct view *view, struct query *query, dim_mask mask, dim_mask more,
		struct result *ret_result)
{
	struct filter filter;

	narrow_down(view, &view->screen->place.row.dims, mask, &filter);
	query->by = mask | more;
	query->filter = &filter;
	query->clients =
		query_clients_of(view_text(view, view->screen->place.row.dims.value[DIM_CLIENT]));
	query->window_ms = view->screen->window_ms;
	query->limit = ROWS_MOST;
	query_run(view->scene->model, query, &view->screen->data, ret_result);
}

static bool is_own(const struct view *view, const struct row *row, dim_mask mask)
{
	struct dims own = dims_project(&view->screen->place.row.dims, mask);
	struct dims its = dims_project(&row->dims, mask);

	return dims_equal(&own, &its);
}

static const struct row *own_row(struct view *view, struct query *query, dim_mask mask)
{
	struct result result;
	size_t i;

	ask(view, query, mask, 0, &result);
	for (i = 0; i < result.n; i++)
		if (is_own(view, &result.rows[i], mask))
			return &result.rows[i];
	return NULL;
}

static void load_figures(struct view *view, struct opened *opened, const struct subject *subject)
{
	struct query query = {.sort = -1, .at = view->at};
	struct query trends = {.sort = -1};
	const struct finding *finding;
	bool unjudged;
	size_t i;

	opened->step_ms = view_trend_step(view, OPENED_STEP_MS, OPENED_STEPS);
	trends.at = view_step_end(view, opened->step_ms);

	for (i = 0; i < OPENED_CHARTS; i++) {
		trends.columns[trends.ncolumns++] = (struct column){
			subject->charts[i], COLUMN_TREND, opened->step_ms, OPENED_STEPS};
		query.columns[query.ncolumns++] =
			(struct column){subject->charts[i], COLUMN_WAS, 0, 0};
	}
	for (i = 0; i < subject->nfacts; i++)
		query.columns[query.ncolumns++] =
			(struct column){subject->facts[i], COLUMN_VALUE, 0, 0};
	opened->row = own_row(view, &query, opened->mask);
	opened->trends = own_row(view, &trends, opened->mask);
	finding = view_about(view, &view->screen->place.row.dims, &unjudged);
	for (i = 0; opened->row && i < OPENED_CHARTS; i++)
		view_was(view, finding, &view->screen->place.row.dims, opened->mask,
			 subject->charts[i], &opened->row->figures[i]);
	opened->subject = subject;
}

static const struct breakdown breakdowns[OPENED_BREAKDOWNS] = {
	{"CODES", DIM_CODE, M_REQUEST_RATE, M_COUNT},
	{"ORIGIN", DIM_ORIGIN, M_REQUEST_RATE, M_ERROR_RATE},
	{"NODES", DIM_NODE, M_NODES_UP, M_NODE_WEIGHT},
	{"CONSUMERS", DIM_CONSUMER, M_REQUEST_RATE, M_ERROR_RATIO},
	{"CLIENTS", DIM_CLIENT, M_REQUEST_RATE, M_DENIED_RATE},
	{"ROUTES", DIM_ROUTE, M_REQUEST_RATE, M_ERROR_RATIO},
	{"MODELS", DIM_MODEL, M_TOKEN_RATE, M_TOKENS_PER_REQUEST},
	{"APPS", DIM_APP, M_TOKEN_RATE, M_TOKENS_PER_REQUEST},
};

/* Nodes hang on a service or a target, not on a route. */
static dim_mask breakdown_mask(const struct opened *opened, enum dim dim)
{
	static const dim_mask places = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_SERVICE);

	return dim == DIM_NODE ? opened->mask & places : opened->mask;
}

static void load_breakdown(struct view *view, struct opened *opened, size_t nth)
{
	const struct breakdown *breakdown = &breakdowns[nth];
	dim_mask mask = breakdown_mask(opened, breakdown->dim);
	struct query query = {.ncolumns = 1, .at = view->at};
	struct part_list *list = &opened->parts[nth];
	struct result result;
	size_t i;

	list->breakdown = breakdown;
	if (mask & DIM_BIT(breakdown->dim) || !mask)
		return;
	query.columns[0] = (struct column){breakdown->measure, COLUMN_VALUE, 0, 0};
	if (breakdown->beside != M_COUNT)
		query.columns[query.ncolumns++] =
			(struct column){breakdown->beside, COLUMN_VALUE, 0, 0};
	ask(view, &query, mask, DIM_BIT(breakdown->dim), &result);
	list->rows = arena_array(&view->screen->data, result.n + 1, sizeof(*list->rows));
	for (i = 0; i < result.n; i++)
		if (is_own(view, &result.rows[i], mask) &&
		    result.rows[i].dims.value[breakdown->dim] &&
		    !(result.rows[i].figures[0].quality & Q_NONE))
			list->rows[list->n++] = &result.rows[i];
}

static void load_buckets(struct view *view, struct opened *opened, enum signal signal)
{
	const struct dims *dims = &view->screen->place.row.dims;

	opened->histogram = signal;
	opened->nbuckets = query_buckets(view->scene->model, signal, dims, opened->mask,
					 view->screen->window_ms, view->at, &view->screen->data,
					 &opened->buckets);
}

static void load_marks(struct view *view, struct opened *opened)
{
	int64_t last = view->at.wall_ms / opened->step_ms;
	size_t i;

	for (i = 0; i < view_event_count(view); i++) {
		const struct event *event = view_event(view, i);
		int64_t back = last - event->at.wall_ms / opened->step_ms;

		if (event_is_mark(event->kind) && back >= 0 && back < OPENED_STEPS)
			opened->marks[OPENED_STEPS - 1 - back] = true;
	}
}

struct opened *opened_load(struct view *view)
{
	struct screen *screen = view->screen;
	struct opened *opened = screen->opened_data;
	const struct subject *subject;
	size_t i;

	if (opened)
		return opened;
	opened = arena_alloc(&screen->data, sizeof(*opened));
	screen->opened_data = opened;
	opened->mask = dims_mask(&screen->place.row.dims);
	subject = subject_of(screen->place.focus == PANE_LIMITED ? DIM_BIT(DIM_CLIENT)
								 : opened->mask);
	load_figures(view, opened, subject);
	for (i = 0; i < OPENED_BREAKDOWNS; i++)
		load_breakdown(view, opened, i);
	load_buckets(view, opened, subject->histogram);
	load_marks(view, opened);
	return opened;
}

void opened_reset(struct screen *screen)
{
	screen->opened_data = NULL;
	screen->opened_top = 0;
}

void opened_scroll(struct screen *screen, long rows)
{
	long top = screen->opened_top + rows;

	screen->opened_top = top < 0 ? 0 : top > OPENED_ROWS ? OPENED_ROWS : (int)top;
}
