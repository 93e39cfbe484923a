noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
	src/net/change.c src/net/change.h \
	src/net/fault.c src/net/fault.h \
	src/net/http.c src/net/http.h src/net/http_private.h \
	src/net/line.c src/net/line.h src/net/line_private.h \
	src/net/linesplit.c src/net/linesplit.h \
	src/net/logtail.c src/net/logtail.h src/net/logtail_private.h \
	src/net/loop.c src/net/loop.h \
	src/net/origin.c src/net/origin.h \
	src/net/pool.c src/net/pool.h \
	src/net/proxy.c \
	src/net/read.c src/net/read.h \
	src/net/resolve.c src/net/resolve.h \
	src/net/spec.c src/net/spec.h \
	src/net/tail_command.c \
	src/net/tail_file.c \
	src/net/tlsprobe.c src/net/tlsprobe.h \
	src/net/transfer.c src/net/transfer.h
NET_LIBS = src/net/libnet.a $(BASE_LIBS) $(CURL_LIBS) $(JANSSON_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_net_loop
TESTS += check_net_loop
check_net_loop_SOURCES = tests/check_net_loop.c
check_net_loop_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_loop_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_pool
TESTS += check_net_pool
check_net_pool_SOURCES = tests/check_net_pool.c
check_net_pool_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_pool_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_read
TESTS += check_net_read
check_net_read_SOURCES = tests/check_net_read.c tests/check_net_read.h tests/check_net_route.c \
	tests/fault_server.c tests/fault_server.h tests/fetch.c tests/fetch.h
check_net_read_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_read_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_change
TESTS += check_net_change
check_net_change_SOURCES = tests/check_net_change.c tests/apply_server.c tests/apply_server.h \
	tests/fault_server.c tests/fault_server.h tests/fetch.c tests/fetch.h
check_net_change_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_change_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_line check_net_logtail
TESTS += check_net_line check_net_logtail
check_net_line_SOURCES = tests/check_net_line.c
check_net_line_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_line_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)
check_net_logtail_SOURCES = tests/check_net_logtail.c
check_net_logtail_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_logtail_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_tls
TESTS += check_net_tls
check_net_tls_SOURCES = tests/check_net_tls.c \
	tests/fault_server.c tests/fault_server.h tests/fetch.c tests/fetch.h
check_net_tls_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_tls_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)

check_PROGRAMS += check_net_http2
TESTS += check_net_http2
check_net_http2_SOURCES = tests/check_net_http2.c tests/fetch.c tests/fetch.h
check_net_http2_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_net_http2_LDADD = $(WHOLE) src/net/libnet.a $(PARTS) $(NET_LIBS) $(CHECK_LIBS)
endif
