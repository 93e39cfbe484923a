noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/breakdown.c \
	src/report/breakdown.h \
	src/report/check.c \
	src/report/json.c \
	src/report/report.h \
	src/report/scope.c \
	src/report/scope.h \
	src/report/text.c
REPORT_LIBS = src/report/libreport.a $(DETECT_LIBS) $(JANSSON_LIBS)

dist_pkgdata_DATA = man/report-1.schema.json

if HAVE_CHECK
check_PROGRAMS += check_report
TESTS += check_report
check_report_SOURCES = tests/check_report.c \
	tests/detect_bench.c tests/detect_bench.h \
	tests/schema_walk.c tests/schema_walk.h
check_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_report_LDADD = $(WHOLE) src/report/libreport.a $(PARTS) $(REPORT_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += tests/data/report/report-1.json
