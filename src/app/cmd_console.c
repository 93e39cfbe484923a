#include "app/app.h"
#include "app/console.h"
#include "app/targets.h"
#include "base/suggest.h"

#include <limits.h>
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

struct config *app_config_file(const struct options *options)
{
	return load_file(options->config);
}

struct config *app_config(const struct options *options, int argc, char **argv)
{
	struct config *config =
		argc && !options->config ? config_new() : load_file(options->config);
	struct err err = {0};

	if (!config)
		return NULL;
	for (int i = 0; i < argc && !err.code; i++)
		targets_add(config, argv[i], options, &err);
	if (!err.code && !config->ntargets)
		err_set(&err, ERR_INVALID,
			"no gateway given: try hypercare http://HOST:PORT, hypercare demo, or "
			"hypercare init URL > hypercare.yaml");
	if (!err.code && !targets_check(config, options, &err))
		return config;
	app_fail(EXIT_USAGE, "%s", err.msg); /* without the word, which may hold a password */
	config_unref(config);
	return NULL;
}

/* A host is written with its port or a dot, so that a mistyped command opens no console. */
static bool is_bare_word(const char *word)
{
	return *word && !strpbrk(word, ".:/") && strcmp(word, "-") && strcmp(word, "stdin") &&
	       strcmp(word, "localhost");
}

static int refuse_word(const char *word)
{
	const char *nearest = NULL;
	int distance = INT_MAX;

	for (const struct app_command *each = app_commands() + 1; each->name; each++) {
		if (!strcmp(each->name, word))
			return app_fail(EXIT_USAGE, "the command comes first: hypercare %s ...",
					word);
		suggest_offer(word, each->name, &distance, &nearest);
	}
	if (nearest)
		return app_fail(EXIT_USAGE, "%.80s is no command: did you mean %s?", word, nearest);
	return app_fail(EXIT_USAGE,
			"%.80s is no command and no URL: 'hypercare help' lists the commands; a "
			"host is given as http://%.80s",
			word, word);
}

int cmd_console(const struct options *options, int argc, char **argv)
{
	struct config *config;
	int code;

	for (int i = 0; i < argc; i++)
		if (is_bare_word(argv[i]))
			return refuse_word(argv[i]);
	config = app_config(options, argc, argv);
	if (!config)
		return EXIT_USAGE;
	code = console_run(config, options, NULL);
	config_unref(config);
	return code;
}
