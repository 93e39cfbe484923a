/* The values of all series of a source at one instant, by slot. Most slices hold small
 * differences to a key before them, two bytes a value. */
#ifndef HC_MODEL_SLICE_H
#define HC_MODEL_SLICE_H

#include <stddef.h>
#include <stdint.h>

struct slice_key {
	unsigned references;
	unsigned made; /* slices that used it */
	uint32_t n;
	double values[];
};

struct slice_exception;

struct slice {
	struct slice_key *key;              /* counted */
	int16_t *differences;               /* NULL: the key itself holds the values */
	struct slice_exception *exceptions; /* sorted by slot */
	uint32_t nexceptions;
	uint32_t n; /* slots above have no value */
};

/* before: the slice before it, whose key may be used, or NULL. Values are kept bit for bit. */
void slice_init(struct slice *slice, const struct slice *before, const double *values, uint32_t n);
void slice_release(struct slice *slice);

/* Up to here a difference stands for something else than itself. */
#define SLICE_UNUSUAL (INT16_MIN + 1)

/* A value that is no small difference. */
double slice_get_unusual(const struct slice *slice, uint32_t slot);

static inline double slice_get(const struct slice *slice, uint32_t slot)
{
	if (slot < slice->n && slice->differences && slice->differences[slot] > SLICE_UNUSUAL)
		return slice->key->values[slot] + slice->differences[slot];
	return slice_get_unusual(slice, slot);
}

/* A key's bytes are counted with the slice that made it. */
size_t slice_bytes(const struct slice *slice);

#endif
