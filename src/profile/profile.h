/* Profiles: what a gateway is, as data. Immutable once loaded, reference counted. */
#ifndef HC_PROFILE_PROFILE_H
#define HC_PROFILE_PROFILE_H

#include "base/err.h"
#include "base/strbuf.h"
#include "eval/eval.h"
#include "model/tick.h"
#include "parse/accesslog.h"
#include "parse/exposition.h"
#include "parse/yaml.h"

#define PROFILE_IDENTIFY 8
#define PROFILE_SOURCES  16
#define PROFILE_ACTIONS  32

enum profile_format {
	FORMAT_PROMETHEUS,
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_ACCESSLOG,
	FORMAT_PROMQL, /* JSON whose rows are series: mapping_row() takes them by "__name__" */
	FORMAT_TEXT    /* the body is one JSON string to `rows` */
};
enum profile_transport { TRANSPORT_HTTP, TRANSPORT_LINE, TRANSPORT_LOG };

/* One way to recognise the gateway: a GET, and what must hold of its answer. */
struct profile_identify {
	const char *get;          /* path; NULL for a line: command */
	const char *line;         /* runtime command, as "show info" */
	const char *when;         /* jq over a JSON body, or NULL */
	const char *contains;     /* text that the body has in its first 256 KiB, or NULL */
	const char *server;       /* start of the Server header, or NULL */
	const char *content_type; /* start of it, or NULL */
	int status;               /* wanted; 0: 200 */
};

struct profile_action;
struct map_rule; /* one rule of `map`; profile/mapping.h */

struct profile_source {
	const char *name;
	enum profile_transport transport;
	enum profile_format format;
	const char *path;   /* of the GET (or the reads: true POST), or the line: command */
	const char *body;   /* of such a POST, or NULL */
	const char *accept; /* or NULL: by format */
	const char *next;   /* jq: the path of the next page, or null */
	const char *rows;   /* jq: rows as objects */
	/* Of a promql source: a range query like path, without start, end and step, and the jq that
	 * makes rows with __at__, in seconds and in order, of its answer; or NULL. */
	const char *past_path;
	const char *past;
	/* One request for each object that `foreach` makes of the document at foreach_path (read
	 * with a GET or command of its own, paged by foreach_next): its members are texts, put
	 * into {name} of path by profile_expand() and given to `rows` as $vars. NULL: a single
	 * request. */
	const char *foreach;
	const char *foreach_path;
	const char *foreach_next; /* or NULL */
	int64_t every_ms;         /* 0: the target's */
	int64_t deadline_ms;
	bool optional;         /* its absence (404) is no fault */
	const char *closed;    /* text in a 401 or 403 that is such an absence, or NULL */
	bool complete_by_end;  /* OpenMetrics style end mark */
	bool reads;            /* a POST of body that only reads */
	unsigned own_requests; /* that a reading adds to the gateway's own count of requests */
	const struct map_rule *rules;
	size_t nrules;
	const struct match *match; /* rules by metric; profile/match.h */
	uint32_t program;          /* the profile's, in eval */
};

struct profile {
	char *name;
	char *title;
	char *path; /* file it came from */
	struct profile_identify identify[PROFILE_IDENTIFY];
	size_t nidentify;
	struct profile_source sources[PROFILE_SOURCES];
	size_t nsources;
	struct profile_hint {
		enum signal signal;
		const char *text;
	} * hints;
	size_t nhints;
	struct profile_action *actions; /* as action.h says */
	size_t nactions;
	const char *ports;            /* "8001, 8444": usual ones, for first words */
	struct accesslog_options log; /* defaults for its access log */
	struct profile_own *own;      /* storage of all strings and rules */
	/* Its expressions in eval, named "SOURCE.rows", "SOURCE.next", "SOURCE.foreach",
	 * "SOURCE.foreach_next" and "identify.N" (N from 0); set by profile_compile(). */
	uint32_t sources_program;
	uint32_t actions_program; /* use profile_actions_program() */
	bool compiled, actions_compiled;
	int references;
};

/* Loads and checks against the schema; NULL and err (file in err->msg, line, column). All faults
 * go to fault when it is not NULL. */
struct profile *profile_load(const char *path, void (*fault)(void *ctx, const struct err *err),
			     void *ctx, struct err *err);
/* By name, from $XDG_CONFIG_HOME/hypercare/profiles, then the installed ones
 * (or $HYPERCARE_DATA_DIR/profiles). */
struct profile *profile_find(const char *name, struct err *err);
struct profile *profile_ref(struct profile *profile);
void profile_unref(struct profile *profile); /* takes NULL */

/* Registers the expressions of its sources with eval; idempotent. */
void profile_compile(struct profile *profile, struct eval *eval);
/* The program of its actions' expressions, named as action.h says, registered on the first call: it
 * is large, and most targets are only read. */
uint32_t profile_actions_program(struct profile *profile, struct eval *eval);

/* Puts the vars (key, value, ..., NULL) into the {name} places of path, percent-encoded one by
 * one. Refuses what is empty, ".", "..", has a control byte, or is not among the vars. */
int profile_expand(const char *path, const char *const *vars, struct strbuf *ret_path,
		   struct err *err);

/* Where else the page of a source may be: the row of identify after that of `page` which looks for
 * the same text as the source's own; NULL when no other does. */
const char *profile_next_place(const struct profile *profile, const struct profile_source *source,
			       const char *page);

/* Why a signal may be missing: the hint, or NULL. */
const char *profile_hint(const struct profile *profile, enum signal signal);

/* Calls for every profile that profile_find() would find, sorted by name, a user's own in place
 * of the installed one of that name. */
void profile_list(void (*each)(void *ctx, const char *name, const char *path), void *ctx);

/* Adds what the profile reads and what it makes of it, for `profile show`. */
void profile_describe(const struct profile *profile, struct strbuf *sb);

/* The keys that a profile may have, with their help: for the man page and yaml_check(). */
const struct yaml_field *profile_schema(void);

#endif
