/* Who may do what, and when: asked when a plan is drafted, confirmed, and before each request. */
#include "act/act_impl.h"

#include <string.h>

typedef int guard_fn(const struct plan *plan, const struct act_target *target, struct err *err);

static int has_target(const struct plan *plan, const struct act_target *target, struct err *err)
{
	if (!target)
		return err_set(err, ERR_NOT_FOUND, "%s is no longer a target", plan->target_name);
	return 0;
}

/* What was seen is what is meant: the same gateway, known by the same profile. */
static int is_unchanged(const struct plan *plan, const struct act_target *target, struct err *err)
{
	if (target->profile != plan->profile || strcmp(target->name, plan->target_name) != 0)
		return err_set(err, ERR_INVALID, "%s has changed since it was seen: plan it anew",
			       plan->target_name);
	return 0;
}

static int may_be_written(const struct plan *plan, const struct act_target *target, struct err *err)
{
	(void)plan;
	if (target->guard == CONFIG_RO)
		return err_set(err, ERR_INVALID, "%.100s is read-only (guard: ro)", target->name);
	return 0;
}

/* An undo that is due was approved with what it takes back. */
static int in_window(const struct plan *plan, const struct act_target *target, struct err *err)
{
	(void)target;
	if (!plan->automatic && !act_window_left_ms(plan->act))
		return err_set(err, ERR_INVALID, "the write window is closed: open it first (W)");
	return 0;
}

static int in_time(const struct plan *plan, const struct act_target *target, struct err *err)
{
	(void)target;
	if (!plan->automatic && plan->expires_ms &&
	    loop_now(plan->act->loop).mono_ms > plan->expires_ms)
		return err_set(err, ERR_TIMEOUT, "it was not confirmed in time: plan it anew");
	return 0;
}

static int is_meant(const struct plan *plan, const struct act_target *target, struct err *err)
{
	(void)target;
	return plan->preview ? err_set(err, ERR_INVALID, "this is only a preview") : 0;
}

static int blocks_nobody_needed(const struct plan *plan, const struct act_target *target,
				struct err *err)
{
	(void)target;
	return block_check(plan, err);
}

static int somebody_undoes(const struct plan *plan, const struct act_target *target,
			   struct err *err)
{
	(void)target;
	if (plan->for_ms && plan->headless)
		return err_set(err, ERR_INVALID,
			       "nobody would be there to take it back: give --wait, or leave "
			       "--for out");
	return 0;
}

int guard_check(const struct plan *plan, enum guard_when when, struct err *err)
{
	static const struct {
		guard_fn *check;
		unsigned when; /* mask of 1 << when */
	} guards[] = {
		{has_target, 1 << GUARD_DRAFT | 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{is_unchanged, 1 << GUARD_DRAFT | 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{may_be_written, 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{in_window, 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{in_time, 1 << GUARD_CONFIRM},
		{is_meant, 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{blocks_nobody_needed, 1 << GUARD_DRAFT | 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
		{somebody_undoes, 1 << GUARD_DRAFT | 1 << GUARD_CONFIRM | 1 << GUARD_SEND},
	};
	const struct act_target *target = act_target_of(plan->act, plan->target);

	for (size_t i = 0; i < sizeof(guards) / sizeof(*guards); i++)
		if ((guards[i].when & 1u << when) && guards[i].check(plan, target, err) < 0)
			return -1;
	return 0;
}
