/* The makers of ticks: each source of each target is polled or followed on its own schedule, and
 * hands over whole ticks. */
#ifndef HC_COLLECT_COLLECT_H
#define HC_COLLECT_COLLECT_H

#include "config/config.h"
#include "eval/eval.h"
#include "model/model.h"
#include "net/http.h"
#include "profile/profile.h"

struct collect;

struct collect_ops {
	/* A tick is complete; borrowed for the call. The receiver applies it to the model, and
	 * removes no target from within. */
	void (*tick)(void *ctx, const struct tick *tick);
};

struct collect_options {
	int64_t interval_ms;        /* between polls unless target or profile say otherwise: 5 s */
	uint64_t random_seed;       /* of the jitter */
	size_t in_flight;           /* requests at once; 0: 16 for each core */
	uint32_t series_per_source; /* beyond: "other"; 0: 200,000 */
	bool logs_from_start;       /* files are read from their first line, not their end */
};

/* model is only used to register targets and sources (their numbers go into the ticks) and for
 * its names. eval may be NULL: JSON sources then fail with a sentence. */
struct collect *collect_new(struct loop *loop, struct http *http, struct eval *eval,
			    struct model *model, const struct collect_options *options,
			    const struct collect_ops *ops, void *ctx);
void collect_free(struct collect *collect); /* takes NULL */

/* Adds a target with its profile (referenced); target is borrowed for the life of collect.
 * Returns the model's number of the target, or UINT32_MAX and err. */
uint32_t collect_add(struct collect *collect, const struct config_target *target,
		     struct profile *profile, struct err *err);
void collect_remove(struct collect *collect, uint32_t target);
/* Reads it no longer, but leaves in the model what is known of it. */
void collect_drop(struct collect *collect, uint32_t target);

/* Polls now whatever waits: also a source stopped by 401; its credential is read anew. target
 * UINT32_MAX: all. */
void collect_retry(struct collect *collect, uint32_t target);

/* Whether every source has had at least n ticks (or a failure), for headless reports. */
bool collect_settled(const struct collect *collect, unsigned n);

#endif
