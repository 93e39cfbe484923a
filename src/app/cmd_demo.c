#include "app/app.h"
#include "app/console.h"
#include "app/gateways.h"
#include "app/headless.h"
#include "report/report.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PLAY_MS 60000 /* without a terminal */

/* The demo without a screen: a minute of it, and the report that the screen would have shown. */
static int play(struct config *config, const struct options *options)
{
	const struct headless headless = {
		.least_ms = options->window_ms ? options->window_ms : PLAY_MS,
		.most_ms = 2 * PLAY_MS + options->window_ms,
	};
	struct strbuf out = STRBUF_INIT;
	struct err err;
	struct session *session = headless_run(&headless, config, options, &err);
	struct report_input input;

	if (!session)
		return app_fail(EXIT_FAILED, "%s", err.msg);
	input = (struct report_input){
		.model = session_model(session),
		.detect = session_detect(session),
		.now = loop_now(session_loop(session)),
		.window_ms = headless.least_ms,
		.project = config->project,
		.version = PACKAGE_VERSION,
	};
	report_text(&input, &out);
	fputs(out.buf, stdout);
	strbuf_release(&out);
	session_free(session);
	return EXIT_OK;
}

static int show_ports(const struct config *config)
{
	sigset_t signals;
	int number;

	for (size_t i = 0; i < config->ntargets; i++)
		printf("%s %s\n", config->targets[i].name, config->targets[i].url);
	fflush(stdout);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigwait(&signals, &number);
	return EXIT_OK;
}

/* The demo's journal lasts as long as the demo, in a folder of its own. */
static int run_console(struct config *config, const struct options *options)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	const char *temporary = getenv("TMPDIR");
	struct strbuf folder = STRBUF_INIT, file = STRBUF_INIT;
	int code;

	strbuf_addf(&folder, "%s/hypercare-journal-XXXXXX",
		    temporary && *temporary == '/' ? temporary : "/tmp");
	if (!mkdtemp(folder.buf)) {
		code = app_fail(EXIT_FAILED, "cannot make a folder like %s", folder.buf);
		goto out;
	}
	free(config->journal);
	strbuf_addf(&file, "%s/demo.journal.db", folder.buf);
	config->journal = strbuf_detach(&file);
	code = console_run(config, options, "simulated gateways");
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		strbuf_clear(&file);
		strbuf_addf(&file, "%s%s", config->journal, endings[i]);
		unlink(file.buf);
	}
	rmdir(folder.buf);
out:
	strbuf_release(&folder);
	strbuf_release(&file);
	return code;
}

int cmd_demo(const struct options *options, int argc, char **argv)
{
	struct config *config = config_new();
	struct gateways gateways;
	struct err err;
	int code;

	(void)argv;
	if (argc || options->scenario < 0 || options->scenario > 3 || !(options->speed > 0)) {
		config_unref(config);
		return app_fail(EXIT_USAGE, "demo takes no URL, a scenario from 1 to 3, and a "
					    "speed over 0");
	}
	if (gateways_start(&gateways, options, config, &err)) {
		config_unref(config);
		return app_fail(EXIT_FAILED, "%s", err.msg);
	}
	if (options->ports)
		code = show_ports(config);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		code = run_console(config, options);
	else
		code = play(config, options);
	gateways_stop(&gateways);
	config_unref(config);
	return code;
}
