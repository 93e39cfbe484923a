/* What held earlier: cases remember their changes of state, and stay for a while after their end.
 */
#include "base/alloc.h"
#include "detect/detect_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void past_turn(struct instance *instance, struct clock now)
{
	const struct finding *finding = &instance->finding;
	struct turn *turns = instance->turns;

	if (instance->nturns && turns[instance->nturns - 1].state == finding->state)
		return;
	if (instance->nturns == TURNS_MAX)
		memmove(turns, turns + 1, (--instance->nturns) * sizeof(*turns));
	turns += instance->nturns++;
	*turns = (struct turn){.at = now, .seen = finding->seen, .state = finding->state};
	memcpy(turns->why, finding->why, sizeof(turns->why));
}

void past_take(struct detect *detect, struct instance *instance)
{
	struct instance **slot;

	instance->ended = detect->now;
	if (!detect->ended)
		detect->ended = xcalloc(ENDED_MAX, sizeof(*detect->ended));
	slot = &detect->ended[detect->next_ended];
	if (*slot)
		instance_free(detect, *slot);
	else
		detect->nended++;
	*slot = instance;
	detect->next_ended = (detect->next_ended + 1) % ENDED_MAX;
}

void past_release(struct detect *detect)
{
	for (size_t i = 0; i < detect->nended; i++)
		instance_free(detect, detect->ended[i]);
	free(detect->ended);
}

/* The last change at or before this instant; NULL when it lived then, but the change is
 * forgotten. */
static const struct turn *turn_at(const struct instance *instance, struct clock at)
{
	for (size_t i = instance->nturns; i > 0; i--)
		if (instance->turns[i - 1].at.mono_ms <= at.mono_ms)
			return &instance->turns[i - 1];
	return NULL;
}

static bool lived(const struct instance *instance, struct clock at)
{
	bool ended = instance->ended.mono_ms || instance->ended.wall_ms;

	return instance->finding.onset.mono_ms <= at.mono_ms &&
	       (!ended || instance->ended.mono_ms > at.mono_ms);
}

static void set_state(struct instance *instance, const struct turn *turn, struct clock at)
{
	struct finding *finding = &instance->finding;
	bool fired = finding->fired.mono_ms || finding->fired.wall_ms;

	finding->well_ms = 0;
	finding->state =
		fired && finding->fired.mono_ms <= at.mono_ms ? FINDING_FIRING : FINDING_PENDING;
	if (!turn)
		return;
	finding->state = turn->state;
	finding->seen = turn->seen;
	memcpy(finding->why, turn->why, sizeof(finding->why));
}

/* Words of figures are made anew; where the model no longer has them, where a rule has a filter or
 * spoke for itself, they are those that were said when the state changed. */
static void set_words(struct detect *then, struct instance *instance)
{
	struct finding *finding = &instance->finding;
	const struct rule *rule = finding->rule;
	struct figure figure;

	if (finding->state == FINDING_UNJUDGED) {
		snprintf(finding->blind, sizeof(finding->blind), "not judged at that time");
		return;
	}
	if (rule->measure == M_COUNT || rule->kind == RULE_NODATA || rule->filter.n ||
	    then->gathered++ >= GATHER_MAX)
		return;
	figure = query_one(then->model, rule->measure, COLUMN_VALUE, &finding->dims, rule->by,
			   rule->window_ms, then->now);
	if (figure.quality & (Q_NONE | Q_LIFETIME))
		return;
	finding->figure = figure;
	words_gather(then, instance);
	words_fill(then, instance, NULL);
}

/* A case as it was then, or NULL when it did not live. */
static struct instance *case_at(struct detect *then, const struct instance *instance)
{
	struct instance *copy;

	if (!lived(instance, then->now))
		return NULL;
	copy = arena_alloc(&then->arena, sizeof(*copy));
	*copy = *instance;
	set_state(copy, turn_at(instance, then->now), then->now);
	return copy;
}

static size_t cases_at(struct detect *then, struct instance **cases)
{
	size_t n = 0;

	for (size_t i = 0; i < then->nrules; i++)
		for (struct instance *at = then->instances[i]; at; at = at->next)
			if ((cases[n] = case_at(then, at)))
				n++;
	for (size_t i = 0; i < then->nended; i++)
		if ((cases[n] = case_at(then, then->ended[i])))
			n++;
	return n;
}

size_t detect_past(const struct detect *detect, struct clock at, struct arena *arena,
		   struct finding **ret_findings, struct detect_summary *ret_summary)
{
	struct detect then = *detect;
	struct instance **cases;
	size_t n;

	then.now = at;
	then.gathered = 0;
	arena_init(&then.arena);
	cases = arena_array(&then.arena, detect->ninstances + ENDED_MAX + 1, sizeof(*cases));
	n = order_instances(cases, cases_at(&then, cases));
	*ret_findings = arena_array(arena, n + 1, sizeof(**ret_findings));
	*ret_summary = (struct detect_summary){.crit = 0};
	for (size_t i = 0; i < n; i++) {
		set_words(&then, cases[i]);
		(*ret_findings)[i] = cases[i]->finding;
		order_count(&cases[i]->finding, ret_summary);
		if (cases[i]->finding.state == FINDING_UNJUDGED && !ret_summary->unjudged++)
			snprintf(ret_summary->unjudged_why, sizeof(ret_summary->unjudged_why), "%s",
				 cases[i]->finding.what);
	}
	arena_release(&then.arena);
	return n;
}
