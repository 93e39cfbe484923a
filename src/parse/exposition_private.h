/* What the parts of the exposition parser share. */
#ifndef HC_PARSE_EXPOSITION_PRIVATE_H
#define HC_PARSE_EXPOSITION_PRIVATE_H

#include "base/map.h"
#include "base/strbuf.h"
#include "parse/exposition.h"

#define LINE_LABELS 128
#define BATCH       256

/* exposition_line.c: the grammar of one line. All reading stops at a newline, which is in the
 * bytes handed over: end[-1] is one. */

/* Names and values are as written, without quotes, and given by their distance from the line's
 * start, so that what the next line has in common with this one need not be read again. */
struct line_label {
	uint32_t name, name_len, value;
	uint32_t end; /* after the value's closing quote */
	bool name_escaped, value_escaped;
};

struct line {
	const char *start;
	uint32_t name, name_len;
	uint32_t open;  /* after the '{'; 0 when there is none */
	uint32_t value; /* the end of what names the series, with the blanks after it */
	uint32_t nlabels;
	uint32_t kept; /* so many labels are those of the line before */
	bool name_escaped;
	bool regular;      /* written as most lines are, so that the next one may follow it */
	const char *loose; /* the first byte that OpenMetrics would not have there, or NULL */
	const char *fault; /* on an error: where, and why (a constant) */
	const char *why;
	struct line_label labels[LINE_LABELS];
};

/* The byte after the name of a metric that starts at p; p when none does. */
const char *line_name(const char *p, const char *end);

/* Reads a text whose opening quote is at p; returns the closing one, or NULL with fault and why. */
const char *line_quoted(struct line *line, const char *p, const char *end, bool *ret_escaped);

/* Reads the line at p up to its value when it is written as the one that was read last, with other
 * values of its labels: most lines are. False when it is not, or not surely. The last one must
 * still be there, before p in the same memory, or line->regular be false. */
bool line_follow(struct line *line, const char *p, const char *end);

/* Reads any sample's line up to its value; -1 with fault and why. */
int line_scan(struct line *line, const char *p, const char *end);

struct line_tail {
	int64_t timestamp_ms;
	bool exemplar;
	bool loose;
	const char *fault;
	const char *why;
};

/* Reads what follows the value, from the byte after it; returns the newline, or NULL. */
const char *line_tail(struct line_tail *tail, const char *p, const char *end, bool openmetrics);

/* Undoes the escapes of a name or a label value in place; returns the new length. */
size_t line_unescape(char *s, size_t len);

/* The first byte of [p, end) that is not UTF-8, or NULL. */
const char *line_not_utf8(const char *p, const char *end);

/* exposition_known.c: the lines of the last scrape, 16 bytes each. */

#define KNOWN_TYPE  0x80000000u /* a TYPE line; ref is its family and type */
#define KNOWN_OTHER 0x40000000u /* another line that begins with '#', or an empty one */
#define KNOWN_KIND  (KNOWN_TYPE | KNOWN_OTHER)

struct known_line {
	uint64_t hash; /* of the bytes before the value, or of the whole line, and its context */
	uint32_t len;  /* of these bytes, and the kind */
	uint32_t ref;
};

struct known {
	struct known_line *lines; /* of the last scrape that was whole */
	size_t n;
	size_t at;               /* the one that is expected next */
	struct known_line *next; /* of this scrape, from the first difference on */
	size_t nnext;
	size_t next_cap;
	bool differs;
	struct map index; /* of lines; made when a difference is not resolved nearby */
};

void known_release(struct known *known);
void known_begin(struct known *known);

/* Takes the lines of the scrape that has ended as those to expect. */
void known_commit(struct known *known);

/* Room for one more line of this scrape. */
struct known_line *known_room(struct known *known);

/* Adds a line to those of this scrape, and expects next what followed it in the last one. When
 * found is not NULL, it is where the line was found there. */
static inline void known_add(struct known *known, uint64_t hash, uint32_t len, uint32_t ref,
			     const struct known_line *found)
{
	struct known_line *line;

	if (found && !known->differs && found == known->lines + known->at) {
		known->at++;
		return;
	}
	line = known->differs && known->nnext < known->next_cap ? &known->next[known->nnext++]
								: known_room(known);
	line->hash = hash;
	line->len = len;
	line->ref = ref;
	if (found)
		known->at = (size_t)(found - known->lines) + 1;
}

/* The line with this length and kind, and either hash; NULL when there is none. */
const struct known_line *known_find(struct known *known, uint32_t len, uint64_t hash,
				    uint64_t other_hash);

/* exposition_family.c: names, types and what is wanted. */

#define FAMILY_NONE UINT32_MAX

struct family {
	char *name;
	size_t len;
	enum exposition_type type;
	bool wanted;
	uint32_t declared; /* the last scrape with a TYPE line for it */
	uint32_t used;     /* the last scrape with anything for it */
};

struct families {
	struct family *list;
	size_t n;
	size_t cap;
	size_t used; /* in this scrape */
	uint32_t scrape;
	struct map index;
	uint32_t group;      /* the family of the last TYPE line */
	uint64_t group_hash; /* of that line: the context of the samples of its family */
	uint64_t other_hash; /* of all TYPE lines so far: the context of all other samples */
	uint64_t sum;
	uint32_t last; /* family of the last name that was resolved since the last TYPE line */
	size_t last_len;
	bool last_in_group;
	struct strbuf last_name;
};

void families_init(struct families *families);
void families_release(struct families *families);
void families_begin(struct families *families);

/* A TYPE line was read, whose bytes have this hash. */
void families_declare(struct families *families, uint32_t family, enum exposition_type type,
		      uint64_t hash);

/* The family of a sample's name; *ret_in_group says whether it is that of the last TYPE line. */
uint32_t families_resolve(struct exposition *exposition, const char *name, size_t len,
			  bool *ret_in_group);

/* The family with this very name. */
uint32_t families_intern(struct exposition *exposition, const char *name, size_t len);

/* Whether the bytes at p begin a line that surely belongs to the family. */
bool families_owns_line(const struct families *families, uint32_t family, const char *p,
			const char *end);

/* The family's type, as this scrape has declared it so far. */
enum exposition_type families_type(const struct families *families, uint32_t family);

/* What is needed only while a scrape is under way. */
struct work {
	struct line line;
	struct exposition_series series;
	struct exposition_label labels[LINE_LABELS];
	struct exposition_sample batch[BATCH];
};

struct exposition {
	struct exposition_ops ops;
	void *ctx;
	struct exposition_options options;
	struct exposition_stats stats, ended;
	struct known known;
	struct families families;
	struct strbuf carry;   /* the line that has not ended yet */
	struct strbuf scratch; /* the line whose series is asked for */
	uint32_t nseries;      /* lines of samples in this scrape */
	uint32_t skip;         /* the unwanted family whose lines may follow */
	bool eof;
	bool failed;
	struct err err;
	bool asked;           /* scratch, labels and series are those of line */
	uint32_t line_family; /* of line; FAMILY_NONE when a TYPE line came since */
	bool line_in_group;
	bool line_wanted;
	size_t nbatch;
	struct work *work;
};

/* exposition_meta.c: lines that begin with '#', and empty ones. */

/* Reads one, whose end is newline. */
int exposition_meta(struct exposition *x, const char *p, const char *newline);

/* What a line of this kind means for those that follow. */
void exposition_apply(struct exposition *x, const struct known_line *line);

/* Voids the scrape: fills x->err with the current line's number and a column. */
int exposition_fail(struct exposition *x, enum err_code code, const char *line, const char *at,
		    const char *why);

#endif
