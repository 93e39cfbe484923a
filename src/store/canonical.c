#include "store/canonical.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 64

void canonical_add_string(struct strbuf *out, const char *text)
{
	static const char letters[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

	strbuf_addch(out, '"');
	for (const char *p = text; *p; p++) {
		size_t plain = strcspn(p, "\"\\\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
					  "\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a"
					  "\x1b\x1c\x1d\x1e\x1f");
		unsigned char c = (unsigned char)p[plain];

		strbuf_add(out, p, plain);
		p += plain;
		if (!c)
			break;
		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (letters[c])
			strbuf_addf(out, "\\%c", letters[c]);
		else
			strbuf_addf(out, "\\u%04x", c);
	}
	strbuf_addch(out, '"');
}

/* The fewest digits that read back to the same double; returns how many. The value is
 * 0.DIGITS times 10 to the power of *ret_point. */
static int shortest(double value, char digits[DBL_DECIMAL_DIG + 1], int *ret_point)
{
	char text[40];
	int n = 0;

	for (int precision = 0; precision < DBL_DECIMAL_DIG; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	digits[n] = '\0';
	*ret_point = atoi(strchr(text, 'e') + 1) + 1;
	return n;
}

/* Number::toString of ECMA-262, as RFC 8785, section 3.2.2.3, wants it. */
void canonical_add_number(struct strbuf *out, double value)
{
	char digits[DBL_DECIMAL_DIG + 1];
	int n, point;

	if (!isfinite(value)) {
		strbuf_addstr(out, "null");
		return;
	}
	if (value == 0) {
		strbuf_addch(out, '0');
		return;
	}
	if (fabs(value) < 1e15 && value == trunc(value)) {
		strbuf_addf(out, "%.0f", value);
		return;
	}
	if (value < 0)
		strbuf_addch(out, '-');
	n = shortest(fabs(value), digits, &point);
	if (point > 21 || point < -5) {
		strbuf_addf(out, n > 1 ? "%c.%s" : "%c%s", digits[0], digits + 1);
		strbuf_addf(out, "e%+d", point - 1);
	} else if (point <= 0) {
		strbuf_addstr(out, "0.");
		strbuf_addchars(out, '0', (size_t)-point);
		strbuf_addstr(out, digits);
	} else if (n <= point) {
		strbuf_addstr(out, digits);
		strbuf_addchars(out, '0', (size_t)(point - n));
	} else {
		strbuf_addf(out, "%.*s.%s", point, digits, digits + point);
	}
}

static uint32_t first_unit(uint32_t cp)
{
	return cp < 0x10000 ? cp : 0xd800 + ((cp - 0x10000) >> 10);
}

/* By UTF-16 code units (section 3.2.3), which differs from bytes above U+FFFF. */
static int compare_keys(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	while (*x && *y) {
		uint32_t p, q;

		x += utf8_decode(x, strlen(x), &p);
		y += utf8_decode(y, strlen(y), &q);
		if (first_unit(p) != first_unit(q))
			return first_unit(p) < first_unit(q) ? -1 : 1;
		if (p != q)
			return p < q ? -1 : 1;
	}
	return (*x != '\0') - (*y != '\0');
}

static void add_value(struct strbuf *out, const json_t *value, int depth);

static void add_object(struct strbuf *out, const json_t *object, int depth)
{
	size_t n = 0, size = json_object_size(object);
	const char **keys = xcalloc(size + 1, sizeof(*keys));
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) keys[n++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	strbuf_addch(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_addch(out, ',');
		canonical_add_string(out, keys[i]);
		strbuf_addch(out, ':');
		add_value(out, json_object_get(object, keys[i]), depth);
	}
	strbuf_addch(out, '}');
	free(keys);
}

static void add_array(struct strbuf *out, const json_t *array, int depth)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i)
			strbuf_addch(out, ',');
		add_value(out, json_array_get(array, i), depth);
	}
	strbuf_addch(out, ']');
}

/* What is nested deeper than anything of ours is left out. */
static void add_value(struct strbuf *out, const json_t *value, int depth)
{
	switch (depth > DEPTH ? JSON_NULL : json_typeof(value)) {
	case JSON_OBJECT:
		add_object(out, value, depth + 1);
		break;
	case JSON_ARRAY:
		add_array(out, value, depth + 1);
		break;
	case JSON_STRING:
		canonical_add_string(out, json_string_value(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		canonical_add_number(out, json_number_value(value));
		break;
	case JSON_TRUE:
		strbuf_addstr(out, "true");
		break;
	case JSON_FALSE:
		strbuf_addstr(out, "false");
		break;
	case JSON_NULL:
		strbuf_addstr(out, "null");
		break;
	}
}

bool canonical_add_object(struct strbuf *out, const char *json)
{
	json_t *object = json_loads(json, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	bool is_object = json_is_object(object);

	if (is_object)
		add_object(out, object, 0);
	json_decref(object);
	return is_object;
}
