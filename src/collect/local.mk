noinst_LIBRARIES += src/collect/libcollect.a
src_collect_libcollect_a_SOURCES = \
	src/collect/collect.h \
	src/collect/discover.h
COLLECT_LIBS = src/collect/libcollect.a $(NET_LIBS) $(PROFILE_LIBS) 
