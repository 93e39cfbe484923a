noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
	src/net/http.h \
	src/net/line.h \
	src/net/logtail.h \
	src/net/loop.c src/net/loop.h \
	src/net/read.h
NET_LIBS = src/net/libnet.a $(BASE_LIBS) $(CURL_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_net_loop
TESTS += check_net_loop
check_net_loop_SOURCES = tests/check_net_loop.c
check_net_loop_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_loop_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)
endif
