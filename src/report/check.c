#include "report/breakdown.h"

#include "base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CODE_OK, CODE_WARNING, CODE_CRITICAL, CODE_UNKNOWN };

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* Worst wins: critical, unknown, warning, ok. */
static const int rank[] = {
	[CODE_OK] = 0, [CODE_WARNING] = 1, [CODE_UNKNOWN] = 2, [CODE_CRITICAL] = 3};

static int finding_code(const struct finding *finding)
{
	if (finding->state == FINDING_UNJUDGED)
		return CODE_UNKNOWN;
	if (finding->state != FINDING_FIRING)
		return CODE_OK;
	return finding->rule->severity == SEV_CRIT   ? CODE_CRITICAL
	       : finding->rule->severity == SEV_WARN ? CODE_WARNING
						     : CODE_OK;
}

/* A target that is not read, or is read no more, is unknown, whatever the rules say of the
 * others. */
static const char *unread_target(const struct report_input *input, char *buf, size_t cap)
{
	for (uint32_t i = 0; i < model_source_count(input->model); i++) {
		struct source_status status = model_source(input->model, i);
		const struct target_info *info = model_target(input->model, status.target);
		char age[16];

		if (!info)
			continue;
		if (!status.answered && status.outcome >= TICK_FAILED) {
			snprintf(buf, cap, "%s: %s", info->name, status.error);
			return buf;
		}
		if (status.answered && model_source_stale(input->model, i, input->now)) {
			decimal_duration(age, input->now.mono_ms - status.last_ok.mono_ms);
			snprintf(buf, cap, "%s: %s is %s old%s%s", info->name, status.name, age,
				 *status.error ? ": " : "", status.error);
			return buf;
		}
	}
	return NULL;
}

/* Perfdata values: no quote, equals sign or bar may stand in a label. */
static void add_label(struct strbuf *out, const char *target, const char *measure)
{
	strbuf_addch(out, '\'');
	for (; *target; target++)
		strbuf_addch(out, strchr("'=|", *target) ? '_' : *target);
	strbuf_addf(out, " %s'", measure);
}

static void add_perfdata(struct strbuf *out, const struct report_input *input)
{
	static const struct breakdown shown = {
		.by = DIM_BIT(DIM_TARGET),
		.measures = {M_REQUEST_RATE, M_ERROR_RATIO, M_P95, M_429_RATE, M_TOKENS_PER_REQUEST,
			     M_COST_RATE},
		.n = 6,
		.sort = -1,
	};
	struct result result;
	struct arena arena;

	arena_init(&arena);
	breakdown_run(&shown, input, 0, &arena, &result);
	if (result.n)
		strbuf_addstr(out, " |");
	for (size_t i = 0; i < result.n; i++)
		for (size_t column = 0; column < shown.n; column++) {
			const struct figure *figure = &result.rows[i].figures[column];
			symbol target = result.rows[i].dims.value[DIM_TARGET];

			if (figure->quality & Q_NONE || !isfinite(figure->value))
				continue;
			strbuf_addch(out, ' ');
			add_label(out, names_text(model_names(input->model), target),
				  measure_info(shown.measures[column])->name);
			strbuf_addf(out, "=%.6g%s", figure->value,
				    figure->unit == UNIT_SECONDS ? "s" : "");
		}
	arena_release(&arena);
}

int report_check(const struct report_input *input, struct strbuf *out)
{
	struct detect_summary summary = detect_summary(input->detect);
	const struct finding *worst = NULL;
	char unread[300];
	const char *text = unread_target(input, unread, sizeof(unread));
	int code = text || !model_source_count(input->model) ? CODE_UNKNOWN : CODE_OK;

	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);

		if (!breakdown_wants(input, finding) || rank[finding_code(finding)] <= rank[code])
			continue;
		code = finding_code(finding);
		worst = finding;
	}
	strbuf_addf(out, "%s - ", words[code]);
	if (worst)
		strbuf_addf(out, "%s: %s", worst->what, worst->why);
	else if (text)
		strbuf_addstr(out, text);
	else
		strbuf_addf(out, "no rule holds, %zu pending, %zu not judged", summary.pending,
			    summary.unjudged);
	add_perfdata(out, input);
	strbuf_addch(out, '\n');
	return code;
}
