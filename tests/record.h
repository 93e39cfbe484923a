/* Reads expositions and writes down what came out, as text that can be compared. */
#ifndef HC_TESTS_RECORD_H
#define HC_TESTS_RECORD_H

#include "base/map.h"
#include "base/strbuf.h"
#include "parse/exposition.h"

struct record {
	struct exposition *exposition;
	struct strbuf *series; /* by number: NAME{LABEL="VALUE",...} TYPE FAMILY */
	uint32_t n;
	size_t cap;
	struct map index;
	struct strbuf samples;     /* one a line: the series, its value and timestamp */
	struct strbuf plain;       /* the same, without type and family */
	size_t asked;              /* calls of series() in this scrape */
	size_t nsamples;           /* in this scrape */
	const char *const *wanted; /* names of families, ended by NULL; NULL: all */
	struct err err;
};

void record_init(struct record *record);
void record_release(struct record *record);

/* One scrape, handed over in pieces of at most chunk bytes (0: whole), each in memory of its own
 * size, so that a sanitiser sees a read past its end. */
int record_scrape(struct record *record, const struct exposition_options *options, const char *body,
		  size_t len, size_t chunk);

/* The same in two pieces. */
int record_split(struct record *record, const struct exposition_options *options, const char *body,
		 size_t len, size_t at);

#endif
