/* What is confirmed is sent: each request once, and what its answer means. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 3

static void run_sent(struct plan *plan);
static void renew(struct plan *plan);

bool plan_has_applied(const struct plan *plan)
{
	for (size_t i = 0; i < plan->requests.n; i++)
		if (plan->requests.list[i].applied)
			return true;
	return false;
}

bool plan_touched(const struct plan *plan, size_t run)
{
	const struct run *at = &plan->runs[run];

	if (at->already || at->absent || at->sent)
		return !at->already && !at->absent;
	for (size_t i = 0; i < plan->requests.n; i++)
		if (plan->requests.list[i].run == run && plan->requests.list[i].sent)
			return true;
	return false;
}

void carry_end(struct plan *plan, enum plan_state state, const char *fmt, ...)
{
	char why[WHY_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (plan_has_applied(plan))
		plan_end(plan, PLAN_PARTIAL, "not all of it was done: %s", why);
	else
		plan_end(plan, state, "%s", why);
}

static struct request *current(struct plan *plan)
{
	return &plan->requests.list[plan->walk.request];
}

/* What a refusal is shown with: the profile's words for it, else the gateway's own. */
static void take_words(struct plan *plan, const char *json)
{
	char *text = json_to_text(json);
	size_t len = text ? strlen(text) : 0;

	while (len && strchr("\r\n \t", text[len - 1]))
		len--;
	utf8_sanitise(plan->said, sizeof(plan->said), text ? text : "", len);
	free(text);
}

static void was_refused(struct plan *plan)
{
	const struct request *request = current(plan);

	if (request->spec->method == STEP_LINE)
		carry_end(plan, PLAN_REJECTED, "the gateway said: %s", plan->said);
	else
		carry_end(plan, PLAN_REJECTED, "the gateway said no: %d%s%s", request->status,
			  *plan->said ? ": " : "", plan->said);
}

/* What a server error leaves open is found out by reading back; a proxy's leaves open more. */
static void said_no(struct plan *plan)
{
	const struct request *request = current(plan);
	int status = request->status;

	if (!*plan->said)
		take_words(plan, plan->walk.scene.doc);
	if (status == 412 && request->etag) {
		renew(plan);
	} else if (status == 409 || status == 412) {
		carry_end(plan, PLAN_CONFLICT,
			  "the gateway answers %d: its state is no longer the one shown", status);
	} else if (status >= 500) {
		plan->doubt = true;
		plan->refused_by_5xx = status != 502 && status != 504;
		verify_start(plan);
	} else {
		was_refused(plan);
	}
}

static void on_retry(struct plan *plan, const char *json, const struct err *err)
{
	(void)err;
	if (says_true(json))
		renew(plan);
	else
		said_no(plan);
}

static void take_verdict(struct plan *plan, bool ok)
{
	struct request *request = current(plan);

	if (ok) {
		request->applied = true;
		plan->runs[plan->walk.run].sent = true;
		plan_walk_lets(plan);
	} else if (request->spec->has_retry) {
		ask(plan, &plan->walk.scene, on_retry, "%zu.retry", plan->walk.step);
	} else {
		said_no(plan);
	}
}

static void on_ok(struct plan *plan, const char *json, const struct err *err)
{
	(void)err;
	if (json && json[0] == '"')
		take_words(plan, json);
	take_verdict(plan, says_true(json));
}

/* A command that does what it should says nothing. */
static bool is_silent(const struct change_result *result)
{
	for (size_t i = 0; i < result->len; i++)
		if (!strchr("\r\n \t", result->body[i]) || !result->body[i])
			return false;
	return true;
}

static void on_answer(struct plan *plan, const struct change_result *result)
{
	struct request *request = current(plan);

	request->status = result->status;
	if (result->fate == CHANGE_UNSENT) {
		request->sent = false;
		carry_end(plan, PLAN_REJECTED, "nothing was sent: %s", result->err.msg);
		return;
	}
	if (result->fate == CHANGE_UNKNOWN) {
		snprintf(plan->why, sizeof(plan->why), "%s", result->err.msg);
		plan->doubt = true;
		verify_start(plan);
		return;
	}
	scene_answer(&plan->walk.scene, request->spec, result);
	if (request->spec->has_ok)
		ask(plan, &plan->walk.scene, on_ok, "%zu.ok", plan->walk.step);
	else if (request->spec->method == STEP_LINE)
		take_verdict(plan, is_silent(result));
	else
		take_verdict(plan, result->status >= 200 && result->status < 300);
}

void carry_request(struct plan *plan, struct request *request)
{
	struct err err;

	plan->walk.request = (size_t)(request - plan->requests.list);
	plan->said[0] = '\0';
	if (guard_check(plan, GUARD_SEND, &err) < 0) {
		carry_end(plan, PLAN_REFUSED, "%s", err.msg);
		return;
	}
	request->sent = true;
	plan->sent_wall_ms = loop_now(plan->act->loop).wall_ms;
	if (send_change(plan, request, on_answer, &err) == 0) {
		plan_say(plan);
		return;
	}
	request->sent = false;
	carry_end(plan, PLAN_REJECTED, "nothing was sent: %s", err.msg);
}

/* A request that an answer before has made possible. */
void carry_made(struct plan *plan, const char *path, const char *body)
{
	struct walk *walk = &plan->walk;
	struct request *request = requests_find(&plan->requests, walk->run, walk->step);
	struct requests *all = &plan->requests;

	if (!request) {
		all->list = xreallocarray(all->list, all->n + 1, sizeof(*all->list));
		request = &all->list[all->n++];
		*request = (struct request){.run = walk->run, .step = walk->step};
	}
	request->spec = &plan->action->steps[walk->step].send;
	free(request->path);
	free(request->body);
	free(request->etag);
	request->path = xstrdup(path);
	request->body = body ? xstrdup(body) : NULL;
	request->etag =
		request->spec->if_match && *walk->scene.etag ? xstrdup(walk->scene.etag) : NULL;
	request->open = false;
	show_made(plan);
	carry_request(plan, request);
}

/* Takes the requests that a new reading has made in the place of those of this run. */
static bool take_renewed(struct plan *plan, size_t run)
{
	for (size_t i = 0; i < plan->walk.fresh.n; i++) {
		struct request *fresh = &plan->walk.fresh.list[i];
		struct request *old = requests_find(&plan->requests, run, fresh->step);

		if (!old || old->spec != fresh->spec ||
		    (!old->open && strcmp(old->path, fresh->path) != 0))
			return false;
		if (old->applied)
			continue;
		free(old->body);
		free(old->etag);
		old->body = fresh->body;
		old->etag = fresh->etag;
		fresh->body = fresh->etag = NULL;
	}
	return true;
}

static bool is_renewed(struct plan *plan)
{
	const struct walk *walk = &plan->walk;
	struct run *run = &plan->runs[walk->run];

	if (walk->fault.code)
		carry_end(plan, PLAN_CONFLICT, "it cannot be read anew: %s", walk->fault.msg);
	else if (run->refusal)
		carry_end(plan, PLAN_REFUSED, "%s", run->refusal);
	else if (run->already)
		verify_start(plan);
	else if (!take_renewed(plan, walk->run))
		carry_end(plan, PLAN_CONFLICT,
			  "the gateway's state has changed, and other requests would be needed");
	else
		return true;
	return false;
}

/* A lost race: the gateway did nothing, so that the same may be done once more on what it has
 * become. */
static void on_renewed(struct plan *plan)
{
	size_t step = plan->requests.list[plan->walk.request].step;

	if (!is_renewed(plan))
		return;
	show_made(plan);
	plan_walk_send(plan, plan->walk.run, step, run_sent);
}

static void renew(struct plan *plan)
{
	if (++plan->walk.tries >= TRIES_MAX) {
		carry_end(plan, PLAN_CONFLICT,
			  "others change the same at the same time: %d tries were lost, none of "
			  "them has changed anything",
			  TRIES_MAX);
		return;
	}
	current(plan)->sent = false;
	plan_walk(plan, WALK_RENEW, plan->walk.run, on_renewed);
}

static void on_run_read(struct plan *plan)
{
	if (!is_renewed(plan))
		return;
	show_made(plan);
	plan_walk_send(plan, plan->walk.run, 0, run_sent);
}

/* What a let that failed had to do with comes after the request was carried out. */
static void run_sent(struct plan *plan)
{
	if (plan->walk.fault.code)
		plan->doubt = true;
	verify_start(plan);
}

void carry_next_run(struct plan *plan)
{
	size_t run = plan->walk.run + 1;

	while (run < plan->nruns && plan->runs[run].already)
		run++;
	if (run >= plan->nruns) {
		plan_end(plan, PLAN_CONFIRMED, "%s",
			 plan->action->verify.method == STEP_NONE && plan->action->effect
				 ? plan->action->effect
				 : "");
		return;
	}
	plan->doubt = plan->refused_by_5xx = false;
	plan->walk.tries = 0;
	plan_move(plan, PLAN_SENDING, "%s", "");
	/* What it changes may be what the run before has changed. */
	plan_walk(plan, WALK_RENEW, run, on_run_read);
}

void carry_start(struct plan *plan)
{
	size_t run = 0;

	plan->walk.tries = 0;
	plan_move(plan, PLAN_SENDING, "%s", "");
	while (run + 1 < plan->nruns && plan->runs[run].already)
		run++;
	plan_walk_send(plan, run, 0, run_sent);
}
