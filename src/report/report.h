/* Reports: the same figures and findings as on screen, for files and pipes. */
#ifndef HC_REPORT_REPORT_H
#define HC_REPORT_REPORT_H

#include "base/strbuf.h"
#include "detect/detect.h"

struct report_input {
	const struct model *model;
	const struct detect *detect;
	struct clock now;
	int64_t window_ms;
	const char *project;
	const char *version;         /* of the program */
	const struct filter *filter; /* or NULL */
};

/* hypercare.report/1: figures[], findings[], targets[]; documented in hypercare(1). */
void report_json(const struct report_input *input, struct strbuf *out);
void report_text(const struct report_input *input, struct strbuf *out);

/* The one line of a monitoring plugin with perfdata, and its exit code: 0 ok, 1 warning, 2
 * critical, 3 unknown. Worst wins: critical, unknown, warning, ok. */
int report_check(const struct report_input *input, struct strbuf *out);

#endif
