#include "promql_case.h"

#include "base/decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void skip_blanks(const char **p)
{
	while (**p == ' ' || **p == '\t')
		(*p)++;
}

bool read_duration(const char **p, int64_t *ret_ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
		     {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
	double total = 0;
	bool any = false;

	while (isdigit((unsigned char)**p) || **p == '.') {
		char *end;
		double number = strtod(*p, &end), scale = 1000;

		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
			size_t len = strlen(units[i].unit);

			if (strncmp(end, units[i].unit, len) ||
			    (len == 1 && *end == 'm' && end[1] == 's'))
				continue;
			scale = units[i].ms;
			end += len;
			break;
		}
		total += number * scale;
		*p = end;
		any = true;
	}
	*ret_ms = llround(total);
	return any;
}

void add_label(struct labels *labels, const char *name, const char *value)
{
	size_t at = labels->n;

	if (labels->n == LABELS || !*value)
		return;
	for (; at > 0 && strcmp(labels->list[at - 1].name, name) > 0; at--)
		labels->list[at] = labels->list[at - 1];
	labels->list[at] = (struct label){name, value, MATCH_SAME};
	labels->n++;
}

const char *find_label(const struct labels *labels, const char *name)
{
	for (size_t i = 0; i < labels->n; i++)
		if (!strcmp(labels->list[i].name, name))
			return labels->list[i].value;
	return "";
}

bool same_labels(const struct labels *a, const struct labels *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->list[i].name, b->list[i].name) ||
		    strcmp(a->list[i].value, b->list[i].value))
			return false;
	return true;
}

static const char *read_word(struct arena *arena, const char **p)
{
	const char *start = *p;

	while (isalnum((unsigned char)**p) || **p == '_' || **p == ':')
		(*p)++;
	return arena_strndup(arena, start, (size_t)(*p - start));
}

static const char *read_quoted(struct arena *arena, const char **p)
{
	char quote = **p, *out, *text;

	if (quote != '"' && quote != '\'')
		return NULL;
	text = out = arena_strdup(arena, ++*p);
	for (; **p && **p != quote; (*p)++) {
		if (**p == '\\' && (*p)[1])
			(*p)++;
		*out++ = **p;
	}
	*out = '\0';
	if (!**p)
		return NULL;
	(*p)++;
	return text;
}

static bool read_match(const char **p, enum match *ret_match)
{
	static const struct {
		const char *sign;
		enum match match;
	} signs[] = {{"=~", MATCH_REGEX},
		     {"!~", MATCH_NO_REGEX},
		     {"!=", MATCH_OTHER},
		     {"=", MATCH_SAME}};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i].sign);

		if (strncmp(*p, signs[i].sign, len))
			continue;
		*p += len;
		*ret_match = signs[i].match;
		return true;
	}
	return false;
}

/* One matcher, or the name of the metric in quotes. */
static bool read_matcher(struct arena *arena, const char **p, struct labels *labels)
{
	bool quoted = **p == '"' || **p == '\'';
	struct label label = {.name = quoted ? read_quoted(arena, p) : read_word(arena, p)};
	size_t at = labels->n;

	skip_blanks(p);
	if (!label.name || !*label.name || at == LABELS)
		return false;
	if (quoted && (**p == ',' || **p == '}')) {
		add_label(labels, "__name__", label.name);
		return true;
	}
	if (!read_match(p, &label.match))
		return false;
	skip_blanks(p);
	label.value = read_quoted(arena, p);
	if (!label.value)
		return false;
	for (; at > 0 && strcmp(labels->list[at - 1].name, label.name) > 0; at--)
		labels->list[at] = labels->list[at - 1];
	labels->list[at] = label;
	labels->n++;
	return true;
}

bool read_selector(struct arena *arena, const char **p, struct labels *ret_labels)
{
	const char *name = read_word(arena, p);

	ret_labels->n = 0;
	add_label(ret_labels, "__name__", name);
	if (**p != '{')
		return *name;
	(*p)++;
	for (skip_blanks(p); **p && **p != '}'; skip_blanks(p)) {
		if (!read_matcher(arena, p, ret_labels))
			return false;
		skip_blanks(p);
		if (**p == ',')
			(*p)++;
	}
	return *(*p)++ == '}';
}

bool read_labels(struct arena *arena, const char **p, struct labels *ret_labels)
{
	struct labels all;

	if (!read_selector(arena, p, &all))
		return false;
	ret_labels->n = 0;
	for (size_t i = 0; i < all.n; i++) {
		if (all.list[i].match != MATCH_SAME)
			return false;
		add_label(ret_labels, all.list[i].name, all.list[i].value);
	}
	return true;
}

/* One word of a list of values: a number or a mark, a step, how often. */
struct run {
	enum sample_kind kind;
	double value;
	double step;
	double slack;
	long times;
};

static bool read_times(const char **p, long *ret_times)
{
	char *end;

	*ret_times = 0;
	if (**p != 'x')
		return true;
	*ret_times = strtol(*p + 1, &end, 10);
	if (end == *p + 1 || *ret_times < 0 || *ret_times > 1000000)
		return false;
	*p = end;
	return true;
}

static const char *read_number(const char *p, double *ret_value)
{
	return decimal_parse(p, p + strspn(p, "+-.0123456789eEnNaAiIfF"), ret_value);
}

/* Half of the last place of a number that is written with many digits, but not with all. */
static double slack_of(const char *p, const char *end)
{
	int digits = 0, places = 0;
	bool fraction = false;

	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		fraction |= *p == '.';
		digits += isdigit((unsigned char)*p) && (digits || *p != '0');
		places += isdigit((unsigned char)*p) && fraction;
	}
	return p == end && digits >= 10 && digits < 17 ? 0.5 * pow(10, -places) : 0;
}

static bool read_native(const char **p, struct run *run)
{
	const char *end;

	run->kind = SAMPLE_NATIVE;
	do {
		end = strstr(*p, "}}");
		if (!end)
			return false;
		*p = end + 2;
	} while ((**p == '+' || **p == '-') && (*p)[1] == '{');
	return read_times(p, &run->times);
}

static bool read_run(const char **p, struct run *run)
{
	const char *end;

	*run = (struct run){.kind = SAMPLE_FLOAT};
	if (!strncmp(*p, "{{", 2))
		return read_native(p, run);
	if (**p == '_') {
		(*p)++;
		run->kind = SAMPLE_NONE;
		if (!read_times(p, &run->times))
			return false;
		run->times -= run->times > 0; /* "_x3" is three, "1x3" four */
		return true;
	}
	if (!strncmp(*p, "stale", 5)) {
		*p += 5;
		run->kind = SAMPLE_STALE;
		return true;
	}
	end = read_number(*p, &run->value);
	run->slack = end ? slack_of(*p, end) : 0;
	if (end && (*end == '+' || *end == '-'))
		end = read_number(end, &run->step);
	if (!end)
		return false;
	*p = end;
	return read_times(p, &run->times);
}

bool read_values(struct arena *arena, const char *p, int64_t step_ms, struct sample **ret_samples,
		 size_t *ret_n)
{
	size_t n = 0, cap = 0;
	struct sample *samples = NULL;

	for (skip_blanks(&p); *p; skip_blanks(&p)) {
		struct run run;
		double value;

		if (!read_run(&p, &run) || (*p && *p != ' ' && *p != '\t'))
			return false;
		value = run.value;
		for (long i = 0; i <= run.times; i++, value += run.step) {
			if (n == cap) {
				struct sample *larger =
					arena_array(arena, cap * 2 + 64, sizeof(*larger));

				if (n)
					memcpy(larger, samples, n * sizeof(*samples));
				samples = larger;
				cap = cap * 2 + 64;
			}
			samples[n] =
				(struct sample){(int64_t)n * step_ms, value, run.slack, run.kind};
			n++;
		}
	}
	*ret_samples = samples;
	*ret_n = n;
	return true;
}
