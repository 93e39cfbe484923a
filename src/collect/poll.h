/* One reading of a source after the other: request, parser, mapping, batch. */
#ifndef HC_COLLECT_POLL_H
#define HC_COLLECT_POLL_H

#include "base/arena.h"
#include "collect/batch.h"
#include "collect/fetch.h"
#include "collect/pump.h"
#include "parse/csv.h"

#define POLL_PROMQL_BYTES (1ull << 20) /* of an answer of a metrics server */

/* What all readings share; borrowed. */
struct poll_env {
	struct loop *loop;
	struct http *http;
	struct pump *pump;
};

/* How a reading went; the values are in the batch. */
struct poll_result {
	struct err err;
	int status;
	bool unverified;
	double seconds;
	uint64_t bytes;
	uint32_t requests;
	uint32_t unmapped;
	int64_t retry_after_ms;
};

/* A document that jq reads, in pages, or several of them (foreach). */
struct walk {
	struct strbuf body;
	struct strbuf path;        /* of the request that is under way */
	struct strbuf next;        /* of the page after it, "" for none */
	struct arena arena;        /* items and their texts */
	const char *const **items; /* vars of one request each */
	size_t nitems, items_cap, item;
	bool listing; /* the document that names the items is being read */
	bool past;    /* rows of many instants */
	double at_s;  /* that of the rows taken last, 0: none */
	uint32_t rows;
	unsigned pages;
	uint32_t job;
};

struct poll {
	const struct poll_env *env;
	const struct reach *reach;
	const struct profile *profile;
	const struct profile_source *source;
	const char *credential; /* header line or NULL; may change between readings */
	int64_t timeout_ms;
	struct batch *batch;
	void (*done)(void *ctx, const struct poll_result *result);
	void (*moment)(void *ctx); /* of a past: what the batch holds was so at one instant */
	void *ctx;
	/* its own */
	struct fetch fetch;
	struct poll_result result;
	const char *page; /* the source's path, or the next place where its page may be */
	struct exposition *exposition;
	struct csv *csv;
	struct map_label columns[CSV_FIELDS];
	size_t ncolumns;
	struct arena names; /* of the columns */
	struct walk walk;
	bool looked; /* the first bytes were seen */
};

/* The borrowed members are set by the caller before. */
void poll_init(struct poll *poll);
void poll_release(struct poll *poll); /* ends a reading without done() */

/* Starts a reading; done() is called once, from within when the request is refused at once. */
void poll_start(struct poll *poll);

/* Reads a past by this path of a range query: moment() for each instant, oldest first, then done()
 * with nothing in the batch. */
void poll_start_past(struct poll *poll, const char *path);

/* How many rows the last answer had. */
uint32_t poll_rows(const struct poll *poll);

/* For walk.c: whether the head of an answer is what the source wants, with a sentence when not. */
int poll_judge_head(const struct poll *poll, const char *content_type, struct err *err);
/* The same for its first bytes. */
int poll_judge_body(struct poll *poll, const char *data, size_t len, struct err *err);
/* Starts the request for path; a failure comes through done as well. */
void poll_request(struct poll *poll, const char *path, const struct fetch_ops *ops, void *ctx);
void poll_account(struct poll *poll, const struct fetch_result *result);
/* Says that the answer is some text that nothing is known of; returns -1. */
int poll_other_text(const struct poll *poll, struct err *err);
void poll_finish(struct poll *poll);

/* walk.c */
void walk_start(struct poll *poll);
void walk_start_past(struct poll *poll, const char *path);
void walk_cancel(struct poll *poll);
void walk_release(struct poll *poll);

#endif
