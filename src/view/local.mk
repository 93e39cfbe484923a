noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/chart.c src/view/chart.h \
	src/view/frame.c src/view/frame.h \
	src/view/prompt.c src/view/prompt.h \
	src/view/screen.h \
	src/view/svg.c \
	src/view/table.c src/view/table.h
VIEW_LIBS = src/view/libview.a $(DETECT_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_view_frame
TESTS += check_view_frame
check_view_frame_SOURCES = tests/check_view_frame.c
check_view_frame_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_frame_LDADD = $(WHOLE) src/view/libview.a $(PARTS) $(VIEW_LIBS) $(CHECK_LIBS)
endif
