#include "model/codec.h"

#include "model/tick.h"

#include <math.h>
#include <string.h>

/* A code is a varint: 0: a byte with the leading zero bytes and the length of the difference, then
 * the difference; 1: absent; 2 ...: a zigzag difference of whole thousandths or millionths; then 1
 * to RUN_MAX repetitions; the rest: a zigzag difference of whole numbers. */
enum {
	CODE_BYTES,
	CODE_ABSENT,
	CODE_SCALED,
	SCALES = 3,
	CODE_RUN = CODE_SCALED + SCALES,
	RUN_MAX = 16,
	CODE_DELTA = CODE_RUN + RUN_MAX
};

#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double double_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Whether the value survives as an integer: -0.0 does not. */
static bool is_whole(double value, int64_t *ret_whole)
{
	if (!(value > -WHOLE_MAX && value < WHOLE_MAX))
		return false;
	*ret_whole = (int64_t)value;
	return bits_of((double)*ret_whole) == bits_of(value);
}

/* Numbers that were whole in a smaller unit: divided by it, or multiplied by its part. */
static double scale_up(unsigned scale, double value)
{
	return value * (scale == 2 ? 1e6 : 1e3);
}

static double scale_down(unsigned scale, double whole)
{
	return scale == 0 ? whole * 0.001 : whole / (scale == 1 ? 1e3 : 1e6);
}

static bool is_scaled(unsigned scale, double value, int64_t *ret_whole)
{
	double scaled = nearbyint(scale_up(scale, value));

	return is_whole(scaled, ret_whole) && bits_of(scale_down(scale, scaled)) == bits_of(value);
}

static uint64_t to_zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t from_zigzag(uint64_t zigzag)
{
	return (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
}

static size_t put_varint(uint64_t u, uint8_t *out)
{
	size_t n = 0;

	for (; u >= 0x80; u >>= 7)
		out[n++] = (uint8_t)(u | 0x80);
	out[n++] = (uint8_t)u;
	return n;
}

static size_t put_bytes(uint64_t difference, uint8_t *out)
{
	unsigned lead = (unsigned)__builtin_clzll(difference) / 8;
	unsigned trail = (unsigned)__builtin_ctzll(difference) / 8;
	unsigned len = 8 - lead - trail;

	out[0] = CODE_BYTES;
	out[1] = (uint8_t)(lead << 4 | len);
	for (unsigned i = 0; i < len; i++)
		out[2 + i] = (uint8_t)(difference >> (8 * (trail + i)));
	return 2 + len;
}

static size_t put_fraction(double before, double value, uint8_t *out)
{
	for (unsigned scale = 0; scale < SCALES; scale++) {
		int64_t whole, base;

		if (!is_scaled(scale, value, &whole))
			continue;
		if (!is_scaled(scale, before, &base))
			base = 0;
		out[0] = (uint8_t)(CODE_SCALED + scale);
		return 1 + put_varint(to_zigzag(whole - base), out + 1);
	}
	return put_bytes(bits_of(value) ^ bits_of(before), out);
}

static size_t put_sample(double before, double value, uint8_t *out)
{
	int64_t whole, base = 0;

	if (tick_is_absent(value)) {
		out[0] = CODE_ABSENT;
		return 1;
	}
	if (!is_whole(value, &whole))
		return put_fraction(before, value, out);
	if (!is_whole(before, &base))
		base = 0;
	return put_varint(to_zigzag(whole - base) + CODE_DELTA, out);
}

size_t codec_encode(double *state, const double *values, size_t n, uint8_t *out)
{
	uint64_t before = bits_of(*state);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		size_t run = 0;

		while (run < RUN_MAX && i + run < n && bits_of(values[i + run]) == before)
			run++;
		if (run) {
			out[len++] = (uint8_t)(CODE_RUN + run - 1);
			i += run - 1;
			continue;
		}
		len += put_sample(double_of(before), values[i], out + len);
		before = bits_of(values[i]);
	}
	*state = double_of(before);
	return len;
}

static uint64_t get_varint(const uint8_t **in)
{
	const uint8_t *p = *in;
	uint64_t u = *p & 0x7f;

	for (unsigned shift = 7; *p++ & 0x80; shift += 7)
		u |= (uint64_t)(*p & 0x7f) << shift;
	*in = p;
	return u;
}

static uint64_t get_bytes(const uint8_t **in)
{
	const uint8_t *p = *in;
	unsigned lead = *p >> 4, len = *p & 15, trail = 8 - lead - len;
	uint64_t difference = 0;

	p++;
	for (unsigned i = 0; i < len; i++)
		difference |= (uint64_t)*p++ << (8 * (trail + i));
	*in = p;
	return difference;
}

static double get_sample(const uint8_t **in, uint64_t code, double before)
{
	int64_t base;
	unsigned scale;

	if (code == CODE_BYTES)
		return double_of(get_bytes(in) ^ bits_of(before));
	if (code == CODE_ABSENT)
		return tick_absent();
	if (code >= CODE_DELTA) {
		if (!is_whole(before, &base))
			base = 0;
		return (double)(base + from_zigzag(code - CODE_DELTA));
	}
	scale = (unsigned)(code - CODE_SCALED);
	if (!is_scaled(scale, before, &base))
		base = 0;
	return scale_down(scale, (double)(base + from_zigzag(get_varint(in))));
}

void codec_decode(const uint8_t *in, size_t n, double *out)
{
	double before = 0;

	for (size_t i = 0; i < n;) {
		uint64_t code = get_varint(&in);

		if (code >= CODE_RUN && code < CODE_DELTA) {
			for (uint64_t run = code - CODE_RUN + 1; run && i < n; run--)
				out[i++] = before;
			continue;
		}
		before = get_sample(&in, code, before);
		out[i++] = before;
	}
}
