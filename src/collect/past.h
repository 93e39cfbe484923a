/* The hour before the first answer of a metrics server, asked for in pieces, each of which keeps to
 * the cap of its answers. Pure: what is asked for when. */
#ifndef HC_COLLECT_PAST_H
#define HC_COLLECT_PAST_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

#define PAST_S 3600

struct past {
	int64_t next_s; /* wall time of the first instant that was not asked for yet */
	int64_t end_s;
	int64_t coarse;    /* how many times as long the steps are as they would be */
	uint32_t instants; /* that an answer has room for */
};

/* The hour before now_s, of as many series as the present has rows. */
void past_begin(struct past *past, int64_t now_s, uint32_t rows, uint64_t cap_bytes);

/* Adds "&start=...&end=...&step=..." of the next piece, the oldest first; false when there is none.
 */
bool past_next(struct past *past, struct strbuf *query);

#endif
