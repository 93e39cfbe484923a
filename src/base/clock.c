#include "base/clock.h"

#include <time.h>

#ifdef CLOCK_BOOTTIME
#define MONO_CLOCK CLOCK_BOOTTIME
#else
#define MONO_CLOCK CLOCK_MONOTONIC
#endif

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct clock clock_read(void)
{
	return (struct clock){.mono_ms = read_ms(MONO_CLOCK), .wall_ms = read_ms(CLOCK_REALTIME)};
}
