/* Asking a Prometheus for what a gateway's own rules want: one instant query for a source, which
 * the server aggregates, so that a fleet's answer stays small. Counters come raw. */
#include "profile/load.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* A row has the labels of a result and its value; "hypercare" says which part of the query it
 * answers. */
const char promql_rows[] =
	".data.result[]? | .metric + {__value__: (if .value then .value[1] else null end)}";

const char promql_past[] =
	"[.data.result[]? | .metric as $m | .values[]? | $m + {__value__: .[1], __at__: .[0]}] "
	"| sort_by(.__at__)[]";

enum fold { FOLD_BY_SUM, FOLD_BY_MAX, FOLD_BY_MIN, FOLDS };
static const char *const fold_words[FOLDS] = {"sum", "max", "min"};

/* Texts without repetitions. */
struct texts {
	const char **list;
	size_t n, cap;
};

static void texts_add(struct texts *texts, struct arena *arena, const char *text)
{
	for (size_t i = 0; i < texts->n; i++)
		if (strcmp(texts->list[i], text) == 0)
			return;
	texts->list = xgrow(texts->list, &texts->cap, texts->n + 1, sizeof(*texts->list));
	texts->list[texts->n++] = arena_strdup(arena, text);
}

/* What is being made: the query, and which series of the server it is about. */
struct promql {
	struct arena *arena;
	struct strbuf query;
	const char *only; /* matchers, each with a comma before it */
};

/* The end of the word at text + from: after its '_', or of the text. */
static size_t word_end(const char *text, size_t from)
{
	from += strcspn(text + from, "_");
	return text[from] ? from + 1 : from;
}

static bool same_until(const char *a, const char *b, size_t from, size_t end)
{
	return strncmp(a + from, b + from, end - from) == 0 && word_end(b, from) == end;
}

/* The end of all words from `from` on that the texts begin with alike. */
static size_t common_end(const char *const *texts, size_t n, size_t from)
{
	for (;;) {
		size_t end = word_end(texts[0], from);

		for (size_t i = 0; i < n; i++)
			if (!same_until(texts[0], texts[i], from, end) || !texts[i][end])
				return from;
		from = end;
	}
}

/* One pattern for names that begin alike for `from` bytes, each word that several have written
 * once: a query is an address, and proxies refuse one of more than 8 kB. */
static void add_pattern(struct strbuf *sb, const char **texts, size_t n, size_t from)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		size_t end = word_end(texts[i], from), same = i + 1, all;

		for (size_t k = i + 1; k < n; k++) {
			if (!same_until(texts[i], texts[k], from, end))
				continue;
			const char *moved = texts[k];
			memmove(&texts[same + 1], &texts[same], (k - same) * sizeof(*texts));
			texts[same++] = moved;
		}
		strbuf_addstr(sb, first ? "" : "|");
		first = false;
		all = same - i == 1 ? strlen(texts[i]) : common_end(&texts[i], same - i, from);
		strbuf_add(sb, texts[i] + from, all - from);
		if (same - i > 1) {
			strbuf_addch(sb, '(');
			add_pattern(sb, &texts[i], same - i, all);
			strbuf_addch(sb, ')');
		}
		i = same - 1;
	}
}

static bool in_parts(const struct map_rule *rule)
{
	return rule->type == MAP_HISTOGRAM || rule->type == MAP_QUANTILE;
}

/* How the series of several instances become one on their side, so that the rule's own conversion
 * (which may turn the order round) gives what the signal wants. */
static enum fold fold_of(const struct map_rule *rule)
{
	enum signal_fold fold = signal_info(rule->signal)->fold;

	if (rule->type == MAP_AVERAGE || rule->type == MAP_QUANTILE)
		return FOLD_BY_MAX;
	if (rule->type == MAP_HISTOGRAM || fold == FOLD_SUM)
		return FOLD_BY_SUM;
	if ((fold == FOLD_MIN) != (rule->scale < 0))
		return FOLD_BY_MIN;
	return FOLD_BY_MAX;
}

static void add_metrics(struct promql *promql, struct texts *names, const struct map_rule *rule)
{
	static const char *const parts[] = {"_bucket", "_sum", "_count"};
	char name[512];

	if (rule->metric_len + 8 > sizeof(name))
		return;
	memcpy(name, rule->metric, rule->metric_len + 1);
	if (rule->type != MAP_HISTOGRAM)
		texts_add(names, promql->arena, name);
	for (size_t i = rule->type == MAP_QUANTILE; in_parts(rule) && i < 3; i++) {
		strcpy(name + rule->metric_len, parts[i]);
		texts_add(names, promql->arena, name);
	}
}

/* A label of the gateway's that the server attaches to targets as well has come as exported_. */
static void add_label(struct promql *promql, struct texts *labels, const char *label)
{
	texts_add(labels, promql->arena, label);
	texts_add(labels, promql->arena, arena_printf(promql->arena, PROMQL_EXPORTED "%s", label));
}

static void add_labels(struct promql *promql, struct texts *labels, const struct map_rule *rule)
{
	for (size_t i = 0; i < rule->ntakes; i++)
		add_label(promql, labels, rule->takes[i].label);
	for (size_t i = 0; i < rule->nwhere; i++)
		add_label(promql, labels, rule->where[i].label);
	if (rule->type == MAP_HISTOGRAM)
		texts_add(labels, promql->arena, "le");
	if (rule->type == MAP_QUANTILE)
		texts_add(labels, promql->arena, "quantile");
}

/* Whether a metric is the gateway's: process_cpu_seconds_total and its like are every program's. */
static bool asked_for(const struct map_rule *rule)
{
	return rule->metric && strncmp(rule->metric, "process_", 8) != 0;
}

/* The set operators of PromQL leave names out when they compare, so each part gets a label of its
 * own. */
static void add_part(struct promql *promql, enum fold fold,
		     const struct profile_source *const *likes, size_t n)
{
	struct texts names = {NULL, 0, 0}, labels = {NULL, 0, 0};
	struct strbuf *query = &promql->query;

	for (size_t i = 0; i < n; i++) {
		for (size_t r = 0; r < likes[i]->nrules; r++) {
			const struct map_rule *rule = &likes[i]->rules[r];
			if (!asked_for(rule) || fold_of(rule) != fold)
				continue;
			add_metrics(promql, &names, rule);
			add_labels(promql, &labels, rule);
		}
	}
	if (names.n) {
		strbuf_addf(query, "label_replace(%s by(__name__", fold_words[fold]);
		for (size_t i = 0; i < labels.n; i++)
			strbuf_addf(query, ",%s", labels.list[i]);
		strbuf_addstr(query, ")({__name__=~\"");
		add_pattern(query, names.list, names.n, 0);
		strbuf_addf(query, "\"%s}),\"hypercare\",\"%s\",\"\",\"\") or ", promql->only,
			    fold_words[fold]);
	}
	free(names.list);
	free(labels.list);
}

/* The age of a source's newest sample, told by its first metric; several in one answer are told
 * apart by their number. */
static void add_time(struct promql *promql, const struct profile_source *like, size_t number)
{
	struct texts names = {NULL, 0, 0};

	for (size_t r = 0; r < like->nrules && names.n == 0; r++)
		if (asked_for(&like->rules[r]))
			add_metrics(promql, &names, &like->rules[r]);
	if (names.n)
		strbuf_addf(&promql->query,
			    "%slabel_replace(label_replace(max(timestamp(%s%s%s%s)),"
			    "\"hypercare\",\"time\",\"\",\"\"),\"n\",\"%zu\",\"\",\"\")",
			    number ? " or " : "", names.list[0], *promql->only ? "{" : "",
			    *promql->only ? promql->only + 1 : "", *promql->only ? "}" : "",
			    number);
	free(names.list);
}

/* Values are literal but for a final '*'; what a pattern would take for more is put in brackets. */
static void add_values(struct strbuf *sb, const char *label, bool same, const char *const *values,
		       size_t n)
{
	if (!n)
		return;
	strbuf_addf(sb, ",%s%s\"", label, same ? "=~" : "!~");
	for (size_t i = 0; i < n; i++) {
		strbuf_addstr(sb, i ? "|" : "");
		for (const char *p = values[i]; *p; p++) {
			if (*p == '*' && !p[1])
				strbuf_addstr(sb, ".*");
			else if (strchr(".+*?()[]{}|$", *p))
				strbuf_addf(sb, "[%c]", *p);
			else if (*p == '\\' || *p == '"' || *p == '^' || *p < ' ')
				strbuf_addch(sb, '.');
			else
				strbuf_addch(sb, *p);
		}
	}
	strbuf_addch(sb, '"');
}

static const char *matchers(struct arena *arena, const struct map_where *where, size_t n)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; i < n; i++) {
		add_values(&sb, where[i].label, true, where[i].any, where[i].nany);
		add_values(&sb, where[i].label, false, where[i].none, where[i].nnone);
	}
	text = arena_strndup(arena, sb.buf ? sb.buf : "", sb.len);
	strbuf_release(&sb);
	return text;
}

const char *promql_path(struct arena *arena, const char *base,
			const struct profile_source *const *likes, size_t n,
			const struct map_where *where, size_t nwhere)
{
	struct promql promql = {.arena = arena, .only = matchers(arena, where, nwhere)};
	struct strbuf path;
	const char *result;

	strbuf_init(&promql.query);
	strbuf_init(&path);
	for (int fold = 0; fold < FOLDS; fold++)
		add_part(&promql, (enum fold)fold, likes, n);
	for (size_t i = 0; i < n; i++)
		add_time(&promql, likes[i], i);
	strbuf_addstr(&path, base);
	strbuf_addstr(&path, strchr(base, '?') ? "&query=" : "?query=");
	path_encode(&path, promql.query.buf, promql.query.len, "(),=:");
	result = arena_strndup(arena, path.buf, path.len);
	strbuf_release(&promql.query);
	strbuf_release(&path);
	return result;
}

const char *promql_past_path(struct arena *arena, const char *path)
{
	static const char instant[] = "/query?";
	const char *at = strstr(path, instant);

	if (!at)
		return NULL;
	return arena_printf(arena, "%.*s/query_range?%s", (int)(at - path), path,
			    at + strlen(instant));
}
