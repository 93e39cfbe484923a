/* Actions of a profile: a named change of a gateway as steps of exact requests. What a name means
 * is the same for all gateways and stands in one table; how it is done is data of the profile. */
#ifndef HC_PROFILE_ACTION_H
#define HC_PROFILE_ACTION_H

#include "base/err.h"
#include "model/dims.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACTION_PARAMS 8
#define ACTION_STEPS  12
#define ACTION_LETS   12

/* What the blast radius of an action is counted from. */
enum action_reach {
	REACH_CLIENT,  /* the client's requests, their share of 2xx, its consumers */
	REACH_TRAFFIC, /* requests a minute and routes that go through it */
	REACH_LIMIT,   /* consumers that would have been limited */
	REACH_PROMPT,  /* who reads the alias; apps may cache */
	REACH_COST     /* USD an hour */
};

/* One row of the table of actions there are: "block-ip", "drain-node", "rollback-prompt" ... */
struct action_info {
	const char *name;
	const char *title;   /* "Block an IP" */
	const char *help;    /* one line */
	const char *inverse; /* name of the action that takes it back, or "" */
	dim_mask rows;       /* it is offered on rows about one of these dims */
	enum action_reach reach;
	bool tightens; /* it takes something away from somebody: ask for more care */
};
/* Ended by a NULL name; the most likely first, for a row that several fit. */
const struct action_info *action_table(void);
const struct action_info *action_info(const char *name); /* or NULL */

enum param_type {
	PARAM_ADDRESS, /* IPv4 or IPv6, normalised */
	PARAM_CIDR,    /* the same, or with a prefix length; host bits are cleared */
	PARAM_INTEGER, /* between min and max */
	PARAM_NUMBER,  /* finite, between min and max */
	PARAM_NAME,    /* [A-Za-z0-9_.:/-]+, but neither "." nor ".." as a part between slashes */
	PARAM_TEXT,    /* UTF-8 without control bytes, at most 1 KiB; not in a line command */
	PARAM_TYPES
};
/* "address", "cidr" ... */
const char *param_type_word(enum param_type type);

struct action_param {
	const char *name;
	enum param_type type;
	enum dim from; /* taken from the row's dim unless given; DIM_COUNT: none */
	double min, max;
	const char *fallback; /* when it is not given, or NULL: it must be */
	const char *help;
};

/* Reads a parameter's text by its type into its one canonical form; err says what is wrong. */
struct strbuf;
int param_read(const struct action_param *param, const char *text, struct strbuf *ret_text,
	       struct err *err);

enum step_method {
	STEP_NONE,
	STEP_GET, /* as a read, or where a gateway changes by GET (Tyk's reload) */
	STEP_POST,
	STEP_PUT,
	STEP_PATCH,
	STEP_DELETE,
	STEP_LINE /* a command on a line: target */
};

/* A request. Its path and command hold {name} places; expressions of profile_actions_program() are
 * known by their key, "ACTION.N.WORD" with N from 0. They see the parameters and what the steps
 * before have let as $NAME, and after an answer $status, $headers, $etag; `.` is the document. They
 * are run over {"vars": {NAME: value}, "doc": DOCUMENT}; what is not among the vars is null. Those
 * of the whole action are "ACTION.WORD": already, refuse, before, after, verify.until, undo.NAME,
 * twin.NAME.
 */
struct step_request {
	enum step_method method;
	const char *path;  /* or the line command */
	bool has_body;     /* expression "body" gives the JSON that is sent */
	bool has_raw_body; /* expression "body" gives a text that is sent as it is */
	/* Expression "ok": true is a yes; anything else is a no, and a text says why. Without it
	 * 2xx, of a line that changes an empty answer. */
	bool has_ok;
	bool has_retry; /* expression "retry": it lost a race, the gateway says, and did nothing */
	bool if_match;  /* sends the ETag that the last read has given */
	bool text;      /* the answer is a text: `.` is a string; always of a line */
	const char *accept, *content_type; /* or NULL */
};

struct action_step {
	bool has_if; /* expression "if": skipped unless true */
	struct step_request read;
	struct step_request send;      /* one of the two is STEP_NONE */
	const char *lets[ACTION_LETS]; /* expressions "let.NAME" over the answer, in order */
	size_t nlets;
	bool sent_back;    /* the document read is sent back: its numbers must be exactly doubles */
	const char *title; /* "take the route out of service", or NULL */
};

struct profile_action {
	const struct action_info *info;
	const char *title;      /* as this gateway names it, or NULL: the table's */
	const char *impossible; /* why this gateway cannot do it; then nothing below is set */
	struct action_param params[ACTION_PARAMS];
	size_t nparams;
	struct action_step steps[ACTION_STEPS];
	size_t nsteps;
	bool has_already; /* expression "already" after the reads: nothing to do */
	bool has_refuse;  /* expression "refuse": a sentence why it must not be done, or null */
	bool has_before; /* expressions "before" and "after": a text of the state, for the dialog */
	struct step_request verify; /* a read; STEP_NONE: nothing proves it but the figures */
	int64_t verify_ms;          /* until its expression "verify.until" holds; default 10 s */
	const char *effect;         /* why read-back proves nothing, shown beside the figures */
	const char *undo;           /* name of an action, or NULL: cannot be taken back */
	/* The undo's parameters: expressions "undo.NAME" over the before-state's variables; those
	 * not named are passed on. */
	const char *undo_with[ACTION_PARAMS];
	size_t nundo_with;
	/* Parameters that the command line twin gives as expressions "twin.NAME" have found them:
	 * "previous" becomes the version that is meant. */
	const char *twin_with[ACTION_PARAMS];
	size_t ntwin_with;
	bool idempotent; /* a repeat changes nothing more */
	bool keyed;      /* the gateway takes an Idempotency-Key */
	/* "lost when HAProxy restarts; to keep it: …", NULL: it is kept */
	const char *volatile_text;
	int64_t settle_ms; /* figures are given this long to recover; default 60 s */
	const char *list;  /* source that lists what is in force ("deny"), or NULL */
	int line;          /* in the profile's file */
};

struct profile;

/* Whether it can be sent to a target that is spoken to by lines (line: true), or by HTTP. -1 and
 * err: what such a target would have to be, or why this gateway cannot do it at all. */
int action_reachable(const struct profile_action *action, bool line, struct err *err);

/* By name, or NULL: the profile does not speak of it. */
const struct profile_action *profile_action(const struct profile *profile, const char *name);

#endif
