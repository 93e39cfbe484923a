/* MLflow's prompt registry: the reads under /api/2.0, and its aliases. */
#include "answers.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT    "balance"
#define IS_PROMPT "{\"key\":\"mlflow.prompt.is_prompt\",\"value\":\"true\"}"
#define CREATED   "1795456997167"

static void add_model(const struct world *world, struct strbuf *out)
{
	strbuf_addf(out, "{\"name\":\"" PROMPT "\",\"creation_timestamp\":" CREATED
			 ",\"last_updated_timestamp\":" CREATED ",\"tags\":[" IS_PROMPT
			 "],\"aliases\":[");
	if (world->prompt_version)
		strbuf_addf(out, "{\"alias\":\"production\",\"version\":\"%d\"}",
			    world->prompt_version);
	strbuf_addstr(out, "]}");
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
	{"/api/2.0/mlflow/model-versions/search", NULL, add_versions},
	{"/api/3.0/mlflow/server-info", NULL, add_info},
};

#define ALIAS_PATH   "/api/2.0/mlflow/registered-models/alias"
#define VERSION_PATH "/api/2.0/mlflow/model-versions/get"

static void fail(struct answer *answer, int status, const char *code, const char *message)
{
	answer->status = status;
	strbuf_addf(&answer->body, "{\"error_code\":\"%s\",\"message\":\"%s\"}", code, message);
}

static int known_version(const char *text)
{
	return text && (!strcmp(text, "7") || !strcmp(text, "8")) ? atoi(text) : 0;
}

static void get_version(const struct question *question, struct answer *answer)
{
	int version = known_version(question->query(question->ctx, "version"));

	if (!version) {
		fail(answer, 404, "RESOURCE_DOES_NOT_EXIST", "Model Version not found");
		return;
	}
	strbuf_addstr(&answer->body, "{\"model_version\":");
	add_version(&answer->body, version);
	strbuf_addstr(&answer->body, "}");
}

static void get_alias(const struct world *world, const struct question *question,
		      struct answer *answer)
{
	const char *alias = question->query(question->ctx, "alias");

	if (!alias || strcmp(alias, "production") != 0 || !world->prompt_version)
		fail(answer, 400, "INVALID_PARAMETER_VALUE", "Registered model alias not found.");
	else
		add_alias(world, &answer->body);
}

/* Sets the alias, or takes it away: both can be repeated. */
static void change_alias(struct world *world, const struct question *question,
			 struct answer *answer)
{
	json_t *body = json_loadb(question->body, question->body_len, 0, NULL);
	const char *name = json_string_value(json_object_get(body, "name"));
	const char *alias = json_string_value(json_object_get(body, "alias"));
	const char *version = json_string_value(json_object_get(body, "version"));
	bool sets = !strcmp(question->method, "POST");

	if (!name || !alias || (sets && !version))
		fail(answer, 400, "INVALID_PARAMETER_VALUE",
		     "Missing value for required parameter");
	else if (strcmp(name, PROMPT) != 0)
		fail(answer, 404, "RESOURCE_DOES_NOT_EXIST", "Registered Model not found");
	else if (strcmp(alias, "production") != 0)
		fail(answer, 400, "INVALID_PARAMETER_VALUE", "the demo has the alias production");
	else if (sets && !known_version(version))
		fail(answer, 404, "RESOURCE_DOES_NOT_EXIST", "Model Version not found");
	else {
		world->prompt_version = sets ? known_version(version) : 0;
		strbuf_addstr(&answer->body, "{}");
	}
	json_decref(body);
}

static bool names_prompt(const struct question *question)
{
	const char *given = question->query(question->ctx, "name");

	return given && !strcmp(given, PROMPT);
}

static void read_page(const struct world *world, const struct question *question,
		      struct answer *answer)
{
	const char *path = question->path;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(path, pages[i].path) || (pages[i].wants && !names_prompt(question)))
			continue;
		pages[i].add(world, &answer->body);
		return;
	}
	if (names_prompt(question) && !strcmp(path, ALIAS_PATH))
		get_alias(world, question, answer);
	else if (names_prompt(question) && !strcmp(path, VERSION_PATH))
		get_version(question, answer);
	else
		fail(answer, 404, "RESOURCE_DOES_NOT_EXIST", "Registered Model not found");
}

static void answer(struct world *world, const struct question *question, struct answer *ret_answer)
{
	const char *path = question->path;

	ret_answer->type = "application/json";
	if (strcmp(question->method, "GET") != 0 && !strcmp(path, ALIAS_PATH)) {
		change_alias(world, question, ret_answer);
	} else if (!strcmp(path, "/version") || !strcmp(path, "/health")) {
		ret_answer->type = "text/html; charset=utf-8";
		strbuf_addstr(&ret_answer->body, path[1] == 'v' ? "3.17.2" : "OK");
	} else {
		read_page(world, question, ret_answer);
	}
}

const struct gateway mlflow_gateway = {"prompts", true, answer};
