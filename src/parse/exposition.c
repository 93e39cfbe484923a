#include "parse/exposition.h"

#include "base/alloc.h"
#include "base/decimal.h"
#include "parse/exposition_private.h"

#include <endian.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LINE_BYTES 65536
#define LONGEST_LINE       (KNOWN_OTHER - 1)
#define DEFAULT_SERIES     1000000
#define FAMILIES_SPARE     1024

struct exposition *exposition_new(const struct exposition_ops *ops, void *ctx)
{
	struct exposition *x = xcalloc(1, sizeof(*x));

	x->ops = *ops;
	x->ctx = ctx;
	families_init(&x->families);
	strbuf_init(&x->carry);
	strbuf_init(&x->scratch);
	return x;
}

static void release_work(struct exposition *x)
{
	strbuf_release(&x->carry);
	strbuf_release(&x->scratch);
	free(x->work);
	x->work = NULL;
}

void exposition_free(struct exposition *x)
{
	if (!x)
		return;
	known_release(&x->known);
	families_release(&x->families);
	release_work(x);
	free(x);
}

void exposition_forget(struct exposition *x)
{
	known_release(&x->known);
	families_release(&x->families);
}

struct exposition_stats exposition_stats(const struct exposition *x)
{
	return x->ended;
}

void exposition_begin(struct exposition *x, const struct exposition_options *options)
{
	struct exposition_options now = *options;

	now.line_bytes = now.line_bytes ? now.line_bytes : DEFAULT_LINE_BYTES;
	if (now.line_bytes > LONGEST_LINE)
		now.line_bytes = LONGEST_LINE;
	now.max_series = now.max_series ? now.max_series : DEFAULT_SERIES;
	if (now.openmetrics != x->options.openmetrics || now.max_series < x->options.max_series)
		exposition_forget(x);
	x->options = now;
	x->stats = (struct exposition_stats){0};
	known_begin(&x->known);
	families_begin(&x->families);
	strbuf_clear(&x->carry);
	if (!x->work)
		x->work = xmalloc(sizeof(*x->work));
	x->nseries = 0;
	x->nbatch = 0;
	x->skip = x->line_family = FAMILY_NONE;
	x->eof = x->failed = false;
}

int exposition_fail(struct exposition *x, enum err_code code, const char *line, const char *at,
		    const char *why)
{
	x->failed = true;
	return err_at(&x->err, code, (int)x->stats.lines + 1, (int)(at - line) + 1, "%s", why);
}

/* Hands n samples over; returns where the next goes. */
static struct exposition_sample *flush(struct exposition *x, size_t n)
{
	if (n)
		x->ops.samples(x->ctx, x->work->batch, n);
	x->nbatch = 0;
	return x->work->batch;
}

static int too_long(struct exposition *x)
{
	x->failed = true;
	return err_at(&x->err, ERR_LIMIT, (int)x->stats.lines + 1, (int)x->options.line_bytes + 1,
		      "the line is too long");
}

/* The newline of the line at p, or NULL when the line is too long. */
static const char *find_newline(struct exposition *x, const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	if ((size_t)(newline - p) <= x->options.line_bytes)
		return newline;
	too_long(x);
	return NULL;
}

/* A line that is too long is that before all else, as it is when it arrives in pieces. */
static const char *fault(struct exposition *x, const char *p, const char *end, const char *at,
			 const char *why)
{
	if (find_newline(x, p, end))
		exposition_fail(x, ERR_INVALID, p, at, why);
	return NULL;
}

/* Passes over the lines of x->skip. */
static const char *skip_lines(struct exposition *x, const char *p, const char *end)
{
	while (p < end && families_owns_line(&x->families, x->skip, p, end)) {
		p = find_newline(x, p, end);
		if (!p)
			return NULL;
		p++;
		x->stats.lines++;
		x->stats.skipped++;
	}
	if (p < end)
		x->skip = FAMILY_NONE;
	return p;
}

static inline size_t terminate(char *s, size_t len, bool escaped)
{
	s[len] = '\0';
	return escaped ? line_unescape(s, len) : len;
}

/* Copies the line that was read, so that every name and text in it can be terminated where its
 * delimiter was. What it shares with the one that was copied before stays. */
static char *copy_line(struct exposition *x, uint32_t kept)
{
	const struct line *line = &x->work->line;
	const struct line_label *from = line->labels + kept, *end = line->labels + line->nlabels;
	struct exposition_label *label = x->work->labels + kept;
	uint32_t start = kept ? from[-1].end : 0;
	char *copy = x->scratch.buf;

	memcpy(copy + start, line->start + start, line->value - start);
	for (; from < end; from++, label++) {
		label->name = copy + from->name;
		label->value = copy + from->value;
		label->name_len = terminate(copy + from->name, from->name_len, from->name_escaped);
		label->value_len = terminate(copy + from->value, from->end - 1 - from->value,
					     from->value_escaped);
	}
	return copy;
}

static void copy_series(struct exposition *x)
{
	const struct line *line = &x->work->line;
	const struct family *family = &x->families.list[x->line_family];
	char *copy;

	if (x->scratch.cap <= line->value)
		strbuf_grow(&x->scratch, line->value);
	copy = copy_line(x, 0);
	x->work->series = (struct exposition_series){
		.labels = x->work->labels,
		.nlabels = line->nlabels,
		.name = copy + line->name,
		.name_len = terminate(copy + line->name, line->name_len, line->name_escaped),
		.family = family->name,
		.family_len = family->len,
		.type = families_type(&x->families, x->line_family),
	};
}

/* Asks for the series of the line that was read. */
static uint32_t ask(struct exposition *x)
{
	if (x->asked && x->scratch.cap > x->work->line.value)
		copy_line(x, x->work->line.kept);
	else
		copy_series(x);
	x->stats.cold++;
	return x->ops.series(x->ctx, &x->work->series);
}

static void resolve(struct exposition *x)
{
	const struct line *line = &x->work->line;
	const char *name = line->start + line->name;
	size_t len = line->name_len;

	if (line->name_escaped) {
		strbuf_clear(&x->scratch);
		strbuf_add(&x->scratch, name, len);
		name = x->scratch.buf;
		len = line_unescape(x->scratch.buf, len);
	}
	x->line_family = families_resolve(x, name, len, &x->line_in_group);
	x->line_wanted = x->families.list[x->line_family].wanted;
	x->asked = false;
}

/* Passes over one line of an unwanted family, or of one more series than may be kept. */
static const char *skip_line(struct exposition *x, const char *p, const char *end, uint64_t *count)
{
	const char *newline = find_newline(x, p, end);

	if (!newline)
		return NULL;
	x->asked = false;
	x->stats.lines++;
	++*count;
	return newline + 1;
}

/* Eight digits, the first in the lowest byte (D. Lemire, "Quickly parsing eight digits"). */
static inline uint64_t eight_digits(uint64_t digits)
{
	const uint64_t mask = UINT64_C(0x000000ff000000ff);

	digits = digits * 10 + (digits >> 8);
	return ((digits & mask) * UINT64_C(0x000f424000000064) +
		((digits >> 16) & mask) * UINT64_C(0x0000271000000001)) >>
	       32;
}

/* The digits at p, as numbers 0 to 9 in bytes moved up so that what is missing reads as leading
 * zeros; *ret_n says how many they are. At least 8 bytes are there. */
static inline uint64_t load_digits(const char *p, unsigned *ret_n)
{
	uint64_t word, other;

	memcpy(&word, p, sizeof(word));
	word = le64toh(word) ^ UINT64_C(0x3030303030303030);
	other = ((word + UINT64_C(0x0606060606060606)) | word) & UINT64_C(0xf0f0f0f0f0f0f0f0);
	*ret_n = other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
	return *ret_n ? word << (64 - 8 * *ret_n) : 0;
}

static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

/* Seven digits at most, a point, and as many again: their quotient rounds once, so it is exact. */
static inline const char *read_fraction(const char *p, uint64_t whole, double *ret_value)
{
	unsigned n;
	uint64_t fraction = load_digits(p, &n);

	if (!n || n == 8 || p[n] != '\n' || FLT_EVAL_METHOD != 0)
		return NULL;
	*ret_value = (double)(whole * tens[n] + eight_digits(fraction)) / (double)tens[n];
	return p + n;
}

/* Most values are short, of digits and perhaps a point, and end their line: these are read without
 * a branch for each digit. Returns NULL for any other. */
static inline const char *read_short_value(const char *p, const char *end, double *ret_value)
{
	uint64_t high, low;
	unsigned n, more;

	if (end - p < 17)
		return NULL;
	high = load_digits(p, &n);
	if (n == 8) {
		low = load_digits(p + 8, &more);
		*ret_value = (double)(eight_digits(high) * tens[more & 7] + eight_digits(low));
		return more < 8 && p[8 + more] == '\n' ? p + 8 + more : NULL;
	}
	if (p[n] == '\n' && n) {
		*ret_value = (double)eight_digits(high);
		return p + n;
	}
	if (p[n] == '.' && n)
		return read_fraction(p + n + 1, eight_digits(high), ret_value);
	if (memcmp(p, "NaN\n", 4) != 0)
		return NULL;
	*ret_value = (double)NAN;
	return p + 3;
}

static inline const char *read_value(const char *p, const char *end, double *ret_value)
{
	const char *after = read_short_value(p, end, ret_value);

	return after ? after : decimal_parse(p, end, ret_value);
}

/* Reads what follows the value of the line at p; returns its newline. */
static const char *read_tail(struct exposition *x, const char *p, const char *at, const char *end,
			     int64_t *ret_timestamp_ms)
{
	bool openmetrics = x->options.openmetrics;
	struct line_tail tail;
	const char *newline = line_tail(&tail, at, end, openmetrics);

	if (!newline)
		return fault(x, p, end, tail.fault, tail.why);
	if (openmetrics && tail.loose)
		return fault(x, p, end, at, "not as OpenMetrics has it");
	*ret_timestamp_ms = tail.timestamp_ms;
	x->stats.lenient += tail.loose && !x->work->line.loose;
	x->stats.exemplars += tail.exemplar;
	return newline;
}

/* Reads that line's value and what follows; returns its newline. */
static const char *read_sample(struct exposition *x, const char *p, const char *end,
			       struct exposition_sample *sample)
{
	const struct line *line = &x->work->line;
	const char *at = p + line->value;

	if (line->loose && x->options.openmetrics)
		return fault(x, p, end, line->loose, "not as OpenMetrics has it");
	at = read_value(at, end, &sample->value);
	if (!at)
		return fault(x, p, end, p + line->value, "a number was expected");
	sample->timestamp_ms = INT64_MIN;
	if (*at != '\n')
		at = read_tail(x, p, at, end, &sample->timestamp_ms);
	if (!at || (size_t)(at - p) <= x->options.line_bytes)
		return at;
	too_long(x);
	return NULL;
}

/* Takes in the sample of the line that was read: as one of the last scrape, found again, or as a
 * new one. */
static void take(struct exposition *x, struct exposition_sample *sample)
{
	uint32_t len = x->work->line.value;
	uint64_t hash = hash_bytes(x->work->line.start, len) +
			(x->line_in_group ? x->families.group_hash : x->families.other_hash);
	const struct known_line *found = x->known.n ? known_find(&x->known, len, hash, hash) : NULL;

	sample->ref = found ? found->ref : ask(x);
	x->asked = !found;
	x->stats.known += found != NULL;
	x->nseries++;
	known_add(&x->known, hash, len, sample->ref, found);
	x->nbatch += sample->ref != EXPOSITION_SKIP;
	if (x->nbatch == BATCH)
		flush(x, BATCH);
}

/* Whether the line at p begins with the name of an unwanted family, which is told by the name
 * alone: nothing else of such a line is looked at. */
static bool is_unwanted(struct exposition *x, const char *p, const char *end)
{
	const char *name_end = line_name(p, end);
	uint32_t family;
	bool in_group;

	if (name_end == p)
		return false;
	family = families_resolve(x, p, (size_t)(name_end - p), &in_group);
	if (x->families.list[family].wanted)
		return false;
	x->skip = family;
	return true;
}

/* Reads on in a line that was read up to its value. */
static const char *rest_of_sample(struct exposition *x, const char *p, const char *end)
{
	struct exposition_sample *sample = &x->work->batch[x->nbatch];

	if (!x->line_wanted)
		return skip_line(x, p, end, &x->stats.skipped);
	if (x->nseries == x->options.max_series)
		return skip_line(x, p, end, &x->stats.over_cap);
	p = read_sample(x, p, end, sample);
	if (!p)
		return NULL;
	take(x, sample);
	x->stats.lines++;
	return p + 1;
}

static const char *cold_sample(struct exposition *x, const char *p, const char *end)
{
	if (is_unwanted(x, p, end))
		return skip_line(x, p, end, &x->stats.skipped);
	if (line_scan(&x->work->line, p, end) < 0)
		return fault(x, p, end, x->work->line.fault, x->work->line.why);
	resolve(x);
	p = rest_of_sample(x, p, end);
	x->stats.lenient += p && x->work->line.loose;
	return p;
}

static const char *meta(struct exposition *x, const char *p, const char *end)
{
	const char *newline = find_newline(x, p, end);

	if (!newline || exposition_meta(x, p, newline) < 0)
		return NULL;
	x->stats.lines++;
	return newline + 1;
}

/* Takes in a line, or a run of unwanted ones, that is not the one expected. */
static const char *unexpected(struct exposition *x, const char *p, const char *end)
{
	const char *start = p;

	if (line_follow(&x->work->line, p, end)) {
		if (x->line_family == FAMILY_NONE)
			resolve(x);
		return rest_of_sample(x, p, end);
	}
	if (x->skip != FAMILY_NONE) {
		p = skip_lines(x, p, end);
		if (p != start)
			return p;
	}
	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == '#' || *p == '\n')
		return meta(x, start, end);
	return cold_sample(x, start, end);
}

/* The rest of a known line whose value is followed by something; its newline, or NULL when it
 * must be looked at closely. */
static const char *known_tail(struct exposition *x, const char *p, const char *end,
			      int64_t *ret_timestamp_ms)
{
	struct line_tail tail;
	const char *newline = line_tail(&tail, p, end, x->options.openmetrics);

	if (!newline || (tail.loose && x->options.openmetrics))
		return NULL;
	*ret_timestamp_ms = tail.timestamp_ms;
	x->stats.exemplars += tail.exemplar;
	return newline;
}

/* When the line at p is the expected one with '#', or empty: returns the byte after it. */
static const char *known_meta(struct exposition *x, const struct known_line *line, const char *p,
			      const char *end)
{
	size_t len = line->len & ~KNOWN_KIND;

	if (!(line->len & KNOWN_KIND) || len >= (size_t)(end - p) || p[len] != '\n' ||
	    hash_bytes(p, len) != line->hash)
		return p;
	known_add(&x->known, line->hash, line->len, line->ref, line);
	exposition_apply(x, line);
	x->stats.lines++;
	return p + len + 1;
}

/* How many of the lines that are expected may be taken in. */
static size_t most_known(const struct exposition *x)
{
	size_t left = x->known.n - x->known.at, room = x->options.max_series - x->nseries;

	return left < room ? left : room;
}

/* Takes in lines for as long as they are those that are expected. What the loop needs is in locals,
 * for the compiler cannot know that what it stores is not the parser itself. */
static const char *known_lines(struct exposition *x, const char *p, const char *end)
{
	const struct known_line *first = x->known.lines + x->known.at, *line = first;
	const struct known_line *last = first + most_known(x);
	const uint64_t group_hash = x->families.group_hash, other_hash = x->families.other_hash;
	const size_t line_bytes = x->options.line_bytes;
	const bool differs = x->known.differs;
	struct exposition_sample *out = x->work->batch + x->nbatch;

	for (; line < last && line->len < (size_t)(end - p); line++) {
		uint64_t context = line->hash - hash_bytes(p, line->len);
		const char *newline;

		if (context != group_hash && context != other_hash)
			break;
		out->timestamp_ms = INT64_MIN;
		newline = read_value(p + line->len, end, &out->value);
		if (newline && *newline != '\n')
			newline = known_tail(x, newline, end, &out->timestamp_ms);
		if (!newline || (size_t)(newline - p) > line_bytes)
			break;
		out->ref = line->ref;
		out += line->ref != EXPOSITION_SKIP;
		if (out == x->work->batch + BATCH)
			out = flush(x, BATCH);
		if (differs)
			known_add(&x->known, line->hash, line->len, line->ref, line);
		p = newline + 1;
	}
	x->nbatch = (size_t)(out - x->work->batch);
	x->known.at = (size_t)(line - x->known.lines);
	x->nseries += (uint32_t)(line - first);
	x->stats.lines += (uint64_t)(line - first);
	x->stats.known += (uint64_t)(line - first);
	return p;
}

/* Reads whole lines: end[-1] is a newline. */
static int read_lines(struct exposition *x, const char *p, const char *end)
{
	x->work->line.regular = false;
	x->asked = false;
	while (p < end) {
		const char *start = p;

		if (x->eof) {
			fault(x, p, end, p, "text after # EOF");
			return -1;
		}
		if (x->known.at < x->known.n)
			p = known_lines(x, p, end);
		if (x->known.at < x->known.n)
			p = known_meta(x, &x->known.lines[x->known.at], p, end);
		if (p == start)
			p = unexpected(x, p, end);
		if (!p)
			return -1;
	}
	return 0;
}

/* Keeps the start of a line whose end has not come yet. */
static int carry(struct exposition *x, const char *p, size_t len)
{
	if (x->carry.len + len > x->options.line_bytes)
		return too_long(x);
	strbuf_add(&x->carry, p, len);
	return 0;
}

static int feed(struct exposition *x, const char *p, const char *end)
{
	const char *last = memrchr(p, '\n', (size_t)(end - p)), *newline;

	if (!last)
		return carry(x, p, (size_t)(end - p));
	if (x->carry.len) {
		newline = memchr(p, '\n', (size_t)(end - p));
		strbuf_add(&x->carry, p, (size_t)(newline + 1 - p));
		p = newline + 1;
		if (read_lines(x, x->carry.buf, x->carry.buf + x->carry.len) < 0)
			return -1;
		strbuf_clear(&x->carry);
	}
	if (read_lines(x, p, last + 1) < 0)
		return -1;
	return carry(x, last + 1, (size_t)(end - last - 1));
}

static int failed(struct exposition *x, struct err *err)
{
	if (err)
		*err = x->err;
	return -1;
}

int exposition_feed(struct exposition *x, const char *data, size_t len, struct err *err)
{
	if (!x->failed && len)
		feed(x, data, data + len);
	return x->failed ? failed(x, err) : 0;
}

/* The last line, when it came without its newline. */
static void end_line(struct exposition *x, bool complete)
{
	bool eof = x->options.openmetrics && strcmp(x->carry.buf, "# EOF") == 0;

	if (!complete && !eof) {
		exposition_fail(x, ERR_TRUNCATED, x->carry.buf, x->carry.buf + x->carry.len,
				"the last line is cut");
		return;
	}
	strbuf_addch(&x->carry, '\n');
	read_lines(x, x->carry.buf, x->carry.buf + x->carry.len);
}

static void commit(struct exposition *x)
{
	flush(x, x->nbatch);
	known_commit(&x->known);
	if (x->families.n > x->families.used * 4 + FAMILIES_SPARE)
		exposition_forget(x);
}

int exposition_end(struct exposition *x, bool complete, struct err *err)
{
	if (!x->failed && x->carry.len)
		end_line(x, complete);
	if (!x->failed && x->options.openmetrics && !x->eof)
		exposition_fail(x, ERR_TRUNCATED, NULL, NULL, "# EOF is missing");
	x->ended = x->stats;
	if (!x->failed)
		commit(x);
	release_work(x);
	return x->failed ? failed(x, err) : 0;
}
