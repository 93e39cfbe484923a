/* What a dialog, the command line and the journal show of a plan. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

static char *url_of(const struct plan *plan, const struct request *request)
{
	const struct act_target *target = act_target_of(plan->act, plan->target);
	struct strbuf url = STRBUF_INIT;

	if (request->spec->method != STEP_LINE && target && target->http)
		strbuf_addstr(&url, target->http->url);
	while (url.len && url.buf[url.len - 1] == '/')
		strbuf_truncate(&url, url.len - 1);
	strbuf_addstr(&url, request->path);
	return strbuf_detach(&url);
}

/* Over method, URL and body of all requests, each with its length, so that no byte can move from
 * one to the other. */
static void make_hash(struct plan *plan)
{
	struct strbuf all = STRBUF_INIT;

	for (size_t i = 0; i < plan->requests.n; i++) {
		const struct request *request = &plan->requests.list[i];
		const char *body = request->body ? request->body : "";

		strbuf_addf(&all, "%s %zu %s\n%zu %s\n", method_word(request->spec->method),
			    strlen(request->url), request->url, strlen(body), body);
	}
	sha256_hex(all.buf, all.len, plan->hash);
	strbuf_release(&all);
}

static char *joined(const struct plan *plan, bool after)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < plan->nruns; i++) {
		const char *part = after ? plan->runs[i].after : plan->runs[i].before;
		bool again = i && part && text.len && strstr(text.buf, part);

		if (part && !again)
			strbuf_addf(&text, "%s%s", text.len ? "; " : "", part);
	}
	return strbuf_detach(&text);
}

static void make_undo_words(struct plan *plan)
{
	const struct action_info *info =
		plan->action->undo ? action_info(plan->action->undo) : NULL;
	struct strbuf words = STRBUF_INIT;

	if (info && act_undo_unknown(plan))
		strbuf_addf(&words, "it cannot be: no %s was there before", act_undo_unknown(plan));
	else if (info)
		strbuf_addf(&words, "%s: %s", info->title, info->help);
	free(plan->undo_words);
	plan->undo_words = strbuf_detach(&words);
}

void show_made(struct plan *plan)
{
	free(plan->shown);
	plan->shown = xcalloc(plan->requests.n ? plan->requests.n : 1, sizeof(*plan->shown));
	for (size_t i = 0; i < plan->requests.n; i++) {
		struct request *request = &plan->requests.list[i];

		free(request->url);
		free(request->shown_body);
		request->url = url_of(plan, request);
		request->shown_body = request->body ? mask_secrets(request->body) : NULL;
	}
	if (!plan->journalled)
		make_hash(plan);
	free(plan->before);
	free(plan->after);
	plan->before = joined(plan, false);
	plan->after = joined(plan, true);
	make_undo_words(plan);
}

static void fill_shown(const struct plan *plan)
{
	for (size_t i = 0; i < plan->requests.n; i++) {
		const struct request *request = &plan->requests.list[i];
		const char *title = plan->action->steps[request->step].title;

		plan->shown[i] = (struct plan_request){
			.method = method_word(request->spec->method),
			.url = request->url,
			.body = request->shown_body ? request->shown_body : "",
			.title = title ? title : "",
			.status = request->status,
			.sent = request->sent,
		};
	}
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static bool is_undoable(const struct plan *plan)
{
	return act_can_undo(plan, NULL) == 0;
}

struct plan_view plan_view(const struct plan *plan)
{
	if (plan->shown)
		fill_shown(plan);
	return (struct plan_view){
		.name = plan->name,
		.state = plan->state,
		.watch = plan->watch,
		.why = plan->why,
		.target = plan->target,
		.target_name = plan->target_name,
		.banner = plan->banner,
		.guard = plan->guard,
		.action = plan->action,
		.title = plan->title,
		.before = or_empty(plan->before),
		.after = or_empty(plan->after),
		.blast = or_empty(plan->blast),
		.warning = or_empty(plan->warning),
		.requests = plan->shown,
		.nrequests = plan->shown ? plan->requests.n : 0,
		.hash = plan->hash,
		.twin = plan->twin,
		.reason = plan->reason,
		.challenge = plan->challenge,
		.undoable = is_undoable(plan),
		.alarm = plan->critical,
		.undo = or_empty(plan->undo_words),
		.for_ms = plan->for_ms,
		.due_ms = plan->due_ms,
		.journalling = plan->pins > 0,
		.expires_ms = plan->state == PLAN_PLANNED ? plan->expires_ms : 0,
		.changed_ms = plan->changed_ms,
	};
}

static void add_shell(struct strbuf *sb, const char *text)
{
	strbuf_addch(sb, '\'');
	for (; *text; text++)
		if (*text == '\'')
			strbuf_addstr(sb, "'\\''");
		else
			strbuf_addch(sb, *text);
	strbuf_addch(sb, '\'');
}

/* The credential by the name of what holds it, never by its value. */
static void add_credential(struct strbuf *sb, const struct act_target *target)
{
	const struct secret_ref *ref = target->action_auth ? target->action_auth : target->auth;
	const char *name = ref && ref->from == SECRET_ENV ? ref->name : "SECRET";

	if (!ref || ref->scheme == SECRET_NONE)
		return;
	if (ref->scheme == SECRET_BEARER)
		strbuf_addf(sb, " -H \"Authorization: Bearer $%s\"", name);
	else if (ref->scheme == SECRET_BASIC)
		strbuf_addf(sb, " -u \"$%s\"", name);
	else
		strbuf_addf(sb, " -H \"%s: $%s\"", ref->header, name);
}

/* How the target is reached, in curl's words. */
static void add_route(struct strbuf *sb, const struct http_options *http)
{
	const struct {
		const char *option, *value;
	} words[] = {
		{"unix-socket", http->unix_socket},
		{"cacert", http->cacert},
		{"cert", http->cert},
		{"key", http->key},
		{"pinnedpubkey", http->pinnedpubkey},
		{"proxy", http->proxy},
		{"noproxy", http->noproxy},
		{"resolve", http->resolve},
		{"connect-to", http->connect_to},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i].value)
			continue;
		strbuf_addf(sb, " --%s ", words[i].option);
		add_shell(sb, words[i].value);
	}
	/* A pin without a CA is trust in that one key. */
	if (http->insecure || (http->pinnedpubkey && !http->cacert))
		strbuf_addstr(sb, " --insecure");
}

static void add_curl(struct strbuf *sb, const struct act_target *target,
		     const struct request *request)
{
	const char *type = request->spec->content_type;
	struct strbuf match = STRBUF_INIT;

	strbuf_addf(sb, "curl -sS -X %s", method_word(request->spec->method));
	if (target && target->http)
		add_route(sb, target->http);
	if (target)
		add_credential(sb, target);
	if (request->etag) {
		strbuf_addf(&match, "If-Match: %s", request->etag);
		strbuf_addstr(sb, " -H ");
		add_shell(sb, match.buf);
	}
	if (request->shown_body) {
		strbuf_addf(sb, " -H 'Content-Type: %s' --data-raw ",
			    type ? type : "application/json");
		add_shell(sb, request->shown_body);
	}
	strbuf_addch(sb, ' ');
	add_shell(sb, request->url);
	strbuf_addch(sb, '\n');
	strbuf_release(&match);
}

static void add_line(struct strbuf *sb, const struct act_target *target,
		     const struct request *request)
{
	const char *address = target && target->line_address ? target->line_address : "";
	bool local = !strncmp(address, "unix:", 5);
	const char *colon = strchr(address, ':');

	strbuf_addstr(sb, "echo ");
	add_shell(sb, request->path);
	strbuf_addf(sb, " | socat - %s:", local ? "UNIX-CONNECT" : "TCP");
	strbuf_addstr(sb, colon ? colon + 1 : "");
	strbuf_addch(sb, '\n');
}

void plan_curl(const struct plan *plan, struct strbuf *ret_text)
{
	const struct act_target *target = act_target_of(plan->act, plan->target);

	for (size_t i = 0; i < plan->requests.n; i++)
		if (plan->requests.list[i].spec->method == STEP_LINE)
			add_line(ret_text, target, &plan->requests.list[i]);
		else
			add_curl(ret_text, target, &plan->requests.list[i]);
}

static json_t *json_requests(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->requests.n; i++) {
		const struct request *request = &plan->requests.list[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i, s:b}", "method",
						      method_word(request->spec->method), "url",
						      or_empty(request->url), "body",
						      or_empty(request->shown_body), "status",
						      request->status, "sent", request->sent));
	}
	return list;
}

static json_t *json_params(const struct plan *plan, bool undo)
{
	json_t *runs = json_array();

	for (size_t run = 0; run < plan->nruns; run++) {
		json_t *params = json_object();

		for (size_t i = 0; !undo && i < plan->action->nparams; i++)
			if (plan->runs[run].params[i])
				json_object_set_new(params, plan->action->params[i].name,
						    json_string(plan->runs[run].params[i]));
		for (size_t i = 0; undo && i < plan->action->nundo_with; i++)
			if (plan->runs[run].undo_params[i])
				json_object_set_new(params, plan->action->undo_with[i],
						    json_string(plan->runs[run].undo_params[i]));
		json_array_append_new(runs, params);
	}
	return runs;
}

/* The numbers of the runs that found it so. */
static json_t *json_already(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t run = 0; run < plan->nruns; run++)
		if (plan->runs[run].already)
			json_array_append_new(list, json_integer((json_int_t)run));
	return list;
}

char *show_detail(const struct plan *plan)
{
	json_t *detail = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b}", "title", plan->title, "why", plan->why,
		"before", or_empty(plan->before), "after", or_empty(plan->after), "blast",
		or_empty(plan->blast), "for_ms", (json_int_t)plan->for_ms, "due_wall_ms",
		(json_int_t)plan->due_wall_ms, "break_glass", plan->broken_glass);
	char *text;

	if (plan->action) {
		json_object_set_new(detail, "runs", json_params(plan, false));
		json_object_set_new(detail, "already", json_already(plan));
		json_object_set_new(detail, "undo", json_params(plan, true));
		json_object_set_new(detail, "requests", json_requests(plan));
	}
	if (plan->undoes_name)
		json_object_set_new(detail, "undoes", json_string(plan->undoes_name));
	text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(detail);
	return text;
}

void plan_json(const struct plan *plan, struct strbuf *ret_json)
{
	static const char *const watches[] = {"none", "watching", "recovered", "not recovered"};
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}",
		"schema", "hypercare.plan/1", "name", plan->name, "state",
		plan_state_word(plan->state), "why", plan->why, "watch", watches[plan->watch],
		"target", plan->target_name, "action",
		plan->action ? plan->action->info->name : "fix", "title", plan->title, "before",
		or_empty(plan->before), "after", or_empty(plan->after), "blast",
		or_empty(plan->blast), "warning", or_empty(plan->warning), "hash", plan->hash,
		"command", plan->twin, "undoable", is_undoable(plan));
	const char *volatile_text = plan->action ? plan->action->volatile_text : NULL;
	char *text;

	if (plan->action) {
		json_object_set_new(json, "runs", json_params(plan, false));
		json_object_set_new(json, "requests", json_requests(plan));
	}
	if (volatile_text)
		json_object_set_new(json, "volatile", json_string(volatile_text));
	text = json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	strbuf_addstr(ret_json, text ? text : "{}");
	free(text);
	json_decref(json);
}
