noinst_LIBRARIES += src/profile/libprofile.a
src_profile_libprofile_a_SOURCES = \
	src/profile/action.c src/profile/action.h \
	src/profile/action_names.c src/profile/action_names.h \
	src/profile/action_show.c \
	src/profile/action_table.c \
	src/profile/catalog.c src/profile/catalog.h \
	src/profile/describe.c \
	src/profile/filter.c src/profile/filter.h \
	src/profile/filter_envoy.c src/profile/filter_haproxy.c \
	src/profile/filter_litellm.c \
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
check_PROGRAMS += check_action check_profile check_mapping check_profiles_data \
	check_profiles_words
TESTS += check_action check_profile check_mapping check_profiles_data \
	check_profiles_words
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
check_profiles_words_SOURCES = tests/check_profiles_words.c
check_profiles_words_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_profiles_words_LDADD = $(WHOLE) src/profile/libprofile.a $(PARTS) $(PROFILE_LIBS) $(CHECK_LIBS)
CLEANFILES += *.got
endif

EXTRA_DIST += \
	tests/data/profiles/README.md \
	tests/data/profiles/apinto-0.22.metrics.txt \
	tests/data/profiles/apinto-0.22.metrics.txt.want \
	tests/data/profiles/apinto-0.22.router-disabled.json \
	tests/data/profiles/apinto-0.22.router-disabled.json.want \
	tests/data/profiles/apinto-0.22.router-ip-restriction.json \
	tests/data/profiles/apinto-0.22.router-ip-restriction.json.want \
	tests/data/profiles/apinto-0.22.router-prompt.made.json \
	tests/data/profiles/apinto-0.22.router-prompt.made.json.want \
	tests/data/profiles/apinto-0.22.service.json \
	tests/data/profiles/apinto-0.22.service.json.want \
	tests/data/profiles/apinto-0.22.strategy-limiting.json \
	tests/data/profiles/apinto-0.22.strategy-limiting.json.want \
	tests/data/profiles/apinto-0.22.strategy-visit.json \
	tests/data/profiles/apinto-0.22.strategy-visit.json.want \
	tests/data/profiles/apinto-0.22.system-info.json \
	tests/data/profiles/apinto-0.22.system-info.json.want \
	tests/data/profiles/apipark-1.9.ai-routers.json \
	tests/data/profiles/apipark-1.9.ai-routers.json.want \
	tests/data/profiles/apipark-1.9.keys-disabled.json \
	tests/data/profiles/apipark-1.9.keys-disabled.json.want \
	tests/data/profiles/apipark-1.9.keys.json \
	tests/data/profiles/apipark-1.9.keys.json.want \
	tests/data/profiles/apipark-1.9.nodes.json \
	tests/data/profiles/apipark-1.9.nodes.json.want \
	tests/data/profiles/apipark-1.9.releases-rolled-back.json \
	tests/data/profiles/apipark-1.9.releases-rolled-back.json.want \
	tests/data/profiles/apipark-1.9.releases.json \
	tests/data/profiles/apipark-1.9.releases.json.want \
	tests/data/profiles/apisix-3.14.0.global-rules.json \
	tests/data/profiles/apisix-3.14.0.global-rules.json.want \
	tests/data/profiles/apisix-3.14.0.healthcheck.json \
	tests/data/profiles/apisix-3.14.0.healthcheck.json.want \
	tests/data/profiles/apisix-3.14.0.prom \
	tests/data/profiles/apisix-3.14.0.prom.want \
	tests/data/profiles/apisix-3.14.0.routes.json \
	tests/data/profiles/apisix-3.14.0.routes.json.want \
	tests/data/profiles/apisix-3.14.0.upstreams.json \
	tests/data/profiles/apisix-3.14.0.upstreams.json.want \
	tests/data/profiles/bifrost-1.keys.json \
	tests/data/profiles/bifrost-1.keys.json.want \
	tests/data/profiles/bifrost-1.prom \
	tests/data/profiles/bifrost-1.prom.want \
	tests/data/profiles/bifrost-1.versions.json \
	tests/data/profiles/bifrost-1.versions.json.want \
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
	tests/data/profiles/envoy-1.40.0.own-answers.prom \
	tests/data/profiles/envoy-1.40.0.own-answers.prom.want \
	tests/data/profiles/envoy-1.40.0.timeouts.prom \
	tests/data/profiles/envoy-1.40.0.timeouts.prom.want \
	tests/data/profiles/envoy-1.40.0.breaker-open.prom \
	tests/data/profiles/envoy-1.40.0.breaker-open.prom.want \
	tests/data/profiles/envoy-1.40.0.no-healthy-host.prom \
	tests/data/profiles/envoy-1.40.0.no-healthy-host.prom.want \
	tests/data/profiles/prometheus-3-kubernetes.made.json \
	tests/data/profiles/prometheus-3-kubernetes.made.json.want \
	tests/data/profiles/envoy-1.40.0.xds.prom \
	tests/data/profiles/envoy-1.40.0.xds.prom.want \
	tests/data/profiles/express-gateway-1.16.11.api-endpoints.json \
	tests/data/profiles/express-gateway-1.16.11.api-endpoints.json.want \
	tests/data/profiles/express-gateway-1.16.11.pipelines.json \
	tests/data/profiles/express-gateway-1.16.11.pipelines.json.want \
	tests/data/profiles/express-gateway-1.16.11.service-endpoints.json \
	tests/data/profiles/express-gateway-1.16.11.service-endpoints.json.want \
	tests/data/profiles/haproxy-2.6.12.prom \
	tests/data/profiles/haproxy-2.6.12.prom.want \
	tests/data/profiles/haproxy-2.6.12.show-info.txt \
	tests/data/profiles/haproxy-2.6.12.show-info.txt.want \
	tests/data/profiles/haproxy-2.6.12.show-stat.csv \
	tests/data/profiles/haproxy-2.6.12.show-stat.csv.want \
	tests/data/profiles/haproxy-2.6.12.own-answers.csv \
	tests/data/profiles/haproxy-2.6.12.own-answers.csv.want \
	tests/data/profiles/haproxy-2.6.12.own-answers.prom \
	tests/data/profiles/haproxy-2.6.12.own-answers.prom.want \
	tests/data/profiles/haproxy-two-frontends.made.prom \
	tests/data/profiles/haproxy-two-frontends.made.prom.want \
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
	tests/data/profiles/langfuse-3.prompt.json \
	tests/data/profiles/langfuse-3.prompt.json.want \
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
	tests/data/profiles/litellm-workers-and-routes.made.prom \
	tests/data/profiles/litellm-workers-and-routes.made.prom.want \
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
	tests/data/profiles/nginx-plus-r33.exporter.prom \
	tests/data/profiles/nginx-plus-r33.exporter.prom.want \
	tests/data/profiles/nginx-plus-r33.keyvals.json \
	tests/data/profiles/nginx-plus-r33.keyvals.json.want \
	tests/data/profiles/nginx-plus-r33.limit-reqs.json \
	tests/data/profiles/nginx-plus-r33.limit-reqs.json.want \
	tests/data/profiles/nginx-plus-r33.server-zones.json \
	tests/data/profiles/nginx-plus-r33.server-zones.json.want \
	tests/data/profiles/nginx-plus-r33.upstreams.json \
	tests/data/profiles/nginx-plus-r33.upstreams.json.want \
	tests/data/profiles/one-api-0.6.channel-states.made.json \
	tests/data/profiles/one-api-0.6.channel-states.made.json.want \
	tests/data/profiles/one-api-0.6.channels.json \
	tests/data/profiles/one-api-0.6.channels.json.want \
	tests/data/profiles/one-api-0.6.status.json \
	tests/data/profiles/one-api-0.6.status.json.want \
	tests/data/profiles/one-api-0.6.tokens.json \
	tests/data/profiles/one-api-0.6.tokens.json.want \
	tests/data/profiles/phoenix-20.26.1.projects.made.json \
	tests/data/profiles/phoenix-20.26.1.projects.made.json.want \
	tests/data/profiles/phoenix-20.26.1.prompts.made.json \
	tests/data/profiles/phoenix-20.26.1.prompts.made.json.want \
	tests/data/profiles/phoenix-20.26.1.versions.json \
	tests/data/profiles/phoenix-20.26.1.versions.json.want \
	tests/data/profiles/prometheus-kong-alone.made.json \
	tests/data/profiles/prometheus-kong-alone.made.json.want \
	tests/data/profiles/portkey.prompt.json \
	tests/data/profiles/portkey.prompt.json.want \
	tests/data/profiles/portkey.versions.json \
	tests/data/profiles/portkey.versions.json.want \
	tests/data/profiles/prometheus-2.42.haproxy.json \
	tests/data/profiles/prometheus-2.42.haproxy.json.want \
	tests/data/profiles/traefik-3.7.no-routers.made.prom \
	tests/data/profiles/traefik-3.7.no-routers.made.prom.want \
	tests/data/profiles/traefik-3.7.prom \
	tests/data/profiles/traefik-3.7.prom.want \
	tests/data/profiles/traefik-3.7.rawdata.json \
	tests/data/profiles/traefik-3.7.rawdata.json.want \
	tests/data/profiles/tyk-5.apis.json \
	tests/data/profiles/tyk-5.apis.json.want \
	tests/data/profiles/tyk-5.hello-fail.json \
	tests/data/profiles/tyk-5.hello-fail.json.want \
	tests/data/profiles/tyk-5.made.prom \
	tests/data/profiles/tyk-5.made.prom.want \
	tests/data/profiles/victoria-metrics-1.79.5.haproxy.json \
	tests/data/profiles/victoria-metrics-1.79.5.haproxy.json.want
