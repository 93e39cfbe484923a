/* What the console can be told, by key or after ':'; one table, with that of the screen. */
#ifndef HC_APP_CONSOLE_COMMANDS_H
#define HC_APP_CONSOLE_COMMANDS_H

#include "act/act.h"
#include "app/addresses.h"
#include "app/job.h"
#include "app/keys.h"
#include "app/session.h"
#include "config/theme.h"
#include "tui/term.h"
#include "view/screen.h"

#define CONSOLE_PLANS 32 /* that are shown, the newest */

struct console {
	const struct options *options;
	struct config *config;
	struct session *session;
	struct term *term;
	struct screen *screen;
	struct keymap *keymap;
	struct theme theme;
	struct addresses addresses;
	struct frame frame;
	struct loop_fd tty;
	struct loop_fd signals;
	struct loop_timer paint;
	int64_t paint_at_ms; /* 0: no frame is due */
	int64_t painted_ms;
	const char *simulated;
	char phase[64];
	char status[256];
	bool status_error;
	int64_t status_until_ms;
	bool utc;
	bool bell;
	bool redraw;
	bool in_tmux;
	struct plan_view plans[CONSOLE_PLANS];
	char *shot;            /* file that the next frame is written to, or NULL */
	char preview[48];      /* plan that shows the texts of the opened prompt, or "" */
	int64_t quit_asked_ms; /* mono; 0: not */
	size_t crit;           /* critical findings of the last frame */
	struct job job;        /* own command about a row */
	char job_title[96];
	int code;
};

/* Runs a command line; what goes wrong is shown in the status line. */
void console_execute(struct console *console, const char *line);

/* Writes the frame just drawn to the file that :shot named, which must be new. */
void console_write_shot(struct console *console);

/* All commands, the screen's too, ended by a NULL name. */
const struct screen_command *console_commands(void);

/* For the commands: */
struct scene console_scene(struct console *console);
void console_refresh(struct console *console);
void console_say(struct console *console, bool error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void console_quit(struct console *console, int code);
void console_suspend(struct console *console);
int console_reload(struct console *console, struct err *err);
int console_set_theme(struct console *console, const char *name, struct err *err);

/* "STABILISATION day 3/28" by date, or "". */
const char *console_phase(struct console *console, struct clock now);

#endif
