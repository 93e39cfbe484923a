/* The journal in a terminal and for scripts. What it prints may come from a file that others can
 * write: it is sanitised, and JSON is written in ASCII. */
#include "app/app.h"
#include "app/journal_file.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "store/words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 1000000

/* What a request has given so far. */
struct reading {
	const struct options *options;
	json_t *entries;      /* of --json, or NULL */
	struct strbuf *lines; /* of a list: newest first, a text for each */
	size_t n, cap;
	bool done, whole;
	int64_t wanted; /* the one seq that is shown, or 0: all */
	int64_t seq;
	char anchor[65];
	struct err err;
};

static void reading_done(void *ctx, int64_t seq, const struct err *err)
{
	struct reading *reading = ctx;

	reading->done = true;
	reading->seq = seq;
	if (err)
		reading->err = *err;
}

static void add_json(json_t *list, const struct entry *entry)
{
	struct strbuf text = STRBUF_INIT;
	json_t *object;

	entry_canonical(entry, &text);
	object = json_loads(text.buf, 0, NULL);
	json_object_set_new(object, "chain", json_string(entry->chain));
	json_array_append_new(list, object);
	strbuf_release(&text);
}

static void read_entry(void *ctx, const struct entry *entry)
{
	struct reading *reading = ctx;
	char at[32], who[128], what[512];
	struct strbuf *line;

	if (reading->wanted && entry->seq != reading->wanted)
		return;
	if (reading->entries) {
		add_json(reading->entries, entry);
		reading->n++;
		return;
	}
	reading->lines = xgrow(reading->lines, &reading->cap, reading->n + 1, sizeof(*line));
	line = &reading->lines[reading->n++];
	strbuf_init(line);
	if (reading->whole) {
		entry_full(entry, reading->options->utc, line);
		return;
	}
	clock_format(at, sizeof(at), "%Y-%m-%d %H:%M:%S", entry->wall_ms, reading->options->utc);
	strbuf_addf(line, "%6" PRId64 "  %s  %-8s  %-14s  %-10s  %s\n", entry->seq, at,
		    entry_kind_word(entry->kind), entry_who(entry, who, sizeof(who)), entry->target,
		    entry_what(entry, what, sizeof(what)));
}

static void print_json(const struct reading *reading, bool newest_first)
{
	json_t *entries = json_array(), *document;
	char *text;

	for (size_t i = 0; i < reading->n; i++)
		json_array_append(entries, json_array_get(reading->entries,
							  newest_first ? reading->n - 1 - i : i));
	document = json_pack("{s:s,s:o}", "schema", "hypercare.journal/1", "entries", entries);
	text = json_dumps(document, JSON_ENSURE_ASCII | JSON_INDENT(1));
	puts(text);
	free(text);
	json_decref(document);
}

/* Prints what was read, the oldest first. */
static void print(const struct reading *reading, bool newest_first)
{
	if (reading->entries)
		print_json(reading, newest_first);
	for (size_t i = 0; reading->lines && i < reading->n; i++)
		printf("%s%s", i && reading->whole ? "\n" : "",
		       reading->lines[newest_first ? reading->n - 1 - i : i].buf);
}

static int list_and_print(struct store *store, const struct entry_filter *filter,
			  struct reading *reading)
{
	static const struct entry_ops ops = {read_entry, reading_done};
	int code = EXIT_OK;

	reading->entries = reading->options->json ? json_array() : NULL;
	store_list(store, filter, &ops, reading);
	journal_wait(store, &reading->done);
	if (reading->err.code)
		code = app_fail(EXIT_FAILED, "%s", reading->err.msg);
	else if (!reading->n && reading->whole)
		code = app_fail(EXIT_FAILED, "there is no such entry");
	else
		print(reading, filter->newest_first);
	for (size_t i = 0; reading->lines && i < reading->n; i++)
		strbuf_release(&reading->lines[i]);
	free(reading->lines);
	json_decref(reading->entries);
	return code;
}

/* "note,ack" as a mask. */
static int read_kinds(const char *text, unsigned *ret_mask)
{
	*ret_mask = 0;
	while (text && *text) {
		char word[16];
		size_t len = strcspn(text, ",");
		enum entry_kind kind;

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		kind = entry_kind_by_word(word);
		if (kind == ENTRY_KINDS)
			return app_fail(EXIT_USAGE,
					"no entry is of kind %s: there are intent, "
					"outcome, refusal, watch, request, approval, "
					"note, fix and ack",
					word);
		*ret_mask |= 1u << kind;
		text += len + (text[len] == ',');
	}
	return EXIT_OK;
}

static int run_list(const struct options *options, struct store *store, const char *text)
{
	struct reading reading = {.options = options};
	struct entry_filter filter = {
		.target = options->target,
		.text = text,
		.limit = (size_t)options->limit,
		.newest_first = true,
	};

	if (options->limit < 0 || options->limit > LIMIT_MAX)
		return app_fail(EXIT_USAGE, "--limit takes a number from 1 to %d", LIMIT_MAX);
	if (read_kinds(options->kind, &filter.kinds))
		return EXIT_USAGE;
	if (options->since_ms)
		filter.since_ms = clock_read().wall_ms - options->since_ms;
	return list_and_print(store, &filter, &reading);
}

static int run_show(const struct options *options, struct store *store, const char *which)
{
	struct reading reading = {.options = options, .whole = true};
	struct entry_filter filter = {0};

	if (!which)
		return app_fail(EXIT_USAGE, "show wants the number of an entry or a plan");
	if (which[strspn(which, "0123456789")]) {
		filter.plan = which;
	} else {
		reading.wanted = strtoll(which, NULL, 10);
		filter.after_seq = reading.wanted - 1;
		filter.limit = 1;
	}
	return list_and_print(store, &filter, &reading);
}

static int run_verify(const struct options *options, struct store *store, const char *anchor)
{
	struct reading reading = {.options = options};

	store_verify(store, anchor, reading_done, &reading);
	journal_wait(store, &reading.done);
	if (!reading.err.code) {
		printf("whole: %" PRId64 " entries\n", reading.seq);
		return EXIT_OK;
	}
	if (!reading.err.line)
		return app_fail(anchor && reading.err.code == ERR_INVALID ? EXIT_USAGE
									  : EXIT_UNKNOWN,
				"%s", reading.err.msg);
	printf("broken: %s\n", reading.err.msg);
	return EXIT_FAILED;
}

static void keep_anchor(void *ctx, const struct entry *entry)
{
	struct reading *reading = ctx;

	reading->wanted = entry->seq;
	memcpy(reading->anchor, entry->chain, sizeof(reading->anchor));
}

static int run_anchor(const struct options *options, struct store *store, const char *word)
{
	static const struct entry_ops ops = {keep_anchor, reading_done};
	static const struct entry_filter last = {.newest_first = true, .limit = 1};
	struct reading reading = {.options = options};

	(void)word;
	store_list(store, &last, &ops, &reading);
	journal_wait(store, &reading.done);
	if (reading.err.code)
		return app_fail(EXIT_FAILED, "%s", reading.err.msg);
	if (!reading.wanted)
		return app_fail(EXIT_FAILED, "the journal has no entry");
	printf("%" PRId64 ":%.64s\n", reading.wanted, reading.anchor);
	return EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(const struct options *options, struct store *store, const char *word);
} verbs[] = {
	{"list", run_list}, {"show", run_show}, {"verify", run_verify}, {"anchor", run_anchor}};

int cmd_journal(const struct options *options, int argc, char **argv)
{
	const char *name = argc ? argv[0] : "list";
	struct store *store;
	size_t verb = 0;
	int code;

	while (verb < sizeof(verbs) / sizeof(verbs[0]) && strcmp(verbs[verb].name, name))
		verb++;
	if (verb == sizeof(verbs) / sizeof(verbs[0]) || argc > 2)
		return app_fail(EXIT_USAGE, "journal takes list, show, verify or anchor, and one "
					    "word at most");
	store = journal_open(options, true, &code);
	if (!store)
		return code;
	code = verbs[verb].run(options, store, argc > 1 ? argv[1] : NULL);
	store_free(store);
	return code;
}
