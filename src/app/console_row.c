#include "app/console_row.h"

#include "app/row_links.h"
#include "base/utf8.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#define CHOICES 32

/* The row under the cursor, its target among its values; -1 and err when there is none. */
static int row_of(struct console *console, struct dims *ret_row, struct err *err)
{
	const struct model *model = session_model(console->session);
	uint32_t target;

	if (!screen_cursor(console->screen, ret_row, &target))
		return err_set(err, ERR_NOT_FOUND, "there is no row under the cursor");
	if (!ret_row->value[DIM_TARGET] && target != UINT32_MAX)
		ret_row->value[DIM_TARGET] = model_target_symbol(model, target);
	return 0;
}

static void add_choice(struct screen_choice *choices, size_t *n, const char *name,
		       const char *command, const char *note)
{
	struct screen_choice *choice = &choices[*n];

	if (*n == CHOICES)
		return;
	memset(choice, 0, sizeof(*choice));
	snprintf(choice->title, sizeof(choice->title), "%s", name);
	snprintf(choice->line, sizeof(choice->line), "%s '%s'", command, name);
	snprintf(choice->note, sizeof(choice->note), "%s", note);
	(*n)++;
}

/* The runbook of what is found about the row, or "". */
static const char *runbook_of(struct console *console)
{
	const struct detect *detect = session_detect(console->session);
	struct scene scene = console_scene(console);
	uint32_t id = screen_finding(console->screen, &scene);

	for (size_t i = 0; id && i < detect_count(detect); i++)
		if (detect_finding(detect, i)->id == id)
			return detect_finding(detect, i)->rule->runbook;
	return "";
}

int console_copy(struct console *console, const char *text, struct err *err)
{
	char shown[160];
	size_t i;

	if (term_copy(console->term, text, err))
		return -1;
	for (i = 0; i < sizeof(shown) - 1 && text[i]; i++)
		shown[i] = strchr("\t\n", text[i]) ? ' ' : text[i];
	shown[i] = '\0';
	console_say(console, false, "copied%s: %s",
		    console->in_tmux ? ", where tmux has set-clipboard on" : "", shown);
	return 0;
}

/* The links that are about the row, as choices; *ret_only is that of the last of them. */
static size_t links_about(struct console *console, const struct dims *row,
			  struct screen_choice *choices, struct strbuf *ret_only)
{
	const struct names *names = model_names(session_model(console->session));
	const char *runbook = runbook_of(console);
	struct strbuf link = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < console->config->nlinks; i++) {
		strbuf_clear(&link);
		if (row_link(console->config->links[i].url, names, row, &link, NULL))
			continue;
		strbuf_clear(ret_only);
		strbuf_addstr(ret_only, link.buf);
		add_choice(choices, &n, console->config->links[i].name, "link", link.buf);
	}
	if (runbook && *runbook) {
		strbuf_clear(ret_only);
		strbuf_addstr(ret_only, runbook);
		add_choice(choices, &n, "runbook", "link", runbook);
	}
	strbuf_release(&link);
	return n;
}

static int link_named(struct console *console, const struct dims *row, const char *name,
		      struct err *err)
{
	const struct names *names = model_names(session_model(console->session));
	const char *runbook = runbook_of(console);
	struct strbuf link = STRBUF_INIT;
	int code = -1;

	for (size_t i = 0; i < console->config->nlinks; i++)
		if (!strcmp(console->config->links[i].name, name)) {
			code = row_link(console->config->links[i].url, names, row, &link, err);
			if (!code)
				code = console_copy(console, link.buf, err);
			strbuf_release(&link);
			return code;
		}
	if (!strcmp(name, "runbook") && runbook && *runbook)
		return console_copy(console, runbook, err);
	return err_set(err, ERR_NOT_FOUND,
		       "no link is called %s: 'links:' of the configuration names them", name);
}

int run_link(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct screen_choice choices[CHOICES];
	struct strbuf only = STRBUF_INIT;
	struct dims row;
	int code = 0;
	size_t n;

	if (row_of(console, &row, err))
		return -1;
	if (argc > 1)
		return link_named(console, &row, argv[1], err);
	n = links_about(console, &row, choices, &only);
	if (n > 1)
		screen_menu(console->screen, "links of the row", choices, n);
	else if (n)
		code = console_copy(console, only.buf, err);
	else
		code = err_set(err, ERR_NOT_FOUND,
			       "no link is about this row: 'links:' of the configuration makes "
			       "them");
	strbuf_release(&only);
	return code;
}

/* Lines as they may be shown: each through the sanitiser. */
static void add_lines(struct strbuf *out, const struct strbuf *text)
{
	char shown[1024];
	const char *at = text->buf, *end = text->buf + text->len;

	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((line ? line : end) - at);

		utf8_sanitise(shown, sizeof(shown), at, len);
		strbuf_addf(out, " %s\n", shown);
		at += len + 1;
	}
}

static void show_job(struct console *console)
{
	const struct job *job = &console->job;
	struct strbuf text = STRBUF_INIT;

	add_lines(&text, &job->text);
	strbuf_addf(&text, "%s\n", job->pid ? "(runs)" : job->why);
	screen_show_text(console->screen, console->job_title, text.buf);
	strbuf_release(&text);
	console_refresh(console);
}

/* Who has closed its text does not want it back. */
void console_job_changed(void *ctx)
{
	struct console *console = ctx;

	if (!strcmp(screen_text_title(console->screen), console->job_title))
		show_job(console);
	else if (!console->job.pid)
		console_say(console, false, "%s %s", console->job_title, console->job.why);
}

static int start(struct console *console, const struct config_command *command,
		 const struct dims *row, struct err *err)
{
	const struct names *names = model_names(session_model(console->session));
	char **environment = row_environment(console->config, names, row);
	int code = job_start(&console->job, command->argv, environment, err);

	row_environment_free(environment);
	if (code)
		return -1;
	snprintf(console->job_title, sizeof(console->job_title), "own command %s", command->name);
	show_job(console);
	return 0;
}

int run_command(struct console *console, int argc, const char *const *argv, struct err *err)
{
	const struct config *config = console->config;
	struct screen_choice choices[CHOICES];
	struct dims row;
	size_t n = 0;

	if (!config->ncommands)
		return err_set(err, ERR_NOT_FOUND,
			       "no command is yours: 'commands:' of the configuration has them");
	if (row_of(console, &row, err))
		return -1;
	if (argc < 2 && config->ncommands == 1)
		return start(console, &config->commands[0], &row, err);
	for (size_t i = 0; i < config->ncommands; i++) {
		const struct config_command *command = &config->commands[i];

		if (argc > 1 && !strcmp(command->name, argv[1]))
			return start(console, command, &row, err);
		add_choice(choices, &n, command->name, "run", command->argv[0]);
	}
	if (argc > 1)
		return err_set(err, ERR_NOT_FOUND, "no command of yours is called %s", argv[1]);
	screen_menu(console->screen, "own commands on the row", choices, n);
	return 0;
}

int run_report(struct console *console, int argc, const char *const *argv, struct err *err)
{
	const struct report_input input = {
		.model = session_model(console->session),
		.detect = session_detect(console->session),
		.now = loop_now(session_loop(console->session)),
		.window_ms = screen_window(console->screen),
		.project = console->config->project,
		.version = PACKAGE_VERSION,
	};
	struct strbuf text = STRBUF_INIT;

	(void)argc, (void)argv, (void)err;
	report_text(&input, &text);
	screen_show_text(console->screen, "report of now", text.buf);
	strbuf_release(&text);
	return 0;
}
