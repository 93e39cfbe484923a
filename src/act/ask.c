/* One expression of the profile, asked of the helper: exactly one output counts. */
#include "act/act_impl.h"

#include "base/decimal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS 5000

static void add_value(struct strbuf *sb, const struct eval_value *value)
{
	char number[32];
	json_t *text;
	char *json;

	switch (value->type) {
	case EVAL_NULL:
		strbuf_addstr(sb, "null");
		return;
	case EVAL_BOOL:
		strbuf_addstr(sb, value->number != 0 ? "true" : "false");
		return;
	case EVAL_NUMBER:
		strbuf_addstr(sb, isfinite(value->number) ? decimal_exact(number, value->number)
							  : "null");
		return;
	case EVAL_JSON:
		strbuf_add(sb, value->text, value->len);
		return;
	case EVAL_TEXT:
		text = json_stringn(value->text, value->len);
		json = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
		strbuf_addstr(sb, json ? json : "null");
		free(json);
		json_decref(text);
	}
}

static void on_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct plan *plan = ctx;
	struct strbuf *sb = &plan->asked;

	if (plan->outputs++)
		return;
	if (n == 1 && !*values[0].key) {
		add_value(sb, &values[0]);
		return;
	}
	strbuf_addch(sb, '{');
	for (size_t i = 0; i < n; i++) {
		char *key = json_of_text(values[i].key);

		strbuf_addf(sb, "%s%s:", i ? "," : "", key);
		add_value(sb, &values[i]);
		free(key);
	}
	strbuf_addch(sb, '}');
}

static void on_done(void *ctx, const struct err *err)
{
	struct plan *plan = ctx;
	ask_fn *done = plan->on_ask;
	struct strbuf answer = plan->asked;
	struct err own = *err;

	strbuf_init(&plan->asked);
	plan->job = 0;
	if (!own.code && plan->outputs != 1)
		err_set(&own, ERR_INVALID, "an expression of the profile gives %s output",
			plan->outputs ? "more than one" : "no");
	done(plan, own.code ? NULL : answer.buf, &own);
	strbuf_release(&answer);
}

static const struct eval_ops eval_ops = {.row = on_row, .done = on_done};

/* What could not even be asked is told through the loop, as an answer would be. */
static void on_refused(struct loop_timer *timer)
{
	struct plan *plan = timer->ctx;
	struct err err = plan->ask_err;

	plan->on_ask(plan, NULL, &err);
}

void ask(struct plan *plan, const struct scene *scene, ask_fn *done, const char *fmt, ...)
{
	struct act *act = plan->act;
	struct strbuf input = STRBUF_INIT;
	int64_t now_ms = loop_now(act->loop).mono_ms;
	char name[128];
	size_t len;
	va_list args;

	len = (size_t)snprintf(name, sizeof(name), "%s.", plan->action->info->name);
	va_start(args, fmt);
	vsnprintf(name + len, sizeof(name) - len, fmt, args);
	va_end(args);
	scene_input(scene, &input);
	plan->on_ask = done;
	plan->outputs = 0;
	strbuf_clear(&plan->asked);
	plan->job = eval_run(act->eval, profile_actions_program(plan->profile, act->eval), name,
			     input.buf, input.len, NULL, now_ms + ASK_MS, &eval_ops, plan,
			     &plan->ask_err);
	strbuf_release(&input);
	if (plan->job && act->ops.asked)
		act->ops.asked(act->ctx);
	if (plan->job)
		return;
	plan->timer.fire = on_refused;
	loop_timer_set(act->loop, &plan->timer, now_ms);
}

void ask_cancel(struct plan *plan)
{
	if (plan->job)
		eval_cancel(plan->act->eval, plan->job);
	plan->job = 0;
}
