/* Mapping: from a gateway's own series and rows to signals, units converted. Every rule that
 * matches applies. */
#ifndef HC_PROFILE_MAPPING_H
#define HC_PROFILE_MAPPING_H

#include "profile/profile.h"

/* A name and a value; both terminated. */
struct map_label {
	const char *name;
	const char *value;
};

/* What one rule makes of one series or row: an entry of the dictionary and how the raw value
 * becomes the entry's. */
struct mapped {
	struct dict_entry entry; /* dims interned: the caller drops them */
	double scale;            /* of a series: value = raw * scale + offset */
	double offset;
	double value; /* of a row: the value itself, converted (a text hashed, a version read) */
	bool has_value;
	const struct map_rule *rule;
};

/* Whether any rule of the source wants a family of this name. */
bool mapping_wants(const struct profile_source *source, const char *family, size_t len);

/* Applies the rules to a series of exposition text. Calls emit for each; target is put into
 * DIM_TARGET. Returns how many. */
size_t mapping_series(const struct profile_source *source, struct names *names, symbol target,
		      const struct exposition_series *series,
		      void (*emit)(void *ctx, const struct mapped *mapped), void *ctx);

/* The same for a row of CSV or JSON: named texts. Numbers are read from the texts; "", "-",
 * "None" and what is no number give nothing. */
size_t mapping_row(const struct profile_source *source, struct names *names, symbol target,
		   const struct map_label *labels, size_t n,
		   void (*emit)(void *ctx, const struct mapped *mapped), void *ctx);

/* Whether a row of FORMAT_PROMQL is not a series but says when its newest sample was taken. */
bool mapping_row_time(const struct map_label *labels, size_t n, int64_t *ret_wall_ms);

/* Several series or rows of one answer may give the same entry, because they differ only in
 * labels that no dim takes: their values become one by this (counters and buckets are added,
 * states by the signal's fold). have is tick_absent() before the first. */
double mapping_fold(const struct dict_entry *entry, double have, double more);

struct mapping_own;

/* A filter: a C function that a mapping names, run over all (entry, value) of a finished tick
 * before it is applied; for what needs a join. Listed in the man page. */
struct map_filter {
	const char *name;
	const char *help;
	void (*run)(struct mapping_own *own, struct names *names, struct dict *dict,
		    double *values);
};
const struct map_filter *mapping_filter(const char *name); /* NULL when unknown */
const struct map_filter *mapping_filters(size_t *ret_n);

/* What is kept of a source from tick to tick; all zero before the first. */
struct mapping_own {
	double last;                /* the gateway's count of requests as it came last */
	double taken;               /* our own readings' part of it */
	struct mapping_rest *rests; /* by entry of the dictionary of this version */
	size_t nrests;
	uint32_t version;
};
void mapping_own_release(struct mapping_own *own);

/* The rest of one counter after another, itself a counter: the two are not read at the same
 * instant, so that the difference goes up and down by what happens between. It starts anew when
 * `all` does. entry: its number in the dictionary. Never below 0 nor above all. */
double mapping_rest(struct mapping_own *own, const struct dict *dict, uint32_t entry, double all,
		    double part);

/* The share of one counter that another explains by going up with it, itself a counter: of what
 * both have gone up since the last tick, the smaller. It starts anew when `all` does. */
double mapping_share(struct mapping_own *own, const struct dict *dict, uint32_t entry, double all,
		     double part);

/* For filters: takes the value of an entry to the one that differs in its dims, made when new. How
 * it joins what is there already: */
enum move { MOVE_ADDS, MOVE_TAKES_LEAST, MOVE_TAKES_MOST };
void mapping_move(struct names *names, struct dict *dict, double *values, uint32_t entry,
		  const struct dims *dims, enum move move);

/* To be called on every finished tick, with the folded values: takes out what is no number or is
 * the gateway's own word for "none", takes our own readings off where the gateway counts them,
 * then runs the filters that the source's rules name. own is the source's, kept from tick to
 * tick. values has room for MAPPING_ROOM(dict->n), since filters may make entries. */
#define MAPPING_ROOM(n) (2 * (size_t)(n) + 1)
void mapping_finish(const struct profile_source *source, struct names *names,
		    struct mapping_own *own, struct dict *dict, double *values);

/* Why a series or row gave nothing, in one sentence: no rule has its name, or which condition
 * did not hold. For `profile test`. */
void mapping_why(const struct profile_source *source, const struct exposition_series *series,
		 struct strbuf *sb);

#endif
