/* What drawings and commands have in common: the moment, the filter, times and names. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "view/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_REFRESH_MS      1000
#define IDLE_REFRESH_MS       10000
#define SERIES_PER_REFRESH_MS 50

/* What held at the instant that the screen looks back to; asked for once for each instant. */
static void look_back(const struct view *view)
{
	const struct detect *detect = view->scene->detect;
	struct frozen *frozen = &view->screen->frozen;
	struct detect_summary summary;
	struct finding *findings;
	struct arena arena;
	size_t n;

	if (frozen->detect == detect && frozen->at.mono_ms == view->at.mono_ms)
		return;
	view_thaw(view->screen);
	arena_init(&arena);
	n = detect_past(detect, view->at, &arena, &findings, &summary);
	*frozen = (struct frozen){.detect = detect,
				  .at = view->at,
				  .findings = xcalloc(n, sizeof(*findings)),
				  .nfindings = n,
				  .summary = summary};
	memcpy(frozen->findings, findings, n * sizeof(*findings));
	arena_release(&arena);
}

struct view view_make(struct screen *screen, const struct scene *scene)
{
	struct view view = {.screen = screen,
			    .scene = scene,
			    .names = model_names(scene->model),
			    .at = screen->back ? screen->past : screen->moment};

	if (screen->back && !screen->paused)
		look_back(&view);
	return view;
}

void view_forget(struct screen *screen)
{
	size_t i;

	for (i = 0; i < PANE_COUNT; i++) {
		screen->panes[i].loaded = false;
		screen->panes[i].n = 0;
		screen->panes[i].extra = NULL;
	}
	screen->opened_data = NULL;
	arena_clear(&screen->data);
}

/* Changes with every tick that the model has taken. */
static uint64_t stamp_of(const struct model *model, uint64_t *ret_series)
{
	uint32_t i, n = model_source_count(model);
	uint64_t stamp = n;

	*ret_series = 0;
	for (i = 0; i < n; i++) {
		struct source_status source = model_source(model, i);

		stamp = stamp * 31 + (uint64_t)source.last.mono_ms;
		*ret_series += source.series;
	}
	return stamp;
}

void view_refresh(struct view *view)
{
	struct screen *screen = view->screen;
	struct clock now = view->scene->now;
	int64_t least;
	uint64_t series, stamp = stamp_of(view->scene->model, &series);

	least = (int64_t)(series / SERIES_PER_REFRESH_MS);
	least = least < LEAST_REFRESH_MS ? LEAST_REFRESH_MS : least;
	if (screen->stamp == stamp && now.mono_ms - screen->moment.mono_ms < IDLE_REFRESH_MS)
		return;
	if (screen->stamp && now.mono_ms - screen->moment.mono_ms < least)
		return;
	screen->stamp = stamp;
	screen->moment = now;
	if (!screen->back) {
		view->at = now;
		view_forget(screen);
	}
}

const struct filter *view_filter(const struct view *view)
{
	return view->screen->place.filter[0] && view->screen->filter.n ? &view->screen->filter
								       : NULL;
}

int view_parse_filter(struct screen *screen, struct err *err)
{
	arena_clear(&screen->filter_arena);
	screen->filter.n = 0;
	view_forget(screen);
	if (!screen->place.filter[0])
		return 0;
	if (!filter_parse(screen->place.filter, &screen->filter_arena, &screen->filter, err))
		return 0;
	screen->filter.n = 0;
	return -1;
}

size_t view_finding_count(const struct view *view)
{
	return view->screen->back ? view->screen->frozen.nfindings
				  : detect_count(view->scene->detect);
}

const struct finding *view_finding(const struct view *view, size_t i)
{
	if (i >= view_finding_count(view))
		return NULL;
	return view->screen->back ? &view->screen->frozen.findings[i]
				  : detect_finding(view->scene->detect, i);
}

const struct finding *view_about(const struct view *view, const struct dims *dims,
				 bool *ret_unjudged)
{
	size_t i;

	if (!view->screen->back)
		return detect_about(view->scene->detect, dims, ret_unjudged);
	*ret_unjudged = false;
	for (i = 0; i < view_finding_count(view); i++) {
		const struct finding *finding = view_finding(view, i);

		if (!finding_is_about(finding, dims))
			continue;
		*ret_unjudged = finding->state == FINDING_UNJUDGED;
		return *ret_unjudged ? NULL : finding;
	}
	return NULL;
}

size_t view_event_count(const struct view *view)
{
	return view->screen->paused ? view->screen->frozen.nevents
				    : detect_event_count(view->scene->detect);
}

const struct event *view_event(const struct view *view, size_t i)
{
	if (i >= view_event_count(view))
		return NULL;
	return view->screen->paused ? &view->screen->frozen.events[i]
				    : detect_event(view->scene->detect, i);
}

struct detect_summary view_summary(const struct view *view)
{
	return view->screen->back ? view->screen->frozen.summary
				  : detect_summary(view->scene->detect);
}

void view_freeze(struct view *view)
{
	const struct detect *detect = view->scene->detect;
	struct frozen frozen = {.detect = detect, .at = view->at, .summary = view_summary(view)};
	size_t i;

	frozen.nfindings = view_finding_count(view);
	frozen.findings = xcalloc(frozen.nfindings, sizeof(*frozen.findings));
	for (i = 0; i < frozen.nfindings; i++)
		frozen.findings[i] = *view_finding(view, i);
	frozen.nevents = detect_event_count(detect);
	frozen.events = xcalloc(frozen.nevents, sizeof(*frozen.events));
	for (i = 0; i < frozen.nevents; i++)
		frozen.events[i] = *detect_event(detect, i);
	view_thaw(view->screen);
	view->screen->frozen = frozen;
	view->screen->paused = true;
}

void view_thaw(struct screen *screen)
{
	free(screen->frozen.findings);
	free(screen->frozen.events);
	memset(&screen->frozen, 0, sizeof(screen->frozen));
	screen->paused = false;
}

char *view_time(const struct view *view, int64_t wall_ms, char *buf)
{
	return clock_format(buf, 16, "%H:%M:%S", wall_ms, view->scene->utc);
}

const char *view_zone(const struct view *view, int64_t wall_ms, char *buf, size_t cap)
{
	if (view->scene->utc)
		return "UTC";
	return *clock_format(buf, cap, "%Z", wall_ms, false) ? buf : "local";
}

char *view_duration(int64_t ms, char *buf)
{
	return decimal_duration(buf, ms < 0 ? 0 : ms);
}

char *view_span(int64_t ms, char *buf)
{
	if (ms % 60000 || ms >= 3600000)
		return view_duration(ms, buf);
	snprintf(buf, 16, "%dm", (int)(ms / 60000));
	return buf;
}

char *view_age(const struct view *view, struct clock since, char *buf)
{
	struct clock until = view->screen->back ? view->screen->past : view->screen->moment;

	return view_duration(until.wall_ms - since.wall_ms, buf);
}

char *view_window(const struct view *view, char *buf)
{
	int64_t minutes = view->screen->window_ms / 60000;

	snprintf(buf, 16, minutes % 60 ? "%dm" : "%dh",
		 (int)(minutes % 60 ? minutes : minutes / 60));
	return buf;
}

char *view_count(double value, char *buf)
{
	return decimal_si(buf, 6, value);
}

const char *view_text(const struct view *view, symbol name)
{
	return names_text(view->names, name);
}

char *view_key(const struct view *view, const char *command, char *buf)
{
	keycode key;

	buf[0] = '\0';
	if (view->scene->keymap && keymap_keys(view->scene->keymap, command, &key, 1))
		key_format(buf, key);
	return buf;
}

const char *view_guard(enum target_guard guard)
{
	static const char *const words[] = {
		[GUARD_RO] = "RO", [GUARD_ASK] = "ASK", [GUARD_RW] = "RW"};

	return words[guard];
}

struct clock view_oldest(const struct view *view)
{
	struct clock oldest = view->at;
	uint32_t i;

	for (i = 0; i < model_source_count(view->scene->model); i++) {
		struct source_status source = model_source(view->scene->model, i);

		if (source.oldest.wall_ms && source.oldest.mono_ms < oldest.mono_ms)
			oldest = source.oldest;
	}
	return oldest;
}

/* The mean time between two polls of a series. */
static int64_t mean_interval(const struct view *view)
{
	int64_t sum = 0, n = 0;
	uint32_t i;

	for (i = 0; i < model_source_count(view->scene->model); i++) {
		struct source_status source = model_source(view->scene->model, i);

		sum += source.interval_ms * source.series;
		n += source.series;
	}
	return n ? sum / n : 0;
}

int64_t view_trend_step(const struct view *view, int64_t most_ms, int cells)
{
	static const int64_t steps_ms[] = {5000, 15000, 60000};
	int64_t interval_ms = mean_interval(view);
	int64_t seen = view->at.mono_ms - view_oldest(view).mono_ms;
	size_t i;

	for (i = 0; i < sizeof(steps_ms) / sizeof(*steps_ms); i++)
		if (steps_ms[i] < most_ms && steps_ms[i] >= 2 * interval_ms &&
		    steps_ms[i] * (cells - 1) >= seen)
			return steps_ms[i];
	return most_ms;
}

static void add_source(struct standing *standing, const struct source_status *source, bool stale)
{
	static const char *const words[] = {[TICK_OK] = "up",
					    [TICK_UNVERIFIED] = "up",
					    [TICK_FAILED] = "failed",
					    [TICK_UNAUTHORISED] = "auth"};
	bool worse = !standing->error[0] && source->error[0];

	standing->sources++;
	standing->stale += stale;
	standing->answered |= source->answered;
	if (source->answered && source->last_ok.wall_ms > standing->last_ok.wall_ms)
		standing->last_ok = source->last_ok;
	if (source->seconds > standing->seconds)
		standing->seconds = source->seconds;
	if (!standing->interval_ms || source->interval_ms < standing->interval_ms)
		standing->interval_ms = source->interval_ms;
	standing->requests_per_s += source->requests_per_s;
	standing->bytes_per_s += source->bytes_per_s;
	standing->series += source->series;
	if (worse || (standing->sources == 1 && source->answered))
		standing->word = words[source->outcome];
	if (worse) {
		standing->error = source->error;
		standing->retry_ms = source->retry_ms;
	}
	if (stale && source->answered && source->outcome != TICK_UNAUTHORISED)
		standing->word = "STALE";
}

struct standing *view_standings(struct view *view)
{
	const struct model *model = view->scene->model;
	uint32_t i, n = model_target_count(model);
	struct standing *standings = arena_array(&view->screen->data, n + 1, sizeof(*standings));

	for (i = 0; i < n; i++)
		standings[i] = (struct standing){.word = "new", .error = ""};
	for (i = 0; i < model_source_count(model); i++) {
		struct source_status source = model_source(model, i);

		if (source.target < n)
			add_source(&standings[source.target], &source,
				   model_source_stale(model, i, view->scene->now));
	}
	for (i = 0; i < n; i++)
		standings[i].error = arena_strdup(&view->screen->data, standings[i].error);
	return standings;
}
