/* After it is done: whether the findings that it was meant to clear do clear. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <string.h>

#define SETTLE_MS 60000

static int64_t settle_ms(const struct plan *plan)
{
	return plan->action && plan->action->settle_ms ? plan->action->settle_ms : SETTLE_MS;
}

void watch_arm(struct plan *plan)
{
	if (!plan->nfindings)
		return;
	plan->watch = WATCH_WATCHING;
	plan->watch_ms = loop_now(plan->act->loop).mono_ms + settle_ms(plan);
}

static void settle(struct plan *plan, enum watch_state watch)
{
	plan->watch = watch;
	journal_write(plan, ENTRY_WATCH, watch == WATCH_RECOVERED ? "recovered" : "not recovered",
		      undo_noted);
	plan_say(plan);
}

/* What still holds when the figures had time to recover and its window has nothing of before. */
static void look(struct plan *plan, struct act_sight (*see)(void *ctx, uint32_t finding), void *ctx)
{
	int64_t late_ms = loop_now(plan->act->loop).mono_ms - plan->watch_ms;
	bool clear = true, failed = false;

	for (size_t i = 0; i < plan->nfindings; i++) {
		struct act_sight sight = see(ctx, plan->findings[i]);

		clear = clear && !sight.holds && !sight.unjudged;
		failed = failed || sight.unjudged ||
			 (sight.holds && !sight.easing && late_ms >= sight.window_ms);
	}
	if (clear)
		settle(plan, WATCH_RECOVERED);
	else if (failed && late_ms >= 0)
		settle(plan, WATCH_NOT_RECOVERED);
}

void act_watch(struct act *act, struct act_sight (*see)(void *ctx, uint32_t finding), void *ctx)
{
	for (size_t i = 0; i < act->nplans; i++)
		if (act->plans[i]->watch == WATCH_WATCHING)
			look(act->plans[i], see, ctx);
}

struct plan *act_fix(struct act *act, const char *text, const uint32_t *findings, size_t n)
{
	struct plan *plan = order_blank(act, UINT32_MAX);
	char clean[WHY_BYTES];

	utf8_sanitise(clean, sizeof(clean), text, strlen(text));
	free(plan->title);
	free(plan->reason);
	plan->title = xstrdup(clean);
	plan->reason = xstrdup(clean);
	plan->findings = xcalloc(n ? n : 1, sizeof(*plan->findings));
	if (n)
		memcpy(plan->findings, findings, n * sizeof(*findings));
	plan->nfindings = n;
	plan->state = PLAN_CONFIRMED;
	act_adopt(act, plan);
	watch_arm(plan);
	journal_write(plan, ENTRY_FIX, "", undo_noted);
	plan_say(plan);
	return plan;
}
