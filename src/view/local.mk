noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/frame.h \
	src/view/screen.h
VIEW_LIBS = src/view/libview.a $(DETECT_LIBS) 
