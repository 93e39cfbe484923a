/* The clocks of cases between runs: a small text, one line a case. Its times are wall-clock, since
 * a monotonic clock means nothing to the next process. */
#include "base/utf8.h"
#include "detect/detect_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC          "hypercare-detect 1"
#define OUTAGE_MS      (60 * 60 * 1000) /* older clocks say nothing of now */
#define LINE_MAX_BYTES 4096

static void write_case(const struct detect *detect, const struct instance *instance, FILE *file)
{
	const struct finding *finding = &instance->finding;
	bool blind = finding->state == FINDING_UNJUDGED && finding->seen.wall_ms;
	int64_t since_ms =
		detect->now.mono_ms - (blind ? finding->seen.mono_ms : instance->wrong_mono_ms);

	fprintf(file, "%s\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%.17g", finding->rule->name,
		instance->firing, finding->onset.wall_ms, finding->fired.wall_ms,
		detect->now.wall_ms - since_ms, finding->was.value);
	for (int i = 0; i < DIM_COUNT; i++)
		if (finding->dims.value[i])
			fprintf(file, "\t%s:%s", dim_name((enum dim)i),
				names_text(model_names(detect->model), finding->dims.value[i]));
	fprintf(file, "\n");
}

int detect_save(const struct detect *detect, const char *path, struct err *err)
{
	char part[4096];
	FILE *file;
	bool failed;

	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return err_set(err, ERR_LIMIT, "the path of the state file is too long");
	file = fopen(part, "w");
	if (!file)
		return err_set(err, ERR_IO, "%.200s: %s", part, strerror(errno));
	fprintf(file, MAGIC "\t%" PRId64 "\n", detect->now.wall_ms);
	for (size_t i = 0; i < detect->nrules; i++)
		for (struct instance *at = detect->instances[i]; at; at = at->next)
			write_case(detect, at, file);
	failed = ferror(file) != 0;
	failed |= fclose(file) != 0;
	if (failed || rename(part, path) != 0) {
		err_set(err, ERR_IO, "%.200s: %s", path, strerror(errno));
		unlink(part);
		return -1;
	}
	return 0;
}

/* "target:edge-eu"; a dim of a later version is not known, and its case is left. */
static bool read_dim(struct detect *detect, char *text, struct dims *dims)
{
	char *value = strchr(text, ':'), clean[256];
	enum dim dim;
	size_t len;

	if (!value)
		return false;
	*value++ = '\0';
	dim = dim_by_name(text);
	if (dim == DIM_COUNT)
		return false;
	len = utf8_sanitise(clean, sizeof(clean), value, strlen(value));
	dims->value[dim] = names_symbol(model_names(detect->model), clean, len);
	return true;
}

struct saved {
	size_t rule;
	bool firing;
	int64_t onset_ms, fired_ms, wrong_ms; /* wall */
	double was;
	struct dims dims;
};

static bool is_time(struct clock now, int64_t wall_ms)
{
	return wall_ms > 0 && wall_ms <= now.wall_ms;
}

/* One line; false when it is not one that was written for these rules. */
static bool read_case(struct detect *detect, char *line, struct clock now, struct saved *ret_saved)
{
	char *field[6], *dim;
	size_t rule = 0;

	for (int i = 0; i < 6; i++)
		if (!(field[i] = strsep(&line, "\t")))
			return false;
	while (rule < detect->nrules && strcmp(detect->rules[rule].name, field[0]) != 0)
		rule++;
	*ret_saved = (struct saved){.rule = rule,
				    .firing = strcmp(field[1], "1") == 0,
				    .onset_ms = strtoll(field[2], NULL, 10),
				    .fired_ms = strtoll(field[3], NULL, 10),
				    .wrong_ms = strtoll(field[4], NULL, 10),
				    .was = strtod(field[5], NULL)};
	while ((dim = strsep(&line, "\t")))
		if (!read_dim(detect, dim, &ret_saved->dims))
			return false;
	return rule < detect->nrules && is_time(now, ret_saved->onset_ms) &&
	       is_time(now, ret_saved->wrong_ms);
}

static struct clock clock_at(struct clock now, int64_t wall_ms)
{
	return (struct clock){.mono_ms = now.mono_ms - (now.wall_ms - wall_ms), .wall_ms = wall_ms};
}

static uint32_t target_of(const struct detect *detect, const struct dims *dims)
{
	const char *name = names_text(model_names(detect->model), dims->value[DIM_TARGET]);

	return *name ? model_target_by_name(detect->model, name) : UINT32_MAX;
}

static void restore(struct detect *detect, const struct saved *saved, struct clock now)
{
	struct instance *instance;
	struct finding *finding;

	if (instance_find(detect, saved->rule, &saved->dims))
		return;
	instance = instance_new(detect, saved->rule, &saved->dims);
	if (!instance)
		return;
	finding = &instance->finding;
	instance->firing = saved->firing;
	instance->restored_mono_ms = now.mono_ms;
	instance->wrong_mono_ms = clock_at(now, saved->wrong_ms).mono_ms;
	finding->state = saved->firing ? FINDING_FIRING : FINDING_PENDING;
	finding->onset = clock_at(now, saved->onset_ms);
	if (saved->firing && is_time(now, saved->fired_ms))
		finding->fired = clock_at(now, saved->fired_ms);
	finding->seen = clock_at(now, saved->wrong_ms);
	finding->was.value = saved->was;
	finding->figure = (struct figure){.source = UINT32_MAX, .quality = Q_NONE};
	finding->target = target_of(detect, &saved->dims);
	words_about(detect, finding);
	snprintf(finding->why, sizeof(finding->why), "%s, as the last run left it",
		 finding->rule->name);
}

int detect_load(struct detect *detect, const char *path, struct clock now, struct err *err)
{
	char line[LINE_MAX_BYTES], *at = line;
	struct saved saved_case;
	FILE *file = fopen(path, "r");
	int64_t saved;

	if (!file)
		return errno == ENOENT ? 0
				       : err_set(err, ERR_IO, "%.200s: %s", path, strerror(errno));
	if (!fgets(line, sizeof(line), file) || strcmp(strsep(&at, "\t"), MAGIC) != 0 || !at) {
		fclose(file);
		return err_at(err, ERR_INVALID, 1, 1, "%.200s is no state of this version", path);
	}
	saved = strtoll(at, NULL, 10);
	while (now.wall_ms - saved < OUTAGE_MS && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (read_case(detect, line, now, &saved_case))
			restore(detect, &saved_case, now);
	}
	fclose(file);
	return 0;
}
