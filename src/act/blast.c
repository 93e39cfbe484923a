/* What an action would touch, from the model: in words for the dialog. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MS  (5 * 60 * 1000)
#define NAMES_MAX  3
#define FIGURE     6
#define MOST_SHARE 0.9 /* of one client, which then is rather a proxy */

/* A question about what the plan is about. */
struct survey {
	const struct plan *plan;
	struct arena arena;
	struct filter filter;
	struct strbuf text;
};

static void add_term(struct survey *survey, enum dim dim, const char *text)
{
	struct filter *filter = &survey->filter;

	if (filter->n < QUERY_TERMS)
		filter->terms[filter->n++] = (struct term){.dim = dim, .text = text};
}

static const char *param_of(const struct plan *plan, enum dim dim)
{
	for (size_t i = 0; plan->action && i < plan->action->nparams; i++)
		if (plan->action->params[i].from == dim)
			return plan->runs[0].params[i];
	return NULL;
}

/* A whole network is asked for by its start, where it ends at a dot or colon. */
static const char *client_pattern(struct survey *survey, const char *client)
{
	const char *slash = strchr(client, '/');
	unsigned bits = slash ? (unsigned)strtoul(slash + 1, NULL, 10) : 0;
	bool v6 = strchr(client, ':') != NULL;
	size_t parts = bits / (v6 ? 16 : 8), len = 0;

	if (!slash)
		return arena_printf(&survey->arena, "=%s", client);
	if (bits % (v6 ? 16 : 8))
		return NULL;
	while (parts && client + len < slash)
		parts -= client[len++] == (v6 ? ':' : '.');
	return parts ? NULL : arena_printf(&survey->arena, "%.*s*", (int)len, client);
}

/* Only what the plan names; false when that cannot be said as a filter. */
static bool aim(struct survey *survey)
{
	static const enum dim dims[] = {DIM_ROUTE, DIM_SERVICE, DIM_NODE,  DIM_CONSUMER,
					DIM_MODEL, DIM_APP,     DIM_PROMPT};
	const struct plan *plan = survey->plan;
	const char *client = param_of(plan, DIM_CLIENT);

	add_term(survey, DIM_TARGET, arena_printf(&survey->arena, "=%s", plan->target_name));
	for (size_t i = 0; i < sizeof(dims) / sizeof(*dims); i++) {
		const char *value = param_of(plan, dims[i]);

		if (value)
			add_term(survey, dims[i], arena_printf(&survey->arena, "=%s", value));
	}
	if (client) {
		client = client_pattern(survey, client);
		if (client)
			add_term(survey, DIM_CLIENT, client);
		return client != NULL;
	}
	return true;
}

static struct result query(struct survey *survey, dim_mask by, const enum measure *measures,
			   size_t n, size_t limit)
{
	struct query question = {
		.ncolumns = n,
		.by = by,
		.filter = &survey->filter,
		.window_ms = WINDOW_MS,
		.at = loop_now(survey->plan->act->loop),
		.limit = limit,
	};
	struct result result;

	for (size_t i = 0; i < n; i++)
		question.columns[i] = (struct column){.measure = measures[i]};
	query_run(survey->plan->act->model, &question, &survey->arena, &result);
	return result;
}

static bool known(const struct figure *figure)
{
	return !(figure->quality & Q_NONE) && !isnan(figure->value);
}

static void add_figure(struct strbuf *text, const struct figure *figure)
{
	char buf[FIGURE + 1];

	strbuf_addstr(text, figure_format(buf, FIGURE, figure));
}

/* "consumers: acme, globex and 3 more" */
static void add_names(struct survey *survey, enum dim dim, const char *head,
		      const enum measure measure)
{
	const struct names *names = model_names(survey->plan->act->model);
	struct result result = query(survey, DIM_BIT(dim), &measure, 1, NAMES_MAX);
	size_t shown = 0;

	for (size_t i = 0; i < result.n; i++) {
		const char *name = names_text(names, result.rows[i].dims.value[dim]);

		if (*name)
			strbuf_addf(&survey->text, "%s%s", shown++ ? ", " : head, name);
	}
	if (shown && result.all > result.n)
		strbuf_addf(&survey->text, " and %zu more", result.all - result.n);
}

static struct figure of_target(struct survey *survey, enum measure measure)
{
	struct survey whole = {.plan = survey->plan};
	struct result result;
	struct figure figure;

	arena_init(&whole.arena);
	add_term(&whole, DIM_TARGET, arena_printf(&whole.arena, "=%s", survey->plan->target_name));
	result = query(&whole, 0, &measure, 1, 0);
	figure = result.total.figures[0];
	arena_release(&whole.arena);
	return figure;
}

/* A gateway may tell no clients where the log of it, a target of its own, does. */
static void reach_elsewhere(struct survey *survey)
{
	static const enum measure measure = M_REQUESTS;
	struct result result;

	memmove(survey->filter.terms, survey->filter.terms + 1,
		--survey->filter.n * sizeof(*survey->filter.terms));
	result = query(survey, 0, &measure, 1, 0);
	if (!known(&result.total.figures[0])) {
		strbuf_addstr(&survey->text, "no requests from there are known");
		return;
	}
	strbuf_addstr(&survey->text, "not told here; elsewhere ");
	add_figure(&survey->text, &result.total.figures[0]);
	strbuf_addstr(&survey->text, " requests in 5m from there");
	add_names(survey, DIM_TARGET, ", seen by ", M_REQUESTS);
	add_names(survey, DIM_CONSUMER, "; consumers: ", M_REQUESTS);
}

static void reach_client(struct survey *survey)
{
	static const enum measure measures[] = {M_REQUESTS, M_2XX_RATE};
	struct result result = query(survey, 0, measures, 2, 0);
	const struct figure *requests = &result.total.figures[0], *ok = &result.total.figures[1];
	struct figure all = of_target(survey, M_2XX_RATE);

	if (!known(requests)) {
		reach_elsewhere(survey);
		return;
	}
	add_figure(&survey->text, requests);
	strbuf_addstr(&survey->text, " requests in 5m from there");
	if (known(ok) && known(&all) && all.value > 0)
		strbuf_addf(&survey->text, ", %.1f%% of 2xx", 100 * ok->value / all.value);
	add_names(survey, DIM_CONSUMER, "; consumers: ", M_REQUESTS);
}

static bool tell_traffic(struct survey *survey, const char *head)
{
	static const enum measure measure = M_REQUEST_RATE;
	struct result result = query(survey, 0, &measure, 1, 0);

	if (!known(&result.total.figures[0]))
		return false;
	add_figure(&survey->text, &result.total.figures[0]);
	strbuf_addstr(&survey->text, head);
	add_names(survey, DIM_ROUTE, "; routes: ", M_REQUEST_RATE);
	return true;
}

static bool drop_term(struct survey *survey, enum dim dim)
{
	struct filter *filter = &survey->filter;

	for (size_t i = 0; i < filter->n; i++)
		if (filter->terms[i].dim == dim) {
			memmove(&filter->terms[i], &filter->terms[i + 1],
				(--filter->n - i) * sizeof(*filter->terms));
			return true;
		}
	return false;
}

/* A gateway may count the requests of a service and not those of each of its nodes. */
static void reach_traffic(struct survey *survey)
{
	if (tell_traffic(survey, " requests a minute"))
		return;
	if (param_of(survey->plan, DIM_SERVICE) && drop_term(survey, DIM_NODE) &&
	    tell_traffic(survey, " requests a minute to all nodes of its service"))
		return;
	strbuf_addstr(&survey->text, "no requests through it are known here");
}

/* The limit that is to be set, in requests a second: by its parameter's name. */
static double limit_of(const struct plan *plan)
{
	static const struct {
		const char *word;
		double seconds;
	} units[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}};
	const struct profile_action *action = plan->action;

	for (size_t i = 0; i < action->nparams; i++) {
		enum param_type type = action->params[i].type;

		if (!plan->runs[0].params[i] || (type != PARAM_INTEGER && type != PARAM_NUMBER))
			continue;
		for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++)
			if (strstr(action->params[i].name, units[u].word))
				return strtod(plan->runs[0].params[i], NULL) / units[u].seconds;
	}
	return NAN;
}

static void reach_limit(struct survey *survey)
{
	static const enum measure measure = M_REQUEST_RATE;
	const struct names *names = model_names(survey->plan->act->model);
	double limit = limit_of(survey->plan);
	struct result result = query(survey, DIM_BIT(DIM_CONSUMER), &measure, 1, 0);
	size_t over = 0, of = 0;
	struct strbuf who = STRBUF_INIT;

	for (size_t i = 0; i < result.n; i++) {
		const char *name = names_text(names, result.rows[i].dims.value[DIM_CONSUMER]);

		if (!*name || !known(&result.rows[i].figures[0]))
			continue;
		of++;
		if (!(result.rows[i].figures[0].value > limit))
			continue;
		if (over++ < NAMES_MAX)
			strbuf_addf(&who, "%s%s", over > 1 ? ", " : ": ", name);
	}
	if (!of)
		reach_traffic(survey);
	else if (isnan(limit))
		strbuf_addf(&survey->text, "%zu consumers", of);
	else
		strbuf_addf(&survey->text,
			    "%zu of %zu consumers would have been limited in the last 5m%s", over,
			    of, who.buf);
	strbuf_release(&who);
}

static void reach_prompt(struct survey *survey)
{
	static const enum measure measure = M_AI_REQUEST_RATE;
	struct result result = query(survey, 0, &measure, 1, 0);

	if (known(&result.total.figures[0])) {
		add_figure(&survey->text, &result.total.figures[0]);
		strbuf_addstr(&survey->text, " requests a minute; ");
	}
	add_names(survey, DIM_APP, "read by: ", M_AI_REQUEST_RATE);
	strbuf_addf(&survey->text, "%sapps may cache a prompt for a while",
		    survey->text.len ? "; " : "");
}

static void reach_cost(struct survey *survey)
{
	static const enum measure measures[] = {M_COST_RATE, M_AI_REQUEST_RATE};
	struct result result = query(survey, 0, measures, 2, 0);
	const struct figure *cost = &result.total.figures[0];

	if (!known(cost)) {
		strbuf_addstr(&survey->text, "no cost of it is known here");
		return;
	}
	strbuf_addstr(&survey->text,
		      survey->plan->action->info->tightens ? "saves up to " : "costs ");
	add_figure(&survey->text, cost);
	strbuf_addstr(&survey->text, " USD an hour");
	if (known(&result.total.figures[1])) {
		strbuf_addstr(&survey->text, ", ");
		add_figure(&survey->text, &result.total.figures[1]);
		strbuf_addstr(&survey->text, " requests a minute");
	}
}

char *blast_text(const struct plan *plan)
{
	static void (*const reaches[])(struct survey * survey) = {
		[REACH_CLIENT] = reach_client, [REACH_TRAFFIC] = reach_traffic,
		[REACH_LIMIT] = reach_limit,   [REACH_PROMPT] = reach_prompt,
		[REACH_COST] = reach_cost,
	};
	struct survey survey = {.plan = plan};

	arena_init(&survey.arena);
	strbuf_init(&survey.text);
	if (aim(&survey))
		reaches[plan->action->info->reach](&survey);
	else
		strbuf_addstr(&survey.text, "its requests cannot be told apart from others here");
	if (plan->nruns > 1)
		strbuf_addf(&survey.text, " (the first of %zu)", plan->nruns);
	arena_release(&survey.arena);
	return strbuf_detach(&survey.text);
}

/* Versions of the prompt whose text has changed in place: they are not any more what was released
 * under their number. */
static void warn_of_texts(struct survey *survey)
{
	const struct model *model = survey->plan->act->model;
	const struct names *names = model_names(model);
	const char *prompt = param_of(survey->plan, DIM_PROMPT);
	char at[16];

	for (size_t i = model_mark_count(model); prompt && i-- > 0;) {
		const struct mark *mark = model_mark(model, i);
		const struct dims *dims = names_dims(names, mark->dims);

		if (mark->kind != MARK_TEXT || mark->target != survey->plan->target ||
		    strcmp(names_text(names, dims->value[DIM_PROMPT]), prompt) != 0)
			continue;
		strbuf_addf(&survey->text, "%sthe text of %s was changed in place at %s UTC",
			    survey->text.len ? "; " : "", names_text(names, dims->value[DIM_TYPE]),
			    clock_format(at, sizeof(at), "%H:%M:%S", mark->at.wall_ms, true));
	}
}

/* Whether this gateway sees its clients, or the proxies before it, as its traffic tells. */
static void warn_of_proxies(struct survey *survey)
{
	static const enum measure measure = M_REQUESTS;
	struct result result;

	add_term(survey, DIM_TARGET,
		 arena_printf(&survey->arena, "=%s", survey->plan->target_name));
	result = query(survey, DIM_BIT(DIM_CLIENT), &measure, 1, 1);
	if (!result.n || !known(&result.rows[0].figures[0]))
		strbuf_addstr(&survey->text,
			      "no client addresses are known here: whether this gateway sees "
			      "clients or the proxies before it cannot be told");
	else if (result.all == 1 ||
		 (known(&result.total.figures[0]) &&
		  result.rows[0].figures[0].value > MOST_SHARE * result.total.figures[0].value))
		strbuf_addstr(&survey->text, "nearly all requests come from one address: this "
					     "gateway may see a proxy, not the clients");
}

char *blast_warning(const struct plan *plan)
{
	struct survey survey = {.plan = plan};

	arena_init(&survey.arena);
	strbuf_init(&survey.text);
	if (plan->action->info->reach == REACH_PROMPT)
		warn_of_texts(&survey);
	else if (plan->action->info->reach == REACH_CLIENT && plan->action->info->tightens)
		warn_of_proxies(&survey);
	arena_release(&survey.arena);
	return strbuf_detach(&survey.text);
}
