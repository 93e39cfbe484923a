/* Lines that begin with '#'. */
#include "parse/exposition_private.h"

#include <string.h>

struct text {
	const char *p, *end;
};

struct meta {
	const char *line;
	struct text name; /* as written, without quotes */
	bool name_escaped;
	struct text rest; /* after the name and one blank */
	uint32_t kind, ref;
};

static const struct {
	const char *word;
	enum exposition_type type;
	bool openmetrics; /* OpenMetrics knows it */
	bool text;        /* the Prometheus text format does */
} types[] = {
	{"counter", TYPE_COUNTER, true, true},
	{"gauge", TYPE_GAUGE, true, true},
	{"histogram", TYPE_HISTOGRAM, true, true},
	{"summary", TYPE_SUMMARY, true, true},
	{"untyped", TYPE_UNTYPED, false, true},
	{"unknown", TYPE_UNTYPED, true, false},
	{"info", TYPE_INFO, true, false},
	{"stateset", TYPE_STATESET, true, false},
	{"gaugehistogram", TYPE_GAUGEHISTOGRAM, true, false},
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool text_is(struct text text, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(text.end - text.p) == len && memcmp(text.p, word, len) == 0;
}

/* The word at p and the blanks after it. OpenMetrics has exactly one space there, and HELP and
 * UNIT have it even when nothing follows. */
static const char *after_blanks(const struct exposition *x, const char *p)
{
	if (x->options.openmetrics)
		return *p == ' ' ? p + 1 : p;
	while (is_blank(*p))
		p++;
	return p;
}

static int fail(struct exposition *x, const struct meta *meta, const char *at, const char *why)
{
	return exposition_fail(x, ERR_INVALID, meta->line, at, why);
}

static int read_name(struct exposition *x, struct meta *meta, const char *p, const char *newline)
{
	const char *after;

	if (*p == '"') {
		after = line_quoted(&x->work->line, p, newline + 1, &meta->name_escaped);
		if (!after)
			return fail(x, meta, x->work->line.fault, x->work->line.why);
		meta->name = (struct text){p + 1, after++};
	} else {
		after = line_name(p, newline + 1);
		meta->name = (struct text){p, after};
	}
	if (meta->name.p == meta->name.end)
		return fail(x, meta, p, "the name of a metric was expected");
	if (after < newline && !is_blank(*after))
		return fail(x, meta, after, "a space was expected after the name of a metric");
	if (after == newline && x->options.openmetrics)
		return fail(x, meta, after, "the line ends after the name of a metric");
	meta->rest = (struct text){after_blanks(x, after), newline};
	return 0;
}

static uint32_t family_of(struct exposition *x, const struct meta *meta)
{
	size_t len = (size_t)(meta->name.end - meta->name.p);

	if (!meta->name_escaped)
		return families_intern(x, meta->name.p, len);
	x->asked = false;
	strbuf_clear(&x->scratch);
	strbuf_add(&x->scratch, meta->name.p, len);
	return families_intern(x, x->scratch.buf, line_unescape(x->scratch.buf, len));
}

static int read_help(struct exposition *x, struct meta *meta)
{
	const char *bad = line_not_utf8(meta->rest.p, meta->rest.end);

	return bad ? fail(x, meta, bad, "not valid UTF-8") : 0;
}

static int read_type(struct exposition *x, struct meta *meta)
{
	enum exposition_type type = TYPE_UNTYPED;
	bool openmetrics = x->options.openmetrics;
	size_t i = 0, n = sizeof(types) / sizeof(*types);

	while (!openmetrics && meta->rest.end > meta->rest.p && is_blank(meta->rest.end[-1]))
		meta->rest.end--;
	while (i < n && !text_is(meta->rest, types[i].word))
		i++;
	if (openmetrics && (i == n || !types[i].openmetrics))
		return fail(x, meta, meta->rest.p, "no type of OpenMetrics");
	if (i < n)
		type = types[i].type;
	x->stats.lenient += !openmetrics && (i == n || !types[i].text);
	meta->kind = KNOWN_TYPE;
	meta->ref = family_of(x, meta) << 3 | (uint32_t)type;
	return 0;
}

/* In OpenMetrics a unit is the end of the name. */
static int read_unit(struct exposition *x, struct meta *meta)
{
	size_t len = (size_t)(meta->rest.end - meta->rest.p);
	size_t name_len = (size_t)(meta->name.end - meta->name.p);

	if (!len || (name_len > len + 1 && meta->name.end[-(ptrdiff_t)len - 1] == '_' &&
		     memcmp(meta->name.end - len, meta->rest.p, len) == 0))
		return 0;
	return fail(x, meta, meta->rest.p, "the unit is not the end of the name");
}

static const struct {
	const char *word;
	bool openmetrics; /* only there; elsewhere a comment */
	int (*read)(struct exposition *x, struct meta *meta);
} readers[] = {
	{"HELP", false, read_help},
	{"TYPE", false, read_type},
	{"UNIT", true, read_unit},
};

static int read_meta(struct exposition *x, struct meta *meta, const char *p, const char *newline)
{
	struct text word = {after_blanks(x, p + 1), NULL};

	for (word.end = word.p; word.end < newline && !is_blank(*word.end);)
		word.end++;
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		if (!text_is(word, readers[i].word) ||
		    (readers[i].openmetrics && !x->options.openmetrics))
			continue;
		if (read_name(x, meta, after_blanks(x, word.end), newline) < 0)
			return -1;
		return readers[i].read(x, meta);
	}
	if (!x->options.openmetrics)
		return 0;
	if (!text_is((struct text){meta->line, newline}, "# EOF"))
		return fail(x, meta, p, "no HELP, TYPE, UNIT or EOF");
	x->eof = true;
	return 0;
}

int exposition_meta(struct exposition *x, const char *p, const char *newline)
{
	struct meta meta = {.line = p, .kind = KNOWN_OTHER};
	struct known_line line = {.hash = hash_bytes(p, (size_t)(newline - p))};

	if (x->options.openmetrics && *p != '#')
		return fail(x, &meta, p, "a line is empty or begins with a space");
	while (is_blank(*p))
		p++;
	if (*p == '#' && read_meta(x, &meta, p, newline) < 0)
		return -1;
	if (x->eof)
		return 0;
	line.len = (uint32_t)(newline - meta.line) | meta.kind;
	line.ref = meta.ref;
	known_add(&x->known, line.hash, line.len, line.ref,
		  known_find(&x->known, line.len, line.hash, line.hash));
	exposition_apply(x, &line);
	return 0;
}

void exposition_apply(struct exposition *x, const struct known_line *line)
{
	if (!(line->len & KNOWN_TYPE))
		return;
	families_declare(&x->families, line->ref >> 3, (enum exposition_type)(line->ref & 7),
			 line->hash);
	x->line_family = FAMILY_NONE;
	x->skip = x->families.list[line->ref >> 3].wanted ? FAMILY_NONE : line->ref >> 3;
}
