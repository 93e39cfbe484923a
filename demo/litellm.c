/* LiteLLM's proxy: its /metrics/ and the probes by which it is known. */
#include "answers.h"

#include <string.h>

#define PROVIDER   "api_provider=\"openai\""
#define NO_ORG     "org_alias=\"None\",org_id=\"None\""
#define PLATFORM   "team=\"team-plat\",team_alias=\"platform\",user=\"user-plat\""
#define BUDGET_USD 50.0

static void add_count(struct strbuf *out, const char *metric, const struct assistant *assistant,
		      double value)
{
	strbuf_addf(out,
		    "%s{api_key_alias=\"%s\"," PROVIDER
		    ",end_user=\"None\",hashed_api_key=\"5f1c%s\","
		    "model=\"%s\",model_id=\"%s-1\"," NO_ORG ",requested_model=\"%s\"," PLATFORM
		    ",user_email=\"None\"} %.10g\n",
		    metric, assistant->app, assistant->app, assistant->provider_model,
		    assistant->model, assistant->model, value);
}

static void add_tokens(struct strbuf *out, const struct world *world)
{
	static const char *const heads[] = {"litellm_spend_metric", "litellm_total_tokens_metric",
					    "litellm_input_tokens_metric",
					    "litellm_output_tokens_metric"};
	char name[64];

	for (size_t h = 0; h < 4; h++) {
		strbuf_addf(out, "# HELP %s_total As LiteLLM counts it\n# TYPE %s_total counter\n",
			    heads[h], heads[h]);
		snprintf(name, sizeof(name), "%s_total", heads[h]);
		for (size_t i = 0; i < ASSISTANTS; i++) {
			const struct assistant *each = &world->assistants[i];
			const double values[] = {each->usd,
						 (double)(each->tokens_in + each->tokens_out),
						 (double)each->tokens_in, (double)each->tokens_out};

			add_count(out, name, each, values[h]);
		}
	}
}

static void add_requests(struct strbuf *out, const struct world *world)
{
	strbuf_addstr(out, "# TYPE litellm_proxy_total_requests_metric_total counter\n");
	for (size_t i = 0; i < ASSISTANTS; i++) {
		const struct assistant *each = &world->assistants[i];

		strbuf_addf(
			out,
			"litellm_proxy_total_requests_metric_total{api_key_alias=\"%s\"," PROVIDER
			",client_ip=\"10.1.2.3\",end_user=\"None\",hashed_api_key=\"5f1c%s\","
			"model_id=\"%s-1\"," NO_ORG ",requested_model=\"%s\",route=\"%s\","
			"status_code=\"200\"," PLATFORM
			",user_agent=\"openai-python/1.40\",user_email=\"None\"} %llu.0\n",
			each->app, each->app, each->model, each->model,
			each->output_tokens > 0 ? "/v1/chat/completions" : "/v1/embeddings",
			(unsigned long long)each->requests);
	}
}

static void add_labels(struct strbuf *out, const struct assistant *each)
{
	strbuf_addf(out,
		    "api_key_alias=\"%s\"," PROVIDER ",end_user=\"None\",hashed_api_key=\"5f1c%s\","
		    "model=\"%s\",model_group=\"%s\",model_id=\"%s-1\"," NO_ORG
		    ",requested_model=\"%s\",service_tier=\"None\"," PLATFORM,
		    each->app, each->app, each->provider_model, each->model, each->model,
		    each->model);
}

static void add_histogram(struct strbuf *out, const char *name, const struct assistant *each,
			  const struct histogram *histogram)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= AI_BUCKETS; i++) {
		sum += histogram->buckets[i];
		strbuf_addf(out, "%s_bucket{", name);
		add_labels(out, each);
		if (i < AI_BUCKETS)
			strbuf_addf(out, ",le=\"%g\"} %llu.0\n", ai_bounds_s[i],
				    (unsigned long long)sum);
		else
			strbuf_addf(out, ",le=\"+Inf\"} %llu.0\n", (unsigned long long)sum);
	}
	strbuf_addf(out, "%s_count{", name);
	add_labels(out, each);
	strbuf_addf(out, "} %llu.0\n%s_sum{", (unsigned long long)histogram->count, name);
	add_labels(out, each);
	strbuf_addf(out, "} %.10g\n", histogram->sum);
}

static void add_latency(struct strbuf *out, const struct world *world)
{
	strbuf_addstr(out, "# TYPE litellm_request_total_latency_metric histogram\n");
	for (size_t i = 0; i < ASSISTANTS; i++)
		add_histogram(out, "litellm_request_total_latency_metric", &world->assistants[i],
			      &world->assistants[i].latency_s);
	strbuf_addstr(out, "# TYPE litellm_llm_api_latency_metric histogram\n");
	for (size_t i = 0; i < ASSISTANTS; i++)
		add_histogram(out, "litellm_llm_api_latency_metric", &world->assistants[i],
			      &world->assistants[i].provider_s);
	strbuf_addstr(out, "# TYPE litellm_llm_api_time_to_first_token_metric histogram\n");
	for (size_t i = 0; i < ASSISTANTS; i++)
		if (world->assistants[i].streams)
			add_histogram(out, "litellm_llm_api_time_to_first_token_metric",
				      &world->assistants[i], &world->assistants[i].first_token_s);
}

static void add_state(struct strbuf *out, const struct world *world)
{
	double spent = 0;
	uint64_t flagged = 0, asked = 0;

	for (size_t i = 0; i < ASSISTANTS; i++) {
		const struct assistant *each = &world->assistants[i];

		spent += each->usd;
		flagged += each->flagged;
		asked += each->requests;
	}
	strbuf_addstr(out, "# TYPE litellm_deployment_state gauge\n");
	for (size_t i = 1; i < ASSISTANTS; i++)
		strbuf_addf(out,
			    "litellm_deployment_state{api_base=\"https://api.openai.example/"
			    "v1\"," PROVIDER ",litellm_model_name=\"%s\",model_id=\"%s-1\"} 0.0\n",
			    world->assistants[i].provider_model, world->assistants[i].model);
	strbuf_addf(
		out,
		"# TYPE litellm_team_max_budget_metric gauge\n"
		"litellm_team_max_budget_metric{team=\"team-plat\",team_alias=\"platform\"} %.1f\n"
		"# TYPE litellm_remaining_team_budget_metric gauge\n"
		"litellm_remaining_team_budget_metric{team=\"team-plat\",team_alias=\"platform\"} "
		"%.6f\n"
		"# TYPE litellm_guardrail_requests_total counter\n"
		"litellm_guardrail_requests_total{guardrail_name=\"groundedness\","
		"hook_type=\"logging_only\",status=\"success\"} %llu.0\n"
		"litellm_guardrail_requests_total{guardrail_name=\"groundedness\","
		"hook_type=\"logging_only\",status=\"error\"} %llu.0\n",
		BUDGET_USD, BUDGET_USD * 0.38 - spent, (unsigned long long)(asked - flagged),
		(unsigned long long)flagged);
}

static void add_metrics(const struct world *world, struct strbuf *out)
{
	add_tokens(out, world);
	add_requests(out, world);
	add_latency(out, world);
	add_state(out, world);
}

static void answer(struct world *world, const struct question *question, struct answer *ret_answer)
{
	const char *path = question->path;

	if (!strcmp(path, "/metrics/") || !strcmp(path, "/metrics")) {
		ret_answer->type = "text/plain; version=0.0.4; charset=utf-8";
		add_metrics(world, &ret_answer->body);
	} else if (!strcmp(path, "/health/liveliness")) {
		strbuf_addstr(&ret_answer->body, "\"I'm alive!\"");
	} else if (!strcmp(path, "/health/readiness")) {
		strbuf_addstr(
			&ret_answer->body,
			"{\"status\":\"healthy\",\"db\":\"Not connected\",\"cache\":null,"
			"\"litellm_version\":\"1.106.2\",\"success_callbacks\":[\"prometheus\"]}");
	} else {
		answer_missing(ret_answer, "{\"detail\":\"Not Found\"}");
	}
}

const struct gateway litellm_gateway = {"ai", false, answer};
