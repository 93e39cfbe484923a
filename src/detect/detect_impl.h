/* Shared by the files of detect: one live case of a rule, and the judge's answers. */
#ifndef HC_DETECT_DETECT_IMPL_H
#define HC_DETECT_DETECT_IMPL_H

#include "detect/detect.h"

#define INSTANCES_MAX 1024 /* of a rule: a flood of clients ends here, and hides no other */
#define EVENTS_MAX    512
#define ENDED_MAX     512 /* cases that are kept after their end */
#define TURNS_MAX     8   /* changes of state that a case remembers */
#define GATHER_MAX    16  /* findings whose words are fetched anew in one round */

enum verdict { VERDICT_FINE, VERDICT_WRONG, VERDICT_UNJUDGED };

/* What a rule says about one set of dims at one instant. */
struct judgement {
	enum verdict verdict;
	struct dims dims; /* projected on the rule's */
	uint32_t target;  /* UINT32_MAX: several */
	struct figure figure;
	struct figure was;
	const char *why; /* RULE_STALE, RULE_NODATA, RULE_TOLD: their own words; else NULL */
};

/* A change of a case's state. */
struct turn {
	struct clock at;
	struct clock seen;
	enum finding_state state;
	char why[FINDING_WHY]; /* as it was said then */
};

/* A rule that holds, or held a moment ago, for one set of dims. */
struct instance {
	struct finding finding;
	struct instance *next;    /* of the same rule */
	dims_id held;             /* keeps the dims' texts alive */
	bool firing;              /* past its pending clock, whether it can be judged now or not */
	bool blind;               /* it could not be judged, and has had no figure since */
	bool seen;                /* the judge spoke about it in this run */
	int64_t restored_mono_ms; /* left by an earlier run and not judged since; 0: neither */
	int64_t wrong_mono_ms;    /* when it was last seen wrong */
	int64_t gathered_mono_ms; /* when its words were last fetched; 0: never */
	char route[96];           /* where a client does it most, or "" */
	struct turn turns[TURNS_MAX]; /* the newest last */
	size_t nturns;
	struct clock ended;
};

#define TOLD_MAX 64

/* What detect_raise() was told. */
struct told {
	char name[64];
	char why[160];
	uint32_t target;
};

struct detect {
	const struct model *model;
	const struct rule *rules;
	size_t nrules;
	struct instance **instances; /* by rule */
	size_t ninstances;
	struct instance **order; /* findings, worst first */
	size_t norder, order_cap;
	uint32_t last_id;
	struct clock now;
	struct arena arena; /* of one step */
	size_t next_rule;   /* of the round under way; 0: none is */
	size_t gathered;    /* findings whose words were fetched in this round */
	struct standing {
		struct detect_summary summary;
		bool *unjudged; /* by target: a rule could not be judged there */
		size_t ntargets;
	} standing, building;    /* of the last whole round, and of the one under way */
	struct instance **ended; /* a ring of cases that are over */
	size_t nended;
	size_t next_ended;
	struct event *events; /* a ring */
	dims_id *event_dims;
	size_t nevents;
	size_t next_event;
	struct mark last_mark;
	bool has_mark;
	struct told told[TOLD_MAX];
	size_t ntold;
};

/* judge.c: calls see() for every row that the rule has, wrong or not. */
typedef void (*judge_seen)(struct detect *detect, size_t rule, const struct judgement *judgement);
void judge_rule(struct detect *detect, size_t rule, judge_seen see);
/* The live case of these dims, or NULL. */
struct instance *instance_find(const struct detect *detect, size_t rule, const struct dims *dims);
/* A stale source of this target, or that of this figure when it is stale; UINT32_MAX: none. */
uint32_t judge_stale_source(const struct detect *detect, uint32_t target,
			    const struct figure *figure);

/* words.c. What a finding is about, in as few words as tell it from others on its target. */
void words_about(const struct detect *detect, struct finding *finding);
/* Fetches what the words of a finding need: the figures beside it, a client's route, its
 * suspect. Asks the model, so it is done now and then only. */
void words_gather(struct detect *detect, struct instance *instance);
/* Makes the sentence, with the figures of now and of the last words_gather(). */
void words_fill(const struct detect *detect, struct instance *instance, const char *own_why);
/* Why a case cannot be judged: its source is stale, or has had no figure for it since. What ails a
 * source that did answer is said by the finding about it. */
void words_blind(const struct detect *detect, struct instance *instance, uint32_t source);
/* "prompts (mlflow) 42s old" */
void words_source(const struct detect *detect, uint32_t source, char *buf, size_t cap);
/* "prompt balance@prod v7>v8" */
void words_mark(const struct detect *detect, const struct mark *mark, char *buf, size_t cap);

/* events.c */
void events_init(struct detect *detect);
void events_release(struct detect *detect);
void events_add(struct detect *detect, enum event_kind kind, struct clock at, uint32_t target,
		const struct dims *dims, const char *text);
/* Adds the marks of the model that are new since the last call. */
void events_marks(struct detect *detect);

/* past.c. Remembers the state of a case when it has changed. */
void past_turn(struct instance *instance, struct clock now);
/* Takes over a case that is over. */
void past_take(struct detect *detect, struct instance *instance);
void past_release(struct detect *detect);
void instance_free(struct detect *detect, struct instance *instance);

/* order.c. Sorts cases, worst first; leaves out those of a group about the same dims but the first.
 * Returns how many are left. */
size_t order_instances(struct instance **instances, size_t n);
void order_count(const struct finding *finding, struct detect_summary *summary);

/* detect.c, for state.c: a case that an earlier run left. */
struct instance *instance_new(struct detect *detect, size_t rule, const struct dims *dims);

#endif
