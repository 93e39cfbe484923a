#include "profile/action_names.h"

#include "base/strbuf.h"

#include <string.h>

/* What every expression sees besides; and words that jq does not take as a variable's name. */
static const char *const given[] = {"status", "headers", "etag", NULL};
static const char *const taken[] = {"doc",     "vars",    "def", "if",      "then",  "elif",
				    "else",    "end",     "and", "or",      "not",   "as",
				    "reduce",  "foreach", "try", "catch",   "label", "import",
				    "include", "module",  "ENV", "__loc__", NULL};

static bool among(const char *const *words, const char *word)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static bool is_name(const char *text)
{
	return *text && !(*text >= '0' && *text <= '9') &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text) &&
	       !among(given, text) && !among(taken, text);
}

static size_t find(const struct action_names *names, const char *name, size_t len)
{
	size_t i = 0;

	while (i < names->n &&
	       (strlen(names->name[i]) != len || memcmp(names->name[i], name, len) != 0))
		i++;
	return i;
}

void names_add(struct loader *loader, struct action_names *names, const struct yaml *node,
	       const struct action_param *param)
{
	size_t i;

	if (!is_name(node->key)) {
		loader_fault(loader, node,
			     "a name has small letters, digits and _, and is no word of jq or of "
			     "the answer");
		return;
	}
	i = find(names, node->key, strlen(node->key));
	if (i < names->n && names->param[i])
		loader_fault(loader, node, "this is a parameter's name");
	else if (i == ACTION_NAMES)
		loader_fault(loader, node, "more than %d names", ACTION_NAMES);
	if (i < names->n || i == ACTION_NAMES)
		return;
	names->name[i] = arena_strdup(&loader->own->arena, node->key);
	names->param[i] = param;
	names->n++;
}

void names_check_places(struct loader *loader, const struct action_names *names,
			const struct yaml *node, bool line)
{
	for (const char *at = strchr(node->text, '{'); at; at = strchr(at, '{')) {
		size_t len = strcspn(++at, "}");
		size_t i = find(names, at, len);

		if (at[len] != '}' || len == 0)
			loader_fault(loader, node, "a { without its name and }");
		else if (i == names->n)
			loader_fault(loader, node, "nothing is known for {%.*s} at this step",
				     (int)len, at);
		else if (line && names->param[i] && names->param[i]->type == PARAM_TEXT)
			loader_fault(loader, node, "a text does not go into a command");
	}
}

bool names_expression(struct loader *loader, const struct action_names *names,
		      const struct yaml *node, const char *action, const char *word)
{
	struct named_expression *expression, **end = &loader->own->expressions;
	struct strbuf text = STRBUF_INIT;
	const char *before = "";

	if (!node || node->kind != YAML_SCALAR)
		return false;
	strbuf_addstr(&text, ". as {vars: {");
	for (size_t i = 0; i < names->n; i++, before = ", ")
		strbuf_addf(&text, "%s$%s", before, names->name[i]);
	for (size_t i = 0; given[i]; i++, before = ", ")
		strbuf_addf(&text, "%s$%s", before, given[i]);
	/* A newline ends a comment that the expression may close with. */
	strbuf_addf(&text, "}, $doc} | $doc | (%s\n)", node->text);
	expression = arena_alloc(&loader->own->arena, sizeof(*expression));
	expression->name = arena_printf(&loader->own->arena, "%s.%s", action, word);
	expression->text = arena_strdup(&loader->own->arena, text.buf);
	while (*end)
		end = &(*end)->next;
	*end = expression;
	loader->own->nexpressions++;
	strbuf_release(&text);
	return true;
}
