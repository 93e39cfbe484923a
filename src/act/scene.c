/* What an action's expressions see, and what stands in the places of its paths. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define LINE_VALUE_MAX 512

void scene_release(struct scene *scene)
{
	for (size_t i = 0; i < scene->n; i++) {
		free(scene->vars[i].name);
		free(scene->vars[i].json);
	}
	free(scene->doc);
	free(scene->headers);
	free(scene->etag);
	*scene = (struct scene){0};
}

char *json_of_text(const char *text)
{
	json_t *value = json_string(text);
	char *json = value ? json_dumps(value, JSON_ENCODE_ANY) : xstrdup("\"\"");

	json_decref(value);
	return json;
}

bool says_true(const char *json)
{
	return json && strcmp(json, "true") == 0;
}

char *json_to_text(const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	char *text = NULL;

	if (json_is_string(value))
		text = xstrdup(json_string_value(value));
	else if (!json_is_null(value))
		text = xstrdup(json);
	json_decref(value);
	return text;
}

void scene_set(struct scene *scene, const char *name, const char *json)
{
	size_t i = 0;

	while (i < scene->n && strcmp(scene->vars[i].name, name) != 0)
		i++;
	if (i == sizeof(scene->vars) / sizeof(*scene->vars))
		return;
	if (i == scene->n)
		scene->vars[scene->n++].name = xstrdup(name);
	free(scene->vars[i].json);
	scene->vars[i].json = xstrdup(json);
}

const char *scene_get(const struct scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->n; i++)
		if (!strcmp(scene->vars[i].name, name))
			return scene->vars[i].json;
	return NULL;
}

void scene_begin(struct scene *scene, const struct plan *plan, const struct run *run)
{
	const struct profile_action *action = plan->action;

	scene_release(scene);
	scene->doc = xstrdup("null");
	scene->headers = xstrdup("{}");
	scene->etag = xstrdup("");
	for (size_t i = 0; i < action->nparams; i++) {
		enum param_type type = action->params[i].type;
		char *json;

		if (!run->params[i])
			json = xstrdup("null");
		else if (type == PARAM_INTEGER || type == PARAM_NUMBER)
			json = xstrdup(run->params[i]);
		else
			json = json_of_text(run->params[i]);
		scene_set(scene, action->params[i].name, json);
		free(json);
	}
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]) || !text[i])
			return false;
	return true;
}

static char *text_document(const char *text, size_t len)
{
	json_t *value = json_stringn(text, len);
	size_t cap = 8 * len + 1;
	char *clean, *json;

	if (!value) {
		clean = xcalloc(cap, 1);
		utf8_sanitise(clean, cap, text, len);
		value = json_string(clean);
		free(clean);
	}
	json = json_dumps(value, JSON_ENCODE_ANY);
	json_decref(value);
	return json;
}

/* Some gateways answer in plain text that they call JSON. */
static char *json_document(const char *text, size_t len)
{
	json_t *value = json_loadb(text, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	bool is_json = value != NULL;

	json_decref(value);
	return is_json ? xstrndup(text, len) : text_document(text, len);
}

void scene_answer(struct scene *scene, const struct step_request *spec,
		  const struct change_result *result)
{
	bool text = spec->text || spec->method == STEP_LINE;

	free(scene->doc);
	free(scene->headers);
	if (text)
		scene->doc = text_document(result->body, result->len);
	else if (is_blank(result->body, result->len))
		scene->doc = xstrdup("null");
	else
		scene->doc = json_document(result->body, result->len);
	scene->headers = xstrdup(result->headers);
	scene->status = result->status;
	if (*result->etag) {
		free(scene->etag);
		scene->etag = xstrdup(result->etag);
	}
}

void scene_input(const struct scene *scene, struct strbuf *ret_json)
{
	char *etag = json_of_text(scene->etag ? scene->etag : "");

	strbuf_addstr(ret_json, "{\"vars\":{");
	for (size_t i = 0; i < scene->n; i++)
		strbuf_addf(ret_json, "\"%s\":%s,", scene->vars[i].name, scene->vars[i].json);
	strbuf_addf(ret_json, "\"status\":%d,\"headers\":%s,\"etag\":%s},\"doc\":", scene->status,
		    scene->headers ? scene->headers : "{}", etag);
	strbuf_addstr(ret_json, scene->doc ? scene->doc : "null");
	strbuf_addch(ret_json, '}');
	free(etag);
}

/* Only what is a name can stand in a command: no blank, no quote, no backslash, nothing that ends
 * the command or begins another. */
static int add_word(struct strbuf *ret_text, const char *text, struct err *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.:/%-";
	size_t len = strlen(text);

	if (!len || len > LINE_VALUE_MAX || strspn(text, allowed) != len)
		return err_set(err, ERR_INVALID,
			       "a value is not a name and cannot stand in a command");
	strbuf_addstr(ret_text, text);
	return 0;
}

static int add_place(const struct step_request *spec, const char *name, const char *text,
		     struct strbuf *ret_text, struct err *err)
{
	const char *vars[] = {name, text, NULL};
	struct strbuf place = STRBUF_INIT;
	int rc;

	if (spec->method == STEP_LINE)
		return add_word(ret_text, text, err);
	strbuf_addf(&place, "{%s}", name);
	rc = profile_expand(place.buf, vars, ret_text, err);
	strbuf_release(&place);
	return rc;
}

int scene_expand(const struct scene *scene, const struct step_request *spec,
		 struct strbuf *ret_text, struct err *err)
{
	const char *at = spec->path;
	int result = 0;

	while (*at && result >= 0) {
		const char *close = *at == '{' ? strchr(at, '}') : NULL;
		char *name, *text;
		const char *json;

		if (!close) {
			strbuf_addch(ret_text, *at++);
			continue;
		}
		name = xstrndup(at + 1, (size_t)(close - at - 1));
		json = scene_get(scene, name);
		text = json ? json_to_text(json) : NULL;
		if (!text) {
			strbuf_add(ret_text, at, (size_t)(close - at + 1));
			result = 1;
		} else if (add_place(spec, name, text, ret_text, err) < 0) {
			result = -1;
		}
		free(text);
		free(name);
		at = close + 1;
	}
	return result;
}
