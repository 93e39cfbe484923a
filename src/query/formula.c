#include "query/formula.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define CODE   DIM_BIT(DIM_CODE)
#define ORIGIN DIM_BIT(DIM_ORIGIN)
#define TYPE   DIM_BIT(DIM_TYPE)

static bool is_class(const char *code, char class)
{
	return code[0] == class && code[1] && code[2] && !code[3];
}

static bool is_2xx(const char *code, const char *origin, const char *type)
{
	(void)origin;
	(void)type;
	return is_class(code, '2');
}

static bool is_429(const char *code, const char *origin, const char *type)
{
	(void)origin;
	(void)type;
	return !strcmp(code, "429");
}

static bool is_4xx(const char *code, const char *origin, const char *type)
{
	return is_class(code, '4') && !is_429(code, origin, type);
}

static bool is_5xx(const char *code, const char *origin, const char *type)
{
	(void)origin;
	(void)type;
	return is_class(code, '5');
}

static bool is_504(const char *code, const char *origin, const char *type)
{
	(void)origin;
	(void)type;
	return !strcmp(code, "504");
}

static bool is_denied(const char *code, const char *origin, const char *type)
{
	(void)origin;
	(void)type;
	return !strcmp(code, "401") || !strcmp(code, "403");
}

static bool is_gateway_error(const char *code, const char *origin, const char *type)
{
	return is_5xx(code, origin, type) && !strcmp(origin, "gateway");
}

static bool is_upstream_error(const char *code, const char *origin, const char *type)
{
	return is_5xx(code, origin, type) && !strcmp(origin, "upstream");
}

static bool is_made(const char *code, const char *origin, const char *type)
{
	return is_gateway_error(code, origin, type) || is_upstream_error(code, origin, type);
}

static bool is_failed(const char *code, const char *origin, const char *type)
{
	return is_4xx(code, origin, type) || is_5xx(code, origin, type);
}

static bool is_input(const char *code, const char *origin, const char *type)
{
	(void)code;
	(void)origin;
	return !strcmp(type, "input");
}

static bool is_output(const char *code, const char *origin, const char *type)
{
	(void)code;
	(void)origin;
	return !strcmp(type, "output");
}

static bool is_token(const char *code, const char *origin, const char *type)
{
	return !*type || is_input(code, origin, type) || is_output(code, origin, type);
}

static bool is_an_id(const char *code, const char *origin, const char *type)
{
	(void)code;
	(void)origin;
	return !strcmp(type, "id");
}

static bool is_agent(const char *code, const char *origin, const char *type)
{
	(void)code;
	(void)origin;
	return !strcmp(type, "agent");
}

static const struct pick_info picks[PICK_COUNT] = {
	[PICK_ALL] = {0, false, NULL},
	[PICK_CODED] = {CODE, false, NULL},
	[PICK_EXACT] = {CODE, true, NULL},
	[PICK_2XX] = {CODE, false, is_2xx},
	[PICK_4XX] = {CODE, false, is_4xx},
	[PICK_5XX] = {CODE, false, is_5xx},
	[PICK_429] = {CODE, true, is_429},
	[PICK_504] = {CODE, true, is_504},
	[PICK_DENIED] = {CODE, true, is_denied},
	[PICK_5XX_MADE] = {CODE | ORIGIN, false, is_made},
	[PICK_5XX_GATEWAY] = {CODE | ORIGIN, false, is_gateway_error},
	[PICK_5XX_UPSTREAM] = {CODE | ORIGIN, false, is_upstream_error},
	[PICK_FAILED] = {CODE, false, is_failed},
	[PICK_TOKENS] = {0, false, is_token},
	[PICK_INPUT] = {TYPE, false, is_input},
	[PICK_OUTPUT] = {TYPE, false, is_output},
	[PICK_ID] = {TYPE, false, is_an_id},
	[PICK_AGENT] = {TYPE, false, is_agent},
};

const struct pick_info *pick_info(enum pick pick)
{
	assert(pick < PICK_COUNT);
	return &picks[pick];
}

/* Operands by one signal, all or a part of its series. */
#define ONE(kind_, signal_, pick_)                                        \
	{                                                                 \
		.kind = (kind_), .choices = { {1, {(signal_)}, (pick_)} } \
	}

static const struct operand requests = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_ALL);
static const struct operand coded = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_CODED);
static const struct operand exact = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_EXACT);
static const struct operand good = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_2XX);
static const struct operand refused = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_4XX);
static const struct operand errors = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_5XX);
static const struct operand timeouts = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_504);
static const struct operand made = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_5XX_MADE);
static const struct operand own = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_5XX_GATEWAY);
static const struct operand theirs = ONE(OPERAND_INCREASE, SIGNAL_REQUESTS, PICK_5XX_UPSTREAM);
static const struct operand limited = {
	.kind = OPERAND_INCREASE,
	.choices = {{1, {SIGNAL_RATE_LIMITED}, PICK_ALL}, {1, {SIGNAL_REQUESTS}, PICK_429}},
};
static const struct operand denied = {
	.kind = OPERAND_INCREASE,
	.choices = {{1, {SIGNAL_REQUESTS}, PICK_DENIED},
		    {2, {SIGNAL_DENIED, SIGNAL_AUTH_FAILURES}, PICK_ALL}},
};
static const struct operand routes = {
	.kind = OPERAND_VALUES,
	.choices = {{1, {SIGNAL_REQUESTS}, PICK_ALL}},
	.dim = DIM_ROUTE,
};
static const struct operand consumers = {
	.kind = OPERAND_VALUES,
	.choices = {{1, {SIGNAL_REQUESTS}, PICK_ALL}},
	.dim = DIM_CONSUMER,
};
static const struct operand ids = ONE(OPERAND_INCREASE, SIGNAL_DISTINCT, PICK_ID);
static const struct operand agents = ONE(OPERAND_LEVEL, SIGNAL_DISTINCT, PICK_AGENT);
static const struct operand latency = ONE(OPERAND_HISTOGRAM, SIGNAL_LATENCY, PICK_ALL);
/* Where no latency is told by route, as the upstreams' is. */
static const struct operand any_latency = {
	.kind = OPERAND_HISTOGRAM,
	.choices = {{1, {SIGNAL_LATENCY}, PICK_ALL}, {1, {SIGNAL_UPSTREAM_LATENCY}, PICK_ALL}},
};
static const struct operand upstream = ONE(OPERAND_HISTOGRAM, SIGNAL_UPSTREAM_LATENCY, PICK_ALL);
static const struct operand bytes_in = ONE(OPERAND_INCREASE, SIGNAL_BYTES_IN, PICK_ALL);
static const struct operand bytes_out = ONE(OPERAND_INCREASE, SIGNAL_BYTES_OUT, PICK_ALL);
static const struct operand connections = ONE(OPERAND_LEVEL, SIGNAL_CONNECTIONS, PICK_ALL);
static const struct operand retries = ONE(OPERAND_INCREASE, SIGNAL_RETRIES, PICK_ALL);
static const struct operand limit = ONE(OPERAND_LEVEL, SIGNAL_LIMIT, PICK_ALL);
static const struct operand nodes_up = ONE(OPERAND_ABOVE_0, SIGNAL_NODE_UP, PICK_ALL);
static const struct operand nodes = ONE(OPERAND_SERIES, SIGNAL_NODE_UP, PICK_ALL);
static const struct operand weight = ONE(OPERAND_LEVEL, SIGNAL_NODE_WEIGHT, PICK_ALL);
static const struct operand breaker = ONE(OPERAND_LEVEL, SIGNAL_BREAKER, PICK_ALL);
static const struct operand blocked = ONE(OPERAND_LEVEL, SIGNAL_BLOCKED_IPS, PICK_ALL);
static const struct operand up = ONE(OPERAND_LEVEL, SIGNAL_UP, PICK_ALL);
static const struct operand started = ONE(OPERAND_LEVEL, SIGNAL_STARTED, PICK_ALL);
static const struct operand cpu = ONE(OPERAND_INCREASE, SIGNAL_CPU, PICK_ALL);
static const struct operand memory = ONE(OPERAND_LEVEL, SIGNAL_MEMORY, PICK_ALL);
static const struct operand fds = ONE(OPERAND_LEVEL, SIGNAL_FDS, PICK_ALL);
static const struct operand config = ONE(OPERAND_LEVEL, SIGNAL_CONFIG_VERSION, PICK_ALL);
static const struct operand expiry = ONE(OPERAND_LEVEL, SIGNAL_CERT_EXPIRY, PICK_ALL);
static const struct operand scrape = ONE(OPERAND_LEVEL, SIGNAL_SCRAPE_SECONDS, PICK_ALL);
static const struct operand ai_requests = ONE(OPERAND_INCREASE, SIGNAL_AI_REQUESTS, PICK_ALL);
static const struct operand ai_coded = ONE(OPERAND_INCREASE, SIGNAL_AI_REQUESTS, PICK_CODED);
static const struct operand ai_failed = ONE(OPERAND_INCREASE, SIGNAL_AI_REQUESTS, PICK_FAILED);
static const struct operand tokens = ONE(OPERAND_INCREASE, SIGNAL_TOKENS, PICK_TOKENS);
static const struct operand tokens_in = ONE(OPERAND_INCREASE, SIGNAL_TOKENS, PICK_INPUT);
static const struct operand tokens_out = ONE(OPERAND_INCREASE, SIGNAL_TOKENS, PICK_OUTPUT);
static const struct operand cost = ONE(OPERAND_INCREASE, SIGNAL_COST, PICK_ALL);
static const struct operand ai_latency = ONE(OPERAND_HISTOGRAM, SIGNAL_AI_LATENCY, PICK_ALL);
static const struct operand ttft = ONE(OPERAND_HISTOGRAM, SIGNAL_TTFT, PICK_ALL);
static const struct operand budget = ONE(OPERAND_LEVEL, SIGNAL_BUDGET_LIMIT, PICK_ALL);
static const struct operand left = ONE(OPERAND_LEVEL, SIGNAL_BUDGET_LEFT, PICK_ALL);
static const struct operand paired_budget = {
	.kind = OPERAND_PAIRED,
	.choices = {{1, {SIGNAL_BUDGET_LIMIT}, PICK_ALL}},
	.partner = SIGNAL_BUDGET_LEFT,
};
static const struct operand paired_left = {
	.kind = OPERAND_PAIRED,
	.choices = {{1, {SIGNAL_BUDGET_LEFT}, PICK_ALL}},
	.partner = SIGNAL_BUDGET_LIMIT,
};
static const struct operand fallbacks = ONE(OPERAND_INCREASE, SIGNAL_FALLBACKS, PICK_ALL);
static const struct operand model_state = ONE(OPERAND_LEVEL, SIGNAL_MODEL_STATE, PICK_ALL);
static const struct operand hits = ONE(OPERAND_INCREASE, SIGNAL_CACHE_HITS, PICK_ALL);
static const struct operand blocks = ONE(OPERAND_INCREASE, SIGNAL_GUARDRAIL_BLOCKS, PICK_ALL);
static const struct operand quality = ONE(OPERAND_HISTOGRAM, SIGNAL_QUALITY, PICK_ALL);
static const struct operand version = ONE(OPERAND_LEVEL, SIGNAL_PROMPT_VERSION, PICK_ALL);
static const struct operand journey_ok = ONE(OPERAND_LEVEL, SIGNAL_JOURNEY_OK, PICK_ALL);
static const struct operand journey = ONE(OPERAND_LEVEL, SIGNAL_JOURNEY_SECONDS, PICK_ALL);

static const struct formula formulas[M_COUNT] = {
	[M_REQUEST_RATE] = {OP_RATE, {&requests}, 0},
	[M_REQUESTS] = {OP_INCREASE, {&requests}, 0},
	[M_ERROR_RATIO] = {OP_RATIO, {&errors, &coded}, 0},
	[M_ERROR_RATE] = {OP_RATE, {&errors}, 0},
	[M_4XX_RATIO] = {OP_RATIO, {&refused, &coded}, 0},
	[M_2XX_RATE] = {OP_RATE, {&good}, 0},
	[M_429_RATE] = {OP_RATE, {&limited}, 0},
	[M_DENIED_RATE] = {OP_RATE, {&denied}, 0},
	[M_504_RATIO] = {OP_RATIO, {&timeouts, &exact}, 0},
	[M_P50] = {OP_QUANTILE, {&any_latency}, 0.50},
	[M_P90] = {OP_QUANTILE, {&any_latency}, 0.90},
	[M_P95] = {OP_QUANTILE, {&any_latency}, 0.95},
	[M_P99] = {OP_QUANTILE, {&any_latency}, 0.99},
	[M_LATENCY_AVG] = {OP_AVERAGE, {&any_latency}, 0},
	[M_UPSTREAM_SHARE] = {OP_TIME_SHARE, {&upstream, &latency}, 0},
	[M_GATEWAY_ERRORS] = {OP_RATIO, {&own, &made}, 0},
	[M_UPSTREAM_ERRORS] = {OP_RATIO, {&theirs, &made}, 0},
	[M_AVAILABILITY] = {OP_COMPLEMENT, {&errors, &coded}, 0},
	[M_BYTES_IN_RATE] = {OP_RATE, {&bytes_in}, 0},
	[M_BYTES_OUT_RATE] = {OP_RATE, {&bytes_out}, 0},
	[M_CONNECTIONS] = {OP_LEVEL, {&connections}, 0},
	[M_RETRY_RATE] = {OP_RATE, {&retries}, 0},
	[M_LIMITED_RATE] = {OP_RATE, {&limited}, 0},
	[M_LIMIT_USED] = {OP_RATE_OF_LEVEL, {&requests, &limit}, 0},
	[M_DISTINCT_ROUTES] = {OP_LEVEL, {&routes}, 0},
	[M_DISTINCT_CONSUMERS] = {OP_LEVEL, {&consumers}, 0},
	[M_DISTINCT_IDS] = {OP_INCREASE, {&ids}, 0},
	[M_DISTINCT_AGENTS] = {OP_LEVEL, {&agents}, 0},
	[M_NODES_UP] = {OP_LEVEL, {&nodes_up}, 0},
	[M_NODES] = {OP_LEVEL, {&nodes}, 0},
	[M_NODE_WEIGHT] = {OP_LEVEL, {&weight}, 0},
	[M_BREAKER] = {OP_LEVEL, {&breaker}, 0},
	[M_BLOCKED_IPS] = {OP_LEVEL, {&blocked}, 0},
	[M_UP] = {OP_LEVEL, {&up}, 0},
	[M_UPTIME] = {OP_SINCE, {&started}, 0},
	[M_CPU] = {OP_RATE, {&cpu}, 0},
	[M_MEMORY] = {OP_LEVEL, {&memory}, 0},
	[M_FDS] = {OP_LEVEL, {&fds}, 0},
	[M_CONFIG_VERSION] = {OP_LEVEL, {&config}, 0},
	[M_CERT_LEFT] = {OP_UNTIL, {&expiry}, 0},
	[M_SCRAPE_SECONDS] = {OP_LEVEL, {&scrape}, 0},
	[M_AI_REQUEST_RATE] = {OP_RATE, {&ai_requests}, 0},
	[M_AI_ERROR_RATIO] = {OP_RATIO, {&ai_failed, &ai_coded}, 0},
	[M_TOKEN_RATE] = {OP_RATE, {&tokens}, 0},
	[M_TOKENS_PER_REQUEST] = {OP_RATIO, {&tokens, &ai_requests}, 0},
	[M_INPUT_TOKENS_PER_REQUEST] = {OP_RATIO, {&tokens_in, &ai_requests}, 0},
	[M_OUTPUT_TOKENS_PER_REQUEST] = {OP_RATIO, {&tokens_out, &ai_requests}, 0},
	[M_COST_RATE] = {OP_RATE, {&cost}, 0},
	[M_COST_PER_REQUEST] = {OP_RATIO, {&cost, &ai_requests}, 0},
	[M_AI_P50] = {OP_QUANTILE, {&ai_latency}, 0.50},
	[M_AI_P95] = {OP_QUANTILE, {&ai_latency}, 0.95},
	[M_TTFT_P95] = {OP_QUANTILE, {&ttft}, 0.95},
	[M_BUDGET_LIMIT] = {OP_LEVEL, {&budget}, 0},
	[M_BUDGET_LEFT] = {OP_LEVEL, {&left}, 0},
	[M_BUDGET_USED] = {OP_USED, {&paired_left, &paired_budget}, 0},
	[M_BUDGET_OUT] = {OP_RUN_OUT, {&left, &cost}, 0},
	[M_FALLBACK_RATE] = {OP_RATE, {&fallbacks}, 0},
	[M_MODEL_STATE] = {OP_LEVEL, {&model_state}, 0},
	[M_CACHE_HIT_RATIO] = {OP_RATIO, {&hits, &ai_requests}, 0},
	[M_GUARDRAIL_RATE] = {OP_RATE, {&blocks}, 0},
	[M_QUALITY] = {OP_AVERAGE, {&quality}, 0},
	[M_PROMPT_VERSION] = {OP_LEVEL, {&version}, 0},
	[M_JOURNEY_OK] = {OP_LEVEL, {&journey_ok}, 0},
	[M_JOURNEY_SECONDS] = {OP_LEVEL, {&journey}, 0},
};

const struct formula *formula_of(enum measure measure)
{
	assert(measure < M_COUNT);
	return &formulas[measure];
}
