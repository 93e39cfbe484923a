#include "collect_bed.h"

#include "base/decimal.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static void print_dims(struct strbuf *sb, const struct names *names, dims_id id)
{
	struct dims dims = *names_dims(names, id);
	const char *comma = "";

	for (int i = 0; i < DIM_COUNT; i++) {
		if (!dims.value[i] || i == DIM_TARGET)
			continue;
		strbuf_addf(sb, "%s%s=%s", comma, dim_name((enum dim)i),
			    names_text(names, dims.value[i]));
		comma = ",";
	}
}

static void print_values(struct strbuf *sb, const struct tick *tick)
{
	static const char *const parts[] = {"value",   "bucket",   "sum",  "count",
					    "average", "quantile", "total"};
	char number[32];

	strbuf_clear(sb);
	for (uint32_t i = 0; i < tick->dict->n; i++) {
		const struct dict_entry *entry = &tick->dict->entries[i];
		if (tick_is_absent(tick->values[i]))
			continue;
		strbuf_addf(sb, "%s{", signal_info((enum signal)entry->signal)->name);
		print_dims(sb, tick->dict->names, entry->dims);
		strbuf_addf(sb, "} %s %g %s\n", parts[entry->part], entry->bound,
			    decimal_exact(number, tick->values[i]));
	}
}

static void on_tick(void *ctx, const struct tick *tick)
{
	struct bed *bed = ctx;
	struct seen *seen = &bed->seen[tick->source];
	struct err err = {0};

	ck_assert_msg(model_apply(bed->model, tick, &err) == 0, "%s", err.msg);
	seen->outcome = tick->outcome;
	seen->at = tick->at;
	seen->retry_ms = tick->retry_ms;
	seen->interval_ms = tick->interval_ms;
	seen->requests = tick->requests;
	seen->unmapped = tick->unmapped;
	seen->untrusted += tick->untrusted;
	snprintf(seen->error, sizeof(seen->error), "%s", tick->error);
	for (size_t i = 0; i < tick->nlines; i++)
		strbuf_addf(&seen->lines, "%s\n", tick->lines[i].text);
	if (!tick->values) {
		seen->failures++;
		return;
	}
	seen->ticks++;
	seen->overflow = tick->dict->overflow;
	seen->entries = tick->dict->n;
	seen->version = tick->dict->version;
	print_values(&seen->values, tick);
}

void bed_init(struct bed *bed, const struct collect_options *options)
{
	static const struct collect_ops ops = {on_tick};
	static const struct collect_options plain;
	static const struct model_limits limits = {900000, 100000};
	struct err err = {0};

	*bed = (struct bed){0};
	bed->eval = eval_new(&err);
	ck_assert_msg(bed->eval != NULL, "%s", err.msg);
	strcpy(bed->folder, "/tmp/check_collect.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed->folder));
	bed->server = page_server_start();
	bed->loop = loop_new();
	bed->http = http_new(bed->loop);
	bed->names = names_new();
	bed->model = model_new(bed->names, &limits);
	for (size_t i = 0; i < sizeof(bed->seen) / sizeof(bed->seen[0]); i++) {
		strbuf_init(&bed->seen[i].values);
		strbuf_init(&bed->seen[i].lines);
	}
	bed->collect = collect_new(bed->loop, bed->http, bed->eval, bed->model,
				   options ? options : &plain, &ops, bed);
	snprintf(bed->url, sizeof(bed->url), "http://127.0.0.1:%d", page_server_port(bed->server));
	bed->target = (struct config_target){.name = (char *)"gw",
					     .url = bed->url,
					     .profile = (char *)"",
					     .banner = (char *)"",
					     .counts = true,
					     .interval_ms = 50,
					     .log_format = (char *)""};
}

void bed_release(struct bed *bed)
{
	char command[128];

	collect_free(bed->collect);
	http_free(bed->http);
	loop_free(bed->loop);
	page_server_stop(bed->server);
	model_free(bed->model);
	names_unref(bed->names);
	eval_free(bed->eval);
	for (size_t i = 0; i < sizeof(bed->seen) / sizeof(bed->seen[0]); i++) {
		strbuf_release(&bed->seen[i].values);
		strbuf_release(&bed->seen[i].lines);
	}
	snprintf(command, sizeof(command), "rm -r %s", bed->folder);
	ck_assert_int_eq(system(command), 0);
}

const char *bed_file(struct bed *bed, const char *name, const char *text)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", bed->folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static uint32_t add(struct bed *bed, struct profile *profile, const struct err *why)
{
	struct err err = {0};
	uint32_t target;

	ck_assert_msg(profile != NULL, "%d:%d %s", why->line, why->column, why->msg);
	target = collect_add(bed->collect, &bed->target, profile, &err);
	ck_assert_msg(target != UINT32_MAX, "%s", err.msg);
	profile_unref(profile);
	return target;
}

uint32_t bed_add(struct bed *bed, const char *sources)
{
	struct strbuf text = STRBUF_INIT;
	struct err err = {0};
	const char *path;

	strbuf_addf(&text, "name: pages\ntitle: Pages\nsources:\n%s", sources);
	path = bed_file(bed, "pages.yaml", text.buf);
	strbuf_release(&text);
	return add(bed, profile_load(path, NULL, NULL, &err), &err);
}

uint32_t bed_add_shipped(struct bed *bed, const char *name)
{
	struct err err = {0};

	return add(bed, profile_find(name, &err), &err);
}

static void wait_for(struct bed *bed, const unsigned *count, unsigned n, const char *what)
{
	int64_t start = clock_read().mono_ms;

	while (*count < n) {
		loop_turn(bed->loop, 100);
		ck_assert_msg(clock_read().mono_ms - start < PATIENCE_MS,
			      "waited in vain for %u %s; the last error was \"%s\"", n, what,
			      bed->seen[0].error);
	}
}

void bed_wait_ticks(struct bed *bed, uint32_t source, unsigned n)
{
	wait_for(bed, &bed->seen[source].ticks, n, "ticks");
}

void bed_wait_failures(struct bed *bed, uint32_t source, unsigned n)
{
	wait_for(bed, &bed->seen[source].failures, n, "failures");
}

void bed_expect(struct bed *bed, uint32_t source, const char *line)
{
	const char *at = bed->seen[source].values.buf;
	size_t len = strlen(line);

	for (; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (strncmp(at, line, len) == 0 && at[len] == '\n')
			return;
	ck_abort_msg("no \"%s\" in\n%s", line, bed->seen[source].values.buf);
}
