#include "detect/detect.h"

#include "base/alloc.h"
#include "detect/detect_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_MAX 16   /* findings whose words are fetched anew in one round */
#define GATHER_MS  5000 /* and how often, when there are more */

#define RESTORED_MS 60000 /* a case of an earlier run waits as long for figures */

struct detect *detect_new(const struct model *model, const struct rule *rules, size_t n)
{
	struct detect *detect = xcalloc(1, sizeof(*detect));

	detect->model = model;
	detect->rules = rules;
	detect->nrules = n;
	detect->instances = xcalloc(n, sizeof(*detect->instances));
	detect->order = xcalloc(INSTANCES_MAX, sizeof(*detect->order));
	arena_init(&detect->arena);
	events_init(detect);
	return detect;
}

/* The list of findings stays whole between rounds. */
static void instance_free(struct detect *detect, struct instance *instance)
{
	size_t kept = 0;

	for (size_t i = 0; i < detect->norder; i++)
		if (detect->order[i] != instance)
			detect->order[kept++] = detect->order[i];
	detect->norder = kept;
	names_drop(model_names(detect->model), instance->held);
	free(instance);
	detect->ninstances--;
}

void detect_free(struct detect *detect)
{
	if (!detect)
		return;
	for (size_t i = 0; i < detect->nrules; i++) {
		for (struct instance *at = detect->instances[i], *next; at; at = next) {
			next = at->next;
			instance_free(detect, at);
		}
	}
	events_release(detect);
	arena_release(&detect->arena);
	free(detect->instances);
	free(detect->order);
	free(detect->standing.unjudged);
	free(detect->building.unjudged);
	free(detect);
}

struct instance *instance_find(const struct detect *detect, size_t rule, const struct dims *dims)
{
	struct instance *at = detect->instances[rule];

	while (at && !dims_equal(&at->finding.dims, dims))
		at = at->next;
	return at;
}

struct instance *instance_new(struct detect *detect, size_t rule, const struct dims *dims)
{
	struct instance *instance;

	if (detect->ninstances == INSTANCES_MAX)
		return NULL;
	instance = xcalloc(1, sizeof(*instance));
	instance->held = names_intern(model_names(detect->model), dims);
	instance->finding.id = ++detect->last_id;
	instance->finding.rule = &detect->rules[rule];
	instance->finding.dims = *dims;
	instance->finding.state = FINDING_PENDING;
	instance->next = detect->instances[rule];
	detect->instances[rule] = instance;
	detect->ninstances++;
	return instance;
}

static void report(struct detect *detect, const struct instance *instance, enum event_kind kind)
{
	const struct finding *finding = &instance->finding;
	char text[280];

	if (kind == EVENT_CLEAR)
		snprintf(text, sizeof(text), "%s: %s is over", finding->what, finding->rule->name);
	else
		snprintf(text, sizeof(text), "%s %s", finding->what, finding->why);
	events_add(detect, kind, detect->now, finding->target, &finding->dims, text);
}

static enum event_kind firing_kind(const struct rule *rule)
{
	if (rule->kind == RULE_STALE || rule->kind == RULE_NODATA)
		return EVENT_STALE;
	return rule->severity == SEV_CRIT ? EVENT_CRIT : EVENT_WARN;
}

static void refresh_words(struct detect *detect, struct instance *instance, const char *own_why)
{
	int64_t every_ms = detect->ninstances > GATHER_MAX ? GATHER_MS : 0;
	bool due = !instance->gathered_mono_ms ||
		   detect->now.mono_ms - instance->gathered_mono_ms >= every_ms;

	if (due && detect->gathered < GATHER_MAX) {
		words_gather(detect, instance);
		instance->gathered_mono_ms = detect->now.mono_ms;
		detect->gathered++;
	}
	words_fill(detect, instance, own_why);
}

/* The rule holds for these dims now. */
static void wrong(struct detect *detect, struct instance *instance,
		  const struct judgement *judgement)
{
	struct finding *finding = &instance->finding;
	bool begins = finding->onset.mono_ms == 0 && finding->onset.wall_ms == 0;
	bool fires;

	if (begins)
		finding->onset = detect->now;
	finding->figure = judgement->figure;
	finding->was = judgement->was;
	finding->target = judgement->target;
	instance->wrong_mono_ms = detect->now.mono_ms;
	fires = !instance->firing &&
		detect->now.mono_ms - finding->onset.mono_ms >= finding->rule->for_ms;
	if (fires) {
		instance->firing = true;
		finding->fired = detect->now;
	}
	finding->state = instance->firing ? FINDING_FIRING : FINDING_PENDING;
	refresh_words(detect, instance, judgement->why);
	if (fires)
		report(detect, instance, firing_kind(finding->rule));
	else if (begins)
		report(detect, instance, EVENT_PEND);
}

/* Held as it was: what cannot be judged does not clear, and its clock goes on. */
static void held(struct detect *detect, struct instance *instance, const struct figure *figure)
{
	instance->finding.state = FINDING_UNJUDGED;
	if (figure)
		instance->finding.figure.age_ms = figure->age_ms;
	instance->finding.figure.quality |= Q_STALE;
	instance->wrong_mono_ms = detect->now.mono_ms;
}

/* Says whether the case is over. */
static bool fine(struct detect *detect, struct instance *instance)
{
	const struct rule *rule = instance->finding.rule;

	if (!instance->firing)
		return true;
	instance->finding.state = FINDING_FIRING;
	if (detect->now.mono_ms - instance->wrong_mono_ms < rule->clear_ms)
		return false;
	instance->finding.state = FINDING_CLEARED;
	instance->finding.cleared = detect->now;
	report(detect, instance, EVENT_CLEAR);
	return true;
}

static void mark_unjudged(struct detect *detect, uint32_t target)
{
	detect->building.summary.unjudged++;
	if (target < detect->building.ntargets)
		detect->building.unjudged[target] = true;
}

static void see(struct detect *detect, size_t rule, const struct judgement *judgement)
{
	struct instance *instance = instance_find(detect, rule, &judgement->dims);

	if (judgement->verdict == VERDICT_UNJUDGED)
		mark_unjudged(detect, judgement->target);
	if (!instance && judgement->verdict == VERDICT_WRONG)
		instance = instance_new(detect, rule, &judgement->dims);
	if (!instance || instance->seen)
		return;
	if (!(judgement->figure.quality & (Q_NONE | Q_LIFETIME)))
		instance->restored_mono_ms = 0;
	if (judgement->verdict == VERDICT_FINE)
		return;
	instance->seen = true;
	if (judgement->verdict == VERDICT_WRONG)
		wrong(detect, instance, judgement);
	else
		held(detect, instance, &judgement->figure);
}

/* What becomes of a case that the judge did not find wrong: over, about to be, or without the data
 * to say. Returns whether it is over. */
static bool settle(struct detect *detect, struct instance *instance)
{
	const struct finding *finding = &instance->finding;
	bool about_sources = finding->rule->measure == M_COUNT;

	if (finding->target != UINT32_MAX && !model_target(detect->model, finding->target))
		return true; /* the target was taken off */
	if (instance->restored_mono_ms &&
	    detect->now.mono_ms - instance->restored_mono_ms < RESTORED_MS)
		return false; /* the first figures are still to come */
	if (about_sources || !judge_is_stale(detect, finding->target, &finding->figure))
		return fine(detect, instance);
	held(detect, instance, NULL);
	mark_unjudged(detect, finding->target);
	return false;
}

static void sweep(struct detect *detect, size_t rule)
{
	for (struct instance **at = &detect->instances[rule], *instance; (instance = *at);) {
		bool over = !instance->seen && settle(detect, instance);

		instance->seen = false;
		if (!over) {
			at = &instance->next;
			continue;
		}
		*at = instance->next;
		instance_free(detect, instance);
	}
}

static int rank(const struct instance *instance)
{
	switch (instance->finding.state) {
	case FINDING_FIRING:
		return SEV_CRIT - (int)instance->finding.rule->severity;
	case FINDING_PENDING:
		return SEV_CRIT + 1;
	case FINDING_UNJUDGED:
	case FINDING_CLEARED:
		break;
	}
	return SEV_CRIT + 2;
}

static int worst_first(const void *a, const void *b)
{
	const struct instance *x = *(struct instance *const *)a, *y = *(struct instance *const *)b;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	if (x->finding.onset.mono_ms != y->finding.onset.mono_ms)
		return x->finding.onset.mono_ms < y->finding.onset.mono_ms ? -1 : 1;
	return x->finding.id < y->finding.id ? -1 : 1;
}

/* Of a group about the same dims only the first stays in the list. */
static bool is_told_before(const struct detect *detect, const struct instance *instance)
{
	const char *group = instance->finding.rule->group;

	for (size_t i = 0; i < detect->norder && *group; i++)
		if (strcmp(detect->order[i]->finding.rule->group, group) == 0 &&
		    dims_equal(&detect->order[i]->finding.dims, &instance->finding.dims))
			return true;
	return false;
}

static void put_in_order(struct detect *detect)
{
	size_t all = 0;

	for (size_t i = 0; i < detect->nrules; i++)
		for (struct instance *at = detect->instances[i]; at; at = at->next)
			detect->order[all++] = at;
	qsort(detect->order, all, sizeof(*detect->order), worst_first);
	detect->norder = 0;
	for (size_t i = 0; i < all; i++) {
		struct instance *instance = detect->order[i];

		if (!is_told_before(detect, instance))
			detect->order[detect->norder++] = instance;
	}
}

static void count_findings(struct detect *detect)
{
	struct detect_summary *summary = &detect->building.summary;

	for (size_t i = 0; i < detect->norder; i++) {
		const struct finding *finding = &detect->order[i]->finding;

		summary->crit +=
			finding->state == FINDING_FIRING && finding->rule->severity == SEV_CRIT;
		summary->warn +=
			finding->state == FINDING_FIRING && finding->rule->severity == SEV_WARN;
		summary->pending += finding->state == FINDING_PENDING;
	}
}

/* Sources that nothing is known of now: what rules would say of them cannot be said. */
static void count_sources(struct detect *detect)
{
	struct detect_summary *summary = &detect->building.summary;
	size_t n = 0, len;

	for (uint32_t i = 0; i < model_source_count(detect->model); i++) {
		uint32_t target = model_source(detect->model, i).target;

		if (!model_target(detect->model, target) ||
		    !model_source_stale(detect->model, i, detect->now))
			continue;
		mark_unjudged(detect, target);
		if (n++ == 0)
			words_source(detect, i, summary->unjudged_why,
				     sizeof(summary->unjudged_why));
	}
	len = strlen(summary->unjudged_why);
	if (n > 1)
		snprintf(summary->unjudged_why + len, sizeof(summary->unjudged_why) - len, " +%zu",
			 n - 1);
}

static void begin_round(struct detect *detect)
{
	struct standing *building = &detect->building;
	size_t ntargets = model_target_count(detect->model);

	building->summary = (struct detect_summary){.crit = 0};
	building->unjudged = xreallocarray(building->unjudged, ntargets, sizeof(bool));
	building->ntargets = ntargets;
	memset(building->unjudged, 0, ntargets * sizeof(bool));
	detect->gathered = 0;
	events_marks(detect);
}

static void end_round(struct detect *detect)
{
	struct standing last = detect->standing;

	count_sources(detect);
	put_in_order(detect);
	count_findings(detect);
	detect->standing = detect->building;
	detect->building = last;
	detect->next_rule = 0;
}

bool detect_step(struct detect *detect, struct clock now)
{
	detect->now = now;
	arena_clear(&detect->arena);
	if (detect->next_rule == 0)
		begin_round(detect);
	if (detect->next_rule < detect->nrules) {
		judge_rule(detect, detect->next_rule, see);
		sweep(detect, detect->next_rule++);
	}
	if (detect->next_rule < detect->nrules)
		return false;
	end_round(detect);
	return true;
}

void detect_run(struct detect *detect, struct clock now)
{
	while (!detect_step(detect, now))
		continue;
}

size_t detect_count(const struct detect *detect)
{
	return detect->norder;
}

const struct finding *detect_finding(const struct detect *detect, size_t i)
{
	return &detect->order[i]->finding;
}

struct detect_summary detect_summary(const struct detect *detect)
{
	return detect->standing.summary;
}

/* A finding is about a row when they share what it is about, besides the target, and differ in
 * nothing; one about a whole target only when the row is one, too. */
static bool is_about(const struct dims *finding, const struct dims *row)
{
	dim_mask others = DIM_ALL & ~DIM_BIT(DIM_TARGET);
	bool shared = (dims_mask(finding) & others) == 0 && (dims_mask(row) & others) == 0;

	for (int i = 0; i < DIM_COUNT; i++) {
		if (!finding->value[i] || !row->value[i])
			continue;
		if (finding->value[i] != row->value[i])
			return false;
		shared |= i != DIM_TARGET;
	}
	return shared;
}

const struct finding *detect_about(const struct detect *detect, const struct dims *dims,
				   bool *ret_unjudged)
{
	const struct finding *worst = NULL;
	*ret_unjudged = false;

	for (uint32_t i = 0; i < detect->standing.ntargets; i++)
		if (detect->standing.unjudged[i] &&
		    model_target_symbol(detect->model, i) == dims->value[DIM_TARGET])
			*ret_unjudged = true;
	for (size_t i = 0; i < detect->norder && !worst; i++)
		if (is_about(&detect->order[i]->finding.dims, dims)) {
			worst = &detect->order[i]->finding;
			*ret_unjudged |= worst->state == FINDING_UNJUDGED;
		}
	return worst && worst->state != FINDING_UNJUDGED ? worst : NULL;
}
