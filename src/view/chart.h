/* Trends as cells. They sweep: a value stays where it was written until the line has come round,
 * so that a new one costs two cells; a mark shows where now is. */
#ifndef HC_VIEW_CHART_H
#define HC_VIEW_CHART_H

#include "view/frame.h"

#include <stddef.h>

/* How a value becomes a height. */
enum chart_scale {
	CHART_SHARE, /* ratio 0 to 1, fixed steps, fine at the low end: rows can be compared */
	CHART_TOP    /* against the given top */
};

struct trend {
	const float *values; /* oldest first, NaN where unknown */
	size_t n;
	int64_t last; /* number of the newest value's step since the epoch */
	enum chart_scale scale;
	double top; /* CHART_TOP: what fills a cell */
};

/* The trend in so many cells, one of them the mark; buf has room for 4 bytes a cell and one. */
char *chart_line(char *buf, size_t cap, const struct trend *trend, int cells, bool ascii);

/* The smallest of 1, 2, 5 x 10^k that is at least value; 1 when there is none. */
double chart_top(double value);

/* The same over several rows, with marks underneath: marks[i] is true for a value where something
 * changed; NULL for none. Cells left of the plot are the caller's. */
void chart_plot(struct area area, const struct trend *trend, const bool *marks);

/* A horizontal bar of so many columns for a share of 0 to 1. */
void chart_bar(struct area area, int row, int column, int columns, double share, enum style style);

#endif
