#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS_KEPT  19 /* always fit in 64 bits */
#define LONGEST_TEXT 1024
#define EXP_LIMIT    100000

/* A number as its digits: mantissa * 10^exp10. */
struct digits {
	uint64_t mantissa;
	int exp10;
	int kept;     /* significant digits in mantissa */
	bool dropped; /* there were more of them than fit */
	bool any;
};

static const double pow10_double[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const char *read_digits(const char *p, const char *end, int exp_step, struct digits *d)
{
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		d->any = true;
		if (d->kept < DIGITS_KEPT) {
			d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
			d->kept += d->mantissa != 0;
			d->exp10 += exp_step;
		} else {
			d->dropped = true;
			d->exp10 += exp_step + 1;
		}
	}
	return p;
}

/* Reads what follows an 'e'; NULL when no digit does. */
static const char *read_exponent(const char *p, const char *end, int *exp10)
{
	bool negative = false;
	int exp = 0;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	if (p == end || *p < '0' || *p > '9')
		return NULL;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (exp < EXP_LIMIT)
			exp = exp * 10 + (*p - '0');
	*exp10 += negative ? -exp : exp;
	return p;
}

static const char *read_word(const char *p, const char *end, double *ret_value)
{
	static const struct {
		const char *word;
		double value;
	} words[] = {
		{"infinity", (double)INFINITY}, {"inf", (double)INFINITY}, {"nan", (double)NAN}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].word);

		if ((size_t)(end - p) < len || strncasecmp(p, words[i].word, len) != 0)
			continue;
		*ret_value = words[i].value;
		return p + len;
	}
	return NULL;
}

#if defined(__SIZEOF_INT128__) && FLT_EVAL_METHOD == 0
__extension__ typedef unsigned __int128 wide;

/* One exact product, or one quotient of at least 64 bits whose last bit stands for the rest, and
 * one rounding. For |exp10| < 20 and a mantissa that is not 0. */
static bool scale(uint64_t mantissa, int exp10, double *ret_value)
{
	static const uint64_t ten19 = UINT64_C(10000000000000000000);
	uint64_t power = 1;
	wide value, quotient;
	int shift;

	if (exp10 < -19 || exp10 > 19)
		return false;
	power = abs(exp10) == 19 ? ten19 : (uint64_t)pow10_double[abs(exp10)];
	if (exp10 >= 0) {
		*ret_value = (double)((wide)mantissa * power);
		return true;
	}
	shift = 64 + __builtin_clzll(mantissa);
	value = (wide)mantissa << shift;
	quotient = value / power;
	if (quotient * power != value)
		quotient |= 1;
	*ret_value = ldexp((double)quotient, -shift);
	return true;
}
#else
static bool scale(uint64_t mantissa, int exp10, double *ret_value)
{
	(void)mantissa, (void)exp10, (void)ret_value;
	return false;
}
#endif

/* W. D. Clinger, How to Read Floating Point Numbers Accurately (PLDI 1990): both factors are
 * exact doubles, so that the one operation rounds correctly. */
static bool exact(const struct digits *d, double *ret_value)
{
	if (d->dropped || FLT_EVAL_METHOD != 0)
		return false;
	if (d->mantissa == 0 || d->exp10 == 0) {
		*ret_value = (double)d->mantissa;
		return true;
	}
	if (d->mantissa > UINT64_C(1) << DBL_MANT_DIG || d->exp10 < -22 || d->exp10 > 22)
		return scale(d->mantissa, d->exp10, ret_value);
	*ret_value = d->exp10 < 0 ? (double)d->mantissa / pow10_double[-d->exp10]
				  : (double)d->mantissa * pow10_double[d->exp10];
	return true;
}

/* strtod() needs a terminator, and reads a point as this program never sets LC_NUMERIC. */
static bool slow(const char *p, size_t len, double *ret_value)
{
	char text[LONGEST_TEXT];

	if (len >= sizeof(text))
		return false;
	memcpy(text, p, len);
	text[len] = '\0';
	*ret_value = strtod(text, NULL);
	return true;
}

const char *decimal_parse(const char *p, const char *end, double *ret_value)
{
	struct digits d = {0};
	bool negative = false;
	const char *start;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	start = p;
	p = read_digits(p, end, 0, &d);
	if (p < end && *p == '.')
		p = read_digits(p + 1, end, -1, &d);
	if (!d.any)
		p = read_word(start, end, ret_value);
	else if (p < end && (*p == 'e' || *p == 'E'))
		p = read_exponent(p + 1, end, &d.exp10);
	if (!p)
		return NULL;
	if (d.any && !exact(&d, ret_value) && !slow(start, (size_t)(p - start), ret_value))
		return NULL;
	if (negative)
		*ret_value = -*ret_value;
	return p;
}

static int wanted_decimals(double magnitude, bool scaled, int width)
{
	int decimals;

	if (scaled)
		return 1;
	if (magnitude == floor(magnitude) || magnitude >= 100)
		return 0;
	if (magnitude >= 0.1)
		return magnitude >= 10 ? 1 : 2;
	decimals = (int)ceil(-log10(magnitude)) + 1;
	return decimals < width - 2 ? decimals : width - 2;
}

char *decimal_si(char *buf, int width, double value)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
	const size_t last = sizeof(units) / sizeof(*units) - 1;
	double magnitude = fabs(value);
	char text[64] = "n/a";
	size_t unit = 0;

	for (; isfinite(value) && unit <= last; unit++, magnitude /= 1000) {
		int decimals = wanted_decimals(magnitude, unit > 0, width);

		do
			snprintf(text, sizeof(text), "%s%.*f%s", value < 0 ? "-" : "",
				 decimals > 0 ? decimals : 0, magnitude, units[unit]);
		while (strlen(text) > (size_t)width && decimals-- > 0);
		if (strlen(text) <= (size_t)width && strtod(text + (value < 0), NULL) < 1000)
			break;
	}
	if (value != 0 && isfinite(value) && strtod(text, NULL) == 0)
		strcpy(text, "~0");
	if (strlen(text) > (size_t)width)
		snprintf(text, sizeof(text), "%.0e", value);
	snprintf(buf, (size_t)width + 1, "%s", strlen(text) > (size_t)width ? "########" : text);
	return buf;
}

char *decimal_exact(char *buf, double value)
{
	if (isnan(value))
		return strcpy(buf, "NaN");
	if (isinf(value))
		return strcpy(buf, value < 0 ? "-Inf" : "+Inf");
	if (fabs(value) < 1e15 && value == trunc(value)) {
		sprintf(buf, "%.0f", value);
		return buf;
	}
	for (int precision = 1; precision <= DBL_DECIMAL_DIG; precision++) {
		snprintf(buf, 32, "%.*g", precision, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	return buf;
}

char *decimal_duration(char *buf, int64_t ms)
{
	const int64_t most_s = INT64_C(100000) * 86400 - 1;
	int64_t s = ms < 0 ? 0 : ms / 1000;
	static const struct {
		int64_t below_s, unit_s, rest_s;
		char letter;
	} steps[] = {{3600, 60, 1, 'm'}, {86400, 3600, 60, 'h'}, {INT64_MAX, 86400, 3600, 'd'}};
	size_t i = 0;

	if (s > most_s)
		s = most_s;
	if (s < 60) {
		snprintf(buf, 16, "%ds", (int)s);
		return buf;
	}
	while (s >= steps[i].below_s)
		i++;
	snprintf(buf, 16, "%u%c%02u", (unsigned)(s / steps[i].unit_s) % 100000, steps[i].letter,
		 (unsigned)(s % steps[i].unit_s / steps[i].rest_s) % 100);
	return buf;
}

int decimal_read_duration(const char *text, int64_t *ret_ms)
{
	static const struct {
		const char *suffix;
		double ms;
	} units[] = {{"ms", 1}, {"", 1e3}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}};
	char *end;
	double value = strtod(text, &end);

	if (end == text || !(value > 0))
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].suffix) && value * units[i].ms < 3.2e10) {
			*ret_ms = (int64_t)(value * units[i].ms);
			return 0;
		}
	return -1;
}
