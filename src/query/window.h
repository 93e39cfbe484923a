/* Spans of time laid over a source's instants, and what its series did in them. For the files of
 * query/ alone. */
#ifndef HC_QUERY_WINDOW_H
#define HC_QUERY_WINDOW_H

#include "model/source.h"
#include "query/query.h"

enum window_kind {
	WINDOW_NEWEST,  /* ends at the instant asked about; a stale source's at its last answer */
	WINDOW_STEP,    /* one step of a baseline or a trend */
	WINDOW_LIFETIME /* from the start of the process to the first answer */
};

struct window {
	enum window_kind kind;
	int64_t start_ms; /* mono */
	int64_t end_ms;
};

/* The instants of a source that a window covers. */
struct range {
	bool ok;       /* there is something to read */
	bool regular;  /* no series came, went or fell in it */
	bool lifetime; /* only the last instant counts: from the counters' own totals */
	size_t first;
	size_t last;
	const struct slice *at_first; /* of the first instant; NULL when not at hand */
	const struct slice *at_last;
	int64_t covered_ms; /* 0: not known */
	int64_t age_ms;
	uint16_t quality;
};

/* uptime_ms: how long the process ran at the source's first instant; 0: not known. */
struct range window_range(const struct source *source, const struct window *window, struct clock at,
			  int64_t uptime_ms);

/* Reads samples; keeps those of one series for several ranges. */
struct reader {
	const struct source *source;
	uint32_t slot;
	size_t from;
	size_t to;
	bool many;   /* several ranges will be asked about */
	bool loaded; /* buffer holds samples [from, to) of slot */
	double *buffer;
	size_t cap;
};
void reader_release(struct reader *reader);

/* Turns to a slot; from and last are the first and last instant of all ranges that will be asked.
 */
void reader_turn(struct reader *reader, const struct source *source, uint32_t slot, size_t from,
		 size_t last, bool many);

/* The increase of a counter over the range, resets added back; false when it cannot be known.
 * *quality gets Q_RESET. A series that was not there at first counts from 0. */
bool reader_increase(struct reader *reader, const struct range *range, double *ret_increase,
		     uint16_t *quality);

/* The newest sample of the range's last instant; false when there is no usable number. */
bool reader_level(struct reader *reader, const struct range *range, double *ret_level);

#endif
