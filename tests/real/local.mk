# Real gateways on loopback. Those of the distribution belong to "make check"; those from PyPI
# and npm to "make check-real", which installs them below the build folder itself.
TESTS += tests/real/haproxy tests/real/nginx tests/real/caddy tests/real/prometheus \
	tests/real/prometheus-past
dist_check_SCRIPTS += tests/real/haproxy tests/real/nginx tests/real/caddy tests/real/prometheus \
	tests/real/prometheus-past tests/e2e/console tests/e2e/headless tests/e2e/journal tests/e2e/killed \
	tests/e2e/act
TESTS += tests/e2e/console tests/e2e/headless tests/e2e/journal tests/e2e/killed tests/e2e/act
EXTRA_DIST += tests/real/harness.py tests/real/registry.py tests/e2e/terminal.py

# A terminal that drains slowly, not at all, or goes away.
TESTS += tests/e2e/slow
dist_check_SCRIPTS += tests/e2e/slow

# Hostile text through every way out.
TESTS += tests/e2e/sinks
dist_check_SCRIPTS += tests/e2e/sinks

# Canaries in place of credentials, looked for everywhere.
TESTS += tests/e2e/secrets
dist_check_SCRIPTS += tests/e2e/secrets

# A gateway that misbehaves, and what is on screen meanwhile.
TESTS += tests/e2e/faults
dist_check_SCRIPTS += tests/e2e/faults

# Random hands on the console for half a minute; longer, or the same again, with its options.
TESTS += tests/e2e/property
dist_check_SCRIPTS += tests/e2e/property
EXTRA_DIST += tests/e2e/line.py tests/e2e/relay.py tests/e2e/incident.py

# The demo's three incidents, from the first problem on screen to the last entry of the journal.
TESTS += tests/e2e/incidents
dist_check_SCRIPTS += tests/e2e/incidents

# Killed in the middle of an action, a dozen times; more with --long.
TESTS += tests/e2e/crash
dist_check_SCRIPTS += tests/e2e/crash

# The same gateways, changed; the effect is proved with traffic.
TESTS += tests/real/act-haproxy tests/real/act-caddy
dist_check_SCRIPTS += tests/real/act-haproxy tests/real/act-caddy

# Fakes that keep state, of those that cannot be had.
TESTS += tests/real/kong tests/real/fake-api-gateways tests/real/fake-ai-gateways
dist_check_SCRIPTS += tests/real/kong tests/real/fake-api-gateways tests/real/fake-ai-gateways
EXTRA_DIST += tests/real/acting.py tests/real/fakes.py tests/real/fakes_ai.py tests/real/fakes_kong.py

REAL_TESTS = tests/real/envoy tests/real/act-envoy tests/real/express-gateway tests/real/litellm \
	tests/real/mlflow tests/real/act-mlflow tests/real/mission-mlflow
dist_check_SCRIPTS += $(REAL_TESTS) tests/real/phoenix tests/real/run
check-real: all
	@$(AM_TESTS_ENVIRONMENT) PHOENIX=$(PHOENIX) $(srcdir)/tests/real/run $(REAL_TESTS) \
		$(PHOENIX:1=tests/real/phoenix)
.PHONY: check-real
