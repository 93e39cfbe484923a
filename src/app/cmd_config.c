#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct faults {
	const char *path;
	size_t errors;
	size_t warnings;
};

static void print_fault(void *ctx, const struct err *err, bool warning)
{
	struct faults *faults = ctx;
	char text[512];

	printf("%s%s\n", err_where(err, faults->path, text, sizeof(text)),
	       warning ? " (warning)" : "");
	if (warning)
		faults->warnings++;
	else
		faults->errors++;
}

static int check(const char *path)
{
	struct faults faults = {.path = path};
	struct config_report report = {.fault = print_fault, .ctx = &faults};
	struct err err = {0};
	struct config *config = config_load(path, &report, &err);

	if (!config && !faults.errors)
		print_fault(&faults, &err, false);
	printf("%s: %zu error%s, %zu warning%s", path, faults.errors, faults.errors == 1 ? "" : "s",
	       faults.warnings, faults.warnings == 1 ? "" : "s");
	if (config)
		printf("; %zu target%s, %zu rule%s", config->ntargets,
		       config->ntargets == 1 ? "" : "s", config->nrules,
		       config->nrules == 1 ? "" : "s");
	putchar('\n');
	config_unref(config);
	return faults.errors ? EXIT_FAILED : EXIT_OK;
}

static int show(const char *path)
{
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n = file ? fread(block, 1, sizeof(block), file) : 0;
	int code = EXIT_OK;

	if (file && !ferror(file))
		printf("# %s\n", path);
	for (; n; n = fread(block, 1, sizeof(block), file))
		fwrite(block, 1, n, stdout);
	if (!file || ferror(file))
		code = app_fail(EXIT_FAILED, "%s cannot be read: %s", path, strerror(errno));
	if (file)
		fclose(file);
	return code;
}

int cmd_config(const struct options *options, int argc, char **argv)
{
	const char *what = argc ? argv[0] : "";
	const char *given = argc > 1 ? argv[1] : options->config;
	char *path = config_find(given);
	int code;

	if (strcmp(what, "check") && strcmp(what, "show"))
		code = app_fail(EXIT_USAGE, "config takes check or show, and a file");
	else if (!path && given)
		code = app_fail(EXIT_FAILED, "no such file: %s", given);
	else if (!path)
		code = app_fail(EXIT_FAILED,
				"no configuration found: hypercare init URL prints one");
	else
		code = strcmp(what, "check") ? show(path) : check(path);
	free(path);
	return code;
}
