#include "app/app.h"
#include "app/headless.h"
#include "config/template.h"

#include <jansson.h>
#include <stdio.h>

#define IDENTIFY_MOST_MS 30000

static struct session *identify(const struct options *options, int argc, char **argv,
				struct config **ret_config)
{
	const struct headless headless = {.most_ms = IDENTIFY_MOST_MS, .identify_only = true};
	struct session *session = NULL;
	struct err err;

	*ret_config = NULL;
	if (!argc) {
		app_fail(EXIT_USAGE, "which URL? As in: hypercare identify http://HOST:PORT");
		return NULL;
	}
	*ret_config = app_config(options, argc, argv);
	if (!*ret_config)
		return NULL;
	session = headless_run(&headless, *ret_config, options, &err);
	if (!session)
		app_fail(EXIT_FAILED, "%s", err.msg);
	return session;
}

static void print_json(const struct session *session, const struct config *config)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < config->ntargets; i++) {
		const char *sentence;
		const struct profile *profile = session_found(session, i, &sentence);
		json_t *item = json_pack("{s:s, s:s?, s:s?, s:s}", "url", config->targets[i].url,
					 "profile", profile ? profile->name : NULL, "title",
					 profile ? profile->title : NULL, "sentence", sentence);

		json_array_append_new(list, item);
	}
	text = json_dumps(list, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	puts(text);
	free(text);
	json_decref(list);
}

int cmd_identify(const struct options *options, int argc, char **argv)
{
	struct config *config;
	struct session *session = identify(options, argc, argv, &config);
	int code = session ? EXIT_OK : EXIT_USAGE;

	for (size_t i = 0; session && i < config->ntargets; i++) {
		const char *sentence;

		if (!session_found(session, i, &sentence))
			code = EXIT_FAILED;
		if (!options->json)
			printf("%s %s\n", config->targets[i].url, sentence);
	}
	if (session && options->json)
		print_json(session, config);
	session_free(session);
	config_unref(config);
	return code;
}

int cmd_init(const struct options *options, int argc, char **argv)
{
	struct strbuf out = STRBUF_INIT;
	struct config *config;
	struct session *session = identify(options, argc, argv, &config);
	int code = session ? EXIT_OK : EXIT_USAGE;
	size_t unknown = 0;

	if (session) {
		template_begin(&out);
		for (size_t i = 0; i < config->ntargets; i++) {
			const char *sentence;
			const struct profile *profile = session_found(session, i, &sentence);

			if (!profile)
				app_fail(EXIT_FAILED, "%s %s", config->targets[i].url, sentence);
			unknown += !profile;
			template_target(&out, &config->targets[i], profile ? profile->name : "",
					sentence);
		}
		template_end(&out);
		fputs(out.buf, stdout);
		if (unknown)
			code = app_fail(
				EXIT_FAILED,
				"%zu of %zu not recognised: written without a profile, to be "
				"recognised when they answer",
				unknown, config->ntargets);
	}
	strbuf_release(&out);
	session_free(session);
	config_unref(config);
	return code;
}
