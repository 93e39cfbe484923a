#include "report/breakdown.h"
#include "report/scope.h"

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

/* What is worse than a code, and is about what is asked for; NULL: nothing. */
static const struct finding *find_worse(const struct report_input *input, int *code)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);

		if (!scope_wants(input, finding) || rank[finding_code(finding)] <= rank[*code])
			continue;
		*code = finding_code(finding);
		worst = finding;
	}
	return worst;
}

/* Why a target that is not read, or is read no more, or that no question fits, is unknown, whatever
 * the rules say of the others; NULL when all is known. */
static const char *unknown_text(const struct report_input *input, char *buf, size_t cap)
{
	char filter[200];
	struct scope scope;
	struct arena arena;
	const char *text;

	arena_init(&arena);
	scope_init(&scope, input, &arena);
	text = scope_unread(&scope, input, buf, cap);
	if (!text && scope.empty) {
		filter_format(input->filter, filter, sizeof(filter));
		snprintf(buf, cap, "nothing that is read matches %s", filter);
		text = buf;
	}
	arena_release(&arena);
	return text;
}

int report_check(const struct report_input *input, struct strbuf *out)
{
	struct detect_summary summary = scope_summary(input);
	char unknown[400], reason[300];
	const char *text = unknown_text(input, unknown, sizeof(unknown));
	int code = text || !model_source_count(input->model) ? CODE_UNKNOWN : CODE_OK;
	const struct finding *worst = find_worse(input, &code);

	strbuf_addf(out, "%s - ", words[code]);
	if (worst)
		strbuf_addf(out, "%s: %s", worst->what,
			    finding_reason(worst, true, reason, sizeof(reason)));
	else if (text)
		strbuf_addstr(out, text);
	else
		strbuf_addf(out, "no rule holds, %zu pending, %zu not judged", summary.pending,
			    summary.unjudged);
	add_perfdata(out, input);
	strbuf_addch(out, '\n');
	return code;
}
