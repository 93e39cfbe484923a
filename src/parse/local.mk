noinst_LIBRARIES += src/parse/libparse.a
src_parse_libparse_a_SOURCES = \
	src/parse/accesslog.h \
	src/parse/csv.c src/parse/csv.h \
	src/parse/exposition.c src/parse/exposition.h src/parse/exposition_private.h \
	src/parse/exposition_family.c \
	src/parse/exposition_known.c \
	src/parse/exposition_line.c \
	src/parse/exposition_meta.c \
	src/parse/yaml.h
src_parse_libparse_a_SOURCES += \
	src/parse/accesslog.c src/parse/accesslog_impl.h \
	src/parse/accesslog_client.c src/parse/accesslog_haproxy.c \
	src/parse/accesslog_json.c src/parse/accesslog_path.c src/parse/accesslog_scan.c \
	src/parse/accesslog_shown.c src/parse/accesslog_text.c \
	src/parse/slurp.c src/parse/slurp.h \
	src/parse/yaml.c src/parse/yaml_values.c
PARSE_LIBS = src/parse/libparse.a $(BASE_LIBS) $(YAML_LIBS) $(JANSSON_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_parse_yaml
TESTS += check_parse_yaml
check_parse_yaml_SOURCES = tests/check_parse_yaml.c
check_parse_yaml_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_parse_yaml_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += \
	tests/data/accesslog/caddy-2.6.2.console.log \
	tests/data/accesslog/caddy-2.6.2.console.want \
	tests/data/accesslog/caddy-2.6.2.json.log \
	tests/data/accesslog/caddy-2.6.2.json.want \
	tests/data/accesslog/envoy-1.40.default-inner.log \
	tests/data/accesslog/envoy-1.40.default-inner.want \
	tests/data/accesslog/envoy-1.40.default.log \
	tests/data/accesslog/envoy-1.40.default.want \
	tests/data/accesslog/envoy-1.40.json.log \
	tests/data/accesslog/envoy-1.40.json.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-captures.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-captures.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-clf.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-clf.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-rfc3164.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-rfc3164.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-rfc5424.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-rfc5424.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-rsyslog-iso.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-rsyslog-iso.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-rsyslog-traditional.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-rsyslog-traditional.want \
	tests/data/accesslog/haproxy-2.6.12.httplog-states.log \
	tests/data/accesslog/haproxy-2.6.12.httplog-states.want \
	tests/data/accesslog/haproxy-2.6.12.httplog.log \
	tests/data/accesslog/haproxy-2.6.12.httplog.want \
	tests/data/accesslog/haproxy-2.6.12.json-naive.log \
	tests/data/accesslog/haproxy-2.6.12.json-naive.want \
	tests/data/accesslog/haproxy-2.6.12.json.log \
	tests/data/accesslog/haproxy-2.6.12.json.want \
	tests/data/accesslog/haproxy-2.6.12.no-format.log \
	tests/data/accesslog/haproxy-2.6.12.no-format.want \
	tests/data/accesslog/haproxy-2.6.12.tcplog.log \
	tests/data/accesslog/haproxy-2.6.12.tcplog.want \
	tests/data/accesslog/nginx-1.22.1.combined.log \
	tests/data/accesslog/nginx-1.22.1.combined.want \
	tests/data/accesslog/nginx-1.22.1.json.log \
	tests/data/accesslog/nginx-1.22.1.json.want \
	tests/data/accesslog/nginx-1.22.1.realip.log \
	tests/data/accesslog/nginx-1.22.1.realip.want \
	tests/data/accesslog/nginx-1.22.1.timed.log \
	tests/data/accesslog/nginx-1.22.1.timed.want \
	tests/data/accesslog/nginx-1.22.1.xff.log \
	tests/data/accesslog/nginx-1.22.1.xff.want \
	tests/data/accesslog/traefik-3.7.common-ua.log \
	tests/data/accesslog/traefik-3.7.common-ua.want \
	tests/data/accesslog/traefik-3.7.common.log \
	tests/data/accesslog/traefik-3.7.common.want \
	tests/data/accesslog/traefik-3.7.json-headers.log \
	tests/data/accesslog/traefik-3.7.json-headers.want \
	tests/data/accesslog/traefik-3.7.json.log \
	tests/data/accesslog/traefik-3.7.json.want

if HAVE_CHECK
check_PROGRAMS += check_accesslog check_accesslog_parts check_accesslog_recorded
TESTS += check_accesslog check_accesslog_parts check_accesslog_recorded
check_accesslog_SOURCES = tests/check_accesslog.c tests/accesslog_row.c tests/accesslog_row.h
check_accesslog_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_accesslog_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
check_accesslog_parts_SOURCES = tests/check_accesslog_parts.c
check_accesslog_parts_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_accesslog_parts_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
check_accesslog_recorded_SOURCES = tests/check_accesslog_recorded.c tests/accesslog_row.c \
	tests/accesslog_row.h
check_accesslog_recorded_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_accesslog_recorded_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += check_csv check_exposition tests/openmetrics
TESTS += check_csv check_exposition tests/openmetrics
check_csv_SOURCES = tests/check_csv.c
check_csv_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_csv_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
tests_openmetrics_SOURCES = tests/openmetrics.c tests/record.c tests/record.h
tests_openmetrics_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_openmetrics_LDADD = $(PARSE_LIBS)
check_exposition_SOURCES = tests/check_exposition.c tests/check_exposition.h \
	tests/check_exposition_grammar.c tests/check_exposition_known.c \
	tests/record.c tests/record.h
check_exposition_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_exposition_LDADD = $(WHOLE) src/parse/libparse.a $(PARTS) $(PARSE_LIBS) $(CHECK_LIBS)
endif
EXTRA_DIST += \
	tests/data/haproxy-2.6.12.show_stat \
	tests/data/exposition/envoy-1.40.prom \
	tests/data/exposition/haproxy-2.6.12.prom \
	tests/data/exposition/kong-shaped.prom \
	tests/data/exposition/prometheus-3.16.prom \
	tests/data/exposition/victoria-metrics-1.79.5.prom \
	tests/data/exposition/zipkin-3.5.1.prom
