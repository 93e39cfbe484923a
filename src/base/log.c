#include "base/log.h"

#include "base/strbuf.h"
#include "base/utf8.h"

#include <stdarg.h>

#define LINE_BYTES 1024

static FILE *log_stream;

void log_to(FILE *stream)
{
	log_stream = stream;
}

void log_debug(const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	char clean[LINE_BYTES];
	va_list args;

	if (!log_stream)
		return;
	va_start(args, fmt);
	strbuf_vaddf(&line, fmt, args);
	va_end(args);
	utf8_sanitise(clean, sizeof(clean), line.buf, line.len);
	fprintf(log_stream, "%s\n", clean);
	fflush(log_stream);
	strbuf_release(&line);
}
