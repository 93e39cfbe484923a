#include "app/console.h"

#include "app/app.h"
#include "app/console_act.h"
#include "app/console_commands.h"
#include "app/console_row.h"
#include "app/signals.h"
#include "base/alloc.h"
#include "view/style.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAINT_MS  1000  /* between frames when only figures change */
#define STATUS_MS 15000 /* a message stays as long */

static const int caught[] = {SIGWINCH, SIGTERM, SIGINT,  SIGHUP, SIGQUIT,
			     SIGTSTP,  SIGCONT, SIGUSR1, 0};

static void schedule_paint(struct console *console, int64_t at_ms)
{
	if (console->paint_at_ms && console->paint_at_ms <= at_ms)
		return;
	console->paint_at_ms = at_ms;
	loop_timer_set(session_loop(console->session), &console->paint, at_ms);
}

void console_refresh(struct console *console)
{
	schedule_paint(console, loop_now(session_loop(console->session)).mono_ms);
}

static void figures_changed(void *ctx)
{
	struct console *console = ctx;

	schedule_paint(console, console->painted_ms + PAINT_MS);
}

void console_say(struct console *console, bool error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(console->status, sizeof(console->status), fmt, args);
	va_end(args);
	console->status_error = error;
	console->status_until_ms = loop_now(session_loop(console->session)).mono_ms + STATUS_MS;
	console_refresh(console);
}

void console_quit(struct console *console, int code)
{
	console->code = code;
	loop_stop(session_loop(console->session));
}

static void watch_tty(struct console *console)
{
	loop_fd_set(session_loop(console->session), &console->tty,
		    term_queued(console->term) ? POLLIN | POLLOUT : POLLIN);
}

struct scene console_scene(struct console *console)
{
	struct clock now = loop_now(session_loop(console->session));
	struct term_stats link = term_stats(console->term, now.mono_ms);
	struct scene scene = {
		.model = session_model(console->session),
		.detect = session_detect(console->session),
		.keymap = console->keymap,
		.now = now,
		.project = console->config->project,
		.phase = console_phase(console, now),
		.user = "",
		.status = now.mono_ms < console->status_until_ms ? console->status : "",
		.status_error = console->status_error,
		.utc = console->utc,
		.simulated = console->simulated != NULL,
		.link_bytes_per_s = link.bytes_per_s,
		.link_one_in = link.one_in,
		.own = (const char *const *)console->addresses.own,
		.proxies = (const char *const *)console->addresses.proxies,
		.hint = session_hint,
		.hint_ctx = console->session,
		.commands = console_commands(),
	};

	journal_show(session_journal(console->session), &scene);
	console_add_plans(console, &scene);
	session_load(console->session, &scene.load_requests_per_s, &scene.load_bytes_per_s);
	return scene;
}

static void ring_for_new(struct console *console)
{
	struct detect_summary summary = detect_summary(session_detect(console->session));

	if (console->bell && summary.crit > console->crit)
		term_bell(console->term);
	console->crit = summary.crit;
}

static void paint(struct loop_timer *timer)
{
	struct console *console = timer->ctx;
	struct scene scene = console_scene(console);
	int rows, columns;

	console->paint_at_ms = 0;
	console->painted_ms = scene.now.mono_ms;
	term_size(console->term, &rows, &columns);
	if (rows != console->frame.rows || columns != console->frame.columns)
		frame_resize(&console->frame, rows, columns);
	screen_draw(console->screen, &scene, &console->frame);
	if (console->shot)
		console_write_shot(console);
	ring_for_new(console);
	if (term_paint(console->term, &console->frame, console->redraw))
		console->redraw = false;
	if (term_flush(console->term))
		console_quit(console, EXIT_FAILED);
	if (!term_queued(console->term))
		screen_left(console->screen);
	watch_tty(console);
}

static void say_unbound(struct console *console, keycode key)
{
	keycode help;
	char name[24], asks[24] = "";

	if (keymap_keys(console->keymap, "help", &help, 1))
		key_format(asks, help);
	console_say(console, true, "%s does nothing here%s%s%s", key_format(name, key),
		    asks[0] ? ": " : "", asks, asks[0] ? " lists the keys" : "");
}

static void take_key(struct console *console, keycode key)
{
	struct scene scene = console_scene(console);
	const char *bound = keymap_find(console->keymap, key), *line = NULL;

	if (key & KEYMAP_ALT && !bound) { /* Esc and a character that came together by chance */
		take_key(console, KEYMAP_SPECIAL + KEYNAME_ESC);
		take_key(console, key & ~KEYMAP_ALT);
		return;
	}
	if (key == KEYMAP_SPECIAL + KEYNAME_PASTE) {
		screen_paste(console->screen, &scene, term_pasted(console->term));
		return;
	}
	if (!screen_key(console->screen, &scene, key, &line)) {
		line = bound;
		if (!bound)
			say_unbound(console, key);
	}
	if (line)
		console_execute(console, line);
	console_take_confirmation(console);
}

static void tty_is_ready(struct loop_fd *handle, short revents)
{
	struct console *console = handle->ctx;
	bool gone = false;
	keycode key;

	if (revents & POLLOUT && term_flush(console->term))
		gone = true;
	if (revents & POLLOUT && !term_queued(console->term))
		screen_left(console->screen);
	while (!gone && (key = term_key(console->term, &gone))) {
		take_key(console, key);
		console_refresh(console);
	}
	if (gone || revents & (POLLHUP | POLLERR | POLLNVAL)) {
		console_quit(console, EXIT_FAILED);
		return;
	}
	watch_tty(console);
}

void console_suspend(struct console *console)
{
	term_suspend(console->term);
	signals_stop_here();
	term_resume(console->term);
	console->redraw = true;
	console_refresh(console);
}

static void signal_came(struct loop_fd *handle, short revents)
{
	struct console *console = handle->ctx;
	int number;

	(void)revents;
	while ((number = signals_next())) {
		if (number == SIGWINCH && term_resized(console->term))
			console->redraw = true;
		else if (number == SIGTSTP)
			console_suspend(console);
		else if (number == SIGUSR1)
			console_execute(console, "reload");
		else if (number != SIGWINCH && number != SIGCONT)
			console_quit(console, number == SIGINT ? EXIT_OK : 128 + number);
	}
	console_refresh(console);
}

static int style_id(const char *name)
{
	enum style style = style_by_name(name);

	return style == STYLE_COUNT ? -1 : (int)style;
}

static void warn_theme(void *ctx, const char *file, const struct err *err)
{
	char text[512];

	console_say(ctx, true, "%s", err_where(err, file, text, sizeof(text)));
}

int console_set_theme(struct console *console, const char *name, struct err *err)
{
	if (theme_load(&console->theme, name, style_id, warn_theme, console, err))
		return -1;
	style_complete(&console->theme);
	term_theme(console->term, &console->theme);
	console->redraw = true;
	return 0;
}

static void warn_key(void *ctx, const struct err *err)
{
	struct console *console = ctx;
	char text[512];

	console_say(console, true, "%s", err_where(err, console->config->path, text, sizeof(text)));
}

static int choose_theme(struct console *console, struct err *err)
{
	const char *theme = console->options->theme;

	if (!theme)
		theme = console->config->theme;
	return console_set_theme(console, theme && *theme ? theme : "default", err);
}

/* What of the configuration is the console's own. */
static void use_config(struct console *console)
{
	struct err err;

	console->utc = console->options->utc || console->config->utc;
	console->bell = console->config->bell;
	keymap_free(console->keymap);
	console->keymap = keymap_new();
	keys_bind(console->keymap, console->config, warn_key, console);
	if (choose_theme(console, &err))
		console_say(console, true, "%s", err.msg);
}

int console_reload(struct console *console, struct err *err)
{
	struct session_changes changes;
	struct config *config = app_config_again(console->options, console->config->path, err);

	if (!config)
		return -1;
	if (session_reload(console->session, config, &changes, err)) {
		config_unref(config);
		return -1;
	}
	config_unref(console->config);
	console->config = config;
	addresses_release(&console->addresses);
	addresses_init(&console->addresses, config);
	console_say(console, false,
		    "configuration read: %zu new, %zu changed, %zu gone; %zu targets",
		    changes.added, changes.changed, changes.gone, config->ntargets);
	use_config(console);
	return 0;
}

static int open_screen(struct console *console, const struct options *options, struct err *err)
{
	const char *no_color = getenv("NO_COLOR");
	const struct term_options term = {
		.tty_fd = -1,
		.type = getenv("TERM"),
		.no_color = options->no_color || (no_color && *no_color),
		.ascii = options->ascii,
		.in_tmux = getenv("TMUX") != NULL,
	};

	console->term = term_open(&term, err);
	if (!console->term)
		return -1;
	console->in_tmux = term.in_tmux;
	alloc_set_hook(term_rescue);
	console->screen = screen_new();
	console->frame.ascii = term_is_ascii(console->term);
	use_config(console);
	return 0;
}

static void first_commands(struct console *console, const struct options *options)
{
	char line[512];

	if (options->window_ms) {
		snprintf(line, sizeof(line), "window %llds", (long long)options->window_ms / 1000);
		console_execute(console, line);
	}
	if (options->filter) {
		snprintf(line, sizeof(line), "filter %s", options->filter);
		console_execute(console, line);
	}
}

static void watch(struct console *console)
{
	struct loop *loop = session_loop(console->session);

	console->tty = (struct loop_fd){
		.fd = term_fd(console->term), .ready = tty_is_ready, .ctx = console};
	console->signals =
		(struct loop_fd){.fd = signals_open(caught), .ready = signal_came, .ctx = console};
	watch_tty(console);
	loop_fd_set(loop, &console->signals, POLLIN);
	console_refresh(console);
}

static void close_console(struct console *console)
{
	struct loop *loop = session_loop(console->session);

	if (console->term) {
		loop_fd_remove(loop, &console->tty);
		loop_fd_remove(loop, &console->signals);
		loop_timer_stop(loop, &console->paint);
		signals_close();
	}
	alloc_set_hook(NULL);
	term_close(console->term);
	screen_free(console->screen);
	keymap_free(console->keymap);
	frame_release(&console->frame);
	free(console->shot);
	job_release(&console->job);
	session_free(console->session);
	addresses_release(&console->addresses);
	config_unref(console->config);
}

int console_run(struct config *config, const struct options *options, const char *simulated)
{
	const struct session_ops ops = {
		.changed = figures_changed, .acted = console_plan_changed, .keeps_journal = true};
	struct console console = {
		.options = options, .config = config_ref(config), .simulated = simulated};
	struct err err = {0};

	console.paint = (struct loop_timer){.fire = paint, .ctx = &console};
	frame_init(&console.frame);
	console.session = session_new(config, options, &ops, &console, &err);
	if (!console.session) {
		frame_release(&console.frame);
		config_unref(console.config);
		return app_fail(EXIT_FAILED, "%s", err.msg);
	}
	addresses_init(&console.addresses, config);
	job_init(&console.job, session_loop(console.session), console_job_changed, &console);
	if (open_screen(&console, options, &err)) {
		close_console(&console);
		return app_fail(EXIT_USAGE, "%s", err.msg);
	}
	watch(&console);
	first_commands(&console, options);
	loop_turn(session_loop(console.session), 0);
	session_start(console.session);
	loop_run(session_loop(console.session));
	close_console(&console);
	return console.code;
}
