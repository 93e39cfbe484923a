/* What the simulated gateways answer, in the wire formats of the real ones. */
#ifndef HC_DEMO_ANSWERS_H
#define HC_DEMO_ANSWERS_H

#include "base/strbuf.h"
#include "world.h"

struct answer {
	int status;
	const char *type;
	struct strbuf body;
};

/* One simulated gateway. The answer's body is initialised; query(ctx, name) gives an argument of
 * the URL or NULL. */
struct gateway {
	const char *name; /* of the target in the demo */
	void (*answer)(const struct world *world, const char *path,
		       const char *(*query)(void *ctx, const char *name), void *ctx,
		       struct answer *ret_answer);
};

extern const struct gateway kong_gateway;
extern const struct gateway litellm_gateway;
extern const struct gateway mlflow_gateway;

/* 404 with a JSON body in the gateway's own words. */
void answer_missing(struct answer *answer, const char *json);

#endif
