bin_PROGRAMS += hypercare
hypercare_SOURCES = src/main.c
hypercare_LDADD = $(TUI_LIBS) $(REPORT_LIBS) $(COLLECT_LIBS)
