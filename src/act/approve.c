/* Two people: one asks, another on another console approves the exact requests by their hash. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_expired(struct loop_timer *timer)
{
	plan_end(timer->ctx, PLAN_EXPIRED, "nobody has approved it in time: plan it anew");
}

static void find_earlier(struct plan *plan);

static void on_asked(struct plan *plan, const struct err *err)
{
	if (err->code)
		plan_end(plan, PLAN_REFUSED, "the journal cannot be written: %s", err->msg);
	else if (plan->state == PLAN_APPROVING)
		find_earlier(plan);
}

void approve_ask(struct plan *plan)
{
	plan->expires_ms =
		loop_now(plan->act->loop).mono_ms + plan->act->options.patience.confirm_ms;
	plan->timer.fire = on_expired;
	loop_timer_set(plan->act->loop, &plan->timer, plan->expires_ms);
	plan_move(plan, PLAN_APPROVING,
		  "a second operator approves it on another console: hypercare act approve %s %s",
		  plan->name, plan->hash);
	journal_write(plan, ENTRY_REQUEST, "", on_asked);
}

/* The person behind a uid: for root the one that called sudo, if there is one. Others could set
 * that variable to any name. */
static const char *person(const struct operator* who)
{
	bool through_sudo = !who->uid && who->sudo_user && *who->sudo_user;
	const char *name = through_sudo ? who->sudo_user : who->login;

	return name ? name : "";
}

static bool same_person(const struct operator* a, const struct operator* b)
{
	return !strcmp(person(a), person(b)) || !strcmp(a->console, b->console);
}

static void on_claimed(void *ctx, int64_t first, const struct err *err)
{
	struct plan *plan = ctx;

	plan->pins--;
	if (!first || (err && err->code) || plan->state != PLAN_APPROVING)
		return;
	plan->approved = true;
	plan_confirmed(plan);
}

static bool is_for(const struct plan *plan, const struct entry *approval)
{
	return plan->state == PLAN_APPROVING && !*approval->state &&
	       !strcmp(approval->hash, plan->hash) &&
	       !same_person(&plan->act->options.operator, & approval->operator);
}

/* An approval is good for one plan. */
static void take(struct plan *plan, int64_t seq)
{
	char name[48];

	snprintf(name, sizeof(name), "approval:%lld", (long long)seq);
	plan->pins++;
	store_claim(plan->act->store, name, &plan->act->options.operator, on_claimed, plan);
}

void approve_take(struct plan *plan, const struct entry *approval)
{
	if (is_for(plan, approval))
		take(plan, approval->seq);
}

/* One that was given after an earlier plan of the same requests had asked for it, and ended: a
 * command that was told to come back. */
static void on_earlier(void *ctx, const struct entry *entry)
{
	struct plan *plan = ctx;

	if (is_for(plan, entry))
		take(plan, entry->seq);
}

static void on_found(void *ctx, int64_t seq, const struct err *err)
{
	struct plan *plan = ctx;

	(void)seq, (void)err;
	plan->pins--;
}

static void find_earlier(struct plan *plan)
{
	static const struct entry_ops ops = {.entry = on_earlier, .done = on_found};
	struct act *act = plan->act;
	struct entry_filter filter = {
		.since_ms = loop_now(act->loop).wall_ms - act->options.patience.confirm_ms,
		.kinds = 1u << ENTRY_APPROVAL,
		.target = plan->target_name,
	};

	plan->pins++;
	store_list(act->store, &filter, &ops, plan);
}

/* What is looked up before an approval is written. */
struct approval {
	struct act *act;
	char plan[NAME_BYTES];
	char hash[65];
	char target[256], action[64];
	bool asked, own;
};

static void on_request(void *ctx, const struct entry *entry)
{
	struct approval *approval = ctx;

	if (strcmp(entry->hash, approval->hash) != 0)
		return;
	approval->asked = true;
	approval->own = same_person(&approval->act->options.operator, & entry->operator);
	snprintf(approval->target, sizeof(approval->target), "%s", entry->target);
	snprintf(approval->action, sizeof(approval->action), "%s", entry->action);
}

static void on_approved(void *ctx, int64_t seq, const struct err *err)
{
	struct approval *approval = ctx;

	(void)seq;
	approval->act->approving--;
	if (err && err->code)
		approval->act->approval = *err;
	free(approval);
}

bool act_approving(const struct act *act)
{
	return act->approving > 0;
}

int act_approval(const struct act *act, struct err *err)
{
	*err = act->approval;
	return err->code ? -1 : 0;
}

static void on_looked_up(void *ctx, int64_t seq, const struct err *err)
{
	struct approval *approval = ctx;
	struct act *act = approval->act;
	const char *why = err && err->code ? err->msg
			  : !approval->asked
				  ? "no plan of this name asks for the approval of this hash"
			  : approval->own ? "whoever asks cannot approve"
					  : "";
	struct entry entry = {
		.wall_ms = loop_now(act->loop).wall_ms,
		.kind = *why ? ENTRY_REFUSAL : ENTRY_APPROVAL,
		.operator= act->options.operator,
		.plan = approval->plan,
		.target = approval->target,
		.action = approval->action,
		.about = "",
		.reason = "",
		.state = why,
		.hash = approval->hash,
		.detail = "{}",
	};

	(void)seq;
	act->approval = (struct err){0};
	if (*why)
		err_set(&act->approval, ERR_INVALID, "%s", why);
	store_append(act->store, &entry, on_approved, approval);
}

int act_approve(struct act *act, const char *plan_name, const char *hash, struct err *err)
{
	static const struct entry_ops ops = {.entry = on_request, .done = on_looked_up};
	struct entry_filter filter = {.plan = plan_name, .kinds = 1u << ENTRY_REQUEST};
	struct approval *approval;

	if (strlen(hash) != 64 || strspn(hash, "0123456789abcdef") != 64 ||
	    strlen(plan_name) >= NAME_BYTES)
		return err_set(err, ERR_INVALID, "expected the name of a plan and its hash");
	approval = xcalloc(1, sizeof(*approval));
	approval->act = act;
	act->approving++;
	snprintf(approval->plan, sizeof(approval->plan), "%s", plan_name);
	snprintf(approval->hash, sizeof(approval->hash), "%s", hash);
	filter.plan = approval->plan;
	store_list(act->store, &filter, &ops, approval);
	return 0;
}

static void on_broken(struct plan *plan, const struct err *err)
{
	if (err->code) {
		plan_end(plan, PLAN_REFUSED, "the journal cannot be written: %s", err->msg);
		return;
	}
	plan->approved = true;
	plan_confirmed(plan);
}

int act_break_glass(struct act *act, struct plan *plan, const char *reason, struct err *err)
{
	(void)act;
	if (plan->state != PLAN_APPROVING)
		return err_set(err, ERR_INVALID, "it does not wait for a second operator");
	if (!reason || !*reason)
		return err_set(err, ERR_INVALID, "breaking the glass needs a reason");
	loop_timer_stop(plan->act->loop, &plan->timer);
	plan->broken_glass = true;
	free(plan->reason);
	plan->reason = order_sanitised(reason);
	journal_write(plan, ENTRY_APPROVAL, "GLASS BROKEN: no second operator", on_broken);
	return 0;
}
