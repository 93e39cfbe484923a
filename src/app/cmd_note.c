#include "app/app.h"
#include "app/journal_file.h"
#include "app/operator.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOTE_BYTES 1024

struct writing {
	bool done;
	int64_t seq;
	struct err err;
};

static void written(void *ctx, int64_t seq, const struct err *err)
{
	struct writing *writing = ctx;

	writing->done = true;
	writing->seq = seq;
	if (err)
		writing->err = *err;
}

/* "2026-11-23T14:32:00Z", seconds optional. */
static int read_time(const char *text, int64_t *ret_wall_ms)
{
	static const char *const formats[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ"};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, formats[i], &tm);

		if (end && !*end) {
			*ret_wall_ms = (int64_t)timegm(&tm) * 1000;
			return 0;
		}
	}
	return app_fail(EXIT_USAGE, "--at takes a time in UTC such as 2026-11-23T14:32:00Z");
}

/* All words as one sanitised text. */
static void join(int argc, char **argv, char *buf, size_t cap)
{
	struct strbuf text = STRBUF_INIT;

	for (int i = 0; i < argc; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", argv[i]);
	utf8_sanitise(buf, cap, text.buf, text.len);
	strbuf_release(&text);
}

static int append(struct store *store, const struct entry *entry)
{
	struct writing writing = {0};

	store_append(store, entry, written, &writing);
	journal_wait(store, &writing.done);
	if (writing.err.code)
		return app_fail(EXIT_FAILED, "not written: %s", writing.err.msg);
	if (writing.seq)
		printf("entry %" PRId64 "\n", writing.seq);
	else
		fprintf(stderr, "hypercare: %s\n", store_trouble(store));
	return EXIT_OK;
}

int cmd_note(const struct options *options, int argc, char **argv)
{
	char text[NOTE_BYTES], kind[32], target[128];
	const char *given = options->kind ? options->kind : "mark";
	const char *about = options->target ? options->target : "";
	struct entry entry = {.kind = ENTRY_NOTE, .wall_ms = clock_read().wall_ms};
	struct identity who;
	struct store *store;
	int code;

	if (!argc || (options->at && read_time(options->at, &entry.wall_ms)))
		return argc ? EXIT_USAGE : app_fail(EXIT_USAGE, "note wants a text");
	store = journal_open(options, false, &code);
	if (!store)
		return code;
	identity_read(&who, options->operator);
	join(argc, argv, text, sizeof(text));
	utf8_sanitise(kind, sizeof(kind), given, strlen(given));
	utf8_sanitise(target, sizeof(target), about, strlen(about));
	entry.operator= who.operator;
	entry.action = kind;
	entry.target = target;
	entry.reason = text;
	code = append(store, &entry);
	store_free(store);
	return code;
}
