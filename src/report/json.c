#include "report/breakdown.h"
#include "report/scope.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 1000 /* of one breakdown */

static const char *const states[] = {"pending", "firing", "unjudged", "cleared"};
static const char *const severities[] = {"info", "warning", "critical"};
static const char *const outcomes[] = {"ok", "unverified", "failed", "unauthorised"};

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *moment(int64_t wall_ms)
{
	char text[40];

	if (!wall_ms)
		return json_null();
	return json_string(clock_format(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", wall_ms, true));
}

static json_t *dims_object(const struct report_input *input, const struct dims *dims)
{
	json_t *object = json_object();

	for (int dim = 0; dim < DIM_COUNT; dim++)
		if (dim != DIM_TARGET && dims->value[dim])
			json_object_set_new(object, dim_name((enum dim)dim),
					    json_string(names_text(model_names(input->model),
								   dims->value[dim])));
	return object;
}

static json_t *target_name(const struct report_input *input, const struct dims *dims)
{
	symbol target = dims->value[DIM_TARGET];

	return target ? json_string(names_text(model_names(input->model), target)) : json_null();
}

static json_t *qualities(unsigned quality)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{Q_FILLING, "filling"}, {Q_STALE, "stale"},      {Q_ABOVE, "above"},
		     {Q_COARSE, "coarse"},   {Q_AVERAGE, "average"},  {Q_LIFETIME, "lifetime"},
		     {Q_RESET, "reset"},     {Q_OVERFLOW, "overflow"}};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (quality & names[i].bit)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *figure_object(const struct report_input *input, const struct dims *dims,
			     const struct figure *figure)
{
	json_t *object = json_object();

	json_object_set_new(object, "signal",
			    json_string(measure_info((enum measure)figure->measure)->name));
	json_object_set_new(object, "target", target_name(input, dims));
	json_object_set_new(object, "dims", dims_object(input, dims));
	json_object_set_new(object, "value", number(figure->value));
	json_object_set_new(object, "unit", json_string(unit_name((enum unit)figure->unit)));
	json_object_set_new(object, "n", number(figure->n));
	json_object_set_new(object, "window_s", json_real((double)figure->covered_ms / 1000));
	json_object_set_new(object, "age_s", json_real((double)figure->age_ms / 1000));
	json_object_set_new(object, "quality", qualities(figure->quality));
	return object;
}

static void add_rows(json_t *list, const struct report_input *input,
		     const struct breakdown *breakdown)
{
	struct result result;
	struct arena arena;

	arena_init(&arena);
	breakdown_run(breakdown, input, ROWS, &arena, &result);
	for (size_t i = 0; i < result.n; i++) {
		const struct row *row = &result.rows[i];

		if (dims_mask(&row->dims) == (breakdown->by & DIM_BIT(DIM_TARGET)) &&
		    breakdown->by != DIM_BIT(DIM_TARGET))
			continue;
		for (size_t column = 0; column < breakdown->n; column++)
			if (!(row->figures[column].quality & Q_NONE))
				json_array_append_new(list, figure_object(input, &row->dims,
									  &row->figures[column]));
	}
	arena_release(&arena);
}

static json_t *figures(const struct report_input *input)
{
	json_t *list = json_array();
	size_t n;
	const struct breakdown *table = breakdown_table(&n);

	for (size_t i = 0; i < n; i++)
		add_rows(list, input, &table[i]);
	return list;
}

static json_t *finding_object(const struct report_input *input, const struct finding *finding)
{
	json_t *object = json_object();

	json_object_set_new(object, "rule", json_string(finding->rule->name));
	json_object_set_new(object, "severity", json_string(severities[finding->rule->severity]));
	json_object_set_new(object, "state", json_string(states[finding->state]));
	json_object_set_new(object, "target", target_name(input, &finding->dims));
	json_object_set_new(object, "dims", dims_object(input, &finding->dims));
	json_object_set_new(object, "since", moment(finding->onset.wall_ms));
	json_object_set_new(object, "what", json_string(finding->what));
	json_object_set_new(object, "why", json_string(finding->why));
	json_object_set_new(object, "suspect", json_string(finding->suspect));
	json_object_set_new(object, "unjudged", json_string(finding->blind));
	json_object_set_new(object, "last_seen", moment(finding->seen.wall_ms));
	return object;
}

static json_t *findings(const struct report_input *input)
{
	json_t *list = json_array();

	for (size_t i = 0; i < detect_count(input->detect); i++) {
		const struct finding *finding = detect_finding(input->detect, i);

		if (scope_wants(input, finding))
			json_array_append_new(list, finding_object(input, finding));
	}
	return list;
}

static json_t *source_object(const struct report_input *input, uint32_t source)
{
	struct source_status status = model_source(input->model, source);
	int64_t age_ms = input->now.mono_ms - status.last_ok.mono_ms;
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(status.name));
	json_object_set_new(object, "state",
			    json_string(model_source_stale(input->model, source, input->now)
						? "stale"
						: outcomes[status.outcome]));
	json_object_set_new(object, "age_s",
			    status.answered ? json_real((double)age_ms / 1000) : json_null());
	json_object_set_new(object, "error", json_string(status.error));
	json_object_set_new(object, "series", json_integer(status.series));
	json_object_set_new(object, "overflow", json_integer(status.overflow));
	json_object_set_new(object, "untrusted", json_integer((json_int_t)status.untrusted));
	json_object_set_new(object, "scrape_seconds", json_real(status.seconds));
	json_object_set_new(object, "load_requests_per_s", json_real(status.requests_per_s));
	json_object_set_new(object, "load_bytes_per_s", json_real(status.bytes_per_s));
	return object;
}

static json_t *target_object(const struct report_input *input, uint32_t target,
			     const struct target_info *info)
{
	json_t *object = json_object(), *sources = json_array();

	for (uint32_t i = 0; i < model_source_count(input->model); i++)
		if (model_source(input->model, i).target == target)
			json_array_append_new(sources, source_object(input, i));
	json_object_set_new(object, "name", json_string(info->name));
	json_object_set_new(object, "kind", json_string(info->kind));
	json_object_set_new(object, "url", json_string(info->url));
	json_object_set_new(object, "counts", json_boolean(info->counts));
	json_object_set_new(object, "sources", sources);
	return object;
}

static json_t *targets(const struct report_input *input)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < model_target_count(input->model); i++) {
		const struct target_info *info = model_target(input->model, i);

		if (info)
			json_array_append_new(list, target_object(input, i, info));
	}
	return list;
}

void report_json(const struct report_input *input, struct strbuf *out)
{
	json_t *object = json_object();
	char *text;

	json_object_set_new(object, "schema", json_string("hypercare.report/1"));
	json_object_set_new(object, "generated", moment(input->now.wall_ms));
	json_object_set_new(object, "window_s", json_real((double)input->window_ms / 1000));
	json_object_set_new(object, "project", json_string(input->project ? input->project : ""));
	json_object_set_new(object, "version", json_string(input->version));
	json_object_set_new(object, "figures", figures(input));
	json_object_set_new(object, "findings", findings(input));
	json_object_set_new(object, "targets", targets(input));
	text = json_dumps(object, JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12));
	strbuf_addstr(out, text);
	strbuf_addch(out, '\n');
	free(text);
	json_decref(object);
}
