#include "app/try_actions.h"

#include "base/arena.h"
#include "base/strbuf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TURN_MS     200
#define WINDOW_MS   60000
#define EXAMPLE_CAP 32

struct trying {
	struct session *session;
	const struct profile *profile;
	int argc;
	char *const *argv;
	struct arena arena; /* texts of rows */
	int planned, needless, impossible, failed;
};

/* The value of the word NAME=VALUE, or NULL. */
static const char *given(const struct trying *trying, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < trying->argc; i++)
		if (!strncmp(trying->argv[i], name, len) && trying->argv[i][len] == '=')
			return trying->argv[i] + len + 1;
	return NULL;
}

/* The first row that the model knows by all of these dims. */
static bool find_row(struct trying *trying, dim_mask by, struct dims *ret_dims)
{
	struct query query = {
		.by = by,
		.ncolumns = 1,
		.window_ms = WINDOW_MS,
		.at = loop_now(session_loop(trying->session)),
		.sort = -1,
		.ascending = true,
	};
	struct result result;

	for (int measure = 0; by && measure < M_COUNT; measure++) {
		query.columns[0].measure = (enum measure)measure;
		query_run(session_model(trying->session), &query, &trying->arena, &result);
		for (size_t i = 0; i < result.n; i++)
			if (dims_mask(&result.rows[i].dims) == by) {
				*ret_dims = result.rows[i].dims;
				return true;
			}
	}
	return false;
}

/* The dims that tell the parameters which nobody has given. */
static dim_mask told_by_rows(const struct trying *trying, const struct profile_action *action)
{
	dim_mask mask = 0;

	for (size_t i = 0; i < action->nparams; i++)
		if (action->params[i].from < DIM_COUNT && !given(trying, action->params[i].name))
			mask |= DIM_BIT(action->params[i].from);
	return mask;
}

/* One row that tells them all, or for each the first that does. */
static void find_rows(struct trying *trying, dim_mask by, struct dims *ret_dims)
{
	struct dims row;

	memset(ret_dims, 0, sizeof(*ret_dims));
	if (find_row(trying, by, ret_dims))
		return;
	for (size_t dim = 0; dim < DIM_COUNT; dim++)
		if (by & DIM_BIT(dim) && find_row(trying, DIM_BIT(dim), &row))
			ret_dims->value[dim] = row.value[dim];
}

/* Documentation's own addresses (RFC 5737), the least number, or a plain word. */
static const char *example(const struct action_param *param, char buf[EXAMPLE_CAP])
{
	static const char *const examples[PARAM_TYPES] = {
		[PARAM_ADDRESS] = "203.0.113.9",
		[PARAM_CIDR] = "203.0.113.9",
		[PARAM_NAME] = "example",
		[PARAM_TEXT] = "example",
	};

	if (examples[param->type])
		return examples[param->type];
	snprintf(buf, EXAMPLE_CAP, "%g", isfinite(param->min) ? fmax(param->min, 1) : 1.0);
	return buf;
}

/* The value that a parameter is tried with, or NULL: its default. */
static const char *value_of(const struct trying *trying, const struct action_param *param,
			    const struct dims *row, char buf[EXAMPLE_CAP])
{
	const struct names *names = model_names(session_model(trying->session));
	const char *value = given(trying, param->name);

	if (value)
		return value;
	if (param->from < DIM_COUNT && row->value[param->from])
		return names_text(names, row->value[param->from]);
	return param->fallback ? NULL : example(param, buf);
}

static void print_text(const char *heading, const char *text)
{
	if (text && *text)
		printf("  %s%s\n", heading, text);
}

static void print_curl(const struct plan *plan)
{
	struct strbuf text = STRBUF_INIT;
	char *rest = NULL;

	plan_curl(plan, &text);
	for (char *line = strtok_r(text.buf, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		printf("  %s\n", line);
	strbuf_release(&text);
}

static void print_plan(const struct plan *plan)
{
	struct plan_view view = plan_view(plan);

	printf("%s: %s%s%s\n", view.twin, plan_state_word(view.state), *view.why ? ": " : "",
	       view.why);
	if (view.state != PLAN_PLANNED)
		return;
	print_text("before: ", view.before);
	print_text("after:  ", view.after);
	print_curl(plan);
	print_text("undo:   ", view.undo);
	print_text("", view.action->volatile_text);
}

/* What one reason keeps from being done, together; what an earlier row has told is left out. */
static void print_impossible(struct trying *trying, const struct action_info *first,
			     const char *reason)
{
	const struct action_info *info;

	for (info = action_table(); info != first; info++) {
		const struct profile_action *action = profile_action(trying->profile, info->name);

		if (action && action->impossible && !strcmp(action->impossible, reason))
			return;
	}
	printf("%s", first->name);
	for (info = first + 1; info->name; info++) {
		const struct profile_action *action = profile_action(trying->profile, info->name);

		if (action && action->impossible && !strcmp(action->impossible, reason))
			printf(", %s", info->name);
	}
	printf(": cannot be done: %s\n", reason);
}

static int *count_of(struct trying *trying, enum plan_state state)
{
	return state == PLAN_PLANNED   ? &trying->planned
	       : state == PLAN_ALREADY ? &trying->needless
				       : &trying->failed;
}

/* Plans it as a preview, which can never be confirmed, and waits for its reads. */
static void try_plan(struct trying *trying, const struct profile_action *action,
		     const char *const *params)
{
	struct act *act = session_act(trying->session);
	const struct plan_order order = {
		.action = action->info->name, .params = params, .preview = true};
	struct err err;
	struct plan *plan = act_plan(act, &order, &err);

	if (!plan) {
		printf("%s: %s\n", action->info->name, err.msg);
		trying->failed++;
		return;
	}
	while (plan_view(plan).state == PLAN_PLANNING)
		loop_turn(session_loop(trying->session), TURN_MS);
	print_plan(plan);
	++*count_of(trying, plan_view(plan).state);
	act_drop(act, plan);
}

static void try_action(struct trying *trying, const struct profile_action *action)
{
	const char *params[2 * ACTION_PARAMS + 1] = {NULL};
	char examples[ACTION_PARAMS][EXAMPLE_CAP];
	struct dims row;
	size_t n = 0;

	find_rows(trying, told_by_rows(trying, action), &row);
	for (size_t i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];
		const char *value = value_of(trying, param, &row, examples[i]);

		if (!value)
			continue;
		params[n++] = param->name;
		params[n++] = value;
	}
	try_plan(trying, action, params);
}

/* Every word must be the value of some action's parameter. */
static int check_words(const struct trying *trying, struct err *err)
{
	for (int i = 0; i < trying->argc; i++) {
		size_t len = strcspn(trying->argv[i], "=");
		bool known = false;

		for (const struct action_info *info = action_table(); info->name; info++) {
			const struct profile_action *action =
				profile_action(trying->profile, info->name);

			for (size_t p = 0; action && p < action->nparams; p++)
				known = known ||
					(strlen(action->params[p].name) == len &&
					 !strncmp(action->params[p].name, trying->argv[i], len));
		}
		if (!known || !trying->argv[i][len])
			return err_set(err, ERR_INVALID,
				       "%.80s is no NAME=VALUE of a parameter of %s's actions",
				       trying->argv[i], trying->profile->name);
	}
	return 0;
}

int try_actions(struct session *session, const struct profile *profile, int argc, char *const *argv,
		struct err *err)
{
	bool line = !strncmp(session_config(session)->targets[0].url, "line:", 5);
	struct trying trying = {.session = session, .profile = profile, .argc = argc, .argv = argv};
	struct err why;

	if (check_words(&trying, err) < 0)
		return -1;
	arena_init(&trying.arena);
	puts("\nACTIONS, nothing is sent:");
	for (const struct action_info *info = action_table(); info->name; info++) {
		const struct profile_action *action = profile_action(profile, info->name);

		if (!action)
			continue;
		if (!action->impossible && action_reachable(action, line, &why) == 0) {
			try_action(&trying, action);
			continue;
		}
		trying.impossible++;
		if (action->impossible)
			print_impossible(&trying, info, action->impossible);
		else
			printf("%s: cannot be done: %s\n", info->name, why.msg);
	}
	arena_release(&trying.arena);
	printf("%d planned, %d already so, %d not planned, %d cannot be done\n", trying.planned,
	       trying.needless, trying.failed, trying.impossible);
	return trying.failed;
}
