/* The values of all series of a source at one instant, by slot. Most slices hold small
 * differences to a key before them, two bytes a value. */
#ifndef HC_MODEL_SLICE_H
#define HC_MODEL_SLICE_H

#include <stddef.h>
#include <stdint.h>

struct slice_key;
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

double slice_get(const struct slice *slice, uint32_t slot);

/* A key's bytes are counted with the slice that made it. */
size_t slice_bytes(const struct slice *slice);

#endif
