/* One pass over the model for all columns of a query: what each row needs, added up over the
 * series that belong to it. For the files of query/ alone. */
#ifndef HC_QUERY_GATHER_H
#define HC_QUERY_GATHER_H

#include "base/map.h"
#include "query/formula.h"
#include "query/promql.h"
#include "query/window.h"

/* What the series of a row gave for one operand and one window. */
struct acc {
	bool known;      /* some series could be read */
	bool rate_known; /* and the time is known for all of it */
	double increase;
	double rate; /* per second */
	bool has_level;
	double level; /* folded */
	double nlevels;
	double sum;                /* histogram: of the observations */
	double count;              /* their number */
	struct le_bucket *buckets; /* by le, cumulative */
	size_t nbuckets, buckets_cap;
	struct le_bucket *quantiles; /* the gateway's own: q and value */
	size_t nquantiles, quantiles_cap;
	double average; /* the gateway's own */
	size_t naverages;
	symbol *values; /* not sorted, each once */
	size_t nvalues, values_cap;
	int64_t covered_ms;
	int64_t age_ms;
	uint32_t source;
	uint16_t quality;
};

/* An operand over some windows; its accs are slots [slot, slot + nwindows) of every group. */
struct feed {
	const struct operand *operand;
	enum column_kind kind;
	int64_t step_ms;
	uint16_t steps;
	struct window *windows;
	struct range *ranges; /* of the source at hand */
	size_t nwindows;
	size_t slot;
};

/* What a feed wants of one source: the series of a signal. */
struct job {
	struct feed *feed;
	uint32_t source;
	enum signal signal;
	enum pick pick;
	bool total;    /* of those that repeat others */
	bool zero;     /* only says which rows are known; nothing is added up */
	bool codeless; /* set by span_scan() */
	bool usable;
};

struct group {
	struct dims dims;
	uint32_t target; /* UINT32_MAX: several */
	bool whole;      /* some series passed the whole filter */
	uint32_t first_wall_s;
	struct acc *accs;
};

#define BASELINE_STEPS 30
#define GATHER_FEEDS   (QUERY_COLUMNS * FORMULA_OPERANDS)

struct gather {
	const struct model *model;
	struct names *names;
	const struct query *query;
	const struct dims *exact; /* dims that a series must have under exact_mask, or NULL */
	dim_mask exact_mask;
	struct filter codeless; /* the filter without its terms about codes */
	struct filter targets;  /* its terms about targets alone */
	dim_mask needed;        /* dims that the query asks about */
	struct arena *arena;
	struct feed feeds[GATHER_FEEDS];
	size_t nfeeds;
	size_t nslots;
	struct group **groups;
	size_t ngroups;
	size_t groups_cap;
	struct map index;
	bool closed;            /* no new groups */
	uint32_t *sources;      /* sorted by target */
	uint32_t *first_source; /* of each target, and one more */
	double *uptimes_ms;     /* by target; NaN: not looked up yet, 0: not known */
	struct reader reader;
};

void gather_init(struct gather *gather, const struct model *model, const struct query *query,
		 struct arena *arena);
void gather_release(struct gather *gather);

/* The feed of an operand under a column, made when new. */
struct feed *gather_feed(struct gather *gather, const struct operand *operand,
			 const struct column *column);

/* Forgets the feeds and what they gathered, keeps the groups, and closes them. */
void gather_again(struct gather *gather);

/* Reads the model. */
void gather_run(struct gather *gather);

/* Goes once through the series that all these jobs want; span.c. */
void span_scan(struct gather *gather, struct job *jobs, size_t n);

/* For parts of gather_run() in other files: whether series with these dims belong to a row, and
 * to which; NULL when it is none of a closed set. */
bool gather_passes(const struct gather *gather, const struct dims *dims);
struct group *gather_group(struct gather *gather, const struct dims *dims, uint32_t target);

/* Whether a row of this target enters the totals. */
bool gather_counts(const struct gather *gather, uint32_t target);

/* What is known of a target without any series: whether its sources answer, and how long that
 * takes (SIGNAL_UP, SIGNAL_SCRAPE_SECONDS). */
void gather_standing(struct gather *gather, const struct feed *feed, uint32_t target);

/* Adds one row's accs to another's. */
void group_merge(struct gather *gather, struct group *into, const struct group *from);
struct group *group_new(struct gather *gather, const struct dims *dims);

/* One figure from the accs of the row's operands; evaluate.c. Slot offset: which window. */
struct figure evaluate(const struct query *query, enum measure measure,
		       const struct acc *const *accs);

/* The arithmetic of acc.c. */
void acc_note(struct acc *acc, const struct range *range, uint32_t source);
void acc_level(struct acc *acc, enum signal_fold fold, double level);
void acc_bucket(struct acc *acc, struct arena *arena, size_t hint, double le, double count);
void acc_quantile(struct acc *acc, struct arena *arena, double q, double value);
void acc_value(struct acc *acc, struct arena *arena, symbol value);
void acc_merge(struct acc *into, const struct acc *from, enum signal_fold fold,
	       struct arena *arena);

#endif
