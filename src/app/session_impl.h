/* What a session is made of. For session.c and reload.c alone. */
#ifndef HC_APP_SESSION_IMPL_H
#define HC_APP_SESSION_IMPL_H

#include "app/acting.h"
#include "app/rules.h"
#include "app/session.h"
#include "collect/discover.h"

/* One target on its way from a URL to being polled. */
struct session_target {
	struct session *session;
	const struct config_target *config;
	struct profile *profile; /* once known */
	struct discover *discover;
	struct loop_timer again;
	int64_t wait_ms;
	uint32_t number;      /* of the model */
	uint32_t identifying; /* source that says how the search goes */
	bool opened;          /* is read by collect */
	bool failed;
	char *sentence; /* what the last search said, or NULL */
};

struct session {
	struct session_ops ops;
	void *ctx;
	struct config *config;
	struct loop *loop;
	struct eval *eval;
	struct catalog *catalog;
	struct http *http;
	struct names *names;
	struct model *model;
	struct rules rules;
	struct outdated *outdated;
	struct detect *detect;
	struct collect *collect;
	struct session_target **targets; /* in the order of the configuration */
	size_t ntargets;
	struct identity who;
	struct store *store;
	struct loop_fd store_fd;
	struct acting *acting;
	struct journal *journal;
	struct loop_timer judge;
	int64_t judge_at_ms;
	int64_t judge_rest_ms; /* nothing is judged before this */
};

/* Makes a target of the configuration, which is borrowed; it is in the model, and not read yet. */
struct session_target *session_target_new(struct session *session,
					  const struct config_target *config);
/* Its place in the model stays. */
void session_target_free(struct session_target *target);

/* Finds out what it is, unless that is given, then reads it. */
void session_target_search(struct session_target *target);
/* Reads it by a profile, whose reference is taken over. */
void session_target_open(struct session_target *target, struct profile *profile);

/* Frees what reloading has put aside. */
void session_forget_outdated(struct session *session);

#endif
