noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/breakdown.c \
	src/report/breakdown.h \
	src/report/check.c \
	src/report/json.c \
	src/report/report.h \
	src/report/text.c
REPORT_LIBS = src/report/libreport.a $(DETECT_LIBS) $(JANSSON_LIBS)
