#include "app/rules.h"

#include <string.h>

static bool is_named(char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/* A rule of the configuration takes the place of the built-in one of its name. */
static bool is_replaced(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->nrules; i++)
		if (!strcmp(config->rules[i].name, name))
			return true;
	return false;
}

static bool wants(const char *only, const char *name)
{
	return !only || !strcmp(only, name);
}

int rules_init(struct rules *rules, const struct config *config, const char *only, struct err *err)
{
	size_t n;
	const struct rule *builtin = rule_builtin(&n);

	arena_init(&rules->arena);
	rules->n = 0;
	rules->rules = arena_array(&rules->arena, n + config->nrules, sizeof(*rules->rules));
	for (size_t i = 0; i < n; i++)
		if (wants(only, builtin[i].name) && !is_named(config->rules_off, builtin[i].name) &&
		    !is_replaced(config, builtin[i].name))
			rules->rules[rules->n++] = builtin[i];
	for (size_t i = 0; i < config->nrules; i++) {
		const struct config_rule *from = &config->rules[i];

		if (!wants(only, from->name))
			continue;
		if (rule_from_config(from, &rules->arena, &rules->rules[rules->n], err))
			return err_prefix(err, "%s:%d", config->path, from->line);
		rules->n++;
	}
	if (only && !rules->n)
		return err_set(err, ERR_NOT_FOUND, "no rule is called %s: man hypercare lists them",
			       only);
	return 0;
}

void rules_release(struct rules *rules)
{
	arena_release(&rules->arena);
}
