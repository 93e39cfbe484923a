#include "query/gather.h"

#include <string.h>

void acc_note(struct acc *acc, const struct range *range, uint32_t source)
{
	if (!acc->known) {
		acc->covered_ms = range->covered_ms;
		acc->age_ms = range->age_ms;
		acc->source = source;
		acc->rate_known = true;
		acc->known = true;
	}
	if (range->covered_ms < acc->covered_ms)
		acc->covered_ms = range->covered_ms;
	if (range->age_ms > acc->age_ms)
		acc->age_ms = range->age_ms;
	acc->rate_known = acc->rate_known && range->covered_ms > 0;
	acc->quality |= range->quality;
}

static double fold_levels(enum signal_fold fold, double a, double b)
{
	switch (fold) {
	case FOLD_SUM:
		return a + b;
	case FOLD_MAX:
		return a > b ? a : b;
	case FOLD_MIN:
		return a < b ? a : b;
	case FOLD_LAST:
		break;
	}
	return a;
}

void acc_level(struct acc *acc, enum signal_fold fold, double level)
{
	acc->level = acc->has_level ? fold_levels(fold, acc->level, level) : level;
	acc->has_level = true;
	acc->nlevels++;
}

/* Makes room for one more element in an array of the arena. */
static void *room(struct arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
	void *larger;

	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 16;
	larger = arena_array(arena, *cap, size);
	if (n)
		memcpy(larger, array, n * size);
	return larger;
}

/* Where it is not expected: finds or makes it. */
static void add_bucket(struct acc *acc, struct arena *arena, double le, double count)
{
	size_t at = 0;

	while (at < acc->nbuckets && acc->buckets[at].le < le)
		at++;
	if (at < acc->nbuckets && acc->buckets[at].le == le) {
		acc->buckets[at].count += count;
		return;
	}
	acc->buckets =
		room(arena, acc->buckets, acc->nbuckets, &acc->buckets_cap, sizeof(*acc->buckets));
	memmove(acc->buckets + at + 1, acc->buckets + at,
		(acc->nbuckets - at) * sizeof(*acc->buckets));
	acc->buckets[at] = (struct le_bucket){le, count};
	acc->nbuckets++;
}

void acc_bucket(struct acc *acc, struct arena *arena, size_t hint, double le, double count)
{
	if (hint < acc->nbuckets && acc->buckets[hint].le == le)
		acc->buckets[hint].count += count;
	else
		add_bucket(acc, arena, le, count);
}

void acc_quantile(struct acc *acc, struct arena *arena, double q, double value)
{
	acc->quantiles = room(arena, acc->quantiles, acc->nquantiles, &acc->quantiles_cap,
			      sizeof(*acc->quantiles));
	acc->quantiles[acc->nquantiles++] = (struct le_bucket){q, value};
}

void acc_value(struct acc *acc, struct arena *arena, symbol value)
{
	for (size_t i = 0; i < acc->nvalues; i++)
		if (acc->values[i] == value)
			return;
	acc->values =
		room(arena, acc->values, acc->nvalues, &acc->values_cap, sizeof(*acc->values));
	acc->values[acc->nvalues++] = value;
}

void acc_merge(struct acc *into, const struct acc *from, enum signal_fold fold, struct arena *arena)
{
	struct range range = {
		.covered_ms = from->covered_ms, .age_ms = from->age_ms, .quality = from->quality};
	double nlevels = into->nlevels + from->nlevels;

	if (!from->known)
		return;
	acc_note(into, &range, from->source);
	into->rate_known = into->rate_known && from->rate_known;
	into->increase += from->increase;
	into->rate += from->rate;
	into->sum += from->sum;
	into->count += from->count;
	into->average = from->naverages ? from->average : into->average;
	into->naverages += from->naverages;
	if (from->has_level)
		acc_level(into, fold, from->level);
	into->nlevels = nlevels;
	for (size_t i = 0; i < from->nbuckets; i++)
		acc_bucket(into, arena, i, from->buckets[i].le, from->buckets[i].count);
	for (size_t i = 0; i < from->nquantiles; i++)
		acc_quantile(into, arena, from->quantiles[i].le, from->quantiles[i].count);
	for (size_t i = 0; i < from->nvalues; i++)
		acc_value(into, arena, from->values[i]);
}
