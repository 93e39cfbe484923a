noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = \
	src/tui/term.h
TUI_LIBS = src/tui/libtui.a $(VIEW_LIBS) $(CURSES_LIBS)
