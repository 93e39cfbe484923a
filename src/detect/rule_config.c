/* Rules of the configuration: names into numbers, with the line of what is wrong. */
#include "base/suggest.h"
#include "config/config.h"
#include "detect/rule.h"

#include <limits.h>
#include <string.h>

#define WINDOW_DEFAULT_MS 60000
#define CLEAR_DEFAULT_MS  30000
#define ALPHA_DEFAULT     1e-3
#define STALE_DEFAULT_S   60

static const char *const severities[] = {"info", "warning", "critical"};
static const char *const kinds[] = {"threshold", "baseline", "nodata", "stale", "state"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef const char *(*name_of)(int i);

static const char *severity_at(int i)
{
	return severities[i];
}

static const char *kind_at(int i)
{
	return kinds[i];
}

static const char *measure_at(int i)
{
	return measure_info((enum measure)i)->name;
}

static const char *dim_at(int i)
{
	return dim_name((enum dim)i);
}

/* The number of a name, or an error that offers the nearest. */
static int look_up(const struct config_rule *from, const char *what, const char *name, name_of at,
		   int n, struct err *err)
{
	const char *best = NULL;
	int distance = INT_MAX;

	for (int i = 0; i < n; i++) {
		if (strcmp(at(i), name) == 0)
			return i;
		suggest_offer(name, at(i), &distance, &best);
	}
	return err_at(err, ERR_INVALID, from->line, 0, "rule %.40s: unknown %s \"%.40s\"%s%s%s",
		      from->name, what, name, best ? "; did you mean \"" : "", best ? best : "",
		      best ? "\"?" : "");
}

/* "target,route" */
static int dims_parse(const struct config_rule *from, dim_mask *ret_mask, struct err *err)
{
	const char *at = from->by ? from->by : "";

	*ret_mask = 0;
	while (*at) {
		size_t len = strcspn(at, ", ");
		char name[32];
		int dim;

		if (len > 0) {
			len = len < sizeof(name) ? len : sizeof(name) - 1;
			memcpy(name, at, len);
			name[len] = '\0';
			dim = look_up(from, "dim", name, dim_at, DIM_COUNT, err);
			if (dim < 0)
				return -1;
			*ret_mask |= DIM_BIT(dim);
		}
		at += len + (at[len] != '\0');
	}
	return 0;
}

static const char *text(struct arena *arena, const char *s)
{
	return arena_strdup(arena, s ? s : "");
}

static bool is_set(const char *s)
{
	return s && *s;
}

static int measure_parse(const struct config_rule *from, struct rule *rule, struct err *err)
{
	int measure;

	rule->measure = M_COUNT;
	if (rule->kind == RULE_STALE || (rule->kind == RULE_NODATA && !is_set(from->measure)))
		return 0;
	if (!is_set(from->measure))
		return err_at(err, ERR_INVALID, from->line, 0, "rule %.40s has no measure",
			      from->name);
	measure = look_up(from, "measure", from->measure, measure_at, M_COUNT, err);
	if (measure < 0)
		return -1;
	rule->measure = (enum measure)measure;
	return 0;
}

/* What cannot be meant: a baseline without a factor, a ratio over one, dims that the measure has
 * not. */
static int rule_check(const struct config_rule *from, const struct rule *rule, struct err *err)
{
	const struct measure_info *info =
		rule->measure == M_COUNT ? NULL : measure_info(rule->measure);

	if (rule->kind == RULE_BASELINE && (rule->threshold <= 0 || rule->threshold == 1))
		return err_at(err, ERR_INVALID, from->line, 0,
			      "rule %.40s: threshold is the factor of a baseline, over 1 to find a "
			      "rise or under 1 to find a drop",
			      from->name);
	if (info && info->unit == UNIT_RATIO && rule->kind == RULE_THRESHOLD && rule->threshold > 1)
		return err_at(err, ERR_INVALID, from->line, 0,
			      "rule %.40s: %s is a ratio from 0 to 1, not %g", from->name,
			      info->name, rule->threshold);
	if (info && (rule->by & ~info->dims) != 0)
		return err_at(err, ERR_INVALID, from->line, 0,
			      "rule %.40s: %s cannot be told apart by all of \"%.60s\"", from->name,
			      info->name, from->by);
	return 0;
}

int rule_from_config(const struct config_rule *from, struct arena *arena, struct rule *ret_rule,
		     struct err *err)
{
	int kind = RULE_THRESHOLD, severity = SEV_WARN;
	struct rule rule = {.group = ""};

	if (is_set(from->kind))
		kind = look_up(from, "kind", from->kind, kind_at, COUNT(kinds), err);
	if (kind >= 0 && is_set(from->severity))
		severity = look_up(from, "severity", from->severity, severity_at, COUNT(severities),
				   err);
	if (kind < 0 || severity < 0)
		return -1;
	rule.kind = (enum rule_kind)kind;
	rule.severity = (enum severity)severity;
	if (measure_parse(from, &rule, err) < 0 || dims_parse(from, &rule.by, err) < 0)
		return -1;
	if (is_set(from->filter) && filter_parse(from->filter, arena, &rule.filter, err) < 0) {
		if (err)
			err->line = from->line;
		return err_prefix(err, "rule %.40s", from->name);
	}
	rule.name = text(arena, from->name);
	rule.owner = text(arena, from->owner);
	rule.runbook = text(arena, from->runbook);
	rule.help = text(arena, "");
	rule.below = from->below;
	rule.threshold = from->threshold;
	rule.least = from->least;
	rule.min_n = from->min_n;
	rule.window_ms = from->window_ms > 0 ? from->window_ms : WINDOW_DEFAULT_MS;
	rule.for_ms = from->for_ms;
	rule.clear_ms = CLEAR_DEFAULT_MS;
	if (rule.kind == RULE_STALE && rule.threshold <= 0)
		rule.threshold = STALE_DEFAULT_S;
	if (rule.kind == RULE_THRESHOLD && measure_info(rule.measure)->unit == UNIT_RATIO &&
	    !rule.below)
		rule.alpha = ALPHA_DEFAULT;
	if (rule_check(from, &rule, err) < 0)
		return -1;
	*ret_rule = rule;
	return 0;
}
