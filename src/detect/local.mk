noinst_LIBRARIES += src/detect/libdetect.a
src_detect_libdetect_a_SOURCES = \
	src/detect/binomial.c \
	src/detect/detect.c src/detect/detect.h src/detect/detect_impl.h \
	src/detect/events.c \
	src/detect/judge.c \
	src/detect/rule.c src/detect/rule.h src/detect/rule_config.c \
	src/detect/state.c \
	src/detect/words.c
DETECT_LIBS = src/detect/libdetect.a $(CONFIG_LIBS) $(QUERY_LIBS) -lm
