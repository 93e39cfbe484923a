/* An access-log record as one line of text, for the tables of the tests. */
#ifndef HC_TESTS_ACCESSLOG_ROW_H
#define HC_TESTS_ACCESSLOG_ROW_H

#include "parse/accesslog.h"

/* "verdict client method route status origin flags service node ms upstream_ms bytes", with tabs
 * between; "-" for what is not known; flags: L limited, A aborted, B bad request. */
void accesslog_row(enum accesslog_verdict verdict, const struct accesslog_record *record, char *buf,
		   size_t cap);

/* Every text of a record, one after the other, to be searched. */
void accesslog_texts(const struct accesslog_record *record, char *buf, size_t cap);

#endif
