#include "report/scope.h"

#include "base/decimal.h"
#include "report/breakdown.h"

#include <stdio.h>

/* A filter of targets alone chooses whole targets, whatever they export. */
static bool is_of_targets(const struct filter *filter)
{
	for (size_t i = 0; filter && i < filter->n; i++)
		if (filter->terms[i].dim != DIM_TARGET)
			return false;
	return true;
}

/* Only the terms about targets. */
static struct filter target_terms(const struct filter *filter)
{
	struct filter terms = {.n = 0};

	for (size_t i = 0; filter && i < filter->n; i++)
		if (filter->terms[i].dim == DIM_TARGET)
			terms.terms[terms.n++] = filter->terms[i];
	return terms;
}

/* Targets with any figure that passes the filter. */
static size_t find_answers(const struct report_input *input, struct arena *arena, bool *answers)
{
	static const struct breakdown asked = {
		.by = DIM_BIT(DIM_TARGET),
		.measures = {M_REQUESTS, M_LATENCY_AVG, M_DENIED_RATE, M_CONNECTIONS, M_NODES,
			     M_AI_REQUEST_RATE, M_TOKEN_RATE, M_AI_P95, M_BUDGET_LIMIT, M_QUALITY,
			     M_PROMPT_VERSION},
		.n = 11,
		.sort = -1,
	};
	struct result result;

	breakdown_run(&asked, input, 0, arena, &result);
	for (size_t i = 0; i < result.n; i++)
		if (result.rows[i].target != UINT32_MAX)
			answers[result.rows[i].target] = true;
	return result.n;
}

void scope_init(struct scope *scope, const struct report_input *input, struct arena *arena)
{
	struct filter named = target_terms(input->filter);
	bool whole = is_of_targets(input->filter), *answers;
	size_t passing = 0, answering = 0;

	scope->ntargets = model_target_count(input->model);
	scope->concerned = arena_array(arena, scope->ntargets + 1, sizeof(bool));
	answers = arena_array(arena, scope->ntargets + 1, sizeof(bool));
	for (uint32_t i = 0; i < scope->ntargets; i++)
		answers[i] = false;
	if (!whole)
		answering = find_answers(input, arena, answers);
	for (uint32_t i = 0; i < scope->ntargets; i++) {
		struct dims dims = {{0}};
		bool passes;

		dims.value[DIM_TARGET] = model_target_symbol(input->model, i);
		passes = model_target(input->model, i) &&
			 filter_matches(&named, model_names(input->model), &dims);
		passing += passes;
		scope->concerned[i] = passes && (whole || !answering || answers[i]);
	}
	scope->empty = input->filter && (!passing || (!whole && !answering));
}

const char *scope_unread(const struct scope *scope, const struct report_input *input, char *buf,
			 size_t cap)
{
	for (uint32_t i = 0; i < model_source_count(input->model); i++) {
		struct source_status status = model_source(input->model, i);
		char age[16];

		if (status.target >= scope->ntargets || !scope->concerned[status.target])
			continue;
		if (!status.answered && status.outcome >= TICK_FAILED) {
			snprintf(buf, cap, "%s: %s",
				 model_target(input->model, status.target)->name, status.error);
			return buf;
		}
		if (status.answered && model_source_stale(input->model, i, input->now)) {
			decimal_duration(age, input->now.mono_ms - status.last_ok.mono_ms);
			snprintf(buf, cap, "%s: %s is %s old%s%s",
				 model_target(input->model, status.target)->name, status.name, age,
				 *status.error ? ": " : "", status.error);
			return buf;
		}
	}
	return NULL;
}

bool scope_wants(const struct report_input *input, const struct finding *finding)
{
	return finding->state != FINDING_CLEARED &&
	       (!input->filter ||
		filter_matches(input->filter, model_names(input->model), &finding->dims));
}

struct detect_summary scope_summary(const struct report_input *input)
{
	struct detect_summary summary = {.crit = 0};

	if (!input->filter)
		return detect_summary(input->detect);
	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);
		bool firing = finding->state == FINDING_FIRING;

		if (!scope_wants(input, finding))
			continue;
		summary.crit += firing && finding->rule->severity == SEV_CRIT;
		summary.warn += firing && finding->rule->severity == SEV_WARN;
		summary.pending += finding->state == FINDING_PENDING;
		summary.unjudged += finding->state == FINDING_UNJUDGED;
	}
	return summary;
}
