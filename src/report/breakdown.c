#include "report/breakdown.h"

#define BY(dim) DIM_BIT(DIM_##dim)

static const struct breakdown table[] = {
	{.title = "TARGETS",
	 .by = BY(TARGET),
	 .measures = {M_REQUEST_RATE,
		      M_ERROR_RATIO,
		      M_4XX_RATIO,
		      M_429_RATE,
		      M_DENIED_RATE,
		      M_P95,
		      M_P99,
		      M_UPSTREAM_SHARE,
		      M_NODES_UP,
		      M_NODES,
		      M_REQUESTS,
		      M_P50,
		      M_LATENCY_AVG,
		      M_AVAILABILITY,
		      M_GATEWAY_ERRORS,
		      M_UPSTREAM_ERRORS,
		      M_CONNECTIONS,
		      M_RETRY_RATE,
		      M_BYTES_IN_RATE,
		      M_BYTES_OUT_RATE,
		      M_UPTIME,
		      M_CONFIG_VERSION},
	 .n = 22,
	 .sort = 1},
	{.title = "ROUTES",
	 .empty = "no target says anything by route",
	 .by = BY(TARGET) | BY(ROUTE),
	 .measures = {M_REQUESTS, M_REQUEST_RATE, M_ERROR_RATIO, M_ERROR_RATE, M_4XX_RATIO,
		      M_429_RATE, M_P50, M_P95, M_P99, M_UPSTREAM_SHARE, M_LATENCY_AVG},
	 .n = 11,
	 .sort = 2},
	{.title = "CODES",
	 .by = BY(TARGET) | BY(CODE),
	 .measures = {M_REQUESTS, M_REQUEST_RATE},
	 .n = 2,
	 .sort = 0},
	{.title = "SERVICES",
	 .by = BY(TARGET) | BY(SERVICE),
	 .measures = {M_REQUESTS, M_REQUEST_RATE, M_ERROR_RATIO, M_P95, M_LATENCY_AVG, M_NODES_UP,
		      M_NODES},
	 .n = 7,
	 .sort = 2},
	{.title = "CLIENTS",
	 .empty = "no target says anything by client: read its access log",
	 .by = BY(TARGET) | BY(CLIENT),
	 .measures = {M_REQUESTS, M_429_RATE, M_DENIED_RATE, M_2XX_RATE, M_DISTINCT_ROUTES},
	 .n = 5,
	 .sort = 2},
	{.title = "CONSUMERS",
	 .by = BY(TARGET) | BY(CONSUMER),
	 .measures = {M_REQUESTS, M_429_RATE, M_DENIED_RATE, M_2XX_RATE, M_LIMIT_USED},
	 .n = 5,
	 .sort = 1},
	{.title = "NODES",
	 .by = BY(TARGET) | BY(SERVICE) | BY(NODE),
	 .measures = {M_NODES_UP, M_NODE_WEIGHT, M_BREAKER},
	 .n = 3,
	 .sort = -1},
	{.title = "AI",
	 .by = BY(TARGET) | BY(MODEL) | BY(APP),
	 .measures = {M_AI_REQUEST_RATE, M_AI_ERROR_RATIO, M_TOKEN_RATE, M_TOKENS_PER_REQUEST,
		      M_COST_RATE, M_COST_PER_REQUEST, M_AI_P50, M_AI_P95, M_TTFT_P95,
		      M_MODEL_STATE},
	 .n = 10,
	 .sort = 4},
	{.title = "BUDGETS",
	 .by = BY(TARGET) | BY(CONSUMER) | BY(APP),
	 .measures = {M_BUDGET_LIMIT, M_BUDGET_LEFT, M_BUDGET_USED, M_BUDGET_OUT},
	 .n = 4,
	 .sort = 2},
	{.title = "PROMPTS",
	 .by = BY(TARGET) | BY(PROMPT) | BY(TYPE),
	 .measures = {M_PROMPT_VERSION},
	 .n = 1,
	 .sort = -1},
};

const struct breakdown *breakdown_table(size_t *ret_n)
{
	*ret_n = sizeof(table) / sizeof(table[0]);
	return table;
}

void breakdown_run(const struct breakdown *breakdown, const struct report_input *input,
		   size_t limit, struct arena *arena, struct result *ret_result)
{
	struct query query = {
		.ncolumns = breakdown->n,
		.by = breakdown->by,
		.filter = input->filter,
		.window_ms = input->window_ms,
		.at = input->now,
		.sort = breakdown->sort,
		.limit = limit,
	};

	for (size_t i = 0; i < breakdown->n; i++)
		query.columns[i] = (struct column){.measure = breakdown->measures[i]};
	query_run(input->model, &query, arena, ret_result);
}
