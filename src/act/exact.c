/* jq reads numbers as doubles, and its 1.6 writes 17 digits of them. A document that is sent back
 * must not come out of that as another one. */
#include "act/act_impl.h"

#include "base/decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_DIGITS 15
#define EXACT_WHOLE  9007199254740992.0 /* 2^53: up to it every integer is a double */

/* The digits without those at either end that say nothing, and whether it is an integer. */
static size_t digits_of(const char *text, size_t len, char *buf, size_t cap, bool *ret_whole)
{
	size_t n = 0;

	*ret_whole = true;
	for (size_t i = 0; i < len && !strchr("eE", text[i]); i++) {
		*ret_whole = *ret_whole && text[i] != '.';
		if (isdigit((unsigned char)text[i]) && (n || text[i] != '0') && n < cap)
			buf[n++] = text[i];
	}
	while (n && buf[n - 1] == '0')
		n--;
	return n;
}

static bool is_exact(const char *text, size_t len)
{
	char digits[64], again[64], shown[64];
	bool whole, ignored;
	double value;
	size_t n = digits_of(text, len, digits, sizeof(digits), &whole);

	if (!decimal_parse(text, text + len, &value) || !isfinite(value))
		return false;
	if (n <= EXACT_DIGITS)
		return true;
	if (whole && fabs(value) <= EXACT_WHOLE)
		return true;
	if (n > 17)
		return false;
	decimal_exact(shown, value);
	return digits_of(shown, strlen(shown), again, sizeof(again), &ignored) == n &&
	       !memcmp(digits, again, n);
}

bool exact_numbers(const char *json, size_t len)
{
	const char *at = json, *end = json + len;

	while (at < end) {
		const char *from = at;

		if (*at == '"') {
			for (at++; at < end && *at != '"'; at++)
				at += *at == '\\';
			at++;
		} else if (*at == '-' || isdigit((unsigned char)*at)) {
			while (at < end && (isalnum((unsigned char)*at) || strchr("+-.", *at)))
				at++;
			if (!is_exact(from, (size_t)(at - from)))
				return false;
		} else {
			at++;
		}
	}
	return true;
}
