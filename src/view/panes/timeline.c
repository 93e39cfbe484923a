/* What happened: findings, changes, notes; newest first. */
#include "view/state.h"

#include <math.h>
#include <stdio.h>

enum { TEXT, AT, KIND, TARGET };

static const struct pane_column wide[] = {
	{{"TIME", 8, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, AT, 0},
	{{"WHAT", 5, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"TARGET", 10, 6, 0, 0, 1, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"EVENT", 60, 8, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, TEXT, 0},
};

static const struct pane_column narrow[] = {
	{{"TIME", 8, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, AT, 0},
	{{"WHAT", 5, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"EVENT", 40, 8, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, TEXT, 0},
};

static const struct pane_layout layouts[] = {
	{LAYOUT_WIDE, wide, sizeof(wide) / sizeof(*wide)},
	{0, narrow, sizeof(narrow) / sizeof(*narrow)},
};

static const struct {
	const char *name;
	enum style style;
} kinds[] = {
	[EVENT_CRIT] = {"CRIT", STYLE_CRIT},    [EVENT_WARN] = {"WARN", STYLE_WARN},
	[EVENT_PEND] = {"pend", STYLE_PEND},    [EVENT_CLEAR] = {"clear", STYLE_GOOD_NEWS},
	[EVENT_CHANGE] = {"chg", STYLE_MARK},   [EVENT_NOTE] = {"note", STYLE_TEXT},
	[EVENT_STALE] = {"stale", STYLE_STALE}, [EVENT_ACTION] = {"act", STYLE_MARK},
};

const char *event_name(enum event_kind kind)
{
	return kinds[kind].name;
}

bool event_is_mark(enum event_kind kind)
{
	return kind == EVENT_CHANGE || kind == EVENT_NOTE || kind == EVENT_ACTION;
}

/* Events have no number; what they say and when tells them apart. */
static uint32_t event_id(const struct event *event)
{
	uint32_t id = (uint32_t)event->at.wall_ms ^ (uint32_t)event->kind << 28;
	const char *p;

	for (p = event->text; *p; p++)
		id = id * 31 + (unsigned char)*p;
	return id;
}

static void load(struct view *view, struct pane *pane)
{
	size_t i, n = view_event_count(view);

	pane->items = arena_array(&view->screen->draw, n + 1, sizeof(*pane->items));
	for (i = 0; i < n; i++) {
		const struct event *event = view_event(view, i);

		if (event->at.wall_ms > view->at.wall_ms)
			continue;
		pane->all++;
		if (view_filter(view) &&
		    !filter_matches(view_filter(view), view->names, &event->dims)) {
			pane->hidden++;
			continue;
		}
		pane->items[pane->n++] = (struct item){
			.key = {event->dims, event->target, event_id(event)}, .index = i};
	}
	items_sort(view, pane, pane->items, pane->n);
}

/* The newest first, the worst kind first. */
static double number(const struct view *view, const struct item *item, int what)
{
	const struct event *event = view_event(view, item->index);

	if (what == AT)
		return (double)event->at.wall_ms;
	return what == KIND ? -(double)event->kind : NAN;
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct event *event = view_event(view, item->index);
	const struct target_info *target;

	(void)width;
	if (!event)
		return;
	target = model_target(view->scene->model, event->target);
	if (what == AT)
		view_time(view, event->at.wall_ms, buf);
	else if (what == KIND)
		snprintf(buf, cap, "%s", event_name(event->kind));
	else if (what == TARGET)
		snprintf(buf, cap, "%s", target ? target->name : "");
	else
		snprintf(buf, cap, "%s", event->text);
}

static enum style style(const struct view *view, const struct item *item)
{
	const struct event *event = view_event(view, item->index);

	return event ? kinds[event->kind].style : STYLE_TEXT;
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	char order[48];

	pane_order(pane, order, sizeof(order));
	if (pane->hidden)
		snprintf(buf, cap, "the filter hides %zu", pane->hidden);
	else if (view->screen->place.screen == SCREEN_TIMELINE)
		snprintf(buf, cap, "%zu, %s: findings, changes, notes", pane->all,
			 pane->sorted ? order : "newest first");
	else
		snprintf(buf, cap, "findings, changes, notes");
}

const struct pane_ops timeline_pane = {
	.title = "TIMELINE",
	.tab = "Timeline",
	.layouts = layouts,
	.nlayouts = 2,
	.titles_from = LAYOUT_WIDE,
	.live = true,
	.signal = SIGNAL_COUNT,
	.load = load,
	.text = text,
	.number = number,
	.style = style,
	.note = note,
	.empty = "nothing has happened since the start",
};
