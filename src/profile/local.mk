noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/mapping.h \
	src/profile/profile.h
PROFILE_LIBS = src/profile/libprofile.a $(EVAL_LIBS) $(CONFIG_LIBS) $(MODEL_LIBS) 
