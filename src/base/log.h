/* The debug log: the only output of library modules, off unless a file was opened. */
#ifndef HC_BASE_LOG_H
#define HC_BASE_LOG_H

#include <stdio.h>

/* Sends debug lines to this stream, which the caller keeps open; NULL stops them. */
void log_to(FILE *stream);

/* Writes one line, its bytes sanitised. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
