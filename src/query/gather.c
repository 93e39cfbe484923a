#include "query/gather.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dims that say who: series that tell none of them are no row of a query by them. */
#define WHO                                                                                   \
	(DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_CONSUMER) | DIM_BIT(DIM_NODE) | DIM_BIT(DIM_APP) | \
	 DIM_BIT(DIM_PROMPT))

/* Where the series of a span come from, and what is taken of them. */
struct span {
	const struct source *source;
	uint32_t number;       /* of the source */
	const uint32_t *slots; /* n of them, all with these dims */
	size_t n;
	bool total; /* only series that repeat others, or only those that do not */
	enum signal signal;
	struct dims dims;
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
	for (size_t i = 0; query->filter && i < query->filter->n; i++)
		if (query->filter->terms[i].dim != DIM_CODE)
			gather->codeless.terms[gather->codeless.n++] = query->filter->terms[i];
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

struct group *gather_group(struct gather *gather, const struct dims *whole, uint32_t target)
{
	struct dims dims = dims_project(whole, gather->query->by);
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

static void add_increase(struct gather *gather, const struct range *range,
			 const struct series *series, struct acc *acc)
{
	double value;

	if (series->part == PART_AVERAGE) {
		if (reader_level(&gather->reader, range, &value)) {
			acc->average = value;
			acc->naverages++;
		}
		return;
	}
	if (!series_cumulative(series) || series->part == PART_BUCKET ||
	    series->part == PART_COUNT ||
	    !reader_increase(&gather->reader, range, &value, &acc->quality))
		return;
	acc->increase += value;
	if (range->covered_ms > 0)
		acc->rate += value * 1000 / (double)range->covered_ms;
}

static void add_histogram(struct gather *gather, const struct range *range,
			  const struct series *series, size_t bucket, struct acc *acc)
{
	bool level = !series_cumulative(series);
	double value;

	if (level ? !reader_level(&gather->reader, range, &value)
		  : !reader_increase(&gather->reader, range, &value, &acc->quality))
		return;
	switch ((enum part)series->part) {
	case PART_BUCKET:
		acc_bucket(acc, gather->arena, bucket, series->bound, value);
		break;
	case PART_SUM:
		acc->sum += value;
		break;
	case PART_COUNT:
		acc->count += value;
		break;
	case PART_QUANTILE:
		acc_quantile(acc, gather->arena, series->bound, value);
		break;
	case PART_VALUE:
	case PART_AVERAGE:
	case PART_TOTAL:
		acc->average = value;
		acc->naverages++;
		break;
	}
}

/* Whether the partner signal has a usable number with the same dims. */
static bool has_partner(struct gather *gather, const struct span *span, enum signal partner,
			const struct range *range)
{
	const struct source *source = span->source;
	dims_id dims = source->series[span->slots[0]].dims;
	struct reader reader = {0};
	bool found = false;
	double value;

	(void)gather;
	for (uint32_t i = source->start[partner]; i < source->start[partner + 1] && !found; i++) {
		if (source->series[source->order[i]].dims != dims)
			continue;
		reader_turn(&reader, source, source->order[i], range->last, range->last, false);
		found = reader_level(&reader, range, &value);
	}
	reader_release(&reader);
	return found;
}

static void add_level(struct gather *gather, const struct feed *feed, const struct range *range,
		      const struct span *span, struct acc *acc)
{
	enum operand_kind kind = feed->operand->kind;
	double value;

	if (!reader_level(&gather->reader, range, &value))
		return;
	if (kind == OPERAND_PAIRED &&
	    !has_partner(gather, span, (enum signal)feed->operand->partner, range))
		return;
	if (kind == OPERAND_ABOVE_0)
		acc_level(acc, FOLD_SUM, value > 0);
	else if (kind == OPERAND_SERIES)
		acc_level(acc, FOLD_SUM, 1);
	else
		acc_level(acc, signal_info(span->signal)->fold, value);
}

static void add_sample(struct gather *gather, const struct feed *feed, const struct range *range,
		       const struct span *span, size_t i, struct acc *acc)
{
	const struct series *series = &span->source->series[span->slots[i]];
	double value;

	switch (feed->operand->kind) {
	case OPERAND_INCREASE:
		add_increase(gather, range, series, acc);
		break;
	case OPERAND_HISTOGRAM:
		add_histogram(gather, range, series, i, acc);
		break;
	case OPERAND_ROUTES:
		if (reader_increase(&gather->reader, range, &value, &acc->quality) && value > 0 &&
		    span->dims.value[DIM_ROUTE])
			acc_route(acc, gather->arena, span->dims.value[DIM_ROUTE]);
		break;
	case OPERAND_LEVEL:
	case OPERAND_PAIRED:
	case OPERAND_ABOVE_0:
	case OPERAND_SERIES:
		add_level(gather, feed, range, span, acc);
		break;
	}
}

static bool is_level(const struct feed *feed)
{
	return feed->operand->kind == OPERAND_LEVEL || feed->operand->kind == OPERAND_PAIRED ||
	       feed->operand->kind == OPERAND_ABOVE_0 || feed->operand->kind == OPERAND_SERIES;
}

/* Whether anything can be said of an operand from one instant alone. */
static bool usable(const struct feed *feed, const struct range *range)
{
	return range->ok && (is_level(feed) || range->lifetime || range->first < range->last);
}

static void add_span(struct gather *gather, const struct feed *feed, const struct span *span,
		     struct group *group, bool picked)
{
	size_t from = SIZE_MAX, last = 0;

	for (size_t w = 0; w < feed->nwindows; w++) {
		const struct range *range = &feed->ranges[w];

		if (!usable(feed, range))
			continue;
		acc_note(&group->accs[feed->slot + w], range, span->number);
		from = range->first < from ? range->first : from;
		last = range->last > last ? range->last : last;
	}
	for (size_t i = 0; picked && from != SIZE_MAX && i < span->n; i++) {
		const struct series *series = &span->source->series[span->slots[i]];

		if ((series->part == PART_TOTAL) != span->total)
			continue;
		reader_turn(&gather->reader, span->source, span->slots[i], from, last,
			    feed->nwindows > 1);
		for (size_t w = 0; w < feed->nwindows; w++)
			if (usable(feed, &feed->ranges[w]))
				add_sample(gather, feed, &feed->ranges[w], span, i,
					   &group->accs[feed->slot + w]);
		if (series->first_wall_s < group->first_wall_s)
			group->first_wall_s = series->first_wall_s;
	}
}

static bool has_exact(const struct gather *gather, const struct dims *dims)
{
	for (size_t i = 0; i < DIM_COUNT; i++)
		if ((gather->exact_mask & DIM_BIT(i)) && dims->value[i] != gather->exact->value[i])
			return false;
	return true;
}

/* Whether the span's series belong to a row at all. An operand that chooses by code itself, or
 * whose series know no codes, takes no notice of the filter's codes: *ret_whole says so. */
static bool passes(const struct gather *gather, const struct span *span, bool codeless,
		   bool *ret_whole)
{
	const struct query *query = gather->query;
	const struct filter *filter = query->filter;

	*ret_whole = true;
	if ((query->by & WHO) && !(dims_mask(&span->dims) & query->by & ~DIM_BIT(DIM_TARGET)))
		return false;
	if (gather->exact_mask && !has_exact(gather, &span->dims))
		return false;
	if (filter && codeless && gather->codeless.n < filter->n) {
		*ret_whole = false;
		filter = &gather->codeless;
	}
	return !filter || filter_matches(filter, gather->names, &span->dims);
}

static bool is_picked(const struct gather *gather, const struct pick_info *pick,
		      const struct dims *dims)
{
	if (!pick->matches)
		return true;
	return pick->matches(names_text(gather->names, dims->value[DIM_CODE]),
			     names_text(gather->names, dims->value[DIM_ORIGIN]),
			     names_text(gather->names, dims->value[DIM_TYPE]));
}

/* The run of series from order[i] on with the same dims. */
static struct span next_span(const struct gather *gather, uint32_t number, enum signal signal,
			     bool total, uint32_t i)
{
	const struct source *source = model_series(gather->model, number);
	dims_id dims = source->series[source->order[i]].dims;
	struct span span = {.source = source,
			    .number = number,
			    .slots = source->order + i,
			    .total = total,
			    .signal = signal,
			    .dims = *names_dims(gather->names, dims)};

	while (i + span.n < source->start[signal + 1] &&
	       source->series[span.slots[span.n]].dims == dims)
		span.n++;
	span.dims.value[DIM_TARGET] = model_target_symbol(gather->model, source->target);
	return span;
}

static bool has_layer(const struct span *span)
{
	for (size_t i = 0; i < span->n; i++)
		if ((span->source->series[span->slots[i]].part == PART_TOTAL) == span->total)
			return true;
	return false;
}

/* When the process of a target started, from whichever source tells it; 0 when none does. */
static double started_ms(const struct gather *gather, uint32_t target)
{
	uint32_t first = gather->first_source[target], end = gather->first_source[target + 1];
	double started = 0;

	for (uint32_t i = first; i < end; i++) {
		const struct source *source = model_series(gather->model, gather->sources[i]);
		const struct history *history = &source->history;
		struct range range = {.last = history->n - 1};
		struct reader reader = {0};

		for (uint32_t k = source->start[SIGNAL_STARTED];
		     history->n && k < source->start[SIGNAL_STARTED + 1]; k++) {
			double value;

			reader_turn(&reader, source, source->order[k], range.last, range.last,
				    false);
			if (reader_level(&reader, &range, &value) && value * 1000 > started)
				started = value * 1000;
		}
		reader_release(&reader);
	}
	return started;
}

static int64_t uptime_ms(struct gather *gather, const struct source *source)
{
	double *started = &gather->uptimes_ms[source->target], uptime;

	if (isnan(*started))
		*started = started_ms(gather, source->target);
	if (*started <= 0 || !source->history.n)
		return 0;
	uptime = (double)source->history.instants[0].at.wall_ms - *started;
	return uptime > 0 ? (int64_t)uptime : 0;
}

static bool find_ranges(struct gather *gather, struct feed *feed, const struct source *source)
{
	int64_t uptime = is_level(feed) ? 0 : uptime_ms(gather, source);
	bool any = false;

	for (size_t w = 0; w < feed->nwindows; w++) {
		feed->ranges[w] =
			window_range(source, &feed->windows[w], gather->query->at, uptime);
		if (is_level(feed))
			feed->ranges[w].quality &= (uint16_t) ~(Q_FILLING | Q_LIFETIME);
		any = any || usable(feed, &feed->ranges[w]);
	}
	return any;
}

static void add_source(struct gather *gather, struct feed *feed, uint32_t number,
		       enum signal signal, enum pick pick, bool total)
{
	const struct source *source = model_series(gather->model, number);
	const struct pick_info *info = pick_info(pick);
	bool codeless = (info->dims & DIM_BIT(DIM_CODE)) ||
			!(source->dims_of[signal][total] & DIM_BIT(DIM_CODE));

	if (!find_ranges(gather, feed, source))
		return;
	for (uint32_t i = source->start[signal]; i < source->start[signal + 1];) {
		struct span span = next_span(gather, number, signal, total, i);
		struct group *group;
		bool whole;

		i += (uint32_t)span.n;
		if (!has_layer(&span) || !passes(gather, &span, codeless, &whole))
			continue;
		group = gather_group(gather, &span.dims, source->target);
		if (!group)
			continue;
		group->whole = group->whole || whole;
		add_span(gather, feed, &span, group, is_picked(gather, info, &span.dims));
	}
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

static void add_target(struct gather *gather, struct feed *feed, uint32_t target)
{
	const struct choice *choices = feed->operand->choices;
	const struct choice *choice = &choices[0];
	int covers = choice_coverage(gather, target, &choices[0]);
	uint32_t source;
	bool total;

	if (choice_coverage(gather, target, &choices[1]) > covers)
		choice = &choices[1];
	else if (covers < 0)
		gather_standing(gather, feed, target);
	for (size_t i = 0; i < choice->nsignals; i++) {
		enum signal signal = (enum signal)choice->signals[i];

		if (best_source(gather, target, signal, (enum pick)choice->pick, &source, &total) >=
		    0)
			add_source(gather, feed, source, signal, (enum pick)choice->pick, total);
	}
}

bool gather_passes(const struct gather *gather, const struct dims *dims)
{
	const struct span span = {.dims = *dims};
	bool whole;

	return passes(gather, &span, false, &whole);
}

void gather_run(struct gather *gather)
{
	const struct query *query = gather->query;
	uint32_t ntargets = model_target_count(gather->model);

	for (size_t i = 0; gather->closed && i < gather->ngroups; i++)
		gather->groups[i]->accs = arena_array(gather->arena, gather->nslots,
						      sizeof(*gather->groups[i]->accs));
	for (size_t i = 0; i < gather->nfeeds; i++) {
		for (uint32_t target = 0; target < ntargets; target++) {
			if (model_target(gather->model, target) &&
			    ((query->by & DIM_BIT(DIM_TARGET)) || gather_counts(gather, target)))
				add_target(gather, &gather->feeds[i], target);
		}
	}
}
