#include "base/decimal.h"
#include "base/utf8.h"
#include "detect/detect_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the query could not answer, or answered from before the window, says nothing of now. */
static bool is_usable(const struct figure *figure)
{
	return !(figure->quality & (Q_NONE | Q_LIFETIME)) && !isnan(figure->value);
}

static bool is_past(const struct rule *rule, const struct figure *figure, double limit)
{
	/* A quantile in the last bucket is over its value, by nobody knows how much. */
	if (figure->quality & Q_ABOVE)
		return !rule->below && figure->value >= limit;
	return rule->below ? figure->value < limit : figure->value > limit;
}

/* k of n, with this probability each, could be bad luck. */
static bool is_chance(const struct rule *rule, const struct figure *figure)
{
	double k = figure->value * figure->n;

	return rule->alpha > 0 && !rule->below &&
	       binomial_tail(round(k), figure->n, rule->threshold) >= rule->alpha;
}

static enum verdict threshold_verdict(const struct rule *rule, const struct figure *figure)
{
	if (figure->n < rule->min_n || !is_past(rule, figure, rule->threshold) ||
	    is_chance(rule, figure))
		return VERDICT_FINE;
	return VERDICT_WRONG;
}

/* Requests that the window would have had, had nothing changed. */
static double expected_n(const struct rule *rule, const struct figure *was)
{
	if (measure_info(rule->measure)->unit != UNIT_PER_SECOND)
		return was->n;
	return was->value * (double)rule->window_ms / 1000;
}

static enum verdict baseline_verdict(const struct rule *rule, const struct figure *figure,
				     const struct figure *was)
{
	bool drop = rule->threshold < 1;
	double limit = rule->threshold * was->value;

	if (!is_usable(was) || was->value <= 0)
		return VERDICT_FINE;
	if (drop)
		return figure->value < limit && was->value > rule->least &&
				       expected_n(rule, was) >= rule->min_n
			       ? VERDICT_WRONG
			       : VERDICT_FINE;
	return is_past(rule, figure, limit) && is_past(rule, figure, rule->least) &&
			       figure->n >= rule->min_n
		       ? VERDICT_WRONG
		       : VERDICT_FINE;
}

static enum verdict row_verdict(const struct rule *rule, const struct judgement *judgement)
{
	if (judgement->figure.quality & Q_STALE)
		return VERDICT_UNJUDGED;
	if (!is_usable(&judgement->figure))
		return VERDICT_FINE;
	if (rule->kind == RULE_BASELINE)
		return baseline_verdict(rule, &judgement->figure, &judgement->was);
	return threshold_verdict(rule, &judgement->figure);
}

static void query_of(const struct detect *detect, const struct rule *rule, struct query *query)
{
	*query = (struct query){.by = rule->by,
				.filter = rule->filter.n ? &rule->filter : NULL,
				.window_ms = rule->window_ms,
				.at = detect->now,
				.sort = -1,
				.ascending = true};
	query->columns[query->ncolumns++] = (struct column){.measure = rule->measure};
	if (rule->kind == RULE_BASELINE)
		query->columns[query->ncolumns++] =
			(struct column){.measure = rule->measure, .kind = COLUMN_WAS};
}

/* While a case lives its baseline is the one that it began with: a long incident must not become
 * what is normal. */
static void judge_row(struct detect *detect, size_t rule, const struct row *row, judge_seen see)
{
	const struct rule *r = &detect->rules[rule];
	struct judgement judgement = {
		.dims = row->dims, .target = row->target, .figure = row->figures[0]};

	if ((dims_mask(&row->dims) & r->need) != r->need)
		return;
	if (r->kind == RULE_BASELINE) {
		struct instance *live = instance_find(detect, rule, &row->dims);

		judgement.was = live ? live->finding.was : row->figures[1];
	}
	judgement.verdict = row_verdict(r, &judgement);
	see(detect, rule, &judgement);
}

static void judge_rows(struct detect *detect, size_t rule, judge_seen see)
{
	struct query query;
	struct result result;

	query_of(detect, &detect->rules[rule], &query);
	query_run(detect->model, &query, &detect->arena, &result);
	for (size_t i = 0; i < result.n; i++)
		judge_row(detect, rule, &result.rows[i], see);
}

/* A signal that some rule needs and nothing has. */
static void judge_absence(struct detect *detect, size_t rule, judge_seen see)
{
	struct judgement judgement = {.target = UINT32_MAX, .verdict = VERDICT_WRONG};
	struct query query;
	struct result result;

	query_of(detect, &detect->rules[rule], &query);
	query_run(detect->model, &query, &detect->arena, &result);
	for (size_t i = 0; i < result.n; i++)
		if (!(result.rows[i].figures[0].quality & Q_NONE))
			judgement.verdict = VERDICT_FINE;
	judgement.why = "no value from any target";
	see(detect, rule, &judgement);
}

/* Whether the source is as old as the rule says; NODATA speaks of those that never answered. */
static bool source_is_wrong(const struct detect *detect, const struct rule *rule, uint32_t source,
			    const struct source_status *status)
{
	int64_t age_ms = detect->now.mono_ms - status->last_ok.mono_ms;

	if (!model_source_stale(detect->model, source, detect->now))
		return false;
	if (rule->kind == RULE_NODATA)
		return !status->answered;
	return status->answered && (double)age_ms > rule->threshold * 1000;
}

static void judge_sources(struct detect *detect, size_t rule, judge_seen see)
{
	for (uint32_t i = 0; i < model_source_count(detect->model); i++) {
		struct source_status status = model_source(detect->model, i);
		struct judgement judgement = {.target = status.target, .verdict = VERDICT_WRONG};
		char age[32], why[FINDING_WHY];

		if (!model_target(detect->model, status.target) ||
		    !source_is_wrong(detect, &detect->rules[rule], i, &status))
			continue;
		decimal_duration(age, detect->now.mono_ms - status.last_ok.mono_ms);
		if (status.answered)
			snprintf(why, sizeof(why), "%s: %.160s; last answer %s ago", status.name,
				 *status.error ? status.error : "no answer", age);
		else
			snprintf(why, sizeof(why), "%s: %.160s; no figures yet", status.name,
				 *status.error ? status.error : "no answer");
		judgement.why = why;
		judgement.figure = (struct figure){.source = i, .quality = Q_NONE | Q_STALE};
		judgement.dims.value[DIM_TARGET] =
			model_target_symbol(detect->model, status.target);
		see(detect, rule, &judgement);
	}
}

static void judge_told(struct detect *detect, size_t rule, judge_seen see)
{
	for (size_t i = 0; i < detect->ntold; i++) {
		const struct told *told = &detect->told[i];
		struct judgement judgement = {.target = told->target,
					      .verdict = VERDICT_WRONG,
					      .why = told->why,
					      .figure = {.source = UINT32_MAX, .quality = Q_NONE}};

		if (!model_target(detect->model, told->target))
			continue;
		judgement.dims.value[DIM_TARGET] = model_target_symbol(detect->model, told->target);
		see(detect, rule, &judgement);
	}
}

void detect_raise(struct detect *detect, const char *name, uint32_t target, const char *why)
{
	struct told *told = detect->told, *end = told + detect->ntold;

	while (told < end && strcmp(told->name, name) != 0)
		told++;
	if (!why && told < end)
		*told = detect->told[--detect->ntold];
	if (!why || told == detect->told + TOLD_MAX)
		return;
	if (told == end)
		detect->ntold++;
	snprintf(told->name, sizeof(told->name), "%s", name);
	utf8_sanitise(told->why, sizeof(told->why), why, strlen(why));
	told->target = target;
}

void judge_rule(struct detect *detect, size_t rule, judge_seen see)
{
	const struct rule *r = &detect->rules[rule];

	if (r->kind == RULE_TOLD)
		judge_told(detect, rule, see);
	else if (r->measure == M_COUNT)
		judge_sources(detect, rule, see);
	else if (r->kind == RULE_NODATA)
		judge_absence(detect, rule, see);
	else
		judge_rows(detect, rule, see);
}

uint32_t judge_stale_source(const struct detect *detect, uint32_t target,
			    const struct figure *figure)
{
	uint32_t n = model_source_count(detect->model);

	if (figure->source < n)
		return model_source_stale(detect->model, figure->source, detect->now)
			       ? figure->source
			       : UINT32_MAX;
	for (uint32_t i = 0; i < n && target != UINT32_MAX; i++)
		if (model_source(detect->model, i).target == target &&
		    model_source_stale(detect->model, i, detect->now))
			return i;
	return UINT32_MAX;
}
