/* Measures: everything that can be asked of the model, by name, in one table. Panes, rules,
 * reports and help use these and no arithmetic of their own. */
#ifndef HC_QUERY_MEASURE_H
#define HC_QUERY_MEASURE_H

#include "model/dims.h"
#include "model/signal.h"

enum measure {
	M_REQUEST_RATE, /* requests per second */
	M_REQUESTS,     /* increase over the window */
	M_ERROR_RATIO,  /* 5xx share of requests */
	M_ERROR_RATE,   /* 5xx per second */
	M_4XX_RATIO,    /* 4xx without 429 */
	M_2XX_RATE,
	M_429_RATE,
	M_DENIED_RATE, /* 401 and 403 per second */
	M_504_RATIO,
	M_P50,
	M_P90,
	M_P95,
	M_P99,
	M_LATENCY_AVG,
	M_UPSTREAM_SHARE,  /* share of the time that upstreams took */
	M_GATEWAY_ERRORS,  /* share of 5xx that the gateway made itself */
	M_UPSTREAM_ERRORS, /* share of 5xx that upstreams made */
	M_AVAILABILITY,    /* 1 - M_ERROR_RATIO */
	M_BYTES_IN_RATE,
	M_BYTES_OUT_RATE,
	M_CONNECTIONS,
	M_RETRY_RATE,
	M_LIMITED_RATE,    /* rate_limited per second */
	M_LIMIT_USED,      /* request rate / limit */
	M_DISTINCT_ROUTES, /* how many routes a client asked for */
	M_DISTINCT_CONSUMERS,
	M_DISTINCT_IDS,    /* ids in paths that a client had not asked for before */
	M_DISTINCT_AGENTS, /* user agents that a client came with since the log is followed */
	M_NODES_UP,
	M_NODES,
	M_NODE_WEIGHT,
	M_BREAKER,
	M_BLOCKED_IPS,
	M_UP,
	M_UPTIME, /* seconds since the gateway started */
	M_CPU,
	M_MEMORY,
	M_FDS,
	M_CONFIG_VERSION,
	M_CERT_LEFT, /* seconds to the expiry of the certificate */
	M_SCRAPE_SECONDS,
	M_AI_REQUEST_RATE,
	M_AI_ERROR_RATIO,
	M_TOKEN_RATE,
	M_TOKENS_PER_REQUEST,
	M_INPUT_TOKENS_PER_REQUEST,
	M_OUTPUT_TOKENS_PER_REQUEST,
	M_COST_RATE, /* USD per second */
	M_COST_PER_REQUEST,
	M_AI_P50,
	M_AI_P95,
	M_TTFT_P95,
	M_BUDGET_LIMIT,
	M_BUDGET_LEFT,
	M_BUDGET_USED, /* ratio */
	M_BUDGET_OUT,  /* seconds until it runs out at the present rate */
	M_FALLBACK_RATE,
	M_MODEL_STATE,
	M_CACHE_HIT_RATIO,
	M_GUARDRAIL_RATE,
	M_QUALITY,
	M_PROMPT_VERSION,
	M_JOURNEY_OK,
	M_JOURNEY_SECONDS,
	M_COUNT
};

struct measure_info {
	const char *name;    /* "error-ratio": in rules, reports, --only */
	const char *title;   /* column head: "5xx%" */
	const char *formula; /* shown by `i`: "increase(requests{code=5xx}) / increase(requests)" */
	enum signal signal;  /* the one whose freshness it depends on */
	enum unit unit;
	enum signal_worse worse;
	dim_mask dims; /* those it can be grouped by in a meaningful way */
};

const struct measure_info *measure_info(enum measure measure);
enum measure measure_by_name(const char *name); /* M_COUNT when unknown */

#endif
