noinst_LIBRARIES += src/query/libquery.a
src_query_libquery_a_SOURCES = \
	src/query/acc.c \
	src/query/clients.c src/query/clients.h \
	src/query/evaluate.c \
	src/query/figure.c \
	src/query/filter.c \
	src/query/formula.c src/query/formula.h \
	src/query/gather.c src/query/gather.h \
	src/query/measure.c src/query/measure.h \
	src/query/promql.c src/query/promql.h \
	src/query/query.c src/query/query.h \
	src/query/span.c \
	src/query/standing.c \
	src/query/window.c src/query/window.h
QUERY_LIBS = src/query/libquery.a $(MODEL_LIBS) -lm

if HAVE_CHECK
check_PROGRAMS += check_query
TESTS += check_query
check_query_SOURCES = tests/check_query.c tests/check_query_parts.h tests/check_query_groups.c \
	tests/check_query_rows.c tests/check_query_sources.c tests/check_query_texts.c \
	tests/check_query_windows.c tests/model_bench.c tests/model_bench.h
check_query_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_query_LDADD = $(WHOLE) src/query/libquery.a $(PARTS) $(QUERY_LIBS) $(CHECK_LIBS)
endif

EXTRA_PROGRAMS += bench_model
bench_model_SOURCES = tests/bench/bench_model.c
bench_model_LDADD = $(QUERY_LIBS)

bench:: bench_model
	./bench_model

check_PROGRAMS += promqltest
TESTS += promqltest
promqltest_SOURCES = tests/promqltest.c tests/promql_case.h tests/promql_eval.c tests/promql_text.c
promqltest_LDADD = $(QUERY_LIBS)
EXTRA_DIST += tests/data/promql/quantiles.test
