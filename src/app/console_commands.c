#include "app/console_commands.h"

#include "app/app.h"
#include "app/console_act.h"
#include "app/console_journal.h"
#include "app/console_row.h"
#include "base/alloc.h"
#include "view/style.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS        80
#define QUIT_ASKS_MS 10000 /* in which a second quit is meant */

struct command {
	struct screen_command said;
	int (*run)(struct console *console, int argc, const char *const *argv, struct err *err);
};

static int run_quit(struct console *console, int argc, const char *const *argv, struct err *err)
{
	const char *unfinished = console_unfinished(console);
	int64_t now_ms = loop_now(session_loop(console->session)).mono_ms;

	(void)argc, (void)argv;
	if (unfinished && now_ms - console->quit_asked_ms > QUIT_ASKS_MS) {
		console->quit_asked_ms = now_ms;
		return err_set(err, ERR_REFUSED, "%s: once more quits all the same", unfinished);
	}
	console_quit(console, EXIT_OK);
	return 0;
}

static int run_retry(struct console *console, int argc, const char *const *argv, struct err *err)
{
	uint32_t target = UINT32_MAX;

	if (argc > 1)
		target = model_target_by_name(session_model(console->session), argv[1]);
	if (argc > 1 && target == UINT32_MAX)
		return err_set(err, ERR_NOT_FOUND, "no target is called %s", argv[1]);
	session_retry(console->session, target);
	console_say(console, false, "polling now");
	return 0;
}

static int run_reload(struct console *console, int argc, const char *const *argv, struct err *err)
{
	(void)argc, (void)argv;
	return console_reload(console, err);
}

static int run_redraw(struct console *console, int argc, const char *const *argv, struct err *err)
{
	(void)argc, (void)argv, (void)err;
	console->redraw = true;
	return 0;
}

static int run_suspend(struct console *console, int argc, const char *const *argv, struct err *err)
{
	(void)argc, (void)argv, (void)err;
	console_suspend(console);
	return 0;
}

static int run_copy(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct scene scene = console_scene(console);
	char *text = screen_copy(console->screen, &scene, argc > 1 && !strcmp(argv[1], "sentence"));
	int code;

	if (!text)
		return err_set(err, ERR_NOT_FOUND, "no row to copy");
	code = console_copy(console, text, err);
	free(text);
	return code;
}

static int write_file(const char *path, const struct strbuf *text, struct err *err)
{
	FILE *file = fopen(path, "wxe");

	if (!file && errno == EEXIST)
		return err_set(err, ERR_IO, "%s is there already: give another name", path);
	if (!file)
		return err_set(err, ERR_IO, "cannot write %s: %s", path, strerror(errno));
	fwrite(text->buf, 1, text->len, file);
	if (fclose(file))
		return err_set(err, ERR_IO, "cannot write %s: %s", path, strerror(errno));
	return 0;
}

static int run_shot(struct console *console, int argc, const char *const *argv, struct err *err)
{
	if (argc != 2)
		return err_set(err, ERR_INVALID, "shot wants a file: NAME.txt or NAME.svg");
	free(console->shot);
	console->shot = xstrdup(argv[1]);
	console_refresh(console);
	return 0;
}

void console_write_shot(struct console *console)
{
	struct strbuf text = STRBUF_INIT;
	char *path = console->shot;
	const char *ending = strrchr(path, '.');
	struct err err;

	console->shot = NULL;
	if (ending && !strcmp(ending, ".svg")) {
		struct svg_colours colours = style_colours(&console->theme);

		frame_svg(&console->frame, &colours, &text);
	} else {
		frame_text(&console->frame, &text);
	}
	if (write_file(path, &text, &err))
		console_say(console, true, "%s", err.msg);
	else
		console_say(console, false, "written: %s", path);
	strbuf_release(&text);
	free(path);
}

static int run_theme(struct console *console, int argc, const char *const *argv, struct err *err)
{
	if (argc != 2)
		return err_set(err, ERR_INVALID, "theme wants a name, such as light");
	return console_set_theme(console, argv[1], err);
}

static int run_set(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct {
		const char *name;
		bool *field;
	} switches[] = {
		{"bell", &console->bell}, {"utc", &console->utc}, {"ascii", &console->frame.ascii}};
	const char *name = argc > 1 ? argv[1] : "";
	bool on = strncmp(name, "no", 2) != 0;

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!strcmp(on ? name : name + 2, switches[i].name)) {
			*switches[i].field = on;
			console->redraw = true;
			return 0;
		}
	return err_set(err, ERR_INVALID,
		       "set takes bell, utc or ascii, with 'no' before it for off");
}

static int run_time_zone(struct console *console, int argc, const char *const *argv,
			 struct err *err)
{
	(void)argc, (void)argv, (void)err;
	console->utc = !console->utc;
	return 0;
}

/* Said by the screen, which passes it on when nothing is left to close. */
static const char close_name[] = "close";

static const struct command own[] = {
	{{"quit", "", "quit", "program"}, run_quit},
	{{"note", "TEXT", "writes a note into the journal", "act"}, run_note},
	{{"ack", "[REASON]", "acknowledges the problem under the cursor until it clears", "act"},
	 run_ack},
	{{close_name, "", "", ""}, run_quit},
	{{"act", "[ACTION [NAME=VALUE]... [--target T] [--for TIME] [--reason TEXT]]",
	  "shows what an action will do and takes its confirmation; alone: those of the row",
	  "act"},
	 run_act},
	{{"undo", "", "takes back the last own action", "act"}, run_undo},
	{{"write", "[TIME|off]", "opens the write window for 10 minutes, or closes it", "act"},
	 run_write},
	{{"fix", "TEXT", "notes a fix made elsewhere and watches the row's findings", "act"},
	 run_fix},
	{{"plan", "[NAME]", "shows a plan again, alone: the newest", "act"}, run_plan},
	{{"verify", "[NAME]", "reads back what an UNKNOWN action has done", "act"}, run_verify},
	{{"approve", "PLAN HASH", "lets another operator's plan be sent", "act"}, run_approve},
	{{"break-glass", "PLAN REASON", "sends without a second operator, loudly", "act"},
	 run_break_glass},
	{{"link", "[NAME]", "copies a link of the row; 'links:' of the configuration has them",
	  "row"},
	 run_link},
	{{"run", "[NAME]", "runs an own command on the row; 'commands:' has them", "row"},
	 run_command},
	{{"report", "", "the report of now, as hypercare report writes it", "program"}, run_report},
	{{"retry", "[TARGET]", "poll now what waits or was stopped", "program"}, run_retry},
	{{"reload", "", "read the configuration anew; as SIGUSR1 does", "program"}, run_reload},
	{{"redraw", "", "paint everything anew", "program"}, run_redraw},
	{{"suspend", "", "back to the shell; fg returns", "program"}, run_suspend},
	{{"copy", "row|sentence", "to the clipboard of the terminal (OSC 52)", "program"},
	 run_copy},
	{{"shot", "FILE", "write the screen as text or, to NAME.svg, as a picture", "program"},
	 run_shot},
	{{"theme", "NAME", "other colours", "program"}, run_theme},
	{{"time-zone", "", "times in UTC or local", "program"}, run_time_zone},
	{{"set", "[no]bell|utc|ascii", "switch something on or off", "program"}, run_set},
};
#define OWN (sizeof(own) / sizeof(own[0]))

const struct screen_command *console_commands(void)
{
	static struct screen_command *all;
	const struct screen_command *theirs = screen_commands();
	size_t n = 0;

	if (all)
		return all;
	while (theirs[n].name)
		n++;
	all = xcalloc(n + OWN + 1, sizeof(*all));
	memcpy(all, theirs, n * sizeof(*all));
	for (size_t i = 0; i < OWN; i++)
		if (own[i].said.name != close_name)
			all[n++] = own[i].said;
	return all;
}

/* Splits a line into words; quotes of either kind hold one together. Returns how many. */
static int split(char *line, const char **words)
{
	int n = 0;

	while (n < WORDS) {
		char quote = '\0', *to;

		line += strspn(line, " \t");
		if (!*line)
			break;
		words[n++] = to = line;
		for (; *line && (quote || !isblank((unsigned char)*line)); line++) {
			if (*line == quote)
				quote = '\0';
			else if (!quote && (*line == '"' || *line == '\''))
				quote = *line;
			else
				*to++ = *line;
		}
		if (*line)
			line++;
		*to = '\0';
	}
	return n;
}

static int run_own(struct console *console, int argc, const char *const *argv, struct err *err)
{
	for (size_t i = 0; i < OWN; i++)
		if (!strcmp(own[i].said.name, argv[0]))
			return own[i].run(console, argc, argv, err);
	return err_set(err, ERR_NOT_FOUND, "no command is called %s: ? lists them", argv[0]);
}

void console_execute(struct console *console, const char *line)
{
	struct scene scene = console_scene(console);
	char *copy = xstrdup(line);
	const char *words[WORDS];
	struct err err = {0};
	int n = split(copy, words), result = 0;

	if (n) {
		result = screen_command(console->screen, &scene, n, words, &err);
		if (result > 0)
			result = run_own(console, n, words, &err);
		if (result < 0)
			console_say(console, true, "%s", err.msg);
	}
	free(copy);
	console_look(console);
	console_refresh(console);
}

const char *console_phase(struct console *console, struct clock now)
{
	const struct config *config = console->config;
	int64_t day = (now.wall_ms - config->golive_ms) / 86400000 + 1;

	console->phase[0] = '\0';
	if (!config->golive_ms || now.wall_ms < config->golive_ms)
		return console->phase;
	for (size_t i = 0; i < config->nphases; i++) {
		if (day <= config->phases[i].days || i + 1 == config->nphases) {
			snprintf(console->phase, sizeof(console->phase), "%s day %lld/%lld",
				 config->phases[i].name, (long long)day,
				 (long long)config->phases[i].days);
			break;
		}
		day -= config->phases[i].days;
	}
	return console->phase;
}
