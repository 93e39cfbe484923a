/* Mapping: from a gateway's own series and rows to signals, units converted. Every rule that
 * matches applies. */
#ifndef HC_PROFILE_MAPPING_H
#define HC_PROFILE_MAPPING_H

#include "profile/profile.h"

/* A name and a value; texts need no terminator of their own when len is given. */
struct map_label {
	const char *name;
	const char *value;
};

/* What one rule makes of one series or row: an entry of the dictionary and how the raw value
 * becomes the entry's. */
struct mapped {
	struct dict_entry entry; /* dims interned: the caller drops them */
	double scale;
	double value; /* rows of a state (text hashed, words counted): the value itself */
	bool has_value;
	bool lifetime; /* fresh: only when younger than the process, and other filters: see filter
			*/
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

/* A filter: a C function that a mapping names, run over all (entry, value) of a finished tick
 * before it is applied; for what needs a join. Listed in the man page. */
struct map_filter {
	const char *name;
	const char *help;
	void (*run)(struct names *names, struct dict *dict, double *values);
};
const struct map_filter *mapping_filter(const char *name); /* NULL when unknown */
const struct map_filter *mapping_filters(size_t *ret_n);

/* Runs the filters that the source's rules name. */
void mapping_finish(const struct profile_source *source, struct names *names, struct dict *dict,
		    double *values);

#endif
