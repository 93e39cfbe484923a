noinst_LIBRARIES += src/act/libact.a
src_act_libact_a_SOURCES = \
	src/act/act.h \
	src/act/state.c
ACT_LIBS = src/act/libact.a $(QUERY_LIBS)
