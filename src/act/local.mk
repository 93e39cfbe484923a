noinst_LIBRARIES += src/act/libact.a
src_act_libact_a_SOURCES = \
	src/act/act.c src/act/act.h src/act/act_impl.h \
	src/act/approve.c \
	src/act/ask.c \
	src/act/blast.c \
	src/act/block.c \
	src/act/carry.c \
	src/act/exact.c \
	src/act/guard.c \
	src/act/journal.c \
	src/act/ledger.c \
	src/act/mask.c \
	src/act/order.c \
	src/act/plan.c \
	src/act/scene.c src/act/scene.h \
	src/act/send.c \
	src/act/show.c \
	src/act/state.c \
	src/act/undo.c \
	src/act/verify.c \
	src/act/walk.c \
	src/act/watch.c
ACT_LIBS = src/act/libact.a $(STORE_LIBS) $(PROFILE_LIBS) $(NET_LIBS) $(QUERY_LIBS) $(CONFIG_LIBS) \
	$(JANSSON_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_act_hostile
TESTS += check_act_hostile
check_act_hostile_SOURCES = tests/check_act_hostile.c
check_act_hostile_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_hostile_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
check_PROGRAMS += check_act check_act_after check_act_blast check_act_crash check_act_once
TESTS += check_act check_act_after check_act_blast check_act_once
check_act_blast_SOURCES = tests/check_act_blast.c tests/act_bed.c tests/act_bed.h \
	tests/apply_server.c tests/apply_server.h tests/model_bench.c tests/model_bench.h
check_act_blast_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_blast_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
# It forks consoles beside the threads of its server, which AddressSanitizer does not stand.
if !SANITIZERS
TESTS += check_act_crash
endif
check_act_crash_SOURCES = tests/check_act_crash.c tests/act_bed.c tests/act_bed.h tests/act_toy.h \
	tests/apply_server.c tests/apply_server.h
check_act_crash_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_crash_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
check_act_after_SOURCES = tests/check_act_after.c tests/act_bed.c tests/act_bed.h tests/act_toy.h \
	tests/apply_server.c tests/apply_server.h
check_act_after_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_after_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
check_act_SOURCES = tests/check_act.c tests/act_bed.c tests/act_bed.h tests/act_toy.h \
	tests/apply_server.c tests/apply_server.h
check_act_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
check_act_once_SOURCES = tests/check_act_once.c tests/act_bed.c tests/act_bed.h \
	tests/apply_server.c tests/apply_server.h
check_act_once_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_act_once_LDADD = $(WHOLE) src/act/libact.a $(PARTS) $(ACT_LIBS) $(CHECK_LIBS)
endif
