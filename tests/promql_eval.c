#include "promql_case.h"

#include <math.h>
#include <regex.h>
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
	size_t least;  /* samples */
	bool one_kind; /* no answer where numbers and native histograms are mixed */
	bool last_two; /* looks at no other */
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
	{"rate", 2, true, false, promql_rate},   {"increase", 2, true, false, promql_increase},
	{"delta", 2, true, false, promql_delta}, {"irate", 2, true, true, run_irate},
	{"resets", 1, false, false, run_resets},
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

/* Of the whole value, as in Prometheus; a pattern that cannot be read matches nothing. */
static bool matches_regex(const char *value, const char *pattern)
{
	char whole[1024];
	regex_t regex;
	bool found;

	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB))
		return false;
	found = regexec(&regex, value, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool matches(const struct loaded *series, const struct labels *want)
{
	for (size_t i = 0; i < want->n; i++) {
		const struct label *label = &want->list[i];
		const char *value = find_label(&series->labels, label->name);
		bool regex = label->match == MATCH_REGEX || label->match == MATCH_NO_REGEX;
		bool same = regex ? matches_regex(value, label->value)
				  : strcmp(value, label->value) == 0;

		if (same != (label->match == MATCH_SAME || label->match == MATCH_REGEX))
			return false;
	}
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

/* What moves a selector in time: offset and @, in any order. */
static bool read_moves(struct parser *parser, int64_t *ret_at_ms)
{
	int64_t offset_ms = 0, ms;
	bool back;

	*ret_at_ms = parser->at_ms;
	for (;;) {
		bool offset = take(parser, "offset ");

		if (!offset && !take(parser, "@"))
			break;
		skip(parser);
		back = take(parser, "-");
		if (!read_duration(&parser->p, &ms))
			return false;
		ms = back ? -ms : ms;
		if (offset)
			offset_ms = ms;
		else
			*ret_at_ms = ms;
	}
	*ret_at_ms -= offset_ms;
	return true;
}

/* The samples of a range. */
struct range {
	struct point *points; /* numbers */
	size_t n, natives;
	enum sample_kind last, before_last;
};

static void cut_range(struct arena *arena, const struct loaded *series, int64_t at_ms,
		      int64_t range_ms, struct range *ret_range)
{
	*ret_range =
		(struct range){.points = arena_array(arena, series->n + 1, sizeof(struct point)),
			       .last = SAMPLE_NONE,
			       .before_last = SAMPLE_NONE};
	for (size_t i = 0; i < series->n; i++) {
		const struct sample *sample = &series->samples[i];

		if (sample->t_ms <= at_ms - range_ms || sample->t_ms > at_ms ||
		    sample->kind == SAMPLE_NONE || sample->kind == SAMPLE_STALE)
			continue;
		ret_range->before_last = ret_range->last;
		ret_range->last = sample->kind;
		if (sample->kind == SAMPLE_NATIVE)
			ret_range->natives++;
		else
			ret_range->points[ret_range->n++] =
				(struct point){sample->t_ms, sample->value};
	}
}

/* Whether native histograms are in the way of an answer: not where their values do not matter. */
static bool needs_natives(const struct range_function *function, const struct range *range,
			  bool *ret_none)
{
	size_t all = range->n + range->natives;

	*ret_none = all < function->least;
	if (!range->natives || *ret_none || all == 1)
		return false;
	if (function->last_two && range->last == SAMPLE_FLOAT && range->before_last == SAMPLE_FLOAT)
		return false;
	*ret_none = function->one_kind &&
		    (function->last_two ? range->last != range->before_last : range->n > 0);
	return !*ret_none;
}

static enum verdict over_series(struct parser *parser, const struct range_function *function,
				const struct loaded *series, int64_t at_ms, int64_t range_ms,
				struct vector *vector)
{
	struct element element = {.labels = series->labels};
	struct range range;
	bool none;

	cut_range(&parser->store->arena, series, at_ms, range_ms, &range);
	if (needs_natives(function, &range, &none))
		return EVAL_NATIVE;
	if (none)
		return EVAL_DONE;
	/* A native histogram that is alone has not been reset. */
	element.value = range.n ? function->run(range.points, range.n, at_ms, range_ms) : 0;
	drop_label(&element.labels, "__name__");
	add_element(&parser->store->arena, vector, &element);
	return EVAL_DONE;
}

static int open_brackets(struct parser *parser)
{
	int n = 0;

	while (take(parser, "("))
		n++;
	skip(parser);
	return n;
}

static bool close_brackets(struct parser *parser, int n)
{
	while (n > 0 && take(parser, ")"))
		n--;
	return n == 0;
}

/* The argument of a function over a range, and its closing bracket. */
static enum verdict eval_range(struct parser *parser, const struct range_function *function,
			       struct vector *vector)
{
	int open = open_brackets(parser);
	struct labels want;
	int64_t range_ms, at_ms;

	if (!read_selector(&parser->store->arena, &parser->p, &want) || !take(parser, "[") ||
	    !read_duration(&parser->p, &range_ms) || !take(parser, "]") ||
	    !read_moves(parser, &at_ms) || !close_brackets(parser, open + 1))
		return EVAL_OTHER;
	for (size_t i = 0; i < parser->store->n; i++) {
		const struct loaded *series = &parser->store->series[i];
		enum verdict verdict =
			matches(series, &want)
				? over_series(parser, function, series, at_ms, range_ms, vector)
				: EVAL_DONE;

		if (verdict != EVAL_DONE)
			return verdict;
	}
	return EVAL_DONE;
}

/* The newest sample within the look-back, NULL when that is none or says stale. */
static const struct sample *newest_sample(const struct loaded *series, int64_t at_ms)
{
	const struct sample *newest = NULL;

	for (size_t k = 0; k < series->n; k++)
		if (series->samples[k].kind != SAMPLE_NONE &&
		    series->samples[k].t_ms > at_ms - LOOKBACK_MS &&
		    series->samples[k].t_ms <= at_ms)
			newest = &series->samples[k];
	return newest && newest->kind != SAMPLE_STALE ? newest : NULL;
}

/* A bare selector. */
static enum verdict eval_selector(struct parser *parser, struct vector *vector)
{
	struct labels want;
	int64_t at_ms;

	skip(parser);
	if (!read_selector(&parser->store->arena, &parser->p, &want) || !read_moves(parser, &at_ms))
		return EVAL_OTHER;
	for (size_t i = 0; i < parser->store->n; i++) {
		const struct loaded *series = &parser->store->series[i];
		const struct sample *newest =
			matches(series, &want) ? newest_sample(series, at_ms) : NULL;
		struct element element = {.labels = series->labels};

		if (!newest)
			continue;
		if (newest->kind == SAMPLE_NATIVE)
			return EVAL_NATIVE;
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
	enum verdict verdict;

	if (!read_by(parser, &by) || !take(parser, "("))
		return EVAL_OTHER;
	verdict = eval(parser, &all);
	if (verdict != EVAL_DONE)
		return verdict;
	if (!take(parser, ")") || !read_by(parser, &after))
		return EVAL_OTHER;
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

/* A number, or one divided by another. */
static bool read_scalar(struct parser *parser, double *ret_value)
{
	double value[2] = {0, 1};
	int n = 0;

	do {
		char *end;

		skip(parser);
		value[n++] = strtod(parser->p, &end);
		if (end == parser->p)
			return false;
		parser->p = end;
	} while (n < 2 && take(parser, "/"));
	*ret_value = value[0] / value[1];
	return true;
}

static enum verdict eval_quantile(struct parser *parser, struct vector *vector)
{
	struct vector all = {0};
	enum verdict verdict;
	double q;

	if (!read_scalar(parser, &q) || !take(parser, ","))
		return EVAL_OTHER;
	verdict = eval(parser, &all);
	if (verdict != EVAL_DONE)
		return verdict;
	if (!take(parser, ")"))
		return EVAL_OTHER;
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

	skip(parser);
	if (*parser->p == '(') {
		enum verdict verdict = (parser->p++, eval(parser, vector));

		return verdict == EVAL_DONE && !take(parser, ")") ? EVAL_OTHER : verdict;
	}
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
	expression += strspn(expression, " \t(");
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
	enum verdict verdict;

	*ret_vector = (struct vector){0};
	if (!is_ours(expression))
		return EVAL_OTHER;
	verdict = eval(&parser, ret_vector);
	skip(&parser);
	return verdict == EVAL_DONE && *parser.p ? EVAL_OTHER : verdict;
}
