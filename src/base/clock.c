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

/* The attribute of the declaration has compilers check the callers' formats. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
char *clock_format(char *buf, size_t cap, const char *format, int64_t wall_ms, bool utc)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (!(utc ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)) ||
	    !strftime(buf, cap, format, &tm))
		buf[0] = '\0';
	return buf;
}
