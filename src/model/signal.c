#include "model/signal.h"

#include <assert.h>
#include <string.h>

static const struct signal_info signals[SIGNAL_COUNT] = {
	[SIGNAL_REQUESTS] = {"requests", "traffic", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM,
			     WORSE_NONE, "requests answered, by code and by who made the answer"},
	[SIGNAL_LATENCY] = {"latency", "traffic", KIND_HISTOGRAM, UNIT_SECONDS, FOLD_MAX,
			    WORSE_HIGH, "time from the request to its answer, as clients see it"},
	[SIGNAL_UPSTREAM_LATENCY] = {"upstream_latency", "traffic", KIND_HISTOGRAM, UNIT_SECONDS,
				     FOLD_MAX, WORSE_HIGH, "the part of it that upstreams took"},
	[SIGNAL_BYTES_IN] = {"bytes_in", "traffic", KIND_COUNTER, UNIT_BYTES, FOLD_SUM, WORSE_NONE,
			     "bytes received from clients"},
	[SIGNAL_BYTES_OUT] = {"bytes_out", "traffic", KIND_COUNTER, UNIT_BYTES, FOLD_SUM,
			      WORSE_NONE, "bytes sent to clients"},
	[SIGNAL_CONNECTIONS] = {"connections", "traffic", KIND_GAUGE, UNIT_NONE, FOLD_SUM,
				WORSE_HIGH, "client connections open now"},
	[SIGNAL_RATE_LIMITED] = {"rate_limited", "protection", KIND_COUNTER, UNIT_REQUESTS,
				 FOLD_SUM, WORSE_HIGH, "requests refused because of a rate limit"},
	[SIGNAL_DENIED] = {"denied", "protection", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM,
			   WORSE_HIGH, "requests refused by a rule, by reason"},
	[SIGNAL_AUTH_FAILURES] = {"auth_failures", "protection", KIND_COUNTER, UNIT_REQUESTS,
				  FOLD_SUM, WORSE_HIGH, "requests without a valid credential"},
	[SIGNAL_BLOCKED_IPS] = {"blocked_ips", "protection", KIND_GAUGE, UNIT_NONE, FOLD_SUM,
				WORSE_NONE, "addresses that the gateway blocks"},
	[SIGNAL_LIMIT] = {"limit", "protection", KIND_GAUGE, UNIT_PER_SECOND, FOLD_MIN, WORSE_NONE,
			  "requests per second that are allowed"},
	[SIGNAL_DISTINCT] =
		{"distinct", "protection", KIND_COUNTER, UNIT_NONE, FOLD_SUM, WORSE_HIGH,
		 "ids and user agents, by type, that a client had not come with before"},
	[SIGNAL_NODE_UP] = {"node_up", "upstreams", KIND_STATE, UNIT_NONE, FOLD_MIN, WORSE_LOW,
			    "1 when the gateway holds the node for healthy, else 0"},
	[SIGNAL_NODE_WEIGHT] = {"node_weight", "upstreams", KIND_STATE, UNIT_NONE, FOLD_SUM,
				WORSE_NONE, "share of the traffic that a node is to take"},
	[SIGNAL_BREAKER] = {"breaker", "upstreams", KIND_STATE, UNIT_NONE, FOLD_MAX, WORSE_HIGH,
			    "circuit breaker: 0 closed, 1 half-open, 2 open, 3 forced open"},
	[SIGNAL_RETRIES] = {"retries", "upstreams", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM,
			    WORSE_HIGH, "requests sent to an upstream once more"},
	[SIGNAL_UP] = {"up", "process", KIND_STATE, UNIT_NONE, FOLD_MIN, WORSE_LOW,
		       "1 when the gateway says that it serves, else 0"},
	[SIGNAL_STARTED] = {"started", "process", KIND_GAUGE, UNIT_SECONDS, FOLD_MAX, WORSE_NONE,
			    "when the process started, seconds since the epoch"},
	[SIGNAL_CPU] = {"cpu", "process", KIND_COUNTER, UNIT_SECONDS, FOLD_SUM, WORSE_HIGH,
			"processor time used; or, as an average, the share in use"},
	[SIGNAL_MEMORY] = {"memory", "process", KIND_GAUGE, UNIT_BYTES, FOLD_SUM, WORSE_HIGH,
			   "memory of the process"},
	[SIGNAL_FDS] = {"fds", "process", KIND_GAUGE, UNIT_NONE, FOLD_SUM, WORSE_HIGH,
			"open file descriptors"},
	[SIGNAL_CONFIG_VERSION] = {"config_version", "process", KIND_STATE, UNIT_NONE, FOLD_LAST,
				   WORSE_NONE, "version or hash of the configuration in force"},
	[SIGNAL_CERT_EXPIRY] = {"cert_expiry", "process", KIND_GAUGE, UNIT_SECONDS, FOLD_MIN,
				WORSE_LOW, "when a certificate expires, seconds since the epoch"},
	[SIGNAL_SCRAPE_SECONDS] = {"scrape_seconds", "process", KIND_GAUGE, UNIT_SECONDS, FOLD_MAX,
				   WORSE_HIGH, "time that reading the metrics took"},
	[SIGNAL_AI_REQUESTS] = {"ai_requests", "ai", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM,
				WORSE_NONE, "requests to models, by code"},
	[SIGNAL_TOKENS] = {"tokens", "ai", KIND_COUNTER, UNIT_TOKENS, FOLD_SUM, WORSE_NONE,
			   "tokens by type: input, output; cached and reasoning are parts of them"},
	[SIGNAL_COST] = {"cost", "ai", KIND_COUNTER, UNIT_USD, FOLD_SUM, WORSE_HIGH,
			 "money spent on models"},
	[SIGNAL_AI_LATENCY] = {"ai_latency", "ai", KIND_HISTOGRAM, UNIT_SECONDS, FOLD_MAX,
			       WORSE_HIGH, "time from the request to the whole answer of a model"},
	[SIGNAL_TTFT] = {"ttft", "ai", KIND_HISTOGRAM, UNIT_SECONDS, FOLD_MAX, WORSE_HIGH,
			 "time to the first token of an answer"},
	[SIGNAL_BUDGET_LIMIT] = {"budget_limit", "ai", KIND_GAUGE, UNIT_USD, FOLD_SUM, WORSE_NONE,
				 "money that may be spent in the budget's period"},
	[SIGNAL_BUDGET_LEFT] = {"budget_left", "ai", KIND_GAUGE, UNIT_USD, FOLD_SUM, WORSE_LOW,
				"what is left of it"},
	[SIGNAL_FALLBACKS] = {"fallbacks", "ai", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM, WORSE_HIGH,
			      "requests answered by another model than the one asked for"},
	[SIGNAL_MODEL_STATE] = {"model_state", "ai", KIND_STATE, UNIT_NONE, FOLD_MAX, WORSE_HIGH,
				"deployment of a model: 0 healthy, 1 partly failing, 2 out"},
	[SIGNAL_CACHE_HITS] = {"cache_hits", "ai", KIND_COUNTER, UNIT_REQUESTS, FOLD_SUM, WORSE_LOW,
			       "requests answered from the cache"},
	[SIGNAL_GUARDRAIL_BLOCKS] = {"guardrail_blocks", "ai", KIND_COUNTER, UNIT_REQUESTS,
				     FOLD_SUM, WORSE_HIGH, "requests stopped by a guardrail"},
	[SIGNAL_QUALITY] = {"quality", "ai", KIND_HISTOGRAM, UNIT_RATIO, FOLD_MIN, WORSE_LOW,
			    "score that an evaluation gave to answers, 0 to 1"},
	[SIGNAL_PROMPT_VERSION] = {"prompt_version", "ai", KIND_STATE, UNIT_NONE, FOLD_LAST,
				   WORSE_NONE, "version of a prompt that an alias points at"},
	[SIGNAL_PROMPT_TEXT] = {"prompt_text", "ai", KIND_STATE, UNIT_NONE, FOLD_LAST, WORSE_NONE,
				"hash of the text of a prompt"},
	[SIGNAL_JOURNEY_OK] = {"journey_ok", "journeys", KIND_STATE, UNIT_NONE, FOLD_MIN, WORSE_LOW,
			       "1 when the last run of a journey succeeded, else 0"},
	[SIGNAL_JOURNEY_SECONDS] = {"journey_seconds", "journeys", KIND_GAUGE, UNIT_SECONDS,
				    FOLD_MAX, WORSE_HIGH, "time that a journey took, by phase"},
};

static const char *const units[UNIT_COUNT] = {
	[UNIT_NONE] = "",
	[UNIT_SECONDS] = "seconds",
	[UNIT_BYTES] = "bytes",
	[UNIT_REQUESTS] = "requests",
	[UNIT_TOKENS] = "tokens",
	[UNIT_USD] = "USD",
	[UNIT_RATIO] = "ratio",
	[UNIT_PER_SECOND] = "per second",
	[UNIT_USD_PER_SECOND] = "USD per second",
};

const struct signal_info *signal_info(enum signal signal)
{
	assert(signal < SIGNAL_COUNT);
	return &signals[signal];
}

enum signal signal_by_name(const char *name)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		if (!strcmp(signals[i].name, name))
			return (enum signal)i;
	return SIGNAL_COUNT;
}

const char *unit_name(enum unit unit)
{
	assert(unit < UNIT_COUNT);
	return units[unit];
}
