noinst_LIBRARIES += src/parse/libparse.a
src_parse_libparse_a_SOURCES = \
	src/parse/accesslog.h \
	src/parse/csv.h \
	src/parse/exposition.h \
	src/parse/yaml.h
src_parse_libparse_a_SOURCES += \
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
