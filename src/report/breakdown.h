/* Which figures a report holds: for each set of dims, the measures that make sense by them. */
#ifndef HC_REPORT_BREAKDOWN_H
#define HC_REPORT_BREAKDOWN_H

#include "report/report.h"

struct breakdown {
	const char *title; /* head of the table in the text form */
	const char *empty; /* what the text form says when it has no row; NULL: leaves it out */
	dim_mask by;
	enum measure measures[QUERY_COLUMNS]; /* the most useful first */
	size_t n;
	int sort; /* column, worst first */
};

const struct breakdown *breakdown_table(size_t *ret_n);

/* Asks the model; at most limit rows, the rest is counted in ret_result->all. */
void breakdown_run(const struct breakdown *breakdown, const struct report_input *input,
		   size_t limit, struct arena *arena, struct result *ret_result);

#endif
