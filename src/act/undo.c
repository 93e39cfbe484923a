/* Taking back: the plan that does it, and the undo that is due by itself. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *undo_value(const struct plan *plan, size_t run, const char *name)
{
	const struct profile_action *action = plan->action;

	for (size_t i = 0; i < action->nundo_with; i++)
		if (!strcmp(action->undo_with[i], name))
			return plan->runs[run].undo_params[i];
	for (size_t i = 0; i < action->nparams; i++)
		if (!strcmp(action->params[i].name, name))
			return plan->runs[run].params[i];
	return NULL;
}

static bool is_told(const struct plan *plan, size_t run, const struct action_param *param)
{
	const struct profile_action *action = plan->action;

	for (size_t i = 0; i < action->nundo_with; i++)
		if (!strcmp(action->undo_with[i], param->name))
			return plan->runs[run].undo_params[i] != NULL;
	return param->fallback || undo_value(plan, run, param->name);
}

const char *act_undo_unknown(const struct plan *plan)
{
	const struct profile_action *undo =
		plan->action->undo ? profile_action(plan->profile, plan->action->undo) : NULL;

	for (size_t run = 0; undo && run < plan->nruns; run++)
		for (size_t i = 0; i < undo->nparams && !plan->runs[run].already; i++)
			if (!is_told(plan, run, &undo->params[i]))
				return undo->params[i].name;
	return NULL;
}

int act_can_undo(const struct plan *plan, struct err *err)
{
	bool done = plan->state == PLAN_CONFIRMED || plan->state == PLAN_PARTIAL ||
		    plan->state == PLAN_UNKNOWN;

	if (!plan->action || !done)
		return err_set(err, ERR_INVALID, "nothing of it has been carried out");
	if (plan->undone)
		return err_set(err, ERR_INVALID, "it was taken back already");
	if (!plan->action->undo)
		return err_set(err, ERR_UNSUPPORTED, "%s cannot be taken back",
			       plan->action->info->name);
	if (act_undo_unknown(plan))
		return err_set(err, ERR_INVALID, "the undo does not know its %s",
			       act_undo_unknown(plan));
	return 0;
}

/* The runs of the undo: the last done is the first taken back. */
static int take_runs(struct plan *undo, const struct plan *plan, struct err *err)
{
	undo->runs = xcalloc(plan->nruns, sizeof(*undo->runs));
	for (size_t run = plan->nruns; run-- > 0;) {
		struct run *back = &undo->runs[undo->nruns];

		if (!plan_touched(plan, run))
			continue;
		undo->nruns++;
		for (size_t i = 0; i < undo->action->nparams; i++) {
			const struct action_param *param = &undo->action->params[i];
			const char *text = undo_value(plan, run, param->name);
			struct strbuf value = STRBUF_INIT;
			int rc = 0;

			text = text ? text : param->fallback;
			if (!text)
				rc = err_set(err, ERR_INVALID, "the undo does not know its %s",
					     param->name);
			else if (*text)
				rc = param_read(param, text, &value, err);
			if (rc == 0 && *text)
				back->params[i] = xstrdup(value.buf);
			strbuf_release(&value);
			if (rc < 0)
				return -1;
		}
	}
	return undo->nruns ? 0 : err_set(err, ERR_INVALID, "there is nothing to take back");
}

static void set_texts(struct plan *undo, const struct plan *plan)
{
	struct strbuf title = STRBUF_INIT;

	strbuf_addf(&title, "Undo: %s", plan->title);
	free(undo->title);
	undo->title = strbuf_detach(&title);
	free(undo->reason);
	undo->reason = xstrdup(plan->reason);
	undo->undoes_name = xstrdup(plan->name);
}

static struct plan *draft(struct act *act, struct plan *plan, struct err *err)
{
	struct plan *undo;

	if (act_can_undo(plan, err) < 0)
		return NULL;
	if (!act_target_of(act, plan->target)) {
		err_set(err, ERR_NOT_FOUND, "%s is no longer a target", plan->target_name);
		return NULL;
	}
	undo = order_blank(act, plan->target);
	undo->action = profile_action(undo->profile, plan->action->undo);
	if (!undo->action || undo->action->impossible) {
		err_set(err, ERR_UNSUPPORTED, "this gateway has no %s", plan->action->undo);
		plan_free(undo);
		return NULL;
	}
	if (take_runs(undo, plan, err) < 0) {
		plan_free(undo);
		return NULL;
	}
	undo->undoes = plan;
	set_texts(undo, plan);
	order_twin(undo);
	return undo;
}

static void begin(struct act *act, struct plan *undo)
{
	act_adopt(act, undo);
	plan_move(undo, PLAN_PLANNING, "%s", "");
	plan_walk(undo, WALK_PLAN, 0, plan_planned);
}

struct plan *act_undo(struct act *act, const struct plan *plan, struct err *err)
{
	struct plan *own = NULL, *undo;

	for (size_t i = 0; i < act->nplans; i++)
		if (act->plans[i] == plan)
			own = act->plans[i];
	if (!own) {
		err_set(err, ERR_NOT_FOUND, "that plan is not known here");
		return NULL;
	}
	undo = draft(act, own, err);
	if (undo)
		begin(act, undo);
	return undo;
}

struct plan *act_last_undoable(struct act *act)
{
	for (size_t i = act->nplans; i-- > 0;)
		if (!act->plans[i]->restored && !act->plans[i]->undoes &&
		    act_can_undo(act->plans[i], NULL) == 0)
			return act->plans[i];
	return NULL;
}

/* One that is due by itself. Exactly one console gets to do it; and only on the state that was
 * left, or it would undo what somebody else has done since. */

void undo_noted(struct plan *plan, const struct err *err)
{
	(void)plan;
	(void)err;
}

void undo_failed(struct plan *plan, const char *why)
{
	char whole[WHY_BYTES];

	plan->due_ms = 0;
	plan->critical = true;
	snprintf(whole, sizeof(whole), "the undo that was due was not done: %.400s", why);
	memcpy(plan->why, whole, sizeof(whole));
	journal_write(plan, ENTRY_WATCH, "undo not done", undo_noted);
	plan_say(plan);
}

static void still_so(struct plan *plan)
{
	struct err err = {0};
	struct plan *undo = draft(plan->act, plan, &err);

	if (!undo) {
		undo_failed(plan, err.msg);
		return;
	}
	plan->due_ms = 0;
	undo->automatic = true;
	begin(plan->act, undo);
}

/* Run by run: what each has left must still be there. */

static void look_from(struct plan *plan, size_t run);

static void found(struct plan *plan, bool still)
{
	if (still)
		look_from(plan, plan->walk.run + 1);
	else
		undo_failed(plan, "the state is not the one that was left; look at it");
}

static void on_until(struct plan *plan, const char *json, const struct err *err)
{
	(void)err;
	found(plan, says_true(json));
}

static void on_read(struct plan *plan, const struct change_result *result)
{
	struct scene *scene = &plan->runs[plan->walk.run].scene;

	if (result->fate != CHANGE_ANSWERED) {
		undo_failed(plan, result->err.msg);
		return;
	}
	scene_answer(scene, &plan->action->verify, result);
	ask(plan, scene, on_until, "verify.until");
}

static void on_reread(struct plan *plan)
{
	if (plan->walk.fault.code)
		undo_failed(plan, plan->walk.fault.msg);
	else
		found(plan, !plan->action->has_already || plan->runs[plan->walk.run].shows);
}

static void look_at(struct plan *plan, size_t run)
{
	const struct scene *scene = &plan->runs[run].scene;
	struct strbuf path = STRBUF_INIT;
	struct err err;
	bool known = plan->action->verify.method != STEP_NONE && scene->doc &&
		     scene_expand(scene, &plan->action->verify, &path, &err) == 0;

	plan->walk.run = run;
	if (!known)
		plan_walk(plan, WALK_READBACK, run, on_reread);
	else if (send_read(plan, &plan->action->verify, path.buf, NULL, on_read, &err) < 0)
		undo_failed(plan, err.msg);
	strbuf_release(&path);
}

static void look_from(struct plan *plan, size_t run)
{
	while (run < plan->nruns && !plan_touched(plan, run))
		run++;
	if (run < plan->nruns)
		look_at(plan, run);
	else
		still_so(plan);
}

void undo_taken(struct plan *plan)
{
	plan->due_ms = 0;
	loop_timer_stop(plan->act->loop, &plan->due);
	plan_say(plan);
}

/* Another console has it. If it dies before it has begun, the next to claim it does it. */
static void wait_for_other(struct plan *plan)
{
	plan->claims++;
	loop_timer_set(plan->act->loop, &plan->due,
		       loop_now(plan->act->loop).mono_ms + plan->act->options.patience.lent_ms);
}

static void on_claimed(void *ctx, int64_t seq, const struct err *err)
{
	struct plan *plan = ctx;

	plan->pins--;
	if (err && err->code)
		undo_failed(plan, err->msg);
	else if (!plan->due_ms) /* done or begun elsewhere meanwhile */
		return;
	else if (seq)
		look_from(plan, 0);
	else
		wait_for_other(plan);
}

static void on_due(struct loop_timer *timer)
{
	struct plan *plan = timer->ctx;
	char name[NAME_BYTES + 24];

	if (plan->undone)
		return;
	snprintf(name, sizeof(name), "undo:%s", plan->name);
	if (plan->claims)
		snprintf(name, sizeof(name), "undo:%s:%u", plan->name, plan->claims);
	plan->pins++;
	store_claim(plan->act->store, name, &plan->act->options.operator, on_claimed, plan);
}

void undo_arm(struct plan *plan)
{
	struct clock now = loop_now(plan->act->loop);
	int64_t left_ms;

	if (!plan->for_ms || plan->undoes_name)
		return;
	if (!plan->due_wall_ms)
		plan->due_wall_ms = now.wall_ms + plan->for_ms;
	left_ms = plan->due_wall_ms - now.wall_ms;
	plan->due_ms = now.mono_ms + (left_ms > 0 ? left_ms : 0);
	plan->due.fire = on_due;
	loop_timer_set(plan->act->loop, &plan->due, plan->due_ms);
}
