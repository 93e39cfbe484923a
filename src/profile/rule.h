/* One rule of a profile's map as loaded, and the words that rules may use. Private to profile/. */
#ifndef HC_PROFILE_RULE_H
#define HC_PROFILE_RULE_H

#include "profile/mapping.h"

/* What the number that a rule takes is of its signal. */
enum map_type {
	MAP_COUNTER, /* grows */
	MAP_GAUGE,
	MAP_HISTOGRAM, /* _bucket, _sum and _count of a family */
	MAP_AVERAGE,   /* the gateway's own */
	MAP_SUM,       /* sum and count of observations, exported apart */
	MAP_COUNT,
	MAP_QUANTILE, /* the gateway's own, by the label `quantile`; with _sum and _count */
	MAP_TOTAL,    /* repeats what other series hold: kept out of sums */
	MAP_STATE,    /* a number, or a text: hashed */
	MAP_HASH,     /* a text, hashed even when it looks like a number */
	MAP_VERSION,  /* "7", "v7" */
	MAP_TYPES
};
extern const char *const map_type_words[MAP_TYPES + 1];

/* A native text and what it becomes; a `from` that ends in '*' is a prefix. */
struct map_word {
	const char *from;
	const char *to;
	double number; /* of `states` */
};

struct map_words {
	const struct map_word *word;
	size_t n;
};

/* A dim's value comes from this label; when empty, from the next rule line with the same dim. */
struct map_take {
	const char *label;
	enum dim dim;
	struct map_words words;
};

struct map_set {
	enum dim dim;
	const char *text;
};

/* A condition on a label: its value is one of any (when there are some) and none of none. */
struct map_where {
	const char *label;
	const char *const *any;
	const char *const *none;
	size_t nany, nnone;
};

#define MAP_NO_RULE UINT32_MAX

struct map_rule {
	const char *metric; /* NULL: of rows, each counts as 1 */
	size_t metric_len;
	enum signal signal;
	enum map_type type;
	const struct map_where *where;
	const struct map_take *takes;
	const struct map_set *sets;
	size_t nwhere, ntakes, nsets;
	struct map_words states; /* of a row: text → number */
	double scale, offset;    /* to the signal's unit */
	double divisor;          /* what bounds are divided by: 1000 of ms */
	const double *absent;    /* native numbers that mean: none */
	size_t nabsent;
	bool wrap32;
	bool fold_route; /* the route holds raw paths: ids are folded */
	const struct map_filter *filter;
	int line;
};

/* Whether text is the pattern, or begins with what is before its final '*'. */
bool map_fits(const char *pattern, const char *text);

/* The word for text, or NULL. */
const struct map_word *map_word(const struct map_words *words, const char *text);

/* Whether a native text says that there is no value: "", "-", "None", "N/A", "no", "null". */
bool map_is_nothing(const char *text);

/* A number of 48 bits for a text, the same in every run (FNV-1a, IETF draft-eastlake-fnv). */
double map_hash48(const char *text, size_t len);

/* The parts of a family's name: which rules have which metric. */
struct match;
/* rules are borrowed for its life. */
struct match *match_new(const struct map_rule *rules, size_t n);
void match_free(struct match *match); /* takes NULL */
bool match_wants(const struct match *match, const char *family, size_t len);
/* The first rule of this metric, and the one after a rule, or MAP_NO_RULE. */
uint32_t match_first(const struct match *match, const char *metric, size_t len);
uint32_t match_next(const struct match *match, uint32_t rule);

#define MATCH_SUFFIXES 4
struct match_suffix {
	const char *text;
	size_t len;
	enum part part; /* of a histogram; PART_VALUE: none */
};
extern const struct match_suffix match_suffixes[MATCH_SUFFIXES];
/* The suffix that a series' name has, or NULL. */
const struct match_suffix *match_suffix(const char *name, size_t len);

#endif
