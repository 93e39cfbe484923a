#include "record.h"

#include "base/alloc.h"
#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {"untyped", "counter", "gauge",    "histogram",
					 "summary", "info",    "stateset", "gaugehistogram"};

static bool is_wanted(void *ctx, const char *name, size_t len)
{
	const struct record *record = ctx;

	for (const char *const *wanted = record->wanted; wanted && *wanted; wanted++)
		if (strlen(*wanted) == len && memcmp(*wanted, name, len) == 0)
			return true;
	return !record->wanted;
}

static void add_escaped(struct strbuf *sb, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' || s[i] == '"')
			strbuf_addch(sb, '\\');
		if (s[i] == '\n')
			strbuf_addstr(sb, "\\n");
		else
			strbuf_addch(sb, s[i]);
	}
}

static bool same_text(const void *ctx, uint32_t value, const void *key)
{
	const struct strbuf *series = ctx, *text = key;

	return strcmp(series[value].buf, text->buf) == 0;
}

static uint32_t intern(struct record *record, struct strbuf *text)
{
	uint64_t hash = hash_bytes(text->buf, text->len);
	uint32_t found = map_find(&record->index, hash, same_text, record->series, text);

	if (found != MAP_NONE) {
		strbuf_release(text);
		return found;
	}
	record->series =
		xgrow(record->series, &record->cap, (size_t)record->n + 1, sizeof(*record->series));
	record->series[record->n] = *text;
	map_add(&record->index, hash, record->n);
	return record->n++;
}

static uint32_t take_series(void *ctx, const struct exposition_series *series)
{
	struct record *record = ctx;
	struct strbuf text = STRBUF_INIT;

	record->asked++;
	add_escaped(&text, series->name, series->name_len);
	for (size_t i = 0; i < series->nlabels; i++) {
		const struct exposition_label *label = &series->labels[i];

		strbuf_addch(&text, i ? ',' : '{');
		add_escaped(&text, label->name, label->name_len);
		strbuf_addstr(&text, "=\"");
		add_escaped(&text, label->value, label->value_len);
		strbuf_addch(&text, '"');
	}
	strbuf_addf(&text, "%s\n%s %s", series->nlabels ? "}" : "", type_names[series->type],
		    series->family);
	return intern(record, &text);
}

static void take_samples(void *ctx, const struct exposition_sample *samples, size_t n)
{
	struct record *record = ctx;

	record->nsamples += n;
	for (size_t i = 0; i < n; i++) {
		const char *series = record->series[samples[i].ref].buf;
		size_t plain = strcspn(series, "\n");
		char value[32], when[32] = "";

		decimal_exact(value, samples[i].value);
		if (samples[i].timestamp_ms != INT64_MIN)
			snprintf(when, sizeof(when), " @%" PRId64, samples[i].timestamp_ms);
		strbuf_addf(&record->plain, "%.*s %s%s\n", (int)plain, series, value, when);
		strbuf_addf(&record->samples, "%.*s %s%s %s\n", (int)plain, series, value, when,
			    series + plain + 1);
	}
}

void record_init(struct record *record)
{
	static const struct exposition_ops ops = {is_wanted, take_series, take_samples};

	*record = (struct record){.samples = STRBUF_INIT, .plain = STRBUF_INIT};
	record->exposition = exposition_new(&ops, record);
	map_init(&record->index);
}

void record_release(struct record *record)
{
	exposition_free(record->exposition);
	for (uint32_t i = 0; i < record->n; i++)
		strbuf_release(&record->series[i]);
	free(record->series);
	map_release(&record->index);
	strbuf_release(&record->samples);
	strbuf_release(&record->plain);
}

static void begin(struct record *record, const struct exposition_options *options)
{
	static const struct exposition_options none;

	strbuf_clear(&record->samples);
	strbuf_clear(&record->plain);
	record->asked = record->nsamples = 0;
	record->err = (struct err){0};
	exposition_begin(record->exposition, options ? options : &none);
}

static void feed(struct record *record, const char *data, size_t len)
{
	char *copy = xmalloc(len);

	memcpy(copy, data, len);
	exposition_feed(record->exposition, copy, len, &record->err);
	free(copy);
}

int record_scrape(struct record *record, const struct exposition_options *options, const char *body,
		  size_t len, size_t chunk)
{
	begin(record, options);
	for (size_t at = 0, n; at < len; at += n) {
		n = chunk && len - at > chunk ? chunk : len - at;
		feed(record, body + at, n);
	}
	return exposition_end(record->exposition, true, &record->err);
}

int record_split(struct record *record, const struct exposition_options *options, const char *body,
		 size_t len, size_t at)
{
	begin(record, options);
	feed(record, body, at);
	feed(record, body + at, len - at);
	return exposition_end(record->exposition, true, &record->err);
}
