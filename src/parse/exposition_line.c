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

/* The first quote, backslash or newline. Bits are set in *high when a byte before it is not ASCII;
 * one soon after it may do so too. */
static inline const char *scan_text(const char *p, const char *end, unsigned *high)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i v = load(p);
		unsigned mask = stop_mask(v);

		*high |= (unsigned)_mm_movemask_epi8(v);
		if (mask)
			return p + __builtin_ctz(mask);
	}
#endif
	for (; *p != '"' && *p != '\\' && *p != '\n'; p++)
		*high |= *p & 0x80;
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

static const char *read_quoted(struct line *line, const char *p, const char *end, bool *ret_escaped)
{
	const char *start = p + 1, *bad;
	unsigned high = 0;

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

const char *line_quoted(struct line *line, const char *p, const char *end, bool *ret_escaped)
{
	return read_quoted(line, p, end, ret_escaped);
}

/* A text in quotes without a '=' after it: the name of the metric. */
static const char *take_name(struct line *line, const struct line_label *label, const char *p)
{
	if (line->name_len) {
		fault(line, line->start + label->name, "a second name of the metric");
		return NULL;
	}
	if (!label->name_len) {
		fault(line, line->start + label->name, "the name of the metric is empty");
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
	const char *name = p;

	label->name_escaped = false;
	if (*p == '"') {
		name++;
		p = read_quoted(line, p, end, &label->name_escaped);
		if (!p)
			return NULL;
	} else if (!is_digit(*p)) {
		p = scan_name(p, end, false);
		if (p == name) {
			fault(line, p, "a label's name was expected");
			return NULL;
		}
	} else {
		fault(line, p, "a label's name begins with a digit");
		return NULL;
	}
	label->name = (uint32_t)(name - line->start);
	label->name_len = (uint32_t)(p - name);
	line->regular = line->regular && *p != '"';
	return p + (*p == '"');
}

static bool is_repeated(const struct line *line, const struct line_label *label)
{
	const char *name = line->start + label->name;

	for (size_t i = 0; i < line->nlabels; i++)
		if (line->labels[i].name_len == label->name_len &&
		    memcmp(line->start + line->labels[i].name, name, label->name_len) == 0)
			return true;
	return false;
}

/* Reads what is before a label's value; returns its opening quote, NULL after a fault, or, when it
 * was the name of the metric, *ret_label is false and the byte after that. */
static const char *read_label_head(struct line *line, const char *p, const char *end,
				   bool *ret_label)
{
	struct line_label *label = &line->labels[line->nlabels];
	bool quoted = *p == '"';

	*ret_label = true;
	p = read_label_name(line, label, p, end);
	if (!p)
		return NULL;
	p = skip_blanks(line, p);
	if (*p != '=' && quoted) {
		*ret_label = false;
		return take_name(line, label, p);
	}
	if (*p != '=') {
		fault(line, p, "'=' was expected after a label's name");
		return NULL;
	}
	p = skip_blanks(line, p + 1);
	if (*p != '"') {
		fault(line, p, "a label's value was expected in quotes");
		return NULL;
	}
	if (!is_repeated(line, label) && label->name_len)
		return p;
	fault(line, line->start + label->name, "a label's name is empty or used twice");
	return NULL;
}

/* Reads NAME="TEXT", or "NAME" of the metric itself; returns the byte after it. */
static const char *read_label(struct line *line, const char *p, const char *end)
{
	struct line_label *label = &line->labels[line->nlabels];
	bool is_label;
	const char *quote;

	if (line->nlabels == LINE_LABELS) {
		fault(line, p, "more than 128 labels");
		return NULL;
	}
	quote = read_label_head(line, p, end, &is_label);
	if (!quote || !is_label)
		return quote;
	p = read_quoted(line, quote, end, &label->value_escaped);
	if (!p)
		return NULL;
	label->value = (uint32_t)(quote + 1 - line->start);
	label->end = (uint32_t)(p + 1 - line->start);
	line->nlabels++;
	return p + 1;
}

/* From the byte after a label to the next one, or to the brace: a comma may be the last thing
 * before it, though not in OpenMetrics. */
static const char *next_label(struct line *line, const char *p)
{
	p = skip_blanks(line, p);
	if (*p == '}')
		return p;
	if (*p != ',') {
		fault(line, p, "',' or '}' was expected after a label");
		return NULL;
	}
	p = skip_blanks(line, p + 1);
	if (*p == '}' && !line->loose)
		line->loose = p;
	return p;
}

/* Reads on after the opening brace; returns the byte after '}'. */
static const char *read_labels(struct line *line, const char *p, const char *end)
{
	p = skip_blanks(line, p);
	while (p && *p != '}') {
		p = read_label(line, p, end);
		if (p)
			p = next_label(line, p);
	}
	return p ? p + 1 : NULL;
}

/* Reads the name and the opening brace; returns where the labels or the value begin. */
static const char *read_head(struct line *line, const char *p, const char *end)
{
	const char *start = skip_blanks(line, p);

	p = line_name(start, end);
	line->name = (uint32_t)(start - line->start);
	line->name_len = (uint32_t)(p - start);
	line->name_escaped = false;
	line->regular = p > start && start == line->start && *p == '{';
	if (is_blank(*p) && line->name_len && p[1] == '{')
		p = skip_blanks(line, p);
	if (*p != '{')
		return p;
	line->open = (uint32_t)(p + 1 - line->start);
	return p + 1;
}

int line_scan(struct line *line, const char *p, const char *end)
{
	const char *at;

	line->start = p;
	line->loose = NULL;
	line->nlabels = line->kept = 0;
	line->open = 0;
	at = read_head(line, p, end);
	if (line->open) {
		at = read_labels(line, at, end);
		if (!at)
			return -1;
	}
	if (!line->name_len)
		return fault(line, at, "the name of a metric was expected");
	if (!is_blank(*at))
		return fault(line, at, "a space was expected before the value");
	if (*at != ' ' || is_blank(at[1]))
		line->loose = line->loose ? line->loose : at;
	while (is_blank(*at))
		at++;
	line->value = (uint32_t)(at - p);
	line->regular = line->regular && !line->loose && line->nlabels;
	return 0;
}

/* Whether the n bytes at p are those at q, which is before p. */
static inline bool same_bytes(const char *p, const char *q, size_t n, const char *end)
{
#ifdef __SSE2__
	if (n <= 16 && end - p >= 16) {
		unsigned differ = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p), load(q)));

		return !(differ & ((1u << n) - 1));
	}
#endif
	return (size_t)(end - p) > n && memcmp(p, q, n) == 0;
}

/* At least how many bytes are the same from p and from before on; most + 16 can be read at each. */
static inline size_t common_bytes(const char *before, const char *p, size_t most)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; n < most; n += 16) {
		unsigned same =
			(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(before + n), load(p + n)));

		if (same != 0xffff)
			return n + (size_t)__builtin_ctz(~same);
	}
#else
	while (n < most && before[n] == p[n])
		n++;
#endif
	return n;
}

/* Reads a label of the line at p that has the name of one of the line before, of which the comma or
 * the brace before it is at `at`; returns the byte after it, or NULL. */
static inline const char *follow_label(struct line *line, struct line_label *label, const char *p,
				       const char *at, const char *end)
{
	const char *name = at + 1, *text = name + label->name_len + 2;
	unsigned high = 0;

	if (!same_bytes(name, line->start + label->name, label->name_len + 2, end))
		return NULL;
	at = scan_text(text, end, &high);
	label->value_escaped = false;
	if (*at != '"' || high)
		at = read_quoted(line, text - 1, end, &label->value_escaped);
	if (!at)
		return NULL;
	label->name = (uint32_t)(name - p);
	label->value = (uint32_t)(text - p);
	label->end = (uint32_t)(at + 1 - p);
	return at + 1;
}

bool line_follow(struct line *line, const char *p, const char *end)
{
	uint32_t n = line->nlabels, kept = n;
	size_t common;
	const char *at;

	if (!line->regular || (size_t)(end - p) < (size_t)line->value + 16)
		return false;
	common = common_bytes(line->start, p, line->value);
	if (common < line->open)
		return false;
	line->regular = false;
	while (kept && line->labels[kept - 1].end >= common)
		kept--;
	at = p + (kept ? line->labels[kept - 1].end : line->open - 1);
	for (uint32_t i = kept; i < n; i++) {
		if (i && *at != ',')
			return false;
		at = follow_label(line, &line->labels[i], p, at, end);
		if (!at)
			return false;
	}
	if (*at != '}' || at[1] != ' ' || is_blank(at[2]))
		return false;
	line->regular = true;
	line->start = p;
	line->kept = kept;
	line->value = (uint32_t)(at + 2 - p);
	return true;
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

	line.start = p;
	line.name_len = 1;
	line.nlabels = 0;
	line.loose = NULL;
	line.regular = false;
	if (*p != '{')
		return tail_fault(tail, p, "an exemplar's labels were expected");
	p = read_labels(&line, p + 1, end);
	if (!p)
		return tail_fault(tail, line.fault, line.why);
	for (size_t i = 0; i < line.nlabels; i++)
		chars += count_chars(line.start + line.labels[i].name, line.labels[i].name_len) +
			 count_chars(line.start + line.labels[i].value,
				     line.labels[i].end - 1 - line.labels[i].value);
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
