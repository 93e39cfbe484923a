dist_pkgdata_profiles_DATA += \
	profiles/accesslog.yaml \
	profiles/caddy.yaml \
	profiles/envoy.yaml \
	profiles/haproxy.yaml \
	profiles/kong.yaml \
	profiles/litellm.yaml \
	profiles/mlflow.yaml \
	profiles/nginx-exporter.yaml \
	profiles/nginx.yaml \
	profiles/prometheus.yaml
