noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = \
	src/tui/input.c \
	src/tui/paint.c \
	src/tui/term.c \
	src/tui/term.h \
	src/tui/term_private.h \
	src/tui/terminfo.c \
	src/tui/terminfo.h
src_tui_libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
TUI_LIBS = src/tui/libtui.a $(VIEW_LIBS) $(CURSES_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_tui_term
TESTS += check_tui_term
check_tui_term_SOURCES = tests/check_tui_term.c tests/pty.c tests/pty.h
check_tui_term_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS) $(CHECK_CFLAGS)
check_tui_term_LDADD = $(WHOLE) src/tui/libtui.a $(PARTS) $(TUI_LIBS) $(CHECK_LIBS)
if HAVE_VTERM
check_PROGRAMS += check_tui_paint
TESTS += check_tui_paint
check_tui_paint_SOURCES = tests/check_tui_paint.c tests/pty.c tests/pty.h
check_tui_paint_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS) $(CHECK_CFLAGS) $(VTERM_CFLAGS)
check_tui_paint_LDADD = $(WHOLE) src/tui/libtui.a $(PARTS) $(TUI_LIBS) $(VTERM_LIBS) $(CHECK_LIBS)
endif
endif
