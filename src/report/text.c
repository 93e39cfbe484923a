#include "report/breakdown.h"

#include "base/decimal.h"
#include "base/utf8.h"
#include "report/scope.h"

#include <stdio.h>
#include <string.h>

#define ROWS       15  /* of one table */
#define WIDTH      120 /* columns of a terminal that a table stays within */
#define NAME_LEAST 12
#define NAME_MOST  44
#define CELL       8
#define CELLS      10 /* the measures of a breakdown stand in the order of their use */

/* What of a breakdown is printed. */
struct shown {
	size_t columns[CELLS];
	size_t n;
	int name_width;
};

static void add_moment(struct strbuf *out, int64_t wall_ms)
{
	char text[16];

	strbuf_addstr(out, clock_format(text, sizeof(text), "%H:%M:%S", wall_ms, true));
}

static void add_padded(struct strbuf *out, const char *text, int columns)
{
	int width;
	size_t len = utf8_fit(text, columns, &width);

	strbuf_add(out, text, len);
	strbuf_addchars(out, ' ', (size_t)(columns - width));
}

static void add_head(struct strbuf *out, const struct report_input *input)
{
	char text[40];

	clock_format(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", input->now.wall_ms, true);
	strbuf_addf(out, "hypercare report%s%s  %s  window %llds\n",
		    input->project && *input->project ? " " : "",
		    input->project ? input->project : "", text, (long long)input->window_ms / 1000);
}

static void add_finding(struct strbuf *out, const struct finding *finding, struct clock now)
{
	static const char *const severities[] = {"info", "WARN", "CRIT"};
	const char *word = finding->state == FINDING_PENDING ? "pend"
			   : finding->state == FINDING_UNJUDGED
				   ? "?"
				   : severities[finding->rule->severity];
	char lasts[16], reason[300];

	strbuf_addf(out, "  %-4s ", word);
	add_moment(out, finding->onset.wall_ms);
	if (finding->state == FINDING_UNJUDGED) /* nobody knows whether it lasts still */
		now = finding->seen;
	strbuf_addf(out, " %6s  %s  %s\n",
		    decimal_duration(lasts, now.wall_ms > finding->onset.wall_ms
						    ? now.wall_ms - finding->onset.wall_ms
						    : 0),
		    finding->what, finding_reason(finding, true, reason, sizeof(reason)));
}

static void add_findings(struct strbuf *out, const struct report_input *input)
{
	struct detect_summary summary = scope_summary(input);
	size_t shown = 0;

	strbuf_addf(out, "\nPROBLEMS  %zu critical, %zu warning, %zu pending, %zu not judged%s%s\n",
		    summary.crit, summary.warn, summary.pending, summary.unjudged,
		    *summary.unjudged_why ? ": " : "", summary.unjudged_why);
	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);

		if (!scope_wants(input, finding))
			continue;
		add_finding(out, finding, input->now);
		shown++;
	}
	if (!shown)
		strbuf_addf(out, "  none%s\n", summary.unjudged ? " that can be judged" : "");
}

static void add_source(struct strbuf *out, const struct report_input *input, uint32_t i)
{
	struct source_status status = model_source(input->model, i);
	const struct target_info *info = model_target(input->model, status.target);
	bool stale = model_source_stale(input->model, i, input->now);
	char age[16] = "-";

	if (!info)
		return;
	if (status.answered)
		decimal_duration(age, input->now.mono_ms - status.last_ok.mono_ms);
	strbuf_addf(out, "  %-20s %-10s %-12s %-7s %6s %7.3fs  %s\n", info->name, info->kind,
		    status.name,
		    stale                           ? "STALE"
		    : status.outcome >= TICK_FAILED ? "failed"
						    : "up",
		    age, status.seconds, status.error);
}

static void add_sources(struct strbuf *out, const struct report_input *input)
{
	strbuf_addstr(out,
		      "\nSOURCES\n  TARGET               KIND       SOURCE       STATE      AGE"
		      "    TOOK\n");
	for (uint32_t i = 0; i < model_source_count(input->model); i++)
		add_source(out, input, i);
}

static void row_name(const struct report_input *input, const struct row *row, char *buf, size_t cap)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int dim = 0; dim < DIM_COUNT && used < cap; dim++)
		if (row->dims.value[dim])
			used += (size_t)snprintf(
				buf + used, cap - used, "%s%s", used ? " " : "",
				names_text(model_names(input->model), row->dims.value[dim]));
}

/* Columns without a value in any row are left out. */
static bool column_is_empty(const struct result *result, size_t column)
{
	for (size_t i = 0; i < result->n; i++)
		if (!(result->rows[i].figures[column].quality & Q_NONE))
			return false;
	return true;
}

static bool is_named(const struct breakdown *breakdown, const struct row *row)
{
	return breakdown->by == DIM_BIT(DIM_TARGET) || dims_mask(&row->dims) & ~DIM_BIT(DIM_TARGET);
}

static int name_width(const struct report_input *input, const struct breakdown *breakdown,
		      const struct result *result)
{
	int most = NAME_LEAST, width;
	char name[256];

	for (size_t i = 0; i < result->n; i++) {
		if (!is_named(breakdown, &result->rows[i]))
			continue;
		row_name(input, &result->rows[i], name, sizeof(name));
		utf8_fit(name, NAME_MOST, &width);
		if (width > most)
			most = width;
	}
	return most;
}

static void choose_columns(const struct report_input *input, const struct breakdown *breakdown,
			   const struct result *result, struct shown *ret_shown)
{
	size_t room;

	*ret_shown = (struct shown){.name_width = name_width(input, breakdown, result)};
	room = (size_t)(WIDTH - 2 - ret_shown->name_width) / (CELL + 1);
	for (size_t i = 0; i < breakdown->n && ret_shown->n < CELLS && ret_shown->n < room; i++)
		if (!column_is_empty(result, i))
			ret_shown->columns[ret_shown->n++] = i;
}

static void add_row(struct strbuf *out, const struct report_input *input, const struct row *row,
		    const struct shown *shown)
{
	char name[256], cell[CELL + 1];

	row_name(input, row, name, sizeof(name));
	strbuf_addstr(out, "  ");
	add_padded(out, name, shown->name_width);
	for (size_t i = 0; i < shown->n; i++)
		strbuf_addf(out, " %*s", CELL,
			    figure_format(cell, CELL, &row->figures[shown->columns[i]]));
	strbuf_addch(out, '\n');
}

static void add_rows(struct strbuf *out, const struct report_input *input,
		     const struct breakdown *breakdown, const struct result *result)
{
	struct shown shown;

	choose_columns(input, breakdown, result, &shown);
	strbuf_addch(out, '\n');
	add_padded(out, breakdown->title, shown.name_width + 2);
	for (size_t i = 0; i < shown.n; i++)
		strbuf_addf(out, " %*s", CELL,
			    measure_info(breakdown->measures[shown.columns[i]])->title);
	strbuf_addch(out, '\n');
	for (size_t i = 0; i < result->n; i++)
		if (is_named(breakdown, &result->rows[i]))
			add_row(out, input, &result->rows[i], &shown);
}

static void add_table(struct strbuf *out, const struct report_input *input,
		      const struct breakdown *breakdown)
{
	struct result result;
	struct arena arena;
	size_t named = 0;

	arena_init(&arena);
	breakdown_run(breakdown, input, ROWS, &arena, &result);
	for (size_t i = 0; i < result.n; i++)
		named += is_named(breakdown, &result.rows[i]);
	if (named)
		add_rows(out, input, breakdown, &result);
	else if (breakdown->empty)
		strbuf_addf(out, "\n%s\n  %s\n", breakdown->title, breakdown->empty);
	if (result.all > result.n)
		strbuf_addf(out, "  +%zu more\n", result.all - result.n);
	arena_release(&arena);
}

static void add_timeline(struct strbuf *out, const struct report_input *input)
{
	static const char *const kinds[] = {
		[EVENT_CRIT] = "CRIT",   [EVENT_WARN] = "WARN",  [EVENT_PEND] = "pend",
		[EVENT_CLEAR] = "clear", [EVENT_CHANGE] = "chg", [EVENT_NOTE] = "note",
		[EVENT_STALE] = "stale", [EVENT_ACTION] = "act"};
	size_t n = detect_event_count(input->detect);

	if (n)
		strbuf_addstr(out, "\nTIMELINE\n");
	for (size_t i = 0; i < n && i < ROWS; i++) {
		const struct event *event = detect_event(input->detect, i);

		strbuf_addstr(out, "  ");
		add_moment(out, event->at.wall_ms);
		strbuf_addf(out, " %-5s %s\n", kinds[event->kind], event->text);
	}
}

void report_text(const struct report_input *input, struct strbuf *out)
{
	size_t n;
	const struct breakdown *table = breakdown_table(&n);

	add_head(out, input);
	add_findings(out, input);
	for (size_t i = 0; i < n; i++)
		add_table(out, input, &table[i]);
	add_sources(out, input);
	add_timeline(out, input);
}
