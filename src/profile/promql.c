/* Asking a Prometheus for what a gateway's own rules want: one instant query for a source, which
 * the server aggregates, so that a fleet's answer stays small. Counters come raw. */
#include "profile/load.h"

#include <string.h>

/* A row has the labels of a result and its value; "hypercare" says which part of the query it
 * answers. */
const char promql_rows[] =
	".data.result[]? | .metric + {__value__: (if .value then .value[1] else null end)}";

enum fold { FOLD_BY_SUM, FOLD_BY_MAX, FOLD_BY_MIN, FOLDS };
static const char *const fold_words[FOLDS] = {"sum", "max", "min"};

static bool list_has(const struct strbuf *list, const char *word, char separator)
{
	size_t len = strlen(word);

	for (const char *at = list->buf; (at = strstr(at, word)) != NULL; at += len)
		if ((at == list->buf || at[-1] == separator) &&
		    (at[len] == '\0' || at[len] == separator))
			return true;
	return false;
}

static void list_add(struct strbuf *list, const char *word, char separator)
{
	if (!*word || list_has(list, word, separator))
		return;
	if (list->len)
		strbuf_addch(list, separator);
	strbuf_addstr(list, word);
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

static void add_metrics(struct strbuf *list, const struct map_rule *rule)
{
	static const char *const parts[] = {"_bucket", "_sum", "_count"};
	char name[512];

	if (rule->metric_len + 8 > sizeof(name))
		return;
	memcpy(name, rule->metric, rule->metric_len + 1);
	if (rule->type != MAP_HISTOGRAM)
		list_add(list, name, '|');
	for (size_t i = rule->type == MAP_QUANTILE; in_parts(rule) && i < 3; i++) {
		strcpy(name + rule->metric_len, parts[i]);
		list_add(list, name, '|');
	}
}

static void add_labels(struct strbuf *list, const struct map_rule *rule)
{
	for (size_t i = 0; i < rule->ntakes; i++)
		list_add(list, rule->takes[i].label, ',');
	for (size_t i = 0; i < rule->nwhere; i++)
		list_add(list, rule->where[i].label, ',');
	if (rule->type == MAP_HISTOGRAM)
		list_add(list, "le", ',');
	if (rule->type == MAP_QUANTILE)
		list_add(list, "quantile", ',');
}

/* Whether a metric is the gateway's: process_cpu_seconds_total and its like are every program's. */
static bool asked_for(const struct map_rule *rule)
{
	return rule->metric && strncmp(rule->metric, "process_", 8) != 0;
}

/* The set operators of PromQL leave names out when they compare, so each part gets a label of its
 * own. */
static void add_part(struct strbuf *query, enum fold fold,
		     const struct profile_source *const *likes, size_t n)
{
	struct strbuf metrics, labels;

	strbuf_init(&metrics);
	strbuf_init(&labels);
	for (size_t i = 0; i < n; i++) {
		for (size_t r = 0; r < likes[i]->nrules; r++) {
			const struct map_rule *rule = &likes[i]->rules[r];
			if (!asked_for(rule) || fold_of(rule) != fold)
				continue;
			add_metrics(&metrics, rule);
			add_labels(&labels, rule);
		}
	}
	if (metrics.len)
		strbuf_addf(query,
			    "label_replace(%s by(__name__%s%s)({__name__=~\"%s\"}),"
			    "\"hypercare\",\"%s\",\"\",\"\") or ",
			    fold_words[fold], labels.len ? "," : "", labels.buf, metrics.buf,
			    fold_words[fold]);
	strbuf_release(&metrics);
	strbuf_release(&labels);
}

/* The age of a source's newest sample, told by its first metric; several in one answer are told
 * apart by their number. */
static void add_time(struct strbuf *query, const struct profile_source *like, size_t number)
{
	struct strbuf metrics;

	strbuf_init(&metrics);
	for (size_t r = 0; r < like->nrules && metrics.len == 0; r++)
		if (asked_for(&like->rules[r]))
			add_metrics(&metrics, &like->rules[r]);
	if (metrics.len)
		strbuf_addf(query,
			    "%slabel_replace(label_replace(max(timestamp(%.*s)),"
			    "\"hypercare\",\"time\",\"\",\"\"),\"n\",\"%zu\",\"\",\"\")",
			    number ? " or " : "", (int)strcspn(metrics.buf, "|"), metrics.buf,
			    number);
	strbuf_release(&metrics);
}

const char *promql_path(struct arena *arena, const char *base,
			const struct profile_source *const *likes, size_t n)
{
	struct strbuf query, path;
	const char *result;

	strbuf_init(&query);
	strbuf_init(&path);
	for (int fold = 0; fold < FOLDS; fold++)
		add_part(&query, (enum fold)fold, likes, n);
	for (size_t i = 0; i < n; i++)
		add_time(&query, likes[i], i);
	strbuf_addstr(&path, base);
	strbuf_addstr(&path, strchr(base, '?') ? "&query=" : "?query=");
	path_encode(&path, query.buf, query.len, "(),=:");
	result = arena_strndup(arena, path.buf, path.len);
	strbuf_release(&query);
	strbuf_release(&path);
	return result;
}
