/* The states of a plan, from its draft to what came of it. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plan_say(struct plan *plan)
{
	plan->changed_ms = loop_now(plan->act->loop).mono_ms;
	if (plan->act->ops.changed)
		plan->act->ops.changed(plan->act->ctx, plan);
}

__attribute__((format(printf, 2, 0))) static void set_why(struct plan *plan, const char *fmt,
							  va_list args)
{
	char why[WHY_BYTES];

	/* The text may be made from the one that it replaces. */
	vsnprintf(why, sizeof(why), fmt, args);
	memcpy(plan->why, why, sizeof(why));
}

void plan_move(struct plan *plan, enum plan_state state, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_why(plan, fmt, args);
	va_end(args);
	plan->state = state;
	plan_say(plan);
}

static void on_recorded(struct plan *plan, const struct err *err)
{
	/* The journal's own trouble is shown by store_trouble(); the plan's end stands. */
	(void)plan;
	(void)err;
}

static void write_end(struct plan *plan)
{
	bool refused = plan->state == PLAN_REFUSED || plan->state == PLAN_CONFLICT;

	if (plan->state == PLAN_EXPIRED || plan->preview)
		return;
	journal_write(plan, refused && !plan->journalled ? ENTRY_REFUSAL : ENTRY_OUTCOME,
		      plan_state_word(plan->state), on_recorded);
}

/* What that means for the plan that was to be taken back. Somebody has to look when it was due by
 * itself and did not come about. */
static void tell_undone(struct plan *undo)
{
	struct plan *plan = undo->undoes;

	if (plan && (undo->state == PLAN_CONFIRMED || undo->state == PLAN_ALREADY)) {
		plan->undone = true;
		plan->critical = false;
		plan_say(plan);
	} else if (plan && undo->automatic) {
		undo_failed(plan, *undo->why ? undo->why : plan_state_word(undo->state));
	}
}

static void end_at(struct plan *plan, enum plan_state state)
{
	plan->state = state;
	loop_timer_stop(plan->act->loop, &plan->timer);
	if (state == PLAN_CONFIRMED || state == PLAN_PARTIAL) {
		undo_arm(plan);
		watch_arm(plan);
	}
	write_end(plan);
	plan_say(plan);
	tell_undone(plan);
}

void plan_end(struct plan *plan, enum plan_state state, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_why(plan, fmt, args);
	va_end(args);
	end_at(plan, state);
}

static void on_expired(struct loop_timer *timer)
{
	plan_end(timer->ctx, PLAN_EXPIRED, "it was not confirmed in time: plan it anew");
}

static bool all_already(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nruns; i++)
		if (!plan->runs[i].already)
			return false;
	return true;
}

static const char *refusal_of(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nruns; i++)
		if (plan->runs[i].refusal && !plan->runs[i].already)
			return plan->runs[i].refusal;
	return NULL;
}

/* What the reads have found leaves something to be confirmed. */
static bool stands(struct plan *plan)
{
	const char *refusal = refusal_of(plan);

	if (all_already(plan))
		plan_end(plan, PLAN_ALREADY, "it is so already: nothing was sent");
	else if (refusal)
		plan_end(plan, PLAN_REFUSED, "%s", refusal);
	else if (plan->walk.fault.code)
		plan_end(plan, PLAN_REFUSED, "%s", plan->walk.fault.msg);
	else if (plan->for_ms && act_undo_unknown(plan))
		plan_end(plan, PLAN_REFUSED, "not for a time: no %s was there to go back to",
			 act_undo_unknown(plan));
	else if (!plan->requests.n)
		plan_end(plan, PLAN_REFUSED, "no request comes out of the profile for this state");
	else
		return true;
	return false;
}

void plan_planned(struct plan *plan)
{
	struct err err;

	requests_release(&plan->requests);
	plan->requests = plan->walk.fresh;
	plan->walk.fresh = (struct requests){0};
	show_made(plan);
	order_twin(plan);
	if (!stands(plan))
		return;
	if (guard_check(plan, GUARD_DRAFT, &err) < 0) {
		plan_end(plan, PLAN_REFUSED, "%s", err.msg);
		return;
	}
	plan->blast = blast_text(plan);
	plan->warning = blast_warning(plan);
	plan->expires_ms =
		loop_now(plan->act->loop).mono_ms + plan->act->options.patience.confirm_ms;
	plan_challenge_anew(plan);
	plan->timer.fire = on_expired;
	loop_timer_set(plan->act->loop, &plan->timer, plan->expires_ms);
	plan_move(plan, PLAN_PLANNED, "%s", "");
	if (plan->automatic)
		plan_confirmed(plan);
}

/* The same reads once more: what was shown must still be what would be sent. */

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_requests(const struct requests *a, const struct requests *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->list[i].spec != b->list[i].spec || a->list[i].run != b->list[i].run ||
		    !same_text(a->list[i].path, b->list[i].path) ||
		    !same_text(a->list[i].body, b->list[i].body))
			return false;
	return true;
}

/* Lists are added to by several people at once, which is no conflict: what was confirmed is that
 * one more stands in it. Of everything else the state that was shown must hold, and of what was
 * approved by its hash the requests, too. */
static bool has_moved(struct plan *plan, char *const *was)
{
	bool by_hash = plan->approved || plan->automatic;

	if (plan->action->info->reach == REACH_CLIENT && !by_hash)
		return false;
	if (!same_requests(&plan->requests, &plan->walk.fresh))
		return true;
	for (size_t i = 0; i < plan->nruns; i++)
		if (!same_text(was[i], plan->runs[i].before))
			return true;
	return false;
}

static void on_intent(struct plan *plan, const struct err *err)
{
	struct err guard;

	if (err->code)
		plan_end(plan, PLAN_REFUSED, "the journal cannot be written: %s", err->msg);
	else if (guard_check(plan, GUARD_SEND, &guard) < 0)
		plan_end(plan, PLAN_REFUSED, "%s", guard.msg);
	else
		carry_start(plan);
}

static void compare(struct plan *plan, char **was)
{
	const char *before = plan->runs[0].before;

	if (all_already(plan)) {
		plan_end(plan, PLAN_ALREADY, "somebody has done it meanwhile: nothing was sent");
	} else if (refusal_of(plan)) {
		plan_end(plan, PLAN_REFUSED, "%s", refusal_of(plan));
	} else if (plan->walk.fault.code) {
		plan_end(plan, PLAN_REFUSED, "%s", plan->walk.fault.msg);
	} else if (has_moved(plan, was)) {
		plan_end(plan, PLAN_CONFLICT,
			 "changed since it was shown: it was \"%.150s\", it is \"%.150s\"",
			 was[0] ? was[0] : "", before ? before : "");
	} else {
		requests_release(&plan->requests);
		plan->requests = plan->walk.fresh;
		plan->walk.fresh = (struct requests){0};
		show_made(plan);
		plan->journalled = true;
		journal_write(plan, ENTRY_INTENT, "", on_intent);
	}
}

static void on_checked(struct plan *plan)
{
	compare(plan, plan->was);
	for (size_t i = 0; i < plan->nruns; i++)
		free(plan->was[i]);
	free(plan->was);
	plan->was = NULL;
}

void plan_confirmed(struct plan *plan)
{
	struct err err;

	loop_timer_stop(plan->act->loop, &plan->timer);
	if (guard_check(plan, GUARD_CONFIRM, &err) < 0) {
		plan_end(plan, PLAN_REFUSED, "%s", err.msg);
		return;
	}
	plan->was = xcalloc(plan->nruns, sizeof(*plan->was));
	for (size_t i = 0; i < plan->nruns; i++)
		plan->was[i] = plan->runs[i].before ? xstrdup(plan->runs[i].before) : NULL;
	plan_move(plan, PLAN_INTENT, "%s", "");
	plan_walk(plan, WALK_CHECK, 0, on_checked);
}

static void run_release(struct run *run)
{
	for (size_t i = 0; i < ACTION_PARAMS; i++) {
		free(run->params[i]);
		free(run->undo_params[i]);
		free(run->twin_params[i]);
	}
	scene_release(&run->scene);
	free(run->before);
	free(run->after);
	free(run->refusal);
}

void plan_quiet(struct plan *plan)
{
	if (plan->change)
		change_abandon(plan->change);
	plan->change = NULL;
	ask_cancel(plan);
	loop_timer_stop(plan->act->loop, &plan->timer);
	loop_timer_stop(plan->act->loop, &plan->due);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	plan_quiet(plan);
	plan_walk_release(plan);
	requests_release(&plan->requests);
	for (size_t i = 0; i < plan->nruns; i++)
		run_release(&plan->runs[i]);
	for (size_t i = 0; plan->was && i < plan->nruns; i++)
		free(plan->was[i]);
	free(plan->was);
	free(plan->runs);
	free(plan->shown);
	free(plan->target_name);
	free(plan->banner);
	free(plan->title);
	free(plan->blast);
	free(plan->warning);
	free(plan->twin);
	free(plan->reason);
	free(plan->undo_words);
	free(plan->undoes_name);
	free(plan->before);
	free(plan->after);
	free(plan->findings);
	strbuf_release(&plan->asked);
	profile_unref(plan->profile);
	free(plan);
}
