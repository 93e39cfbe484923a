/* When a source is read next: a grid with jitter while it answers, back-off while it does not.
 * Pure: times come in, times go out. */
#ifndef HC_COLLECT_SCHEDULE_H
#define HC_COLLECT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_NEVER INT64_MAX

struct schedule {
	int64_t every_ms;    /* wanted */
	int64_t interval_ms; /* as stretched by slow answers */
	int64_t grid_ms;     /* of the grid that the reads keep to, without jitter */
	int64_t next_ms;     /* mono; SCHEDULE_NEVER while stopped */
	double cost_ms;      /* of an answer, smoothed */
	unsigned failures;   /* in a row */
	unsigned answers;    /* good ones, in all */
	uint64_t random;     /* state of the jitter */
};

/* The first read is due within spread_ms of now_ms, at a random instant. */
void schedule_init(struct schedule *schedule, int64_t every_ms, int64_t now_ms, int64_t spread_ms,
		   uint64_t seed);

/* After an answer that took seconds: the second read comes a second after the first, so that
 * there are rates at once; later ones stay on the grid, up to a tenth of the interval early or
 * late. An answer may take a fifth of the interval; the interval is stretched until it does. */
void schedule_answered(struct schedule *schedule, int64_t now_ms, double seconds);

/* After a failure: 1, 2, 4, up to 30 s, each up to a fifth more, and never before retry_after_ms,
 * which the gateway asked for (0: did not ask). */
void schedule_failed(struct schedule *schedule, int64_t now_ms, int64_t retry_after_ms);

/* No more reads until schedule_retry(). */
void schedule_stop(struct schedule *schedule);

/* Due now. */
void schedule_retry(struct schedule *schedule, int64_t now_ms);

#endif
