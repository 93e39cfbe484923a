/* Actions in words, for `profile show`. */
#include "profile/action.h"
#include "profile/load.h"

static const char *const method_words[] = {
	[STEP_NONE] = "",       [STEP_GET] = "GET ",     [STEP_POST] = "POST ",
	[STEP_PUT] = "PUT ",    [STEP_PATCH] = "PATCH ", [STEP_DELETE] = "DELETE ",
	[STEP_LINE] = "line: ",
};

static void add_params(const struct profile_action *action, struct strbuf *sb)
{
	for (size_t i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];

		strbuf_addf(sb, "%s%s (%s", i ? ", " : "    with ", param->name,
			    param_type_word(param->type));
		if (param->from != DIM_COUNT)
			strbuf_addf(sb, ", from the row's %s", dim_name(param->from));
		if (param->fallback)
			strbuf_addf(sb, ", %s unless given", param->fallback);
		strbuf_addch(sb, ')');
	}
	if (action->nparams)
		strbuf_addch(sb, '\n');
}

static void add_request(const char *word, const struct step_request *request, struct strbuf *sb)
{
	strbuf_addf(sb, "    %s %s%s\n", word, method_words[request->method], request->path);
}

static void add_action(const struct profile_action *action, struct strbuf *sb)
{
	strbuf_addf(sb, "  %s: %s\n", action->info->name,
		    action->title ? action->title : action->info->title);
	if (action->impossible) {
		strbuf_addf(sb, "    impossible: %s\n", action->impossible);
		return;
	}
	add_params(action, sb);
	for (size_t i = 0; i < action->nsteps; i++) {
		const struct action_step *step = &action->steps[i];

		if (step->read.method != STEP_NONE)
			add_request("reads", &step->read, sb);
		else
			add_request(step->has_if ? "may send" : "sends", &step->send, sb);
	}
	if (action->verify.method != STEP_NONE)
		add_request("proved by", &action->verify, sb);
	if (action->effect)
		strbuf_addf(sb, "    proved by the figures: %s\n", action->effect);
	strbuf_addf(sb, "    taken back by: %s\n", action->undo ? action->undo : "nothing");
	strbuf_addf(sb, "    kept: %s\n", action->volatile_text ? action->volatile_text : "yes");
}

void actions_describe(const struct profile *profile, struct strbuf *sb)
{
	if (profile->nactions)
		strbuf_addstr(sb, "actions:\n");
	for (size_t i = 0; i < profile->nactions; i++)
		add_action(&profile->actions[i], sb);
}
