/* What the opened row shows, as it was asked for. */
#ifndef HC_VIEW_PANES_OPENED_H
#define HC_VIEW_PANES_OPENED_H

#include "view/state.h"

#define OPENED_CHARTS     3u
#define OPENED_FACTS      16
#define OPENED_STEP_MS    15000 /* at most */
#define OPENED_STEPS      60
#define OPENED_BREAKDOWNS 8
#define OPENED_ROWS       160 /* lines it may have in all */

/* What is shown of a kind of row. */
struct subject {
	dim_mask dims; /* any of these makes it one */
	enum measure charts[OPENED_CHARTS];
	enum measure facts[OPENED_FACTS];
	size_t nfacts;
	enum signal histogram;
};

/* The row by the values of one dim. */
struct breakdown {
	const char *title;
	enum dim dim;
	enum measure measure;
	enum measure beside; /* M_COUNT: none */
};

struct part_list {
	const struct breakdown *breakdown;
	const struct row **rows;
	size_t n;
};

struct opened {
	dim_mask mask;
	const struct subject *subject;
	const struct row *row;    /* the charts' baselines, then the facts; NULL: no series */
	const struct row *trends; /* of the charts */
	struct part_list parts[OPENED_BREAKDOWNS];
	enum signal histogram;
	struct bucket *buckets;
	size_t nbuckets;
	int64_t step_ms; /* of the trends */
	bool marks[OPENED_STEPS];
};

/* Asks what is not known yet; kept in the screen's data arena. */
struct opened *opened_load(struct view *view);

#endif
