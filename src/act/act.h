/* Actions as transactions: drafted, planned, confirmed, journalled, sent once, read back, watched,
 * taken back. The only module that changes a gateway. */
#ifndef HC_ACT_ACT_H
#define HC_ACT_ACT_H

#include "config/config.h"
#include "eval/eval.h"
#include "net/http.h"
#include "profile/action.h"
#include "profile/profile.h"
#include "query/query.h"
#include "store/store.h"

struct act;
struct plan;

enum plan_state {
	PLAN_DRAFTED,
	PLAN_PLANNING,  /* its reads are under way */
	PLAN_PLANNED,   /* waits for the confirmation; expires */
	PLAN_APPROVING, /* waits for the second operator */
	PLAN_INTENT,    /* confirmed; the journal is being written */
	PLAN_SENDING,
	PLAN_VERIFYING, /* the gateway has said yes, or nothing; it is read back */
	/* final: */
	PLAN_CONFIRMED,
	PLAN_ALREADY, /* it was so before: nothing was sent */
	PLAN_REJECTED,
	PLAN_REFUSED,  /* by a guard, or by what the reads have found */
	PLAN_CONFLICT, /* somebody else has changed it meanwhile */
	PLAN_EXPIRED,
	PLAN_UNKNOWN,
	PLAN_PARTIAL,
	PLAN_STATES
};
const char *plan_state_word(enum plan_state state);
bool plan_state_final(enum plan_state state);

enum watch_state { WATCH_NONE, WATCH_WATCHING, WATCH_RECOVERED, WATCH_NOT_RECOVERED };

/* A target that may be changed; everything is borrowed for as long as it is registered. */
struct act_target {
	uint32_t target; /* the model's number */
	const char *name;
	const char *banner; /* style */
	enum config_guard guard;
	struct profile *profile;
	const struct http_options *http; /* or NULL and: */
	const char *line_address;
	const struct secret_ref *auth;        /* reading */
	const struct secret_ref *action_auth; /* the operator's own for acting, or NULL */
	const char *const *trusted_proxies;   /* NULL-terminated, or NULL */
	bool two_person;
};

/* How long it is waited; 0 means what stands behind. */
struct act_patience {
	int64_t confirm_ms; /* a plan, for its confirmation or approval: 5 min */
	int64_t send_ms;    /* an answer to what was sent: 30 s */
	int64_t late_ms;    /* after sending, what the gateway does not show yet: 1 min */
	int64_t lent_ms;    /* another console, for the undo that it has claimed: 2 min */
};

struct act_options {
	struct operator operator;
	const char *own_address; /* of the operator (SSH_CONNECTION), "" without */
	bool write;              /* the write window is open from the start */
	uint64_t random_seed;    /* of digits and plan names */
	struct act_patience patience;
};

struct act_ops {
	/* A plan has moved to another state, or its watch has; also when it is made. */
	void (*changed)(void *ctx, struct plan *plan);
	/* The helper was given a job: its descriptor and deadline are to be watched anew. May be
	 * NULL. */
	void (*asked)(void *ctx);
};

/* Everything is borrowed and outlives it. */
struct act *act_new(struct loop *loop, struct http *http, struct eval *eval, struct store *store,
		    const struct model *model, const struct act_options *options,
		    const struct act_ops *ops, void *ctx);
void act_free(struct act *act); /* takes NULL; before the store is freed none of its answers may be
				   delivered any more */

void act_set_target(struct act *act, const struct act_target *target); /* adds or replaces */
void act_remove_target(struct act *act, uint32_t target);

/* The write window: closed at start, opened for a time (0: closed now). */
void act_open_window(struct act *act, int64_t for_ms);
int64_t act_window_left_ms(const struct act *act); /* 0: closed */

/* What is to be done. Parameters are texts by name. */
struct plan_order {
	uint32_t target;
	const char *action;
	const char *const *params; /* name, value, ..., NULL */
	/* Several values for one parameter ("ip"), NULL-terminated, or NULL: one plan, its steps
	 * once for each. */
	const char *each_name;
	const char *const *each;
	int64_t for_ms; /* timed: undone after so long; 0: not */
	const char *reason;
	bool headless;            /* nobody watches: a timed one is refused unless it waits */
	const uint32_t *findings; /* ids that it is meant to clear */
	size_t nfindings;
	bool preview; /* only to be looked at: cannot be confirmed, and leaves no trace */
};

/* Drafts a plan and starts its reads; NULL and err when the order itself is wrong (no such action,
 * a bad parameter). Refusals by guard are a state of the plan, and go into the journal. */
struct plan *act_plan(struct act *act, const struct plan_order *order, struct err *err);

/* The plan that takes this one back, or NULL and err: why not. */
struct plan *act_undo(struct act *act, const struct plan *plan, struct err *err);
/* The last own plan that can be taken back, or NULL. */
struct plan *act_last_undoable(struct act *act);

/* Confirms with what was typed: the target's name (ask) or the two digits (rw). -1 and err when it
 * does not match or the guards, checked anew, refuse. */
int act_confirm(struct act *act, struct plan *plan, const char *typed, struct err *err);
/* For --yes and --confirm NAME: what plan_challenge() asks for. */
const char *plan_challenge(const struct plan *plan); /* "edge-eu" or "47" */

/* Reads the state of an unknown plan back once more. */
void act_verify_now(struct act *act, struct plan *plan);
/* The second operator approves the requests of this hash (ENTRY_REQUEST of another console). */
int act_approve(struct act *act, const char *plan_name, const char *hash, struct err *err);
/* An approval goes through the journal: whether one is under way, and what the last one came to: -1
 * and err when it was refused. */
bool act_approving(const struct act *act);
int act_approval(const struct act *act, struct err *err);
/* Sends without the second operator: loud in journal and report; needs a reason. */
int act_break_glass(struct act *act, struct plan *plan, const char *reason, struct err *err);
/* Lets go of a plan that was not sent. */
void act_drop(struct act *act, struct plan *plan);

/* A fix made elsewhere: watched like an action. */
struct plan *act_fix(struct act *act, const char *text, const uint32_t *findings, size_t n);

/* A finding that an action was meant to clear, as detection tells it now. */
struct act_sight {
	bool holds;
	bool unjudged;     /* it cannot be told */
	bool easing;       /* it holds only until it is sure to be over */
	int64_t window_ms; /* how far back it is judged: that long after a change it sees the old */
};

/* Looks at what is watched; by the caller, after each round of detection. */
void act_watch(struct act *act, struct act_sight (*see)(void *ctx, uint32_t finding), void *ctx);

/* What is in force or pending, newest first: for the strip, quitting and the journal's marks. */
size_t act_count(const struct act *act);
struct plan *act_plan_at(const struct act *act, size_t i);

/* What a dialog, the command line and the journal show of a plan. Borrowed until it changes. */
struct plan_request {
	const char *method; /* "PATCH"; of a line command "" */
	const char *url;    /* whole, or the command; {name} where a later answer gives it */
	const char *body;   /* "" without; secrets masked */
	const char *title;  /* of its step, or "" */
	int status;         /* 0: not answered */
	bool sent;
};
struct plan_view {
	const char *name; /* "20261123-143207-4f2a" */
	enum plan_state state;
	enum watch_state watch;
	const char *why; /* of the state, in a sentence, or "" */
	uint32_t target;
	const char *target_name, *banner;
	enum config_guard guard;
	const struct profile_action *action;
	const char *title;          /* "Block an IP: 203.0.113.9 on edge-eu" */
	const char *before, *after; /* texts of the state, "" where the profile gives none */
	const char *blast;   /* "4.1k requests in 5m from this IP, 0.3% of 2xx; consumers: acme" */
	const char *warning; /* "" or what to think about (sees proxies, not clients) */
	const struct plan_request *requests;
	size_t nrequests;
	const char *hash;      /* of the exact requests, hex */
	const char *challenge; /* what confirms it; "" before it is planned */
	const char *twin;      /* hypercare act … */
	const char *reason;
	bool journalling; /* the journal is still written or read for it */
	bool undoable;
	bool alarm;         /* an undo that was due was not done: somebody has to look */
	const char *undo;   /* what the undo does, in words, "" when it cannot be undone */
	int64_t for_ms;     /* timed: taken back after so long; 0: not */
	int64_t due_ms;     /* mono: a timed one is undone then; 0: not timed */
	int64_t expires_ms; /* mono: an unconfirmed plan is dropped then */
	int64_t changed_ms; /* mono: of the last change of state */
};
struct plan_view plan_view(const struct plan *plan);

/* The requests as curl lines, $NAME for secrets; for --dry-run. */
void plan_curl(const struct plan *plan, struct strbuf *ret_text);
/* All of it as a JSON object (hypercare.plan/1). */
void plan_json(const struct plan *plan, struct strbuf *ret_json);

#endif
