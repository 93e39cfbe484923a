#include "model/history.h"

#include "base/alloc.h"
#include "model/codec.h"
#include "model/tick.h"

#include <stdlib.h>
#include <string.h>

/* The default window of a screen is one minute: this much stays uncoded. */
#define RAW_MS   61000
#define RAW_KEEP (HISTORY_RAW - HISTORY_BATCH - 1)

struct history_block {
	uint32_t nslots;
	uint32_t nticks;
	size_t bytes;
	uint32_t offsets[]; /* nslots + 1, then the codes */
};

void history_scratch_release(struct history_scratch *scratch)
{
	free(scratch->bytes);
	free(scratch->offsets);
	*scratch = (struct history_scratch){0};
}

void history_init(struct history *history)
{
	*history = (struct history){0};
}

void history_release(struct history *history)
{
	for (size_t i = 0; i < history->nblocks; i++)
		free(history->blocks[i]);
	for (unsigned i = 0; i < history->nraw; i++)
		slice_release(&history->raw[i]);
	free(history->blocks);
	free(history->instants);
	free(history->idle);
	history_init(history);
}

static const uint8_t *block_codes(const struct history_block *block, uint32_t slot)
{
	const uint8_t *codes = (const uint8_t *)(block->offsets + block->nslots + 1);

	return codes + block->offsets[slot];
}

/* The codes of a slot that an open block does not know yet: absent in all its ticks. */
static size_t encode_absent(uint32_t nticks, uint8_t *out)
{
	double absent[HISTORY_BLOCK], state = 0;

	for (uint32_t i = 0; i < nticks; i++)
		absent[i] = tick_absent();
	return codec_encode(&state, absent, nticks, out);
}

/* Puts what the open block has of a slot, and the batch after it, into out. */
static size_t encode_slot(struct history *history, const struct history_block *open, uint32_t slot,
			  const struct slice *batch, uint8_t *out)
{
	double values[HISTORY_BATCH], state = 0;
	bool absent = true;
	size_t len = 0;

	if (open && slot < open->nslots) {
		len = open->offsets[slot + 1] - open->offsets[slot];
		memcpy(out, block_codes(open, slot), len);
	} else if (open) {
		len = encode_absent(open->nticks, out);
	}
	if (open)
		state = slice_get(batch - 1, slot);
	for (size_t i = 0; i < HISTORY_BATCH; i++) {
		values[i] = slice_get(&batch[i], slot);
		absent = absent && tick_is_absent(values[i]);
	}
	if (!absent)
		history->idle[slot] = 0;
	else if (history->idle[slot] < UINT8_MAX)
		history->idle[slot]++;
	return len + codec_encode(&state, values, HISTORY_BATCH, out + len);
}

static void reserve(struct history *history, const struct history_block *open, uint32_t nslots,
		    struct history_scratch *scratch)
{
	size_t worst = (open ? open->bytes : 0) +
		       (size_t)nslots * (HISTORY_BATCH * CODEC_SAMPLE_BYTES + HISTORY_BLOCK);

	scratch->bytes = xgrow(scratch->bytes, &scratch->cap, worst, 1);
	scratch->offsets = xgrow(scratch->offsets, &scratch->offsets_cap, nslots + 1,
				 sizeof(*scratch->offsets));
	history->idle = xgrow(history->idle, &history->idle_cap, nslots, 1);
	while (history->nidle < nslots)
		history->idle[history->nidle++] = 0;
}

static struct history_block *block_build(uint32_t nslots, uint32_t nticks,
					 const struct history_scratch *scratch)
{
	size_t head = (nslots + 1) * sizeof(scratch->offsets[0]);
	size_t bytes = scratch->offsets[nslots];
	struct history_block *block = xmalloc(sizeof(*block) + head + bytes);

	block->nslots = nslots;
	block->nticks = nticks;
	block->bytes = bytes;
	memcpy(block->offsets, scratch->offsets, head);
	if (bytes)
		memcpy(block->offsets + nslots + 1, scratch->bytes, bytes);
	return block;
}

/* Moves HISTORY_BATCH slices, the first at index first of raw, into the open block. */
static void seal(struct history *history, unsigned first, struct history_scratch *scratch)
{
	struct history_block *open = NULL, *built;
	const struct slice *batch = &history->raw[first];
	uint32_t nslots = batch[HISTORY_BATCH - 1].n;
	size_t len = 0;

	if (history->nblocks && history->blocks[history->nblocks - 1]->nticks < HISTORY_BLOCK)
		open = history->blocks[history->nblocks - 1];
	reserve(history, open, nslots, scratch);
	for (uint32_t slot = 0; slot < nslots; slot++) {
		scratch->offsets[slot] = (uint32_t)len;
		len += encode_slot(history, open, slot, batch, scratch->bytes + len);
	}
	scratch->offsets[nslots] = (uint32_t)len;
	built = block_build(nslots, (open ? open->nticks : 0) + HISTORY_BATCH, scratch);
	if (open) {
		free(open);
		history->blocks[history->nblocks - 1] = built;
	} else {
		history->blocks = xgrow(history->blocks, &history->blocks_cap, history->nblocks + 1,
					sizeof(*history->blocks));
		history->blocks[history->nblocks++] = built;
	}
	history->sealed += HISTORY_BATCH;
}

/* Frees slices that are sealed, but for the last of them: what follows is coded against it. */
static void drop_slices(struct history *history)
{
	size_t first = history->n - history->nraw;
	unsigned drop = 0;

	while (first + drop + 1 < history->sealed)
		slice_release(&history->raw[drop++]);
	history->nraw -= drop;
	memmove(history->raw, history->raw + drop, history->nraw * sizeof(history->raw[0]));
}

/* How many of the newest instants stay uncoded. */
static size_t raw_wanted(const struct history *history)
{
	int64_t since = history->instants[history->n - 1].at.mono_ms - RAW_MS;
	size_t want = 1;

	while (want < RAW_KEEP && want < history->n &&
	       history->instants[history->n - 1 - want].at.mono_ms >= since)
		want++;
	return want;
}

static void drop_blocks(struct history *history, int64_t keep_ms)
{
	int64_t since = history->instants[history->n - 1].at.mono_ms - keep_ms;
	size_t nticks;

	while (history->nblocks > 1) {
		nticks = history->blocks[0]->nticks;
		if (history->instants[nticks - 1].at.mono_ms >= since)
			return;
		free(history->blocks[0]);
		history->nblocks--;
		memmove(history->blocks, history->blocks + 1,
			history->nblocks * sizeof(history->blocks[0]));
		history->n -= nticks;
		history->sealed -= nticks;
		history->first_serial += (uint32_t)nticks;
		memmove(history->instants, history->instants + nticks,
			history->n * sizeof(history->instants[0]));
	}
}

void history_append(struct history *history, const struct instant *instant, const double *values,
		    uint32_t n, int64_t keep_ms, struct history_scratch *scratch)
{
	const struct slice *before = history->nraw ? &history->raw[history->nraw - 1] : NULL;

	history->instants =
		xgrow(history->instants, &history->cap, history->n + 1, sizeof(*history->instants));
	history->instants[history->n++] = *instant;
	slice_init(&history->raw[history->nraw++], before, values, n);
	if (history->n - history->sealed >= raw_wanted(history) + HISTORY_BATCH) {
		seal(history, history->nraw - (unsigned)(history->n - history->sealed), scratch);
		drop_slices(history);
		drop_blocks(history, keep_ms);
	}
}

ptrdiff_t history_find(const struct history *history, int64_t mono_ms)
{
	size_t low = 0, high = history->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (history->instants[middle].at.mono_ms <= mono_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

const struct slice *history_slice(const struct history *history, size_t i)
{
	size_t first = history->n - history->nraw;

	return i >= first ? &history->raw[i - first] : NULL;
}

/* The part of [from, to) that lies in this block, whose first instant is start. */
static void read_block(const struct history_block *block, size_t start, uint32_t slot, size_t from,
		       size_t to, double *out)
{
	double values[HISTORY_BLOCK];
	size_t end = start + block->nticks < to ? start + block->nticks : to;
	size_t begin = start > from ? start : from;

	if (begin >= end)
		return;
	if (slot >= block->nslots) {
		for (size_t i = begin; i < end; i++)
			out[i - from] = tick_absent();
		return;
	}
	codec_decode(block_codes(block, slot), end - start, values);
	memcpy(out + (begin - from), values + (begin - start), (end - begin) * sizeof(*out));
}

void history_read(const struct history *history, uint32_t slot, size_t from, size_t to, double *out)
{
	size_t raw = history->n - history->nraw, start = 0;
	size_t coded = to < raw ? to : raw;

	for (size_t i = 0; i < history->nblocks && start < coded; i++) {
		read_block(history->blocks[i], start, slot, from, coded, out);
		start += history->blocks[i]->nticks;
	}
	for (size_t i = from > raw ? from : raw; i < to; i++)
		out[i - from] = slice_get(&history->raw[i - raw], slot);
}

bool history_idle(const struct history *history, uint32_t slot)
{
	for (unsigned i = 0; i < history->nraw; i++)
		if (!tick_is_absent(slice_get(&history->raw[i], slot)))
			return false;
	if (slot >= history->nidle)
		return history->sealed == 0;
	return (size_t)history->idle[slot] * HISTORY_BATCH >= history->sealed ||
	       history->idle[slot] == UINT8_MAX;
}

void history_reuse(struct history *history, uint32_t slot)
{
	if (slot < history->nidle)
		history->idle[slot] = 0;
}

size_t history_bytes(const struct history *history)
{
	size_t bytes = history->cap * sizeof(*history->instants) + history->idle_cap +
		       history->blocks_cap * sizeof(*history->blocks);

	for (size_t i = 0; i < history->nblocks; i++)
		bytes += sizeof(*history->blocks[i]) + history->blocks[i]->bytes +
			 (history->blocks[i]->nslots + 1) * sizeof(uint32_t);
	for (unsigned i = 0; i < history->nraw; i++)
		bytes += slice_bytes(&history->raw[i]);
	return bytes;
}
