#include "app/console_act.h"

#include "app/act_words.h"
#include "app/meant.h"
#include "app/row_actions.h"
#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

#define CHOICES   32
#define ROWS      64
#define FINDINGS  64
#define WRITE_MS  (10 * 60 * 1000)
#define WRITE_MAX (24 * 60 * 60 * 1000)

static const struct profile *profile_of(void *ctx, uint32_t target)
{
	return session_profile(ctx, target);
}

/* The tagged rows, else the one under the cursor; 0: there is none. */
static size_t rows_chosen(struct console *console, struct dims ret_rows[ROWS], uint32_t *ret_target)
{
	const struct model *model = session_model(console->session);
	size_t n;

	*ret_target = UINT32_MAX;
	if (!screen_cursor(console->screen, &ret_rows[0], ret_target))
		return 0;
	n = screen_tagged(console->screen, ret_rows, ROWS);
	if (!n)
		return screen_cursor(console->screen, &ret_rows[0], ret_target);
	*ret_target = model_target_by_name(
		model, names_text(model_names(model), ret_rows[0].value[DIM_TARGET]));
	return n;
}

/* The engine, or NULL and err: without a journal nothing is changed. */
static struct act *engine(struct console *console, struct err *err)
{
	struct act *act = session_act(console->session);

	if (!act)
		err_set(err, ERR_UNSUPPORTED, "there is no journal, and so no action");
	return act;
}

static void show(struct console *console, struct plan *plan)
{
	struct plan_view view = plan_view(plan);

	screen_show_plan(console->screen, view.name);
	console_refresh(console);
}

/* "actions: 203.0.113.9" and what else the row is about, else its target; or how many rows. */
static void menu_title(struct console *console, const struct dims *rows, size_t nrows, char *buf,
		       size_t cap)
{
	const struct names *names = model_names(session_model(console->session));
	size_t len;
	int dim = dims_mask(&rows[0]) == DIM_BIT(DIM_TARGET) ? DIM_TARGET : DIM_TARGET + 1;

	if (nrows > 1) {
		snprintf(buf, cap, "actions: %zu tagged rows", nrows);
		return;
	}
	len = (size_t)snprintf(buf, cap, "actions:");
	for (; dim < DIM_COUNT && len < cap; dim++)
		if (rows[0].value[dim])
			len += (size_t)snprintf(buf + len, cap - len, " %s",
						names_text(names, rows[0].value[dim]));
}

/* The worst finding about the row under the cursor, when it has a suspect. */
static const struct finding *suspected(struct console *console)
{
	const struct detect *detect = session_detect(console->session);
	struct scene scene = console_scene(console);
	uint32_t id = screen_finding(console->screen, &scene);

	for (size_t i = 0; id && i < detect_count(detect); i++)
		if (detect_finding(detect, i)->id == id)
			return detect_finding(detect, i)->suspect[0] ? detect_finding(detect, i)
								     : NULL;
	return NULL;
}

static int open_menu(struct console *console, struct err *err)
{
	struct session *session = console->session;
	struct screen_choice choices[CHOICES];
	struct dims rows[ROWS];
	char title[128];
	const struct finding *suspect = NULL;
	uint32_t target;
	size_t n = 0, nrows;

	nrows = rows_chosen(console, rows, &target);
	if (!nrows)
		return err_set(err, ERR_NOT_FOUND, "there is no row under the cursor");
	if (nrows == 1)
		suspect = suspected(console);
	if (suspect)
		n = row_actions_suspect(session_model(session), profile_of, session, suspect,
					choices, CHOICES);
	n += row_actions(session_model(session), profile_of, session, rows, nrows, target,
			 choices + n, CHOICES - n);
	if (!n)
		return err_set(err, ERR_NOT_FOUND,
			       "no gateway of ours has an action for this row; act list says why");
	menu_title(console, rows, nrows, title, sizeof(title));
	screen_menu(console->screen, title, choices, n);
	return 0;
}

/* What is said after ':', apart from the words of the action itself. */
struct said {
	const char *target, *reason;
	int64_t for_ms;
	const char *words[2 * ACT_VALUES];
	int nwords;
};

static int read_said(int argc, const char *const *argv, struct said *said, struct err *err)
{
	int i;

	for (i = 2; i < argc; i++) {
		bool more = i + 1 < argc;

		if (!strcmp(argv[i], "--target") && more)
			said->target = argv[++i];
		else if (!strcmp(argv[i], "--reason") && more)
			said->reason = argv[++i];
		else if (!strcmp(argv[i], "--for") && more) {
			if (decimal_read_duration(argv[++i], &said->for_ms))
				return err_set(err, ERR_INVALID,
					       "--for wants a time, such as 30m, not \"%.40s\"",
					       argv[i]);
		} else if (said->nwords < 2 * ACT_VALUES)
			said->words[said->nwords++] = argv[i];
	}
	return 0;
}

/* The one target that there is, or UINT32_MAX. */
static uint32_t only_target(const struct model *model)
{
	uint32_t found = UINT32_MAX;

	for (uint32_t i = 0; i < model_target_count(model); i++) {
		if (!model_target(model, i))
			continue;
		if (found != UINT32_MAX)
			return UINT32_MAX;
		found = i;
	}
	return found;
}

/* The target that was said, else that of the row under the cursor, else the only one. */
static int find_target(struct console *console, const char *name, uint32_t *ret_target,
		       struct err *err)
{
	const struct model *model = session_model(console->session);
	struct dims dims;

	if (name)
		*ret_target = model_target_by_name(model, name);
	else if (!screen_cursor(console->screen, &dims, ret_target))
		*ret_target = UINT32_MAX;
	if (!name && *ret_target == UINT32_MAX)
		*ret_target = only_target(model);
	if (*ret_target == UINT32_MAX)
		return name ? err_set(err, ERR_NOT_FOUND, "no target is called %s", name)
			    : err_set(err, ERR_INVALID, "say which: --target NAME");
	return 0;
}

/* By what was said, else by the rows that it was said on. */
static size_t findings_meant(struct console *console, const struct profile_action *action,
			     const struct act_words *words, uint32_t target,
			     uint32_t ret_ids[FINDINGS])
{
	const struct model *model = session_model(console->session);
	struct dims about[ROWS];
	uint32_t row;
	size_t n = meant_by_words(model, action, words, about, ROWS);

	if (!n)
		n = rows_chosen(console, about, &row);
	return meant_findings(session_detect(console->session), model, target, about, n, ret_ids,
			      FINDINGS);
}

/* The first parameter that has to be said and was not, or NULL. */
static const struct action_param *unsaid(const struct profile_action *action,
					 const struct act_words *words)
{
	for (size_t i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];
		bool said = param->fallback ||
			    (words->each_name && !strcmp(words->each_name, param->name));

		for (size_t j = 0; words->params[j] && !said; j += 2)
			said = !strcmp(words->params[j], param->name);
		if (!said)
			return param;
	}
	return NULL;
}

/* What was said stays in the command line, to go on with. */
static void ask_for(struct console *console, int argc, const char *const *argv,
		    const struct action_param *param)
{
	struct strbuf line = STRBUF_INIT;

	for (int i = 0; i < argc; i++) {
		const char *quote = !strpbrk(argv[i], " \t\"'") ? ""
				    : strchr(argv[i], '"')      ? "'"
								: "\"";

		strbuf_addf(&line, "%s%s%s%s", i ? " " : "", quote, argv[i], quote);
	}
	strbuf_addf(&line, " %s=", param->name);
	screen_ask(console->screen, line.buf);
	console_say(console, false, "%s: %s", param->name,
		    param->help ? param->help : param_type_word(param->type));
	strbuf_release(&line);
}

int run_act(struct console *console, int argc, const char *const *argv, struct err *err)
{
	const struct action_param *param;
	struct said said = {0};
	struct plan_order order = {0};
	struct act *act = engine(console, err);
	struct act_words words;
	const struct profile *profile;
	const struct profile_action *action;
	uint32_t findings[FINDINGS];
	struct plan *plan;

	if (argc < 2)
		return open_menu(console, err);
	if (!act || read_said(argc, argv, &said, err) ||
	    find_target(console, said.target, &order.target, err))
		return -1;
	profile = session_profile(console->session, order.target);
	action = profile ? profile_action(profile, argv[1]) : NULL;
	if (!action)
		return err_set(err, ERR_NOT_FOUND, "%s is no action of this target", argv[1]);
	if (act_words_read(action, said.nwords, said.words, &words, err))
		return -1;
	param = action->impossible ? NULL : unsaid(action, &words);
	if (param) {
		ask_for(console, argc, argv, param);
		return 0;
	}
	order.action = argv[1];
	order.params = words.params;
	order.each_name = words.each_name;
	order.each = words.each_name ? words.each : NULL;
	order.for_ms = said.for_ms;
	order.reason = said.reason ? said.reason : "";
	order.findings = findings;
	order.nfindings = findings_meant(console, action, &words, order.target, findings);
	plan = act_plan(act, &order, err);
	if (!plan)
		return -1;
	show(console, plan);
	return 0;
}

int run_undo(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct act *act = engine(console, err);
	struct plan *last = act ? act_last_undoable(act) : NULL, *undo;

	(void)argc, (void)argv;
	if (!act)
		return -1;
	if (!last)
		return err_set(err, ERR_NOT_FOUND, "nothing of ours can be taken back");
	undo = act_undo(act, last, err);
	if (!undo)
		return -1;
	show(console, undo);
	return 0;
}

int run_write(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct act *act = engine(console, err);
	int64_t for_ms = act && !act_window_left_ms(act) ? WRITE_MS : 0;

	if (!act)
		return -1;
	if (argc > 1 && !strcmp(argv[1], "off"))
		for_ms = 0;
	else if (argc > 1 && (decimal_read_duration(argv[1], &for_ms) || for_ms > WRITE_MAX))
		return err_set(err, ERR_INVALID,
			       "write wants a time up to a day, such as 10m, or off");
	act_open_window(act, for_ms);
	console_say(console, false,
		    for_ms ? "the write window is open: actions may be sent"
			   : "the write window is closed");
	return 0;
}

int run_fix(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct act *act = engine(console, err);
	uint32_t findings[FINDINGS], target;
	struct dims rows[ROWS];
	size_t n, nrows;

	if (!act)
		return -1;
	if (argc != 2)
		return err_set(err, ERR_INVALID, "fix wants one text: fix \"cache restarted\"");
	nrows = rows_chosen(console, rows, &target);
	n = nrows ? meant_findings(session_detect(console->session),
				   session_model(console->session), target, rows, nrows, findings,
				   FINDINGS)
		  : 0;
	if (!act_fix(act, argv[1], findings, n))
		return err_set(err, ERR_INVALID, "a fix needs a text");
	console_say(console, false,
		    n == 1  ? "noted; watching one finding"
		    : n > 1 ? "noted; watching %zu findings"
			    : "noted",
		    n);
	return 0;
}

/* The plan of this name, or the newest. */
static struct plan *plan_said(struct console *console, int argc, const char *const *argv)
{
	struct act *act = session_act(console->session);
	size_t i;

	for (i = 0; act && i < act_count(act); i++) {
		struct plan *plan = act_plan_at(act, i);

		if (argc < 2 || !strcmp(plan_view(plan).name, argv[1]))
			return plan;
	}
	return NULL;
}

int run_plan(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct plan *plan = plan_said(console, argc, argv);

	if (!plan)
		return err_set(err, ERR_NOT_FOUND, "there is no such plan");
	show(console, plan);
	return 0;
}

int run_verify(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct plan *plan = plan_said(console, argc, argv);

	if (!plan || plan_view(plan).state != PLAN_UNKNOWN)
		return err_set(err, ERR_NOT_FOUND, "no plan of that name is UNKNOWN");
	act_verify_now(session_act(console->session), plan);
	show(console, plan);
	return 0;
}

int run_approve(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct act *act = engine(console, err);

	if (!act)
		return -1;
	if (argc != 3)
		return err_set(err, ERR_INVALID, "approve wants a plan and its hash, both in full");
	if (act_approve(act, argv[1], argv[2], err))
		return -1;
	console_say(console, false, "approved: %s", argv[1]);
	return 0;
}

int run_break_glass(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct plan *plan = plan_said(console, argc, argv);

	if (!plan || argc != 3)
		return err_set(err, ERR_INVALID, "break-glass wants a plan and a reason");
	return act_break_glass(session_act(console->session), plan, argv[2], err);
}

/* Plans the way back of the prompt that is open, to have the two texts; it is never sent. */
static void preview(struct console *console, const struct dims *dims, uint32_t target)
{
	static const char action_name[] = "rollback-prompt";
	const struct profile *profile = session_profile(console->session, target);
	const struct profile_action *action = profile ? profile_action(profile, action_name) : NULL;
	const struct names *names = model_names(session_model(console->session));
	const char *params[2 * ACTION_PARAMS + 1] = {NULL};
	struct plan_order order = {.target = target,
				   .action = action_name,
				   .params = params,
				   .reason = "",
				   .preview = true};
	struct plan *plan;
	size_t i, n = 0;

	if (!action || action->impossible)
		return;
	for (i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];

		if (param->from == DIM_COUNT || !dims->value[param->from])
			continue;
		params[n++] = param->name;
		params[n++] = names_text(names, dims->value[param->from]);
	}
	plan = act_plan(session_act(console->session), &order, NULL);
	if (plan)
		snprintf(console->preview, sizeof(console->preview), "%s", plan_view(plan).name);
}

static void end_preview(struct console *console)
{
	struct plan *plan = plan_said(console, 2, (const char *const[]){"", console->preview});

	console->preview[0] = '\0';
	if (plan)
		act_drop(session_act(console->session), plan);
}

void console_look(struct console *console)
{
	struct act *act = session_act(console->session);
	struct dims dims;
	uint32_t target;
	bool open = act && screen_opened(console->screen, &dims, &target) &&
		    dims.value[DIM_PROMPT] && target != UINT32_MAX;

	if (open && !console->preview[0])
		preview(console, &dims, target);
	else if (!open && console->preview[0])
		end_preview(console);
}

void console_add_plans(struct console *console, struct scene *scene)
{
	struct act *act = session_act(console->session);
	size_t i, n = act ? act_count(act) : 0;

	scene->read_only = true;
	if (!act)
		return;

	n = n < CONSOLE_PLANS ? n : CONSOLE_PLANS;
	for (i = 0; i < n; i++)
		console->plans[i] = plan_view(act_plan_at(act, i));
	for (i = 0; i < n; i++)
		if (!strcmp(console->plans[i].name, console->preview))
			scene->texts = &console->plans[i];
	scene->plans = console->plans;
	scene->nplans = n;
	scene->write_left_ms = act_window_left_ms(act);
	scene->read_only = scene->write_left_ms == 0;
}

void console_take_confirmation(struct console *console)
{
	const char *name, *typed;
	struct plan *plan;
	struct err err = {0};

	if (!screen_confirmed(console->screen, &name, &typed))
		return;
	plan = plan_said(console, 2, (const char *const[]){"", name});
	if (plan && act_confirm(session_act(console->session), plan, typed, &err))
		console_say(console, true, "%s", err.msg);
}

void console_plan_changed(void *ctx, struct plan *plan)
{
	struct console *console = ctx;
	struct plan_view view = plan_view(plan);

	if (!strcmp(view.name, console->preview))
		console_refresh(console);
	else if (plan_state_final(view.state) || view.watch > WATCH_WATCHING)
		console_say(console, view.state > PLAN_ALREADY, "%s: %s%s%s%s", view.title,
			    plan_state_word(view.state),
			    view.watch == WATCH_RECOVERED       ? ", recovered"
			    : view.watch == WATCH_NOT_RECOVERED ? ", NOT recovered"
								: "",
			    view.why[0] ? ": " : "", view.why);
	console_refresh(console);
}

const char *console_unfinished(struct console *console)
{
	struct act *act = session_act(console->session);
	size_t i;

	for (i = 0; act && i < act_count(act); i++) {
		struct plan_view plan = plan_view(act_plan_at(act, i));

		if (plan.state > PLAN_PLANNED && !plan_state_final(plan.state))
			return "an action is under way";
		if (plan.due_ms)
			return "this console has an undo to do";
	}
	return NULL;
}
