/* The signals: the only quantities that the model knows, the same for every gateway. */
#ifndef HC_MODEL_SIGNAL_H
#define HC_MODEL_SIGNAL_H

#include <stddef.h>

enum signal {
	SIGNAL_REQUESTS,
	SIGNAL_LATENCY,
	SIGNAL_UPSTREAM_LATENCY,
	SIGNAL_BYTES_IN,
	SIGNAL_BYTES_OUT,
	SIGNAL_CONNECTIONS,
	SIGNAL_RATE_LIMITED,
	SIGNAL_DENIED,
	SIGNAL_AUTH_FAILURES,
	SIGNAL_BLOCKED_IPS,
	SIGNAL_LIMIT,
	SIGNAL_DISTINCT,
	SIGNAL_NODE_UP,
	SIGNAL_NODE_WEIGHT,
	SIGNAL_BREAKER,
	SIGNAL_RETRIES,
	SIGNAL_UP,
	SIGNAL_STARTED,
	SIGNAL_CPU,
	SIGNAL_MEMORY,
	SIGNAL_FDS,
	SIGNAL_CONFIG_VERSION,
	SIGNAL_CERT_EXPIRY,
	SIGNAL_SCRAPE_SECONDS,
	SIGNAL_AI_REQUESTS,
	SIGNAL_TOKENS,
	SIGNAL_COST,
	SIGNAL_AI_LATENCY,
	SIGNAL_TTFT,
	SIGNAL_BUDGET_LIMIT,
	SIGNAL_BUDGET_LEFT,
	SIGNAL_FALLBACKS,
	SIGNAL_MODEL_STATE,
	SIGNAL_CACHE_HITS,
	SIGNAL_GUARDRAIL_BLOCKS,
	SIGNAL_QUALITY,
	SIGNAL_PROMPT_VERSION,
	SIGNAL_PROMPT_TEXT,
	SIGNAL_JOURNEY_OK,
	SIGNAL_JOURNEY_SECONDS,
	SIGNAL_COUNT
};

enum signal_kind {
	KIND_COUNTER,   /* only grows; queries take its increase */
	KIND_GAUGE,     /* a level */
	KIND_HISTOGRAM, /* cumulative buckets, sum and count; may also come as average or quantiles
			 */
	KIND_STATE      /* a level whose changes are marks: a version, a hash, up or down */
};

enum unit {
	UNIT_NONE,
	UNIT_SECONDS,
	UNIT_BYTES,
	UNIT_REQUESTS,
	UNIT_TOKENS,
	UNIT_USD,
	UNIT_RATIO,
	UNIT_PER_SECOND, /* requests, tokens … per second: only derived */
	UNIT_USD_PER_SECOND,
	UNIT_COUNT
};

/* How several series of one signal become one value. */
enum signal_fold { FOLD_SUM, FOLD_MAX, FOLD_MIN, FOLD_LAST };

enum signal_worse { WORSE_NONE, WORSE_HIGH, WORSE_LOW };

struct signal_info {
	const char *name; /* as in profiles, reports and on screen */
	const char *group;
	enum signal_kind kind;
	enum unit unit;
	enum signal_fold fold;
	enum signal_worse worse;
	const char *help; /* one line */
};

/* The table's row for a signal. */
const struct signal_info *signal_info(enum signal signal);

/* The signal of this name, or SIGNAL_COUNT. */
enum signal signal_by_name(const char *name);

/* "seconds", "requests" …, as in reports. */
const char *unit_name(enum unit unit);

#endif
