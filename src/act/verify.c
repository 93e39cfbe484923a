/* Reading back until the gateway shows it, and what is said where it does not. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define VERIFY_MS 10000
#define FIRST_MS  100
#define LAST_MS   1000

static void attempt(struct plan *plan);
static void conclude(struct plan *plan, bool holds);
static void checked(struct plan *plan);

static struct run *current(struct plan *plan)
{
	return &plan->runs[plan->walk.run];
}

static void on_timer(struct loop_timer *timer)
{
	attempt(timer->ctx);
}

static void later(struct plan *plan)
{
	int64_t now_ms = loop_now(plan->act->loop).mono_ms;
	int64_t wait_ms = (int64_t)FIRST_MS << (plan->verify_tries < 4 ? plan->verify_tries : 4);

	if (now_ms >= plan->verify_until_ms) {
		conclude(plan, false);
		return;
	}
	plan->verify_tries++;
	if (wait_ms > LAST_MS)
		wait_ms = LAST_MS;
	if (wait_ms > plan->verify_until_ms - now_ms)
		wait_ms = plan->verify_until_ms - now_ms;
	plan->timer.fire = on_timer;
	loop_timer_set(plan->act->loop, &plan->timer, now_ms + wait_ms);
}

static void on_until(struct plan *plan, const char *json, const struct err *err)
{
	(void)err;
	if (says_true(json))
		conclude(plan, true);
	else
		later(plan);
}

static void on_read(struct plan *plan, const struct change_result *result)
{
	if (result->fate != CHANGE_ANSWERED) {
		later(plan);
		return;
	}
	scene_answer(&current(plan)->scene, &plan->action->verify, result);
	ask(plan, &current(plan)->scene, on_until, "verify.until");
}

static bool read_back(struct plan *plan)
{
	struct strbuf path = STRBUF_INIT;
	struct err err;
	bool known = scene_expand(&current(plan)->scene, &plan->action->verify, &path, &err) == 0;

	if (known && send_read(plan, &plan->action->verify, path.buf, NULL, on_read, &err) < 0)
		later(plan);
	strbuf_release(&path);
	return known;
}

/* The answer that would have told where to look was lost, or another program had it: the plan's
 * own reads find it anew, and its "already" says whether it is there. */
static void on_reread(struct plan *plan)
{
	if (plan->walk.fault.code)
		later(plan);
	else if (plan->action->has_already && current(plan)->shows)
		conclude(plan, true);
	else if (plan->action->has_already || !read_back(plan))
		later(plan);
}

static void attempt(struct plan *plan)
{
	bool reads = plan->action->verify.method != STEP_NONE;

	if (plan->restored || !reads)
		plan_walk(plan, WALK_READBACK, plan->walk.run, on_reread);
	else if (!read_back(plan))
		plan_walk(plan, WALK_READBACK, plan->walk.run, on_reread);
}

static void not_shown(struct plan *plan)
{
	char what[160];

	snprintf(what, sizeof(what), "%.150s", *plan->why ? plan->why : "no clear answer came");
	if (plan->refused_by_5xx)
		carry_end(plan, PLAN_REJECTED,
			  "the gateway answers with a server error, and its state is as before%s%s",
			  *plan->said ? ": " : "", plan->said);
	else if (plan->doubt)
		plan_end(plan, plan_has_applied(plan) ? PLAN_PARTIAL : PLAN_UNKNOWN,
			 "%s; its state does not show it (yet): verify now", what);
	else
		plan_end(plan, PLAN_UNKNOWN,
			 "the gateway said yes, but its state does not show it: verify now");
}

/* "verify now" looks at every run that may have been carried out. */

static bool is_open(const struct plan *plan, size_t run)
{
	return plan_touched(plan, run) && !plan->runs[run].verified;
}

static void check_from(struct plan *plan, size_t run)
{
	while (run < plan->nruns && !is_open(plan, run))
		run++;
	plan->walk.run = run;
	if (run == plan->nruns) {
		checked(plan);
		return;
	}
	if (!plan->runs[run].scene.doc)
		scene_begin(&plan->runs[run].scene, plan, &plan->runs[run]);
	plan->verify_until_ms = loop_now(plan->act->loop).mono_ms;
	attempt(plan);
}

/* When nothing of it can be under way any more, what is not there has not happened. */
static void not_there(struct plan *plan, size_t shown, size_t of)
{
	int64_t since_ms = loop_now(plan->act->loop).wall_ms - plan->sent_wall_ms;
	char part[64] = "it";

	if (of > 1)
		snprintf(part, sizeof(part), "%zu of %zu", of - shown, of);
	if (since_ms < plan->act->options.patience.late_ms) {
		plan_end(plan, PLAN_UNKNOWN,
			 "the gateway does not show %s; sent %d s ago, it may still come", part,
			 (int)(since_ms / 1000));
		return;
	}
	for (size_t i = 0; i < plan->nruns; i++)
		plan->runs[i].absent = is_open(plan, i);
	plan_end(plan, shown ? PLAN_PARTIAL : PLAN_REJECTED,
		 "read back: %s has not been carried out", part);
}

static void checked(struct plan *plan)
{
	size_t shown = 0, of = 0, sent = 0;

	plan->checking = false;
	for (size_t i = 0; i < plan->nruns; i++) {
		of += !plan->runs[i].already;
		sent += plan_touched(plan, i);
		shown += plan->runs[i].verified && !plan->runs[i].already;
	}
	if (shown == of)
		plan_end(plan, PLAN_CONFIRMED, "read back: it has been carried out");
	else if (shown == sent)
		plan_end(plan, PLAN_PARTIAL,
			 "read back: %zu of %zu have been carried out, the "
			 "others were not sent",
			 shown, of);
	else
		not_there(plan, shown, of);
}

static void conclude(struct plan *plan, bool holds)
{
	if (holds) {
		current(plan)->verified = true;
		current(plan)->sent = true;
		plan->doubt = false;
	}
	if (holds && !plan->checking)
		plan->why[0] = '\0';
	if (plan->checking)
		check_from(plan, plan->walk.run + 1);
	else if (holds)
		carry_next_run(plan);
	else
		not_shown(plan);
}

/* Where nothing can be read back, the gateway's word counts, and what is shown says so. */
static void without_proof(struct plan *plan)
{
	if (!plan->doubt)
		carry_next_run(plan);
	else
		plan_end(plan, PLAN_UNKNOWN, "%s; this cannot be read back: %s",
			 *plan->why ? plan->why : "no clear answer came",
			 plan->action->effect ? plan->action->effect : "watch the figures");
}

void verify_start(struct plan *plan)
{
	int64_t within_ms = plan->action->verify_ms ? plan->action->verify_ms : VERIFY_MS;
	bool provable = plan->action->verify.method != STEP_NONE || plan->action->has_already;

	if (plan->walk.scene.doc) {
		scene_release(&current(plan)->scene);
		current(plan)->scene = plan->walk.scene;
		plan->walk.scene = (struct scene){0};
	}
	plan->verify_until_ms = loop_now(plan->act->loop).mono_ms + within_ms;
	plan->verify_tries = 0;
	plan_move(plan, PLAN_VERIFYING, "%s", plan->why);
	if (plan->action->verify.method == STEP_NONE && !(plan->doubt && provable))
		without_proof(plan);
	else
		attempt(plan);
}

void act_verify_now(struct act *act, struct plan *plan)
{
	struct err err;

	if (!plan->action || plan->state != PLAN_UNKNOWN || plan->checking)
		return;
	if (!act_target_of(act, plan->target)) {
		err_set(&err, ERR_NOT_FOUND, "%s is not among the targets: it cannot be read back",
			plan->target_name);
		plan_move(plan, PLAN_UNKNOWN, "%s", err.msg);
		return;
	}
	plan->checking = true;
	plan_move(plan, PLAN_VERIFYING, "reading back");
	check_from(plan, 0);
}
