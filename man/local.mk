# The manual; its tables are printed by the program itself.
man_MANS += man/hypercare.1 man/hypercare.yaml.5 man/hypercare-profile.5
EXTRA_DIST += man/hypercare.1.in man/hypercare.yaml.5.in man/hypercare-profile.5.in man/fill
CLEANFILES += man/hypercare.1 man/hypercare.yaml.5 man/hypercare-profile.5 dist/hypercare.bash

man/hypercare.1 man/hypercare.yaml.5 man/hypercare-profile.5: hypercare$(EXEEXT) $(srcdir)/man/fill
	@$(MKDIR_P) man
	$(AM_V_GEN)$(srcdir)/man/fill ./hypercare$(EXEEXT) $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
man/hypercare.1: man/hypercare.1.in
man/hypercare.yaml.5: man/hypercare.yaml.5.in
man/hypercare-profile.5: man/hypercare-profile.5.in

# The picture of the README, drawn anew; tests/check-manual says when the screen is another.
overview: all
	@$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/e2e/draw $(srcdir)/man/overview.svg
.PHONY: overview
EXTRA_DIST += tests/e2e/draw
