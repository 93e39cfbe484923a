/* The in-memory picture: targets, their sources, series and 15 minutes of history.
 * model_apply() is the only way in; query/ is the only reader of series. */
#ifndef HC_MODEL_MODEL_H
#define HC_MODEL_MODEL_H

#include "base/err.h"
#include "model/tick.h"

struct model;
struct series;

struct model_limits {
	int64_t history_ms;         /* kept in memory: 15 minutes */
	uint32_t series_per_target; /* beyond: "other", unjudged */
};

enum target_guard { GUARD_RO, GUARD_ASK, GUARD_RW };

/* What is known of a target without asking it; strings are copied. */
struct target_info {
	const char *name;
	const char *kind;  /* profile name: "kong" */
	const char *title; /* profile title: "Kong Gateway 3.x (Admin API)" */
	const char *url;   /* without credentials */
	const char *group; /* style or place in the banner; may be "" */
	enum target_guard guard;
	bool counts; /* false: stands in a chain, kept out of totals */
};

/* One source's standing, as its last ticks left it. */
struct source_status {
	uint32_t target;  /* index */
	const char *name; /* "metrics" */
	enum tick_outcome outcome;
	bool answered;        /* at least one good tick */
	struct clock last_ok; /* of the last good tick */
	struct clock last;    /* of the last tick */
	struct clock oldest;  /* of the oldest good tick that is kept; zero: none */
	const char *error;    /* "" when well; borrowed until the next model_apply() */
	int64_t retry_ms;
	int64_t interval_ms;
	double seconds;
	uint64_t bytes;
	uint32_t series;
	uint32_t overflow;
	uint32_t unmapped;
	uint64_t untrusted;
	double requests_per_s; /* our own load, over the last minute */
	double bytes_per_s;
};

struct model *model_new(struct names *names, const struct model_limits *limits);
void model_free(struct model *model); /* takes NULL */
struct names *model_names(const struct model *model);

/* Registers a target, then its sources; both keep their number for the model's life. A target
 * whose name is known is updated and keeps its series. */
uint32_t model_add_target(struct model *model, const struct target_info *info);
uint32_t model_add_source(struct model *model, uint32_t target, const char *name);
/* Keeps a source's history for another time than that of the limits. */
void model_keep_source(struct model *model, uint32_t source, int64_t history_ms);
/* Forgets a source; its number stays, unused, of no target (UINT32_MAX). */
void model_remove_source(struct model *model, uint32_t source);
/* Forgets a target's series; its number stays, unused. */
void model_remove_target(struct model *model, uint32_t target);

/* Takes a tick in whole. Nothing of the tick is kept but copies. Ticks of one source come in
 * order of time; one that is not newer is refused with ERR_INVALID. */
int model_apply(struct model *model, const struct tick *tick, struct err *err);

uint32_t model_target_count(const struct model *model);
/* Borrowed; strings live as long as the model. NULL for a removed target. */
const struct target_info *model_target(const struct model *model, uint32_t target);
uint32_t model_target_by_name(const struct model *model, const char *name); /* or UINT32_MAX */
symbol model_target_symbol(const struct model *model, uint32_t target);

uint32_t model_source_count(const struct model *model);
struct source_status model_source(const struct model *model, uint32_t source);

/* A source is stale at now when its last good tick is older than two of its intervals and a
 * half, or when it never had one and its first is overdue. */
bool model_source_stale(const struct model *model, uint32_t source, struct clock now);

/* Marks: what changed, and when; kept as long as the history. Found while applying: states whose
 * value changed, restarts, counter resets, first sight. */
enum mark_kind {
	MARK_RESTART,
	MARK_RESET,
	MARK_VERSION, /* prompt or config version */
	MARK_TEXT,    /* a version's text changed in place */
	MARK_NODE,
	MARK_OVERFLOW, /* signal is without meaning; after: series in "other" */
	MARK_WRAP
};
struct mark {
	enum mark_kind kind;
	enum signal signal;
	uint32_t target;
	dims_id dims; /* held by the model as long as the mark */
	struct clock at;
	double before;
	double after;
};
size_t model_mark_count(const struct model *model);
/* 0 is the oldest. */
const struct mark *model_mark(const struct model *model, size_t i);

/* The last log lines of a target, newest first, at most cap; filter: only those whose dims equal
 * the given ones where the mask says so. Texts are borrowed until the next model_apply(). */
size_t model_lines(const struct model *model, const struct dims *want, dim_mask mask,
		   struct tick_line *ret_lines, size_t cap);

/* Bytes held by the model for series, history and names. */
size_t model_bytes(const struct model *model);

#endif
