/* Commands that change what is shown: filter, order, window, time. */
#include "base/decimal.h"
#include "view/command.h"

#include <stdio.h>
#include <string.h>

#define STEP_MS    15000
#define HISTORY_MS (15 * 60000)

/* A filter that cannot be read leaves the old one. */
static int set_filter(const struct call *call, const char *text)
{
	struct screen *screen = call->screen;
	struct place old = screen->place, filtered;

	if (strlen(text) >= VIEW_FILTER)
		return err_set(call->err, ERR_LIMIT, "a filter has at most %d bytes", VIEW_FILTER);
	if (!strcmp(old.filter, text))
		return 0;
	snprintf(screen->place.filter, sizeof(screen->place.filter), "%s", text);
	if (view_parse_filter(screen, call->err)) {
		screen->place = old;
		view_parse_filter(screen, NULL);
		return -1;
	}
	screen->filter_error[0] = '\0';
	filtered = screen->place;
	screen->place = old;
	view_step(screen);
	screen->place = filtered;
	return 0;
}

int run_filter(const struct call *call)
{
	char text[VIEW_FILTER + 1];

	call_join(call, text, sizeof(text));
	return set_filter(call, text);
}

/* What tells a row best from its neighbours comes first. */
static int filter_by_row(const struct call *call, bool negate)
{
	static const enum dim order[] = {DIM_CLIENT, DIM_CONSUMER, DIM_ROUTE,   DIM_PROMPT, DIM_APP,
					 DIM_MODEL,  DIM_NODE,     DIM_SERVICE, DIM_TARGET};
	struct identity row;
	char text[2 * VIEW_FILTER];
	const char *old = call->screen->place.filter, *quote;
	size_t i;

	if (!screen_row(call->screen, &row))
		return err_set(call->err, ERR_NOT_FOUND, "there is no row under the cursor");
	for (i = 0; i < sizeof(order) / sizeof(*order); i++) {
		symbol value = row.dims.value[order[i]];

		if (!value)
			continue;
		quote = strchr(view_text(call->view, value), ' ') ? "\"" : "";
		snprintf(text, sizeof(text), "%s%s%s%s:%s=%s%s", old, old[0] ? " " : "",
			 negate ? "!" : "", dim_name(order[i]), quote, view_text(call->view, value),
			 quote);
		return set_filter(call, text);
	}
	return err_set(call->err, ERR_NOT_FOUND, "this row has nothing to filter by");
}

int run_keep(const struct call *call)
{
	return filter_by_row(call, false);
}

int run_exclude(const struct call *call)
{
	return filter_by_row(call, true);
}

static bool same_column(const struct pane *pane, const struct pane_column *column)
{
	return pane->sorted && pane->sort_kind == column->kind && pane->sort_what == column->what;
}

static void sort_by(struct pane *pane, const struct pane_column *column)
{
	pane->sorted = column != NULL;
	pane->ascending = false;
	if (column) {
		pane->sort_kind = column->kind;
		pane->sort_what = column->what;
	}
	pane->loaded = false;
}

/* Around the columns that are shown, and "by problem" between the last and the first. */
static void sort_next(struct pane *pane, bool forward)
{
	const struct pane_layout *layout = pane->layout;
	size_t at = layout->n, i;

	for (i = 0; i < layout->n; i++)
		if (same_column(pane, &layout->columns[i]))
			at = i;
	do {
		at = (at + (forward ? 1 : layout->n)) % (layout->n + 1);
	} while (at < layout->n && layout->columns[at].kind == CELL_TREND);
	sort_by(pane, at < layout->n ? &layout->columns[at] : NULL);
}

int run_sort(const struct call *call)
{
	struct pane *pane = call_pane(call->screen);
	const struct pane_column *column;
	char name[64];

	call_join(call, name, sizeof(name));
	if (!name[0] || !strcmp(name, "next") || !strcmp(name, "previous")) {
		if (pane->layout)
			sort_next(pane, strcmp(name, "previous") != 0);
		return 0;
	}
	column = pane_column_named(pane, name);
	if ((!column && strcmp(name, "problem") != 0) || (column && column->kind == CELL_TREND))
		return err_set(call->err, ERR_NOT_FOUND, "this pane has no column %s to sort by",
			       name);
	sort_by(pane, column);
	return 0;
}

int run_reverse(const struct call *call)
{
	struct pane *pane = call_pane(call->screen);

	if (!pane->sorted)
		return err_set(call->err, ERR_INVALID,
			       "sorted by problem, worst first; sort by a column to reverse it");
	pane->ascending = !pane->ascending;
	pane->loaded = false;
	return 0;
}

int run_window(const struct call *call)
{
	static const int64_t windows_ms[] = {60000, 300000, 900000, 3600000};
	size_t i, n = sizeof(windows_ms) / sizeof(*windows_ms), at = n;
	int64_t asked_ms = call->screen->window_ms;

	if (call->argc > 1 && decimal_read_duration(call_word(call, 1), &asked_ms))
		return call_usage(call);
	for (i = 0; i < n; i++)
		if (windows_ms[i] == asked_ms)
			at = call->argc > 1 ? i : (i + 1) % n;
	if (at == n)
		return call_usage(call);
	call->screen->window_ms = windows_ms[at];
	view_forget(call->screen);
	return 0;
}

int run_group(const struct call *call)
{
	static const char *const names[GROUP_COUNT] = {"address", "network", "site", "agent"};
	struct screen *screen = call->screen;
	int i = (int)(screen->group + 1) % GROUP_COUNT;

	if (screen->place.focus != PANE_LIMITED)
		return err_set(call->err, ERR_INVALID,
			       "only limited and denied clients are grouped: screen 4");
	if (call->argc > 1)
		for (i = 0; i < GROUP_COUNT && strcmp(names[i], call_word(call, 1)) != 0;)
			i++;
	if (i == GROUP_COUNT)
		return call_usage(call);
	screen->group = (enum client_group)i;
	view_forget(screen);
	return 0;
}

void view_go_now(struct screen *screen)
{
	view_thaw(screen);
	screen->back = false;
	screen->stamp = 0;
	view_forget(screen);
}

int run_now(const struct call *call)
{
	view_go_now(call->screen);
	return 0;
}

int run_pause(const struct call *call)
{
	struct screen *screen = call->screen;

	if (screen->paused) {
		view_go_now(screen);
		return 0;
	}
	if (!screen->back)
		screen->past = screen->moment;
	view_freeze(call->view);
	screen->back = true;
	return 0;
}

/* -1 back, 1 forward, 0 neither. */
static int direction(const struct call *call)
{
	const char *way = call_word(call, 1);

	return !strcmp(way, "back") ? -1 : !strcmp(way, "forward") ? 1 : 0;
}

/* Looks so much later, or earlier when less than 0. */
static int go_in_time(const struct call *call, int64_t by_ms)
{
	struct screen *screen = call->screen;
	struct clock now = call->view->scene->now;
	int64_t back_ms;

	if (!screen->back && by_ms > 0)
		return err_set(call->err, ERR_INVALID, "this is now");
	if (!screen->back)
		screen->past = screen->moment;
	back_ms = now.mono_ms - (screen->past.mono_ms + by_ms);
	if (back_ms <= 0) {
		view_go_now(screen);
		return 0;
	}
	if (back_ms > HISTORY_MS)
		return err_set(call->err, ERR_LIMIT, "memory goes 15 minutes back");
	if (screen->paused)
		view_thaw(screen);
	screen->back = true;
	screen->past.mono_ms += by_ms;
	screen->past.wall_ms += by_ms;
	view_forget(screen);
	return 0;
}

int run_step(const struct call *call)
{
	int way = direction(call);

	return way ? go_in_time(call, way * STEP_MS) : call_usage(call);
}

/* To the event before or after the moment that is shown, which is the moment of its tick. */
int run_jump(const struct call *call)
{
	int64_t at = call->view->at.wall_ms, best = 0;
	int way = direction(call);
	size_t i;

	if (!way)
		return call_usage(call);
	for (i = 0; i < view_event_count(call->view); i++) {
		int64_t by = view_event(call->view, i)->at.wall_ms - at;

		if (by * way > 0 && (!best || by * way < best * way))
			best = by;
	}
	if (!best && way > 0)
		return run_now(call);
	if (!best)
		return err_set(call->err, ERR_NOT_FOUND, "nothing happened before");
	return go_in_time(call, best);
}
