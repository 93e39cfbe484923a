/* Draws the opened row: into a frame of its own, as long as it needs, of which a part is shown. */
#include "act/act.h"
#include "view/chart.h"
#include "view/explain.h"
#include "view/panes/opened.h"
#include "view/worddiff.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHART_ROWS   5 /* title, three of bars, marks */
#define PARTS_SHOWN  6
#define BUCKETS_MOST 16
#define LINES_SHOWN  10
#define LABEL        22
#define VALUE        8

/* Each part draws from a row on and returns the row after it. */
struct canvas {
	struct view *view;
	const struct opened *opened;
	struct area area;
};

static float trend_top(const float *values, size_t n)
{
	float top = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (values[i] > top)
			top = values[i];
	return top;
}

/* The newest value as the title has it, so that the chart needs no second question. */
static void chart_title(const struct canvas *canvas, size_t nth, char *buf, size_t cap)
{
	enum measure measure = canvas->opened->subject->charts[nth];
	const struct row *row = canvas->opened->row;
	struct figure top = row->figures[nth];
	char was[16], highest[16], step[16];

	snprintf(was, sizeof(was), "%s", figure_format(highest, 8, &top));
	top = (struct figure){.measure = (uint8_t)measure,
			      .unit = (uint8_t)measure_info(measure)->unit};
	top.value = chart_top((double)trend_top(canvas->opened->trends->trends[nth], OPENED_STEPS));
	snprintf(buf, cap, "%s  was %s  top %s  %s a cell, ^ change", measure_info(measure)->title,
		 was, figure_format(highest, 8, &top), view_span(canvas->opened->step_ms, step));
}

static int draw_chart(const struct canvas *canvas, size_t nth, int row)
{
	struct trend trend = {.values = canvas->opened->trends->trends[nth],
			      .n = OPENED_STEPS,
			      .last = canvas->view->at.wall_ms / canvas->opened->step_ms,
			      .scale = CHART_TOP};
	char title[128];
	int columns = canvas->area.columns - 2;

	chart_title(canvas, nth, title, sizeof(title));
	area_text(canvas->area, row, 1, STYLE_TITLE, title);
	trend.top = chart_top((double)trend_top(trend.values, OPENED_STEPS));
	if (columns > OPENED_STEPS + 1)
		columns = OPENED_STEPS + 1;
	chart_plot(area_part(canvas->area, row + 1, 1, CHART_ROWS - 1, columns), &trend,
		   canvas->opened->marks);
	return row + CHART_ROWS;
}

static int draw_charts(const struct canvas *canvas, int row)
{
	size_t i;

	for (i = 0; canvas->opened->row && canvas->opened->trends && i < OPENED_CHARTS; i++)
		row = draw_chart(canvas, i, row);
	return row;
}

static int draw_facts(const struct canvas *canvas, int row)
{
	const struct opened *opened = canvas->opened;
	char value[16];
	size_t i;

	if (!opened->row) {
		area_text(canvas->area, row, 1, STYLE_DIM, "no series is about this row");
		return row + 2;
	}
	area_text(canvas->area, row++, 1, STYLE_TITLE, "FIGURES");
	for (i = 0; i < opened->subject->nfacts; i++) {
		const struct figure *figure = &opened->row->figures[OPENED_CHARTS + i];
		int column = i % 2 ? canvas->area.columns / 2 : 0;

		area_printf(canvas->area, row, 2 + column, STYLE_TEXT, "%-12s %8s",
			    measure_info(opened->subject->facts[i])->title,
			    figure_format(value, 8, figure));
		row += (int)(i % 2);
	}
	return row + (int)(opened->subject->nfacts % 2) + 1;
}

static int draw_part(const struct canvas *canvas, const struct part_list *list, size_t nth, int row,
		     double most)
{
	const struct row *part = list->rows[nth];
	const struct breakdown *breakdown = list->breakdown;
	char name[64], value[16], beside[16] = "";
	int column = 2 + LABEL + VALUE + VALUE + 4;

	snprintf(name, sizeof(name), "%s",
		 view_text(canvas->view, part->dims.value[breakdown->dim]));
	area_text(area_part(canvas->area, row, 2, 1, LABEL), 0, 0, STYLE_TEXT, name);
	area_text_right(canvas->area, row, 2 + LABEL + VALUE + 1, STYLE_TEXT,
			figure_format(value, VALUE, &part->figures[0]));
	if (breakdown->beside != M_COUNT)
		area_text_right(canvas->area, row, column - 1, STYLE_TEXT,
				figure_format(beside, VALUE, &part->figures[1]));
	chart_bar(canvas->area, row, column, canvas->area.columns - column - 1,
		  most > 0 ? part->figures[0].value / most : 0, STYLE_SPARK);
	return row + 1;
}

static int draw_parts(const struct canvas *canvas, const struct part_list *list, int row)
{
	const struct breakdown *breakdown = list->breakdown;
	const char *beside =
		breakdown->beside == M_COUNT ? "" : measure_info(breakdown->beside)->title;
	double most = 0;
	size_t i;

	if (!list->n)
		return row;
	area_printf(canvas->area, row, 1, STYLE_TITLE, "%-*s", LABEL, breakdown->title);
	area_text_right(canvas->area, row, 2 + LABEL + VALUE + 1, STYLE_DIM,
			measure_info(breakdown->measure)->title);
	area_text_right(canvas->area, row, 2 + LABEL + 2 * VALUE + 3, STYLE_DIM, beside);
	row++;
	for (i = 0; i < list->n; i++)
		most = fmax(most, list->rows[i]->figures[0].value);
	for (i = 0; i < list->n && i < PARTS_SHOWN; i++)
		row = draw_part(canvas, list, i, row, most);
	if (list->n > PARTS_SHOWN)
		area_printf(canvas->area, row++, 2, STYLE_DIM, "+%zu more", list->n - PARTS_SHOWN);
	return row + 1;
}

static int draw_breakdowns(const struct canvas *canvas, int row)
{
	size_t i;

	for (i = 0; i < OPENED_BREAKDOWNS; i++)
		row = draw_parts(canvas, &canvas->opened->parts[i], row);
	return row;
}

static void bucket_label(double bound, double below, char *buf, size_t cap)
{
	if (isinf(bound))
		snprintf(buf, cap, ">%gs", below);
	else
		snprintf(buf, cap, "<=%gs", bound);
}

static int draw_buckets(const struct canvas *canvas, int row)
{
	const struct opened *opened = canvas->opened;
	size_t i, n = opened->nbuckets, first = n > BUCKETS_MOST ? n - BUCKETS_MOST : 0;
	char label[24], count[16];
	double most = 0;

	for (i = 0; i < n; i++)
		most = fmax(most, opened->buckets[i].count);
	if (!n || !(most > 0))
		return row;
	area_printf(canvas->area, row++, 1, STYLE_TITLE, "%s BY BUCKET, not cumulative",
		    opened->histogram == SIGNAL_AI_LATENCY ? "AI LATENCY" : "LATENCY");
	for (i = first; i < n; i++) {
		bucket_label(opened->buckets[i].bound, i ? opened->buckets[i - 1].bound : 0, label,
			     sizeof(label));
		area_text_right(canvas->area, row, 11, STYLE_TEXT, label);
		area_text_right(canvas->area, row, 20, STYLE_TEXT,
				view_count(opened->buckets[i].count, count));
		chart_bar(canvas->area, row, 22, canvas->area.columns - 23,
			  opened->buckets[i].count / most, STYLE_SPARK);
		row++;
	}
	return row + 1;
}

static int draw_changes(const struct canvas *canvas, int row)
{
	size_t i, n = 0;
	char at[16];

	area_text(canvas->area, row++, 1, STYLE_TITLE, "CHANGES AND NOTES");
	for (i = 0; i < view_event_count(canvas->view) && n < LINES_SHOWN; i++) {
		const struct event *event = view_event(canvas->view, i);

		if (!event_is_mark(event->kind))
			continue;
		area_printf(canvas->area, row++, 2, STYLE_TEXT, "%s %-4s %s",
			    view_time(canvas->view, event->at.wall_ms, at), event_name(event->kind),
			    event->text);
		n++;
	}
	if (!n)
		area_text(canvas->area, row++, 2, STYLE_DIM, "none since the start");
	return row + 1;
}

static int draw_lines(const struct canvas *canvas, int row)
{
	struct tick_line lines[LINES_SHOWN];
	size_t i, n;
	char at[16];

	n = explain_lines(canvas->view, &canvas->view->screen->place.row, lines, LINES_SHOWN);
	area_text(canvas->area, row++, 1, STYLE_TITLE, "LAST LOG LINES");
	for (i = 0; i < n; i++)
		area_printf(canvas->area, row++, 2, STYLE_TEXT, "%s %s",
			    lines[i].wall_ms ? view_time(canvas->view, lines[i].wall_ms, at) : "-",
			    lines[i].text);
	if (!n)
		area_text(canvas->area, row++, 2, STYLE_DIM, "none: no access log names this row");
	return row;
}

static int draw_findings(const struct canvas *canvas, int row)
{
	const struct identity *own = &canvas->view->screen->place.row;
	size_t i;

	for (i = 0; i < view_finding_count(canvas->view); i++) {
		const struct finding *finding = view_finding(canvas->view, i);
		struct dims projected = dims_project(&own->dims, dims_mask(&finding->dims));
		char reason[300], text[400];

		if (!worst_of(finding, false) || !dims_equal(&projected, &finding->dims))
			continue;
		snprintf(text, sizeof(text), "%s: %s", finding->rule->name,
			 finding_reason(finding, canvas->view->scene->utc, reason, sizeof(reason)));
		row = area_wrapped(canvas->area, row, 1, worst_style(worst_of(finding, false)),
				   text);
	}
	return row;
}

/* Two columns where there is room, then changes and lines over the whole width. */
static int draw_columns(const struct canvas *canvas, int row)
{
	struct canvas left = *canvas, right = *canvas;
	int split = canvas->area.columns / 2, left_end, right_end;

	left.area = area_part(canvas->area, 0, 0, canvas->area.rows, split);
	right.area =
		area_part(canvas->area, 0, split, canvas->area.rows, canvas->area.columns - split);
	left_end = draw_buckets(&left, draw_charts(&left, row));
	right_end = draw_breakdowns(&right, draw_facts(&right, row));
	return left_end > right_end ? left_end : right_end;
}

/* A version is not what was approved when its text was written over. */
static int draw_overwritten(const struct canvas *canvas, int row)
{
	const struct model *model = canvas->view->scene->model;
	symbol prompt = canvas->view->screen->place.row.dims.value[DIM_PROMPT];
	size_t i;
	char at[16];

	for (i = model_mark_count(model); i-- > 0;) {
		const struct mark *mark = model_mark(model, i);
		const struct dims *dims = names_dims(canvas->view->names, mark->dims);

		if (mark->kind != MARK_TEXT || dims->value[DIM_PROMPT] != prompt)
			continue;
		area_printf(
			canvas->area, row++, 1, STYLE_WARN,
			"%s the text of %s was changed in place: the version is not what it was",
			view_time(canvas->view, mark->at.wall_ms, at),
			view_text(canvas->view, dims->value[DIM_TYPE]));
		break;
	}
	return row;
}

static int draw_texts(const struct canvas *canvas, int row)
{
	const struct plan_view *texts = canvas->view->scene->texts;
	struct diff_word *words;
	char key[24];
	size_t n;

	row = draw_overwritten(canvas, row);
	if (!texts)
		return row;
	area_text(canvas->area, row++, 1, STYLE_TITLE,
		  "TEXT  from the version before to the one that runs: [-gone-] {+new+}");
	if (texts->state != PLAN_PLANNED) {
		area_printf(canvas->area, row, 2, STYLE_DIM, "%s%s%s",
			    plan_state_word(texts->state), texts->why[0] ? ": " : "", texts->why);
		return row + 2;
	}
	n = worddiff(texts->after, texts->before, &canvas->view->screen->draw, &words);
	row = worddiff_draw(canvas->area, row, words, n);
	if (view_key(canvas->view, "act", key)[0])
		area_printf(canvas->area, row++, 2, STYLE_DIM, "%s: what can be done about it",
			    key);
	return row + 1;
}

/* What it may have caused, by when it was changed. */
static int draw_suspicions(const struct canvas *canvas, int row)
{
	symbol prompt = canvas->view->screen->place.row.dims.value[DIM_PROMPT];
	int top = row++;

	for (size_t i = 0; i < view_finding_count(canvas->view); i++) {
		const struct finding *finding = view_finding(canvas->view, i);
		char text[FINDING_WHY + 256];

		if (!finding->suspect[0] || finding->suspect_dims.value[DIM_PROMPT] != prompt)
			continue;
		snprintf(text, sizeof(text), "%s %s, %s", finding->what, finding->why,
			 finding->suspect);
		row = area_wrapped(canvas->area, row, 2, worst_style(worst_of(finding, false)),
				   text);
	}
	if (row == top + 1)
		return top;
	area_text(canvas->area, top, 1, STYLE_TITLE, "SUSPECTED OF");
	return row + 1;
}

/* A prompt has a text and a history; its figures are those of who uses it. */
static int draw_prompt(const struct canvas *canvas, int row)
{
	row = draw_texts(canvas, row);
	row = draw_suspicions(canvas, row);
	return draw_changes(canvas, row);
}

static int draw_content(const struct canvas *canvas)
{
	int row = draw_findings(canvas, 0);

	if (canvas->view->screen->place.row.dims.value[DIM_PROMPT])
		return draw_prompt(canvas, row);
	if (canvas->area.columns >= LAYOUT_WIDE) {
		row = draw_columns(canvas, row);
	} else {
		row = draw_charts(canvas, row);
		row = draw_facts(canvas, row);
		row = draw_buckets(canvas, row);
		row = draw_breakdowns(canvas, row);
	}
	row = draw_changes(canvas, row);
	return draw_lines(canvas, row);
}

static void copy_rows(const struct frame *from, int top, struct area to)
{
	int row;

	for (row = 0; row < to.rows && top + row < from->rows; row++)
		memcpy(&to.frame->cells[(to.row + row) * to.frame->columns + to.column],
		       &from->cells[(top + row) * from->columns],
		       (size_t)to.columns * sizeof(struct cell));
}

void opened_draw(struct view *view, struct area area)
{
	struct screen *screen = view->screen;
	struct canvas canvas = {.view = view, .opened = opened_load(view)};
	struct area body = area_part(area, 1, 0, area.rows - 1, area.columns);
	char title[128], note[96] = "", key[24];
	int rows, last;

	if (area.rows < 1)
		return;
	frame_resize(&screen->scroll, OPENED_ROWS, area.columns);
	screen->scroll.ascii = area.frame->ascii;
	canvas.area = frame_area(&screen->scroll);
	rows = draw_content(&canvas);
	last = rows > body.rows ? rows - body.rows : 0;
	screen->page = body.rows;
	if (screen->opened_top > last)
		screen->opened_top = last;
	copy_rows(&screen->scroll, screen->opened_top, body);
	explain_title(view, &screen->place.row, "", title, sizeof(title));
	if (last)
		snprintf(note, sizeof(note), "%d-%d of %d, ", screen->opened_top + 1,
			 screen->opened_top + body.rows, rows);
	snprintf(note + strlen(note), sizeof(note) - strlen(note), "%s back",
		 view_key(view, "back", key));
	rule_draw(area, 0, STYLE_KEY, title, note);
}
