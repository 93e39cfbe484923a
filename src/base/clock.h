/* Time as a value that is handed in. */
#ifndef HC_BASE_CLOCK_H
#define HC_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deadlines and ages use mono_ms, which counts through a suspend; wall_ms, since the epoch, is
 * for samples and for people. */
struct clock {
	int64_t mono_ms;
	int64_t wall_ms;
};

/* Reads the machine's clocks. Only app, net and tests call it; all else is given its result. */
struct clock clock_read(void);

/* A moment since the epoch as strftime() writes it, in UTC or in the zone of the machine; "" when
 * it does not fit. Returns buf. */
__attribute__((format(strftime, 3, 0))) char *
clock_format(char *buf, size_t cap, const char *format, int64_t wall_ms, bool utc);

#endif
