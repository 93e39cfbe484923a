#include "base/alloc.h"
#include "base/utf8.h"
#include "detect/detect_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void events_init(struct detect *detect)
{
	detect->events = xcalloc(EVENTS_MAX, sizeof(*detect->events));
	detect->event_dims = xcalloc(EVENTS_MAX, sizeof(*detect->event_dims));
}

void events_release(struct detect *detect)
{
	for (size_t i = 0; i < EVENTS_MAX; i++)
		if (detect->event_dims[i])
			names_drop(model_names(detect->model), detect->event_dims[i]);
	free(detect->events);
	free(detect->event_dims);
}

void events_add(struct detect *detect, enum event_kind kind, struct clock at, uint32_t target,
		const struct dims *dims, const char *text)
{
	struct names *names = model_names(detect->model);
	size_t slot = detect->next_event;
	struct event *event = &detect->events[slot];

	if (detect->event_dims[slot])
		names_drop(names, detect->event_dims[slot]);
	detect->event_dims[slot] = names_intern(names, dims);
	*event = (struct event){.kind = kind, .at = at, .target = target, .dims = *dims};
	utf8_sanitise(event->text, sizeof(event->text), text, strlen(text));
	detect->next_event = (slot + 1) % EVENTS_MAX;
	if (detect->nevents < EVENTS_MAX)
		detect->nevents++;
}

static bool is_same_mark(const struct mark *a, const struct mark *b)
{
	return a->kind == b->kind && a->signal == b->signal && a->target == b->target &&
	       a->dims == b->dims && a->at.mono_ms == b->at.mono_ms &&
	       a->at.wall_ms == b->at.wall_ms;
}

/* The first mark after the one that was taken last; old ones may have gone since. */
static size_t first_new_mark(const struct detect *detect)
{
	for (size_t i = model_mark_count(detect->model); i > 0 && detect->has_mark; i--) {
		const struct mark *mark = model_mark(detect->model, i - 1);

		if (is_same_mark(mark, &detect->last_mark))
			return i;
	}
	return 0;
}

void events_marks(struct detect *detect)
{
	size_t n = model_mark_count(detect->model);

	for (size_t i = first_new_mark(detect); i < n; i++) {
		const struct mark *mark = model_mark(detect->model, i);
		struct dims dims = *names_dims(model_names(detect->model), mark->dims);
		char text[160];

		detect->last_mark = *mark;
		detect->has_mark = true;
		words_mark(detect, mark, text, sizeof(text));
		events_add(detect, EVENT_CHANGE, mark->at, mark->target, &dims, text);
	}
}

size_t detect_event_count(const struct detect *detect)
{
	return detect->nevents;
}

const struct event *detect_event(const struct detect *detect, size_t i)
{
	return &detect->events[(detect->next_event + 2 * EVENTS_MAX - 1 - i) % EVENTS_MAX];
}

static void swap_events(struct detect *detect, size_t a, size_t b)
{
	struct event event = detect->events[a];
	dims_id dims = detect->event_dims[a];

	detect->events[a] = detect->events[b];
	detect->event_dims[a] = detect->event_dims[b];
	detect->events[b] = event;
	detect->event_dims[b] = dims;
}

void detect_tell(struct detect *detect, enum event_kind kind, struct clock at, uint32_t target,
		 const struct dims *dims, const char *text)
{
	events_add(detect, kind, at, target, dims, text);
	for (size_t i = 0; i + 1 < detect->nevents; i++) {
		size_t slot = (detect->next_event + 2 * EVENTS_MAX - 1 - i) % EVENTS_MAX;
		size_t before = (slot + EVENTS_MAX - 1) % EVENTS_MAX;

		if (detect->events[before].at.wall_ms <= at.wall_ms)
			break;
		swap_events(detect, slot, before);
	}
}
