#include "collect/batch.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

#define LOOSE_ENTRIES 1024 /* absent entries that are always put up with */
#define LOOSE_LINKS   4096

void batch_init(struct batch *batch, const struct profile_source *source, struct names *names,
		symbol target, uint32_t cap_series)
{
	*batch = (struct batch){.source = source, .names = names, .target = target};
	dict_init(&batch->dict, names, cap_series);
}

void batch_release(struct batch *batch)
{
	dict_release(&batch->dict);
	free(batch->values);
	free(batch->links);
	mapping_own_release(&batch->own);
	*batch = (struct batch){0};
}

void batch_clear(struct batch *batch)
{
	dict_reset(&batch->dict);
	batch->nlinks = 0;
	batch->stale = true; /* lines that a parser still knows have lost their links */
}

bool batch_begin(struct batch *batch)
{
	bool anew = batch->stale;

	if (anew)
		batch_clear(batch);
	batch->stale = false;
	if (batch->source->format != FORMAT_PROMETHEUS)
		batch->dict.overflow = 0; /* rows are counted at each answer, lines once */
	for (uint32_t i = 0; i < batch->dict.n; i++)
		batch->values[i] = tick_absent();
	batch->unmapped = 0;
	batch->wall_ms = 0;
	return anew;
}

/* The entry's place; a new one gets an absent value. */
static uint32_t place(struct batch *batch, const struct mapped *mapped)
{
	uint32_t known = batch->dict.n, at = dict_add(&batch->dict, &mapped->entry);

	names_drop(batch->names, mapped->entry.dims);
	batch->values =
		xgrow(batch->values, &batch->values_cap, batch->dict.n, sizeof(*batch->values));
	for (; known < batch->dict.n; known++)
		batch->values[known] = tick_absent();
	return at;
}

static void put(struct batch *batch, uint32_t at, double value)
{
	double have = batch->values[at];

	batch->values[at] =
		tick_is_absent(have) ? value : mapping_fold(&batch->dict.entries[at], have, value);
}

static void add_link(void *ctx, const struct mapped *mapped)
{
	struct batch *batch = ctx;
	struct batch_link link = {.scale = mapped->scale, .offset = mapped->offset};

	link.entry = place(batch, mapped);
	link.next = batch->chain;
	batch->links =
		xgrow(batch->links, &batch->links_cap, batch->nlinks + 1, sizeof(*batch->links));
	batch->chain = (uint32_t)batch->nlinks;
	batch->links[batch->nlinks++] = link;
}

uint32_t batch_series(struct batch *batch, const struct exposition_series *series)
{
	batch->chain = EXPOSITION_SKIP;
	mapping_series(batch->source, batch->names, batch->target, series, add_link, batch);
	return batch->chain;
}

void batch_samples(struct batch *batch, const struct exposition_sample *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double value = samples[i].value;
		if (isnan(value))
			continue;
		for (uint32_t at = samples[i].ref; at != EXPOSITION_SKIP;
		     at = batch->links[at].next) {
			const struct batch_link *link = &batch->links[at];
			put(batch, link->entry, value * link->scale + link->offset);
		}
	}
}

static void add_value(void *ctx, const struct mapped *mapped)
{
	struct batch *batch = ctx;
	uint32_t at = place(batch, mapped);

	if (mapped->has_value)
		put(batch, at, mapped->value);
}

void batch_row(struct batch *batch, const struct map_label *labels, size_t n)
{
	int64_t wall_ms;

	if (batch->source->format == FORMAT_PROMQL && mapping_row_time(labels, n, &wall_ms)) {
		if (wall_ms > batch->wall_ms)
			batch->wall_ms = wall_ms;
		return;
	}
	if (mapping_row(batch->source, batch->names, batch->target, labels, n, add_value, batch) ==
	    0)
		batch->unmapped++;
}

/* Names that went away are dropped once they are more than those that are there. */
static void judge(struct batch *batch)
{
	size_t present = 0;

	for (uint32_t i = 0; i < batch->dict.n; i++)
		present += !tick_is_absent(batch->values[i]);
	batch->stale = batch->dict.n - present > LOOSE_ENTRIES + present ||
		       batch->nlinks > LOOSE_LINKS + 4 * (size_t)batch->dict.n;
}

void batch_finish(struct batch *batch)
{
	batch->values = xgrow(batch->values, &batch->values_cap, MAPPING_ROOM(batch->dict.n),
			      sizeof(*batch->values));
	mapping_finish(batch->source, batch->names, &batch->own, &batch->dict, batch->values);
	judge(batch);
}
