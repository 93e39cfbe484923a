#include "eval/eval.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "eval/helper.h"
#include "eval/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define JOBS           1024
#define DOCUMENT_BYTES (16u << 20)
#define QUEUED_BYTES   (96u << 20)
#define TURN_BYTES     (256u << 10) /* read at most in one turn */
#define GRACE_MS       2000         /* granted to those that waited behind a job that was killed */
#define HELPER_GONE    "the jq helper process has ended; start the program anew"

struct job {
	struct job *next;
	uint32_t id;
	uint32_t program;
	uint32_t expression;
	struct strbuf frame; /* FRAME_RUN */
	int64_t deadline_ms;
	struct eval_ops ops;
	void *ctx;
	bool cancelled;
};

struct program {
	char **names;
	size_t n;
	struct strbuf frame; /* FRAME_PROGRAM */
	bool sent;           /* to the worker of now */
};

struct eval {
	int control; /* to the keeper */
	int fd;      /* to the worker; one number for life */
	int peer;    /* the worker's end while no worker was started, else -1 */
	struct strbuf in;
	struct strbuf out;
	size_t out_sent; /* bytes of it */
	struct program *programs;
	size_t nprograms, programs_cap;
	struct job *first;
	struct job **last;
	bool gone;    /* the keeper is; no worker can be had any more */
	bool running; /* the first job was given to the worker */
	size_t njobs, queued_bytes;
	uint32_t next_id;
};

/* Puts a fresh socketpair in the place of the old; whatever the old worker had to say is lost. */
static int renew(struct eval *eval)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	if (eval->peer >= 0)
		close(eval->peer);
	eval->peer = pair[1];
	if (eval->fd < 0) {
		eval->fd = pair[0];
	} else {
		dup3(pair[0], eval->fd, O_CLOEXEC);
		close(pair[0]);
	}
	strbuf_clear(&eval->in);
	strbuf_clear(&eval->out);
	eval->out_sent = 0;
	for (size_t i = 0; i < eval->nprograms; i++)
		eval->programs[i].sent = false;
	return 0;
}

struct eval *eval_new(struct err *err)
{
	struct eval *eval = xcalloc(1, sizeof(*eval));

	eval->fd = eval->peer = -1;
	eval->last = &eval->first;
	strbuf_init(&eval->in);
	strbuf_init(&eval->out);
	eval->control = keeper_start();
	if (eval->control < 0 || renew(eval) < 0) {
		err_set(err, ERR_IO, "the jq helper cannot be started: %s", strerror(errno));
		eval_free(eval);
		return NULL;
	}
	return eval;
}

static void job_free(struct job *job)
{
	strbuf_release(&job->frame);
	free(job);
}

static void program_release(struct program *program)
{
	for (size_t i = 0; i < program->n; i++)
		free(program->names[i]);
	free(program->names);
	strbuf_release(&program->frame);
}

void eval_free(struct eval *eval)
{
	if (!eval)
		return;
	for (struct job *job = eval->first, *next; job; job = next) {
		next = job->next;
		job_free(job);
	}
	for (size_t i = 0; i < eval->nprograms; i++)
		program_release(&eval->programs[i]);
	free(eval->programs);
	strbuf_release(&eval->in);
	strbuf_release(&eval->out);
	if (eval->control >= 0)
		close(eval->control);
	if (eval->fd >= 0)
		close(eval->fd);
	if (eval->peer >= 0)
		close(eval->peer);
	free(eval);
}

int eval_fd(const struct eval *eval)
{
	return eval->fd;
}

int eval_wants_write(const struct eval *eval)
{
	return eval->out.len > 0;
}

int64_t eval_deadline(const struct eval *eval)
{
	int64_t nearest = INT64_MAX;

	for (const struct job *job = eval->first; job; job = job->next)
		if (job->deadline_ms < nearest)
			nearest = job->deadline_ms;
	return nearest;
}

uint32_t eval_program(struct eval *eval, const char *const *names, const char *const *expressions,
		      size_t n)
{
	struct frame_pair pairs[FRAME_EXPRESSIONS];
	struct program *program;

	if (n > FRAME_EXPRESSIONS)
		n = FRAME_EXPRESSIONS;
	eval->programs = xgrow(eval->programs, &eval->programs_cap, eval->nprograms + 1,
			       sizeof(*eval->programs));
	program = &eval->programs[eval->nprograms];
	*program = (struct program){.names = xcalloc(n, sizeof(*program->names)), .n = n};
	strbuf_init(&program->frame);
	for (size_t i = 0; i < n; i++) {
		program->names[i] = xstrdup(names[i]);
		pairs[i].name = (struct frame_text){names[i], strlen(names[i])};
		pairs[i].value = (struct frame_text){expressions[i], strlen(expressions[i])};
	}
	frame_put_program(&program->frame, (uint32_t)eval->nprograms, pairs, n);
	return (uint32_t)eval->nprograms++;
}

/* Takes the job out of the queue; it is the caller's then. */
static void unlink_job(struct eval *eval, struct job **place)
{
	struct job *job = *place;

	if (job == eval->first)
		eval->running = false;
	*place = job->next;
	if (!job->next)
		eval->last = place;
	eval->njobs--;
	eval->queued_bytes -= job->frame.len;
}

static void finish(struct eval *eval, struct job **place, const struct err *err)
{
	struct job *job = *place;

	unlink_job(eval, place);
	if (!job->cancelled && job->ops.done)
		job->ops.done(job->ctx, err);
	job_free(job);
}

static const char *job_name(const struct eval *eval, const struct job *job)
{
	return eval->programs[job->program].names[job->expression];
}

/* The worker fell over while it ran the first job. */
static void worker_died(struct eval *eval)
{
	struct err err = {0};
	bool running = eval->running;

	if (renew(eval) < 0)
		return;
	if (!running)
		return;
	err_set(&err, ERR_INVALID,
		"%s: jq gave up on it (out of memory, or a fault of its own); simplify it",
		job_name(eval, eval->first));
	finish(eval, &eval->first, &err);
}

/* Gives the first job to the worker, with its program when that is new there. */
static void start_first(struct eval *eval)
{
	struct job *job = eval->first;
	struct program *program;

	if (!job || eval->running)
		return;
	if (eval->peer >= 0) {
		eval->gone = keeper_order(eval->control, KEEPER_START, eval->peer) < 0;
		if (eval->gone)
			return;
		close(eval->peer);
		eval->peer = -1;
	}
	program = &eval->programs[job->program];
	if (!program->sent)
		strbuf_add(&eval->out, program->frame.buf, program->frame.len);
	program->sent = true;
	strbuf_add(&eval->out, job->frame.buf, job->frame.len);
	eval->running = true;
}

static void push(struct eval *eval)
{
	start_first(eval);
	while (eval->out_sent < eval->out.len) {
		ssize_t n = send(eval->fd, eval->out.buf + eval->out_sent,
				 eval->out.len - eval->out_sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		eval->out_sent += (size_t)n;
	}
	strbuf_clear(&eval->out);
	eval->out_sent = 0;
}

static void kill_worker(struct eval *eval)
{
	keeper_order(eval->control, KEEPER_KILL, -1);
	renew(eval);
}

/* Those behind a job that was killed have waited through no fault of their own. */
static void grant_grace(struct eval *eval, int64_t now_ms)
{
	for (struct job *job = eval->first; job; job = job->next)
		if (job->deadline_ms < now_ms + GRACE_MS)
			job->deadline_ms = now_ms + GRACE_MS;
}

static void expire_running(struct eval *eval, int64_t now_ms)
{
	struct err err = {0};

	err_set(&err, ERR_TIMEOUT, "%s: jq was stopped at its deadline; simplify the expression",
		job_name(eval, eval->first));
	kill_worker(eval);
	grant_grace(eval, now_ms);
	finish(eval, &eval->first, &err);
}

static void expire(struct eval *eval, int64_t now_ms)
{
	struct err err = {0};

	if (eval->running && eval->first->deadline_ms <= now_ms)
		expire_running(eval, now_ms);
	for (struct job **place = &eval->first; *place;) {
		if ((*place)->deadline_ms > now_ms || (eval->running && *place == eval->first)) {
			place = &(*place)->next;
			continue;
		}
		err_set(&err, ERR_TIMEOUT, "%s: its turn did not come before its deadline",
			job_name(eval, *place));
		finish(eval, place, &err);
		place = &eval->first;
	}
}

static int take_done(struct eval *eval, const struct frame *frame)
{
	struct frame_text text;
	struct err err = {0};

	if (frame_get_done(frame, &err.code, &text) < 0)
		return -1;
	utf8_sanitise(err.msg, sizeof(err.msg), text.text, text.len);
	finish(eval, &eval->first, &err);
	return 0;
}

static int take_row(struct eval *eval, const struct frame *frame)
{
	static struct eval_value values[FRAME_MEMBERS];
	struct job *job = eval->first;
	size_t n;

	if (frame_get_row(frame, values, &n) < 0)
		return -1;
	if (!job->cancelled && job->ops.row)
		job->ops.row(job->ctx, values, n);
	return 0;
}

/* Hands on the frames that are whole. -1: the worker talks nonsense. */
static int take_frames(struct eval *eval)
{
	size_t taken = 0, n;
	struct frame frame;
	int got, ret = 0;

	while (ret == 0 &&
	       (got = frame_next(eval->in.buf + taken, eval->in.len - taken, &frame, &n)) != 0) {
		if (got < 0 || !eval->running || frame.id != eval->first->id)
			return -1;
		ret = frame.kind == FRAME_ROW    ? take_row(eval, &frame)
		      : frame.kind == FRAME_DONE ? take_done(eval, &frame)
						 : -1;
		taken += n;
	}
	strbuf_consume(&eval->in, taken);
	return ret;
}

/* Returns the bytes read; 0 when there was nothing. */
static size_t pull(struct eval *eval)
{
	static char chunk[64u << 10];
	ssize_t n;

	do
		n = recv(eval->fd, chunk, sizeof(chunk), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n > 0)
		strbuf_add(&eval->in, chunk, (size_t)n);
	if (n <= 0 || take_frames(eval) < 0)
		worker_died(eval);
	return n > 0 ? (size_t)n : 0;
}

static void fail_all(struct eval *eval)
{
	struct err err = {0};

	err_set(&err, ERR_IO, HELPER_GONE);
	while (eval->first)
		finish(eval, &eval->first, &err);
}

void eval_turn(struct eval *eval, int64_t now_ms)
{
	size_t n, sum = 0;

	if (eval->gone)
		fail_all(eval);
	expire(eval, now_ms);
	do {
		push(eval);
		n = pull(eval);
		sum += n;
	} while (n && sum < TURN_BYTES);
	push(eval);
}

static int find_expression(const struct eval *eval, uint32_t program, const char *name,
			   uint32_t *ret_expression, struct err *err)
{
	if (program >= eval->nprograms)
		return err_set(err, ERR_NOT_FOUND, "no such jq program");
	for (size_t i = 0; i < eval->programs[program].n; i++)
		if (strcmp(eval->programs[program].names[i], name) == 0) {
			*ret_expression = (uint32_t)i;
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "no jq expression is called %.100s", name);
}

static int build_run(struct frame_run *run, const char *const *vars, const char *json, size_t len,
		     struct err *err)
{
	run->nvars = 0;
	for (size_t i = 0; vars && vars[i]; i += 2) {
		if (run->nvars == FRAME_VARS)
			return err_set(err, ERR_LIMIT, "more than %d parameters for jq",
				       FRAME_VARS);
		run->vars[run->nvars].name = (struct frame_text){vars[i], strlen(vars[i])};
		run->vars[run->nvars].value = (struct frame_text){vars[i + 1], strlen(vars[i + 1])};
		run->nvars++;
	}
	run->json = (struct frame_text){json, len};
	return 0;
}

uint32_t eval_run(struct eval *eval, uint32_t program, const char *name, const char *json,
		  size_t len, const char *const *vars, int64_t deadline_ms,
		  const struct eval_ops *ops, void *ctx, struct err *err)
{
	struct frame_run run;
	struct job *job;

	if (eval->gone) {
		err_set(err, ERR_IO, HELPER_GONE);
		return 0;
	}
	if (len > DOCUMENT_BYTES || eval->njobs >= JOBS ||
	    eval->queued_bytes + len > QUEUED_BYTES) {
		err_set(err, ERR_LIMIT, "%s waiting for jq",
			len > DOCUMENT_BYTES ? "a document over 16 MiB is" : "too much is");
		return 0;
	}
	if (find_expression(eval, program, name, &run.expression, err) < 0 ||
	    build_run(&run, vars, json, len, err) < 0)
		return 0;
	run.program = program;
	job = xcalloc(1, sizeof(*job));
	if (++eval->next_id == 0)
		eval->next_id = 1;
	*job = (struct job){.id = eval->next_id,
			    .program = program,
			    .expression = run.expression,
			    .deadline_ms = deadline_ms,
			    .ops = *ops,
			    .ctx = ctx};
	strbuf_init(&job->frame);
	frame_put_run(&job->frame, job->id, &run);
	*eval->last = job;
	eval->last = &job->next;
	eval->njobs++;
	eval->queued_bytes += job->frame.len;
	push(eval);
	return job->id;
}

void eval_cancel(struct eval *eval, uint32_t id)
{
	for (struct job **place = &eval->first; *place; place = &(*place)->next) {
		if ((*place)->id != id)
			continue;
		if (eval->running && *place == eval->first) {
			eval->first->cancelled = true;
		} else {
			struct job *job = *place;
			unlink_job(eval, place);
			job_free(job);
		}
		return;
	}
}

void eval_wait(struct eval *eval)
{
	while (eval->first) {
		short events = eval_wants_write(eval) ? POLLIN | POLLOUT : POLLIN;
		struct pollfd pollfd = {.fd = eval->fd, .events = events};
		int64_t left = eval_deadline(eval) - clock_read().mono_ms;
		poll(&pollfd, 1, left < 0 ? 0 : left > 1000 ? 1000 : (int)left);
		eval_turn(eval, clock_read().mono_ms);
	}
}
