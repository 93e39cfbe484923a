noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/action.c src/profile/action.h \
	src/profile/action_names.c src/profile/action_names.h \
	src/profile/action_show.c \
	src/profile/action_table.c \
	src/profile/describe.c \
	src/profile/filter.c \
	src/profile/find.c \
	src/profile/load.c src/profile/load.h \
	src/profile/mapping.c src/profile/mapping.h \
	src/profile/match.c \
	src/profile/param.c \
	src/profile/profile.h \
	src/profile/promql.c \
	src/profile/rule.c src/profile/rule.h \
	src/profile/schema.c
PROFILE_LIBS = src/profile/libprofile.a $(EVAL_LIBS) $(CONFIG_LIBS) $(MODEL_LIBS) 

if HAVE_CHECK
check_PROGRAMS += check_action check_profile check_mapping check_profiles_data
TESTS += check_action check_profile check_mapping check_profiles_data
check_action_SOURCES = tests/check_action.c
check_action_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_action_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
check_profile_SOURCES = tests/check_profile.c
check_profile_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_profile_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
check_mapping_SOURCES = tests/check_mapping.c tests/profile_text.c tests/profile_text.h
check_mapping_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_mapping_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
check_profiles_data_SOURCES = tests/check_profiles_data.c tests/profile_text.c tests/profile_text.h
check_profiles_data_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_profiles_data_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
CLEANFILES += *.got
endif

EXTRA_DIST += \
	tests/data/profiles/README.md \
	tests/data/profiles/caddy-2.6.2.config.json \
	tests/data/profiles/caddy-2.6.2.config.json.want \
	tests/data/profiles/caddy-2.6.2.prom \
	tests/data/profiles/caddy-2.6.2.prom.want \
	tests/data/profiles/caddy-2.6.2.subroute.prom \
	tests/data/profiles/caddy-2.6.2.subroute.prom.want \
	tests/data/profiles/caddy-2.8.made.prom \
	tests/data/profiles/caddy-2.8.made.prom.want \
	tests/data/profiles/envoy-1.40.0.500-requests.prom \
	tests/data/profiles/envoy-1.40.0.500-requests.prom.want \
	tests/data/profiles/envoy-1.40.0.clusters-ejected.json \
	tests/data/profiles/envoy-1.40.0.clusters-ejected.json.want \
	tests/data/profiles/envoy-1.40.0.clusters-failed-check.json \
	tests/data/profiles/envoy-1.40.0.clusters-failed-check.json.want \
	tests/data/profiles/envoy-1.40.0.timeouts.prom \
	tests/data/profiles/envoy-1.40.0.timeouts.prom.want \
	tests/data/profiles/envoy-1.40.0.xds.prom \
	tests/data/profiles/envoy-1.40.0.xds.prom.want \
	tests/data/profiles/haproxy-2.6.12.prom \
	tests/data/profiles/haproxy-2.6.12.prom.want \
	tests/data/profiles/haproxy-2.6.12.show-info.txt \
	tests/data/profiles/haproxy-2.6.12.show-info.txt.want \
	tests/data/profiles/haproxy-2.6.12.show-stat.csv \
	tests/data/profiles/haproxy-2.6.12.show-stat.csv.want \
	tests/data/profiles/haproxy-denying-backend.made.prom \
	tests/data/profiles/haproxy-denying-backend.made.prom.want \
	tests/data/profiles/kong-3.9.0.health.json \
	tests/data/profiles/kong-3.9.0.health.json.want \
	tests/data/profiles/kong-3.9.0.plugins.json \
	tests/data/profiles/kong-3.9.0.plugins.json.want \
	tests/data/profiles/kong-3.9.0.prom \
	tests/data/profiles/kong-3.9.0.prom.want \
	tests/data/profiles/kong-3.9.0.status.json \
	tests/data/profiles/kong-3.9.0.status.json.want \
	tests/data/profiles/litellm-1.106.2.database.prom \
	tests/data/profiles/litellm-1.106.2.database.prom.want \
	tests/data/profiles/litellm-1.106.2.guardrail.prom \
	tests/data/profiles/litellm-1.106.2.guardrail.prom.want \
	tests/data/profiles/litellm-1.106.2.prompt-info.json \
	tests/data/profiles/litellm-1.106.2.prompt-info.json.want \
	tests/data/profiles/litellm-1.106.2.traffic.prom \
	tests/data/profiles/litellm-1.106.2.traffic.prom.want \
	tests/data/profiles/litellm-both-out.made.prom \
	tests/data/profiles/litellm-both-out.made.prom.want \
	tests/data/profiles/mlflow-3.17.2.budgets.json \
	tests/data/profiles/mlflow-3.17.2.budgets.json.want \
	tests/data/profiles/mlflow-3.17.2.no-prompts.json \
	tests/data/profiles/mlflow-3.17.2.no-prompts.json.want \
	tests/data/profiles/mlflow-3.17.2.prompts.json \
	tests/data/profiles/mlflow-3.17.2.prompts.json.want \
	tests/data/profiles/mlflow-3.17.2.two-spellings.json \
	tests/data/profiles/mlflow-3.17.2.two-spellings.json.want \
	tests/data/profiles/mlflow-3.17.2.versions.json \
	tests/data/profiles/mlflow-3.17.2.versions.json.want \
	tests/data/profiles/nginx-1.22.1.stub_status.txt \
	tests/data/profiles/nginx-1.22.1.stub_status.txt.want \
	tests/data/profiles/nginx-exporter-0.11.prom \
	tests/data/profiles/nginx-exporter-0.11.prom.want \
	tests/data/profiles/prometheus-2.42.haproxy.json \
	tests/data/profiles/prometheus-2.42.haproxy.json.want \
	tests/data/profiles/victoria-metrics-1.79.5.haproxy.json \
	tests/data/profiles/victoria-metrics-1.79.5.haproxy.json.want
