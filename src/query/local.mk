noinst_LIBRARIES += src/query/libquery.a
src_query_libquery_a_SOURCES = \
	src/query/measure.h \
	src/query/promql.h \
	src/query/query.h
QUERY_LIBS = src/query/libquery.a $(MODEL_LIBS) 
