#include "parse/yaml.h"

#include "base/decimal.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Types of nodes, and schemas; yaml.c does the reading. */

#define DURATION_MOST_MS (3660 * 86400000LL)

static const char *const kinds[] = {
	[YAML_SCALAR] = "a text", [YAML_LIST] = "a list", [YAML_MAP] = "a map"};

bool yaml_is_null(const struct yaml *node)
{
	return node->kind == YAML_SCALAR && !node->quoted &&
	       (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

/* "expected WHAT, found 'text'", the text cut to what a line can hold. */
static int unexpected(const struct yaml *node, const char *what, struct err *err)
{
	char shown[64];

	if (node->kind != YAML_SCALAR)
		return err_at(err, ERR_INVALID, node->line, node->column, "expected %s, found %s",
			      what, kinds[node->kind]);
	if (yaml_is_null(node))
		return err_at(err, ERR_INVALID, node->line, node->column,
			      "expected %s, found nothing", what);
	utf8_sanitise(shown, sizeof(shown), node->text, strlen(node->text));
	return err_at(err, ERR_INVALID, node->line, node->column, "expected %s, found '%s'%s", what,
		      shown, node->quoted ? " in quotes" : "");
}

int yaml_number(const struct yaml *node, double *ret_value, struct err *err)
{
	const char *end, *stop;
	double value;

	if (node->kind != YAML_SCALAR || node->quoted)
		return unexpected(node, "a number", err);
	end = node->text + strlen(node->text);
	stop = decimal_parse(node->text, end, &value);
	if (stop != end || !isfinite(value))
		return unexpected(node, "a number", err);
	*ret_value = value;
	return 0;
}

int yaml_bool(const struct yaml *node, bool *ret_value, struct err *err)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

	if (node->kind == YAML_SCALAR && !node->quoted)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(node->text, words[i])) {
				*ret_value = i % 2;
				return 0;
			}
	return unexpected(node, "true or false", err);
}

/* The length of the unit at p, or 0. */
static size_t unit_ms(const char *p, double *ret_ms)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (!strncmp(p, units[i].name, len)) {
			*ret_ms = units[i].ms;
			return len;
		}
	}
	return 0;
}

static int read_duration(const char *text, long long *ret_ms)
{
	const char *p = text, *end = text + strlen(text);
	double sum = 0;

	do {
		double value, ms;
		size_t len;

		if (!isdigit((unsigned char)*p))
			return -1;
		p = decimal_parse(p, end, &value);
		len = p ? unit_ms(p, &ms) : 0;
		if (!len)
			return -1;
		sum += value * ms;
		p += len;
	} while (p < end);
	if (!(sum <= (double)DURATION_MOST_MS))
		return -1;
	*ret_ms = llround(sum);
	return 0;
}

int yaml_duration(const struct yaml *node, long long *ret_ms, struct err *err)
{
	if (node->kind != YAML_SCALAR || read_duration(node->text, ret_ms))
		return unexpected(node, "a duration as 250ms, 30s, 5m, 1h or 2d", err);
	return 0;
}

struct checker {
	void (*report)(void *ctx, const struct err *err);
	void *ctx;
	size_t faults;
};

static void tell(struct checker *c, const struct err *err)
{
	c->faults++;
	if (c->report)
		c->report(c->ctx, err);
}

/* "a, b or c" */
static void list_words(const char *const *words, char *buf, size_t cap)
{
	size_t used = 0;

	buf[0] = '\0';
	for (const char *const *word = words; *word && used < cap; word++) {
		const char *between = word == words ? "" : word[1] ? ", " : " or ";

		used += (size_t)snprintf(buf + used, cap - used, "%s%s", between, *word);
	}
}

static int check_word(const struct yaml *node, const char *const *words, struct err *err)
{
	int distance = INT_MAX;
	const char *best = NULL;
	char what[120], shown[64];

	list_words(words, what, sizeof(what));
	if (node->kind != YAML_SCALAR)
		return unexpected(node, what, err);
	for (const char *const *word = words; *word; word++) {
		if (!strcmp(node->text, *word))
			return 0;
		suggest_offer(node->text, *word, &distance, &best);
	}
	if (!best)
		return unexpected(node, what, err);
	utf8_sanitise(shown, sizeof(shown), node->text, strlen(node->text));
	return err_at(err, ERR_INVALID, node->line, node->column,
		      "unknown word '%s', did you mean '%s'?", shown, best);
}

static int check_scalar(const struct yaml *node, const struct yaml_field *field, struct err *err)
{
	long long ms;
	double number;
	bool yes;

	if (yaml_is_null(node))
		return unexpected(node, "a value", err);
	switch (field->type) {
	case YT_NUMBER:
		return yaml_number(node, &number, err);
	case YT_BOOL:
		return yaml_bool(node, &yes, err);
	case YT_DURATION:
		return yaml_duration(node, &ms, err);
	case YT_ENUM:
		return check_word(node, field->words, err);
	default:
		return node->kind == YAML_SCALAR ? 0 : unexpected(node, "a text", err);
	}
}

static void check_map(struct checker *c, const struct yaml *map, const struct yaml_field *fields);

static void check_items(struct checker *c, const struct yaml *node, const struct yaml_field *fields)
{
	struct err err;

	for (const struct yaml *item = node->child; item; item = item->next)
		if (fields)
			check_map(c, item, fields);
		else if (yaml_is_null(item) || item->kind != YAML_SCALAR)
			unexpected(item, "a text", &err), tell(c, &err);
}

static void check_field(struct checker *c, const struct yaml *node, const struct yaml_field *field)
{
	static const enum yaml_kind wanted[] = {
		[YT_MAP] = YAML_MAP, [YT_NAMED] = YAML_MAP, [YT_LIST] = YAML_LIST};
	struct err err;

	switch (field->type) {
	case YT_ANY:
		return;
	case YT_MAP:
	case YT_LIST:
	case YT_NAMED:
		if (node->kind != wanted[field->type])
			unexpected(node, kinds[wanted[field->type]], &err), tell(c, &err);
		else if (field->type != YT_MAP)
			check_items(c, node, field->fields);
		else if (field->fields)
			check_map(c, node, field->fields);
		return;
	default:
		if (check_scalar(node, field, &err))
			tell(c, &err);
	}
}

static void unknown_key(struct checker *c, const struct yaml *node, const struct yaml_field *fields)
{
	int distance = INT_MAX;
	const char *best = NULL;
	char shown[64];
	struct err err;

	utf8_sanitise(shown, sizeof(shown), node->key, strlen(node->key));
	for (const struct yaml_field *field = fields; field->key; field++)
		suggest_offer(node->key, field->key, &distance, &best);
	if (best)
		err_at(&err, ERR_INVALID, node->key_line, node->key_column,
		       "unknown key '%s', did you mean '%s'?", shown, best);
	else
		err_at(&err, ERR_INVALID, node->key_line, node->key_column, "unknown key '%s'",
		       shown);
	tell(c, &err);
}

static void check_map(struct checker *c, const struct yaml *map, const struct yaml_field *fields)
{
	const struct yaml_field *field;
	struct err err;

	if (map->kind != YAML_MAP) {
		unexpected(map, kinds[YAML_MAP], &err);
		tell(c, &err);
		return;
	}
	for (const struct yaml *node = map->child; node; node = node->next) {
		for (field = fields; field->key && strcmp(field->key, node->key);)
			field++;
		if (field->key)
			check_field(c, node, field);
		else
			unknown_key(c, node, fields);
	}
	for (field = fields; field->key; field++)
		if (field->required && !yaml_get(map, field->key)) {
			err_at(&err, ERR_INVALID, map->line, map->column, "'%s' is missing here",
			       field->key);
			tell(c, &err);
		}
}

size_t yaml_check(const struct yaml *node, const struct yaml_field *fields,
		  void (*report)(void *ctx, const struct err *err), void *ctx)
{
	struct checker c = {.report = report, .ctx = ctx};

	check_map(&c, node, fields);
	return c.faults;
}
