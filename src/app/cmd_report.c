#include "app/app.h"
#include "app/headless.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#define REPORT_WINDOW_MS 60000
#define CHECK_LEAST_MS   1500
#define CHECK_MOST_MS    10000
#define SLACK_MS         15000 /* beyond the window, for slow gateways */

/* The filter of --filter, --target and --route together. */
static int build_filter(const struct options *options, struct arena *arena,
			struct filter *ret_filter, struct err *err)
{
	const char *text = options->filter ? options->filter : "";

	if (filter_parse(text, arena, ret_filter, err))
		return -1;
	if (options->target && ret_filter->n < QUERY_TERMS)
		ret_filter->terms[ret_filter->n++] = (struct term){
			.dim = DIM_TARGET, .text = arena_printf(arena, "=%s", options->target)};
	if (options->route && ret_filter->n < QUERY_TERMS)
		ret_filter->terms[ret_filter->n++] =
			(struct term){.dim = DIM_ROUTE, .text = options->route};
	return 0;
}

static struct report_input report_input(struct session *session, const struct options *options,
					const struct filter *filter, int64_t window_ms)
{
	return (struct report_input){
		.model = session_model(session),
		.detect = session_detect(session),
		.now = loop_now(session_loop(session)),
		.window_ms = window_ms,
		.project = session_config(session)->project,
		.version = PACKAGE_VERSION,
		.filter = options->filter || options->target || options->route ? filter : NULL,
	};
}

/* Collects, then writes with the given function; what both commands have in common. */
static int collect_and_write(const struct options *options, int argc, char **argv,
			     const struct headless *headless, int64_t window_ms,
			     int (*write)(const struct report_input *input,
					  const struct options *options, struct strbuf *out))
{
	struct strbuf out = STRBUF_INIT;
	struct config *config = NULL;
	struct session *session = NULL;
	struct filter filter = {0};
	struct arena arena;
	struct err err = {0};
	int64_t began_ms = clock_read().mono_ms;
	int code = EXIT_UNKNOWN;

	arena_init(&arena);
	if (build_filter(options, &arena, &filter, &err)) {
		app_fail(EXIT_UNKNOWN, "--filter: %s", err.msg);
		goto out;
	}
	config = app_config(options, argc, argv);
	if (!config)
		goto out;
	session = headless_run(headless, config, options, &err);
	if (!session) {
		app_fail(EXIT_UNKNOWN, "%s", err.msg);
		goto out;
	}
	struct report_input input = report_input(session, options, &filter, window_ms);

	if (input.now.mono_ms - began_ms > window_ms) /* all that was collected is reported */
		input.window_ms = input.now.mono_ms - began_ms;
	code = write(&input, options, &out);
	fputs(out.buf, stdout);
	if (options->state && detect_save(session_detect(session), options->state, &err))
		code = app_fail(EXIT_UNKNOWN, "--state: %s", err.msg);
out:
	session_free(session);
	config_unref(config);
	strbuf_release(&out);
	arena_release(&arena);
	return code;
}

static int write_report(const struct report_input *input, const struct options *options,
			struct strbuf *out)
{
	struct strbuf line = STRBUF_INIT;
	int code = report_check(input, &line);

	if (options->json || (options->format && !strcmp(options->format, "json")))
		report_json(input, out);
	else
		report_text(input, out);
	strbuf_release(&line);
	return code;
}

int cmd_report(const struct options *options, int argc, char **argv)
{
	int64_t window_ms = options->window_ms ? options->window_ms : REPORT_WINDOW_MS;
	struct headless headless = {.least_ms = window_ms,
				    .most_ms = window_ms + SLACK_MS,
				    .quiet = options->quiet,
				    .tells_journal = true};

	if (options->format && strcmp(options->format, "text") && strcmp(options->format, "json"))
		return app_fail(EXIT_UNKNOWN, "--format takes text or json, not '%s'",
				options->format);
	return collect_and_write(options, argc, argv, &headless, window_ms, write_report);
}

static int load_state(struct session *session, void *ctx, struct err *err)
{
	const struct options *options = ctx;
	struct err found = {0};

	if (!options->state ||
	    !detect_load(session_detect(session), options->state, clock_read(), &found) ||
	    found.code == ERR_NOT_FOUND)
		return 0;
	*err = found;
	return -1;
}

static int write_check(const struct report_input *input, const struct options *options,
		       struct strbuf *out)
{
	(void)options;
	return report_check(input, out);
}

int cmd_check(const struct options *options, int argc, char **argv)
{
	int64_t window_ms = options->window_ms ? options->window_ms : CHECK_LEAST_MS;
	struct headless headless = {.least_ms = window_ms,
				    .most_ms = window_ms + CHECK_MOST_MS,
				    .quiet = options->quiet,
				    .begin = load_state,
				    .ctx = (void *)options};

	return collect_and_write(options, argc, argv, &headless, window_ms, write_check);
}
