noinst_LIBRARIES += src/eval/libeval.a
src_eval_libeval_a_SOURCES = \
	src/eval/eval.h
EVAL_LIBS = src/eval/libeval.a $(BASE_LIBS) $(JQ_LIBS)
