# Checks of the tree itself.
dist_check_SCRIPTS += tests/check-layers tests/check-sizes tests/check-headers tests/check-manual \
	tests/check-bootstrap
TESTS += tests/check-layers tests/check-sizes tests/check-headers tests/check-manual \
	tests/check-bootstrap
EXTRA_DIST += tests/LAYERS .clang-format

format-check:
	@$(CLANG_FORMAT) --dry-run --Werror \
		$$(find $(srcdir)/src $(srcdir)/demo $(srcdir)/tests -name '*.[ch]' | sort)
.PHONY: format-check

include tests/real/local.mk
include tests/fuzz/local.mk
