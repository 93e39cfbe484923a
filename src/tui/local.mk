noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = \
	src/tui/input.c \
	src/tui/paint.c \
	src/tui/term.c \
	src/tui/term.h \
	src/tui/term_private.h
src_tui_libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
TUI_LIBS = src/tui/libtui.a $(VIEW_LIBS) $(CURSES_LIBS)
