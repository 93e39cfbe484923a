/* Everything that collect needs around it, and a book of the ticks that came; for tests. */
#ifndef HC_TESTS_COLLECT_BED_H
#define HC_TESTS_COLLECT_BED_H

#include "collect/collect.h"
#include "page_server.h"

/* The last tick of a source, copied. */
struct seen {
	unsigned ticks;    /* with values */
	unsigned failures; /* without */
	enum tick_outcome outcome;
	struct clock at;
	int64_t retry_ms;
	int64_t interval_ms;
	uint32_t requests, unmapped, untrusted, overflow, entries, version;
	char error[256];
	struct strbuf values; /* "signal{dim=value,…} part bound value\n" of the last with any */
	struct strbuf lines;  /* log lines of all ticks */
};

struct bed {
	struct eval *eval;
	struct page_server *server;
	struct loop *loop;
	struct http *http;
	struct names *names;
	struct model *model;
	struct collect *collect;
	struct config_target target;
	char url[128];
	char folder[64];      /* for files of the test */
	struct seen seen[16]; /* by the model's number of the source */
};

/* options may be NULL. The target is the page server, polled every 50 ms. */
void bed_init(struct bed *bed, const struct collect_options *options);
void bed_release(struct bed *bed);

/* Adds the bed's target with a profile of these sources (YAML), or a shipped one. */
uint32_t bed_add(struct bed *bed, const char *sources);
uint32_t bed_add_shipped(struct bed *bed, const char *name);

/* Writes a file in the bed's folder; returns its path, valid until the next call. */
const char *bed_file(struct bed *bed, const char *name, const char *text);

/* Turns the loop until the source has so many ticks with values, or failures; fails the test
 * after 20 s. */
void bed_wait_ticks(struct bed *bed, uint32_t source, unsigned n);
void bed_wait_failures(struct bed *bed, uint32_t source, unsigned n);

/* Whether the last values have this line. */
void bed_expect(struct bed *bed, uint32_t source, const char *line);

#endif
