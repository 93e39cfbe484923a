/* One source of a target inside the model: its series, their order and their history. query/
 * reads it through model_series(); nothing else does. */
#ifndef HC_MODEL_SOURCE_H
#define HC_MODEL_SOURCE_H

#include "model/history.h"
#include "model/model.h"

#define SOURCE_LOADS 64

/* A series has a slot in its source's history. */
struct series {
	double bound;
	dims_id dims; /* held */
	uint8_t signal;
	uint8_t part;
	uint8_t wrap32;
	bool free;             /* the slot has no series */
	uint32_t first_serial; /* of the tick that brought its first value */
	uint32_t first_wall_s;
};

struct source {
	char *name;
	uint32_t target;
	bool removed;
	int64_t keep_ms;       /* of its history; 0: the model's */
	struct series *series; /* by slot */
	size_t nslots;
	size_t slots_cap;
	uint32_t *free_slots;
	size_t nfree;
	size_t free_cap;
	size_t nlive;
	uint32_t *slot_of; /* by number in the dictionary; MAP_NONE: none yet */
	size_t nentries;
	size_t entries_cap;
	size_t mapped;   /* live series that the dictionary has */
	uint32_t *order; /* slots of live series by signal, dims, part and bound */
	size_t order_cap;
	uint32_t start[SIGNAL_COUNT + 1];  /* where a signal begins in order */
	dim_mask dims_of[SIGNAL_COUNT][2]; /* dims that its series have: [1] of totals */
	bool has[SIGNAL_COUNT][2];
	bool exact[SIGNAL_COUNT]; /* some code is a number, not a class */
	struct history history;
	struct source_status status;
	char *error;
	struct {
		int64_t mono_ms;
		uint64_t bytes;
		uint32_t requests;
	} loads[SOURCE_LOADS]; /* of the last minute, a ring */
	size_t nloads;
};

void source_init(struct source *source, uint32_t target, const char *name);
void source_release(struct source *source, struct names *names);

/* Lets go of all series and samples, and of the standing. */
void source_forget(struct source *source, struct names *names);

/* Gives every entry that has a value in this tick a slot; known series keep theirs. Returns
 * whether there are new series. */
bool source_map(struct source *source, const struct tick *tick);

/* Frees series without a sample in the history. Returns whether there were any. */
bool source_free_idle(struct source *source, struct names *names);

/* Sorts the series again; after source_map() or source_free_idle() changed them. */
void source_sort(struct source *source, const struct names *names);

/* Notes a reading in the ring and computes our load over the minute before it. */
void source_load(struct source *source, const struct tick *tick);

/* Whether the values of a series only grow, but for resets. */
bool series_cumulative(const struct series *series);

/* What a counter counted between two samples: after a fall it began anew, or wrapped when that
 * was declared and is the shorter way; *ret_wrap says which. */
double series_step(const struct series *series, double before, double now, bool restarted,
		   bool *ret_wrap);

size_t source_bytes(const struct source *source);

/* The series of a source, for query/. */
const struct source *model_series(const struct model *model, uint32_t source);

#endif
