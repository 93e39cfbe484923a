/* Findings in words: what, why with its numbers, and what changed shortly before. */
#include "base/decimal.h"
#include "detect/detect_impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SUSPECT_BEFORE_MS (10 * 60 * 1000)
#define WELL_MS           2000 /* a single answer says little */
#define SUSPECT_AFTER_MS                                                         \
	(60 * 1000) /* registries are polled seldom: the change may be seen late \
		     */

/* A buffer that is filled from the left and cut at its end. */
struct words {
	char *buf;
	size_t cap;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(words->buf + words->len, words->cap - words->len, fmt, args);
	va_end(args);
	if (n > 0)
		words->len += (size_t)n < words->cap - words->len ? (size_t)n
								  : words->cap - words->len - 1;
}

/* Words for people where the column heads are too terse, and the figures that help to read a
 * measure. */
static const struct phrase {
	enum measure measure;
	const char *name;
	const char *gap;
	enum measure beside[3];
	bool plain; /* the number alone: neither limit nor n */
} phrases[] = {
	{M_P95, "p95", "; ", {M_504_RATIO, M_UPSTREAM_SHARE, M_COUNT}, false},
	{M_ERROR_RATIO, "5xx", "; ", {M_504_RATIO, M_UPSTREAM_ERRORS, M_P95}, false},
	{M_504_RATIO, "504", "; ", {M_COUNT}, false},
	{M_UPSTREAM_SHARE, "upst", "; ", {M_COUNT}, false},
	{M_UPSTREAM_ERRORS, "upst", "; ", {M_COUNT}, false},
	{M_DENIED_RATE, "401+403", "; ", {M_2XX_RATE, M_COUNT}, true},
	{M_2XX_RATE, "2xx", "; ", {M_COUNT}, false},
	{M_429_RATE, "429", "; ", {M_2XX_RATE, M_COUNT}, true},
	{M_REQUEST_RATE, "requests", "; ", {M_COUNT}, false},
	{M_TOKENS_PER_REQUEST, "tokens/req", ", ", {M_AI_ERROR_RATIO, M_COUNT}, true},
	{M_QUALITY, "quality", ", ", {M_AI_ERROR_RATIO, M_COUNT}, true},
	{M_AI_ERROR_RATIO, "err", ", ", {M_COUNT}, false},
	{M_AI_P95, "p95", "; ", {M_AI_ERROR_RATIO, M_COUNT}, false},
	{M_BUDGET_USED, "budget used", "; ", {M_COUNT}, false},
	{M_CERT_LEFT, "certificate ends in", "; ", {M_COUNT}, true},
};

static struct phrase phrase_of(enum measure measure)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].measure == measure)
			return phrases[i];
	return (struct phrase){measure, measure_info(measure)->name, "; ", {M_COUNT}, false};
}

static void add_seconds(struct words *words, double value)
{
	char duration[16];

	if (value >= 600)
		add(words, "%s", decimal_duration(duration, (int64_t)(value * 1000)));
	else if (value >= 10)
		add(words, "%.0fs", value);
	else if (value >= 1)
		add(words, "%.*fs", value == floor(value) ? 0 : 1, value);
	else
		add(words, "%.2gs", value);
}

static void add_percent(struct words *words, double ratio, bool limit)
{
	double percent = ratio * 100;

	if (limit)
		add(words, "%g%%", percent);
	else
		add(words, "%.*f%%", percent >= 20 ? 0 : 1, percent);
}

/* A number with its unit, as people say it. */
static void add_value(struct words *words, enum unit unit, double value, bool limit)
{
	char number[16];

	switch (unit) {
	case UNIT_SECONDS:
		add_seconds(words, value);
		break;
	case UNIT_RATIO:
		add_percent(words, value, limit);
		break;
	case UNIT_PER_SECOND:
		add(words, "%s/min", decimal_si(number, 5, value * 60));
		break;
	case UNIT_USD_PER_SECOND:
		add(words, "$%.2f/h", value * 3600);
		break;
	case UNIT_USD:
		add(words, "$%.2f", value);
		break;
	case UNIT_TOKENS:
		add(words, "%.0f", value);
		break;
	default:
		add(words, "%s", decimal_si(number, 5, value));
		break;
	}
}

static void add_span(struct words *words, int64_t ms)
{
	int64_t s = ms / 1000;

	if (s < 60)
		add(words, "%ds", (int)s);
	else if (s < 3600)
		add(words, "%dm", (int)(s / 60));
	else
		add(words, "%dh%02d", (int)(s / 3600), (int)(s / 60 % 60));
}

static const char *symbol_text(const struct detect *detect, symbol value)
{
	return names_text(model_names(detect->model), value);
}

void words_about(const struct detect *detect, struct finding *finding)
{
	static const enum dim order[] = {DIM_CLIENT, DIM_ROUTE, DIM_NODE,    DIM_CONSUMER, DIM_APP,
					 DIM_PROMPT, DIM_MODEL, DIM_SERVICE, DIM_TARGET};
	struct words words = {finding->what, sizeof(finding->what), 0};
	const struct dims *dims = &finding->dims;
	size_t i = 0;

	finding->what[0] = '\0';
	while (i < sizeof(order) / sizeof(order[0]) && !dims->value[order[i]])
		i++;
	if (i == sizeof(order) / sizeof(order[0])) {
		add(&words, "all targets");
		return;
	}
	if (order[i] == DIM_NODE && dims->value[DIM_SERVICE])
		add(&words, "%s/", symbol_text(detect, dims->value[DIM_SERVICE]));
	add(&words, "%s", symbol_text(detect, dims->value[order[i]]));
	if (order[i] == DIM_CLIENT)
		add(&words, " (1 IP)");
}

static bool is_some(const struct figure *figure)
{
	return !(figure->quality & Q_NONE) && !isnan(figure->value);
}

/* Where a client knocks: the route with most of the measure. */
static void gather_route(struct detect *detect, struct instance *instance)
{
	const struct finding *finding = &instance->finding;
	const struct rule *rule = finding->rule;
	struct filter filter = {.n = 1};
	struct query query = {.by = rule->by | DIM_BIT(DIM_ROUTE),
			      .filter = &filter,
			      .window_ms = rule->window_ms,
			      .at = detect->now,
			      .ncolumns = 1};
	struct result result;

	filter.terms[0] = (struct term){
		.dim = DIM_CLIENT, .text = symbol_text(detect, finding->dims.value[DIM_CLIENT])};
	query.columns[0].measure = rule->measure;
	query_run(detect->model, &query, &detect->arena, &result);
	for (size_t i = 0; i < result.n; i++) {
		struct dims about = dims_project(&result.rows[i].dims, rule->by);
		symbol route = result.rows[i].dims.value[DIM_ROUTE];

		if (!dims_equal(&about, &finding->dims) || !route)
			continue;
		snprintf(instance->route, sizeof(instance->route), "%s",
			 symbol_text(detect, route));
		return;
	}
}

/* The figures that stand beside; they are kept for whoever opens the finding. */
static void gather_beside(const struct detect *detect, struct finding *finding)
{
	const struct rule *rule = finding->rule;
	const struct phrase phrase = phrase_of(rule->measure);

	finding->nbeside = 0;
	for (int i = 0; i < 3 && phrase.beside[i] != M_COUNT; i++) {
		struct figure figure =
			query_one(detect->model, phrase.beside[i], COLUMN_VALUE, &finding->dims,
				  rule->by, rule->window_ms, detect->now);

		if (!is_some(&figure) || (phrase.beside[i] == M_504_RATIO && figure.value == 0))
			continue;
		figure.measure = (uint8_t)phrase.beside[i];
		finding->beside[finding->nbeside++] = figure;
	}
}

static void add_beside(struct words *words, const struct finding *finding, const char *gap)
{
	for (size_t i = 0; i < finding->nbeside; i++) {
		const struct figure *figure = &finding->beside[i];
		enum measure measure = (enum measure)figure->measure;

		add(words, "%s%s ", gap,
		    figure->quality & Q_AVERAGE ? "avg" : phrase_of(measure).name);
		if (measure == M_2XX_RATE && figure->value == 0)
			add(words, "0");
		else
			add_value(words, measure_info(measure)->unit, figure->value, false);
	}
}

/* "p95 2.1s>0.5s for 5m n=10.4k", "tokens/req 1940 x3.1", "401+403 1.9k/min" */
static void add_measured(const struct detect *detect, struct words *words,
			 const struct finding *finding, const struct phrase *phrase)
{
	const struct rule *rule = finding->rule;
	enum unit unit = measure_info(rule->measure)->unit;
	double limit = rule->kind == RULE_BASELINE ? rule->least : rule->threshold;
	bool factor = rule->kind == RULE_BASELINE && (unit != UNIT_SECONDS || limit <= 0);
	bool above = finding->figure.quality & Q_ABOVE;
	char n[16];

	add(words, "%s %s", finding->figure.quality & Q_AVERAGE ? "avg" : phrase->name,
	    above ? ">" : "");
	add_value(words, unit, finding->figure.value, false);
	if (factor)
		add(words, " x%.1f", finding->figure.value / finding->was.value);
	else if (!phrase->plain && limit > 0 && !above) {
		add(words, rule->below ? "<" : ">");
		add_value(words, unit, limit, true);
	}
	if (phrase->plain)
		return;
	if (detect->now.mono_ms - finding->onset.mono_ms >= 1000) {
		add(words, " for ");
		add_span(words, detect->now.mono_ms - finding->onset.mono_ms);
	}
	if (finding->figure.n > 0)
		add(words, " n=%s", decimal_si(n, 5, finding->figure.n));
}

static bool is_prompt(const struct mark *mark)
{
	return mark->signal == SIGNAL_PROMPT_VERSION || mark->signal == SIGNAL_PROMPT_TEXT;
}

static bool is_about_ai(const struct rule *rule)
{
	enum signal signal = measure_info(rule->measure)->signal;

	return signal >= SIGNAL_AI_REQUESTS && signal <= SIGNAL_QUALITY;
}

/* Changes on the same target; of prompts, wherever they are kept, for what is about AI. */
static bool may_be_cause(const struct finding *finding, const struct mark *mark)
{
	int64_t before_ms = finding->onset.mono_ms - mark->at.mono_ms;

	if (mark->kind == MARK_OVERFLOW || mark->kind == MARK_WRAP ||
	    before_ms > SUSPECT_BEFORE_MS || before_ms < -SUSPECT_AFTER_MS)
		return false;
	if (is_prompt(mark))
		return is_about_ai(finding->rule);
	return mark->target == finding->target;
}

/* The nearest to the onset, or NULL. */
static const struct mark *suspect_mark(const struct detect *detect, const struct finding *finding)
{
	const struct mark *best = NULL;
	int64_t best_ms = 0;

	for (size_t i = 0; i < model_mark_count(detect->model); i++) {
		const struct mark *mark = model_mark(detect->model, i);
		int64_t ms = finding->onset.mono_ms - mark->at.mono_ms;

		ms = ms < 0 ? -ms : ms;
		if (!may_be_cause(finding, mark) || (best && ms >= best_ms))
			continue;
		best = mark;
		best_ms = ms;
	}
	return best;
}

/* A prompt as it is called: "balance@production", or of a text "balance v2". */
static void add_prompt(const struct detect *detect, struct words *words, const struct mark *mark)
{
	const struct dims *dims = names_dims(model_names(detect->model), mark->dims);

	add(words, "prompt %s", symbol_text(detect, dims->value[DIM_PROMPT]));
	if (dims->value[DIM_TYPE])
		add(words, "%s%s", mark->kind == MARK_TEXT ? " " : "@",
		    symbol_text(detect, dims->value[DIM_TYPE]));
}

/* "v7>v8", or nothing where the numbers are hashes. A pointer that is set for the first time, or
 * taken away, has a side without a version. */
static void add_versions(struct words *words, const struct mark *mark)
{
	if (isnan(mark->before))
		add(words, "set to v%.0f", mark->after);
	else if (isnan(mark->after))
		add(words, "v%.0f>none", mark->before);
	else if (fabs(mark->before) < 1e6 && fabs(mark->after) < 1e6 &&
		 mark->before == floor(mark->before) && mark->after == floor(mark->after))
		add(words, "v%.0f>v%.0f", mark->before, mark->after);
	else
		add(words, "changed");
}

/* "up", "weight": that it is a node's goes without saying. */
static const char *state_word(enum signal signal)
{
	const char *name = signal_info(signal)->name;

	return strncmp(name, "node_", 5) == 0 ? name + 5 : name;
}

static void add_change(const struct detect *detect, struct words *words, const struct mark *mark)
{
	const struct dims *dims = names_dims(model_names(detect->model), mark->dims);
	const struct target_info *target = model_target(detect->model, mark->target);
	const char *name = target ? target->name : "";

	if (mark->kind == MARK_TEXT || is_prompt(mark))
		add_prompt(detect, words, mark);
	else
		add(words, "%s", name);
	add(words, " ");
	switch (mark->kind) {
	case MARK_TEXT:
		add(words, "text changed in place");
		break;
	case MARK_VERSION:
		add(words, is_prompt(mark) ? "" : "config ");
		add_versions(words, mark);
		break;
	case MARK_NODE:
		add(words, "%s/%s %s %g>%g", symbol_text(detect, dims->value[DIM_SERVICE]),
		    symbol_text(detect, dims->value[DIM_NODE]), state_word(mark->signal),
		    mark->before, mark->after);
		break;
	case MARK_RESTART:
		add(words, "restarted");
		break;
	case MARK_RESET:
		add(words, "counters began anew");
		break;
	case MARK_WRAP:
		add(words, "%s wrapped at 2^32", signal_info(mark->signal)->name);
		break;
	case MARK_OVERFLOW:
		add(words, "has more series than are kept");
		break;
	}
}

/* "12s after v7>v8 of prompt balance@prod": what tells most comes first, for narrow columns. */
static void gather_suspect(const struct detect *detect, struct finding *finding)
{
	struct words words = {finding->suspect, sizeof(finding->suspect), 0};
	const struct mark *mark = suspect_mark(detect, finding);
	char duration[16];

	finding->suspect[0] = '\0';
	if (!mark)
		return;
	finding->suspect_dims = *names_dims(model_names(detect->model), mark->dims);
	finding->suspect_target = mark->target;
	if (finding->onset.mono_ms >= mark->at.mono_ms)
		add(&words, "%s after ",
		    decimal_duration(duration, finding->onset.mono_ms - mark->at.mono_ms));
	else
		add(&words, "with ");
	if (mark->kind == MARK_VERSION && is_prompt(mark)) {
		add_versions(&words, mark);
		add(&words, " of ");
		add_prompt(detect, &words, mark);
	} else {
		add_change(detect, &words, mark);
	}
}

/* Findings whose rule speaks for itself have no figures to add. */
static bool is_plain_state(const struct finding *finding)
{
	return finding->rule->measure == M_COUNT ||
	       (finding->rule->kind == RULE_STATE && *finding->rule->help);
}

void words_gather(struct detect *detect, struct instance *instance)
{
	if (is_plain_state(&instance->finding) || instance->finding.rule->kind == RULE_NODATA)
		return;
	if (instance->finding.dims.value[DIM_CLIENT])
		gather_route(detect, instance);
	gather_beside(detect, &instance->finding);
	gather_suspect(detect, &instance->finding);
}

void words_fill(const struct detect *detect, struct instance *instance, const char *own_why)
{
	struct finding *finding = &instance->finding;
	struct words why = {finding->why, sizeof(finding->why), 0};
	struct phrase phrase;

	words_about(detect, finding);
	if (own_why || is_plain_state(finding)) {
		add(&why, "%s", own_why ? own_why : finding->rule->help);
		return;
	}
	phrase = phrase_of(finding->rule->measure);
	add_measured(detect, &why, finding, &phrase);
	if (*instance->route)
		add(&why, " on %s", instance->route);
	add_beside(&why, finding, phrase.gap);
}

void words_blind(const struct detect *detect, struct instance *instance, uint32_t source)
{
	struct finding *finding = &instance->finding;
	struct words words = {finding->blind, sizeof(finding->blind), 0};
	struct source_status status;

	if (source >= model_source_count(detect->model)) {
		add(&words, "no figures since");
		return;
	}
	status = model_source(detect->model, source);
	add(&words, "%.30s ", status.name);
	if (!status.answered) {
		add(&words, "does not answer: %s", status.error);
		return;
	}
	add_span(&words, detect->now.mono_ms - status.last_ok.mono_ms);
	add(&words, " old");
}

char *finding_reason(const struct finding *finding, bool utc, char *buf, size_t cap)
{
	struct words words = {buf, cap, 0};
	char at[16];

	buf[0] = '\0';
	if (finding->state == FINDING_UNJUDGED) {
		if (finding->seen.wall_ms)
			add(&words, "last seen %s, ",
			    clock_format(at, sizeof(at), "%H:%M:%S", finding->seen.wall_ms, utc));
		add(&words, "%s; ", finding->blind);
	} else if (finding->well_ms >= WELL_MS) {
		add(&words, "well for ");
		add_span(&words, finding->well_ms);
		add(&words, ", was ");
	}
	add(&words, "%s%s%s", finding->why, *finding->suspect ? ", " : "", finding->suspect);
	return buf;
}

void words_source(const struct detect *detect, uint32_t source, char *buf, size_t cap)
{
	struct source_status status = model_source(detect->model, source);
	const struct target_info *target = model_target(detect->model, status.target);
	struct words words = {buf, cap, 0};

	add(&words, "%.40s (%.20s) ", target->name, target->kind);
	if (!status.answered) {
		add(&words, "no answer yet");
		return;
	}
	if (!model_source_stale(detect->model, source, detect->now)) {
		add(&words, "%u series only in \"other\"", status.overflow);
		return;
	}
	add_span(&words, detect->now.mono_ms - status.last_ok.mono_ms);
	add(&words, " old");
}

void words_mark(const struct detect *detect, const struct mark *mark, char *buf, size_t cap)
{
	const struct target_info *target = model_target(detect->model, mark->target);
	struct words words = {buf, cap, 0};

	add_change(detect, &words, mark);
	if (is_prompt(mark) && target)
		add(&words, " by %s", target->name);
}
