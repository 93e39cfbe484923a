dist_pkgdata_profiles_DATA += \
	profiles/accesslog.yaml \
	profiles/apinto.yaml \
	profiles/apipark.yaml \
	profiles/apisix.yaml \
	profiles/bifrost.yaml \
	profiles/caddy.yaml \
	profiles/envoy.yaml \
	profiles/express-gateway.yaml \
	profiles/haproxy.yaml \
	profiles/kong.yaml \
	profiles/langfuse.yaml \
	profiles/litellm.yaml \
	profiles/mlflow.yaml \
	profiles/nginx-exporter.yaml \
	profiles/nginx-plus.yaml \
	profiles/nginx.yaml \
	profiles/one-api.yaml \
	profiles/phoenix.yaml \
	profiles/portkey.yaml \
	profiles/prometheus.yaml \
	profiles/traefik.yaml \
	profiles/tyk.yaml
