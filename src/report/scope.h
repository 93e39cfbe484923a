/* What the filter of a report is about: which sources matter to it, which findings. */
#ifndef HC_REPORT_SCOPE_H
#define HC_REPORT_SCOPE_H

#include "report/report.h"

struct scope {
	bool empty;      /* nothing that is read matches the filter */
	bool *concerned; /* by target: without an answer of it the question stays open */
	size_t ntargets;
};

/* A target is concerned when its name passes the filter and it has figures that do; one without any
 * figures is when no other target has what the filter asks for. Allocated in the arena. */
void scope_init(struct scope *scope, const struct report_input *input, struct arena *arena);

/* A sentence about a concerned source that is not read, or is read no more: "edge: metrics is 12s
 * old: timed out"; NULL when all are read. */
const char *scope_unread(const struct scope *scope, const struct report_input *input, char *buf,
			 size_t cap);

/* Whether a finding passes the filter of the report. */
bool scope_wants(const struct report_input *input, const struct finding *finding);

/* The summary of the findings that pass the filter; that of all when there is none. */
struct detect_summary scope_summary(const struct report_input *input);

#endif
