/* Actions within a session: which targets take them, and what detection tells of their effect. */
#ifndef HC_APP_ACTING_H
#define HC_APP_ACTING_H

#include "act/act.h"
#include "config/config.h"
#include "detect/detect.h"

struct acting;

/* Everything is borrowed and outlives it. */
struct acting_means {
	struct loop *loop;
	struct http *http;
	struct eval *eval;
	struct store *store;
	const struct model *model;
	struct detect *detect;
	const struct operator* operator;
};

struct acting_ops {
	/* A plan has moved; may be NULL. */
	void (*changed)(void *ctx, struct plan *plan);
};

struct acting *acting_new(const struct acting_means *means, const struct acting_ops *ops,
			  void *ctx);
/* Before http; what the store has not answered by then is lost. Takes NULL. */
void acting_free(struct acting *acting);

struct act *acting_act(const struct acting *acting);

/* A target that is known by its profile now; one that is only read (a log) is left out. */
void acting_add(struct acting *acting, uint32_t number, const struct config_target *config,
		struct profile *profile);

/* After each round of detection. */
void acting_judged(struct acting *acting);

#endif
