noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_SOURCES = \
	src/report/report.h
REPORT_LIBS = src/report/libreport.a $(DETECT_LIBS) $(JANSSON_LIBS)
