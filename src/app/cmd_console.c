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

static struct config *load_file(const char *given, struct err *err)
{
	char *path = config_find(given);
	struct config_report report = {.fault = say_fault, .ctx = path};
	struct config *config = NULL;

	if (!path && given)
		app_fail(EXIT_USAGE, "no such file: %s", given);
	else if (!path)
		config = config_new();
	else
		config = config_load(path, &report, err);
	free(path);
	return config;
}

struct config *app_config_file(const struct options *options)
{
	struct err err = {0};

	return load_file(options->config, &err);
}

/* Adds the URLs of the command line to config, and judges the whole; it is let go when it is not
 * right. */
static struct config *complete(struct config *config, const struct options *options, int argc,
			       char **argv, struct err *err)
{
	for (int i = 0; i < argc && !err->code; i++)
		targets_add(config, argv[i], options, err);
	if (!err->code && !config->ntargets)
		err_set(err, ERR_INVALID,
			"no gateway given: try hypercare http://HOST:PORT, hypercare demo, or "
			"hypercare init URL > hypercare.yaml");
	if (!err->code && !targets_check(config, options, err))
		return config;
	config_unref(config);
	return NULL;
}

struct config *app_config(const struct options *options, int argc, char **argv)
{
	struct err err = {0};
	struct config *config =
		argc && !options->config ? config_new() : load_file(options->config, &err);

	if (!config)
		return NULL;
	config = complete(config, options, argc, argv, &err);
	if (!config) /* without the word, which may hold a password */
		app_fail(EXIT_USAGE, "%s", err.msg);
	return config;
}

struct config *app_config_again(const struct options *options, const char *path, struct err *err)
{
	struct config *config;
	char text[512];

	*err = (struct err){0};
	if (!*path) {
		err_set(err, ERR_UNSUPPORTED, "there is no configuration file to read again");
		return NULL;
	}
	config = config_load(path, NULL, err);
	if (config)
		return complete(config, options, options->nwords, options->words, err);
	err_where(err, path, text, sizeof(text));
	err_set(err, err->code, "%.250s", text);
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
