#include "query/measure.h"

#include <assert.h>
#include <string.h>

/* What traffic can be told apart by, and so on for the other groups of signals. */
#define TRAFFIC                                                                                \
	(DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_NODE) | \
	 DIM_BIT(DIM_CONSUMER) | DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_APP))
#define CODED  (TRAFFIC | DIM_BIT(DIM_CODE) | DIM_BIT(DIM_ORIGIN))
#define DENIAL (TRAFFIC | DIM_BIT(DIM_REASON))
#define AI                                                                                       \
	(DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_CONSUMER) | DIM_BIT(DIM_MODEL) | \
	 DIM_BIT(DIM_APP) | DIM_BIT(DIM_PROMPT))
#define AI_CODED (AI | DIM_BIT(DIM_CODE))
#define TOKEN    (AI | DIM_BIT(DIM_TYPE))
#define PROCESS  DIM_BIT(DIM_TARGET)
#define UPSTREAM (DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_NODE))
#define JOURNEY  (DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_PHASE))

static const struct measure_info measures[M_COUNT] = {
	[M_REQUEST_RATE] = {"request-rate", "req/min", "increase(requests) / time", SIGNAL_REQUESTS,
			    UNIT_PER_SECOND, WORSE_NONE, CODED},
	[M_REQUESTS] = {"requests", "requests", "increase(requests)", SIGNAL_REQUESTS,
			UNIT_REQUESTS, WORSE_NONE, CODED},
	[M_ERROR_RATIO] = {"error-ratio", "5xx%",
			   "increase(requests{code=5xx}) / increase(requests)", SIGNAL_REQUESTS,
			   UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_ERROR_RATE] = {"error-rate", "5xx/m", "increase(requests{code=5xx}) / time",
			  SIGNAL_REQUESTS, UNIT_PER_SECOND, WORSE_HIGH, TRAFFIC},
	[M_4XX_RATIO] = {"4xx-ratio", "4xx%",
			 "increase(requests{code=4xx without 429}) / increase(requests)",
			 SIGNAL_REQUESTS, UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_2XX_RATE] = {"2xx-rate", "2xx/m", "increase(requests{code=2xx}) / time", SIGNAL_REQUESTS,
			UNIT_PER_SECOND, WORSE_NONE, TRAFFIC},
	[M_429_RATE] = {"429-rate", "429/m",
			"increase(rate_limited, or else requests{code=429}) / time",
			SIGNAL_RATE_LIMITED, UNIT_PER_SECOND, WORSE_HIGH, TRAFFIC},
	[M_DENIED_RATE] =
		{"denied-rate", "401+403",
		 "increase(requests{code=401,403}, or else denied + auth_failures) / time",
		 SIGNAL_DENIED, UNIT_PER_SECOND, WORSE_HIGH, DENIAL},
	[M_504_RATIO] = {"504-ratio", "504%", "increase(requests{code=504}) / increase(requests)",
			 SIGNAL_REQUESTS, UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_P50] = {"p50", "p50",
		   "quantile(0.50, increase(latency or else upstream_latency buckets))",
		   SIGNAL_LATENCY, UNIT_SECONDS, WORSE_HIGH, TRAFFIC},
	[M_P90] = {"p90", "p90",
		   "quantile(0.90, increase(latency or else upstream_latency buckets))",
		   SIGNAL_LATENCY, UNIT_SECONDS, WORSE_HIGH, TRAFFIC},
	[M_P95] = {"p95", "p95",
		   "quantile(0.95, increase(latency or else upstream_latency buckets))",
		   SIGNAL_LATENCY, UNIT_SECONDS, WORSE_HIGH, TRAFFIC},
	[M_P99] = {"p99", "p99",
		   "quantile(0.99, increase(latency or else upstream_latency buckets))",
		   SIGNAL_LATENCY, UNIT_SECONDS, WORSE_HIGH, TRAFFIC},
	[M_LATENCY_AVG] = {"latency-avg", "avg",
			   "increase(latency or else upstream_latency sum) / increase(its count)",
			   SIGNAL_LATENCY, UNIT_SECONDS, WORSE_HIGH, TRAFFIC},
	[M_UPSTREAM_SHARE] = {"upstream-share", "up%",
			      "increase(upstream_latency sum) / increase(latency sum)",
			      SIGNAL_UPSTREAM_LATENCY, UNIT_RATIO, WORSE_NONE, TRAFFIC},
	[M_GATEWAY_ERRORS] = {"gateway-errors", "gw5xx%",
			      "increase(requests{code=5xx,origin=gateway}) / "
			      "increase(requests{code=5xx})",
			      SIGNAL_REQUESTS, UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_UPSTREAM_ERRORS] = {"upstream-errors", "up5xx%",
			       "increase(requests{code=5xx,origin=upstream}) / "
			       "increase(requests{code=5xx})",
			       SIGNAL_REQUESTS, UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_AVAILABILITY] = {"availability", "avail%",
			    "1 - increase(requests{code=5xx}) / increase(requests)",
			    SIGNAL_REQUESTS, UNIT_RATIO, WORSE_LOW, TRAFFIC},
	[M_BYTES_IN_RATE] = {"bytes-in", "in/s", "increase(bytes_in) / time", SIGNAL_BYTES_IN,
			     UNIT_BYTES, WORSE_NONE, TRAFFIC},
	[M_BYTES_OUT_RATE] = {"bytes-out", "out/s", "increase(bytes_out) / time", SIGNAL_BYTES_OUT,
			      UNIT_BYTES, WORSE_NONE, TRAFFIC},
	[M_CONNECTIONS] = {"connections", "conns", "sum of the newest connections",
			   SIGNAL_CONNECTIONS, UNIT_NONE, WORSE_HIGH, TRAFFIC},
	[M_RETRY_RATE] = {"retry-rate", "retry/m", "increase(retries) / time", SIGNAL_RETRIES,
			  UNIT_PER_SECOND, WORSE_HIGH, TRAFFIC},
	[M_LIMITED_RATE] = {"limited-rate", "lim/m",
			    "increase(rate_limited, or else requests{code=429}) / time",
			    SIGNAL_RATE_LIMITED, UNIT_PER_SECOND, WORSE_HIGH, TRAFFIC},
	[M_LIMIT_USED] = {"limit-used", "used%", "increase(requests) / time / limit", SIGNAL_LIMIT,
			  UNIT_RATIO, WORSE_HIGH, TRAFFIC},
	[M_DISTINCT_ROUTES] = {"distinct-routes", "routes", "routes with an increase of requests",
			       SIGNAL_REQUESTS, UNIT_NONE, WORSE_HIGH, TRAFFIC},
	[M_DISTINCT_CONSUMERS] = {"distinct-consumers", "consumers",
				  "consumers with an increase of requests", SIGNAL_REQUESTS,
				  UNIT_NONE, WORSE_NONE, TRAFFIC},
	[M_DISTINCT_IDS] = {"distinct-ids", "ids", "increase(distinct{type=id})", SIGNAL_DISTINCT,
			    UNIT_NONE, WORSE_HIGH, DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_CLIENT)},
	[M_DISTINCT_AGENTS] = {"distinct-agents", "agents", "the newest distinct{type=agent}",
			       SIGNAL_DISTINCT, UNIT_NONE, WORSE_NONE,
			       DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_CLIENT)},
	[M_NODES_UP] = {"nodes-up", "up", "how many have node_up over 0", SIGNAL_NODE_UP, UNIT_NONE,
			WORSE_LOW, UPSTREAM},
	[M_NODES] = {"nodes", "nodes", "how many have node_up", SIGNAL_NODE_UP, UNIT_NONE,
		     WORSE_NONE, UPSTREAM},
	[M_NODE_WEIGHT] = {"node-weight", "weight", "sum of the newest node_weight",
			   SIGNAL_NODE_WEIGHT, UNIT_NONE, WORSE_NONE, UPSTREAM},
	[M_BREAKER] = {"breaker", "breaker", "largest of the newest breaker", SIGNAL_BREAKER,
		       UNIT_NONE, WORSE_HIGH, UPSTREAM},
	[M_BLOCKED_IPS] = {"blocked-ips", "blocked", "sum of the newest blocked_ips",
			   SIGNAL_BLOCKED_IPS, UNIT_NONE, WORSE_NONE, TRAFFIC},
	[M_UP] = {"up", "state", "smallest of the newest up, or whether a source answered lately",
		  SIGNAL_UP, UNIT_NONE, WORSE_LOW, PROCESS | DIM_BIT(DIM_TYPE)},
	[M_UPTIME] = {"uptime", "uptime", "now - started", SIGNAL_STARTED, UNIT_SECONDS, WORSE_NONE,
		      PROCESS},
	[M_CPU] = {"cpu", "cpu%", "increase(cpu) / time, or the gateway's own average", SIGNAL_CPU,
		   UNIT_RATIO, WORSE_HIGH, PROCESS},
	[M_MEMORY] = {"memory", "memory", "sum of the newest memory", SIGNAL_MEMORY, UNIT_BYTES,
		      WORSE_HIGH, PROCESS},
	[M_FDS] = {"fds", "fds", "sum of the newest fds", SIGNAL_FDS, UNIT_NONE, WORSE_HIGH,
		   PROCESS},
	[M_CONFIG_VERSION] = {"config-version", "config", "the newest config_version",
			      SIGNAL_CONFIG_VERSION, UNIT_NONE, WORSE_NONE, PROCESS},
	[M_CERT_LEFT] = {"cert-left", "cert", "smallest cert_expiry - now", SIGNAL_CERT_EXPIRY,
			 UNIT_SECONDS, WORSE_LOW, UPSTREAM},
	[M_SCRAPE_SECONDS] = {"scrape-seconds", "poll", "the longest reading of the target",
			      SIGNAL_SCRAPE_SECONDS, UNIT_SECONDS, WORSE_HIGH, PROCESS},
	[M_AI_REQUEST_RATE] = {"ai-request-rate", "req/min", "increase(ai_requests) / time",
			       SIGNAL_AI_REQUESTS, UNIT_PER_SECOND, WORSE_NONE, AI_CODED},
	[M_AI_ERROR_RATIO] = {"ai-error-ratio", "err%",
			      "increase(ai_requests{code=4xx without 429, 5xx}) / "
			      "increase(ai_requests)",
			      SIGNAL_AI_REQUESTS, UNIT_RATIO, WORSE_HIGH, AI},
	[M_TOKEN_RATE] = {"token-rate", "tok/min", "increase(tokens{type=input,output}) / time",
			  SIGNAL_TOKENS, UNIT_PER_SECOND, WORSE_NONE, TOKEN},
	[M_TOKENS_PER_REQUEST] = {"tokens-per-request", "tok/req",
				  "increase(tokens{type=input,output}) / increase(ai_requests)",
				  SIGNAL_TOKENS, UNIT_TOKENS, WORSE_HIGH, AI},
	[M_INPUT_TOKENS_PER_REQUEST] = {"input-tokens-per-request", "in/req",
					"increase(tokens{type=input}) / increase(ai_requests)",
					SIGNAL_TOKENS, UNIT_TOKENS, WORSE_HIGH, AI},
	[M_OUTPUT_TOKENS_PER_REQUEST] = {"output-tokens-per-request", "out/req",
					 "increase(tokens{type=output}) / increase(ai_requests)",
					 SIGNAL_TOKENS, UNIT_TOKENS, WORSE_HIGH, AI},
	[M_COST_RATE] = {"cost-rate", "$/h", "increase(cost) / time", SIGNAL_COST,
			 UNIT_USD_PER_SECOND, WORSE_HIGH, AI},
	[M_COST_PER_REQUEST] = {"cost-per-request", "$/req",
				"increase(cost) / increase(ai_requests)", SIGNAL_COST, UNIT_USD,
				WORSE_HIGH, AI},
	[M_AI_P50] = {"ai-p50", "p50", "quantile(0.50, increase(ai_latency buckets))",
		      SIGNAL_AI_LATENCY, UNIT_SECONDS, WORSE_HIGH, AI},
	[M_AI_P95] = {"ai-p95", "p95", "quantile(0.95, increase(ai_latency buckets))",
		      SIGNAL_AI_LATENCY, UNIT_SECONDS, WORSE_HIGH, AI},
	[M_TTFT_P95] = {"ttft-p95", "ttft95", "quantile(0.95, increase(ttft buckets))", SIGNAL_TTFT,
			UNIT_SECONDS, WORSE_HIGH, AI},
	[M_BUDGET_LIMIT] = {"budget-limit", "budget", "sum of the newest budget_limit",
			    SIGNAL_BUDGET_LIMIT, UNIT_USD, WORSE_NONE, AI},
	[M_BUDGET_LEFT] = {"budget-left", "left", "sum of the newest budget_left",
			   SIGNAL_BUDGET_LEFT, UNIT_USD, WORSE_LOW, AI},
	[M_BUDGET_USED] = {"budget-used", "used%", "1 - budget_left / budget_limit",
			   SIGNAL_BUDGET_LEFT, UNIT_RATIO, WORSE_HIGH, AI},
	[M_BUDGET_OUT] = {"budget-out", "out", "budget_left / (increase(cost) / time)",
			  SIGNAL_BUDGET_LEFT, UNIT_SECONDS, WORSE_LOW, AI},
	[M_FALLBACK_RATE] = {"fallback-rate", "fallb/m", "increase(fallbacks) / time",
			     SIGNAL_FALLBACKS, UNIT_PER_SECOND, WORSE_HIGH, AI},
	[M_MODEL_STATE] = {"model-state", "state", "largest of the newest model_state",
			   SIGNAL_MODEL_STATE, UNIT_NONE, WORSE_HIGH, AI},
	[M_CACHE_HIT_RATIO] = {"cache-hit-ratio", "hit%",
			       "increase(cache_hits) / increase(ai_requests)", SIGNAL_CACHE_HITS,
			       UNIT_RATIO, WORSE_LOW, AI},
	[M_GUARDRAIL_RATE] = {"guardrail-rate", "guard/m", "increase(guardrail_blocks) / time",
			      SIGNAL_GUARDRAIL_BLOCKS, UNIT_PER_SECOND, WORSE_HIGH, AI},
	[M_QUALITY] = {"quality", "quality", "increase(quality sum) / increase(quality count)",
		       SIGNAL_QUALITY, UNIT_RATIO, WORSE_LOW, AI},
	[M_PROMPT_VERSION] = {"prompt-version", "version", "the newest prompt_version",
			      SIGNAL_PROMPT_VERSION, UNIT_NONE, WORSE_NONE, AI},
	[M_JOURNEY_OK] = {"journey-ok", "ok", "smallest of the newest journey_ok",
			  SIGNAL_JOURNEY_OK, UNIT_NONE, WORSE_LOW, JOURNEY},
	[M_JOURNEY_SECONDS] = {"journey-seconds", "took", "largest of the newest journey_seconds",
			       SIGNAL_JOURNEY_SECONDS, UNIT_SECONDS, WORSE_HIGH, JOURNEY},
};

const struct measure_info *measure_info(enum measure measure)
{
	assert(measure < M_COUNT);
	return &measures[measure];
}

enum measure measure_by_name(const char *name)
{
	for (size_t i = 0; i < M_COUNT; i++)
		if (!strcmp(measures[i].name, name))
			return (enum measure)i;
	return M_COUNT;
}
