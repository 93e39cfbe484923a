/* YAML read into a small tree, bounded: no anchors, aliases or tags, no duplicate keys, no NUL,
 * capped in bytes, nodes and depth. Every node knows its line and column. libyaml's event interface
 * does the reading. Texts are kept as written, escapes resolved: who shows one sanitises it. */
#ifndef HC_PARSE_YAML_H
#define HC_PARSE_YAML_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	int line;
	int column;
	bool quoted;      /* scalar in quotes or a block: never null, a number or a bool */
	const char *text; /* scalar: its text; else NULL */
	const char *key;  /* when a member of a map */
	int key_line, key_column;
	struct yaml *child; /* first of a list or map */
	struct yaml *next;  /* sibling */
	size_t n;           /* children */
};

struct yaml_limits {
	size_t bytes; /* 1 MiB when 0 */
	size_t nodes; /* 100,000 when 0 */
	int depth;    /* 32 when 0 */
};

struct yaml_doc;
/* Reads one document; nothing, or comments alone, is an empty map. NULL and err with line and
 * column on any fault. The text is not needed afterwards. */
struct yaml_doc *yaml_parse(const char *text, size_t len, const struct yaml_limits *limits,
			    struct err *err);
/* The same from a file; err does not name it. */
struct yaml_doc *yaml_read(const char *path, const struct yaml_limits *limits, struct err *err);
/* Takes NULL. Not yaml_free(), which is a symbol of libyaml. */
void yaml_doc_free(struct yaml_doc *doc);
const struct yaml *yaml_root(const struct yaml_doc *doc);

/* The member of a map, or NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
/* The scalar's text, or fallback when there is no such member. */
const char *yaml_text(const struct yaml *map, const char *key, const char *fallback);

/* Whether there is nothing: an empty plain scalar, "~" or "null". */
bool yaml_is_null(const struct yaml *node);

/* Typed reading; -1 and err with the node's line and column, naming what was expected. Numbers are
 * finite; bools are true, false, yes, no, on, off; durations 250ms, 30s, 5m, 1h, 2d and what is put
 * together from them (1h30m), up to ten years. */
int yaml_number(const struct yaml *node, double *ret_value, struct err *err);
int yaml_bool(const struct yaml *node, bool *ret_value, struct err *err);
int yaml_duration(const struct yaml *node, long long *ret_ms, struct err *err);

/* A schema: which keys a map may have, and of what type; checked in one place for configuration,
 * profiles and themes, with the nearest known key named in the error. */
enum yaml_type {
	YT_TEXT,
	YT_NUMBER,
	YT_BOOL,
	YT_DURATION,
	YT_ENUM,
	YT_MAP,
	YT_LIST,
	YT_ANY,
	YT_NAMED /* a map whose keys are names: every value is an item */
};
struct yaml_field {
	const char *key; /* NULL ends the table */
	enum yaml_type type;
	bool required;
	const char *const *words;        /* YT_ENUM: NULL-terminated */
	const struct yaml_field *fields; /* YT_MAP: of the map (NULL: any); YT_LIST and YT_NAMED: of
					    each item (NULL: items are scalars) */
	const char *help;                /* one line, for the man page */
};
/* Calls report for every fault found, not only the first; returns their number. */
size_t yaml_check(const struct yaml *node, const struct yaml_field *fields,
		  void (*report)(void *ctx, const struct err *err), void *ctx);

#endif
