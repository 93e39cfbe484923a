#include "base/decimal.h"
#include "base/utf8.h"
#include "parse/exposition_private.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define EXEMPLAR_CHARS 128

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_name_byte(char c, bool colon)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10 + colon ||
	       c == '_';
}

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* The three loops below look at 16 bytes at a time where SSE2 is there. */
#ifdef __SSE2__
static __m128i below(__m128i v, char from, char n)
{
	__m128i shifted = _mm_sub_epi8(v, _mm_set1_epi8(from));

	return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8((char)(n - 1))), shifted);
}

static unsigned not_name_mask(__m128i v, bool colon)
{
	__m128i alpha = below(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26);
	__m128i digit = below(v, '0', (char)(10 + colon));
	__m128i under = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));

	return 0xffffu ^
	       (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(alpha, digit), under));
}

static unsigned stop_mask(__m128i v)
{
	__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	__m128i newline = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), newline));
}

static __m128i load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}
#endif

static inline const char *scan_name(const char *p, const char *end, bool colon)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		unsigned mask = not_name_mask(load(p), colon);

		if (mask)
			return p + __builtin_ctz(mask);
	}
#endif
	while (is_name_byte(*p, colon))
		p++;
	return p;
}

/* The first quote, backslash or newline; *ret_high is set when a byte before it is not ASCII. */
static inline const char *scan_text(const char *p, const char *end, bool *ret_high)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i v = load(p);
		unsigned mask = stop_mask(v), high = (unsigned)_mm_movemask_epi8(v);

		if (mask) {
			*ret_high |= (high & (mask - 1) & ~mask) != 0;
			return p + __builtin_ctz(mask);
		}
		*ret_high |= high != 0;
	}
#endif
	for (; *p != '"' && *p != '\\' && *p != '\n'; p++)
		*ret_high |= (*p & 0x80) != 0;
	return p;
}

const char *line_name(const char *p, const char *end)
{
	return is_digit(*p) ? p : scan_name(p, end, true);
}

const char *line_not_utf8(const char *p, const char *end)
{
	while (p < end) {
		uint32_t cp;
		size_t len;

		if (!(*p & 0x80)) {
			p++;
			continue;
		}
		len = utf8_decode(p, (size_t)(end - p), &cp);
		if (cp == UTF8_REPLACEMENT && (len != 3 || memcmp(p, "\xef\xbf\xbd", 3) != 0))
			return p;
		p += len;
	}
	return NULL;
}

size_t line_unescape(char *s, size_t len)
{
	static const char from[] = "\\\"n", to[] = "\\\"\n";
	char *out = s;

	for (const char *p = s, *end = s + len; p < end; p++) {
		const char *escape = *p == '\\' && p + 1 < end ? memchr(from, p[1], 3) : NULL;

		*out++ = escape ? to[escape - from] : *p;
		p += escape != NULL;
	}
	*out = '\0';
	return (size_t)(out - s);
}

static int fault(struct line *line, const char *at, const char *why)
{
	line->fault = at;
	line->why = why;
	return -1;
}

static const char *skip_blanks(struct line *line, const char *p)
{
	if (is_blank(*p) && !line->loose)
		line->loose = p;
	while (is_blank(*p))
		p++;
	return p;
}

const char *line_quoted(struct line *line, const char *p, const char *end, bool *ret_escaped)
{
	const char *start = p + 1, *bad;
	bool high = false;

	*ret_escaped = false;
	p = scan_text(start, end, &high);
	while (*p == '\\') {
		*ret_escaped = true;
		p += p[1] == '"' || p[1] == '\\' ? 2 : 1;
		p = scan_text(p, end, &high);
	}
	if (*p != '"') {
		fault(line, p, "a quoted text does not end");
		return NULL;
	}
	bad = high ? line_not_utf8(start, p) : NULL;
	if (!bad)
		return p;
	fault(line, bad, "not valid UTF-8");
	return NULL;
}

/* A text in quotes without a '=' after it: the name of the metric. */
static const char *take_name(struct line *line, const struct line_label *label, const char *p)
{
	if (line->name) {
		fault(line, label->name, "a second name of the metric");
		return NULL;
	}
	if (!label->name_len) {
		fault(line, label->name, "the name of the metric is empty");
		return NULL;
	}
	line->name = label->name;
	line->name_len = label->name_len;
	line->name_escaped = label->name_escaped;
	return p;
}

static const char *read_label_name(struct line *line, struct line_label *label, const char *p,
				   const char *end)
{
	label->name = p;
	label->name_escaped = false;
	if (*p == '"') {
		label->name = p + 1;
		p = line_quoted(line, p, end, &label->name_escaped);
		if (!p)
			return NULL;
		label->name_len = (uint32_t)(p - label->name);
		return p + 1;
	}
	if (!is_digit(*p))
		p = scan_name(p, end, false);
	label->name_len = (uint32_t)(p - label->name);
	if (label->name_len)
		return p;
	fault(line, p, "a label's name was expected");
	return NULL;
}

static bool is_repeated(const struct line *line, const struct line_label *label)
{
	for (size_t i = 0; i < line->nlabels; i++)
		if (line->labels[i].name_len == label->name_len &&
		    memcmp(line->labels[i].name, label->name, label->name_len) == 0)
			return true;
	return false;
}

/* Reads NAME="TEXT", or "NAME" of the metric itself; returns the byte after it. */
static const char *read_label(struct line *line, const char *p, const char *end)
{
	struct line_label *label = &line->labels[line->nlabels];
	bool quoted = *p == '"';

	p = read_label_name(line, label, p, end);
	if (!p)
		return NULL;
	p = skip_blanks(line, p);
	if (*p != '=' && quoted)
		return take_name(line, label, p);
	if (*p != '=') {
		fault(line, p, "'=' was expected after a label's name");
		return NULL;
	}
	p = skip_blanks(line, p + 1);
	if (*p != '"') {
		fault(line, p, "a label's value was expected in quotes");
		return NULL;
	}
	label->value = p + 1;
	p = line_quoted(line, p, end, &label->value_escaped);
	if (!p)
		return NULL;
	label->value_len = (uint32_t)(p - label->value);
	if (is_repeated(line, label) || !label->name_len) {
		fault(line, label->name, "a label's name is empty or used twice");
		return NULL;
	}
	line->nlabels++;
	return p + 1;
}

/* Reads labels from the byte after '{'; returns the byte after '}'. */
static const char *read_labels(struct line *line, const char *p, const char *end)
{
	p = skip_blanks(line, p);
	while (*p != '}') {
		if (line->nlabels == LINE_LABELS) {
			fault(line, p, "more than 128 labels");
			return NULL;
		}
		p = read_label(line, p, end);
		if (!p)
			return NULL;
		p = skip_blanks(line, p);
		if (*p == '}')
			break;
		if (*p != ',') {
			fault(line, p, "',' or '}' was expected after a label");
			return NULL;
		}
		p = skip_blanks(line, p + 1);
		if (*p == '}' && !line->loose)
			line->loose = p;
	}
	return p + 1;
}

int line_scan(struct line *line, const char *p, const char *end)
{
	const char *after;

	line->nlabels = 0;
	line->name = line->loose = line->fault = NULL;
	line->name_escaped = false;
	p = skip_blanks(line, p);
	after = line_name(p, end);
	if (after > p) {
		line->name = p;
		line->name_len = (size_t)(after - p);
	}
	p = after;
	if (is_blank(*p) && line->name && p[1] == '{')
		p = skip_blanks(line, p);
	if (*p == '{') {
		p = read_labels(line, p + 1, end);
		if (!p)
			return -1;
	}
	if (!line->name)
		return fault(line, p, "the name of a metric was expected");
	if (!is_blank(*p))
		return fault(line, p, "a space was expected before the value");
	if (*p != ' ' || is_blank(p[1]))
		line->loose = line->loose ? line->loose : p;
	while (is_blank(*p))
		p++;
	line->value = p;
	return 0;
}

static const char *tail_fault(struct line_tail *tail, const char *at, const char *why)
{
	tail->fault = at;
	tail->why = why;
	return NULL;
}

static const char *tail_blanks(struct line_tail *tail, const char *p)
{
	tail->loose |= *p != ' ' || is_blank(p[1]);
	while (is_blank(*p))
		p++;
	return p;
}

/* Milliseconds as an integer, or in OpenMetrics seconds with a fraction. */
static const char *read_timestamp(struct line_tail *tail, const char *p, const char *end,
				  bool openmetrics)
{
	const char *after;
	double value;

	after = decimal_parse(p, end, &value);
	if (!after || !isfinite(value))
		return tail_fault(tail, p, "a timestamp was expected");
	value = openmetrics ? round(value * 1000) : value;
	if (fabs(value) >= 0x1p62 || value != trunc(value))
		return tail_fault(tail, p, "a timestamp out of range");
	tail->timestamp_ms = (int64_t)value;
	return after;
}

static size_t count_chars(const char *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (p[i] & 0xc0) != 0x80;
	return n;
}

static const char *read_exemplar(struct line_tail *tail, const char *p, const char *end)
{
	struct line line;
	const char *after;
	double value;
	size_t chars = 0;

	line.name = "";
	line.nlabels = 0;
	line.loose = NULL;
	if (*p != '{')
		return tail_fault(tail, p, "an exemplar's labels were expected");
	p = read_labels(&line, p + 1, end);
	if (!p)
		return tail_fault(tail, line.fault, line.why);
	for (size_t i = 0; i < line.nlabels; i++)
		chars += count_chars(line.labels[i].name, line.labels[i].name_len) +
			 count_chars(line.labels[i].value, line.labels[i].value_len);
	if (chars > EXEMPLAR_CHARS)
		return tail_fault(tail, p, "an exemplar's labels are longer than 128 characters");
	if (!is_blank(*p))
		return tail_fault(tail, p, "a space was expected before an exemplar's value");
	tail->loose |= line.loose != NULL;
	tail->exemplar = true;
	p = tail_blanks(tail, p);
	after = decimal_parse(p, end, &value);
	return after ? after : tail_fault(tail, p, "an exemplar's value was expected");
}

/* The newline, when only blanks are before it; else NULL without a fault. */
static const char *at_newline(struct line_tail *tail, const char *p)
{
	const char *start = p;

	while (is_blank(*p))
		p++;
	if (*p != '\n')
		return NULL;
	tail->loose |= p > start;
	return p;
}

static const char *read_exemplar_and_end(struct line_tail *tail, const char *p, const char *end)
{
	const char *newline;
	struct line_tail when = {0};

	if (*p != '#' || !is_blank(p[1]))
		return tail_fault(tail, p, "the end of the line was expected");
	p = read_exemplar(tail, tail_blanks(tail, p + 1), end);
	if (!p)
		return NULL;
	newline = at_newline(tail, p);
	if (newline)
		return newline;
	if (!is_blank(*p))
		return tail_fault(tail, p, "a space was expected after an exemplar's value");
	p = tail_blanks(tail, p);
	p = read_timestamp(&when, p, end, true);
	if (!p)
		return tail_fault(tail, when.fault, when.why);
	newline = at_newline(tail, p);
	return newline ? newline : tail_fault(tail, p, "the end of the line was expected");
}

const char *line_tail(struct line_tail *tail, const char *p, const char *end, bool openmetrics)
{
	const char *newline;

	*tail = (struct line_tail){.timestamp_ms = INT64_MIN};
	newline = at_newline(tail, p);
	if (newline)
		return newline;
	if (!is_blank(*p))
		return tail_fault(tail, p, "a space was expected after the value");
	p = tail_blanks(tail, p);
	if (*p == '#')
		return read_exemplar_and_end(tail, p, end);
	p = read_timestamp(tail, p, end, openmetrics);
	if (!p)
		return NULL;
	newline = at_newline(tail, p);
	if (newline)
		return newline;
	if (!is_blank(*p))
		return tail_fault(tail, p, "a space was expected after the timestamp");
	return read_exemplar_and_end(tail, tail_blanks(tail, p), end);
}
