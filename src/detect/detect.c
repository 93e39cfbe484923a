#include "detect/detect.h"

#include "base/alloc.h"
#include "base/decimal.h"
#include "detect/detect_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_MS 5000 /* how often words are fetched when there are many findings */

#define RESTORED_MS 60000 /* a case of an earlier run waits as long for figures */

struct detect *detect_new(const struct model *model, const struct rule *rules, size_t n)
{
	struct detect *detect = xcalloc(1, sizeof(*detect));

	detect->model = model;
	detect->rules = rules;
	detect->nrules = n;
	detect->instances = xcalloc(n, sizeof(*detect->instances));
	arena_init(&detect->arena);
	events_init(detect);
	return detect;
}

void instance_free(struct detect *detect, struct instance *instance)
{
	names_drop(model_names(detect->model), instance->held);
	free(instance);
}

/* The list of findings stays whole between rounds. */
static void instance_end(struct detect *detect, struct instance *instance)
{
	size_t kept = 0;

	for (size_t i = 0; i < detect->norder; i++)
		if (detect->order[i] != instance)
			detect->order[kept++] = detect->order[i];
	detect->norder = kept;
	detect->ninstances--;
	past_take(detect, instance);
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
	past_release(detect);
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

static size_t instances_of(const struct detect *detect, size_t rule)
{
	size_t n = 0;

	for (const struct instance *at = detect->instances[rule]; at; at = at->next)
		n++;
	return n;
}

struct instance *instance_new(struct detect *detect, size_t rule, const struct dims *dims)
{
	struct instance *instance;

	if (instances_of(detect, rule) >= INSTANCES_MAX)
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

static size_t successor(const struct rule *old, const struct rule *rules, size_t n)
{
	size_t i = 0;

	while (i < n && (strcmp(rules[i].name, old->name) || rules[i].kind != old->kind ||
			 rules[i].measure != old->measure || rules[i].by != old->by))
		i++;
	return i;
}

void detect_set_rules(struct detect *detect, const struct rule *rules, size_t n)
{
	struct instance **instances = xcalloc(n, sizeof(*instances));

	for (size_t i = 0; i < detect->nrules; i++) {
		size_t to = successor(&detect->rules[i], rules, n);

		for (struct instance *at = detect->instances[i], *next; at; at = next) {
			next = at->next;
			if (to == n) {
				instance_end(detect, at);
				continue;
			}
			at->finding.rule = &rules[to];
			at->next = instances[to];
			instances[to] = at;
		}
	}
	free(detect->instances);
	detect->instances = instances;
	detect->rules = rules;
	detect->nrules = n;
	detect->next_rule = 0;
}

static void report(struct detect *detect, const struct instance *instance, enum event_kind kind)
{
	const struct finding *finding = &instance->finding;
	int64_t lasted_ms = instance->wrong_mono_ms - finding->onset.mono_ms;
	char text[100 + FINDING_WHY], lasted[16];

	if (kind == EVENT_CLEAR && instance->blind)
		snprintf(text, sizeof(text), "%s: %s has no figures any more", finding->what,
			 finding->rule->name);
	else if (kind == EVENT_CLEAR)
		snprintf(text, sizeof(text), "%s: %s is over after %s", finding->what,
			 finding->rule->name, decimal_duration(lasted, lasted_ms));
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
	finding->well_ms = 0;
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

/* Held as it was: what cannot be judged does not clear, and its clock goes on. The source is one
 * that is stale. */
static void held(struct detect *detect, struct instance *instance, uint32_t source)
{
	struct finding *finding = &instance->finding;

	finding->state = FINDING_UNJUDGED;
	finding->well_ms = 0;
	finding->figure.quality |= Q_STALE;
	instance->blind = true;
	instance->wrong_mono_ms = detect->now.mono_ms;
	if (source < model_source_count(detect->model)) {
		struct source_status status = model_source(detect->model, source);

		if (status.answered) {
			finding->seen = status.last_ok;
			finding->figure.age_ms = detect->now.mono_ms - status.last_ok.mono_ms;
		}
	}
	words_blind(detect, instance, source);
}

static void mark_unjudged(struct detect *detect, uint32_t target)
{
	detect->building.summary.unjudged++;
	if (target < detect->building.ntargets)
		detect->building.unjudged[target] = true;
}

/* Says whether the case is over. Without a figure since it could not be judged it is not known to
 * be well, though its source answers. */
static bool fine(struct detect *detect, struct instance *instance)
{
	struct finding *finding = &instance->finding;

	if (!instance->firing)
		return true;
	if (detect->now.mono_ms - instance->wrong_mono_ms < finding->rule->clear_ms) {
		finding->state = instance->blind ? FINDING_UNJUDGED : FINDING_FIRING;
		finding->well_ms =
			instance->blind ? 0 : detect->now.mono_ms - instance->wrong_mono_ms;
		if (!instance->blind)
			return false;
		words_blind(detect, instance, UINT32_MAX);
		mark_unjudged(detect, finding->target);
		return false;
	}
	finding->state = FINDING_CLEARED;
	finding->cleared = detect->now;
	report(detect, instance, EVENT_CLEAR);
	return true;
}

static bool is_usable(const struct figure *figure)
{
	return !(figure->quality & (Q_NONE | Q_LIFETIME | Q_STALE));
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
	if (is_usable(&judgement->figure)) {
		instance->restored_mono_ms = 0;
		instance->blind = false;
		instance->finding.blind[0] = '\0';
		instance->finding.seen = (struct clock){0};
	}
	if (judgement->verdict == VERDICT_FINE)
		return;
	instance->seen = true;
	if (judgement->verdict == VERDICT_WRONG)
		wrong(detect, instance, judgement);
	else
		held(detect, instance,
		     judge_stale_source(detect, judgement->target, &judgement->figure));
}

/* What becomes of a case that the judge did not find wrong: over, about to be, or without the data
 * to say. Returns whether it is over. */
static bool settle(struct detect *detect, struct instance *instance)
{
	const struct finding *finding = &instance->finding;
	uint32_t source = UINT32_MAX;

	if (finding->target != UINT32_MAX && !model_target(detect->model, finding->target))
		return true; /* the target was taken off */
	if (finding->rule->measure != M_COUNT)
		source = judge_stale_source(detect, finding->target, &finding->figure);
	if (source != UINT32_MAX) {
		held(detect, instance, source);
		mark_unjudged(detect, finding->target);
		return false;
	}
	if (instance->restored_mono_ms &&
	    detect->now.mono_ms - instance->restored_mono_ms < RESTORED_MS)
		return false; /* the first figures are still to come */
	return fine(detect, instance);
}

static void sweep(struct detect *detect, size_t rule)
{
	for (struct instance **at = &detect->instances[rule], *instance; (instance = *at);) {
		bool over = !instance->seen && settle(detect, instance);

		instance->seen = false;
		if (!over) {
			past_turn(instance, detect->now);
			at = &instance->next;
			continue;
		}
		*at = instance->next;
		instance_end(detect, instance);
	}
}

static void put_in_order(struct detect *detect)
{
	size_t all = 0;

	detect->order = xgrow(detect->order, &detect->order_cap, detect->ninstances + 1,
			      sizeof(*detect->order));
	for (size_t i = 0; i < detect->nrules; i++)
		for (struct instance *at = detect->instances[i]; at; at = at->next)
			detect->order[all++] = at;
	detect->norder = order_instances(detect->order, all);
	for (size_t i = 0; i < detect->norder; i++)
		order_count(&detect->order[i]->finding, &detect->building.summary);
}

/* Sources that nothing is known of now: what rules would say of them cannot be said; then those
 * whose series beyond the cap are only judged together, as "other". */
static void count_sources(struct detect *detect)
{
	struct detect_summary *summary = &detect->building.summary;
	uint32_t sources = model_source_count(detect->model);
	size_t n = 0, len;

	for (uint32_t at = 0; at < 2 * sources; at++) {
		uint32_t i = at % sources;
		struct source_status status = model_source(detect->model, i);
		bool stale;

		if (!model_target(detect->model, status.target))
			continue;
		stale = model_source_stale(detect->model, i, detect->now);
		if (at < sources ? !stale : stale || !status.overflow)
			continue;
		if (stale)
			mark_unjudged(detect, status.target);
		summary->unjudged += !stale;
		summary->crowded += !stale;
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

bool finding_is_about(const struct finding *finding, const struct dims *row)
{
	dim_mask others = DIM_ALL & ~DIM_BIT(DIM_TARGET);
	const struct dims *dims = &finding->dims;
	bool shared = (dims_mask(dims) & others) == 0 && (dims_mask(row) & others) == 0;

	for (int i = 0; i < DIM_COUNT; i++) {
		if (!dims->value[i] || !row->value[i])
			continue;
		if (dims->value[i] != row->value[i])
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
		if (finding_is_about(&detect->order[i]->finding, dims)) {
			worst = &detect->order[i]->finding;
			*ret_unjudged |= worst->state == FINDING_UNJUDGED;
		}
	return worst && worst->state != FINDING_UNJUDGED ? worst : NULL;
}
