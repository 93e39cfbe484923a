/* An act with everything that it needs, over a gateway of the test's own; driven to its end. */
#ifndef HC_TESTS_ACT_BED_H
#define HC_TESTS_ACT_BED_H

#include "act/act.h"

struct act_bed {
	struct loop *loop;
	struct http *http;
	struct eval *eval;
	struct store *store;
	struct names *names;
	struct model *model;
	struct act *act;
	struct profile *profile;
	struct http_options options;
	struct act_target target;
	struct operator operator;
	struct act_patience patience;
	struct loop_fd eval_fd, store_fd;
	struct loop_timer eval_timer;
	char folder[64], journal[96], url[64];
	unsigned changes; /* calls of changed() */
	uint64_t seen;    /* states of plans, a bit each */
	uint64_t deadly;  /* states in which the process kills itself, a bit each */
	long turns_left;  /* of the loop before it does so; 0: any number */
	bool no_journal;  /* it cannot be opened, and there is nothing in its place */
};

/* A journal in a new folder, or in that of another bed; profile_text is YAML. */
void act_bed_init(struct act_bed *bed, const char *folder, const char *profile_text, int port);
/* Removes the folder too when it is this bed's own and remove is set. */
void act_bed_release(struct act_bed *bed, bool remove);
void act_bed_turn(struct act_bed *bed);

/* Turns until the plan is planned or at its end. */
void act_bed_settle(struct act_bed *bed, const struct plan *plan);
/* Turns until it is at its end, and the journal has it. */
void act_bed_finish(struct act_bed *bed, const struct plan *plan);
/* Plans with params, confirms with what is asked for, and finishes. */
struct plan *act_bed_do(struct act_bed *bed, const char *action, const char *const *params);

/* Fails the test unless the plan is in this state, for a reason that has these words. */
void act_bed_expect(const struct plan *plan, enum plan_state state, const char *why);

/* What the journal holds: "intent", "outcome confirmed", ... of all plans, a line each. */
void act_bed_journal(struct act_bed *bed, struct strbuf *ret_text);

#endif
