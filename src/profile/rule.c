/* Rules: read from a profile, and the small questions that mapping asks of them. */
#include "profile/rule.h"

#include "base/decimal.h"
#include "profile/load.h"

#include <math.h>
#include <string.h>

/* Native units: what they measure, and how many of them make the signal's unit. */
static const struct unit_word {
	const char *name;
	enum unit unit;
	double times;   /* value in the signal's unit = native * times / per */
	double divisor; /* per */
} unit_words[] = {
	{"s", UNIT_SECONDS, 1, 1},
	{"ms", UNIT_SECONDS, 1, 1e3},
	{"us", UNIT_SECONDS, 1, 1e6},
	{"ns", UNIT_SECONDS, 1, 1e9},
	{"min", UNIT_SECONDS, 60, 1},
	{"h", UNIT_SECONDS, 3600, 1},
	{"days", UNIT_SECONDS, 86400, 1},
	{"bytes", UNIT_BYTES, 1, 1},
	{"kB", UNIT_BYTES, 1e3, 1},
	{"KiB", UNIT_BYTES, 1024, 1},
	{"MiB", UNIT_BYTES, 1048576, 1},
	{"USD", UNIT_USD, 1, 1},
	{"cents", UNIT_USD, 1, 100},
	{"per_second", UNIT_PER_SECOND, 1, 1},
	{"per_minute", UNIT_PER_SECOND, 1, 60},
	{"per_hour", UNIT_PER_SECOND, 1, 3600},
};

bool map_fits(const char *pattern, const char *text)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, text, len - 1) == 0;
	return strcmp(pattern, text) == 0;
}

const struct map_word *map_word(const struct map_words *words, const char *text)
{
	for (size_t i = 0; i < words->n; i++)
		if (map_fits(words->word[i].from, text))
			return &words->word[i];
	return NULL;
}

bool map_is_nothing(const char *text)
{
	static const char *const nothing[] = {"", "-", "None", "N/A", "no", "null"};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (strcmp(text, nothing[i]) == 0)
			return true;
	return false;
}

double map_hash48(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	return (double)(hash >> 48 ^ (hash & 0xffffffffffffu));
}

/* The scalars of a node, or of the members of its list, in the arena. */
static const char **scalars(struct loader *loader, const struct yaml *node, size_t *ret_n)
{
	const struct yaml *item = node->kind == YAML_LIST ? node->child : node;
	size_t n = node->kind == YAML_LIST ? node->n : 1;
	const char **texts = arena_array(&loader->own->arena, n, sizeof(*texts));

	*ret_n = 0;
	for (size_t i = 0; i < n; i++, item = item->next) {
		if (item->kind != YAML_SCALAR) {
			loader_fault(loader, item, "expected a value or a list of values");
			return texts;
		}
		texts[(*ret_n)++] = arena_strdup(&loader->own->arena, item->text);
	}
	return texts;
}

static enum dim dim_of(struct loader *loader, const struct yaml *node, const char *text)
{
	enum dim dim = dim_by_name(text);

	if (dim == DIM_COUNT)
		loader_fault(loader, node,
			     "no such dim; one of route, service, node, consumer, model, app, "
			     "prompt, client, code, type, reason, origin, phase");
	else if (dim == DIM_TARGET)
		loader_fault(loader, node, "the target is not a rule's to set");
	return dim;
}

void where_read(struct loader *loader, const struct yaml *map, struct map_rule *rule)
{
	struct map_where *where;

	if (!map || map->kind != YAML_MAP) {
		if (map)
			loader_fault(loader, map, "expected label: value");
		return;
	}
	where = arena_array(&loader->own->arena, map->n, sizeof(*where));
	for (const struct yaml *node = map->child; node; node = node->next, where++) {
		size_t n;
		const char **texts = scalars(loader, node, &n);
		const char **any = arena_array(&loader->own->arena, n, sizeof(*any));
		const char **none = arena_array(&loader->own->arena, n, sizeof(*none));

		where->label = arena_strdup(&loader->own->arena, node->key);
		for (size_t i = 0; i < n; i++) {
			if (texts[i][0] == '!')
				none[where->nnone++] = texts[i] + 1;
			else
				any[where->nany++] = texts[i];
		}
		where->any = any;
		where->none = none;
		if (rule->nwhere++ == 0)
			rule->where = where;
	}
}

/* from: to, or with numbers from: number. */
static struct map_words words_read(struct loader *loader, const struct yaml *map, bool numbers)
{
	struct map_words words = {NULL, 0};
	struct map_word *word;
	struct err err;

	if (map->kind != YAML_MAP) {
		loader_fault(loader, map, "expected text: what it becomes");
		return words;
	}
	word = arena_array(&loader->own->arena, map->n, sizeof(*word));
	words.word = word;
	for (const struct yaml *node = map->child; node; node = node->next, word++) {
		word->from = arena_strdup(&loader->own->arena, node->key);
		if (node->kind != YAML_SCALAR)
			loader_fault(loader, node, "expected a value");
		else if (!numbers)
			word->to = arena_strdup(&loader->own->arena, node->text);
		else if (yaml_number(node, &word->number, &err))
			loader_fault(loader, node, "%s", err.msg);
		words.n++;
	}
	return words;
}

static void dims_read(struct loader *loader, const struct yaml *node, struct map_rule *rule)
{
	const struct yaml *labels = yaml_get(node, "labels");
	const struct yaml *sets = yaml_get(node, "set");
	const struct yaml *values = yaml_get(node, "values");
	struct map_take *take =
		arena_array(&loader->own->arena, labels ? labels->n : 0, sizeof(*take));
	struct map_set *set = arena_array(&loader->own->arena, sets ? sets->n : 0, sizeof(*set));

	rule->takes = take;
	for (const struct yaml *at = labels ? labels->child : NULL; at; at = at->next, take++) {
		const struct yaml *words = values ? yaml_get(values, at->text) : NULL;

		take->label = arena_strdup(&loader->own->arena, at->key);
		take->dim = dim_of(loader, at, at->text);
		if (words)
			take->words = words_read(loader, words, false);
		rule->ntakes++;
	}
	rule->sets = set;
	for (const struct yaml *at = sets ? sets->child : NULL; at; at = at->next, set++) {
		set->dim = dim_of(loader, at, at->key);
		set->text = arena_strdup(&loader->own->arena, at->text);
		rule->nsets++;
	}
	for (const struct yaml *at = values && values->kind == YAML_MAP ? values->child : NULL; at;
	     at = at->next) {
		bool taken = false;
		for (size_t i = 0; i < rule->ntakes; i++)
			taken |= rule->takes[i].dim == dim_by_name(at->key);
		if (!taken)
			loader_fault(loader, at, "values of a dim that no label gives");
	}
}

static bool type_suits(enum map_type type, const struct signal_info *info)
{
	switch (type) {
	case MAP_COUNTER:
		return info->kind == KIND_COUNTER;
	case MAP_TOTAL:
		return info->kind == KIND_COUNTER || info->kind == KIND_GAUGE;
	case MAP_GAUGE:
		return info->kind == KIND_GAUGE || info->kind == KIND_STATE;
	case MAP_STATE:
	case MAP_HASH:
	case MAP_VERSION:
		return info->kind == KIND_STATE;
	case MAP_AVERAGE:
		return info->kind == KIND_HISTOGRAM || info->unit == UNIT_SECONDS;
	default:
		return info->kind == KIND_HISTOGRAM;
	}
}

static void type_read(struct loader *loader, const struct yaml *node, struct map_rule *rule)
{
	static const enum map_type by_kind[] = {
		[KIND_COUNTER] = MAP_COUNTER,
		[KIND_GAUGE] = MAP_GAUGE,
		[KIND_HISTOGRAM] = MAP_HISTOGRAM,
		[KIND_STATE] = MAP_STATE,
	};
	const struct signal_info *info = signal_info(rule->signal);
	const struct yaml *type = yaml_get(node, "type");

	rule->type = by_kind[info->kind];
	for (int i = 0; type && i < MAP_TYPES; i++)
		if (strcmp(map_type_words[i], type->text) == 0)
			rule->type = (enum map_type)i;
	if (!type_suits(rule->type, info))
		loader_fault(loader, type, "%s cannot be a %s", info->name, type->text);
}

static void unit_read(struct loader *loader, const struct yaml *node, struct map_rule *rule)
{
	const struct yaml *text = yaml_get(node, "unit");
	const struct signal_info *info = signal_info(rule->signal);
	const size_t n = sizeof(unit_words) / sizeof(unit_words[0]);
	size_t i = 0;

	if (!text)
		return;
	if (strcmp(text->text, "percent") == 0) {
		rule->divisor = 100;
		return;
	}
	while (i < n && strcmp(unit_words[i].name, text->text) != 0)
		i++;
	if (i == n) {
		loader_fault(loader, text, "no such unit");
	} else if (unit_words[i].unit != info->unit) {
		loader_fault(loader, text, "%s is no unit of %s", text->text, info->name);
	} else {
		rule->scale = unit_words[i].times;
		rule->divisor = unit_words[i].divisor;
	}
}

static void number_read(struct loader *loader, const struct yaml *node, const char *key,
			double *ret_value)
{
	const struct yaml *at = yaml_get(node, key);
	struct err err;

	if (at && yaml_number(at, ret_value, &err))
		loader_fault(loader, at, "%s", err.msg);
}

/* Sentinels are compared after conversion, so they are kept converted. */
static void absent_read(struct loader *loader, const struct yaml *node, struct map_rule *rule)
{
	const struct yaml *at = yaml_get(node, "absent");
	size_t n;
	const char **texts;
	double *numbers;

	if (!at)
		return;
	texts = scalars(loader, at, &n);
	numbers = arena_array(&loader->own->arena, n, sizeof(*numbers));
	for (size_t i = 0; i < n; i++) {
		const char *end = texts[i] + strlen(texts[i]);
		if (decimal_parse(texts[i], end, &numbers[i]) != end)
			loader_fault(loader, at, "expected numbers");
		else
			numbers[i] = numbers[i] * rule->scale + rule->offset;
	}
	rule->absent = numbers;
	rule->nabsent = n;
}

static void value_read(struct loader *loader, const struct yaml *node, struct map_rule *rule)
{
	double scale = 1, wraps = 0;
	const struct yaml *states = yaml_get(node, "states");

	rule->scale = 1;
	rule->divisor = 1;
	unit_read(loader, node, rule);
	number_read(loader, node, "scale", &scale);
	number_read(loader, node, "offset", &rule->offset);
	number_read(loader, node, "wraps", &wraps);
	rule->scale *= scale;
	rule->divisor /= rule->scale;
	rule->scale = 1 / rule->divisor;
	if (wraps != 0 && wraps != 32)
		loader_fault(loader, yaml_get(node, "wraps"), "only 32 is known");
	rule->wrap32 = wraps == 32;
	if (states)
		rule->states = words_read(loader, states, true);
	absent_read(loader, node, rule);
}

void rule_read(struct loader *loader, const struct yaml *node, struct map_rule *ret_rule)
{
	const struct yaml *filter = yaml_get(node, "filter");
	const struct yaml *fold = yaml_get(node, "fold");
	struct err err;

	ret_rule->line = node->line;
	ret_rule->metric = loader_text(loader, node, "metric");
	ret_rule->metric_len = ret_rule->metric ? strlen(ret_rule->metric) : 0;
	ret_rule->signal = signal_by_name(yaml_text(node, "signal", ""));
	type_read(loader, node, ret_rule);
	where_read(loader, yaml_get(node, "where"), ret_rule);
	dims_read(loader, node, ret_rule);
	value_read(loader, node, ret_rule);
	if (fold && yaml_bool(fold, &ret_rule->fold_route, &err))
		loader_fault(loader, fold, "%s", err.msg);
	if (filter) {
		ret_rule->filter = mapping_filter(filter->text);
		if (!ret_rule->filter)
			loader_fault(loader, filter, "no such filter");
	}
}
