#include "base/alloc.h"
#include "model/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The start of a process is known from its age in whole seconds: a little later is the same. */
#define RESTART_SECONDS 2.5

/* Answers in a row without a pointer after which it is held for gone; fewer are a gap. */
#define GONE_TICKS 3

/* What a change of a state is shown as. */
static const struct {
	enum signal signal;
	enum mark_kind kind;
} state_marks[] = {
	{SIGNAL_PROMPT_VERSION, MARK_VERSION}, {SIGNAL_CONFIG_VERSION, MARK_VERSION},
	{SIGNAL_PROMPT_TEXT, MARK_TEXT},       {SIGNAL_NODE_UP, MARK_NODE},
	{SIGNAL_NODE_WEIGHT, MARK_NODE},       {SIGNAL_BREAKER, MARK_NODE},
	{SIGNAL_MODEL_STATE, MARK_NODE},
};

/* A tick on its way in. */
struct apply {
	struct model *model;
	struct source *source;
	const struct tick *tick;
	const double *column;
	bool irregular;
	bool restarted;
	size_t first_mark; /* of this tick */
	struct mark fallen[SIGNAL_COUNT];
	bool fell[SIGNAL_COUNT];
};

static void add_mark(struct apply *apply, enum mark_kind kind, enum signal signal, dims_id dims,
		     double before, double after)
{
	struct mark mark = {.kind = kind,
			    .signal = signal,
			    .target = apply->source->target,
			    .dims = dims,
			    .at = apply->tick->at,
			    .before = before,
			    .after = after};

	model_add_mark(apply->model, &mark);
}

static dims_id target_dims(struct apply *apply)
{
	struct dims dims = {{0}};

	dims.value[DIM_TARGET] = apply->model->targets[apply->source->target]->symbol;
	return names_intern(apply->model->names, &dims);
}

/* A mark about the target as a whole. */
static void add_target_mark(struct apply *apply, enum mark_kind kind, enum signal signal,
			    double before, double after)
{
	dims_id dims = target_dims(apply);

	add_mark(apply, kind, signal, dims, before, after);
	names_drop(apply->model->names, dims);
}

/* The newest value of a slot before this tick, or absent. */
static double last_value(const struct history *history, uint32_t slot)
{
	for (unsigned i = history->nraw; i-- > 0;) {
		double value = slice_get(&history->raw[i], slot);

		if (!tick_is_absent(value))
			return value;
	}
	return tick_absent();
}

/* How many of the newest ticks have no value of a slot, GONE_TICKS at most. */
static unsigned absent_ticks(const struct history *history, uint32_t slot)
{
	unsigned n = 0;

	while (n < GONE_TICKS && n < history->nraw &&
	       tick_is_absent(slice_get(&history->raw[history->nraw - 1 - n], slot)))
		n++;
	return n;
}

static void note_state(struct apply *apply, uint32_t slot, double now)
{
	const struct series *series = &apply->source->series[slot];
	double before = last_value(&apply->source->history, slot);

	/* A pointer is also set for the first time, and after it was taken away. */
	if (series->signal == SIGNAL_PROMPT_VERSION && isfinite(now) &&
	    absent_ticks(&apply->source->history, slot) == GONE_TICKS)
		before = tick_absent();
	else if (!isfinite(now) || !isfinite(before) || before == now)
		return;
	for (size_t i = 0; i < sizeof(state_marks) / sizeof(state_marks[0]); i++)
		if (state_marks[i].signal == (enum signal)series->signal)
			add_mark(apply, state_marks[i].kind, state_marks[i].signal, series->dims,
				 before, now);
}

/* A pointer that is missing for long enough was taken away. */
static void note_gone(struct apply *apply, uint32_t slot)
{
	const struct history *history = &apply->source->history;
	double before;

	if (apply->source->series[slot].signal != SIGNAL_PROMPT_VERSION ||
	    history->nraw < GONE_TICKS || absent_ticks(history, slot) != GONE_TICKS - 1)
		return;
	before = slice_get(&history->raw[history->nraw - GONE_TICKS], slot);
	add_mark(apply, MARK_VERSION, SIGNAL_PROMPT_VERSION, apply->source->series[slot].dims,
		 before, tick_absent());
}

static void note_started(struct apply *apply, uint32_t slot, double now)
{
	double before = last_value(&apply->source->history, slot);

	if (!(now > before + RESTART_SECONDS))
		return;
	if (!apply->restarted)
		add_target_mark(apply, MARK_RESTART, SIGNAL_STARTED, before, now);
	apply->restarted = true;
}

/* Whether a fall is a restart's is only known once all series were seen. */
static void note_fall(struct apply *apply, const struct series *series, double before, double now)
{
	bool wrap;

	if (!series_cumulative(series) || !(now < before))
		return;
	apply->irregular = true;
	if (apply->fell[series->signal])
		return;
	series_step(series, before, now, false, &wrap);
	apply->fell[series->signal] = true;
	apply->fallen[series->signal] = (struct mark){
		.kind = wrap ? MARK_WRAP : MARK_RESET, .before = before, .after = now};
}

static void note_change(struct apply *apply, uint32_t slot, double before, double now)
{
	const struct series *series = &apply->source->series[slot];

	if (!isfinite(before) || !isfinite(now))
		apply->irregular = true;
	if (signal_info((enum signal)series->signal)->kind == KIND_STATE)
		note_state(apply, slot, now);
	else if (series->signal == SIGNAL_STARTED)
		note_started(apply, slot, now);
	else
		note_fall(apply, series, before, now);
}

static void add_falls(struct apply *apply)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		if (apply->fell[i] && !apply->restarted)
			add_target_mark(apply, apply->fallen[i].kind, (enum signal)i,
					apply->fallen[i].before, apply->fallen[i].after);
}

static void compare_columns(struct apply *apply)
{
	const struct history *history = &apply->source->history;
	const struct slice *last;

	if (!history->nraw)
		return;
	last = &history->raw[history->nraw - 1];
	for (uint32_t i = 0; i < apply->source->nslots; i++) {
		double now = apply->column[i], before = slice_get(last, i);

		if (tick_is_absent(now) && tick_is_absent(before))
			note_gone(apply, i);
		else if (now != before)
			note_change(apply, i, before, now);
	}
	add_falls(apply);
}

static bool is_prompt_change(const struct model *model, const struct mark *mark, dims_id dims)
{
	symbol prompt = names_dims(model->names, dims)->value[DIM_PROMPT];

	return mark->kind == MARK_VERSION && mark->signal == SIGNAL_PROMPT_VERSION &&
	       names_dims(model->names, mark->dims)->value[DIM_PROMPT] == prompt;
}

/* A text that changed because its alias points at another version did not change in place. */
static void drop_explained_texts(struct apply *apply)
{
	struct model *model = apply->model;
	size_t out = apply->first_mark;

	for (size_t i = apply->first_mark; i < model->nmarks; i++) {
		struct mark mark = model->marks[i];
		bool explained = false;

		for (size_t k = apply->first_mark; mark.kind == MARK_TEXT && k < model->nmarks; k++)
			explained =
				explained || is_prompt_change(model, &model->marks[k], mark.dims);
		if (explained)
			names_drop(model->names, mark.dims);
		else
			model->marks[out++] = mark;
	}
	model->nmarks = out;
}

static void fill_column(struct model *model, const struct source *source, const struct tick *tick)
{
	model->column =
		xgrow(model->column, &model->column_cap, source->nslots, sizeof(*model->column));
	for (size_t i = 0; i < source->nslots; i++)
		model->column[i] = tick_absent();
	for (size_t i = 0; i < source->nentries; i++)
		if (source->slot_of[i] != MAP_NONE)
			model->column[source->slot_of[i]] = tick->values[i];
}

static void apply_values(struct model *model, struct source *source, const struct tick *tick)
{
	struct apply apply = {.model = model, .source = source, .tick = tick};
	uint32_t serial = source->history.first_serial;
	struct instant instant = {.at = tick->at};

	if (source_map(source, tick))
		source_sort(source, model->names);
	fill_column(model, source, tick);
	model_trim_marks(model, tick->at);
	apply.column = model->column;
	apply.first_mark = model->nmarks;
	compare_columns(&apply);
	drop_explained_texts(&apply);
	if (tick->dict->overflow && !source->status.overflow)
		add_target_mark(&apply, MARK_OVERFLOW, SIGNAL_REQUESTS, 0, tick->dict->overflow);
	instant.irregular = apply.irregular;
	instant.restarted = apply.restarted;
	history_append(&source->history, &instant, model->column, (uint32_t)source->nslots,
		       source->keep_ms ? source->keep_ms : model->limits.history_ms,
		       &model->scratch);
	if (serial != source->history.first_serial && source_free_idle(source, model->names))
		source_sort(source, model->names);
	source->status.series = (uint32_t)source->nlive;
	source->status.overflow = tick->dict->overflow;
}

static void note_standing(struct source *source, const struct tick *tick)
{
	struct source_status *status = &source->status;
	const char *error = tick->error ? tick->error : "";

	status->outcome = tick->outcome;
	status->last = tick->at;
	status->retry_ms = tick->retry_ms;
	status->interval_ms = tick->interval_ms;
	status->seconds = tick->seconds;
	status->bytes = tick->bytes;
	if (strcmp(source->error, error)) {
		free(source->error);
		source->error = xstrdup(error);
	}
	source_load(source, tick);
	if (tick->outcome != TICK_OK && tick->outcome != TICK_UNVERIFIED)
		return;
	status->answered = true;
	status->last_ok = tick->at;
	status->unmapped = tick->unmapped;
	status->untrusted += tick->untrusted;
}

int model_apply(struct model *model, const struct tick *tick, struct err *err)
{
	struct source *source;
	bool good = tick->outcome == TICK_OK || tick->outcome == TICK_UNVERIFIED;

	if (tick->source >= model->nsources || model->sources[tick->source]->removed)
		return err_set(err, ERR_INVALID, "a tick of an unknown source");
	source = model->sources[tick->source];
	if (source->nloads && tick->at.mono_ms <= source->status.last.mono_ms)
		return err_set(err, ERR_INVALID,
			       "a tick of source %s that is not newer than the last", source->name);
	note_standing(source, tick);
	if (good && tick->values)
		apply_values(model, source, tick);
	model_add_lines(model, model->targets[source->target], tick->lines, tick->nlines);
	return 0;
}
