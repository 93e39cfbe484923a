noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
	src/net/http.h \
	src/net/line.h \
	src/net/logtail.h \
	src/net/loop.h \
	src/net/read.h
NET_LIBS = src/net/libnet.a $(BASE_LIBS) $(CURL_LIBS)
