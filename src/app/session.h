/* A session: the loop, the model and everything that fills and judges it, wired together; the
 * console, report and check are three ways to look at one. */
#ifndef HC_APP_SESSION_H
#define HC_APP_SESSION_H

#include "act/act.h"
#include "app/journal.h"
#include "app/operator.h"
#include "app/options.h"
#include "collect/collect.h"
#include "detect/detect.h"

struct session;

struct session_ops {
	/* New figures or findings: after ticks, and once a second. May be NULL. */
	void (*changed)(void *ctx);
	/* A plan has moved to another state. May be NULL. */
	void (*acted)(void *ctx, struct plan *plan);
	const char *only;        /* name of the one target that is used, or NULL: all */
	bool identify_only;      /* recognise the targets, do not poll them */
	bool keeps_journal;      /* open the store, for writing */
	bool reads_journal;      /* open it for reading alone */
	struct profile *profile; /* what every target is taken for, or NULL; referenced */
};

/* Starts the helper, then the rest; nothing is sent yet. config is referenced. */
struct session *session_new(struct config *config, const struct options *options,
			    const struct session_ops *ops, void *ctx, struct err *err);
void session_free(struct session *session); /* takes NULL */

/* Reads the profiles, and begins to identify and to poll every target of the configuration. */
void session_start(struct session *session);

/* How many targets of a new configuration are not as they were. */
struct session_changes {
	size_t added, changed, gone;
};

/* Puts another configuration in force, which is referenced. A target of the same name, URL and
 * profile keeps what is known of it, and a rule of the same name its findings; the write window
 * is closed. On error all stays as it was. */
int session_reload(struct session *session, struct config *config,
		   struct session_changes *ret_changes, struct err *err);

struct loop *session_loop(const struct session *session);
const struct model *session_model(const struct session *session);
struct detect *session_detect(const struct session *session);
const struct config *session_config(const struct session *session);

/* The journal, or NULL where the session keeps none; and who is at this console. */
struct store *session_store(const struct session *session);
struct journal *session_journal(const struct session *session); /* the same */
const struct operator* session_operator(const struct session *session);

/* Actions, or NULL where the session keeps no journal: without one nothing is changed. */
struct act *session_act(const struct session *session);

/* Tries again now what waits or was stopped: one target of the model, or all (UINT32_MAX). */
void session_retry(struct session *session, uint32_t target);

/* How the targets stand: to be waited for by headless commands. */
struct session_progress {
	size_t targets;
	size_t searching; /* not identified yet, first try under way */
	size_t failed;    /* not recognised or not reached */
	size_t polled;    /* have answered, or failed to */
};
struct session_progress session_progress(const struct session *session);

/* What the search for the i-th target of the configuration has found: its profile (borrowed,
 * NULL while unknown) and the sentence that says so, "" before the first answer. */
const struct profile *session_found(const struct session *session, size_t i,
				    const char **ret_sentence);

/* What a target of the model is taken for; borrowed, NULL while unknown. */
const struct profile *session_profile(const struct session *session, uint32_t target);

/* Our own load on the gateways. */
void session_load(const struct session *session, double *ret_requests_per_s,
		  double *ret_bytes_per_s);

/* Why a signal may be missing, from the profiles of the targets; or NULL. */
const char *session_hint(void *session, enum signal signal);

#endif
