noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/banner.c \
	src/view/bindings.c \
	src/view/chart.c src/view/chart.h \
	src/view/command.c src/view/command.h \
	src/view/command_show.c \
	src/view/complete.c \
	src/view/dialog.c src/view/dialog.h \
	src/view/explain.c src/view/explain.h \
	src/view/frame.c src/view/frame.h \
	src/view/help.c src/view/help.h \
	src/view/layout.c src/view/layout.h \
	src/view/pager.c src/view/pager.h \
	src/view/pane.c src/view/pane.h \
	src/view/pane_order.c \
	src/view/pane_query.c \
	src/view/panes/ai.c \
	src/view/panes/journal.c \
	src/view/panes/limited.c \
	src/view/panes/opened.c src/view/panes/opened.h \
	src/view/panes/opened_draw.c \
	src/view/panes/problems.c \
	src/view/panes/routes.c \
	src/view/panes/targets.c \
	src/view/panes/timeline.c \
	src/view/prompt.c src/view/prompt.h \
	src/view/screen.c src/view/screen.h \
	src/view/state.h \
	src/view/style.c src/view/style.h \
	src/view/svg.c \
	src/view/table.c src/view/table.h \
	src/view/view.c \
	src/view/worddiff.c src/view/worddiff.h
VIEW_LIBS = src/view/libview.a $(ACT_LIBS) $(STORE_LIBS) $(DETECT_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_view_frame
TESTS += check_view_frame
check_view_frame_SOURCES = tests/check_view_frame.c
check_view_frame_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_frame_LDADD = $(VIEW_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_view_screens
TESTS += check_view_screens
check_view_screens_SOURCES = tests/check_view_screens.c tests/view_scene.c tests/view_scene.h \
	tests/golden.c tests/golden.h
check_view_screens_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_screens_LDADD = $(WHOLE) src/view/libview.a $(PARTS) $(VIEW_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_view_journal
TESTS += check_view_journal
check_view_journal_SOURCES = tests/check_view_journal.c tests/view_scene.c tests/view_scene.h \
	tests/golden.c tests/golden.h
check_view_journal_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_journal_LDADD = $(VIEW_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_view_dialog check_view_worddiff
TESTS += check_view_dialog check_view_worddiff
check_view_worddiff_SOURCES = tests/check_view_worddiff.c
check_view_worddiff_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_worddiff_LDADD = $(VIEW_LIBS) $(CHECK_LIBS)
check_view_dialog_SOURCES = tests/check_view_dialog.c tests/view_scene.c tests/view_scene.h \
	tests/golden.c tests/golden.h
check_view_dialog_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_view_dialog_LDADD = $(VIEW_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += \
	tests/screens/ai-120x40.screen \
	tests/screens/back-120x40.screen \
	tests/screens/back-80x24.screen \
	tests/screens/calm-120x40.screen \
	tests/screens/dialog-confirming-80x24.screen \
	tests/screens/dialog-done-120x40.screen \
	tests/screens/dialog-least-40x10.screen \
	tests/screens/dialog-menu-80x24.screen \
	tests/screens/dialog-plan-120x40.screen \
	tests/screens/dialog-plan-80x24.screen \
	tests/screens/dialog-preview-80x24.screen \
	tests/screens/changes-80x24.screen \
	tests/screens/command-80x24.screen \
	tests/screens/filtered-120x40.screen \
	tests/screens/filtered-away-80x24.screen \
	tests/screens/first-answer-120x40.screen \
	tests/screens/help-120x60.screen \
	tests/screens/help-80x24.screen \
	tests/screens/journal-120x40.screen \
	tests/screens/journal-40x10.screen \
	tests/screens/journal-80x24.screen \
	tests/screens/journal-acked-120x40.screen \
	tests/screens/journal-entry-80x24.screen \
	tests/screens/journal-filtered-80x24.screen \
	tests/screens/journal-trouble-80x24.screen \
	tests/screens/least-40x10.screen \
	tests/screens/limited-120x40.screen \
	tests/screens/limited-80x24.screen \
	tests/screens/limited-agent-80x24.screen \
	tests/screens/limited-network-120x40.screen \
	tests/screens/logs-80x24.screen \
	tests/screens/nothing-yet-80x24.screen \
	tests/screens/opened-client-120x40.screen \
	tests/screens/opened-network-120x40.screen \
	tests/screens/opened-route-120x40.screen \
	tests/screens/dialog-done-80x24.screen \
	tests/screens/dialog-reading-80x24.screen \
	tests/screens/dialog-refused-80x24.screen \
	tests/screens/opened-prompt-120x40.screen \
	tests/screens/opened-prompt-80x24.screen \
	tests/screens/opened-prompt-refused-80x24.screen \
	tests/screens/opened-route-80x24.screen \
	tests/screens/overview-120x40.screen \
	tests/screens/overview-200x60.screen \
	tests/screens/overview-80x24.screen \
	tests/screens/overview-utf8-120x40.screen \
	tests/screens/paused-80x24.screen \
	tests/screens/problems-sorted-120x40.screen \
	tests/screens/routes-120x40.screen \
	tests/screens/routes-200x60.screen \
	tests/screens/sorted-120x40.screen \
	tests/screens/tab-ai-80x24.screen \
	tests/screens/targets-120x40.screen \
	tests/screens/timeline-80x24.screen \
	tests/screens/timeline-sorted-120x40.screen \
	tests/screens/tiny-30x6.screen \
	tests/screens/why-120x40.screen
