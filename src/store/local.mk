noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/canonical.c src/store/canonical.h \
	src/store/db.c src/store/db.h \
	src/store/db_read.c \
	src/store/entry.c src/store/entry.h \
	src/store/fallback.c src/store/fallback.h \
	src/store/store.c src/store/store.h \
	src/store/words.c src/store/words.h \
	src/store/writer.c src/store/writer.h
STORE_LIBS = src/store/libstore.a $(BASE_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_store
TESTS += check_store
check_store_SOURCES = tests/check_store.c tests/store_bed.c tests/store_bed.h
check_store_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_store_LDADD = $(WHOLE) src/store/libstore.a $(PARTS) $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_store_chain check_store_faults
TESTS += check_store_chain check_store_faults
check_store_chain_SOURCES = tests/check_store_chain.c tests/store_bed.c tests/store_bed.h
check_store_chain_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_store_chain_LDADD = $(STORE_LIBS) $(CHECK_LIBS)
check_store_faults_SOURCES = tests/check_store_faults.c tests/store_bed.c tests/store_bed.h \
	tests/slow_disk.c tests/slow_disk.h
check_store_faults_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_store_faults_LDADD = $(STORE_LIBS) $(CHECK_LIBS)
endif
