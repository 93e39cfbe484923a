/* The samples of one source: one list of instants for all its series; the newest as slices,
 * one an instant, the older ones as blocks of codes. Slots number the series. */
#ifndef HC_MODEL_HISTORY_H
#define HC_MODEL_HISTORY_H

#include "base/clock.h"
#include "model/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_BATCH 8                    /* slices sealed at once */
#define HISTORY_BLOCK 64                   /* instants of a full block */
#define HISTORY_RAW   (64 + HISTORY_BATCH) /* most slices: a minute of one a second */

struct instant {
	struct clock at;
	bool irregular; /* some series came, went or fell since the instant before */
	bool restarted; /* the process started anew since the instant before */
};

struct history {
	struct instant *instants; /* n of them, oldest first */
	size_t n;
	size_t cap;
	uint32_t first_serial; /* number of instants[0] since the source began */
	size_t sealed;         /* instants[0 .. sealed) are in blocks */
	struct history_block **blocks;
	size_t nblocks;
	size_t blocks_cap;
	struct slice raw[HISTORY_RAW]; /* the last nraw instants */
	unsigned nraw;
	uint8_t *idle; /* by slot: sealed batches without a value */
	size_t nidle;
	size_t idle_cap;
};

/* Room for codes while sealing, shared by all histories. */
struct history_scratch {
	uint8_t *bytes;
	size_t cap;
	uint32_t *offsets;
	size_t offsets_cap;
};
void history_scratch_release(struct history_scratch *scratch);

void history_init(struct history *history);
void history_release(struct history *history);

/* Adds the newest instant with its n values, which are copied; then seals what is older than a
 * minute and lets go what is older than keep_ms. */
void history_append(struct history *history, const struct instant *instant, const double *values,
		    uint32_t n, int64_t keep_ms, struct history_scratch *scratch);

/* The index of the newest instant that is not after mono_ms; -1 when there is none. */
ptrdiff_t history_find(const struct history *history, int64_t mono_ms);

/* The slice of instant i, or NULL when it is only in a block. */
const struct slice *history_slice(const struct history *history, size_t i);

/* The samples of a slot at instants [from, to); what is not there is absent. */
void history_read(const struct history *history, uint32_t slot, size_t from, size_t to,
		  double *out);

/* Whether a slot has no sample in all of the history. */
bool history_idle(const struct history *history, uint32_t slot);

/* Tells that a slot has a new owner. */
void history_reuse(struct history *history, uint32_t slot);

/* Bytes of samples and instants. */
size_t history_bytes(const struct history *history);

#endif
