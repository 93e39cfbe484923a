noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES = \
	src/config/config.c src/config/config.h \
	src/config/keymap.c src/config/keymap.h \
	src/config/load.c src/config/load.h \
	src/config/paths.c src/config/paths.h \
	src/config/schema.c \
	src/config/secret.c src/config/secret.h \
	src/config/template.c src/config/template.h \
	src/config/theme.c src/config/theme.h
CONFIG_LIBS = src/config/libconfig.a $(PARSE_LIBS)
