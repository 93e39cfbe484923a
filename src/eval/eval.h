/* jq expressions over JSON, run in a helper process: the client's side. The helper is forked by
 * eval_new() before any thread, TLS or credential exists; it has an empty environment, no HOME, a
 * capped address space, and is killed and started again when it misses a deadline. */
#ifndef HC_EVAL_EVAL_H
#define HC_EVAL_EVAL_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define EVAL_EXPRESSIONS 512

struct eval;

/* Forks the helper's keeper, which forks the process that runs jq when the first job comes. */
struct eval *eval_new(struct err *err);
void eval_free(struct eval *eval); /* takes NULL; ends the helper */

/* To be polled for POLLIN (and POLLOUT while eval_wants_write()); the same number for life. */
int eval_fd(const struct eval *eval);
int eval_wants_write(const struct eval *eval);
/* Reads and writes what can be done without blocking, calls back for finished jobs, and enforces
 * deadlines at now. */
void eval_turn(struct eval *eval, int64_t now_ms);
/* Mono time of the nearest deadline, or INT64_MAX. */
int64_t eval_deadline(const struct eval *eval);

/* A program is a set of named expressions, compiled together on first need; at most so many. The
 * text is copied. Returns its number. A bad expression fails only the jobs that name it. */
uint32_t eval_program(struct eval *eval, const char *const *names, const char *const *expressions,
		      size_t n);

/* One value of a row; texts are borrowed for the call and not sanitised. */
enum eval_type { EVAL_NULL, EVAL_BOOL, EVAL_NUMBER, EVAL_TEXT, EVAL_JSON };
struct eval_value {
	const char *key; /* of the row object; "" when the output is no object */
	enum eval_type type;
	double number;    /* and 0 or 1 for a bool */
	const char *text; /* EVAL_TEXT, or EVAL_JSON: as compact JSON */
	size_t len;
};

struct eval_ops {
	/* One output of the expression: an object's members, or one value with the key "". */
	void (*row)(void *ctx, const struct eval_value *values, size_t n);
	/* Called once, last. ERR_INVALID: the document or the expression; ERR_TIMEOUT: killed. */
	void (*done)(void *ctx, const struct err *err);
};

/* Runs the named expression of a program over a JSON document. In the expression "." is the
 * document and $vars an object of the given texts. The bytes are copied. Returns a job number,
 * 0 and err when the queue is full or a cap is passed. */
uint32_t eval_run(struct eval *eval, uint32_t program, const char *name, const char *json,
		  size_t len, const char *const *vars, /* key, value, ..., NULL */
		  int64_t deadline_ms, const struct eval_ops *ops, void *ctx, struct err *err);
/* done() is not called. */
void eval_cancel(struct eval *eval, uint32_t job);

/* For programs that can wait (profile test, the tests): turns until all jobs are done. Reads the
 * machine's clock. */
void eval_wait(struct eval *eval);

#endif
