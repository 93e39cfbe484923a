/* Rules: what is wrong, as data. Built-in ones in a table, more from the configuration. */
#ifndef HC_DETECT_RULE_H
#define HC_DETECT_RULE_H

#include "query/query.h"

enum severity { SEV_INFO, SEV_WARN, SEV_CRIT };

enum rule_kind {
	RULE_THRESHOLD, /* measure against a number */
	RULE_BASELINE,  /* measure against factor x its baseline; a factor < 1 finds drops */
	RULE_NODATA,    /* a source that never answered, or answers without the signal */
	RULE_STALE,     /* a source whose last good answer is too old */
	RULE_STATE      /* node down, breaker open: a state measure against a number, now */
};

struct rule {
	const char *name; /* "latency-p95" */
	enum rule_kind kind;
	enum measure measure;
	dim_mask by;
	struct filter filter;
	bool below;       /* wrong when under the threshold, not over it */
	double threshold; /* or the factor of a baseline rule */
	double least;     /* baseline rules: not wrong unless past this absolute value too */
	int64_t window_ms;
	int64_t for_ms;   /* holds as long before it is a finding; meanwhile pending */
	int64_t clear_ms; /* must be gone as long before it clears */
	double min_n;     /* fewer samples: cannot be judged, no finding */
	double alpha; /* exact binomial guard for ratios: P(X >= k | n, threshold) < alpha; 0: none
		       */
	enum severity severity;
	const char *owner;   /* or "" */
	const char *runbook; /* or "" */
	const char *help;    /* one line */
};

/* The rules that hold without a configuration. */
const struct rule *rule_builtin(size_t *ret_n);

/* P(X >= k) for X ~ Binomial(n, p), exact, by the regularised incomplete beta function or a
 * sum in log space. */
double binomial_tail(double k, double n, double p);

#endif
