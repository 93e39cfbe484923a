# The simulated gateways of "hypercare demo"; a package of their own in a distribution.
if HAVE_MHD
pkglibexec_PROGRAMS += demo-gateways
endif
demo_gateways_SOURCES = \
	demo/answers.h \
	demo/clients.c \
	demo/kong.c \
	demo/kong_admin.c \
	demo/litellm.c \
	demo/main.c \
	demo/mlflow.c \
	demo/world.c \
	demo/world.h
demo_gateways_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/demo
demo_gateways_CFLAGS = $(AM_CFLAGS) $(MHD_CFLAGS) $(JANSSON_CFLAGS)
demo_gateways_LDADD = src/base/libbase.a $(MHD_LIBS) $(JANSSON_LIBS) -lm
