/* Questions to the model. query_run() is the only arithmetic on series; every figure carries
 * what is needed to question it. */
#ifndef HC_QUERY_QUERY_H
#define HC_QUERY_QUERY_H

#include "base/address.h"
#include "base/arena.h"
#include "model/model.h"
#include "query/measure.h"

/* Why a figure is not simply good. Several may hold. */
enum quality {
	Q_NONE = 1 << 0,     /* n/a: no series, no value, or NaN: show "n/a", never 0 */
	Q_FILLING = 1 << 1,  /* covers less than the window; covered_ms says how much */
	Q_STALE = 1 << 2,    /* its source is stale: show dim, with age_ms; rules are unjudged */
	Q_ABOVE = 1 << 3,    /* quantile in the last bucket: the true one is above value: ">5s" */
	Q_COARSE = 1 << 4,   /* quantile interpolated in a bucket wider than its lower bound: "~" */
	Q_AVERAGE = 1 << 5,  /* the gateway's own average stands in for a quantile: "avg" */
	Q_LIFETIME = 1 << 6, /* from lifetime counters: a first answer, before a second poll */
	Q_RESET = 1 << 7,    /* a counter was reset inside the window; added back */
	Q_OVERFLOW = 1 << 8  /* some series are in "other" */
};

struct figure {
	double value; /* in unit; NaN with Q_NONE */
	double n;     /* raw increase behind a rate or ratio, observations behind a quantile */
	int64_t covered_ms;
	int64_t age_ms;  /* since the newest sample */
	uint32_t source; /* one it came from, UINT32_MAX when none */
	uint16_t quality;
	uint8_t measure; /* enum measure */
	uint8_t unit;    /* enum unit */
};

/* A filter term: the dim has, or with negate has not, one of these values, parted by commas. A
 * code value may be a class, "5xx", a client a network, "10.1.2.0/24". A text that ends in '*'
 * matches by its start, one that begins with '=' is the whole value, any other is found anywhere in
 * it, without case. */
struct term {
	enum dim dim;
	bool negate;
	const char *text;
	bool is_network; /* of a client: */
	struct address network;
};

#define QUERY_TERMS 16

/* All terms must hold. */
struct filter {
	struct term terms[QUERY_TERMS];
	size_t n;
};

/* Parses "route:checkout code:5xx !client:10.* word" into filter; a bare word is matched
 * against every dim's text, anywhere in it, without case (dim DIM_COUNT), and so is the value
 * of a "dim:" term against that dim. Strings are copied into the arena. */
int filter_parse(const char *text, struct arena *arena, struct filter *ret_filter, struct err *err);
/* Adds a term for a dim; text is borrowed. The filter has room for it. */
void filter_add(struct filter *filter, enum dim dim, bool negate, const char *text);
void filter_format(const struct filter *filter, char *buf, size_t cap);
bool filter_matches(const struct filter *filter, const struct names *names,
		    const struct dims *dims);

/* A column: a measure over the window, or against its baseline. */
enum column_kind {
	COLUMN_VALUE,
	COLUMN_WAS,   /* the measure's baseline: the median of its values over window-sized steps
			 of the history before the window */
	COLUMN_TREND, /* a series of values, one a step, oldest first: sparkline */
	COLUMN_SINCE  /* wall ms of the first sight of the row's series, as value */
};
struct column {
	enum measure measure;
	enum column_kind kind;
	int64_t step_ms; /* trend: step; 0 = the model's default of 60 s */
	uint16_t steps;  /* trend: how many, at most 64 */
};

#define QUERY_COLUMNS 24

/* How clients make rows: each its own, or all of one network together. */
enum query_clients {
	CLIENTS_EACH,
	CLIENTS_NETWORK, /* /24 and /64 */
	CLIENTS_SITE     /* /24 and /48 */
};

/* How a client of this text makes a row: each for an address. */
enum query_clients query_clients_of(const char *client);

struct query {
	struct column columns[QUERY_COLUMNS];
	size_t ncolumns;
	dim_mask by;                 /* rows are the distinct values of these dims; 0: one row */
	const struct filter *filter; /* or NULL */
	enum query_clients clients;  /* of rows by client */
	int64_t window_ms;
	struct clock at; /* the instant asked about */
	int sort;        /* column, or -1: by dims' text */
	bool ascending;
	size_t limit; /* rows returned, 0 = all; the rest is counted */
	bool totals;  /* only targets that count (target_info.counts) enter the total row */
};

struct row {
	struct dims dims;       /* projected on query.by */
	uint32_t target;        /* of its series when there is only one, else UINT32_MAX */
	struct figure *figures; /* ncolumns */
	float **trends;         /* by column; of a trend `steps` values, NaN where unknown */
};

struct result {
	struct row *rows;
	size_t n;
	size_t all;       /* rows before the limit */
	struct row total; /* over all rows, not only the shown ones; but baselines and trends are
			     n/a in it, its trends NULL, when the limit left rows out */
};

/* Answers; everything is allocated in the arena. Rows that have no value in any column are left
 * out; so are, when rows are by client, consumer, node, app or prompt, series that name none of
 * the rows' dims. Measures that choose by code themselves take no notice of a filter's codes, but
 * rows where nothing has these codes are left out. Of several sources of a target that tell the
 * same signal, the one whose series know most of the dims asked about answers alone. Cannot fail:
 * an unanswerable figure has Q_NONE. */
void query_run(const struct model *model, const struct query *query, struct arena *arena,
	       struct result *ret_result);

/* One figure: query_run() with one column and dims fixed by exact match under the mask; a
 * client may be a network. */
struct figure query_one(const struct model *model, enum measure measure, enum column_kind kind,
			const struct dims *dims, dim_mask mask, int64_t window_ms, struct clock at);

/* The latency histogram (or that of another histogram signal) summed over the matching series:
 * for the opened row's "latency by bucket". Bounds and non-cumulative increases. */
struct bucket {
	double bound;
	double count;
};
size_t query_buckets(const struct model *model, enum signal signal, const struct dims *dims,
		     dim_mask mask, int64_t window_ms, struct clock at, struct arena *arena,
		     struct bucket **ret_buckets);

/* A figure as people read it, in at most width columns: "2.1~", ">5s", "avg.05", "n/a", "0.10",
 * "11.20", "48.2k". Ratios are shown in percent, rates of requests and tokens a minute, USD an
 * hour. buf has at least width + 1 bytes. Returns buf. */
char *figure_format(char *buf, int width, const struct figure *figure);

/* The sentence that `i` shows: formula, source metric, unit, n, window covered, age, quality. */
void figure_explain(const struct figure *figure, const struct model *model, int64_t window_ms,
		    char *buf, size_t cap);

#endif
