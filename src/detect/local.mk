noinst_LIBRARIES += src/detect/libdetect.a
src_detect_libdetect_a_SOURCES = \
	src/detect/detect.h \
	src/detect/rule.h
DETECT_LIBS = src/detect/libdetect.a $(CONFIG_LIBS) $(QUERY_LIBS) 
