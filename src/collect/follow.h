/* A log that is followed: lines are counted here, and told as ticks. */
#ifndef HC_COLLECT_FOLLOW_H
#define HC_COLLECT_FOLLOW_H

#include "config/config.h"
#include "model/tick.h"
#include "net/logtail.h"
#include "profile/profile.h"

struct follow;

struct follow_spec {
	struct logtail_spec log;
	const struct profile *profile; /* how the log is written; what we ask for is no traffic */
	const struct config_target *target; /* its options come on top of the profile's */
	const char *agent; /* what is asked under this name is ours; or NULL; borrowed */
	struct names *names;
	symbol symbol; /* of the target */
	int64_t interval_ms;
	uint32_t cap_series;
};

/* tick() is called each interval: at once with no counts, then after a second, then on the beat;
 * the receiver completes it. A log that cannot be followed for the moment gives failed ones. */
struct follow *follow_start(struct loop *loop, const struct follow_spec *spec,
			    void (*tick)(void *ctx, struct tick *tick), void *ctx, struct err *err);
void follow_stop(struct follow *follow); /* takes NULL */

#endif
