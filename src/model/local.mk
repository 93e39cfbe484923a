noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	src/model/apply.c \
	src/model/codec.c src/model/codec.h \
	src/model/slice.c src/model/slice.h \
	src/model/dict.c \
	src/model/dims.c src/model/dims.h \
	src/model/history.c src/model/history.h \
	src/model/lines.c \
	src/model/model.c src/model/model.h \
	src/model/signal.c src/model/signal.h \
	src/model/source.c src/model/source.h \
	src/model/state.h \
	src/model/tick.h
MODEL_LIBS = src/model/libmodel.a $(BASE_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_model
TESTS += check_model
check_model_SOURCES = tests/check_model.c tests/model_bench.c tests/model_bench.h
check_model_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_model_LDADD = $(WHOLE) src/model/libmodel.a $(PARTS) $(MODEL_LIBS) $(CHECK_LIBS)
endif
