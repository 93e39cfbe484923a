#include "base/alloc.h"
#include "model/state.h"

#include <stdlib.h>

static void line_release(struct names *names, struct kept_line *line)
{
	names_drop(names, line->dims);
	free(line->text);
	*line = (struct kept_line){0};
}

void model_add_lines(struct model *model, struct model_target *target,
		     const struct tick_line *lines, size_t n)
{
	if (n && !target->lines)
		target->lines = xcalloc(MODEL_LINES, sizeof(*target->lines));
	for (size_t i = n > MODEL_LINES ? n - MODEL_LINES : 0; i < n; i++) {
		struct kept_line *line = &target->lines[target->nlines++ % MODEL_LINES];

		line_release(model->names, line);
		names_hold(model->names, lines[i].dims);
		line->dims = lines[i].dims;
		line->wall_ms = lines[i].wall_ms;
		line->text = xstrdup(lines[i].text);
	}
}

void model_drop_lines(struct model *model, struct model_target *target)
{
	for (size_t i = 0; target->lines && i < MODEL_LINES; i++)
		line_release(model->names, &target->lines[i]);
	free(target->lines);
	target->lines = NULL;
	target->nlines = 0;
}

static bool dims_match(const struct dims *dims, const struct dims *want, dim_mask mask)
{
	for (size_t i = 0; i < DIM_COUNT; i++)
		if ((mask & DIM_BIT(i)) && dims->value[i] != want->value[i])
			return false;
	return true;
}

/* The newest line of any target that is older than those already taken: taken[t] of each. */
static const struct kept_line *next_line(const struct model *model, size_t *taken, size_t *ret_from)
{
	const struct kept_line *best = NULL;

	for (size_t i = 0; i < model->ntargets; i++) {
		const struct model_target *target = model->targets[i];
		const struct kept_line *line;

		if (taken[i] >= target->nlines || taken[i] >= MODEL_LINES)
			continue;
		line = &target->lines[(target->nlines - 1 - taken[i]) % MODEL_LINES];
		if (best && line->wall_ms <= best->wall_ms)
			continue;
		best = line;
		*ret_from = i;
	}
	return best;
}

size_t model_lines(const struct model *model, const struct dims *want, dim_mask mask,
		   struct tick_line *ret_lines, size_t cap)
{
	size_t *taken = xcalloc(model->ntargets + 1, sizeof(*taken));
	const struct kept_line *line;
	size_t n = 0, from = 0;

	while (n < cap && (line = next_line(model, taken, &from))) {
		taken[from]++;
		if (!dims_match(names_dims(model->names, line->dims), want, mask))
			continue;
		ret_lines[n++] = (struct tick_line){line->dims, line->wall_ms, line->text};
	}
	free(taken);
	return n;
}
