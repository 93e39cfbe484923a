/* Actions: the targets that take them, the plans there are, the write window. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIRM_MS (5 * 60 * 1000)
#define SEND_MS    30000
#define LATE_MS    60000 /* so long after sending a missing effect may still come */
#define LENT_MS    120000
#define PLANS_MAX  256 /* kept; the oldest that is done goes first */

static void or_default(int64_t *ms, int64_t fallback)
{
	if (!*ms)
		*ms = fallback;
}

struct act *act_new(struct loop *loop, struct http *http, struct eval *eval, struct store *store,
		    const struct model *model, const struct act_options *options,
		    const struct act_ops *ops, void *ctx)
{
	struct act *act = xcalloc(1, sizeof(*act));

	*act = (struct act){
		.loop = loop,
		.http = http,
		.eval = eval,
		.store = store,
		.model = model,
		.options = *options,
		.ops = *ops,
		.ctx = ctx,
		.window_until_ms = options->write ? INT64_MAX : 0,
		.random = options->random_seed,
	};
	or_default(&act->options.patience.confirm_ms, CONFIRM_MS);
	or_default(&act->options.patience.send_ms, SEND_MS);
	or_default(&act->options.patience.late_ms, LATE_MS);
	or_default(&act->options.patience.lent_ms, LENT_MS);
	act->ledger = ledger_new(act);
	return act;
}

void act_free(struct act *act)
{
	if (!act)
		return;
	ledger_free(act->ledger);
	journal_forget(act);
	for (size_t i = 0; i < act->nplans; i++)
		plan_free(act->plans[i]);
	for (size_t i = 0; i < act->ntargets; i++)
		profile_unref(act->targets[i].profile);
	free(act->plans);
	free(act->targets);
	free(act);
}

/* splitmix64 (https://prng.di.unimi.it/splitmix64.c), public domain. */
uint64_t act_random(struct act *act)
{
	uint64_t z = (act->random += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static struct act_target *find_target(const struct act *act, uint32_t target)
{
	for (size_t i = 0; i < act->ntargets; i++)
		if (act->targets[i].target == target)
			return &act->targets[i];
	return NULL;
}

const struct act_target *act_target_of(const struct act *act, uint32_t target)
{
	return find_target(act, target);
}

void act_set_target(struct act *act, const struct act_target *target)
{
	struct act_target *known = find_target(act, target->target);
	struct profile *profile = profile_ref(target->profile);

	if (!known) {
		act->targets =
			xreallocarray(act->targets, act->ntargets + 1, sizeof(*act->targets));
		known = &act->targets[act->ntargets++];
	} else {
		profile_unref(known->profile);
	}
	*known = *target;
	known->profile = profile;
	ledger_meet(act->ledger);
}

void act_remove_target(struct act *act, uint32_t target)
{
	struct act_target *known = find_target(act, target);

	if (!known)
		return;
	profile_unref(known->profile);
	*known = act->targets[--act->ntargets];
}

void act_open_window(struct act *act, int64_t for_ms)
{
	act->window_until_ms = for_ms ? loop_now(act->loop).mono_ms + for_ms : 0;
}

int64_t act_window_left_ms(const struct act *act)
{
	int64_t left_ms = act->window_until_ms - loop_now(act->loop).mono_ms;

	return left_ms > 0 ? left_ms : 0;
}

/* Whether nothing can come of it any more. */
static bool is_over(const struct plan *plan)
{
	return plan_state_final(plan->state) && !plan->due_ms && !plan->pins &&
	       plan->watch != WATCH_WATCHING && plan->state != PLAN_UNKNOWN;
}

static void forget(struct act *act, size_t i)
{
	struct plan *plan = act->plans[i];

	memmove(&act->plans[i], &act->plans[i + 1], (act->nplans - i - 1) * sizeof(*act->plans));
	act->nplans--;
	for (size_t other = 0; other < act->nplans; other++)
		if (act->plans[other]->undoes == plan)
			act->plans[other]->undoes = NULL;
	plan_free(plan);
}

void act_adopt(struct act *act, struct plan *plan)
{
	for (size_t i = 0; act->nplans >= PLANS_MAX && i < act->nplans; i++)
		if (is_over(act->plans[i])) {
			forget(act, i);
			break;
		}
	act->plans = xreallocarray(act->plans, act->nplans + 1, sizeof(*act->plans));
	act->plans[act->nplans++] = plan;
}

struct plan *act_plan(struct act *act, const struct plan_order *order, struct err *err)
{
	struct plan *plan = order_plan(act, order, err);
	struct err guard;

	if (!plan)
		return NULL;
	act_adopt(act, plan);
	plan_move(plan, PLAN_DRAFTED, "%s", "");
	if (guard_check(plan, GUARD_DRAFT, &guard) < 0) {
		plan_end(plan, PLAN_REFUSED, "%s", guard.msg);
		return plan;
	}
	plan_move(plan, PLAN_PLANNING, "%s", "");
	plan_walk(plan, WALK_PLAN, 0, plan_planned);
	return plan;
}

int act_confirm(struct act *act, struct plan *plan, const char *typed, struct err *err)
{
	if (plan->state != PLAN_PLANNED)
		return err_set(err, ERR_INVALID, "it is %s, and cannot be confirmed",
			       plan_state_word(plan->state));
	if (strcmp(typed, plan_challenge(plan)) != 0) {
		if (plan->guard == CONFIG_RW)
			plan_challenge_anew(plan);
		return err_set(err, ERR_INVALID, "that is not what confirms it: nothing was sent");
	}
	if (guard_check(plan, GUARD_CONFIRM, err) < 0) {
		plan_end(plan, PLAN_REFUSED, "%s", err->msg);
		return -1;
	}
	loop_timer_stop(act->loop, &plan->timer);
	if (act_target_of(act, plan->target)->two_person && !plan->approved)
		approve_ask(plan);
	else
		plan_confirmed(plan);
	return 0;
}

void plan_challenge_anew(struct plan *plan)
{
	unsigned last = (unsigned)strtoul(plan->challenge, NULL, 10), digits = last;

	if (plan->guard != CONFIG_RW) {
		snprintf(plan->challenge, sizeof(plan->challenge), "%s", plan->target_name);
		return;
	}
	while (digits == last)
		digits = (unsigned)(10 + act_random(plan->act) % 90);
	snprintf(plan->challenge, sizeof(plan->challenge), "%02u", digits);
}

const char *plan_challenge(const struct plan *plan)
{
	return plan->challenge;
}

void act_drop(struct act *act, struct plan *plan)
{
	bool sent = plan->state == PLAN_INTENT || plan->state == PLAN_SENDING ||
		    plan->state == PLAN_VERIFYING;

	if (sent || plan_state_final(plan->state))
		return;
	plan->state = PLAN_EXPIRED;
	plan_quiet(plan);
	if (plan->pins)
		return;
	for (size_t i = 0; i < act->nplans; i++)
		if (act->plans[i] == plan) {
			forget(act, i);
			return;
		}
}

size_t act_count(const struct act *act)
{
	return act->nplans;
}

struct plan *act_plan_at(const struct act *act, size_t i)
{
	return act->plans[act->nplans - 1 - i];
}
