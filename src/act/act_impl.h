/* What the files of act/ share. A plan is a list of runs (one for each value of a multi-select);
 * a walk goes through the steps of a run, only reading while it plans and checks, and sending once
 * it is let. */
#ifndef HC_ACT_ACT_IMPL_H
#define HC_ACT_ACT_IMPL_H

#include "act/act.h"
#include "act/scene.h"
#include "net/change.h"

#include <jansson.h>

#define NAME_BYTES 32
#define WHY_BYTES  512
#define SAID_BYTES 200
#define RUNS_MAX   64

struct request {
	const struct step_request *spec;
	size_t step, run;
	char *path; /* or the command; with a {name} left in it while it is open */
	char *body; /* NULL without */
	char *etag; /* sent as If-Match, NULL without */
	char *url, *shown_body;
	bool open; /* what it is made of comes with an answer that is not there yet */
	int status;
	bool sent, applied;
};

struct requests {
	struct request *list;
	size_t n;
};

struct run {
	char *params[ACTION_PARAMS]; /* canonical, NULL: not given and no fallback */
	struct scene scene;
	bool already; /* before anything was sent: not ours, and not taken back */
	bool shows;   /* read back: the same expression holds now */
	bool verified, sent;
	bool absent; /* read back: it has not been carried out */
	char *before, *after, *refusal;
	char *undo_params[ACTION_PARAMS]; /* of the action's undo_with */
	char *twin_params[ACTION_PARAMS]; /* of its twin_with */
};

enum walk_mode {
	WALK_PLAN,    /* reads, makes the requests, the before-state, the undo */
	WALK_CHECK,   /* the same once more, to be compared */
	WALK_RENEW,   /* after a lost race: reads and makes the requests of this run anew */
	WALK_SEND,    /* sends them */
	WALK_READBACK /* reads only, to see whether an unknown plan has happened */
};

struct walk {
	enum walk_mode mode;
	size_t run, step, let, value, request;
	unsigned tries, rereads;
	struct scene scene; /* of the run, made anew by each walk that reads */
	struct requests fresh;
	struct err fault; /* the first of a request that could not be made */
	bool after_send;  /* of this run */
	bool unknown;     /* a let of an unsent request is missing from here on */
	void (*done)(struct plan *plan);
};

typedef void answer_fn(struct plan *plan, const struct change_result *result);
typedef void ask_fn(struct plan *plan, const char *json, const struct err *err);

struct plan {
	struct act *act;
	char name[NAME_BYTES];
	enum plan_state state;
	enum watch_state watch;
	char why[WHY_BYTES];
	char said[SAID_BYTES]; /* what the last request was refused with */
	uint32_t target;
	char *target_name, *banner;
	enum config_guard guard;
	struct profile *profile;
	const struct profile_action *action; /* NULL: a fix made elsewhere */
	char *title, *blast, *warning, *twin, *reason, *undo_words, *before, *after;
	struct run *runs;
	size_t nruns, each; /* each: the parameter that differs; SIZE_MAX: none */
	struct requests requests;
	struct plan_request *shown;
	char hash[65];
	char challenge[80];
	int64_t for_ms, due_ms, due_wall_ms, expires_ms, changed_ms, sent_wall_ms, watch_ms;
	bool headless, journalled, automatic, restored, undone, approved, broken_glass;
	bool preview;
	bool checking; /* verify_now is under way */
	bool doubt;    /* what was sent may have been carried out */
	bool refused_by_5xx;
	uint32_t *findings;
	size_t nfindings;
	int64_t clear_ms;    /* of the findings, once all is well */
	struct plan *undoes; /* the plan that this one takes back, or NULL */
	char *undoes_name;
	char **was; /* before-states as they were shown, while they are compared */
	struct walk walk;
	struct change_request *change;
	answer_fn *on_answer;
	uint32_t job;
	ask_fn *on_ask;
	struct strbuf asked; /* outputs of the expression under way */
	size_t outputs;
	struct err ask_err;
	struct loop_timer timer;
	struct loop_timer due;
	int64_t verify_until_ms;
	unsigned verify_tries;
	unsigned pins;   /* calls of the store that will come back to it */
	bool critical;   /* an undo that was due was not done */
	unsigned claims; /* of its undo that came to nothing */
};

struct act {
	struct loop *loop;
	struct http *http;
	struct eval *eval;
	struct store *store;
	const struct model *model;
	struct act_options options;
	struct act_ops ops;
	void *ctx;
	struct act_target *targets;
	size_t ntargets;
	struct plan **plans; /* oldest first */
	size_t nplans;
	int64_t window_until_ms;
	uint64_t random;
	struct ledger *ledger;
	struct writing *writings;
	unsigned approving;
	struct err approval; /* what the last one came to */
};

/* act.c */
const struct act_target *act_target_of(const struct act *act, uint32_t target);
uint64_t act_random(struct act *act);
void act_adopt(struct act *act, struct plan *plan);
void plan_challenge_anew(struct plan *plan);

/* exact.c: whether every number of a JSON text survives being read as a double. */
bool exact_numbers(const char *json, size_t len);

/* mask.c: a JSON text or any other with the values of secret-sounding members hidden. */
char *mask_secrets(const char *body);

/* ask.c */
void ask(struct plan *plan, const struct scene *scene, ask_fn *done, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void ask_cancel(struct plan *plan);

/* send.c: one request on the wire. -1 and err: nothing was sent. */
int send_read(struct plan *plan, const struct step_request *spec, const char *path,
	      const char *body, answer_fn *done, struct err *err);
int send_change(struct plan *plan, const struct request *request, answer_fn *done, struct err *err);
const char *method_word(enum step_method method);

/* walk.c */
void plan_walk(struct plan *plan, enum walk_mode mode, size_t run, void (*done)(struct plan *));
/* Sends what this run has, from that step on. */
void plan_walk_send(struct plan *plan, size_t run, size_t step, void (*done)(struct plan *));
void plan_walk_lets(struct plan *plan); /* of the step that was just carried out; then goes on */
struct request *requests_find(struct requests *requests, size_t run, size_t step);
void requests_release(struct requests *requests);
void plan_walk_release(struct plan *plan);

/* carry.c: sends what is confirmed, once, run by run. */
void carry_start(struct plan *plan);
void carry_request(struct plan *plan, struct request *request);
void carry_made(struct plan *plan, const char *path, const char *body);
void carry_next_run(struct plan *plan);
/* Ends it so, or as partial when something was carried out before. */
void carry_end(struct plan *plan, enum plan_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* plan.c: the states. */
void plan_move(struct plan *plan, enum plan_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void plan_end(struct plan *plan, enum plan_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void plan_planned(struct plan *plan);
void plan_confirmed(struct plan *plan); /* reads once more, journals, sends */
void plan_quiet(struct plan *plan);     /* nothing of it is under way any more */
void plan_free(struct plan *plan);
void plan_say(struct plan *plan);
bool plan_has_applied(const struct plan *plan);
/* Whether what this run changes may have been changed by it. */
bool plan_touched(const struct plan *plan, size_t run);

/* order.c */
struct plan *order_plan(struct act *act, const struct plan_order *order, struct err *err);
struct plan *order_blank(struct act *act, uint32_t target);
void order_twin(struct plan *plan);
char *order_sanitised(const char *text);

/* show.c */
void show_made(struct plan *plan); /* titles, twin, shown requests and hash, once planned */
char *show_detail(const struct plan *plan);

/* guard.c */
enum guard_when { GUARD_DRAFT, GUARD_CONFIRM, GUARD_SEND };
int guard_check(const struct plan *plan, enum guard_when when, struct err *err);
/* block.c */
int block_check(const struct plan *plan, struct err *err);
bool block_covers(const char *range, const char *address);

/* blast.c: from the model, in words. */
char *blast_text(const struct plan *plan);
char *blast_warning(const struct plan *plan);

/* verify.c */
void verify_start(struct plan *plan);

/* journal.c */
void journal_write(struct plan *plan, enum entry_kind kind, const char *state,
		   void (*done)(struct plan *plan, const struct err *err));

/* approve.c: asks for a second operator. */
void approve_ask(struct plan *plan);
void approve_take(struct plan *plan, const struct entry *approval);

void journal_forget(struct act *act); /* what the store will not call back about any more */

/* ledger.c: what other consoles, or this program before it died, have left in the journal. */
struct ledger *ledger_new(struct act *act);
void ledger_free(struct ledger *ledger);
void ledger_meet(struct ledger *ledger); /* a target is known now */

/* undo.c, watch.c: of a plan that was carried out. */
void undo_arm(struct plan *plan);
void undo_noted(struct plan *plan, const struct err *err);
void undo_failed(struct plan *plan, const char *why); /* raises the alarm */
void undo_taken(struct plan *plan); /* its undo is under way, or will not be, elsewhere */
int act_can_undo(const struct plan *plan, struct err *err);
/* A parameter of its undo that the reads could not tell, as where nothing was before; or NULL. */
const char *act_undo_unknown(const struct plan *plan);
void watch_arm(struct plan *plan);

#endif
