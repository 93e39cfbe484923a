/* Texts about a row: why it is as it is, what changed, its last log lines, and the line and the
 * sentence to copy. */
#include "view/explain.h"

#include <stdio.h>
#include <string.h>

#define LINES_MOST 200
#define ABOUT      300

static void add_name(const struct view *view, const struct identity *row, struct strbuf *out)
{
	const struct target_info *target = model_target(view->scene->model, row->target);
	size_t start = out->len;
	int dim;

	if (target && !row->dims.value[DIM_TARGET])
		strbuf_addstr(out, target->name);
	for (dim = 0; dim < DIM_COUNT; dim++)
		if (row->dims.value[dim])
			strbuf_addf(out, "%s%s", out->len > start ? " " : "",
				    view_text(view, row->dims.value[dim]));
	if (out->len == start)
		strbuf_addstr(out, "this row");
}

void explain_title(const struct view *view, const struct identity *row, const char *word, char *buf,
		   size_t cap)
{
	struct strbuf name = STRBUF_INIT;

	add_name(view, row, &name);
	snprintf(buf, cap, "%s%s%s", word, word[0] ? ": " : "", name.buf);
	strbuf_release(&name);
}

static bool concerns(const struct dims *about, const struct dims *row)
{
	int dim;

	for (dim = 0; dim < DIM_COUNT; dim++)
		if (about->value[dim] && row->value[dim] && about->value[dim] != row->value[dim])
			return false;
	return true;
}

static void add_finding(const struct view *view, const struct finding *finding, struct strbuf *out)
{
	static const char *const states[] = {[FINDING_PENDING] = "pending",
					     [FINDING_FIRING] = "holds",
					     [FINDING_UNJUDGED] = "held when last seen,",
					     [FINDING_CLEARED] = "cleared"};
	const struct rule *rule = finding->rule;
	char at[16], age[16], text[ABOUT];
	size_t i;

	strbuf_addf(out, "rule %s (%s) %s since %s, for %s\n", rule->name,
		    rule->severity == SEV_CRIT ? "critical" : "warning", states[finding->state],
		    view_time(view, finding->onset.wall_ms, at),
		    view_age(view, finding->onset, age));
	strbuf_addf(out, "  %s: %s\n", finding->what, finding->why);
	if (finding->state == FINDING_UNJUDGED)
		strbuf_addf(out, "  not judged now: %s; last seen %s\n", finding->blind,
			    finding->seen.wall_ms ? view_time(view, finding->seen.wall_ms, at)
						  : "never");
	if (finding->suspect[0])
		strbuf_addf(out, "  suspect: %s\n", finding->suspect);
	if (rule->help && rule->help[0])
		strbuf_addf(out, "  the rule: %s\n", rule->help);
	figure_explain(&finding->figure, view->scene->model, rule->window_ms, text, sizeof(text));
	strbuf_addf(out, "  judged on: %s\n", text);
	if (rule->kind == RULE_BASELINE)
		strbuf_addf(out, "  was: %s\n", figure_format(at, 12, &finding->was));
	for (i = 0; i < finding->nbeside; i++) {
		figure_explain(&finding->beside[i], view->scene->model, rule->window_ms, text,
			       sizeof(text));
		strbuf_addf(out, "  beside: %s\n", text);
	}
	if (rule->runbook && rule->runbook[0])
		strbuf_addf(out, "  runbook: %s\n", rule->runbook);
}

static void add_findings(const struct view *view, const struct identity *row, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < view_finding_count(view); i++) {
		const struct finding *finding = view_finding(view, i);

		if (row->id ? finding->id == row->id : concerns(&finding->dims, &row->dims))
			add_finding(view, finding, out);
	}
}

static void add_figures(const struct view *view, const struct pane *pane, const struct item *item,
			struct strbuf *out)
{
	char text[ABOUT], value[32];
	size_t i;

	for (i = 0; item->row && i < pane->nasked; i++) {
		const struct figure *figure = &item->row->figures[i];
		const struct measure_info *info = measure_info(pane->asked[i].measure);

		if (pane->asked[i].kind != COLUMN_VALUE && pane->asked[i].kind != COLUMN_WAS)
			continue;
		figure_explain(figure, view->scene->model, view->screen->window_ms, text,
			       sizeof(text));
		strbuf_addf(out, "%s%s = %s\n  %s\n",
			    pane->asked[i].kind == COLUMN_WAS ? "was " : "", info->title,
			    figure_format(value, 12, figure), text);
	}
}

void explain_why(const struct view *view, const struct pane *pane, const struct identity *row,
		 struct strbuf *out)
{
	const struct item *item = pane_item(pane);

	add_findings(view, row, out);
	if (item && identity_equal(&item->key, row))
		add_figures(view, pane, item, out);
	if (!out->len)
		strbuf_addstr(out, "No rule and no figure is about this row.\n");
}

static size_t add_events(const struct view *view, const struct identity *row, bool about,
			 struct strbuf *out)
{
	size_t i, n = 0;

	for (i = 0; i < view_event_count(view); i++) {
		const struct event *event = view_event(view, i);
		const struct target_info *target;
		bool near = event->target == UINT32_MAX || event->target == row->target;
		char at[16];

		if (!event_is_mark(event->kind))
			continue;
		if ((near && concerns(&event->dims, &row->dims)) != about)
			continue;
		target = model_target(view->scene->model, event->target);
		strbuf_addf(out, "  %s %-4s %-10s %s\n", view_time(view, event->at.wall_ms, at),
			    event_name(event->kind), target ? target->name : "", event->text);
		n++;
	}
	return n;
}

void explain_changes(const struct view *view, const struct identity *row, struct strbuf *out)
{
	strbuf_addstr(out, "changes of this row and notes\n");
	if (!add_events(view, row, true, out))
		strbuf_addstr(out, "  none since the start\n");
	strbuf_addstr(out, "changes elsewhere\n");
	if (!add_events(view, row, false, out))
		strbuf_addstr(out, "  none since the start\n");
}

size_t explain_lines(const struct view *view, const struct identity *row,
		     struct tick_line *ret_lines, size_t cap)
{
	static const dim_mask logged = DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_CLIENT) |
				       DIM_BIT(DIM_CONSUMER) | DIM_BIT(DIM_CODE);
	dim_mask mask = dims_mask(&row->dims) & logged;
	dim_mask target = dims_mask(&row->dims) & DIM_BIT(DIM_TARGET);
	size_t n;

	n = model_lines(view->scene->model, &row->dims, mask | target, ret_lines, cap);
	if (n || !mask)
		return n;
	return model_lines(view->scene->model, &row->dims, mask, ret_lines, cap);
}

void explain_logs(const struct view *view, const struct identity *row, struct strbuf *out)
{
	struct tick_line lines[LINES_MOST];
	size_t i, n = explain_lines(view, row, lines, LINES_MOST);
	char at[16];

	for (i = 0; i < n; i++)
		strbuf_addf(out, " %s %s\n",
			    lines[i].wall_ms ? view_time(view, lines[i].wall_ms, at) : "--:--:--",
			    lines[i].text);
	if (!n)
		strbuf_addstr(out,
			      "No log line is about this row. Lines come from targets that are "
			      "access logs: file:, command: or stdin.\n");
}

void explain_row(const struct view *view, const struct pane *pane, const struct item *item,
		 struct strbuf *out)
{
	char text[TABLE_CELL];
	size_t i, start = out->len;

	for (i = 0; i < pane->layout->n; i++) {
		const struct pane_column *column = &pane->layout->columns[i];

		if (column->kind == CELL_TREND)
			continue;
		text[0] = '\0';
		item_cell(view, pane, item, column, 24, text, sizeof(text));
		strbuf_addf(out, "%s%s", out->len > start ? "\t" : "", text);
	}
}

static void finding_sentence(const struct view *view, const struct finding *finding,
			     struct strbuf *out)
{
	const struct target_info *target = model_target(view->scene->model, finding->target);
	char at[16], age[16], zone[16], reason[300];

	strbuf_addf(out, "%s since %s %s (%s): %s%s%s: %s.",
		    finding->state == FINDING_PENDING     ? "Pending"
		    : finding->state == FINDING_UNJUDGED  ? "Not judged, found"
		    : finding->rule->severity == SEV_CRIT ? "Critical"
							  : "Warning",
		    view_time(view, finding->onset.wall_ms, at),
		    view_zone(view, finding->onset.wall_ms, zone, sizeof(zone)),
		    view_age(view, finding->onset, age), target ? target->name : "",
		    target ? " " : "", finding->what,
		    finding_reason(finding, view->scene->utc, reason, sizeof(reason)));
}

void explain_sentence(const struct view *view, const struct pane *pane, const struct item *item,
		      struct strbuf *out)
{
	char text[TABLE_CELL], at[16], zone[16];
	bool first = true;
	size_t i;

	if (pane->ops == &problems_pane && view_finding(view, item->index)) {
		finding_sentence(view, view_finding(view, item->index), out);
		return;
	}
	add_name(view, &item->key, out);
	strbuf_addf(out, " at %s %s:", view_time(view, view->at.wall_ms, at),
		    view_zone(view, view->at.wall_ms, zone, sizeof(zone)));
	for (i = 0; i < pane->layout->n; i++) {
		const struct pane_column *column = &pane->layout->columns[i];

		if (column->kind == CELL_TREND || (column->kind == CELL_TEXT && item->row))
			continue;
		text[0] = '\0';
		item_cell(view, pane, item, column, 24, text, sizeof(text));
		if (!text[0])
			continue;
		strbuf_addf(out, "%s %s%s%s", first ? "" : ",", column->table.title,
			    column->table.title[0] ? " " : "", text);
		first = false;
	}
	strbuf_addch(out, '.');
}
