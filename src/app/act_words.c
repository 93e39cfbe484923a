#include "app/act_words.h"

#include <string.h>

/* Values by parameter; the first one's others are in each. */
struct reading {
	const struct profile_action *action;
	const char *values[ACTION_PARAMS];
	struct act_words *words;
	size_t neach;
	size_t many; /* parameter that has several */
};

static size_t param_named(const struct profile_action *action, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < action->nparams; i++)
		if (strlen(action->params[i].name) == len &&
		    !memcmp(action->params[i].name, name, len))
			break;
	return i;
}

/* The one parameter that must be given, or nparams when there are others. */
static size_t only_needed(const struct profile_action *action)
{
	size_t i, n = 0, found = action->nparams;

	for (i = 0; i < action->nparams; i++)
		if (!action->params[i].fallback) {
			found = i;
			n++;
		}
	return n == 1 ? found : action->nparams;
}

static int give(struct reading *reading, size_t param, const char *value, struct err *err)
{
	struct act_words *words = reading->words;
	const char *name = reading->action->params[param].name;

	if (!reading->values[param]) {
		reading->values[param] = value;
		return 0;
	}
	if (reading->neach && reading->many != param)
		return err_set(err, ERR_INVALID, "only one of %s and %s can have several values",
			       words->each_name, name);
	if (!reading->neach)
		words->each[reading->neach++] = reading->values[param];
	if (reading->neach == ACT_VALUES)
		return err_set(err, ERR_LIMIT, "%s has more than %d values", name, ACT_VALUES);
	reading->many = param;
	words->each_name = name;
	words->each[reading->neach++] = value;
	return 0;
}

static int give_plain(struct reading *reading, const char *value, struct err *err)
{
	const struct profile_action *action = reading->action;
	size_t i, needed = only_needed(action);

	if (needed < action->nparams)
		return give(reading, needed, value, err);
	for (i = 0; i < action->nparams; i++)
		if (!reading->values[i])
			return give(reading, i, value, err);
	return err_set(err, ERR_INVALID, "%s takes %zu values, and \"%.60s\" is one more",
		       action->info->name, action->nparams, value);
}

static int give_word(struct reading *reading, const char *word, struct err *err)
{
	const char *equals = strchr(word, '=');
	size_t param = equals ? param_named(reading->action, word, (size_t)(equals - word))
			      : reading->action->nparams;

	if (param < reading->action->nparams)
		return give(reading, param, equals + 1, err);
	return give_plain(reading, word, err);
}

int act_words_read(const struct profile_action *action, int argc, const char *const *argv,
		   struct act_words *ret_words, struct err *err)
{
	struct reading reading = {.action = action, .words = ret_words};
	size_t i, n = 0;
	int word;

	memset(ret_words, 0, sizeof(*ret_words));
	if (action->impossible)
		return err_set(err, ERR_UNSUPPORTED, "%s", action->impossible);
	for (word = 0; word < argc; word++)
		if (give_word(&reading, argv[word], err))
			return -1;
	for (i = 0; i < action->nparams; i++) {
		if (!reading.values[i] || (reading.neach && i == reading.many))
			continue;
		ret_words->params[n++] = action->params[i].name;
		ret_words->params[n++] = reading.values[i];
	}
	return 0;
}
