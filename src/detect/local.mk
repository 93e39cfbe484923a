noinst_LIBRARIES += src/detect/libdetect.a
src_detect_libdetect_a_SOURCES = \
	src/detect/binomial.c \
	src/detect/detect.c src/detect/detect.h src/detect/detect_impl.h \
	src/detect/events.c \
	src/detect/judge.c \
	src/detect/order.c \
	src/detect/past.c \
	src/detect/rule.c src/detect/rule.h src/detect/rule_config.c \
	src/detect/state.c \
	src/detect/words.c
DETECT_LIBS = src/detect/libdetect.a $(CONFIG_LIBS) $(QUERY_LIBS) -lm

if HAVE_CHECK
check_PROGRAMS += check_detect check_detect_past check_detect_rules
TESTS += check_detect check_detect_past check_detect_rules
check_detect_SOURCES = tests/check_detect.c tests/detect_bench.c tests/detect_bench.h
check_detect_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_detect_LDADD = $(WHOLE) src/detect/libdetect.a $(PARTS) $(DETECT_LIBS) $(CHECK_LIBS)
check_detect_past_SOURCES = tests/check_detect_past.c tests/detect_bench.c tests/detect_bench.h
check_detect_past_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_detect_past_LDADD = $(WHOLE) src/detect/libdetect.a $(PARTS) $(DETECT_LIBS) $(CHECK_LIBS)
check_detect_rules_SOURCES = tests/check_detect_rules.c
check_detect_rules_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_detect_rules_LDADD = $(WHOLE) src/detect/libdetect.a $(PARTS) $(DETECT_LIBS) $(CHECK_LIBS)
endif
