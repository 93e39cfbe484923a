noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/filter.c \
	src/profile/find.c \
	src/profile/load.c src/profile/load.h \
	src/profile/mapping.c src/profile/mapping.h \
	src/profile/match.c \
	src/profile/profile.h \
	src/profile/promql.c \
	src/profile/rule.c src/profile/rule.h \
	src/profile/schema.c
PROFILE_LIBS = src/profile/libprofile.a $(EVAL_LIBS) $(CONFIG_LIBS) $(MODEL_LIBS) 

if HAVE_CHECK
check_PROGRAMS += check_profile check_mapping
TESTS += check_profile check_mapping
check_profile_SOURCES = tests/check_profile.c
check_profile_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_profile_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
check_mapping_SOURCES = tests/check_mapping.c tests/profile_text.c tests/profile_text.h
check_mapping_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_mapping_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
endif
