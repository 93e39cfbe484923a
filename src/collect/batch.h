/* The values of one source while an answer arrives: a scratch array beside the dictionary, handed
 * on whole or not at all. */
#ifndef HC_COLLECT_BATCH_H
#define HC_COLLECT_BATCH_H

#include "model/tick.h"
#include "parse/exposition.h"
#include "profile/mapping.h"

/* What a known line of exposition text feeds: one entry, and the next one of the same line. */
struct batch_link {
	double scale;
	double offset;
	uint32_t entry;
	uint32_t next;
};

struct batch {
	const struct profile_source *source;
	struct names *names; /* borrowed from the model */
	symbol target;
	struct dict dict;
	double *values;
	size_t values_cap;
	struct batch_link *links;
	size_t nlinks, links_cap;
	uint32_t chain;    /* head of the chain that is being made, EXPOSITION_SKIP: nothing yet */
	uint32_t unmapped; /* rows that no rule wanted */
	struct mapping_own own;
	bool stale;      /* the dictionary is to be made anew before the next answer */
	int64_t wall_ms; /* when the newest sample was taken, by the answer's own word; 0: unsaid */
};

void batch_init(struct batch *batch, const struct profile_source *source, struct names *names,
		symbol target, uint32_t cap_series);
void batch_release(struct batch *batch);

/* Empties the dictionary: what was named in it is not there any more. */
void batch_clear(struct batch *batch);

/* Forgets the values of the last answer. Returns true when the dictionary was emptied too, so
 * that numbers given by batch_series() hold no more. */
bool batch_begin(struct batch *batch);

/* For exposition_ops: what a new line feeds, and the samples of lines. */
uint32_t batch_series(struct batch *batch, const struct exposition_series *series);
void batch_samples(struct batch *batch, const struct exposition_sample *samples, size_t n);

/* A row of names and texts. */
void batch_row(struct batch *batch, const struct map_label *labels, size_t n);

/* The answer is whole: joins are made. Then dict and values make a tick. */
void batch_finish(struct batch *batch);

#endif
