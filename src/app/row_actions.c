#include "app/row_actions.h"

#include "base/strbuf.h"
#include "profile/action.h"

#include <stdio.h>
#include <string.h>

/* One question for choices. */
struct asking {
	const struct model *model;
	row_profile *profile;
	void *ctx;
	const struct dims *rows;
	size_t nrows;
	uint32_t target;
	dim_mask about; /* 0: the rows are whole targets */
	struct screen_choice *choices;
	size_t n, cap;
};

static const char *row_text(const struct asking *asking, size_t row, enum dim dim)
{
	return names_text(model_names(asking->model), asking->rows[row].value[dim]);
}

/* Adds NAME=VALUE, quoted for the command line where it has blanks; false when no quote does. */
static bool add_word(struct strbuf *line, const char *name, const char *value)
{
	char quote = !strpbrk(value, " \t\"'") ? '\0' : !strchr(value, '"') ? '"' : '\'';

	if (quote && strchr(value, quote))
		return false;
	strbuf_addf(line, " %s=", name);
	if (quote)
		strbuf_addch(line, quote);
	strbuf_addstr(line, value);
	if (quote)
		strbuf_addch(line, quote);
	return true;
}

/* A parameter that a row tells is given for each of the rows; one that nobody tells is asked for.
 */
static bool add_param(const struct asking *asking, const struct action_info *info,
		      const struct action_param *param, struct strbuf *line, bool *ret_given)
{
	bool many = param->from < DIM_COUNT &&
		    (info->rows & DIM_BIT(param->from) || !(info->rows & asking->about));
	size_t i;

	*ret_given = param->from < DIM_COUNT && row_text(asking, 0, param->from)[0];
	if (!*ret_given) {
		*ret_given = param->fallback != NULL;
		return true;
	}
	for (i = 0; i < (many ? asking->nrows : 1); i++)
		if (row_text(asking, i, param->from)[0] &&
		    !add_word(line, param->name, row_text(asking, i, param->from)))
			return false;
	return true;
}

/* The command line; asks when its last parameter is left to be typed. */
static bool write_line(const struct asking *asking, const struct profile_action *action,
		       const char *target, struct screen_choice *choice)
{
	struct strbuf line = STRBUF_INIT;
	const char *missing = NULL;
	bool fits = true, given;
	size_t i;

	strbuf_addf(&line, "act %s --target %s", action->info->name, target);
	for (i = 0; fits && i < action->nparams; i++) {
		fits = add_param(asking, action->info, &action->params[i], &line, &given);
		if (!given && !missing)
			missing = action->params[i].name;
	}
	if (missing)
		strbuf_addf(&line, " %s=", missing);
	choice->asks = missing != NULL;
	fits = fits && line.len < sizeof(choice->line);
	if (fits)
		memcpy(choice->line, line.buf, line.len + 1);
	strbuf_release(&line);
	return fits;
}

static void add_choice(struct asking *asking, const struct profile_action *action,
		       const struct target_info *target)
{
	struct screen_choice *choice = &asking->choices[asking->n];

	memset(choice, 0, sizeof(*choice));
	snprintf(choice->title, sizeof(choice->title), "%s on %s",
		 action->title ? action->title : action->info->title, target->name);
	snprintf(choice->note, sizeof(choice->note), "%s",
		 action->impossible      ? action->impossible
		 : action->volatile_text ? action->volatile_text
					 : action->info->help);
	if (action->impossible || write_line(asking, action, target->name, choice))
		asking->n++;
}

/* Whether the row tells all that a row could tell of the action, and something: a gateway may call
 * a route what others call a service. */
static bool is_told(const struct asking *asking, const struct profile_action *action)
{
	bool some = false;

	for (size_t i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];

		if (param->from == DIM_COUNT)
			continue;
		if (asking->about & DIM_BIT(param->from))
			some = true;
		else if (!param->fallback)
			return false;
	}
	return some;
}

/* Whatever a target can do fits the row of the target itself. */
static bool fits_row(const struct asking *asking, const struct action_info *info,
		     const struct profile_action *action)
{
	return !asking->about || info->rows & asking->about || is_told(asking, action);
}

static void add_of_target(struct asking *asking, const struct action_info *info, uint32_t number,
			  bool possible)
{
	const struct target_info *target = model_target(asking->model, number);
	const struct profile *profile = target ? asking->profile(asking->ctx, number) : NULL;
	const struct profile_action *action = profile ? profile_action(profile, info->name) : NULL;

	if (action && asking->n < asking->cap && !action->impossible == possible &&
	    fits_row(asking, info, action))
		add_choice(asking, action, target);
}

/* What is possible: on the row's own target first, and a client's on all that see clients. */
static void add_possible(struct asking *asking, const struct action_info *info)
{
	uint32_t i, n = model_target_count(asking->model);
	bool everywhere =
		asking->target == UINT32_MAX || (asking->about && info->reach == REACH_CLIENT);

	if (asking->target != UINT32_MAX)
		add_of_target(asking, info, asking->target, true);
	for (i = 0; everywhere && i < n; i++)
		if (i != asking->target)
			add_of_target(asking, info, i, true);
}

size_t row_actions(const struct model *model, row_profile *profile, void *ctx,
		   const struct dims *rows, size_t nrows, uint32_t target,
		   struct screen_choice *ret_choices, size_t cap)
{
	struct asking asking = {.model = model,
				.profile = profile,
				.ctx = ctx,
				.rows = rows,
				.nrows = nrows,
				.target = target,
				.about = dims_mask(&rows[0]) & ~DIM_BIT(DIM_TARGET),
				.choices = ret_choices,
				.cap = cap};
	const struct action_info *info;

	for (info = action_table(); info->name; info++)
		add_possible(&asking, info);
	for (info = action_table(); info->name && target != UINT32_MAX; info++)
		add_of_target(&asking, info, target, false);
	return asking.n;
}

/* What the choice is about: the last of its parameters that tell rows apart. */
static const char *choice_object(const struct asking *asking, const struct profile_action *action)
{
	const char *object = "";

	for (size_t i = 0; i < action->nparams; i++) {
		enum dim from = action->params[i].from;

		if (from < DIM_COUNT && action->info->rows & DIM_BIT(from))
			object = row_text(asking, 0, from);
	}
	return object;
}

/* It gives back what another takes away. */
static bool gives_back(const struct action_info *info)
{
	const struct action_info *inverse = action_info(info->inverse);

	return !info->tightens && inverse && inverse->tightens;
}

size_t row_actions_suspect(const struct model *model, row_profile *profile, void *ctx,
			   const struct finding *finding, struct screen_choice *ret_choices,
			   size_t cap)
{
	uint32_t target = finding->suspect_target;
	const struct target_info *info = model_target(model, target);
	const struct profile *kind = info ? profile(ctx, target) : NULL;
	struct asking asking = {.model = model,
				.rows = &finding->suspect_dims,
				.nrows = 1,
				.target = target,
				.choices = ret_choices,
				.cap = cap};
	const struct action_info *each;

	for (each = action_table(); each->name && kind && asking.n < cap; each++) {
		size_t before = asking.n;
		struct screen_choice *choice = &ret_choices[before];
		const struct profile_action *action = profile_action(kind, each->name);

		if (!action || action->impossible || gives_back(each) ||
		    !(each->rows & dims_mask(&finding->suspect_dims) & ~DIM_BIT(DIM_TARGET)))
			continue;
		add_choice(&asking, action, info);
		if (asking.n == before)
			continue;
		if (choice->asks) {
			asking.n = before;
			continue;
		}
		snprintf(choice->title, sizeof(choice->title), "%s: %s on %s",
			 action->title ? action->title : each->title,
			 choice_object(&asking, action), info->name);
		snprintf(choice->note, sizeof(choice->note), "suspect: %s", finding->suspect);
	}
	return asking.n;
}
