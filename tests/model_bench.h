/* Ticks for tests, written in words. */
#ifndef HC_TESTS_MODEL_BENCH_H
#define HC_TESTS_MODEL_BENCH_H

#include "model/model.h"

#include <check.h>

/* A model with one target "edge" and one source "metrics", and the next tick of it. */
struct bench {
	struct names *names;
	struct model *model;
	struct dict dict;
	uint32_t target;
	uint32_t source;
	double values[4096];
};

void bench_init(struct bench *bench, uint32_t cap_series);
void bench_release(struct bench *bench);

/* The dims "route=/a code=200"; the target is put in. The caller drops it. */
dims_id bench_dims(struct bench *bench, const char *text);

/* Sets the value of a series in the next tick. */
void bench_part(struct bench *bench, enum signal signal, enum part part, double bound,
		const char *dims, double value);
void bench_set(struct bench *bench, enum signal signal, const char *dims, double value);

/* Applies what was set, at this second; what was not set is absent. */
void bench_tick(struct bench *bench, double second);
int bench_try(struct bench *bench, double second, enum tick_outcome outcome, struct err *err);
struct clock bench_clock(double second);

#endif
