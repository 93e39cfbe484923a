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
