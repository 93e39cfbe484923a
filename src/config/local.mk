noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES = \
	src/config/config.h \
	src/config/keymap.h \
	src/config/secret.h \
	src/config/theme.h
CONFIG_LIBS = src/config/libconfig.a $(PARSE_LIBS) 
