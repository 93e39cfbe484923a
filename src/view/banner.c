/* The first and the last lines: what holds overall, what the keys mean. */
#include "base/decimal.h"
#include "base/utf8.h"
#include "view/state.h"
#include "view/style.h"

#include <stdio.h>
#include <string.h>

void rule_draw(struct area area, int row, enum style style, const char *title, const char *note)
{
	uint32_t line = area.frame->ascii ? '-' : 0x2500;
	char text[256];
	int used, end = area.columns - 2;

	area_fill(area, row, 0, area.columns, line, STYLE_BORDER);
	snprintf(text, sizeof(text), " %s ", title);
	used = 2 + area_text(area, row, 2, style, text);
	if (!note[0])
		return;
	snprintf(text, sizeof(text), " %s ", note);
	if (used + utf8_width(text) + 2 <= end)
		area_text_right(area, row, end, STYLE_DIM, text);
	else if (end - used > 6)
		area_text(area_part(area, row, used + 1, 1, end - used - 1), 0, 0, STYLE_DIM, text);
}

/* Narrow: "d3/28" out of "STABILISATION day 3/28". */
static void phase_text(const struct view *view, char *buf, size_t cap)
{
	const char *day = strstr(view->scene->phase, "day ");

	if (view->layout.narrow && day)
		snprintf(buf, cap, "d%s", day + 4);
	else
		snprintf(buf, cap, view->layout.narrow ? "%.8s" : "%s", view->scene->phase);
}

/* What the screen shows: now, or another moment. */
static void mode_text(const struct view *view, char *buf, size_t cap)
{
	const struct screen *screen = view->screen;
	char ago[16];

	view_duration(view->screen->moment.wall_ms - screen->past.wall_ms, ago);
	if (screen->paused)
		snprintf(buf, cap, "PAUSED");
	else if (screen->back)
		snprintf(buf, cap, "BACK %s", ago);
	else
		snprintf(buf, cap, "%s", view->scene->simulated ? "LIVE simulated" : "LIVE");
}

static bool any_answer(const struct model *model)
{
	uint32_t i;

	for (i = 0; i < model_source_count(model); i++)
		if (model_source(model, i).answered)
			return true;
	return false;
}

/* Without data nothing is judged, which is not the same as being well. */
static enum style summary_text(const struct view *view, char *buf, size_t cap)
{
	struct detect_summary summary = view_summary(view);
	const struct {
		size_t n;
		const char *word;
	} parts[] = {{summary.crit, "CRIT"},
		     {summary.warn, "WARN"},
		     {summary.pending, "pend"},
		     {summary.unjudged, "unjudged"}};
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].n)
			len += (size_t)snprintf(buf + len, cap - len, "%s%zu %s", len ? " " : "",
						parts[i].n, parts[i].word);
	if (!len && !any_answer(view->scene->model)) {
		snprintf(buf, cap, "no data yet");
		return STYLE_STALE;
	}
	if (!len)
		snprintf(buf, cap, "no problem");
	return summary.crit       ? STYLE_CRIT
	       : summary.warn     ? STYLE_WARN
	       : summary.pending  ? STYLE_PEND
	       : summary.unjudged ? STYLE_STALE
				  : STYLE_OK;
}

/* The moment that is shown, in seconds. Minutes alone go on between the polls, so that an idle
 * clock costs nothing. */
static void clock_text(const struct view *view, char *buf, size_t cap)
{
	char at[16], zone[16];
	int64_t shown = view->screen->moment.wall_ms, now = view->scene->now.wall_ms;

	if (view->screen->back)
		shown = now = view->screen->past.wall_ms;
	if (shown / 60000 == now / 60000)
		snprintf(buf, cap, "%s %s", view_time(view, shown, at),
			 view_zone(view, shown, zone, sizeof(zone)));
	else
		snprintf(buf, cap, "%.5s    %s", view_time(view, now, at),
			 view_zone(view, now, zone, sizeof(zone)));
}

static void draw_first(struct view *view, struct area area)
{
	const struct scene *scene = view->scene;
	bool narrow = view->layout.narrow;
	const char *gap = narrow ? " " : "  ";
	char buf[256], right[96], at[64], mode[64], phase[64], write[32], left[16];
	enum style worst;
	int column, end;

	area_fill(area, 0, 0, area.columns, ' ', STYLE_BANNER);
	clock_text(view, at, sizeof(at));
	snprintf(write, sizeof(write), narrow ? "RW %s" : "WRITE %s",
		 view_duration(scene->write_left_ms, left));
	snprintf(right, sizeof(right), narrow ? "%s  %s " : "%s   %s ", at,
		 scene->read_only ? narrow ? "RO" : "READ-ONLY" : write);
	end = area.columns - utf8_width(right);
	if (end < area.columns / 2)
		end = area.columns;
	else
		area_text(area, 0, end, STYLE_BANNER, right);
	area = area_part(area, 0, 0, 1, end);
	mode_text(view, mode, sizeof(mode));
	phase_text(view, phase, sizeof(phase));
	snprintf(buf, sizeof(buf), " %s%s%s%s%s%s",
		 scene->project[0] ? scene->project : "hypercare", phase[0] ? gap : "", phase, gap,
		 mode, narrow ? "  " : "   ");
	worst = summary_text(view, phase, sizeof(phase));
	if (area.columns < utf8_width(buf) + utf8_width(phase))
		buf[0] = '\0';
	column = area_text(area, 0, 0, STYLE_BANNER, buf);
	area_text(area, 0, column, style_in_banner(worst), phase);
}

enum style view_banner(const char *group)
{
	static const struct {
		const char *group;
		enum style style;
	} groups[] = {{"prod", STYLE_BANNER_PROD},
		      {"stage", STYLE_BANNER_STAGE},
		      {"dev", STYLE_BANNER_DEV}};
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (!strcmp(group, groups[i].group))
			return groups[i].style;
	return STYLE_BANNER;
}

static const struct target_info *cursor_target(const struct view *view)
{
	struct dims dims;
	uint32_t target;

	if (!screen_cursor(view->screen, &dims, &target))
		return NULL;
	if (target == UINT32_MAX && dims.value[DIM_TARGET])
		target = model_target_by_name(view->scene->model,
					      view_text(view, dims.value[DIM_TARGET]));
	return model_target(view->scene->model, target);
}

/* How often the target is polled; "" while nothing is known. */
static void poll_text(const struct view *view, const struct target_info *target, char *buf,
		      size_t cap)
{
	const struct model *model = view->scene->model;
	char every[16];
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; target && i < model_source_count(model); i++) {
		struct source_status source = model_source(model, i);

		if (model_target(model, source.target) != target || !source.interval_ms)
			continue;
		snprintf(buf, cap, "poll %s  ", view_duration(source.interval_ms, every));
		return;
	}
}

/* The rate moves a little all the time; one digit is enough to see a slow link. */
static void link_text(const struct view *view, char *buf, size_t cap)
{
	const struct scene *scene = view->scene;

	if (scene->link_one_in > 1)
		snprintf(buf, cap, "link %.1f kB/s, 1 frame in %u", scene->link_bytes_per_s / 1000,
			 scene->link_one_in);
	else
		snprintf(buf, cap, "link ok %.1f kB/s", scene->link_bytes_per_s / 1000);
}

/* A journal that is not written is said in the place of all else but the filter. */
static bool draw_trouble(struct view *view, struct area area, enum style style, const char *left)
{
	const char *trouble = view->scene->trouble;
	int column = utf8_width(left) + 1;

	if (!trouble || !*trouble)
		return false;
	if (column > area.columns / 2)
		column = area.columns / 2;
	area_text(area, 0, 0, style, left);
	area_fill(area, 0, column, area.columns - column, ' ', STYLE_CRIT);
	area_printf(area, 0, column, STYLE_CRIT, " JOURNAL: %s", trouble);
	return true;
}

static void draw_second(struct view *view, struct area area)
{
	const struct target_info *target = cursor_target(view);
	enum style style = view_banner(target ? target->group : "");
	const char *filter = view->screen->place.filter;
	char on[96] = "-", window[16], poll[32], link[64], right[160], left[512];

	area_fill(area, 0, 0, area.columns, ' ', style);
	if (target)
		snprintf(on, sizeof(on), "%s %s %s", target->name, target->kind,
			 view_guard(target->guard));
	poll_text(view, target, poll, sizeof(poll));
	link_text(view, link, sizeof(link));
	snprintf(left, sizeof(left),
		 view->layout.narrow ? " %s  filter: %s  %s"
				     : " row is on: %s   filter: %s   window %s",
		 on, filter[0] ? filter : "none", view_window(view, window));
	snprintf(right, sizeof(right), "%sour load %.1f req/s  %s ", poll,
		 view->scene->load_requests_per_s, link);
	if (utf8_width(left) + utf8_width(right) + 1 > area.columns)
		snprintf(right, sizeof(right), "%s ", link);
	if (draw_trouble(view, area, style, left))
		return;
	if (utf8_width(left) + utf8_width(right) + 1 <= area.columns)
		area_text_right(area, 0, area.columns, style, right);
	area_text(area, 0, 0, style, left);
	if (filter[0] && view->screen->filter_error[0])
		area_printf(area, 0, utf8_width(left) + 2, STYLE_WARN, "%s",
			    view->screen->filter_error);
}

static struct area box_area(struct view *view, struct box box)
{
	return area_part(frame_area(view->frame), box.row, box.column, box.rows, box.columns);
}

void banner_draw(struct view *view)
{
	struct area area = box_area(view, view->layout.banner);

	draw_first(view, area_part(area, 0, 0, 1, area.columns));
	draw_second(view, area_part(area, 1, 0, 1, area.columns));
}

void worst_draw(struct view *view, struct area area)
{
	struct detect_summary summary = view_summary(view);
	size_t i;

	for (i = 0; i < view_finding_count(view); i++) {
		const struct finding *finding = view_finding(view, i);
		static const char *const words[] = {"", "?", "pend", "WARN", "CRIT"};
		int worst = worst_of(finding, false);
		char age[16], reason[300];

		if (!worst)
			continue;
		area_printf(area, 0, 0, worst_style(worst), " %s %s %s  %s", words[worst],
			    view_age(view, finding->onset, age), finding->what,
			    finding_reason(finding, view->scene->utc, reason, sizeof(reason)));
		return;
	}
	if (summary.unjudged)
		area_printf(area, 0, 0, STYLE_STALE, " not judged, %s: %s",
			    summary.unjudged == summary.crowded ? "one by one" : "no data",
			    summary.unjudged_why);
	else
		area_text(area, 0, 0, STYLE_DIM, " no rule finds anything wrong");
}

/* What the keys mean, the most needed first: as many as fit. */
static void draw_hints(struct view *view, struct area area)
{
	static const struct {
		const char *command, *label, *brief;
	} hints[] = {
		{"help", "help", "help"},
		{"next-problem", "next problem", "next"},
		{"open", "open", "open"},
		{"why", "why", "why"},
		{"changes", "changes", "chg"},
		{"logs", "logs", "logs"},
		{"act", "act", "act"},
		{"ack", "ack", "ack"},
		{"prompt : 'note '", "note", "note"},
		{"prompt /", "filter", "filt"},
		{"prompt :", "cmd", "cmd"},
		{"pane next", "pane", "pane"},
		{"close", "quit", "quit"},
		{"zoom", "zoom", "zoom"},
		{"back", "back", "back"},
	};
	bool narrow = view->layout.narrow;
	char key[24], text[64];
	int column = 1;
	size_t i;

	area_fill(area, 0, 0, area.columns, ' ', STYLE_TEXT);
	for (i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		if (!view_key(view, hints[i].command, key)[0])
			continue;
		snprintf(text, sizeof(text), " %s", narrow ? hints[i].brief : hints[i].label);
		if (column + utf8_width(key) + utf8_width(text) > area.columns)
			return;
		column += area_text(area, 0, column, STYLE_KEY, key);
		column += area_text(area, 0, column, STYLE_TEXT, text) + (narrow ? 1 : 2);
	}
}

/* What had happened last at the moment that is shown, or NULL. */
static const struct event *newest_event(const struct view *view)
{
	size_t i;

	for (i = 0; i < view_event_count(view); i++)
		if (!view->screen->back || view_event(view, i)->at.wall_ms <= view->at.wall_ms)
			return view_event(view, i);
	return NULL;
}

/* The message of the moment, else the newest thing that happened. */
static void draw_message(struct view *view, struct area area)
{
	const struct event *event = newest_event(view);
	char at[16];

	if (view->screen->prompt.open) {
		prompt_draw(&view->screen->prompt, area, 0);
		return;
	}
	if (view->scene->status[0])
		area_printf(area, 0, 0, view->scene->status_error ? STYLE_WARN : STYLE_TEXT, " %s",
			    view->scene->status);
	else if (event)
		area_printf(area, 0, 0, STYLE_DIM, " %s %s %s",
			    view_time(view, event->at.wall_ms, at), event_name(event->kind),
			    event->text);
}

/* What runs is never hidden by panes. */
static void draw_strip(struct view *view, struct area area)
{
	char text[512];
	bool idle;

	dialog_strip(view->scene, text, sizeof(text));
	idle = !strcmp(text, "none");
	if (view->layout.narrow)
		area_printf(area, 0, 1, idle ? STYLE_DIM : STYLE_PEND, "act: %s%s", text,
			    idle ? " running" : "");
	else
		rule_draw(area, 0, idle ? STYLE_TITLE : STYLE_PEND, "ACTIONS RUNNING", text);
}

void footer_draw(struct view *view)
{
	const struct layout *layout = &view->layout;

	if (layout->actions.rows)
		draw_strip(view, box_area(view, layout->actions));
	if (layout->kind == LAYOUT_TINY)
		area_text(box_area(view, layout->message), 0, 1, STYLE_DIM, "needs 40x10");
	if (layout->message.rows && (layout->kind != LAYOUT_TINY || view->screen->prompt.open))
		draw_message(view, box_area(view, layout->message));
	if (layout->hints.rows)
		draw_hints(view, box_area(view, layout->hints));
}
