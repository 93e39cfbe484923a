#include "model/slice.h"

#include "base/alloc.h"
#include "model/tick.h"

#include <stdlib.h>
#include <string.h>

/* Counters drift away from their key: after so many slices there is a new one. */
#define KEY_SLICES 8

#define IS_EXCEPTION INT16_MIN
#define IS_ABSENT    SLICE_UNUSUAL
#define LARGEST      32000

struct slice_exception {
	double value;
	uint32_t slot;
};

static void make_key(struct slice *slice, const double *values, uint32_t n)
{
	struct slice_key *key = xmalloc(sizeof(*key) + n * sizeof(*values));

	key->references = key->made = 1;
	key->n = n;
	if (n)
		memcpy(key->values, values, n * sizeof(*values));
	slice->key = key;
}

static bool same_bits(double a, double b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static int16_t difference(double key, double value)
{
	double d = value - key;
	int16_t small;

	if (tick_is_absent(value))
		return IS_ABSENT;
	if (!(d >= -LARGEST && d <= LARGEST))
		return IS_EXCEPTION;
	small = (int16_t)d;
	return same_bits(key + small, value) ? small : IS_EXCEPTION;
}

/* False when too many values do not fit. */
static bool pack(struct slice *slice, const double *values)
{
	const uint32_t n = slice->n;
	uint32_t found = 0, out = 0;

	slice->differences = xreallocarray(NULL, n, sizeof(*slice->differences));
	for (uint32_t i = 0; i < n; i++) {
		slice->differences[i] = difference(slice->key->values[i], values[i]);
		found += slice->differences[i] == IS_EXCEPTION;
	}
	if (found > n / 3) {
		free(slice->differences);
		slice->differences = NULL;
		return false;
	}
	slice->nexceptions = found;
	if (found)
		slice->exceptions = xreallocarray(NULL, found, sizeof(*slice->exceptions));
	for (uint32_t i = 0; i < n && out < found; i++)
		if (slice->differences[i] == IS_EXCEPTION)
			slice->exceptions[out++] = (struct slice_exception){values[i], i};
	return true;
}

void slice_init(struct slice *slice, const struct slice *before, const double *values, uint32_t n)
{
	*slice = (struct slice){.n = n};
	if (before && before->key->n == n && before->key->made < KEY_SLICES) {
		slice->key = before->key;
		if (pack(slice, values)) {
			slice->key->references++;
			slice->key->made++;
			return;
		}
	}
	make_key(slice, values, n);
}

void slice_release(struct slice *slice)
{
	if (!--slice->key->references)
		free(slice->key);
	free(slice->differences);
	free(slice->exceptions);
	*slice = (struct slice){0};
}

static double exception(const struct slice *slice, uint32_t slot)
{
	uint32_t low = 0, high = slice->nexceptions;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (slice->exceptions[middle].slot <= slot)
			low = middle;
		else
			high = middle;
	}
	return slice->exceptions[low].value;
}

double slice_get_unusual(const struct slice *slice, uint32_t slot)
{
	if (slot >= slice->n)
		return tick_absent();
	if (!slice->differences)
		return slice->key->values[slot];
	return slice->differences[slot] == IS_ABSENT ? tick_absent() : exception(slice, slot);
}

size_t slice_bytes(const struct slice *slice)
{
	size_t bytes = slice->nexceptions * sizeof(*slice->exceptions);

	if (slice->differences)
		return bytes + slice->n * sizeof(*slice->differences);
	return bytes + sizeof(*slice->key) + slice->n * sizeof(double);
}
