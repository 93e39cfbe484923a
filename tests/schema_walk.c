#include "schema_walk.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct walk {
	const json_t *root; /* of the schema */
	struct strbuf *faults;
	char where[300];
};

static void visit(struct walk *walk, const json_t *schema, const json_t *value);

static void fault(struct walk *walk, const char *what, const char *name)
{
	strbuf_addf(walk->faults, "%s: %s %s\n", walk->where, what, name);
}

static void visit_below(struct walk *walk, const json_t *schema, const json_t *value,
			const char *name)
{
	size_t len = strlen(walk->where);

	snprintf(walk->where + len, sizeof(walk->where) - len, "/%s", name);
	visit(walk, schema, value);
	walk->where[len] = '\0';
}

static bool has_type(const json_t *value, const char *type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
		[JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean",   [JSON_NULL] = "null"};

	return !strcmp(names[json_typeof(value)], type) ||
	       (json_is_integer(value) && !strcmp(type, "number"));
}

static void check_type(struct walk *walk, const json_t *types, const json_t *value)
{
	bool found = json_is_string(types) && has_type(value, json_string_value(types));

	for (size_t i = 0; i < json_array_size(types); i++)
		found |= has_type(value, json_string_value(json_array_get(types, i)));
	if (!found)
		fault(walk, "is not of", "type");
}

static void check_enum(struct walk *walk, const json_t *words, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(words); i++)
		if (json_equal(json_array_get(words, i), value))
			return;
	fault(walk, "is not in", "enum");
}

static void check_required(struct walk *walk, const json_t *names, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (!json_object_get(value, name))
			fault(walk, "has no", name);
	}
}

static void check_properties(struct walk *walk, const json_t *properties, const json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)value, name, member)
	{
		const json_t *schema = json_object_get(properties, name);

		if (schema)
			visit_below(walk, schema, member, name);
		else
			fault(walk, "has a member that is not described:", name);
	}
}

static void check_items(struct walk *walk, const json_t *schema, const json_t *value)
{
	char name[24];

	for (size_t i = 0; i < json_array_size(value); i++) {
		snprintf(name, sizeof(name), "%zu", i);
		visit_below(walk, schema, json_array_get(value, i), name);
	}
}

static void follow_ref(struct walk *walk, const json_t *ref, const json_t *value)
{
	static const char prefix[] = "#/$defs/";
	const char *text = json_string_value(ref);
	const json_t *schema = NULL;

	if (!strncmp(text, prefix, strlen(prefix)))
		schema = json_object_get(json_object_get(walk->root, "$defs"),
					 text + strlen(prefix));
	if (schema)
		visit(walk, schema, value);
	else
		fault(walk, "refers to nothing:", text);
}

static void skip(struct walk *walk, const json_t *schema, const json_t *value)
{
	(void)walk;
	(void)schema;
	(void)value;
}

static void visit(struct walk *walk, const json_t *schema, const json_t *value)
{
	static const struct {
		const char *keyword;
		void (*check)(struct walk *walk, const json_t *schema, const json_t *value);
	} checks[] = {{"type", check_type},
		      {"enum", check_enum},
		      {"required", check_required},
		      {"properties", check_properties},
		      {"items", check_items},
		      {"$ref", follow_ref},
		      {"$schema", skip},
		      {"$defs", skip},
		      {"title", skip},
		      {"description", skip}};
	const char *keyword;
	json_t *below;

	json_object_foreach((json_t *)schema, keyword, below)
	{
		size_t i = 0;

		while (i < sizeof(checks) / sizeof(checks[0]) && strcmp(checks[i].keyword, keyword))
			i++;
		if (i == sizeof(checks) / sizeof(checks[0]))
			fault(walk, "unknown keyword", keyword);
		else
			checks[i].check(walk, below, value);
	}
}

void schema_walk(const json_t *schema, const json_t *value, struct strbuf *faults)
{
	struct walk walk = {.root = schema, .faults = faults};

	visit(&walk, schema, value);
}
