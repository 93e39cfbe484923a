#include "app/app.h"
#include "app/console.h"
#include "app/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say_fault(void *ctx, const struct err *err, bool warning)
{
	char text[512];

	fprintf(stderr, "%s%s\n", err_where(err, ctx, text, sizeof(text)),
		warning ? " (warning)" : "");
}

static struct config *load_file(const char *given)
{
	char *path = config_find(given);
	struct config_report report = {.fault = say_fault, .ctx = path};
	struct config *config = NULL;
	struct err err = {0};

	if (!path && given)
		app_fail(EXIT_USAGE, "no such file: %s", given);
	else if (!path)
		config = config_new();
	else
		config = config_load(path, &report, &err);
	free(path);
	return config;
}

struct config *app_config(const struct options *options, int argc, char **argv)
{
	struct config *config =
		argc && !options->config ? config_new() : load_file(options->config);
	struct err err;

	if (!config)
		return NULL;
	for (int i = 0; i < argc; i++)
		if (targets_add(config, argv[i], options, &err)) {
			app_fail(EXIT_USAGE, "%s", err.msg); /* the word may hold a password */
			config_unref(config);
			return NULL;
		}
	if (!config->ntargets) {
		app_fail(EXIT_USAGE, "no gateway given: try hypercare http://HOST:PORT, "
				     "hypercare demo, or hypercare init URL > hypercare.yaml");
		config_unref(config);
		return NULL;
	}
	return config;
}

int cmd_console(const struct options *options, int argc, char **argv)
{
	struct config *config = app_config(options, argc, argv);
	int code;

	if (!config)
		return EXIT_USAGE;
	code = console_run(config, options, NULL);
	config_unref(config);
	return code;
}
