#include "query/gather.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one target does for all feeds; an operand has at most two choices of two signals. */
struct jobs {
	struct job list[4 * GATHER_FEEDS];
	size_t n;
};

static void index_sources(struct gather *gather)
{
	size_t ntargets = model_target_count(gather->model);
	size_t nsources = model_source_count(gather->model);
	uint32_t *first = arena_array(gather->arena, ntargets + 2, sizeof(*first));

	gather->sources = arena_array(gather->arena, nsources + 1, sizeof(*gather->sources));
	gather->first_source = first;
	for (uint32_t i = 0; i < nsources; i++)
		first[model_series(gather->model, i)->target + 2]++;
	for (size_t i = 2; i < ntargets + 2; i++)
		first[i] += first[i - 1];
	for (uint32_t i = 0; i < nsources; i++)
		gather->sources[first[model_series(gather->model, i)->target + 1]++] = i;
}

static dim_mask filter_dims(const struct filter *filter)
{
	dim_mask mask = 0;

	for (size_t i = 0; filter && i < filter->n; i++)
		if (filter->terms[i].dim != DIM_COUNT)
			mask |= DIM_BIT(filter->terms[i].dim);
	return mask;
}

void gather_init(struct gather *gather, const struct model *model, const struct query *query,
		 struct arena *arena)
{
	size_t ntargets = model_target_count(model);

	*gather = (struct gather){.model = model,
				  .names = model_names(model),
				  .query = query,
				  .arena = arena,
				  .needed = query->by | filter_dims(query->filter)};
	map_init(&gather->index);
	index_sources(gather);
	gather->uptimes_ms = arena_array(arena, ntargets + 1, sizeof(*gather->uptimes_ms));
	for (size_t i = 0; i < ntargets; i++)
		gather->uptimes_ms[i] = NAN;
	for (size_t i = 0; query->filter && i < query->filter->n; i++) {
		if (query->filter->terms[i].dim != DIM_CODE)
			gather->codeless.terms[gather->codeless.n++] = query->filter->terms[i];
		if (query->filter->terms[i].dim == DIM_TARGET)
			gather->targets.terms[gather->targets.n++] = query->filter->terms[i];
	}
}

void gather_release(struct gather *gather)
{
	map_release(&gather->index);
	free(gather->groups);
	reader_release(&gather->reader);
}

/* The steps of a baseline, newest first, and the time before the first answer. */
static void was_windows(const struct gather *gather, struct feed *feed)
{
	const int64_t history_ms = (int64_t)15 * 60 * 1000;
	int64_t window = gather->query->window_ms, at = gather->query->at.mono_ms - window;
	size_t steps = (size_t)(history_ms / window);

	steps = steps < 2 ? 1 : steps - 1;
	if (steps > BASELINE_STEPS)
		steps = BASELINE_STEPS;
	feed->nwindows = steps + 1;
	feed->windows = arena_array(gather->arena, feed->nwindows, sizeof(*feed->windows));
	for (size_t i = 0; i < steps; i++, at -= window)
		feed->windows[i] = (struct window){WINDOW_STEP, at - window, at};
	feed->windows[steps] = (struct window){WINDOW_LIFETIME, 0, gather->query->at.mono_ms};
}

static void make_windows(const struct gather *gather, struct feed *feed)
{
	int64_t at = gather->query->at.mono_ms;

	if (feed->kind == COLUMN_WAS) {
		was_windows(gather, feed);
		return;
	}
	feed->nwindows = feed->kind == COLUMN_TREND ? feed->steps : 1;
	feed->windows = arena_array(gather->arena, feed->nwindows, sizeof(*feed->windows));
	if (feed->kind != COLUMN_TREND) {
		feed->windows[0] =
			(struct window){WINDOW_NEWEST, at - gather->query->window_ms, at};
		return;
	}
	for (size_t i = feed->steps; i-- > 0; at -= feed->step_ms)
		feed->windows[i] = (struct window){WINDOW_STEP, at - feed->step_ms, at};
}

struct feed *gather_feed(struct gather *gather, const struct operand *operand,
			 const struct column *column)
{
	struct feed want = {.operand = operand, .kind = column->kind}, *feed;

	if (want.kind == COLUMN_TREND) {
		want.step_ms = column->step_ms > 0 ? column->step_ms : 60000;
		want.steps = column->steps < 64 ? column->steps : 64;
	} else if (want.kind == COLUMN_SINCE) {
		want.kind = COLUMN_VALUE;
	}
	for (size_t i = 0; i < gather->nfeeds; i++) {
		feed = &gather->feeds[i];
		if (feed->operand == operand && feed->kind == want.kind &&
		    feed->step_ms == want.step_ms && feed->steps == want.steps)
			return feed;
	}
	feed = &gather->feeds[gather->nfeeds++];
	*feed = want;
	make_windows(gather, feed);
	feed->ranges = arena_array(gather->arena, feed->nwindows, sizeof(*feed->ranges));
	feed->slot = gather->nslots;
	gather->nslots += feed->nwindows;
	return feed;
}

void gather_again(struct gather *gather)
{
	gather->nfeeds = gather->nslots = 0;
	gather->closed = true;
}

bool gather_counts(const struct gather *gather, uint32_t target)
{
	const struct target_info *info = NULL;

	if (gather->query->totals && target != UINT32_MAX)
		info = model_target(gather->model, target);
	return !info || info->counts;
}

struct group *group_new(struct gather *gather, const struct dims *dims)
{
	struct group *group = arena_alloc(gather->arena, sizeof(*group));

	group->dims = *dims;
	group->target = UINT32_MAX;
	group->first_wall_s = UINT32_MAX;
	group->accs = arena_array(gather->arena, gather->nslots, sizeof(*group->accs));
	return group;
}

static bool group_equal(const void *ctx, uint32_t value, const void *key)
{
	const struct gather *gather = ctx;

	return dims_equal(&gather->groups[value]->dims, key);
}

/* What tells the row that these dims belong to. */
static struct dims row_dims(const struct gather *gather, const struct dims *whole)
{
	struct dims dims = dims_project(whole, gather->query->by);
	symbol *client = &dims.value[DIM_CLIENT];

	for (int i = 0; i < (int)gather->query->clients; i++)
		*client = names_network(gather->names, *client);
	return dims;
}

struct group *gather_group(struct gather *gather, const struct dims *whole, uint32_t target)
{
	struct dims dims = row_dims(gather, whole);
	uint64_t hash = hash_bytes(&dims, sizeof(dims));
	uint32_t at = map_find(&gather->index, hash, group_equal, gather, &dims);
	struct group *group;

	if (at != MAP_NONE) {
		group = gather->groups[at];
		if (group->target != target)
			group->target = UINT32_MAX;
		return group;
	}
	if (gather->closed)
		return NULL;
	group = group_new(gather, &dims);
	group->target = target;
	gather->groups = xgrow(gather->groups, &gather->groups_cap, gather->ngroups + 1,
			       sizeof(*gather->groups));
	map_add(&gather->index, hash, (uint32_t)gather->ngroups);
	gather->groups[gather->ngroups++] = group;
	return group;
}

void group_merge(struct gather *gather, struct group *into, const struct group *from)
{
	for (size_t i = 0; i < gather->nfeeds; i++) {
		const struct feed *feed = &gather->feeds[i];
		enum signal signal = (enum signal)feed->operand->choices[0].signals[0];
		enum operand_kind kind = feed->operand->kind;
		enum signal_fold fold = signal_info(signal)->fold;

		if (kind == OPERAND_ABOVE_0 || kind == OPERAND_SERIES)
			fold = FOLD_SUM;
		for (size_t w = feed->slot; w < feed->slot + feed->nwindows; w++)
			acc_merge(&into->accs[w], &from->accs[w], fold, gather->arena);
	}
	if (from->first_wall_s < into->first_wall_s)
		into->first_wall_s = from->first_wall_s;
}

/* How well a source's series of a signal tell what is asked about; -1 when not at all. */
static int coverage(const struct gather *gather, const struct source *source, enum signal signal,
		    enum pick pick, bool total)
{
	const struct pick_info *info = pick_info(pick);
	dim_mask told = source->dims_of[signal][total];

	if (!source->has[signal][total] || (told & info->dims) != info->dims ||
	    (info->exact && !source->exact[signal]))
		return -1;
	return __builtin_popcount(told & gather->needed & ~DIM_BIT(DIM_TARGET));
}

/* The best source of a target for a signal; parts are preferred to totals, then the first. */
static int best_source(const struct gather *gather, uint32_t target, enum signal signal,
		       enum pick pick, uint32_t *ret_source, bool *ret_total)
{
	int best = -1;

	for (int total = 0; total < 2; total++) {
		for (uint32_t i = gather->first_source[target];
		     i < gather->first_source[target + 1]; i++) {
			uint32_t number = gather->sources[i];
			int covers = coverage(gather, model_series(gather->model, number), signal,
					      pick, total != 0);

			if (covers <= best)
				continue;
			best = covers;
			*ret_source = number;
			*ret_total = total != 0;
		}
	}
	return best;
}

static int choice_coverage(const struct gather *gather, uint32_t target,
			   const struct choice *choice)
{
	int best = -1;

	for (size_t i = 0; i < choice->nsignals; i++) {
		uint32_t source;
		bool total;
		int covers = best_source(gather, target, (enum signal)choice->signals[i],
					 (enum pick)choice->pick, &source, &total);

		best = covers > best ? covers : best;
	}
	return best;
}

static void add_choice(struct gather *gather, struct feed *feed, uint32_t target,
		       const struct choice *choice, bool zero, struct jobs *jobs)
{
	for (size_t i = 0; i < choice->nsignals; i++) {
		struct job *job = &jobs->list[jobs->n];

		*job = (struct job){.feed = feed,
				    .zero = zero,
				    .signal = (enum signal)choice->signals[i],
				    .pick = (enum pick)choice->pick};
		if (best_source(gather, target, job->signal, job->pick, &job->source,
				&job->total) >= 0)
			jobs->n++;
	}
}

/* The choice that tells more answers. Where the other one tells as much, its series say of rows
 * that the first does not name that they are known, and nothing was counted there: gateways name a
 * route among those they limited only when they have limited it. */
static void add_jobs(struct gather *gather, struct feed *feed, uint32_t target, struct jobs *jobs)
{
	const struct choice *choices = feed->operand->choices;
	int first = choice_coverage(gather, target, &choices[0]);
	int second = choice_coverage(gather, target, &choices[1]);

	if (first < 0 && second < 0) {
		gather_standing(gather, feed, target);
		return;
	}
	add_choice(gather, feed, target, &choices[second > first], false, jobs);
	if (first == second)
		add_choice(gather, feed, target, &choices[1], true, jobs);
}

static bool same_series(const struct job *a, const struct job *b)
{
	return a->source == b->source && a->signal == b->signal && a->total == b->total;
}

/* Brings jobs over the same series together, so that these are gone through once. */
static void add_target(struct gather *gather, uint32_t target)
{
	struct jobs jobs = {.n = 0};

	for (size_t i = 0; i < gather->nfeeds; i++)
		add_jobs(gather, &gather->feeds[i], target, &jobs);
	for (size_t first = 0, end; first < jobs.n; first = end) {
		end = first + 1;
		for (size_t i = end; i < jobs.n; i++) {
			struct job job = jobs.list[i];

			if (!same_series(&job, &jobs.list[first]))
				continue;
			jobs.list[i] = jobs.list[end];
			jobs.list[end++] = job;
		}
		span_scan(gather, jobs.list + first, end - first);
	}
}

/* Whether series of the target may pass: with many targets most questions are about one. */
static bool is_asked(const struct gather *gather, uint32_t target)
{
	struct dims dims = {{0}};

	if (!model_target(gather->model, target))
		return false;
	dims.value[DIM_TARGET] = model_target_symbol(gather->model, target);
	if (gather->exact_mask & DIM_BIT(DIM_TARGET) &&
	    gather->exact->value[DIM_TARGET] != dims.value[DIM_TARGET])
		return false;
	return filter_matches(&gather->targets, gather->names, &dims);
}

void gather_run(struct gather *gather)
{
	const struct query *query = gather->query;
	uint32_t ntargets = model_target_count(gather->model);

	for (size_t i = 0; gather->closed && i < gather->ngroups; i++)
		gather->groups[i]->accs = arena_array(gather->arena, gather->nslots,
						      sizeof(*gather->groups[i]->accs));
	for (uint32_t target = 0; target < ntargets; target++)
		if (is_asked(gather, target) &&
		    ((query->by & DIM_BIT(DIM_TARGET)) || gather_counts(gather, target)))
			add_target(gather, target);
}
