/* `hypercare act list`: what each target can do, and why not where it cannot. */
#include "app/app.h"
#include "app/cmd_act.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *words_of(const struct profile_action *action, char *buf, size_t cap)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < action->nparams && len < cap; i++) {
		const struct action_param *param = &action->params[i];

		len += (size_t)snprintf(buf + len, cap - len,
					param->fallback ? " [%s=%s]" : " %s=%s", param->name,
					param_type_word(param->type));
	}
	return buf;
}

static bool is_line(const struct config_target *target)
{
	return !strncmp(target->url, "line:", 5);
}

static void print_action(const struct profile_action *action, bool line)
{
	char words[256];
	struct err err;

	if (action_reachable(action, line, &err) < 0)
		printf("  %s: cannot be done: %s\n", action->info->name, err.msg);
	else
		printf("  %s%s: %s\n", action->info->name, words_of(action, words, sizeof(words)),
		       action->title ? action->title : action->info->title);
	if (!action->impossible && action->volatile_text)
		printf("      %s\n", action->volatile_text);
}

static json_t *json_action(const struct profile_action *action, bool line)
{
	json_t *params = json_array();
	struct err err = {0};
	bool possible = action_reachable(action, line, &err) == 0;

	for (size_t i = 0; i < action->nparams; i++)
		json_array_append_new(params,
				      json_pack("{s:s, s:s, s:b}", "name", action->params[i].name,
						"type", param_type_word(action->params[i].type),
						"required", !action->params[i].fallback));
	return json_pack("{s:s, s:s, s:b, s:s, s:o}", "action", action->info->name, "title",
			 action->title ? action->title : action->info->title, "possible", possible,
			 "why_not", possible ? "" : err.msg, "params", params);
}

/* One target: its sentence, then every action its profile speaks of. */
static void tell(const struct session *session, size_t i, json_t *list)
{
	const struct config_target *target = &session_config(session)->targets[i];
	json_t *actions = json_array();
	const char *sentence;
	const struct profile *profile = session_found(session, i, &sentence);
	size_t known = 0;

	if (!list)
		printf("%s %s\n", target->name, sentence);
	for (const struct action_info *info = action_table(); profile && info->name; info++) {
		const struct profile_action *action = profile_action(profile, info->name);

		known += action != NULL;
		if (action && list)
			json_array_append_new(actions, json_action(action, is_line(target)));
		else if (action)
			print_action(action, is_line(target));
	}
	if (!list && !known)
		printf("  no actions\n");
	if (list)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:O}", "target",
						      target->name, "sentence", sentence, "profile",
						      profile ? profile->name : NULL, "actions",
						      actions));
	json_decref(actions);
}

int act_list_print(const struct session *session, const struct options *options)
{
	const struct config *config = session_config(session);
	json_t *list = options->json ? json_array() : NULL;
	char *text;

	for (size_t i = 0; i < config->ntargets; i++)
		if (!options->target || !strcmp(options->target, config->targets[i].name) ||
		    config->ntargets == 1)
			tell(session, i, list);
	if (list) {
		text = json_dumps(list, JSON_INDENT(2) | JSON_ENSURE_ASCII);
		puts(text);
		free(text);
		json_decref(list);
	}
	return EXIT_OK;
}
