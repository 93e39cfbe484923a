#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uniwidth.h>
#include <wchar.h>

#define MARKS_MAX 2

/* Smallest code point that each length may encode; what is below is overlong. */
static const uint32_t least_of[] = {0, 0, 0x80, 0x800, 0x10000};

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Like utf8_decode(), but says whether the bytes are well-formed (RFC 3629). */
static bool decode(const char *s, size_t len, uint32_t *ret_cp, size_t *ret_taken)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t want = sequence_length(p[0]);
	uint32_t cp;

	*ret_cp = UTF8_REPLACEMENT;
	*ret_taken = 1;
	if (want == 0 || want > len)
		return false;
	cp = want == 1 ? p[0] : p[0] & (0x7fu >> want);
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least_of[want] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return false;
	*ret_cp = cp;
	*ret_taken = want;
	return true;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp)
{
	size_t taken;

	decode(s, len, ret_cp, &taken);
	return taken;
}

size_t utf8_encode(uint32_t cp, char *buf)
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, cp >>= 6)
		buf[i] = (char)(0x80 | (cp & 0x3f));
	buf[0] = (char)(lead[n] | cp);
	return n;
}

/* A locale that is not multi-byte knows nothing of what is beyond ASCII. */
static int terminal_width(uint32_t cp)
{
	return MB_CUR_MAX > 1 ? wcwidth((wchar_t)cp) : uc_width(cp, "UTF-8");
}

static bool width_is_disputed(uint32_t cp)
{
	return terminal_width(cp) != uc_width(cp, "UTF-8");
}

int utf8_cp_width(uint32_t cp)
{
	int width = cp < 0x7f ? 1 : terminal_width(cp);

	return width < 0 ? 1 : width;
}

/* Adds the columns of s as long as they fit; returns the bytes that did. */
static size_t measure(const char *s, int columns, int *ret_width)
{
	size_t len = strlen(s), at = 0;
	int width = 0;

	while (at < len) {
		uint32_t cp;
		size_t taken = utf8_decode(s + at, len - at, &cp);
		int w = utf8_cp_width(cp);

		if (w > columns - width)
			break;
		width += w;
		at += taken;
	}
	*ret_width = width;
	return at;
}

int utf8_width(const char *s)
{
	int width;

	measure(s, INT32_MAX, &width);
	return width;
}

size_t utf8_fit(const char *s, int columns, int *ret_width)
{
	int width;
	size_t n = measure(s, columns, &width);

	if (ret_width)
		*ret_width = width;
	return n;
}

/* Code points that no reader can see, or that move or hide what stands around them. */
static bool is_denied(uint32_t cp)
{
	const uint32_t categories = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
				    UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co |
				    UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;

	if (cp < 0x80)
		return cp < 0x20 || cp == 0x7f;
	return uc_is_general_category_withtable(cp, categories) ||
	       uc_is_property_default_ignorable_code_point(cp) || cp == 0x2800;
}

struct unit {
	char text[16];
	size_t len;
	size_t taken; /* bytes of the source */
	bool mark;    /* stands on the unit before it */
};

/* One code point, or one malformed byte, as it is to be written. */
static struct unit next_unit(const char *src, size_t len, bool has_base)
{
	struct unit unit = {.len = 0};
	uint32_t cp;
	bool valid = decode(src, len, &cp, &unit.taken);

	if (!valid || (cp < 0x80 && is_denied(cp))) {
		unit.len = (size_t)snprintf(unit.text, sizeof(unit.text), "\\x%02x",
					    (unsigned char)src[0]);
		return unit;
	}
	unit.mark = cp >= 0x80 && terminal_width(cp) == 0;
	if (is_denied(cp) || (unit.mark && !has_base)) {
		unit.mark = false;
		unit.len = (size_t)snprintf(unit.text, sizeof(unit.text), "<U+%04X>", cp);
		return unit;
	}
	if (cp >= 0x80 && width_is_disputed(cp)) {
		unit.mark = false;
		cp = UTF8_REPLACEMENT;
	}
	unit.len = utf8_encode(cp, unit.text);
	return unit;
}

/* Bytes of printable ASCII at the start. */
static size_t plain_run(const char *src, size_t len)
{
	size_t n = 0;

	while (n < len && src[n] >= 0x20 && src[n] < 0x7f)
		n++;
	return n;
}

size_t utf8_sanitise(char *dst, size_t cap, const char *src, size_t len)
{
	size_t at = 0, out = 0, base = 0;
	int marks = 0;

	if (!cap)
		return 0;
	while (at < len) {
		size_t room = cap - 1 - out;
		size_t run = plain_run(src + at, len - at < room ? len - at : room);
		struct unit unit;

		if (run) {
			memcpy(dst + out, src + at, run);
			at += run;
			out += run;
			base = out - 1;
			marks = 0;
			continue;
		}
		unit = next_unit(src + at, len - at, out > 0);
		at += unit.taken;
		if (unit.mark && marks++ >= MARKS_MAX)
			continue;
		if (unit.len > room) {
			/* A base is not shown without the marks that change its meaning. */
			out = unit.mark ? base : out;
			break;
		}
		if (!unit.mark) {
			marks = 0;
			base = out;
		}
		memcpy(dst + out, unit.text, unit.len);
		out += unit.len;
	}
	dst[out] = '\0';
	return out;
}
