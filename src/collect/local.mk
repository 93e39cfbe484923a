noinst_LIBRARIES += src/collect/libcollect.a
src_collect_libcollect_a_SOURCES = \
	src/collect/batch.c src/collect/batch.h \
	src/collect/collect.c src/collect/collect.h \
	src/collect/credential.c src/collect/credential.h \
	src/collect/discover.c src/collect/discover.h \
	src/collect/fetch.c src/collect/fetch.h \
	src/collect/follow.c src/collect/follow.h \
	src/collect/past.c src/collect/past.h \
	src/collect/poll.c src/collect/poll.h \
	src/collect/pump.c src/collect/pump.h \
	src/collect/reach.c src/collect/reach.h \
	src/collect/schedule.c src/collect/schedule.h \
	src/collect/feed.c src/collect/feed.h \
	src/collect/tally.c src/collect/tally.h \
	src/collect/walk.c \
	src/collect/words.c src/collect/words.h
COLLECT_LIBS = src/collect/libcollect.a $(NET_LIBS) $(PROFILE_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_collect_schedule
TESTS += check_collect_schedule
check_collect_schedule_SOURCES = tests/check_collect_schedule.c
check_collect_schedule_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_schedule_LDADD = src/collect/libcollect.a $(CHECK_LIBS)

check_PROGRAMS += check_collect_past
TESTS += check_collect_past
check_collect_past_SOURCES = tests/check_collect_past.c
check_collect_past_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_past_LDADD = $(COLLECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_collect
TESTS += check_collect
check_collect_SOURCES = tests/check_collect.c tests/collect_bed.c tests/collect_bed.h \
	tests/page_server.c tests/page_server.h
check_collect_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_LDADD = $(WHOLE) src/collect/libcollect.a $(PARTS) $(COLLECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_discover
TESTS += check_discover
check_discover_SOURCES = tests/check_discover.c tests/page_server.c tests/page_server.h
check_discover_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_discover_LDADD = $(WHOLE) src/collect/libcollect.a $(PARTS) $(COLLECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_collect_tally check_collect_ways
TESTS += check_collect_tally check_collect_ways
check_collect_tally_SOURCES = tests/check_collect_tally.c
check_collect_tally_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_tally_LDADD = $(COLLECT_LIBS) $(CHECK_LIBS)
check_collect_ways_SOURCES = tests/check_collect_ways.c tests/collect_bed.c tests/collect_bed.h \
	tests/page_server.c tests/page_server.h
check_collect_ways_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_ways_LDADD = $(COLLECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_collect_faults
TESTS += check_collect_faults
check_collect_faults_SOURCES = tests/check_collect_faults.c tests/collect_bed.c \
	tests/collect_bed.h tests/fault_server.c tests/fault_server.h \
	tests/page_server.c tests/page_server.h
check_collect_faults_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_collect_faults_LDADD = $(COLLECT_LIBS) $(CHECK_LIBS)
endif
