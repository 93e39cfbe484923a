#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(struct err *err, enum err_code code, int line, int column, const char *fmt,
		va_list args) __attribute__((format(printf, 5, 0)));

static void set(struct err *err, enum err_code code, int line, int column, const char *fmt,
		va_list args)
{
	if (!err)
		return;
	err->code = code;
	err->line = line;
	err->column = column;
	vsnprintf(err->msg, sizeof(err->msg), fmt, args);
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, code, 0, 0, fmt, args);
	va_end(args);
	return -1;
}

int err_at(struct err *err, enum err_code code, int line, int column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, code, line, column, fmt, args);
	va_end(args);
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char head[sizeof(err->msg)], tail[sizeof(err->msg)];
	va_list args;

	if (!err)
		return -1;
	va_start(args, fmt);
	vsnprintf(head, sizeof(head), fmt, args);
	va_end(args);
	memcpy(tail, err->msg, sizeof(tail));
	snprintf(err->msg, sizeof(err->msg), "%.100s: %.150s", head, tail);
	return -1;
}

const char *err_where(const struct err *err, const char *file, char *buf, unsigned long cap)
{
	if (err->line && err->column)
		snprintf(buf, cap, "%s:%d:%d: %s", file, err->line, err->column, err->msg);
	else if (err->line)
		snprintf(buf, cap, "%s:%d: %s", file, err->line, err->msg);
	else
		snprintf(buf, cap, "%s: %s", file, err->msg);
	return buf;
}
