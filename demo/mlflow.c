/* MLflow's prompt registry: the reads under /api/2.0. */
#include "answers.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT    "balance"
#define IS_PROMPT "{\"key\":\"mlflow.prompt.is_prompt\",\"value\":\"true\"}"
#define CREATED   "1795456997167"

static void add_model(const struct world *world, struct strbuf *out)
{
	strbuf_addf(out,
		    "{\"name\":\"" PROMPT "\",\"creation_timestamp\":" CREATED
		    ",\"last_updated_timestamp\":" CREATED ",\"tags\":[" IS_PROMPT
		    "],\"aliases\":[{\"alias\":\"production\",\"version\":\"%d\"}]}",
		    world->prompt_version);
}

static void add_version(struct strbuf *out, int version)
{
	strbuf_addf(
		out,
		"{\"name\":\"" PROMPT "\",\"version\":\"%d\",\"creation_timestamp\":" CREATED
		",\"last_updated_timestamp\":" CREATED
		",\"current_stage\":\"None\",\"description\":\"\",\"source\":\"prompt-template\","
		"\"run_id\":\"\",\"status\":\"READY\",\"tags\":[" IS_PROMPT
		",{\"key\":\"mlflow.prompt.text\",\"value\":\"%s\"}],\"run_link\":\"\"}",
		version,
		version == 8
			? "Explain the balance {{amount}} step by step, with the whole history "
			  "of the account {{history}} and every rule that applies."
			: "State the balance {{amount}} in one sentence.");
}

static void add_prompts(const struct world *world, struct strbuf *out)
{
	strbuf_addstr(out, "{\"registered_models\":[");
	add_model(world, out);
	strbuf_addstr(out, "]}");
}

static void add_prompt(const struct world *world, struct strbuf *out)
{
	strbuf_addstr(out, "{\"registered_model\":");
	add_model(world, out);
	strbuf_addstr(out, "}");
}

static void add_versions(const struct world *world, struct strbuf *out)
{
	(void)world;
	strbuf_addstr(out, "{\"model_versions\":[");
	add_version(out, 8);
	strbuf_addstr(out, ",");
	add_version(out, 7);
	strbuf_addstr(out, "]}");
}

static void add_alias(const struct world *world, struct strbuf *out)
{
	strbuf_addstr(out, "{\"model_version\":");
	add_version(out, world->prompt_version);
	strbuf_addstr(out, "}");
}

static void add_info(const struct world *world, struct strbuf *out)
{
	(void)world;
	strbuf_addstr(out, "{\"store_type\":\"SqlStore\",\"workspaces_enabled\":false,"
			   "\"features_enabled\":{\"gateway\":true}}");
}

static const struct {
	const char *path;
	const char *wants; /* argument that must name the prompt, or NULL */
	void (*add)(const struct world *world, struct strbuf *out);
} pages[] = {
	{"/api/2.0/mlflow/registered-models/search", NULL, add_prompts},
	{"/api/2.0/mlflow/registered-models/get", "name", add_prompt},
	{"/api/2.0/mlflow/registered-models/alias", "name", add_alias},
	{"/api/2.0/mlflow/model-versions/search", NULL, add_versions},
	{"/api/3.0/mlflow/server-info", NULL, add_info},
};

static void answer(const struct world *world, const char *path,
		   const char *(*query)(void *ctx, const char *name), void *ctx,
		   struct answer *ret_answer)
{
	ret_answer->type = "application/json";
	if (!strcmp(path, "/version") || !strcmp(path, "/health")) {
		ret_answer->type = "text/html; charset=utf-8";
		strbuf_addstr(&ret_answer->body, path[1] == 'v' ? "3.17.2" : "OK");
		return;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *given = pages[i].wants ? query(ctx, pages[i].wants) : NULL;

		if (strcmp(path, pages[i].path))
			continue;
		if (pages[i].wants && (!given || strcmp(given, PROMPT)) != 0)
			break;
		pages[i].add(world, &ret_answer->body);
		return;
	}
	answer_missing(ret_answer, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\","
				   "\"message\":\"Registered Model not found\"}");
}

const struct gateway mlflow_gateway = {"prompts", answer};
