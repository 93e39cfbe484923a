/* Counters that are kept here because a log has none: records in, ticks out. */
#ifndef HC_COLLECT_TALLY_H
#define HC_COLLECT_TALLY_H

#include "model/tick.h"
#include "parse/accesslog.h"

#define TALLY_LINES 64

/* Which texts of one kind were seen, up to a cap; later ones are "other" and leave no name. */
struct tally_set {
	struct map map;
	symbol *held;
	size_t n, allocated, cap;
};

/* What clients came with lately; of two generations the older is forgotten when the newer is
 * full. */
struct tally_seen {
	struct map now, before;
};

struct tally {
	struct names *names; /* borrowed */
	symbol target;
	symbol other;
	struct dict dict;
	double *values;
	uint32_t *touched; /* round of an entry's last change */
	size_t values_cap, touched_cap;
	uint32_t round;
	uint32_t keep; /* rounds that an idle entry is kept when room is short */
	struct tally_set routes, clients, agents;
	struct tally_seen seen;
	uint32_t untrusted, others; /* lines since the last tick */
	uint64_t bytes;
	struct tick_line lines[TALLY_LINES]; /* a ring of the newest */
	size_t nlines, next_line;
};

/* keep: see above. */
void tally_init(struct tally *tally, struct names *names, symbol target, uint32_t cap_series,
		uint32_t keep);
void tally_release(struct tally *tally);

/* Counts a line: requests by client, route and code; once more, as totals, by user agent, so that
 * clients and agents do not multiply; and how many ids and agents are new with a client. */
void tally_record(struct tally *tally, const struct accesslog_record *record);

/* Fills values, lines and counts of the tick; borrowed until tally_next(). */
void tally_tick(struct tally *tally, struct tick *ret_tick);

/* Begins the next round: lines and line counts start anew, counters go on. */
void tally_next(struct tally *tally);

#endif
