/* Prometheus text 0.0.4 and 1.0.0 (with UTF-8 names) and OpenMetrics 1.0, in one streaming pass.
 * A line of the last scrape is recognised by a seeded XXH3-64 of the bytes before its value and of
 * the TYPE lines that bear on it; its value, and a timestamp and an exemplar after it, are parsed
 * each time. So in the steady state only values are parsed, 16 bytes a line are kept, and bodies
 * are not. Formats: prometheus/docs:content/docs/instrumenting/exposition_formats.md,
 * prometheus/OpenMetrics:specification/OpenMetrics.md. */
#ifndef HC_PARSE_EXPOSITION_H
#define HC_PARSE_EXPOSITION_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exposition;

struct exposition_label {
	const char *name; /* both unescaped, valid UTF-8, terminated, not sanitised */
	const char *value;
	size_t name_len;
	size_t value_len;
};

enum exposition_type {
	TYPE_UNTYPED,
	TYPE_COUNTER,
	TYPE_GAUGE,
	TYPE_HISTOGRAM,
	TYPE_SUMMARY,
	TYPE_INFO,
	TYPE_STATESET,
	TYPE_GAUGEHISTOGRAM
};

/* A sample whose line is seen for the first time. Borrowed for the call. */
struct exposition_series {
	const char *name; /* unescaped and terminated; with _bucket, _total … */
	size_t name_len;
	const struct exposition_label *labels;
	size_t nlabels;
	const char *family; /* from the TYPE line, or the name */
	size_t family_len;
	enum exposition_type type;
};

#define EXPOSITION_SKIP UINT32_MAX

struct exposition_sample {
	uint32_t ref; /* what series() returned */
	double value;
	int64_t timestamp_ms; /* INT64_MIN when there is none */
};

struct exposition_ops {
	/* Whether any series of a family is wanted; asked once a family. Lines of unwanted
	 * families are skipped at the speed of memchr. NULL: all are. */
	bool (*family)(void *ctx, const char *name, size_t len);
	/* A line not recognised: returns a number of the caller's for it, or EXPOSITION_SKIP. The
	 * same series may be asked for again (its line moved below another TYPE line, or its
	 * first scrape was void) and is to get the same number. */
	uint32_t (*series)(void *ctx, const struct exposition_series *series);
	/* Samples in the order of their lines, in batches. */
	void (*samples)(void *ctx, const struct exposition_sample *samples, size_t n);
};

struct exposition_options {
	bool openmetrics;    /* by the Content-Type: its stricter rules, "# EOF" is needed */
	size_t line_bytes;   /* longest line: 64 KiB when 0 */
	uint32_t max_series; /* lines of wanted families; beyond: counted, not handed on; 0: 1 M */
};

/* Lives as long as its source; remembers the lines of the last scrape. */
struct exposition *exposition_new(const struct exposition_ops *ops, void *ctx);
void exposition_free(struct exposition *exposition); /* takes NULL */

/* One scrape: begin, feed as bytes arrive, end. A negative result means that the whole scrape is
 * void; err has line and column. end() also fails when the last line is cut (no newline and no
 * length to vouch for it is the caller's matter: pass complete = true when the transport says that
 * the body was whole). */
void exposition_begin(struct exposition *exposition, const struct exposition_options *options);
int exposition_feed(struct exposition *exposition, const char *data, size_t len, struct err *err);
int exposition_end(struct exposition *exposition, bool complete, struct err *err);

/* Forgets all known lines (the numbers that series() gave are about to change). */
void exposition_forget(struct exposition *exposition);

struct exposition_stats {
	uint64_t lines;   /* of any kind */
	uint64_t known;   /* samples of recognised lines */
	uint64_t cold;    /* lines for which series() was called */
	uint64_t skipped; /* of unwanted families */
	uint64_t exemplars;
	uint64_t lenient;  /* cold lines that OpenMetrics would write otherwise: blanks, commas */
	uint64_t over_cap; /* lines beyond max_series */
};
/* Of the scrape that ended last. */
struct exposition_stats exposition_stats(const struct exposition *exposition);

#endif
