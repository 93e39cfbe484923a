#include "promql_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKBACK_MS 300000

/* Where the reading of an expression stands. */
struct parser {
	struct store *store;
	const char *p;
	int64_t at_ms;
};

struct range_function {
	const char *name;
	size_t least; /* samples */
	double (*run)(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms);
};

static double run_irate(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms)
{
	(void)at_ms;
	(void)range_ms;
	return promql_irate(points, n);
}

static double run_resets(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms)
{
	(void)at_ms;
	(void)range_ms;
	return promql_resets(points, n);
}

static const struct range_function functions[] = {
	{"rate", 2, promql_rate}, {"increase", 2, promql_increase}, {"delta", 2, promql_delta},
	{"irate", 2, run_irate},  {"resets", 1, run_resets},
};

void add_element(struct arena *arena, struct vector *vector, const struct element *element)
{
	if (vector->n == vector->cap) {
		size_t cap = vector->cap * 2 + 16;
		struct element *larger = arena_array(arena, cap, sizeof(*larger));

		if (vector->n)
			memcpy(larger, vector->list, vector->n * sizeof(*larger));
		vector->list = larger;
		vector->cap = cap;
	}
	vector->list[vector->n++] = *element;
}

static void skip(struct parser *parser)
{
	parser->p += strspn(parser->p, " \t");
}

static bool take(struct parser *parser, const char *text)
{
	skip(parser);
	if (strncmp(parser->p, text, strlen(text)))
		return false;
	parser->p += strlen(text);
	return true;
}

static bool matches(const struct loaded *series, const struct labels *want)
{
	for (size_t i = 0; i < want->n; i++)
		if (strcmp(find_label(&series->labels, want->list[i].name), want->list[i].value))
			return false;
	return true;
}

static void drop_label(struct labels *labels, const char *name)
{
	size_t out = 0;

	for (size_t i = 0; i < labels->n; i++)
		if (strcmp(labels->list[i].name, name))
			labels->list[out++] = labels->list[i];
	labels->n = out;
}

static bool read_offset(struct parser *parser, int64_t *ret_ms)
{
	*ret_ms = 0;
	if (!take(parser, "offset "))
		return true;
	skip(parser);
	return read_duration(&parser->p, ret_ms);
}

static enum verdict over_series(struct parser *parser, const struct range_function *function,
				const struct loaded *series, int64_t at_ms, int64_t range_ms,
				struct vector *vector)
{
	struct point *points = arena_array(&parser->store->arena, series->n + 1, sizeof(*points));
	struct element element = {.labels = series->labels};
	size_t n = 0;

	for (size_t i = 0; i < series->n; i++) {
		const struct sample *sample = &series->samples[i];

		if (sample->t_ms <= at_ms - range_ms || sample->t_ms > at_ms)
			continue;
		if (sample->kind == SAMPLE_NATIVE)
			return EVAL_UNSUPPORTED;
		if (sample->kind == SAMPLE_FLOAT)
			points[n++] = (struct point){sample->t_ms, sample->value};
	}
	if (n < function->least)
		return EVAL_DONE;
	element.value = function->run(points, n, at_ms, range_ms);
	drop_label(&element.labels, "__name__");
	add_element(&parser->store->arena, vector, &element);
	return EVAL_DONE;
}

/* The argument of a function over a range, and its closing bracket. */
static enum verdict eval_range(struct parser *parser, const struct range_function *function,
			       struct vector *vector)
{
	struct labels want;
	int64_t range_ms, offset_ms;

	skip(parser);
	if (!read_labels(&parser->store->arena, &parser->p, &want) || !take(parser, "[") ||
	    !read_duration(&parser->p, &range_ms) || !take(parser, "]") ||
	    !read_offset(parser, &offset_ms) || !take(parser, ")"))
		return EVAL_UNSUPPORTED;
	for (size_t i = 0; i < parser->store->n; i++)
		if (matches(&parser->store->series[i], &want) &&
		    over_series(parser, function, &parser->store->series[i],
				parser->at_ms - offset_ms, range_ms, vector) != EVAL_DONE)
			return EVAL_UNSUPPORTED;
	return EVAL_DONE;
}

/* A bare selector: the newest sample within the look-back. */
static enum verdict eval_selector(struct parser *parser, struct vector *vector)
{
	struct labels want;
	int64_t offset_ms, at_ms;

	skip(parser);
	if (!read_labels(&parser->store->arena, &parser->p, &want) ||
	    !read_offset(parser, &offset_ms))
		return EVAL_UNSUPPORTED;
	at_ms = parser->at_ms - offset_ms;
	for (size_t i = 0; i < parser->store->n; i++) {
		const struct loaded *series = &parser->store->series[i];
		const struct sample *newest = NULL;
		struct element element = {.labels = series->labels};

		for (size_t k = 0; matches(series, &want) && k < series->n; k++)
			if (series->samples[k].kind != SAMPLE_NONE &&
			    series->samples[k].t_ms > at_ms - LOOKBACK_MS &&
			    series->samples[k].t_ms <= at_ms)
				newest = &series->samples[k];
		if (!newest || newest->kind == SAMPLE_STALE)
			continue;
		if (newest->kind == SAMPLE_NATIVE)
			return EVAL_UNSUPPORTED;
		element.value = newest->value;
		add_element(&parser->store->arena, vector, &element);
	}
	return EVAL_DONE;
}

static enum verdict eval(struct parser *parser, struct vector *vector);

static struct element *find_element(struct vector *vector, const struct labels *labels)
{
	for (size_t i = 0; i < vector->n; i++)
		if (same_labels(&vector->list[i].labels, labels))
			return &vector->list[i];
	return NULL;
}

static bool read_by(struct parser *parser, struct labels *ret_by)
{
	ret_by->n = 0;
	if (!take(parser, "by"))
		return true;
	if (!take(parser, "("))
		return false;
	while (!take(parser, ")")) {
		size_t len;

		skip(parser);
		len = strcspn(parser->p, " \t,)");
		if (!len)
			return false;
		add_label(ret_by, arena_strndup(&parser->store->arena, parser->p, len), "*");
		parser->p += len;
		take(parser, ",");
	}
	return true;
}

/* What follows "sum": by (…) before or after the bracket. */
static enum verdict eval_sum(struct parser *parser, struct vector *vector)
{
	struct vector all = {0};
	struct labels by, after;

	if (!read_by(parser, &by) || !take(parser, "(") || eval(parser, &all) != EVAL_DONE ||
	    !take(parser, ")") || !read_by(parser, &after))
		return EVAL_UNSUPPORTED;
	by = after.n ? after : by;
	for (size_t i = 0; i < all.n; i++) {
		struct element sum = {.value = all.list[i].value}, *found;

		for (size_t k = 0; k < by.n; k++)
			add_label(&sum.labels, by.list[k].name,
				  find_label(&all.list[i].labels, by.list[k].name));
		found = find_element(vector, &sum.labels);
		if (found)
			found->value += sum.value;
		else
			add_element(&parser->store->arena, vector, &sum);
	}
	return EVAL_DONE;
}

static void quantile_of(struct store *store, double q, const struct vector *all,
			const struct labels *group, struct vector *vector)
{
	struct le_bucket *buckets = arena_array(&store->arena, all->n + 1, sizeof(*buckets));
	struct element element = {.labels = *group};
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct labels rest = all->list[i].labels;
		const char *le = find_label(&rest, "le");

		drop_label(&rest, "le");
		drop_label(&rest, "__name__");
		if (*le && same_labels(&rest, group))
			buckets[n++] = (struct le_bucket){strtod(le, NULL), all->list[i].value};
	}
	element.value = promql_quantile(q, buckets, n, NULL, NULL);
	add_element(&store->arena, vector, &element);
}

static enum verdict eval_quantile(struct parser *parser, struct vector *vector)
{
	struct vector all = {0};
	char *end;
	double q;

	skip(parser);
	q = strtod(parser->p, &end);
	if (end == parser->p)
		return EVAL_UNSUPPORTED;
	parser->p = end;
	if (!take(parser, ",") || eval(parser, &all) != EVAL_DONE || !take(parser, ")"))
		return EVAL_UNSUPPORTED;
	for (size_t i = 0; i < all.n; i++) {
		struct labels group = all.list[i].labels;
		bool has_le = *find_label(&group, "le");

		drop_label(&group, "le");
		drop_label(&group, "__name__");
		if (has_le && !find_element(vector, &group))
			quantile_of(parser->store, q, &all, &group, vector);
	}
	return EVAL_DONE;
}

static enum verdict eval(struct parser *parser, struct vector *vector)
{
	char open[32];

	if (take(parser, "sum ") || (take(parser, "sum(") && parser->p--))
		return eval_sum(parser, vector);
	if (take(parser, "histogram_quantile("))
		return eval_quantile(parser, vector);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		snprintf(open, sizeof(open), "%s(", functions[i].name);
		if (take(parser, open))
			return eval_range(parser, &functions[i], vector);
	}
	return eval_selector(parser, vector);
}

/* Expressions of other kinds are none of ours, plain selectors too. */
static bool is_ours(const char *expression)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		size_t len = strlen(functions[i].name);

		if (!strncmp(expression, functions[i].name, len) && expression[len] == '(')
			return true;
	}
	return !strncmp(expression, "sum", 3) || !strncmp(expression, "histogram_quantile(", 19);
}

enum verdict evaluate_at(struct store *store, const char *expression, int64_t at_ms,
			 struct vector *ret_vector)
{
	struct parser parser = {store, expression, at_ms};

	*ret_vector = (struct vector){0};
	if (!is_ours(expression) || eval(&parser, ret_vector) != EVAL_DONE)
		return EVAL_UNSUPPORTED;
	skip(&parser);
	return *parser.p ? EVAL_UNSUPPORTED : EVAL_DONE;
}
