/* What holds now, worst first. */
#include "view/state.h"

#include <math.h>
#include <stdio.h>

#define WHY_ROOMY 45 /* columns */

enum { WHAT_TEXT, SEVERITY, SINCE, LASTS, LASTS_SHORT, TARGET, WHY, OWNER };

static const struct pane_column wide[] = {
	{{"SEV", 4, 0, 0, 1, 0, TABLE_LEFT}, CELL_TEXT, SEVERITY, 0},
	{{"SINCE", 8, 0, 0, 0, 3, TABLE_LEFT}, CELL_TEXT, SINCE, 0},
	{{"LASTS", 7, 0, 0, 0, 1, TABLE_RIGHT}, CELL_TEXT, LASTS, 0},
	{{"TARGET", 8, 0, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"WHAT", 23, 12, 2, 0, 0, TABLE_LEFT}, CELL_TEXT, WHAT_TEXT, 0},
	{{"WHY (rule, n)", 50, 20, 4, 0, 0, TABLE_LEFT}, CELL_TEXT, WHY, 0},
	{{"OWNER", 9, 0, 0, 0, 2, TABLE_LEFT}, CELL_TEXT, OWNER, 0},
};

static const struct pane_column narrow[] = {
	{{"SEV", 4, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, SEVERITY, 0},
	{{"LASTS", 5, 0, 0, 0, 1, TABLE_RIGHT}, CELL_TEXT, LASTS_SHORT, 0},
	{{"TARGET", 7, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"WHAT", 19, 8, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, WHAT_TEXT, 0},
	{{"WHY", 32, 10, 4, 0, 0, TABLE_LEFT}, CELL_TEXT, WHY, 0},
	{{"OWNER", 6, 0, 0, 0, 2, TABLE_RIGHT}, CELL_TEXT, OWNER, 0},
};

static const struct pane_layout layouts[] = {
	{LAYOUT_WIDE - 1, wide, sizeof(wide) / sizeof(*wide)},
	{0, narrow, sizeof(narrow) / sizeof(*narrow)},
};

static void load(struct view *view, struct pane *pane)
{
	size_t i, n = view_finding_count(view);

	pane->items = arena_array(&view->screen->draw, n + 1, sizeof(*pane->items));
	for (i = 0; i < n; i++) {
		const struct finding *finding = view_finding(view, i);

		if (finding->state == FINDING_CLEARED)
			continue;
		pane->all++;
		if (view_filter(view) &&
		    !filter_matches(view_filter(view), view->names, &finding->dims)) {
			pane->hidden++;
			continue;
		}
		pane->items[pane->n++] =
			(struct item){.key = {finding->dims, finding->target, finding->id},
				      .index = i,
				      .worst = worst_of(finding, false)};
	}
	items_sort(view, pane, pane->items, pane->n);
}

/* The longest first, the newest first, the worst first. */
static double number(const struct view *view, const struct item *item, int what)
{
	const struct finding *finding = view_finding(view, item->index);
	bool judged = finding->state != FINDING_UNJUDGED;

	if (what == SEVERITY)
		return item->worst;
	if (what == SINCE)
		return (double)finding->onset.wall_ms;
	if (what == LASTS || what == LASTS_SHORT)
		return (double)((judged ? view->at.wall_ms : finding->seen.wall_ms) -
				finding->onset.wall_ms);
	return NAN;
}

static const char *severity_text(const struct finding *finding)
{
	if (finding->state == FINDING_PENDING)
		return "pend";
	if (finding->state == FINDING_UNJUDGED)
		return "?";
	return finding->rule->severity == SEV_CRIT ? "CRIT" : "WARN";
}

static void lasts_text(const struct view *view, const struct finding *finding, bool brief,
		       char *buf, size_t cap)
{
	int64_t wait_ms = finding->rule->for_ms;
	char age[16], wait[16];

	if (finding->state == FINDING_UNJUDGED) {
		/* it lasted as long when it was last seen; nobody knows of now */
		view_duration(finding->seen.wall_ms - finding->onset.wall_ms, age);
		snprintf(buf, cap, "%s%s", age, brief ? "" : "+");
		return;
	}
	view_age(view, finding->onset, age);
	if (finding->state == FINDING_PENDING && !brief)
		snprintf(buf, cap, "%s/%s", age, view_span(wait_ms, wait));
	else
		snprintf(buf, cap, "%s", age);
}

/* Where there is little room, what held says more than why it is not judged: the silent source is
 * a problem of its own. */
static void reason_text(const struct view *view, const struct finding *finding, int width,
			char *buf, size_t cap)
{
	char at[16];

	if (finding->state == FINDING_UNJUDGED && width < WHY_ROOMY && finding->seen.wall_ms)
		snprintf(buf, cap, "seen %s; %s", view_time(view, finding->seen.wall_ms, at),
			 finding->why);
	else
		finding_reason(finding, view->scene->utc, buf, cap);
}

/* "ack anna 14:32; " and the reason. */
static void why_text(const struct view *view, const struct finding *finding, int width, char *buf,
		     size_t cap)
{
	char at[16];
	int len = 0;

	for (size_t i = 0; i < view->scene->nacks && !len; i++) {
		const struct scene_ack *ack = &view->scene->acks[i];

		if (ack->finding == finding->id)
			len = snprintf(buf, cap, "ack %.32s %.5s; ", ack->who,
				       view_time(view, ack->wall_ms, at));
	}
	reason_text(view, finding, width, buf + len, cap - (size_t)len);
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct finding *finding = view_finding(view, item->index);
	const struct target_info *target;

	if (!finding)
		return;
	target = model_target(view->scene->model, finding->target);
	if (what == SEVERITY)
		snprintf(buf, cap, "%s", severity_text(finding));
	else if (what == SINCE)
		view_time(view, finding->onset.wall_ms, buf);
	else if (what == LASTS || what == LASTS_SHORT)
		lasts_text(view, finding, what == LASTS_SHORT, buf, cap);
	else if (what == TARGET)
		snprintf(buf, cap, "%s", target ? target->name : "several");
	else if (what == WHAT_TEXT)
		snprintf(buf, cap, "%s", finding->what);
	else if (what == WHY)
		why_text(view, finding, width, buf, cap);
	else
		snprintf(buf, cap, "%s", finding->rule->owner[0] ? finding->rule->owner : "-");
}

static enum style style(const struct view *view, const struct item *item)
{
	(void)view;
	return worst_style(item->worst);
}

/* How many rows there are, those that cannot be judged apart: "2 now, 1 unjudged". */
static void count_text(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	bool elsewhen = view->screen->back && !view->screen->paused;
	size_t i, unjudged = 0;
	char rest[32] = "", at[16], when[24] = "now";

	for (i = 0; i < pane->n; i++)
		unjudged += pane->items[i].worst == 1;
	if (unjudged)
		snprintf(rest, sizeof(rest), ", %zu unjudged", unjudged);
	if (elsewhen)
		snprintf(when, sizeof(when), "at %s", view_time(view, view->at.wall_ms, at));
	if (!pane->n)
		snprintf(buf, cap, "none %s%s", when,
			 view_summary(view).unjudged ? ", but not all can be judged" : "");
	else if (pane->n > pane->shown)
		snprintf(buf, cap, "%zu-%zu of %zu%s%s%s", pane->top + 1, pane->top + pane->shown,
			 pane->n, elsewhen ? " " : "", elsewhen ? when : "", rest);
	else
		snprintf(buf, cap, "%zu %s%s", pane->n - unjudged, when, rest);
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	char key[24], next[40] = "", hidden[48] = "", count[128], order[48];

	if (view_key(view, "next-problem", key)[0])
		snprintf(next, sizeof(next), "; %s next", key);
	if (pane->hidden)
		snprintf(hidden, sizeof(hidden), ", the filter hides %zu", pane->hidden);
	count_text(view, pane, count, sizeof(count));
	pane_order(pane, order, sizeof(order));
	if (!pane->n)
		snprintf(buf, cap, "%s%s", count, hidden);
	else
		snprintf(buf, cap, "%s%s, %s%s", count, hidden,
			 pane->sorted ? order : "worst first", next);
}

static void foot(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	struct detect_summary summary = view_summary(view);

	(void)pane;
	if (summary.unjudged && summary.unjudged == summary.crowded)
		snprintf(buf, cap, "not judged one by one: %s", summary.unjudged_why);
	else if (summary.unjudged)
		snprintf(buf, cap, "no data: %s, %zu rule%s on it held, not green",
			 summary.unjudged_why, summary.unjudged, summary.unjudged == 1 ? "" : "s");
}

const struct pane_ops problems_pane = {
	.title = "PROBLEMS",
	.tab = "Problems",
	.layouts = layouts,
	.nlayouts = 2,
	.titles_from = LAYOUT_WIDE - 1,
	.live = true,
	.signal = SIGNAL_UP,
	.load = load,
	.text = text,
	.number = number,
	.style = style,
	.note = note,
	.foot = foot,
	.empty = "nothing that can be judged is wrong",
};
