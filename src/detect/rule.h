/* Rules: what is wrong, as data. Built-in ones in a table, more from the configuration. */
#ifndef HC_DETECT_RULE_H
#define HC_DETECT_RULE_H

#include "query/query.h"

struct config_rule;

enum severity { SEV_INFO, SEV_WARN, SEV_CRIT };

enum rule_kind {
	RULE_THRESHOLD, /* measure against a number */
	RULE_BASELINE,  /* measure against factor x its baseline; a factor < 1 finds drops */
	RULE_NODATA,    /* a source that never answered, or answers without the signal */
	RULE_STALE,     /* a source whose last good answer is too old */
	RULE_STATE,     /* node down, breaker open: a state measure against a number, now */
	RULE_TOLD       /* what detect_raise() was told; no figures, and none in a configuration */
};

struct rule {
	const char *name; /* "latency-p95" */
	enum rule_kind kind;
	enum measure measure; /* M_COUNT for RULE_STALE, and for RULE_NODATA about sources */
	dim_mask by;
	dim_mask need; /* of by: rows without a value for these are left out */
	struct filter filter;
	bool below;       /* wrong when under the threshold, not over it */
	double threshold; /* or the factor of a baseline rule, or the seconds of RULE_STALE */
	double least;     /* baseline rules: not wrong unless past this absolute value too; for
			     drops the baseline must be past it */
	int64_t window_ms;
	int64_t for_ms;   /* holds as long before it is a finding; meanwhile pending */
	int64_t clear_ms; /* must be gone as long before it clears */
	double min_n;     /* fewer samples: cannot be judged, no finding */
	double alpha; /* exact binomial guard for ratios: P(X >= k | n, threshold) < alpha; 0: none
		       */
	enum severity severity;
	const char *owner;   /* or "" */
	const char *runbook; /* or "" */
	const char *group;   /* findings of one group about the same dims are shown as one; or "" */
	const char *help;    /* one line */
};

/* The rules that hold without a configuration. */
const struct rule *rule_builtin(size_t *ret_n);

/* Turns names into a rule; texts go into the arena. err says what is not known, what was meant,
 * and the line. */
int rule_from_config(const struct config_rule *from, struct arena *arena, struct rule *ret_rule,
		     struct err *err);

/* P(X >= k) for X ~ Binomial(n, p), by the regularised incomplete beta function
 * (https://dlmf.nist.gov/8.17). k is rounded up, n down; 1 for k <= 0, 0 for k > n. */
double binomial_tail(double k, double n, double p);

#endif
