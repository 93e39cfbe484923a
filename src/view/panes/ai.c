/* Models with what calls them, and prompts with their versions: tokens, cost, latency. */
#include "view/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME, TARGET };

static const struct pane_column widest[] = {
	{{"MODEL / PROMPT", 24, 16, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"req/m", 6, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_AI_REQUEST_RATE, 0},
	{{"tok/min", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_TOKEN_RATE, 0},
	{{"tok/req", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_TOKENS_PER_REQUEST, 0},
	{{"was", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_WAS, M_TOKENS_PER_REQUEST, 0},
	{{"in/req", 6, 0, 0, 0, 7, TABLE_RIGHT}, CELL_VALUE, M_INPUT_TOKENS_PER_REQUEST, 0},
	{{"out/req", 7, 0, 0, 0, 7, TABLE_RIGHT}, CELL_VALUE, M_OUTPUT_TOKENS_PER_REQUEST, 0},
	{{"$/h", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_COST_RATE, 0},
	{{"$/req", 7, 0, 0, 0, 6, TABLE_RIGHT}, CELL_VALUE, M_COST_PER_REQUEST, 0},
	{{"p50", 5, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_AI_P50, 0},
	{{"p95", 5, 0, 0, 0, 3, TABLE_RIGHT}, CELL_VALUE, M_AI_P95, 0},
	{{"ttft", 5, 0, 0, 0, 8, TABLE_RIGHT}, CELL_VALUE, M_TTFT_P95, 0},
	{{"err%", 5, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_AI_ERROR_RATIO, 0},
	{{"fall/m", 6, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_FALLBACK_RATE, 0},
	{{"cache%", 6, 0, 0, 0, 9, TABLE_RIGHT}, CELL_VALUE, M_CACHE_HIT_RATIO, 0},
	{{"qual", 5, 0, 0, 0, 5, TABLE_RIGHT}, CELL_VALUE, M_QUALITY, 0},
};

static const struct pane_column wide[] = {
	{{"MODEL / PROMPT", 16, 12, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"tok/min", 7, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_TOKEN_RATE, 0},
	{{"tok/req", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_TOKENS_PER_REQUEST, 0},
	{{"was", 6, 0, 0, 0, 3, TABLE_RIGHT}, CELL_WAS, M_TOKENS_PER_REQUEST, 0},
	{{"$/h", 6, 0, 0, 0, 1, TABLE_RIGHT}, CELL_VALUE, M_COST_RATE, 0},
	{{"p95", 5, 0, 0, 0, 4, TABLE_RIGHT}, CELL_VALUE, M_AI_P95, 0},
	{{"err%", 5, 0, 0, 0, 2, TABLE_RIGHT}, CELL_VALUE, M_AI_ERROR_RATIO, 0},
};

static const struct pane_layout layouts[] = {
	{90, widest, sizeof(widest) / sizeof(*widest)},
	{0, wide, sizeof(wide) / sizeof(*wide)},
};

static bool wants(const struct view *view, const struct dims *dims)
{
	(void)view;
	return dims->value[DIM_MODEL] || dims->value[DIM_APP] || dims->value[DIM_PROMPT];
}

static bool calls(const struct item *caller, symbol model)
{
	const struct dims *dims = &caller->key.dims;

	return (dims->value[DIM_APP] || dims->value[DIM_CONSUMER]) &&
	       dims->value[DIM_MODEL] == model;
}

/* A model's only caller would say the same figures twice, unless something is wrong with it. */
static bool is_alone(const struct item *model, const struct item *callers, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (!calls(&callers[i], model->key.dims.value[DIM_MODEL]))
			continue;
		if ((callers[i].worst > 1 && callers[i].worst > model->worst) || ++count > 1)
			return false;
	}
	return model->key.dims.value[DIM_MODEL] != 0;
}

/* Behind every model those who call it, when they are several; each list in its own order. */
static void weave(struct pane *pane, const struct item *models, size_t nmodels,
		  const struct item *callers, size_t ncallers)
{
	size_t i, j;

	for (i = 0; i < nmodels; i++) {
		pane->items[pane->n++] = models[i];
		if (is_alone(&models[i], callers, ncallers))
			continue;
		for (j = 0; j < ncallers; j++) {
			if (!calls(&callers[j], models[i].key.dims.value[DIM_MODEL]))
				continue;
			pane->items[pane->n] = callers[j];
			pane->items[pane->n++].child = true;
		}
	}
}

/* How many models stand before the first of which, and of whose callers, nothing is wrong. */
static size_t count_wrong(const struct item *models, size_t nmodels, const struct item *callers,
			  size_t ncallers)
{
	size_t i, j;
	int worst;

	for (i = 0; i < nmodels; i++) {
		worst = models[i].worst;
		for (j = 0; j < ncallers; j++)
			if (calls(&callers[j], models[i].key.dims.value[DIM_MODEL]) &&
			    callers[j].worst > worst)
				worst = callers[j].worst;
		if (worst < 2)
			return i;
	}
	return nmodels;
}

/* Prompts stand behind what is wrong, since they are suspects, and before what is well. */
static void load(struct view *view, struct pane *pane)
{
	size_t nmodels, ncallers, nprompts, wrong, i;
	struct item *models, *callers, *prompts;
	struct row total;

	query_items(view, pane);
	total = pane->total;
	models = pane->items;
	nmodels = pane->n;
	callers =
		query_by(view, pane, DIM_BIT(DIM_MODEL) | DIM_BIT(DIM_APP) | DIM_BIT(DIM_CONSUMER),
			 &ncallers);
	items_weigh(pane, callers, ncallers, false);
	items_sort(view, pane, callers, ncallers);
	prompts = query_by(view, pane, DIM_BIT(DIM_PROMPT) | DIM_BIT(DIM_TYPE), &nprompts);
	items_sort(view, pane, prompts, nprompts);
	pane->items = arena_array(&view->screen->data, nmodels + ncallers * 2 + nprompts + 1,
				  sizeof(*pane->items));
	pane->n = 0;
	wrong = count_wrong(models, nmodels, callers, ncallers);
	if (!wrong || pane->sorted)
		wrong = nmodels;
	weave(pane, models, wrong, callers, ncallers);
	for (i = 0; i < nprompts; i++) {
		prompts[i].bare = true;
		pane->items[pane->n++] = prompts[i];
	}
	weave(pane, models + wrong, nmodels - wrong, callers, ncallers);
	pane->all = pane->n;
	pane->total = total;
}

/* The newest change of a prompt's pointer, or of its text, before the moment that is shown, or
 * NULL. */
static const struct mark *last_change(const struct view *view, const struct dims *of)
{
	const struct model *model = view->scene->model;
	size_t i;

	for (i = model_mark_count(model); i > 0; i--) {
		const struct mark *mark = model_mark(model, i - 1);
		const struct dims *dims = names_dims(view->names, mark->dims);
		bool pointer =
			mark->kind == MARK_VERSION && dims->value[DIM_TYPE] == of->value[DIM_TYPE];

		if ((pointer || mark->kind == MARK_TEXT) && mark->at.wall_ms <= view->at.wall_ms &&
		    dims->value[DIM_PROMPT] == of->value[DIM_PROMPT])
			return mark;
	}
	return NULL;
}

/* "balance v7>v8 2m50 ago": what changed shortly before is what is looked for here. A prompt has no
 * figures of its own: its row says since when nothing changed. */
static void prompt_text(const struct view *view, const struct item *item, char *buf, size_t cap)
{
	const struct dims *dims = &item->key.dims;
	const struct mark *mark = last_change(view, dims);
	const struct figure *version =
		row_figure(&view->screen->panes[PANE_AI], item->row, CELL_VALUE, M_PROMPT_VERSION);
	char age[16], number[24] = "", since[16], prompt[96];

	snprintf(prompt, sizeof(prompt), "%s%s%s", view_text(view, dims->value[DIM_PROMPT]),
		 dims->value[DIM_TYPE] ? "@" : "", view_text(view, dims->value[DIM_TYPE]));
	if (version && !(version->quality & Q_NONE))
		snprintf(number, sizeof(number), " v%.0f", version->value);
	if (!mark)
		snprintf(buf, cap, "%s%s, no change since %.5s", prompt, number,
			 view_time(view, view_oldest(view).wall_ms, since));
	else if (mark->kind == MARK_TEXT)
		snprintf(buf, cap, "%s%s text changed %s ago", prompt, number,
			 view_age(view, mark->at, age));
	else if (isnan(mark->before) || isnan(mark->after))
		snprintf(buf, cap, "%s%s set %s ago", prompt, number,
			 view_age(view, mark->at, age));
	else
		snprintf(buf, cap, "%s v%.0f>v%.0f %s ago", prompt, mark->before, mark->after,
			 view_age(view, mark->at, age));
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct dims *dims = &item->key.dims;
	char age[16], stale[24] = "", name[160] = "(no model)";

	(void)what;
	(void)width;
	if (item->stale)
		snprintf(stale, sizeof(stale), " ~%s", view_duration(item->age_ms, age));
	if (dims->value[DIM_PROMPT])
		prompt_text(view, item, name, sizeof(name));
	else if (dims->value[DIM_CONSUMER])
		snprintf(name, sizeof(name), "%s", view_text(view, dims->value[DIM_CONSUMER]));
	else if (dims->value[DIM_APP])
		snprintf(name, sizeof(name), "%s", view_text(view, dims->value[DIM_APP]));
	else if (dims->value[DIM_MODEL])
		snprintf(name, sizeof(name), "%s", view_text(view, dims->value[DIM_MODEL]));
	snprintf(buf, cap, "%s%s%s", item->child ? "  " : "", name, stale);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	static const struct dims none;
	const struct model *model = view->scene->model;
	const struct figure *cost = row_figure(pane, &pane->total, CELL_VALUE, M_COST_RATE);
	struct figure used = query_one(model, M_BUDGET_USED, COLUMN_VALUE, &none, 0,
				       view->screen->window_ms, view->at);
	struct figure out = query_one(model, M_BUDGET_OUT, COLUMN_VALUE, &none, 0,
				      view->screen->window_ms, view->at);
	char part[24], at[16];
	size_t len = 0;

	if (cost && pane->n && !(cost->quality & Q_NONE))
		len += (size_t)snprintf(buf, cap, "$%s/h", figure_format(part, 6, cost));
	if (!(used.quality & Q_NONE))
		len += (size_t)snprintf(buf + len, cap - len, "%sbudget %s%%", len ? "  " : "",
					figure_format(part, 4, &used));
	if (!(out.quality & Q_NONE) && out.value > 0 && out.value < 86400)
		snprintf(buf + len, cap - len, "  out %.5s",
			 view_time(view, view->at.wall_ms + (int64_t)(out.value * 1000), at));
}

const struct pane_ops ai_pane = {
	.title = "AI SPEND",
	.tab = "AI",
	.layouts = layouts,
	.nlayouts = 2,
	.by = DIM_BIT(DIM_MODEL),
	.weight = M_COST_RATE,
	.beside = {M_PROMPT_VERSION},
	.nbeside = 1,
	.signal = SIGNAL_TOKENS,
	.load = load,
	.wants = wants,
	.text = text,
	.note = note,
	.foot = pane_more,
	.empty = "no AI gateway has reported a model",
};
