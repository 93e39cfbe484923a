#include "query/window.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

/* Gateways write "no limit" as the largest integer. */
#define NO_LIMIT 9.2e18

#define DEFAULT_INTERVAL_MS 5000

static int64_t late_after(const struct source *source)
{
	int64_t interval = source->status.interval_ms;

	return (interval > 0 ? interval : DEFAULT_INTERVAL_MS) * 5 / 2;
}

static struct range lifetime_range(struct range range, int64_t uptime_ms, size_t last)
{
	range.ok = true;
	range.lifetime = true;
	range.first = range.last = last;
	range.covered_ms = uptime_ms;
	range.quality |= Q_LIFETIME;
	return range;
}

static bool is_regular(const struct history *history, const struct range *range)
{
	for (size_t i = range->first + 1; i <= range->last; i++)
		if (history->instants[i].irregular)
			return false;
	return true;
}

struct range window_range(const struct source *source, const struct window *window, struct clock at,
			  int64_t uptime_ms)
{
	const struct history *history = &source->history;
	struct range range = {.ok = false};
	int64_t start = window->start_ms, end = window->end_ms, newest;
	ptrdiff_t last = history_find(history, window->end_ms);

	if (last < 0)
		return range;
	newest = history->instants[last].at.mono_ms;
	range.age_ms = at.mono_ms - newest;
	if (source->status.overflow)
		range.quality |= Q_OVERFLOW;
	if (window->kind == WINDOW_LIFETIME)
		return lifetime_range(range, uptime_ms, 0);
	if (window->kind == WINDOW_STEP && newest <= start)
		return range;
	if (window->kind == WINDOW_NEWEST && end - newest > late_after(source)) {
		range.quality |= Q_STALE;
		start -= end - newest;
	}
	range.ok = true;
	range.last = (size_t)last;
	range.first = (size_t)(history_find(history, start - 1) + 1);
	if (range.first >= range.last && range.last > 0)
		range.first = range.last - 1;
	range.regular = is_regular(history, &range);
	range.at_first = history_slice(history, range.first);
	range.at_last = history_slice(history, range.last);
	range.covered_ms = newest - history->instants[range.first].at.mono_ms;
	if (history->instants[0].at.mono_ms > start)
		range.quality |= Q_FILLING;
	if (range.first == range.last && window->kind == WINDOW_NEWEST && !history->first_serial)
		return lifetime_range(range, uptime_ms, range.last);
	return range;
}

void reader_release(struct reader *reader)
{
	free(reader->buffer);
	*reader = (struct reader){0};
}

void reader_turn(struct reader *reader, const struct source *source, uint32_t slot, size_t from,
		 size_t last, bool many)
{
	if (reader->source == source && reader->slot == slot && reader->from == from &&
	    reader->to == last + 1 && reader->many == many)
		return;
	reader->many = many;
	reader->source = source;
	reader->slot = slot;
	reader->from = from;
	reader->to = last + 1;
	reader->loaded = false;
}

static const double *load(struct reader *reader)
{
	if (!reader->loaded) {
		reader->buffer = xgrow(reader->buffer, &reader->cap, reader->to - reader->from,
				       sizeof(*reader->buffer));
		history_read(&reader->source->history, reader->slot, reader->from, reader->to,
			     reader->buffer);
		reader->loaded = true;
	}
	return reader->buffer;
}

/* A sample that is not in a slice at hand: from what is loaded, or, when no other range will be
 * asked about, from its block alone. */
static double coded_sample(struct reader *reader, size_t i)
{
	double value;

	if (reader->many)
		return load(reader)[i - reader->from];
	history_read(&reader->source->history, reader->slot, i, i + 1, &value);
	return value;
}

static inline double sample_at(struct reader *reader, size_t i, const struct slice *slice)
{
	return slice ? slice_get(slice, reader->slot) : coded_sample(reader, i);
}

/* A series that was not there when its source was first read: it began with nothing. */
static bool is_born(const struct reader *reader, size_t i)
{
	const struct series *series = &reader->source->series[reader->slot];

	return series->first_serial != 0 &&
	       series->first_serial == reader->source->history.first_serial + i;
}

static bool walk(struct reader *reader, const struct range *range, double *ret_increase,
		 uint16_t *quality)
{
	const struct history *history = &reader->source->history;
	const struct series *series = &reader->source->series[reader->slot];
	const double *values = load(reader);
	double before = NAN, increase = 0;
	bool restarted = false, known = false, wrap;

	for (size_t i = range->first; i <= range->last; i++) {
		double value = values[i - reader->from];

		restarted = restarted || (i > range->first && history->instants[i].restarted);
		if (!isfinite(value))
			continue;
		if (isfinite(before) || (i > range->first && is_born(reader, i))) {
			before = isfinite(before) ? before : 0;
			increase += series_step(series, before, value, restarted, &wrap);
			if (value < before && !wrap)
				*quality |= Q_RESET;
			known = true;
		}
		before = value;
		restarted = false;
	}
	*ret_increase = increase;
	return known;
}

bool reader_increase(struct reader *reader, const struct range *range, double *ret_increase,
		     uint16_t *quality)
{
	double first, last;

	if (range->lifetime)
		return reader_level(reader, range, ret_increase);
	if (range->first == range->last)
		return false;
	if (range->regular) {
		last = sample_at(reader, range->last, range->at_last);
		first = sample_at(reader, range->first, range->at_first);
		*ret_increase = last - first;
		return isfinite(*ret_increase);
	}
	return walk(reader, range, ret_increase, quality);
}

bool reader_level(struct reader *reader, const struct range *range, double *ret_level)
{
	*ret_level = sample_at(reader, range->last, range->at_last);
	return isfinite(*ret_level) && fabs(*ret_level) < NO_LIMIT;
}
