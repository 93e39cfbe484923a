/* The tick: one source's complete answer at one instant, and the dictionary that names its
 * values. Ticks are the only way into the model; polling, following, replay and tests make
 * them. */
#ifndef HC_MODEL_TICK_H
#define HC_MODEL_TICK_H

#include "base/clock.h"
#include "model/dims.h"
#include "model/signal.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value is of its series. */
enum part {
	PART_VALUE,    /* the counter, gauge or state itself */
	PART_BUCKET,   /* cumulative count of observations <= bound */
	PART_SUM,      /* histogram or average: sum of the observations */
	PART_COUNT,    /* histogram or average: their number */
	PART_AVERAGE,  /* the gateway's own average; never aggregated over series */
	PART_QUANTILE, /* the gateway's own quantile, bound = q; never aggregated */
	PART_TOTAL     /* count kept out of sums: it repeats what other series already hold */
};

struct dict_entry {
	double bound; /* PART_BUCKET: le in the signal's unit; PART_QUANTILE: q; else 0 */
	dims_id dims;
	uint8_t signal; /* enum signal */
	uint8_t part;   /* enum part */
	uint8_t wrap32; /* the counter wraps at 2^32 */
	uint8_t unused;
};

/* The names of a source's values. Entries are only ever added; when some are to go, a new
 * dictionary with a new version takes its place. Series beyond the cap share one entry for each
 * signal and part whose route, client, consumer … are "other"; overflow counts them. */
struct dict {
	struct names *names;
	uint32_t version;
	uint32_t n;
	uint32_t cap_series;
	uint32_t overflow; /* series that went into "other" */
	struct dict_entry *entries;
	size_t allocated;
	struct map index;
};

/* names is referenced; version 1. */
void dict_init(struct dict *dict, struct names *names, uint32_t cap_series);
void dict_release(struct dict *dict);

/* The index of the entry, added when new; entry->dims is interned by the caller, who keeps its
 * own reference. Never fails: at the cap it returns an "other" entry. */
uint32_t dict_add(struct dict *dict, const struct dict_entry *entry);

/* Empties it and raises the version. */
void dict_reset(struct dict *dict);

/* What an absent value looks like in a tick: a NaN of its own (Prometheus' stale marker). */
#define TICK_ABSENT_BITS 0x7ff0000000000002ull
static inline double tick_absent(void)
{
	union {
		uint64_t bits;
		double value;
	} u = {TICK_ABSENT_BITS};
	return u.value;
}
static inline bool tick_is_absent(double value)
{
	union {
		double value;
		uint64_t bits;
	} u = {value};
	return u.bits == TICK_ABSENT_BITS;
}

/* How the reading of a source went. */
enum tick_outcome {
	TICK_OK,
	TICK_UNVERIFIED,  /* complete as far as one can tell: no length, no end mark */
	TICK_FAILED,      /* no values; error says why */
	TICK_UNAUTHORISED /* 401 or 403: stopped until told to go on */
};

/* A line of a log, for the "last lines" of a row; sanitised, secrets removed. */
struct tick_line {
	dims_id dims;
	int64_t wall_ms; /* 0: not known */
	const char *text;
};

struct tick {
	uint32_t source; /* from model_add_source() */
	struct clock at;
	enum tick_outcome outcome;
	const struct dict *dict;
	const double *values; /* dict->n of them, or NULL when the tick has none */
	const char *error;    /* one sentence that names the remedy; "" when well */
	int64_t retry_ms;     /* mono time of the next try, 0: none planned */
	int64_t interval_ms;  /* between polls, as stretched */
	double seconds;       /* the reading took */
	uint64_t bytes;       /* read, before decompression */
	bool past;            /* of an instant before its source was first read */
	uint32_t requests;    /* sent to the gateway for this tick */
	uint32_t unmapped;    /* samples that no mapping wanted */
	uint32_t untrusted;   /* log lines that could not be trusted and were counted apart */
	const struct tick_line *lines;
	size_t nlines;
};

#endif
