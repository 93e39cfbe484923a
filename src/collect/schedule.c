#include "collect/schedule.h"

#define SECOND_READ_MS 1000
#define BACK_OFF_MS    1000
#define BACK_OFF_MAX   30000
#define SHARE          5 /* an answer takes at most 1/SHARE of the interval */
#define RETRY_MAX_MS   (24 * 3600 * 1000LL)

/* splitmix64, https://prng.di.unimi.it/splitmix64.c; the jitter needs no more. */
static uint64_t next_random(struct schedule *schedule)
{
	uint64_t z = schedule->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Even in [0, span_ms). */
static int64_t jitter(struct schedule *schedule, int64_t span_ms)
{
	return span_ms > 0 ? (int64_t)(next_random(schedule) % (uint64_t)span_ms) : 0;
}

void schedule_init(struct schedule *schedule, int64_t every_ms, int64_t now_ms, int64_t spread_ms,
		   uint64_t seed)
{
	*schedule =
		(struct schedule){.every_ms = every_ms, .interval_ms = every_ms, .random = seed};
	schedule->next_ms = now_ms + jitter(schedule, spread_ms < every_ms ? spread_ms : every_ms);
	schedule->grid_ms = schedule->next_ms;
}

static void stretch(struct schedule *schedule, double seconds)
{
	double ms = seconds * 1000;

	schedule->cost_ms = schedule->answers ? (schedule->cost_ms + ms) / 2 : ms;
	schedule->interval_ms = schedule->every_ms;
	if (schedule->cost_ms * SHARE > (double)schedule->every_ms)
		schedule->interval_ms = (int64_t)(schedule->cost_ms * SHARE);
}

void schedule_answered(struct schedule *schedule, int64_t now_ms, double seconds)
{
	int64_t interval_ms;

	stretch(schedule, seconds);
	interval_ms = schedule->interval_ms;
	schedule->failures = 0;
	if (schedule->answers++ == 0 && interval_ms > SECOND_READ_MS) {
		schedule->next_ms = now_ms + SECOND_READ_MS;
		return;
	}
	schedule->grid_ms += interval_ms;
	if (schedule->grid_ms <= now_ms) /* late: the missed ones are not made up for */
		schedule->grid_ms += ((now_ms - schedule->grid_ms) / interval_ms + 1) * interval_ms;
	schedule->next_ms =
		schedule->grid_ms - interval_ms / 10 + jitter(schedule, interval_ms / 5);
	if (schedule->next_ms <= now_ms)
		schedule->next_ms = now_ms + 1;
}

void schedule_failed(struct schedule *schedule, int64_t now_ms, int64_t retry_after_ms)
{
	int64_t wait_ms = BACK_OFF_MS;

	for (unsigned i = 0; i < schedule->failures && wait_ms < BACK_OFF_MAX; i++)
		wait_ms *= 2;
	if (wait_ms > BACK_OFF_MAX)
		wait_ms = BACK_OFF_MAX;
	wait_ms += jitter(schedule, wait_ms / 5);
	if (retry_after_ms > RETRY_MAX_MS)
		retry_after_ms = RETRY_MAX_MS;
	if (wait_ms < retry_after_ms)
		wait_ms = retry_after_ms + jitter(schedule, BACK_OFF_MS);
	schedule->failures++;
	schedule->next_ms = now_ms + wait_ms;
}

void schedule_stop(struct schedule *schedule)
{
	schedule->next_ms = SCHEDULE_NEVER;
}

void schedule_retry(struct schedule *schedule, int64_t now_ms)
{
	schedule->failures = 0;
	schedule->next_ms = now_ms;
}
