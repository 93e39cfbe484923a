noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/address.c src/base/address.h \
	src/base/alloc.c src/base/alloc.h \
	src/base/arena.c src/base/arena.h \
	src/base/base64.c src/base/base64.h \
	src/base/clock.c src/base/clock.h \
	src/base/decimal.c src/base/decimal.h \
	src/base/err.c src/base/err.h \
	src/base/heap.c src/base/heap.h \
	src/base/log.c src/base/log.h \
	src/base/map.c src/base/map.h \
	src/base/sha256.c src/base/sha256.h \
	src/base/strbuf.c src/base/strbuf.h \
	src/base/suggest.c src/base/suggest.h \
	src/base/utf8.c src/base/utf8.h
BASE_LIBS = src/base/libbase.a $(UNISTRING_LIBS) $(CRYPTO_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_base check_utf8
TESTS += check_base check_utf8
check_base_SOURCES = tests/check_base.c tests/check_base.h \
	tests/check_containers.c tests/check_decimal.c tests/check_text.c
check_base_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_base_LDADD = $(WHOLE) src/base/libbase.a $(PARTS) $(BASE_LIBS) $(CHECK_LIBS)
check_utf8_SOURCES = tests/check_utf8.c
check_utf8_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_utf8_LDADD = $(WHOLE) src/base/libbase.a $(PARTS) $(BASE_LIBS) $(CHECK_LIBS)
endif
