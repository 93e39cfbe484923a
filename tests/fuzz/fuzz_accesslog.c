/* Any bytes, as lines of any access-log format: nothing breaks, and what comes of a line is inert
 * and stays so. The first byte chooses the format and whether X-Forwarded-For is believed. */
#include "base/utf8.h"
#include "parse/accesslog.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inert(const char *text)
{
	size_t len = strlen(text), cap = len + 1;
	char *again = malloc(cap);

	if (utf8_sanitise(again, cap, text, len) != len || strcmp(again, text) != 0)
		abort();
	free(again);
}

static void check_record(const struct accesslog_record *record)
{
	const char *const texts[] = {record->client,  record->method, record->route,
				     record->service, record->node,   record->user_agent,
				     record->line};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_inert(texts[i]);
	if (record->status < 0 || record->status > 999)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct accesslog_options options = {.format = LOG_AUTO,
					    .fields = {.client = "c", .uri = "u", .status = "s"}};
	const char *at = (const char *)data + 1, *end = (const char *)data + size;
	struct accesslog *log;

	if (size == 0)
		return 0;
	options.format = (enum accesslog_format)((data[0] & 0x7f) % LOG_FORMAT_COUNT);
	options.forwarded = data[0] & 0x80;
	log = accesslog_new(&options, NULL);
	if (!log)
		abort();
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		struct accesslog_record record;
		const char *why;

		accesslog_parse(log, at, len, &record, &why);
		check_record(&record);
		at += len + 1;
	}
	accesslog_free(log);
	return 0;
}
