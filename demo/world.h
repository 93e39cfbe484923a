/* The simulated world behind the demo: traffic from a seeded generator, and the three incidents
 * that are played in a loop. Nothing here reads a clock or opens a socket. */
#ifndef HC_DEMO_WORLD_H
#define HC_DEMO_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum incident {
	INCIDENT_CHECKOUT = 1, /* an upstream is slow, then times out */
	INCIDENT_PROMPT,       /* a new prompt version costs three times the tokens */
	INCIDENT_ATTACK,       /* one address reads records that it may not read */
	INCIDENT_END
};

#define CODES        11
#define KONG_BUCKETS 13
#define AI_BUCKETS   17

extern const int world_codes[CODES];
extern const double kong_bounds_ms[KONG_BUCKETS];
extern const double ai_bounds_s[AI_BUCKETS];

struct histogram {
	uint64_t buckets[AI_BUCKETS + 1]; /* not cumulative; the last is +Inf */
	uint64_t count;
	double sum;
};

/* A route of the first gateway. */
struct route {
	const char *name;
	const char *service;
	const char *path;
	double per_s;
	double typical_s; /* median time of the upstream */
	double refused;   /* share of 4xx */
	uint64_t by_upstream[CODES];
	uint64_t by_gateway[CODES];
	struct histogram request_ms;
	struct histogram upstream_ms;
	uint64_t bytes_in, bytes_out;
	bool off; /* the operator has it answered with 503 */
};

#define ROUTES 6
#define NODES  3
#define DENIED 32

/* A server of the upstream "checkout". */
struct node {
	bool down; /* marked unhealthy by the operator */
	unsigned weight;
};

/* A model of the AI gateway, as one app uses it. */
struct assistant {
	const char *app;
	const char *model;
	const char *provider_model;
	double per_s;
	double input_tokens, output_tokens; /* typical, a request */
	double usd_in, usd_out;             /* for a million tokens */
	double typical_s;
	bool streams;
	uint64_t requests, tokens_in, tokens_out;
	double usd;
	uint64_t flagged; /* answers that a logging guardrail thinks poor */
	struct histogram latency_s;
	struct histogram provider_s; /* its part of that */
	struct histogram first_token_s;
};

#define ASSISTANTS 4

struct world {
	uint64_t random;
	int only;       /* incident to play, 0: all */
	double now_s;   /* simulated, since the start */
	double epoch_s; /* wall clock of the start */
	double speed;
	struct route routes[ROUTES];
	struct node nodes[NODES];
	unsigned limit_per_minute; /* of the last route */
	double limit_left;         /* requests that it may take at once */
	/* The deny list, of both edges: they are data planes of one Kong. */
	bool deny_made, deny_on;
	char denied[DENIED][48];
	size_t ndenied;
	double refused_s; /* for so long the attacker has met nothing but 403 */
	struct assistant assistants[ASSISTANTS];
	int prompt_version;  /* behind the alias "production", 0: there is none */
	bool prompt_changed; /* the incident's new version was rolled out */
	bool build_changed;  /* and the new build of a server */
	uint64_t connections;
	FILE *access_log; /* of the second gateway; may be NULL */
};

void world_init(struct world *world, uint64_t seed, int only, double epoch_s, double speed);

/* Lets the world go on until this many simulated seconds since the start. */
void world_run(struct world *world, double until_s);

/* Whether the incident plays at this moment of the loop. */
bool world_plays(const struct world *world, enum incident incident);

/* Whether the deny list has the address or a network that it is in. */
bool world_denies(const struct world *world, const char *address);

/* Uniform in [0, 1), and log-normal with this median. */
double world_uniform(struct world *world);
double world_lognormal(struct world *world, double median, double sigma);
/* How many of a Poisson process with this mean. */
unsigned world_poisson(struct world *world, double mean);

/* Adds an observation to a histogram with n bounds. */
void histogram_add(struct histogram *histogram, const double *bounds, size_t n, double value);

/* One step of the second gateway: its clients and their lines in the access log. */
void clients_run(struct world *world, double step_s);

#endif
