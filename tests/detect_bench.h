/* Gateways for the tests of detection: targets whose counters grow as told, a tick a second. */
#ifndef HC_TESTS_DETECT_BENCH_H
#define HC_TESTS_DETECT_BENCH_H

#include "detect/detect.h"

#include <check.h>

#define SITE_SOURCES 3
#define SITE_SERIES  4096

enum { EDGE, AI, PROMPTS };

struct site {
	struct names *names;
	struct model *model;
	struct detect *detect;
	struct site_source {
		uint32_t target;
		uint32_t source;
		struct dict dict;
		double values[SITE_SERIES];
		bool silent; /* it does not answer */
	} sources[SITE_SOURCES];
	int64_t second; /* of the last tick */
};

/* Targets edge (kong), ai (litellm) and prompts (mlflow); the built-in rules unless others are
 * given. */
void site_init(struct site *site, const struct rule *rules, size_t n);
void site_release(struct site *site);

struct dims site_dims(struct site *site, int source, const char *text);

/* Sets a level, or lets a counter grow, in the next tick. Dims: "route=/a code=200". */
void site_set(struct site *site, int source, enum signal signal, const char *dims, double value);
void site_grow(struct site *site, int source, enum signal signal, const char *dims, double by);
/* The gateway's own average. */
void site_average(struct site *site, int source, enum signal signal, const char *dims,
		  double seconds);
/* n observations of this many seconds, in buckets of 0.1, 0.5, 1, 2.5, 5 and +Inf. */
void site_observe(struct site *site, int source, enum signal signal, const char *dims,
		  double seconds, double n);

/* A second of /cart/checkout: n requests of these seconds, of which some fail upstream. */
void site_checkout(struct site *site, double n, double failed, double seconds);

/* One second later: all sources that are not silent answer, and the rules are judged. */
void site_tick(struct site *site);
struct clock site_clock(int64_t second);

/* The finding of this rule, or NULL. */
const struct finding *site_finding(const struct site *site, const char *rule);
/* How many events of this kind there are. */
int site_events(const struct site *site, enum event_kind kind);

#endif
