#include "parse/accesslog_impl.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

bool slice_is(struct slice s, const char *text)
{
	return s.len == strlen(text) && (s.len == 0 || memcmp(s.p, text, s.len) == 0);
}

bool slice_is_none(struct slice s)
{
	return s.len == 0 || slice_is(s, "-");
}

bool slice_starts(struct slice s, const char *head)
{
	size_t len = strlen(head);

	return s.len >= len && memcmp(s.p, head, len) == 0;
}

bool slice_integer(struct slice s, int64_t *ret_value)
{
	size_t at = s.len && (s.p[0] == '-' || s.p[0] == '+');
	int64_t value = 0;

	if (at == s.len || s.len - at > 15)
		return false;
	for (size_t i = at; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
		value = value * 10 + (s.p[i] - '0');
	}
	*ret_value = s.p[0] == '-' ? -value : value;
	return true;
}

static bool split_at(struct slice *s, const char *at, struct slice *ret_head)
{
	if (!at)
		return false;
	*ret_head = (struct slice){s->p, (size_t)(at - s->p)};
	s->len -= ret_head->len + 1;
	s->p = at + 1;
	return true;
}

bool slice_split(struct slice *s, char separator, struct slice *ret_head)
{
	return s->len && split_at(s, memchr(s->p, separator, s->len), ret_head);
}

bool slice_split_last(struct slice *s, char separator, struct slice *ret_head)
{
	return s->len && split_at(s, memrchr(s->p, separator, s->len), ret_head);
}

size_t slice_count(struct slice s, char byte)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.p[i] == byte;
	return n;
}

bool cursor_literal(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return false;
	c->p += len;
	return true;
}

bool cursor_word(struct cursor *c, struct slice *ret_word)
{
	const char *start = c->p;

	while (c->p < c->end && *c->p != ' ')
		c->p++;
	*ret_word = (struct slice){start, (size_t)(c->p - start)};
	c->p += c->p < c->end;
	return ret_word->len > 0;
}

bool cursor_until(struct cursor *c, char stop, struct slice *ret_text)
{
	struct slice rest = {c->p, (size_t)(c->end - c->p)};

	if (!slice_split(&rest, stop, ret_text))
		return false;
	c->p = rest.p;
	return true;
}

bool cursor_quoted(struct cursor *c, bool backslash, struct slice *ret_text)
{
	const char *start = c->p + 1, *p = start;

	if (c->p == c->end || *c->p != '"')
		return false;
	while (p < c->end && *p != '"')
		p += backslash && *p == '\\' && p + 1 < c->end ? 2 : 1;
	if (p == c->end)
		return false;
	*ret_text = (struct slice){start, (size_t)(p - start)};
	c->p = p + 1;
	return true;
}

bool cursor_integer(struct cursor *c, int64_t *ret_value)
{
	struct slice word;

	return cursor_word(c, &word) && slice_integer(word, ret_value);
}

/* Exactly n digits. */
static bool digits(struct cursor *c, int n, int *ret_value)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (c->p == c->end || !isdigit((unsigned char)*c->p))
			return false;
		value = value * 10 + (*c->p++ - '0');
	}
	*ret_value = value;
	return true;
}

static bool month_name(struct cursor *c, int *ret_month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12 && c->end - c->p >= 3; i++)
		if (memcmp(c->p, names + 3 * i, 3) == 0) {
			c->p += 3;
			*ret_month = i;
			return true;
		}
	return false;
}

/* hh:mm:ss and, where there is one, a fraction, of which ms are kept. */
static bool clock_time(struct cursor *c, struct tm *tm, int *ret_ms)
{
	int scale = 100;

	*ret_ms = 0;
	if (!digits(c, 2, &tm->tm_hour) || !cursor_literal(c, ":") || !digits(c, 2, &tm->tm_min) ||
	    !cursor_literal(c, ":") || !digits(c, 2, &tm->tm_sec))
		return false;
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		return false;
	if (!cursor_literal(c, "."))
		return true;
	for (; c->p < c->end && isdigit((unsigned char)*c->p); c->p++, scale /= 10)
		*ret_ms += scale * (*c->p - '0');
	return true;
}

/* Z, +0100 or +01:00; nothing means local time. */
static bool zone_applied(struct cursor *c, struct tm *tm, int ms, int64_t *ret_ms)
{
	int sign = 1, hours, minutes;

	tm->tm_isdst = -1;
	if (tm->tm_mon < 0 || tm->tm_mon > 11 || tm->tm_mday < 1 || tm->tm_mday > 31)
		return false;
	if (c->p == c->end) {
		*ret_ms = (int64_t)mktime(tm) * 1000 + ms;
		return true;
	}
	*ret_ms = (int64_t)timegm(tm) * 1000 + ms;
	if (cursor_literal(c, "Z"))
		return c->p == c->end;
	if (cursor_literal(c, "-"))
		sign = -1;
	else if (!cursor_literal(c, "+"))
		return false;
	if (!digits(c, 2, &hours))
		return false;
	cursor_literal(c, ":");
	if (!digits(c, 2, &minutes))
		return false;
	*ret_ms -= sign * (int64_t)(hours * 60 + minutes) * 60000;
	return c->p == c->end;
}

static struct cursor over(struct slice s)
{
	return (struct cursor){s.p, s.p + s.len};
}

/* "23/Nov/2026:19:34:33", then a fraction or a zone. */
static bool day_first(struct slice s, bool zoned, int64_t *ret_ms)
{
	struct cursor c = over(s);
	struct tm tm = {0};
	int year, ms;

	if (!digits(&c, 2, &tm.tm_mday) || !cursor_literal(&c, "/") ||
	    !month_name(&c, &tm.tm_mon) || !cursor_literal(&c, "/") || !digits(&c, 4, &year) ||
	    !cursor_literal(&c, ":") || !clock_time(&c, &tm, &ms))
		return false;
	tm.tm_year = year - 1900;
	return (!zoned || cursor_literal(&c, " ")) && zone_applied(&c, &tm, ms, ret_ms);
}

bool time_clf(struct slice s, int64_t *ret_ms)
{
	return day_first(s, true, ret_ms);
}

bool time_haproxy(struct slice s, int64_t *ret_ms)
{
	return day_first(s, false, ret_ms);
}

/* "2026-11-23T19:34:33", then a fraction and a zone. */
static bool year_first(struct slice s, const char *dash, const char *gap, int64_t *ret_ms)
{
	struct cursor c = over(s);
	struct tm tm = {0};
	int year, month, ms;

	if (!digits(&c, 4, &year) || !cursor_literal(&c, dash) || !digits(&c, 2, &month) ||
	    !cursor_literal(&c, dash) || !digits(&c, 2, &tm.tm_mday) || !cursor_literal(&c, gap) ||
	    !clock_time(&c, &tm, &ms))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	return zone_applied(&c, &tm, ms, ret_ms);
}

bool time_rfc3339(struct slice s, int64_t *ret_ms)
{
	return year_first(s, "-", "T", ret_ms);
}

bool time_console(struct slice s, int64_t *ret_ms)
{
	return year_first(s, "/", " ", ret_ms);
}
