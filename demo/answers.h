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

struct question {
	const char *method;
	const char *path;
	const char *body; /* terminated; "" without */
	size_t body_len;
	const char *(*query)(void *ctx, const char *name); /* an argument of the URL, or NULL */
	void *ctx;
};

/* One simulated gateway. The answer's body is initialised. What is changed takes effect in the
 * world; a gateway that is not changed answers reads alone. */
struct gateway {
	const char *name; /* of the target in the demo */
	bool changes;
	void (*answer)(struct world *world, const struct question *question,
		       struct answer *ret_answer);
};

extern const struct gateway kong_gateway;
extern const struct gateway litellm_gateway;
extern const struct gateway mlflow_gateway;

/* What Kong's Admin API says of plugins, routes and upstreams, and what it takes; false: it has no
 * such path. */
bool kong_admin(struct world *world, const struct question *question, struct answer *answer);

/* 404 with a JSON body in the gateway's own words. */
void answer_missing(struct answer *answer, const char *json);

#endif
