/* Drives the jq helper from the loop. */
#ifndef HC_COLLECT_PUMP_H
#define HC_COLLECT_PUMP_H

#include "eval/eval.h"
#include "net/loop.h"

struct pump {
	struct loop *loop;
	struct eval *eval;
	struct loop_fd fd;
	struct loop_timer timer;
};

/* eval may be NULL: nothing happens then. Several pumps may drive one helper. */
void pump_init(struct pump *pump, struct loop *loop, struct eval *eval);
void pump_release(struct pump *pump);

/* To be called after each eval_run(). */
void pump_update(struct pump *pump);

#endif
