/* What a model is made of; for the files of model/ alone. */
#ifndef HC_MODEL_STATE_H
#define HC_MODEL_STATE_H

#include "model/source.h"

#define MODEL_LINES 200
#define MODEL_MARKS 4096

struct kept_line {
	dims_id dims; /* held */
	int64_t wall_ms;
	char *text;
};

struct model_target {
	struct target_info info; /* strings are the model's */
	symbol symbol;           /* held */
	bool removed;
	struct kept_line *lines; /* a ring of MODEL_LINES, or NULL */
	size_t nlines;           /* ever added */
};

struct model {
	struct names *names;
	struct model_limits limits;
	struct model_target **targets;
	size_t ntargets;
	size_t targets_cap;
	struct source **sources;
	size_t nsources;
	size_t sources_cap;
	struct mark *marks; /* oldest first */
	size_t nmarks;
	size_t marks_cap;
	struct history_scratch scratch;
	double *column; /* the tick's values by slot */
	size_t column_cap;
};

/* Adds a copy of the mark, which holds its dims; a tick that makes too many loses the rest. */
void model_add_mark(struct model *model, const struct mark *mark);

/* Lets go of marks older than the history, and of the oldest when there are too many. */
void model_trim_marks(struct model *model, struct clock now);

void model_add_lines(struct model *model, struct model_target *target,
		     const struct tick_line *lines, size_t n);
void model_drop_lines(struct model *model, struct model_target *target);

#endif
