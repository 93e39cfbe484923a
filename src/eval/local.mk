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

EXTRA_DIST += \
	tests/fuzz/corpus/eval_protocol/done \
	tests/fuzz/corpus/eval_protocol/program \
	tests/fuzz/corpus/eval_protocol/row-done \
	tests/fuzz/corpus/eval_protocol/run

if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_eval_protocol
tests_fuzz_fuzz_eval_protocol_SOURCES = tests/fuzz/fuzz_eval_protocol.c
tests_fuzz_fuzz_eval_protocol_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_eval_protocol_LDADD = $(EVAL_LIBS)
endif
