/* One request of a plan on the wire, with the credential for acting. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define READ_MS 10000

const char *method_word(enum step_method method)
{
	static const char *const words[] = {
		[STEP_NONE] = "",   [STEP_GET] = "GET",     [STEP_POST] = "POST",
		[STEP_PUT] = "PUT", [STEP_PATCH] = "PATCH", [STEP_DELETE] = "DELETE",
		[STEP_LINE] = "",
	};

	return words[method];
}

static void on_done(void *ctx, const struct change_result *result)
{
	struct plan *plan = ctx;
	answer_fn *done = plan->on_answer;

	plan->change = NULL;
	done(plan, result);
}

static const struct change_ops change_ops = {.done = on_done};

/* The operator's own where one is configured, else that for reading. */
static int credential_of(const struct act_target *target, char **ret_header, struct err *err)
{
	const struct secret_ref *ref = target->action_auth ? target->action_auth : target->auth;

	*ret_header = NULL;
	if (!ref || ref->scheme == SECRET_NONE || !target->http)
		return 0;
	*ret_header = secret_header(ref, err);
	return *ret_header ? 0 : -1;
}

/* A key names one attempt of one request of one plan: a second one after a lost race is another. */
static char *key_of(const struct plan *plan)
{
	struct strbuf key = STRBUF_INIT;

	strbuf_addf(&key, "%s-%zu-%u", plan->name, plan->walk.request, plan->walk.tries);
	return strbuf_detach(&key);
}

static void fill(struct change_spec *spec, const struct act_target *target,
		 const struct step_request *request)
{
	static const char json[] = "application/json";

	spec->origin = target->http;
	spec->address = target->line_address;
	spec->method = method_word(request->method);
	spec->content_type = request->content_type ? request->content_type : json;
	if (request->method == STEP_LINE)
		spec->origin = NULL;
}

static int start(struct plan *plan, struct change_spec *spec, const struct step_request *request,
		 const char *etag, answer_fn *done, struct err *err)
{
	const struct act_target *target = act_target_of(plan->act, plan->target);
	struct strbuf accept = STRBUF_INIT, match = STRBUF_INIT;
	const char *headers[3] = {NULL};
	char *credential = NULL;
	size_t n = 0;
	int result = -1;

	if (!target)
		return err_set(err, ERR_NOT_FOUND, "the target is gone");
	fill(spec, target, request);
	if (!spec->origin && !spec->address) {
		err_set(err, ERR_UNSUPPORTED, "this target is not reached in that way");
		goto out;
	}
	if (credential_of(target, &credential, err) < 0)
		goto out;
	strbuf_addf(&accept, "Accept: %s", request->accept ? request->accept : "*/*");
	headers[n++] = accept.buf;
	if (etag) {
		strbuf_addf(&match, "If-Match: %s", etag);
		headers[n++] = match.buf;
	}
	spec->headers = headers;
	spec->credential = credential;
	plan->on_answer = done;
	plan->change = change_start(plan->act->http, plan->act->loop, spec, &change_ops, plan, err);
	result = plan->change ? 0 : -1;
out:
	secret_wipe(credential);
	strbuf_release(&match);
	strbuf_release(&accept);
	return result;
}

int send_read(struct plan *plan, const struct step_request *spec, const char *path,
	      const char *body, answer_fn *done, struct err *err)
{
	struct change_spec change = {
		.path = path,
		.command = path,
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.limits = {.timeout_ms = READ_MS, .body_bytes = 8 * 1024 * 1024},
	};

	return start(plan, &change, spec, NULL, done, err);
}

int send_change(struct plan *plan, const struct request *request, answer_fn *done, struct err *err)
{
	struct change_spec change = {
		.path = request->path,
		.command = request->path,
		.body = request->body,
		.body_len = request->body ? strlen(request->body) : 0,
		.limits = {.timeout_ms = plan->act->options.patience.send_ms},
	};
	char *key = plan->action->keyed ? key_of(plan) : NULL;
	int result;

	change.idempotency_key = key;
	result = start(plan, &change, request->spec, request->etag, done, err);
	free(key);
	return result;
}
