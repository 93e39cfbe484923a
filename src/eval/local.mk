noinst_LIBRARIES += src/eval/libeval.a
src_eval_libeval_a_SOURCES = \
	src/eval/eval.c src/eval/eval.h \
	src/eval/helper.c src/eval/helper.h \
	src/eval/keeper.c \
	src/eval/protocol.c src/eval/protocol.h
EVAL_LIBS = src/eval/libeval.a $(BASE_LIBS) $(JQ_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_eval
TESTS += check_eval
check_eval_SOURCES = tests/check_eval.c
check_eval_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_eval_LDADD = $(WHOLE) src/eval/libeval.a $(PARTS) $(EVAL_LIBS) $(CHECK_LIBS)
endif
