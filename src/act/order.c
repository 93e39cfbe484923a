/* From an order to the draft of a plan. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REASON_BYTES 512

static void make_name(struct plan *plan)
{
	time_t now = (time_t)(loop_now(plan->act->loop).wall_ms / 1000);
	struct tm utc;
	char stamp[16];

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &utc);
	snprintf(plan->name, sizeof(plan->name), "%s-%08x", stamp,
		 (unsigned)(act_random(plan->act) & 0xffffffffu));
}

struct plan *order_blank(struct act *act, uint32_t target)
{
	const struct act_target *at = act_target_of(act, target);
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan->act = act;
	plan->target = target;
	plan->target_name = xstrdup(at ? at->name : "");
	plan->banner = xstrdup(at && at->banner ? at->banner : "");
	plan->guard = at ? at->guard : CONFIG_RO;
	plan->profile = at ? profile_ref(at->profile) : NULL;
	plan->each = SIZE_MAX;
	plan->title = xstrdup("");
	plan->twin = xstrdup("");
	plan->reason = xstrdup("");
	strbuf_init(&plan->asked);
	plan->timer.ctx = plan;
	plan->due.ctx = plan;
	make_name(plan);
	return plan;
}

static const char *given(const struct plan_order *order, const char *name)
{
	for (const char *const *p = order->params; p && *p; p += 2)
		if (!strcmp(p[0], name))
			return p[1];
	return NULL;
}

static size_t param_by_name(const struct profile_action *action, const char *name)
{
	for (size_t i = 0; i < action->nparams; i++)
		if (!strcmp(action->params[i].name, name))
			return i;
	return SIZE_MAX;
}

static int check_names(const struct profile_action *action, const struct plan_order *order,
		       struct err *err)
{
	const char *wrong = NULL;

	for (const char *const *p = order->params; p && *p; p += 2)
		if (param_by_name(action, *p) == SIZE_MAX)
			wrong = *p;
	if (order->each_name && param_by_name(action, order->each_name) == SIZE_MAX)
		wrong = order->each_name;
	if (!wrong)
		return 0;
	return err_set(err, ERR_INVALID, "%s has no parameter %.60s", action->info->name, wrong);
}

static int take_param(const struct action_param *param, const char *text, char **ret_value,
		      struct err *err)
{
	struct strbuf value = STRBUF_INIT;
	int result = 0;

	if (!text)
		text = param->fallback;
	if (!text)
		return err_set(err, ERR_INVALID, "%s is missing: %s", param->name,
			       param->help ? param->help : param_type_word(param->type));
	if (*text || !param->fallback)
		result = param_read(param, text, &value, err);
	if (result == 0 && (*text || !param->fallback))
		*ret_value = xstrdup(value.buf);
	strbuf_release(&value);
	return result;
}

static int take_run(struct plan *plan, const struct plan_order *order, const char *each,
		    struct err *err)
{
	const struct profile_action *action = plan->action;
	struct run *run = &plan->runs[plan->nruns++];

	for (size_t i = 0; i < action->nparams; i++) {
		const char *text = i == plan->each ? each : given(order, action->params[i].name);

		if (take_param(&action->params[i], text, &run->params[i], err) < 0)
			return -1;
	}
	return 0;
}

static int take_runs(struct plan *plan, const struct plan_order *order, struct err *err)
{
	size_t n = 0;

	while (order->each && order->each[n])
		n++;
	if (n > RUNS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d at once", RUNS_MAX);
	plan->runs = xcalloc(n ? n : 1, sizeof(*plan->runs));
	if (!n)
		return take_run(plan, order, NULL, err);
	plan->each = param_by_name(plan->action, order->each_name);
	for (size_t i = 0; i < n; i++)
		if (take_run(plan, order, order->each[i], err) < 0)
			return -1;
	return 0;
}

static const struct profile_action *find_action(const struct plan *plan, const char *name,
						struct err *err)
{
	const struct profile_action *action = profile_action(plan->profile, name);

	if (!action) {
		err_set(err, ERR_NOT_FOUND, "%.100s has no action %.60s", plan->profile->title,
			name);
		return NULL;
	}
	if (action_reachable(action, act_target_of(plan->act, plan->target)->http == NULL, err) < 0)
		return NULL;
	return action;
}

char *order_sanitised(const char *text)
{
	char buf[REASON_BYTES];

	utf8_sanitise(buf, sizeof(buf), text, strlen(text));
	return xstrdup(buf);
}

/* A value that nobody chose does not tell one plan from another. */
static bool is_named(const struct plan *plan, size_t i)
{
	const char *text = plan->runs[0].params[i], *fallback = plan->action->params[i].fallback;

	return text && (!fallback || strcmp(text, fallback) != 0);
}

static void make_title(struct plan *plan)
{
	const struct profile_action *action = plan->action;
	struct strbuf title = STRBUF_INIT;
	const char *values = ": ";

	strbuf_addstr(&title, action->title ? action->title : action->info->title);
	for (size_t i = 0; i < action->nparams; i++) {
		if (!is_named(plan, i))
			continue;
		strbuf_addf(&title, "%s%s", values, plan->runs[0].params[i]);
		if (i == plan->each && plan->nruns > 1)
			strbuf_addf(&title, " and %zu more", plan->nruns - 1);
		values = " ";
	}
	strbuf_addf(&title, " on %s", plan->target_name);
	free(plan->title);
	plan->title = strbuf_detach(&title);
}

static void add_quoted(struct strbuf *sb, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_.:/%+=@,-";

	if (*text && strspn(text, plain) == strlen(text)) {
		strbuf_addstr(sb, text);
		return;
	}
	strbuf_addch(sb, '\'');
	for (; *text; text++)
		if (*text == '\'')
			strbuf_addstr(sb, "'\\''");
		else
			strbuf_addch(sb, *text);
	strbuf_addch(sb, '\'');
}

static void add_duration(struct strbuf *sb, int64_t ms)
{
	if (ms % 3600000 == 0)
		strbuf_addf(sb, "%lldh", (long long)(ms / 3600000));
	else if (ms % 60000 == 0)
		strbuf_addf(sb, "%lldm", (long long)(ms / 60000));
	else if (ms % 1000 == 0)
		strbuf_addf(sb, "%llds", (long long)(ms / 1000));
	else
		strbuf_addf(sb, "%lldms", (long long)ms);
}

/* As the reads have found it, where they have. */
static const char *twin_value(const struct plan *plan, size_t run, size_t param)
{
	const struct profile_action *action = plan->action;

	for (size_t i = 0; i < action->ntwin_with; i++)
		if (!strcmp(action->twin_with[i], action->params[param].name) &&
		    plan->runs[run].twin_params[i])
			return plan->runs[run].twin_params[i];
	return plan->runs[run].params[param];
}

void order_twin(struct plan *plan)
{
	const struct profile_action *action = plan->action;
	struct strbuf twin = STRBUF_INIT;

	strbuf_addf(&twin, "hypercare act %s", action->info->name);
	for (size_t i = 0; i < action->nparams; i++)
		for (size_t run = 0; run < (i == plan->each ? plan->nruns : 1); run++)
			if (plan->runs[run].params[i]) {
				strbuf_addf(&twin, " %s=", action->params[i].name);
				add_quoted(&twin, twin_value(plan, run, i));
			}
	strbuf_addstr(&twin, " --target ");
	add_quoted(&twin, plan->target_name);
	if (plan->for_ms) {
		strbuf_addstr(&twin, " --for ");
		add_duration(&twin, plan->for_ms);
	}
	if (*plan->reason) {
		strbuf_addstr(&twin, " --reason ");
		add_quoted(&twin, plan->reason);
	}
	free(plan->twin);
	plan->twin = strbuf_detach(&twin);
}

static void take_rest(struct plan *plan, const struct plan_order *order)
{
	plan->for_ms = order->for_ms;
	plan->headless = order->headless;
	plan->preview = order->preview;
	if (order->reason) {
		free(plan->reason);
		plan->reason = order_sanitised(order->reason);
	}
	if (order->nfindings) {
		plan->findings = xcalloc(order->nfindings, sizeof(*plan->findings));
		memcpy(plan->findings, order->findings, order->nfindings * sizeof(*plan->findings));
		plan->nfindings = order->nfindings;
	}
}

struct plan *order_plan(struct act *act, const struct plan_order *order, struct err *err)
{
	struct plan *plan;

	if (!act_target_of(act, order->target)) {
		err_set(err, ERR_NOT_FOUND, "that target takes no actions (yet)");
		return NULL;
	}
	plan = order_blank(act, order->target);
	plan->action = find_action(plan, order->action, err);
	if (!plan->action || check_names(plan->action, order, err) < 0 ||
	    take_runs(plan, order, err) < 0)
		goto fail;
	if (order->for_ms && !plan->action->undo) {
		err_set(err, ERR_UNSUPPORTED, "%s cannot be taken back, and so not be timed",
			plan->action->info->name);
		goto fail;
	}
	take_rest(plan, order);
	make_title(plan);
	order_twin(plan);
	return plan;
fail:
	plan_free(plan);
	return NULL;
}
