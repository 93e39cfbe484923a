/* A session without a screen: collects for a while, then hands over. */
#ifndef HC_APP_HEADLESS_H
#define HC_APP_HEADLESS_H

#include "app/session.h"

struct headless {
	int64_t least_ms; /* collect at least as long, unless nothing answers */
	int64_t most_ms;  /* and no longer than this */
	bool quiet;       /* no progress on standard error */
	/* Called before the first request; may be NULL. */
	int (*begin)(struct session *session, void *ctx, struct err *err);
	void *ctx;
	bool identify_only;
	bool keeps_journal;
	bool tells_journal;      /* that of the configuration's file too, where there is one */
	const char *only;        /* name of the one target that is used, or NULL */
	struct profile *profile; /* for all targets, in place of identifying them; or NULL */
};

/* Runs the targets of config; returns the session, judged at its last moment, for the caller to
 * report on and to free. NULL and err when it cannot start. */
struct session *headless_run(const struct headless *headless, struct config *config,
			     const struct options *options, struct err *err);

#endif
