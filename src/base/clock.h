/* Time as a value that is handed in. */
#ifndef HC_BASE_CLOCK_H
#define HC_BASE_CLOCK_H

#include <stdint.h>

/* Deadlines and ages use mono_ms, which counts through a suspend; wall_ms, since the epoch, is
 * for samples and for people. */
struct clock {
	int64_t mono_ms;
	int64_t wall_ms;
};

/* Reads the machine's clocks. Only app, net and tests call it; all else is given its result. */
struct clock clock_read(void);

#endif
