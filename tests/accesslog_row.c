#include "accesslog_row.h"

#include <math.h>
#include <stdio.h>

static const char *or_dash(const char *s)
{
	return *s ? s : "-";
}

static const char *number(char buf[32], double value, double scale)
{
	snprintf(buf, 32, isnan(value) ? "-" : "%.0f", value * scale);
	return buf;
}

void accesslog_row(enum accesslog_verdict verdict, const struct accesslog_record *record, char *buf,
		   size_t cap)
{
	static const char *const verdicts[] = {"ok", "untrusted", "other"};
	static const char *const origins[] = {"-", "gateway", "upstream"};
	char ms[32], upstream[32], bytes[32], flags[4];
	int n = 0;

	if (verdict != LOG_LINE_OK) {
		snprintf(buf, cap, "%s", verdicts[verdict]);
		return;
	}
	if (record->limited)
		flags[n++] = 'L';
	if (record->aborted)
		flags[n++] = 'A';
	if (record->bad_request)
		flags[n++] = 'B';
	flags[n] = '\0';
	snprintf(buf, cap, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s", verdicts[verdict],
		 or_dash(record->client), or_dash(record->method), or_dash(record->route),
		 record->status, origins[record->origin], or_dash(flags), or_dash(record->service),
		 or_dash(record->node), number(ms, record->seconds, 1000),
		 number(upstream, record->upstream_seconds, 1000), number(bytes, record->bytes, 1));
}

void accesslog_texts(const struct accesslog_record *record, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s\n%s\n%s\n%s\n%s\n%s\n%s", record->client, record->method,
		 record->route, record->service, record->node, record->user_agent, record->line);
}
