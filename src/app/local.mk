noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_SOURCES = \
	src/app/acting.c src/app/acting.h \
	src/app/act_words.c src/app/act_words.h \
	src/app/addresses.c src/app/addresses.h \
	src/app/app.c src/app/app.h \
	src/app/cmd_act.c \
	src/app/cmd_act_blocked.c \
	src/app/cmd_act_list.c src/app/cmd_act.h \
	src/app/cmd_config.c \
	src/app/cmd_console.c \
	src/app/cmd_demo.c \
	src/app/cmd_identify.c \
	src/app/cmd_journal.c \
	src/app/cmd_note.c \
	src/app/cmd_profile.c \
	src/app/cmd_report.c \
	src/app/cmd_tables.c \
	src/app/console.c src/app/console.h \
	src/app/console_journal.c src/app/console_journal.h \
	src/app/console_act.c src/app/console_act.h \
	src/app/console_row.c src/app/console_row.h \
	src/app/console_commands.c src/app/console_commands.h \
	src/app/gateways.c src/app/gateways.h \
	src/app/headless.c src/app/headless.h \
	src/app/job.c src/app/job.h \
	src/app/journal.c src/app/journal.h \
	src/app/journal_file.c src/app/journal_file.h \
	src/app/keys.c src/app/keys.h \
	src/app/operator.c src/app/operator.h \
	src/app/meant.c src/app/meant.h \
	src/app/options.c src/app/options.h \
	src/app/row_links.c src/app/row_links.h \
	src/app/row_actions.c src/app/row_actions.h \
	src/app/reload.c \
	src/app/rules.c src/app/rules.h \
	src/app/session.c src/app/session.h src/app/session_impl.h \
	src/app/signals.c src/app/signals.h \
	src/app/targets.c src/app/targets.h \
	src/app/try_actions.c src/app/try_actions.h
src_app_libapp_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)

bin_PROGRAMS += hypercare
hypercare_SOURCES = src/main.c
hypercare_LDADD = src/app/libapp.a $(TUI_LIBS) $(REPORT_LIBS) $(ACT_LIBS) $(STORE_LIBS) $(COLLECT_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_app_options check_app_targets check_app_act
TESTS += check_app_options check_app_targets check_app_act
check_app_act_SOURCES = tests/check_app_act.c
check_app_act_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_app_act_LDADD = $(hypercare_LDADD) $(CHECK_LIBS)
check_app_options_SOURCES = tests/check_app_options.c
check_app_options_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_app_options_LDADD = $(hypercare_LDADD) $(CHECK_LIBS)
check_PROGRAMS += check_app_row
TESTS += check_app_row
check_app_row_SOURCES = tests/check_app_row.c
check_app_row_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_app_row_LDADD = $(hypercare_LDADD) $(CHECK_LIBS)
check_PROGRAMS += check_app_addresses
TESTS += check_app_addresses
check_app_addresses_SOURCES = tests/check_app_addresses.c
check_app_addresses_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_app_addresses_LDADD = $(hypercare_LDADD) $(CHECK_LIBS)
check_app_targets_SOURCES = tests/check_app_targets.c
check_app_targets_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_app_targets_LDADD = $(hypercare_LDADD) $(CHECK_LIBS)
endif
