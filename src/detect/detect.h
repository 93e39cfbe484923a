/* The one evaluation of rules: screen, check, report and colours all read its findings. */
#ifndef HC_DETECT_DETECT_H
#define HC_DETECT_DETECT_H

#include "detect/rule.h"

#define FINDING_WHY 240 /* bytes of a sentence */

enum finding_state { FINDING_PENDING, FINDING_FIRING, FINDING_UNJUDGED, FINDING_CLEARED };

struct finding {
	uint32_t id; /* stays the same while it lives */
	const struct rule *rule;
	enum finding_state state;
	struct dims dims;   /* what it is about, projected on rule->by (and target) */
	uint32_t target;    /* UINT32_MAX: several */
	struct clock onset; /* when the condition first held */
	struct clock fired; /* when it became firing */
	struct clock cleared;
	int64_t well_ms;         /* it held until so long ago: about to clear, else 0 */
	struct clock seen;       /* of what cannot be judged: the last answer it was judged by */
	struct figure figure;    /* as last judged */
	struct figure was;       /* baseline rules */
	struct figure beside[3]; /* what helps to read it: n, share of upstream, 2xx … */
	size_t nbeside;
	char what[96];            /* "/cart/checkout", "203.0.113.9 (1 IP)" */
	char why[FINDING_WHY];    /* "p95 2.1s>0.5s for 5m n=10.4k; 504 9.8%; upst 97%" */
	char suspect[96];         /* "12s after v7>v8 of prompt balance@prod", or "" */
	struct dims suspect_dims; /* with a suspect: what changed, and where */
	uint32_t suspect_target;
	char blind[96]; /* why it cannot be judged: "metrics 42s old", else "" */
};

/* Why and suspect in one line; of what is about to clear for how long it has been well; of what
 * cannot be judged when it was last seen and why it is not now, then what held then. Times in UTC
 * or in the zone of the machine. Returns buf. */
char *finding_reason(const struct finding *finding, bool utc, char *buf, size_t cap);

/* The timeline: findings that fired or cleared, marks of the model, notes. */
enum event_kind {
	EVENT_CRIT,
	EVENT_WARN,
	EVENT_PEND,
	EVENT_CLEAR,
	EVENT_CHANGE,
	EVENT_NOTE,
	EVENT_STALE,
	EVENT_ACTION
};
struct event {
	enum event_kind kind;
	struct clock at;
	uint32_t target; /* UINT32_MAX: none */
	struct dims dims;
	char text[160];
};

struct detect;

/* Borrows model and the rules, which must outlive it. */
struct detect *detect_new(const struct model *model, const struct rule *rules, size_t n);
void detect_free(struct detect *detect); /* takes NULL */

/* Other rules take the place of those in force. Cases of a rule that goes on (by its name, its
 * measure and what it is by) go on with it, the others end. The old rules outlive detect, too. */
void detect_set_rules(struct detect *detect, const struct rule *rules, size_t n);

/* Judges every rule at this instant; called about once a second and after ticks. */
void detect_run(struct detect *detect, struct clock now);

/* The same one rule at a time, for a loop with much to judge: true when a round is whole. Until
 * then findings may change and go, but the order, the summary and detect_about()'s judgement of
 * sources are those of the last round. */
bool detect_step(struct detect *detect, struct clock now);

/* Findings, worst first (firing crit, firing warn, pending, unjudged crit, unjudged warn), then by
 * onset, oldest first. What can no longer be judged stays until it can be, or its target is taken
 * off. Borrowed until the next detect_run(). */
size_t detect_count(const struct detect *detect);
const struct finding *detect_finding(const struct detect *detect, size_t i);

struct detect_summary {
	size_t crit, warn, pending;
	size_t unjudged;       /* rule instances that could not be judged, all of them */
	size_t crowded;        /* of these, sources with more series than are told apart */
	char unjudged_why[96]; /* "prompts (mlflow) 42s old" */
};
struct detect_summary detect_summary(const struct detect *detect);

/* What held at an earlier instant, worst first, in the arena: the cases that live and the last 512
 * that ended, in the state of then, their words made anew from what the model still has of then. Of
 * the summary, unjudged counts these findings only. */
size_t detect_past(const struct detect *detect, struct clock at, struct arena *arena,
		   struct finding **ret_findings, struct detect_summary *ret_summary);

/* Events, newest first; at most 512 are kept. */
size_t detect_event_count(const struct detect *detect);
const struct event *detect_event(const struct detect *detect, size_t i);
/* Adds a note or an action that was told by others; an older one goes where it belongs. The text
 * is sanitised. */
void detect_tell(struct detect *detect, enum event_kind kind, struct clock at, uint32_t target,
		 const struct dims *dims, const char *text);

/* What the program itself knows to be wrong on a target, under a name: a critical finding as long
 * as it is not taken back by a NULL why. */
void detect_raise(struct detect *detect, const char *name, uint32_t target, const char *why);

/* Whether a finding is about a row: they share what it is about, besides the target, and differ in
 * nothing; one about a whole target only when the row is one, too. */
bool finding_is_about(const struct finding *finding, const struct dims *row);

/* The worst severity of a firing or pending finding about these dims: one colour per row.
 * Returns the finding, or NULL when all is well, and sets *ret_unjudged when a rule about it
 * cannot be judged. */
const struct finding *detect_about(const struct detect *detect, const struct dims *dims,
				   bool *ret_unjudged);

/* Pending clocks between runs, for `check --state`: reads and writes a small text. */
int detect_save(const struct detect *detect, const char *path, struct err *err);
int detect_load(struct detect *detect, const char *path, struct clock now, struct err *err);

#endif
