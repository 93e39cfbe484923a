/* The parts of check_query. */
#ifndef HC_TESTS_CHECK_QUERY_PARTS_H
#define HC_TESTS_CHECK_QUERY_PARTS_H

#include "model_bench.h"

#include "query/query.h"

#define MINUTE 60000

TCase *query_windows(void);
TCase *query_sources(void);
TCase *query_rows(void);
TCase *query_texts(void);
TCase *query_groups(void);

/* A figure of the series with these dims ("" for all), over a minute. */
struct figure ask(struct bench *bench, enum measure measure, const char *dims, double second);
struct figure ask_kind(struct bench *bench, enum measure measure, enum column_kind kind,
		       const char *dims, double second);

#endif
