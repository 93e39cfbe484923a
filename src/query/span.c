#include "query/gather.h"

#include <math.h>

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
	const char *code, *origin, *type;
};

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
	symbol named;
	double value;

	switch (feed->operand->kind) {
	case OPERAND_INCREASE:
		add_increase(gather, range, series, acc);
		break;
	case OPERAND_HISTOGRAM:
		add_histogram(gather, range, series, i, acc);
		break;
	case OPERAND_VALUES:
		named = span->dims.value[feed->operand->dim];
		if (named && reader_increase(&gather->reader, range, &value, &acc->quality) &&
		    value > 0)
			acc_value(acc, gather->arena, named);
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

		if (!range->ok)
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
			if (feed->ranges[w].ok)
				add_sample(gather, feed, &feed->ranges[w], span, i,
					   &group->accs[feed->slot + w]);
		if (series->first_wall_s < group->first_wall_s)
			group->first_wall_s = series->first_wall_s;
	}
}

/* Whether a client is this one, or in this network. */
static bool is_client(const struct gather *gather, symbol client, symbol want)
{
	symbol network = names_network(gather->names, client);

	return client == want ||
	       (want && (network == want || names_network(gather->names, network) == want));
}

static bool has_exact(const struct gather *gather, const struct dims *dims)
{
	const struct dims *exact = gather->exact;

	for (size_t i = 0; i < DIM_COUNT; i++)
		if ((gather->exact_mask & DIM_BIT(i)) && dims->value[i] != exact->value[i] &&
		    (i != DIM_CLIENT || !is_client(gather, dims->value[i], exact->value[i])))
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

static bool is_picked(const struct pick_info *pick, const struct span *span)
{
	return !pick->matches || pick->matches(span->code, span->origin, span->type);
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
	span.code = names_text(gather->names, span.dims.value[DIM_CODE]);
	span.origin = names_text(gather->names, span.dims.value[DIM_ORIGIN]);
	span.type = names_text(gather->names, span.dims.value[DIM_TYPE]);
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
		feed->ranges[w].ok = usable(feed, &feed->ranges[w]);
		any = any || feed->ranges[w].ok;
	}
	return any;
}

/* Whether a job takes no notice of codes in the filter. */
static bool is_codeless(const struct source *source, const struct job *job)
{
	return (pick_info(job->pick)->dims & DIM_BIT(DIM_CODE)) ||
	       !(source->dims_of[job->signal][job->total] & DIM_BIT(DIM_CODE));
}

static void scan_one(struct gather *gather, const struct span *span, const struct job *jobs,
		     size_t n)
{
	struct group *group = NULL;
	bool passed[2], whole[2];

	passed[0] = passed[1] = passes(gather, span, false, &whole[0]);
	whole[1] = whole[0];
	if (gather->query->filter && gather->codeless.n < gather->query->filter->n)
		passed[1] = passes(gather, span, true, &whole[1]);
	if (passed[0] || passed[1])
		group = gather_group(gather, &span->dims, span->source->target);
	for (size_t i = 0; group && i < n; i++) {
		if (!jobs[i].usable || !passed[jobs[i].codeless])
			continue;
		group->whole = group->whole || whole[jobs[i].codeless];
		add_span(gather, jobs[i].feed, span, group,
			 !jobs[i].zero && is_picked(pick_info(jobs[i].pick), span));
	}
}

void span_scan(struct gather *gather, struct job *jobs, size_t n)
{
	const struct source *source = model_series(gather->model, jobs[0].source);
	enum signal signal = jobs[0].signal;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		jobs[i].codeless = is_codeless(source, &jobs[i]);
		jobs[i].usable = find_ranges(gather, jobs[i].feed, source);
		any = any || jobs[i].usable;
	}
	for (uint32_t i = source->start[signal]; any && i < source->start[signal + 1];) {
		struct span span = next_span(gather, jobs[0].source, signal, jobs[0].total, i);

		i += (uint32_t)span.n;
		if (has_layer(&span))
			scan_one(gather, &span, jobs, n);
	}
}

bool gather_passes(const struct gather *gather, const struct dims *dims)
{
	const struct span span = {.dims = *dims};
	bool whole;

	return passes(gather, &span, false, &whole);
}
