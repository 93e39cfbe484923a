bashcompletion_DATA = dist/hypercare.bash
dist/hypercare.bash: hypercare$(EXEEXT)
	@$(MKDIR_P) dist
	$(AM_V_GEN)./hypercare$(EXEEXT) tables bash >$@.tmp && mv $@.tmp $@

install-data-hook:
	cd '$(DESTDIR)$(bashcompletiondir)' && mv -f hypercare.bash hypercare
uninstall-hook:
	rm -f '$(DESTDIR)$(bashcompletiondir)/hypercare'
