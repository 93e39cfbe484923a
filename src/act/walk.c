/* Goes through the steps of a plan's runs, one thing at a time: an expression, a read, a send. */
#include "act/act_impl.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define REQUESTS_MAX 256
#define REREADS_MAX  3 /* in one walk */
#define SHOWN_BYTES  160

static void step_begin(struct plan *plan);
static void next_let(struct plan *plan);
static void run_asked(struct plan *plan);

static const struct action_step *step_of(const struct plan *plan)
{
	return &plan->action->steps[plan->walk.step];
}

static const struct step_request *request_of(const struct action_step *step)
{
	return step->read.method != STEP_NONE ? &step->read : &step->send;
}

static bool is_read(const struct action_step *step)
{
	return step->read.method != STEP_NONE;
}

static void request_release(struct request *request)
{
	free(request->path);
	free(request->body);
	free(request->etag);
	free(request->url);
	free(request->shown_body);
	*request = (struct request){0};
}

void requests_release(struct requests *requests)
{
	for (size_t i = 0; i < requests->n; i++)
		request_release(&requests->list[i]);
	free(requests->list);
	*requests = (struct requests){0};
}

struct request *requests_find(struct requests *requests, size_t run, size_t step)
{
	for (size_t i = 0; i < requests->n; i++)
		if (requests->list[i].run == run && requests->list[i].step == step)
			return &requests->list[i];
	return NULL;
}

void plan_walk_release(struct plan *plan)
{
	scene_release(&plan->walk.scene);
	requests_release(&plan->walk.fresh);
}

/* The walk cannot go on. What that means is for the state it is in. */
static void give_up(struct plan *plan, const struct err *err)
{
	plan->walk.fault = *err;
	plan->walk.done(plan);
}

/* An expression that cannot be had is only the matter of a plan that needs it: one that finds that
 * nothing is to be done does not. */
static void note_fault(struct plan *plan, const struct err *err)
{
	if (!plan->walk.fault.code)
		plan->walk.fault = *err;
}

static void next_step(struct plan *plan)
{
	plan->walk.step++;
	plan->walk.let = 0;
	step_begin(plan);
}

void plan_walk_lets(struct plan *plan)
{
	plan->walk.after_send = true;
	plan->walk.unknown = plan->walk.unknown || step_of(plan)->nlets;
	next_let(plan);
}

static void on_let(struct plan *plan, const char *json, const struct err *err)
{
	const struct action_step *step = step_of(plan);

	if (!json) {
		give_up(plan, err);
		return;
	}
	scene_set(&plan->walk.scene, step->lets[plan->walk.let], json);
	plan->walk.let++;
	next_let(plan);
}

static void next_let(struct plan *plan)
{
	const struct action_step *step = step_of(plan);

	if (plan->walk.let == step->nlets)
		next_step(plan);
	else
		ask(plan, &plan->walk.scene, on_let, "%zu.let.%s", plan->walk.step,
		    step->lets[plan->walk.let]);
}

static void read_refused(struct plan *plan)
{
	const struct scene *scene = &plan->walk.scene;
	char shown[SHOWN_BYTES];
	struct err err;

	utf8_sanitise(shown, sizeof(shown), scene->doc, strlen(scene->doc));
	err_set(&err, ERR_STATUS, "the gateway answers %d to %.80s: %.120s", scene->status,
		request_of(step_of(plan))->path, shown);
	give_up(plan, &err);
}

/* The profile says in words why an answer cannot be used: these, rather than the answer. */
static void read_refused_so(struct plan *plan, const char *json)
{
	char *why = json_to_text(json), shown[SHOWN_BYTES];
	struct err err;

	utf8_sanitise(shown, sizeof(shown), why, strlen(why));
	err_set(&err, ERR_STATUS, "%.200s", shown);
	free(why);
	give_up(plan, &err);
}

static void on_read_ok(struct plan *plan, const char *json, const struct err *err)
{
	if (!json)
		give_up(plan, err);
	else if (says_true(json))
		next_let(plan);
	else if (json[0] == '"' && json[1] != '"')
		read_refused_so(plan, json);
	else
		read_refused(plan);
}

static void make_request(struct plan *plan);

/* A gateway that restarts its listener after each change (Caddy) breaks off what others read. A
 * read may be asked again. */
static void on_no_answer(struct plan *plan, const struct err *err)
{
	bool broken = err->code == ERR_TRUNCATED || err->code == ERR_REFUSED || err->code == ERR_IO;

	if (!broken || ++plan->walk.rereads > REREADS_MAX)
		give_up(plan, err);
	else
		make_request(plan);
}

static void on_read(struct plan *plan, const struct change_result *result)
{
	const struct action_step *step = step_of(plan);
	struct err err = result->err;

	if (result->fate != CHANGE_ANSWERED) {
		on_no_answer(plan, &err);
		return;
	}
	if (step->sent_back && !exact_numbers(result->body, result->len)) {
		err_set(&err, ERR_UNSUPPORTED,
			"a number in the gateway's document would be changed by sending it back");
		give_up(plan, &err);
		return;
	}
	scene_answer(&plan->walk.scene, &step->read, result);
	if (step->read.has_ok)
		ask(plan, &plan->walk.scene, on_read_ok, "%zu.ok", plan->walk.step);
	else if (step->read.method == STEP_LINE || (result->status >= 200 && result->status < 300))
		next_let(plan);
	else
		read_refused(plan);
}

static void record(struct plan *plan, const char *path, const char *body, bool open)
{
	const struct action_step *step = step_of(plan);
	struct requests *fresh = &plan->walk.fresh;
	struct request *request;

	if (fresh->n == REQUESTS_MAX)
		return;
	fresh->list = xreallocarray(fresh->list, fresh->n + 1, sizeof(*fresh->list));
	request = &fresh->list[fresh->n++];
	*request = (struct request){
		.spec = &step->send,
		.step = plan->walk.step,
		.run = plan->walk.run,
		.path = xstrdup(path),
		.body = body ? xstrdup(body) : NULL,
		.open = open || (plan->walk.unknown && (step->has_if || body)),
	};
	if (step->send.if_match && *plan->walk.scene.etag)
		request->etag = xstrdup(plan->walk.scene.etag);
	plan->walk.after_send = true;
	plan->walk.unknown = plan->walk.unknown || step->nlets;
	next_step(plan);
}

static void do_read(struct plan *plan, const char *path, const char *body)
{
	struct err err;

	if (plan->walk.after_send)
		plan->walk.unknown = true;
	if (send_read(plan, &step_of(plan)->read, path, body, on_read, &err) < 0)
		give_up(plan, &err);
}

/* The step's request with its places filled. */
static void with_body(struct plan *plan, const char *body)
{
	const struct action_step *step = step_of(plan);
	struct strbuf path = STRBUF_INIT;
	bool unknown = plan->walk.unknown && plan->walk.mode != WALK_SEND;
	struct err err = {0};
	int open = scene_expand(&plan->walk.scene, request_of(step), &path, &err);

	if (open < 0 && is_read(step)) {
		give_up(plan, &err);
	} else if (open < 0) {
		note_fault(plan, &err);
		next_step(plan);
	} else if (open && !unknown) {
		err_set(&err, ERR_NOT_FOUND, "nothing is known for a place of %.100s", path.buf);
		note_fault(plan, &err);
		next_step(plan);
	} else if (open && is_read(step)) {
		next_step(plan);
	} else if (is_read(step)) {
		do_read(plan, path.buf, body);
	} else if (plan->walk.mode == WALK_READBACK) {
		next_step(plan);
	} else if (plan->walk.mode == WALK_SEND) {
		carry_made(plan, path.buf, body);
	} else {
		record(plan, path.buf, body, open);
	}
	strbuf_release(&path);
}

static void on_body(struct plan *plan, const char *json, const struct err *err)
{
	const struct step_request *request = request_of(step_of(plan));
	char *text;

	if (!json) {
		note_fault(plan, err);
		next_step(plan);
		return;
	}
	text = request->has_raw_body ? json_to_text(json) : xstrdup(json);
	with_body(plan, text ? text : "");
	free(text);
}

static void make_request(struct plan *plan)
{
	const struct step_request *request = request_of(step_of(plan));

	if (request->has_body || request->has_raw_body)
		ask(plan, &plan->walk.scene, on_body, "%zu.body", plan->walk.step);
	else
		with_body(plan, NULL);
}

static void on_if(struct plan *plan, const char *json, const struct err *err)
{
	if (!json)
		note_fault(plan, err);
	if (says_true(json))
		make_request(plan);
	else
		next_step(plan);
}

/* While sending, what was read before the first request holds, and what was shown is sent as it
 * was; only what hangs on an answer is made now. */
static bool is_settled(struct plan *plan)
{
	if (plan->walk.mode != WALK_SEND)
		return false;
	if (is_read(step_of(plan)))
		return !plan->walk.after_send;
	return !plan->walk.unknown;
}

static void step_settled(struct plan *plan)
{
	struct request *request = requests_find(&plan->requests, plan->walk.run, plan->walk.step);

	if (request)
		carry_request(plan, request);
	else
		next_step(plan);
}

static void step_begin(struct plan *plan)
{
	if (plan->walk.step == plan->action->nsteps)
		run_asked(plan);
	else if (is_settled(plan))
		step_settled(plan);
	else if (step_of(plan)->has_if)
		ask(plan, &plan->walk.scene, on_if, "%zu.if", plan->walk.step);
	else
		make_request(plan);
}

/* After the steps of a run: what its expressions over the state say. */

static void run_begin(struct plan *plan)
{
	struct walk *walk = &plan->walk;

	walk->step = walk->let = walk->value = 0;
	walk->after_send = walk->unknown = false;
	scene_begin(&walk->scene, plan, &plan->runs[walk->run]);
	step_begin(plan);
}

static void run_end(struct plan *plan)
{
	struct walk *walk = &plan->walk;
	struct run *run = &plan->runs[walk->run];
	bool single = walk->mode == WALK_RENEW || walk->mode == WALK_READBACK;

	scene_release(&run->scene);
	run->scene = walk->scene;
	walk->scene = (struct scene){0};
	/* A run that needs nothing, or must not be, has no requests to be missing. */
	if (run->already || run->refusal)
		walk->fault = (struct err){0};
	if (walk->fault.code || single || walk->run + 1 == plan->nruns) {
		walk->done(plan);
		return;
	}
	walk->run++;
	run_begin(plan);
}

/* Values for parameters: first those of the undo, then those of the twin. */

static void next_value(struct plan *plan);

static char **value_at(struct run *run, const struct profile_action *action, size_t i)
{
	return i < action->nundo_with ? &run->undo_params[i]
				      : &run->twin_params[i - action->nundo_with];
}

static void on_value(struct plan *plan, const char *json, const struct err *err)
{
	char **value = value_at(&plan->runs[plan->walk.run], plan->action, plan->walk.value);

	(void)err;
	if (json) {
		free(*value);
		*value = json_to_text(json);
	}
	plan->walk.value++;
	next_value(plan);
}

static void next_value(struct plan *plan)
{
	const struct profile_action *action = plan->action;
	size_t i = plan->walk.value;

	if (plan->walk.mode != WALK_PLAN || i == action->nundo_with + action->ntwin_with)
		run_end(plan);
	else if (i < action->nundo_with)
		ask(plan, &plan->walk.scene, on_value, "undo.%s", action->undo_with[i]);
	else
		ask(plan, &plan->walk.scene, on_value, "twin.%s",
		    action->twin_with[i - action->nundo_with]);
}

static void on_after(struct plan *plan, const char *json, const struct err *err)
{
	struct run *run = &plan->runs[plan->walk.run];

	(void)err;
	free(run->after);
	run->after = json ? json_to_text(json) : NULL;
	next_value(plan);
}

static void on_before(struct plan *plan, const char *json, const struct err *err)
{
	struct run *run = &plan->runs[plan->walk.run];

	(void)err;
	free(run->before);
	run->before = json ? json_to_text(json) : NULL;
	ask(plan, &plan->walk.scene, on_after, "after");
}

static void ask_before(struct plan *plan)
{
	if (plan->action->has_before)
		ask(plan, &plan->walk.scene, on_before, "before");
	else
		next_value(plan);
}

static void on_refuse(struct plan *plan, const char *json, const struct err *err)
{
	struct run *run = &plan->runs[plan->walk.run];

	free(run->refusal);
	run->refusal = json ? json_to_text(json) : xstrdup(err->msg);
	ask_before(plan);
}

static void ask_refuse(struct plan *plan)
{
	if (plan->action->has_refuse)
		ask(plan, &plan->walk.scene, on_refuse, "refuse");
	else
		ask_before(plan);
}

static void on_already(struct plan *plan, const char *json, const struct err *err)
{
	if (!json)
		note_fault(plan, err);
	if (plan->walk.mode == WALK_READBACK)
		plan->runs[plan->walk.run].shows = says_true(json);
	else
		plan->runs[plan->walk.run].already = says_true(json);
	ask_refuse(plan);
}

static void run_asked(struct plan *plan)
{
	if (plan->walk.mode == WALK_SEND)
		plan->walk.done(plan);
	else if (plan->action->has_already)
		ask(plan, &plan->walk.scene, on_already, "already");
	else
		ask_refuse(plan);
}

void plan_walk(struct plan *plan, enum walk_mode mode, size_t run, void (*done)(struct plan *))
{
	struct walk *walk = &plan->walk;

	walk->mode = mode;
	walk->run = run;
	walk->done = done;
	walk->rereads = 0;
	walk->fault = (struct err){0};
	requests_release(&walk->fresh);
	run_begin(plan);
}

void plan_walk_send(struct plan *plan, size_t run, size_t step, void (*done)(struct plan *))
{
	struct walk *walk = &plan->walk;

	scene_release(&walk->scene);
	walk->scene = plan->runs[run].scene;
	plan->runs[run].scene = (struct scene){0};
	walk->mode = WALK_SEND;
	walk->run = run;
	walk->step = step;
	walk->let = 0;
	walk->after_send = walk->unknown = false;
	walk->done = done;
	walk->rereads = 0;
	walk->fault = (struct err){0};
	step_begin(plan);
}
