/* Numbers as text, independent of the locale. */
#ifndef HC_BASE_DECIMAL_H
#define HC_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Reads a number as Go's ParseFloat does, without hexadecimal and underscores, with NaN, Inf and
 * Infinity in any case and sign; correctly rounded, infinite beyond a double's range. Returns the
 * byte after it, or NULL when no number of at most 1023 bytes starts at p. Does not read past
 * end. */
const char *decimal_parse(const char *p, const char *end, double *ret_value);

/* Writes a number in at most width (at least 4) columns for people: 0, 7, 812, 2.1k, 48.2k, 1.3M;
 * "~0" for what rounds to nothing, "n/a" for NaN and infinities. buf has at least width + 1 bytes.
 * Returns buf. */
char *decimal_si(char *buf, int width, double value);

/* Writes an integer below 1e15 in full, anything else with the fewest digits that read back to the
 * same double, or NaN, +Inf, -Inf. buf has at least 32 bytes. */
char *decimal_exact(char *buf, double value);

/* Writes a duration for people: "12s", "5m01", "2h13", "3d04", at most "99999d23"; "0s" for a
 * negative one. buf has at least 16 bytes. */
char *decimal_duration(char *buf, int64_t ms);

/* Reads a time that is above zero and at most a year: "250ms", "30s", "1.5m", "2h", "3d"; seconds
 * without a unit. Returns 0, or -1 for anything else. */
int decimal_read_duration(const char *text, int64_t *ret_ms);

#endif
