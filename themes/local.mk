dist_pkgdata_themes_DATA += \
	themes/colour-blind.yaml \
	themes/default.yaml \
	themes/high-contrast.yaml \
	themes/light.yaml \
	themes/mono.yaml
