#include "app/app.h"
#include "app/headless.h"
#include "app/targets.h"
#include "app/try_actions.h"
#include "config/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_LEAST_MS 2500
#define TEST_MOST_MS  30000

/* Where profiles would be. */
static int say_none(void)
{
	struct strbuf folders = STRBUF_INIT;

	for (int i = 0; i < PATHS_FOLDERS; i++) {
		char *folder = paths_folder(i, "profiles");

		if (folder)
			strbuf_addf(&folders, "%s%s", folders.len ? " and " : "", folder);
		free(folder);
	}
	app_fail(EXIT_FAILED, "no profiles in %s: install them, or set HYPERCARE_DATA_DIR",
		 folders.buf);
	strbuf_release(&folders);
	return EXIT_FAILED;
}

static void list_one(void *ctx, const char *name, const char *path)
{
	struct profile *profile = profile_load(path, NULL, NULL, NULL);
	size_t *listed = ctx;

	++*listed;
	printf("%-16s %-44s %s\n", name, profile ? profile->title : "(has faults)", path);
	profile_unref(profile);
}

static void print_fault(void *ctx, const struct err *err)
{
	char text[512];

	fprintf(stderr, "%s\n", err_where(err, ctx, text, sizeof(text)));
}

/* A file when the word is a path, else a profile's name. */
static struct profile *open_profile(const char *word)
{
	struct profile *profile;
	struct err err = {0};

	if (!strchr(word, '/') && !strstr(word, ".yaml")) {
		profile = profile_find(word, &err);
		if (!profile)
			app_fail(EXIT_FAILED, "%s", err.msg);
		return profile;
	}
	profile = profile_load(word, print_fault, (void *)word, &err);
	if (!profile)
		app_fail(EXIT_FAILED, "%s has faults", word);
	return profile;
}

static int show(const char *word)
{
	struct profile *profile = open_profile(word);
	struct strbuf out = STRBUF_INIT;

	if (!profile)
		return EXIT_FAILED;
	profile_describe(profile, &out);
	fputs(out.buf, stdout);
	strbuf_release(&out);
	profile_unref(profile);
	return EXIT_OK;
}

static void print_sources(const struct model *model)
{
	puts("SOURCE           STATE    SERIES  UNMAPPED  TOOK     WHY");
	for (uint32_t i = 0; i < model_source_count(model); i++) {
		struct source_status status = model_source(model, i);

		if (status.target == UINT32_MAX)
			continue;
		printf("%-16s %-8s %6u  %8u  %6.3fs  %s\n", status.name,
		       status.outcome >= TICK_FAILED ? "failed"
		       : status.answered             ? "ok"
						     : "-",
		       status.series, status.unmapped, status.seconds, status.error);
	}
}

/* Which measures have a value, and for what is missing the profile's hint. */
static void print_measures(struct session *session, const struct profile *profile)
{
	const struct model *model = session_model(session);
	struct clock now = loop_now(session_loop(session));

	puts("\nMEASURE                     VALUE  FROM, OR WHY NOT");
	for (int i = 0; i < M_COUNT; i++) {
		const struct measure_info *info = measure_info((enum measure)i);
		struct figure figure = query_one(model, (enum measure)i, COLUMN_VALUE, NULL, 0,
						 TEST_LEAST_MS, now);
		const char *hint = profile_hint(profile, info->signal);
		char value[12];

		if (figure.quality & Q_NONE && !hint)
			continue;
		printf("%-24s %8s  %s\n", info->name, figure_format(value, 8, &figure),
		       figure.quality & Q_NONE ? hint : info->formula);
	}
}

/* After the URL, values for the actions' parameters: NAME=VALUE. */
static int test(const struct options *options, const char *word, const char *url, int argc,
		char **argv)
{
	struct profile *profile = open_profile(word);
	const struct headless headless = {.least_ms = TEST_LEAST_MS,
					  .most_ms = TEST_MOST_MS,
					  .profile = profile,
					  .keeps_journal = options->actions};
	struct config *config = config_new();
	struct session *session = NULL;
	struct err err = {0};
	int code = EXIT_FAILED;

	if (!profile || targets_add(config, url, options, &err))
		goto out;
	session = headless_run(&headless, config, options, &err);
	if (!session)
		goto out;
	print_sources(session_model(session));
	print_measures(session, profile);
	code = session_progress(session).failed ? EXIT_FAILED : EXIT_OK;
	if (options->actions && try_actions(session, profile, argc, argv, &err))
		code = EXIT_FAILED;
out:
	if (err.code)
		app_fail(EXIT_FAILED, "%s", err.msg);
	session_free(session);
	config_unref(config);
	profile_unref(profile);
	return code;
}

int cmd_profile(const struct options *options, int argc, char **argv)
{
	const char *what = argc ? argv[0] : "";

	size_t listed = 0;

	if (!strcmp(what, "list") && argc == 1) {
		profile_list(list_one, &listed);
		return listed ? EXIT_OK : say_none();
	}
	if (!strcmp(what, "show") && argc == 2)
		return show(argv[1]);
	if (options->actions != options->dry_run)
		return app_fail(EXIT_USAGE, "a profile's actions are only tested dry: give both "
					    "--actions and --dry-run");
	if (!strcmp(what, "test") && (argc == 3 || (argc > 3 && options->actions)))
		return test(options, argv[1], argv[2], argc - 3, argv + 3);
	return app_fail(EXIT_USAGE, "profile takes list, show NAME, or test FILE|NAME URL "
				    "[--actions --dry-run [NAME=VALUE...]]");
}
