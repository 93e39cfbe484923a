noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES = \
	src/config/config.c src/config/config.h \
	src/config/equal.c \
	src/config/keymap.c src/config/keymap.h \
	src/config/load.c src/config/load.h \
	src/config/paths.c src/config/paths.h \
	src/config/schema.c \
	src/config/secret.c src/config/secret.h \
	src/config/template.c src/config/template.h \
	src/config/theme.c src/config/theme.h
CONFIG_LIBS = src/config/libconfig.a $(PARSE_LIBS)

if HAVE_CHECK
check_PROGRAMS += check_config check_config_parts
TESTS += check_config check_config_parts
check_config_SOURCES = tests/check_config.c
check_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_config_LDADD = $(WHOLE) src/config/libconfig.a $(PARTS) $(CONFIG_LIBS) $(CHECK_LIBS)
check_config_parts_SOURCES = tests/check_config_parts.c
check_config_parts_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_config_parts_LDADD = $(WHOLE) src/config/libconfig.a $(PARTS) $(CONFIG_LIBS) $(CHECK_LIBS)
endif
