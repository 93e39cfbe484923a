#include "model/model.h"

#include "base/alloc.h"
#include "model/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct model *model_new(struct names *names, const struct model_limits *limits)
{
	struct model *model = xcalloc(1, sizeof(*model));

	model->names = names_ref(names);
	model->limits = *limits;
	return model;
}

static void free_info(struct target_info *info)
{
	free((char *)info->name);
	free((char *)info->kind);
	free((char *)info->title);
	free((char *)info->url);
	free((char *)info->group);
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->nsources; i++) {
		source_release(model->sources[i], model->names);
		free(model->sources[i]);
	}
	for (size_t i = 0; i < model->ntargets; i++) {
		model_drop_lines(model, model->targets[i]);
		names_symbol_drop(model->names, model->targets[i]->symbol);
		free_info(&model->targets[i]->info);
		free(model->targets[i]);
	}
	for (size_t i = 0; i < model->nmarks; i++)
		names_drop(model->names, model->marks[i].dims);
	free(model->sources);
	free(model->targets);
	free(model->marks);
	free(model->column);
	history_scratch_release(&model->scratch);
	names_unref(model->names);
	free(model);
}

struct names *model_names(const struct model *model)
{
	return model->names;
}

static char *copy(const char *text)
{
	return xstrdup(text ? text : "");
}

static struct target_info copy_info(const struct target_info *info)
{
	struct target_info own = *info;

	own.name = copy(info->name);
	own.kind = copy(info->kind);
	own.title = copy(info->title);
	own.url = copy(info->url);
	own.group = copy(info->group);
	return own;
}

/* Also finds a removed one: a target that comes back takes its number again. */
static uint32_t find_target(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->ntargets; i++)
		if (!strcmp(model->targets[i]->info.name, name))
			return (uint32_t)i;
	return UINT32_MAX;
}

uint32_t model_add_target(struct model *model, const struct target_info *info)
{
	uint32_t at = find_target(model, info->name);
	struct target_info own = copy_info(info);
	struct model_target *target;

	if (at != UINT32_MAX) {
		target = model->targets[at];
		free_info(&target->info);
		target->info = own;
		target->removed = false;
		return at;
	}
	target = xcalloc(1, sizeof(*target));
	target->info = own;
	target->symbol = names_symbol(model->names, own.name, strlen(own.name));
	names_symbol_hold(model->names, target->symbol);
	model->targets = xgrow(model->targets, &model->targets_cap, model->ntargets + 1,
			       sizeof(*model->targets));
	model->targets[model->ntargets] = target;
	return (uint32_t)model->ntargets++;
}

uint32_t model_add_source(struct model *model, uint32_t target, const char *name)
{
	struct source *source;

	assert(target < model->ntargets);
	for (size_t i = 0; i < model->nsources; i++) {
		source = model->sources[i];
		if (source->target != target || strcmp(source->name, name))
			continue;
		source->removed = false;
		return (uint32_t)i;
	}
	source = xmalloc(sizeof(*source));
	source_init(source, target, name);
	model->sources = xgrow(model->sources, &model->sources_cap, model->nsources + 1,
			       sizeof(*model->sources));
	model->sources[model->nsources] = source;
	return (uint32_t)model->nsources++;
}

void model_keep_source(struct model *model, uint32_t number, int64_t history_ms)
{
	assert(number < model->nsources);
	model->sources[number]->keep_ms = history_ms;
}

void model_remove_source(struct model *model, uint32_t number)
{
	struct source *source;

	assert(number < model->nsources);
	source = model->sources[number];
	source_forget(source, model->names);
	source->removed = true;
}

void model_remove_target(struct model *model, uint32_t target)
{
	assert(target < model->ntargets);
	for (uint32_t i = 0; i < model->nsources; i++)
		if (model->sources[i]->target == target)
			model_remove_source(model, i);
	model_drop_lines(model, model->targets[target]);
	model->targets[target]->removed = true;
}

uint32_t model_target_count(const struct model *model)
{
	return (uint32_t)model->ntargets;
}

const struct target_info *model_target(const struct model *model, uint32_t target)
{
	if (target >= model->ntargets || model->targets[target]->removed)
		return NULL;
	return &model->targets[target]->info;
}

uint32_t model_target_by_name(const struct model *model, const char *name)
{
	uint32_t at = find_target(model, name);

	return at != UINT32_MAX && model->targets[at]->removed ? UINT32_MAX : at;
}

symbol model_target_symbol(const struct model *model, uint32_t target)
{
	assert(target < model->ntargets);
	return model->targets[target]->symbol;
}

uint32_t model_source_count(const struct model *model)
{
	return (uint32_t)model->nsources;
}

struct source_status model_source(const struct model *model, uint32_t source)
{
	struct source_status status;

	assert(source < model->nsources);
	status = model->sources[source]->status;
	status.error = model->sources[source]->error;
	if (model->sources[source]->history.n)
		status.oldest = model->sources[source]->history.instants[0].at;
	if (model->sources[source]->removed)
		status.target = UINT32_MAX;
	return status;
}

bool model_source_stale(const struct model *model, uint32_t source, struct clock now)
{
	const struct source_status *status;

	assert(source < model->nsources);
	status = &model->sources[source]->status;
	if (model->sources[source]->removed)
		return false;
	if (!status->answered)
		return model->sources[source]->nloads > 0;
	return now.mono_ms - status->last_ok.mono_ms > status->interval_ms * 5 / 2;
}

const struct source *model_series(const struct model *model, uint32_t source)
{
	assert(source < model->nsources);
	return model->sources[source];
}

size_t model_mark_count(const struct model *model)
{
	return model->nmarks;
}

const struct mark *model_mark(const struct model *model, size_t i)
{
	assert(i < model->nmarks);
	return &model->marks[i];
}

static void drop_marks(struct model *model, size_t n)
{
	for (size_t i = 0; i < n; i++)
		names_drop(model->names, model->marks[i].dims);
	model->nmarks -= n;
	memmove(model->marks, model->marks + n, model->nmarks * sizeof(*model->marks));
}

void model_trim_marks(struct model *model, struct clock now)
{
	int64_t since = now.mono_ms - model->limits.history_ms;
	size_t old = model->nmarks > MODEL_MARKS ? model->nmarks - MODEL_MARKS : 0;

	while (old < model->nmarks && model->marks[old].at.mono_ms < since)
		old++;
	if (old)
		drop_marks(model, old);
}

void model_add_mark(struct model *model, const struct mark *mark)
{
	if (model->nmarks == 2 * MODEL_MARKS)
		return;
	names_hold(model->names, mark->dims);
	model->marks =
		xgrow(model->marks, &model->marks_cap, model->nmarks + 1, sizeof(*model->marks));
	model->marks[model->nmarks++] = *mark;
}

size_t model_bytes(const struct model *model)
{
	size_t bytes = sizeof(*model) + names_bytes(model->names) +
		       model->marks_cap * sizeof(*model->marks) +
		       model->ntargets * sizeof(**model->targets) + model->scratch.cap +
		       model->scratch.offsets_cap * sizeof(uint32_t) +
		       model->column_cap * sizeof(*model->column);

	for (size_t i = 0; i < model->nsources; i++)
		bytes += source_bytes(model->sources[i]);
	return bytes;
}
