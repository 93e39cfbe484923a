#include "report/breakdown.h"

#include "base/decimal.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROWS         15 /* of one table */
#define NAME_COLUMNS 44
#define CELL         8

static void add_moment(struct strbuf *out, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	strbuf_addstr(out, text);
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
	time_t seconds = (time_t)(input->now.wall_ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
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
	char lasts[16];

	strbuf_addf(out, "  %-4s ", word);
	add_moment(out, finding->onset.wall_ms);
	strbuf_addf(out, " %6s  %s  %s%s%s\n",
		    decimal_duration(lasts, now.wall_ms - finding->onset.wall_ms), finding->what,
		    finding->why, *finding->suspect ? "; " : "", finding->suspect);
}

static void add_findings(struct strbuf *out, const struct report_input *input)
{
	struct detect_summary summary = detect_summary(input->detect);
	size_t shown = 0;

	strbuf_addf(out, "\nPROBLEMS  %zu critical, %zu warning, %zu pending, %zu not judged%s%s\n",
		    summary.crit, summary.warn, summary.pending, summary.unjudged,
		    summary.unjudged ? ": " : "", summary.unjudged ? summary.unjudged_why : "");
	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);

		if (finding->state == FINDING_UNJUDGED || !breakdown_wants(input, finding))
			continue;
		add_finding(out, finding, input->now);
		shown++;
	}
	if (!shown)
		strbuf_addstr(out, "  none\n");
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

static void add_row(struct strbuf *out, const struct report_input *input,
		    const struct result *result, const struct row *row, size_t columns)
{
	char name[256], cell[CELL + 1];

	row_name(input, row, name, sizeof(name));
	strbuf_addstr(out, "  ");
	add_padded(out, name, NAME_COLUMNS);
	for (size_t column = 0; column < columns; column++)
		if (!column_is_empty(result, column))
			strbuf_addf(out, " %*s", CELL,
				    figure_format(cell, CELL, &row->figures[column]));
	strbuf_addch(out, '\n');
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
	if (named || breakdown->empty) {
		strbuf_addf(out, "\n%s", breakdown->title);
		if (named)
			strbuf_addchars(out, ' ', NAME_COLUMNS + 2 - strlen(breakdown->title));
		for (size_t column = 0; named && column < breakdown->n; column++)
			if (!column_is_empty(&result, column))
				strbuf_addf(out, " %*s", CELL,
					    measure_info(breakdown->measures[column])->title);
		strbuf_addch(out, '\n');
	}
	if (!named && breakdown->empty)
		strbuf_addf(out, "  %s\n", breakdown->empty);
	for (size_t i = 0; i < result.n; i++)
		if (is_named(breakdown, &result.rows[i]))
			add_row(out, input, &result, &result.rows[i], breakdown->n);
	if (result.all > result.n)
		strbuf_addf(out, "  +%zu more\n", result.all - result.n);
	arena_release(&arena);
}

static void add_timeline(struct strbuf *out, const struct report_input *input)
{
	size_t n = detect_event_count(input->detect);

	if (n)
		strbuf_addstr(out, "\nTIMELINE\n");
	for (size_t i = 0; i < n && i < ROWS; i++) {
		const struct event *event = detect_event(input->detect, i);

		strbuf_addstr(out, "  ");
		add_moment(out, event->at.wall_ms);
		strbuf_addf(out, " %s\n", event->text);
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
