/* What is on the screen: its state, how commands change it, and drawing it into a frame. Layout is
 * a pure function of size, screen and state; nothing here reads a clock, a file or a terminal. */
#ifndef HC_VIEW_SCREEN_H
#define HC_VIEW_SCREEN_H

#include "config/keymap.h"
#include "detect/detect.h"
#include "query/query.h"
#include "store/store.h"
#include "view/frame.h"

enum screen_name {
	SCREEN_OVERVIEW = 1,
	SCREEN_ROUTES,
	SCREEN_AI,
	SCREEN_LIMITED,
	SCREEN_TARGETS,
	SCREEN_INCIDENTS, /* 6 and 7: not yet */
	SCREEN_JOURNEYS,
	SCREEN_JOURNAL,
	SCREEN_TIMELINE
};

struct plan_view; /* act/act.h */

/* All that a frame shows; borrowed while drawing. */
struct scene {
	const struct model *model;
	const struct detect *detect;
	const struct keymap *keymap;
	struct clock now;    /* drawn moment: the wall clock of now */
	const char *project; /* or "" */
	const char *phase;   /* "STABILISATION day 3/28", or "" */
	const char *user;
	const char *status; /* last line: message of the moment, or "" */
	bool status_error;
	bool utc;
	bool read_only;        /* write window closed */
	int64_t write_left_ms; /* of the write window */
	/* The plans there are, newest first. */
	const struct plan_view *plans;
	size_t nplans;
	/* The newest entries of the journal, newest first, and why it is not written, or "". */
	const struct scene_entry {
		const struct entry *entry;
		uint32_t target; /* UINT32_MAX: none that there is */
		struct dims dims;
	} * entries;
	size_t nentries;
	const char *trouble; /* NULL is "" */
	/* The findings that somebody has acknowledged. */
	const struct scene_ack {
		uint32_t finding;
		int64_t wall_ms;
		const char *who;
	} * acks;
	size_t nacks;
	const struct plan_view *texts; /* before and after: the running and another text of the
					  prompt that is open; or NULL */
	bool simulated;                /* the demo: said in the banner */
	double link_bytes_per_s;
	unsigned link_one_in; /* 1 frame in N leaves; 1: all */
	double load_requests_per_s;
	double load_bytes_per_s;
	const char *const *own;     /* addresses of operators and of this host, ended by NULL */
	const char *const *proxies; /* the trusted ones, addresses and networks; both may be NULL */
	/* Hints from profiles for a pane that stays empty: the sentence or NULL. */
	const char *(*hint)(void *ctx, enum signal signal);
	void *hint_ctx;
	/* The commands there are, for help and completion: name, its arguments, help,
	 * NULL-terminated by a NULL name. */
	const struct screen_command {
		const char *name;
		const char *usage;
		const char *help;
		const char *group;
	} * commands;
};

/* One thing that can be chosen in a menu. */
struct screen_choice {
	char title[128];
	char line[256]; /* command that it stands for; "" when it cannot be done */
	char note[192]; /* why not, or what to know */
	bool asks;      /* the line wants more words: it is put into the command line */
};

struct screen;

struct screen *screen_new(void);
void screen_free(struct screen *screen); /* takes NULL */

/* Draws everything. Keeps what the cursor stands on by identity. */
void screen_draw(struct screen *screen, const struct scene *scene, struct frame *frame);

/* The view commands: "move down", "page up", "scroll right", "pane next", "screen 2", "open",
 * "back", "close", "group [NAME]", "filter TEXT", "search TEXT", "next-problem", "keep", "exclude",
 * "sort NAME", "reverse", "tag", "zoom", "pause", "window [1m]", "why", "changes", "logs", "step
 * back", "jump forward", "now", "help", "prompt :" … Returns 0; 1 when it is no view command, or
 * "close" with nothing left to close: the caller quits then; -1 and err when it cannot be done. */
int screen_command(struct screen *screen, const struct scene *scene, int argc,
		   const char *const *argv, struct err *err);
/* The table of those commands, NULL-terminated by a NULL name. */
const struct screen_command *screen_commands(void);

/* The keys that mean view commands unless the configuration says otherwise, ended by NULL keys:
 * the caller binds them, in this order, before its own. */
struct screen_binding {
	const char *keys; /* as key_parse() reads them, parted by blanks */
	const char *command;
	const char *help;
};
const struct screen_binding *screen_bindings(void);

/* Keys go here first: true when the screen took it (a prompt or a dialog is open). *ret_line is
 * set to the command line to run when the prompt was finished, borrowed until the next call. */
bool screen_key(struct screen *screen, const struct scene *scene, keycode key,
		const char **ret_line);

/* Text that was pasted: goes into an open prompt, as text; false when there is none. */
bool screen_paste(struct screen *screen, const struct scene *scene, const char *text);

/* Opens the command line with this text, to be gone on with. */
void screen_ask(struct screen *screen, const char *line);

/* Opens a menu over the panes; choices are copied. */
void screen_menu(struct screen *screen, const char *title, const struct screen_choice *choices,
		 size_t n);
/* Opens the plan of this name among those of the scene. */
void screen_show_plan(struct screen *screen, const char *plan);
/* Opens a text over the panes, or replaces the open one of this title where it stands. */
void screen_show_text(struct screen *screen, const char *title, const char *text);
/* The title of the open text, or "". */
const char *screen_text_title(const struct screen *screen);
/* The window that figures are taken over. */
int64_t screen_window(const struct screen *screen);
/* To be called when all of the last frame has left for the terminal: what is typed from now on may
 * be meant for what it shows. */
void screen_left(struct screen *screen);
/* Once for each plan that was confirmed: its name and what was typed, borrowed until the next
 * call. */
bool screen_confirmed(struct screen *screen, const char **ret_plan, const char **ret_typed);
/* The plan whose dialog is open, or "". */
const char *screen_plan(const struct screen *screen);

/* The instant that queries are asked about: now, the paused moment, or a stepped-back one. */
struct clock screen_at(const struct screen *screen, struct clock now);

/* The row under the cursor: its dims and target; false when there is none. */
bool screen_cursor(const struct screen *screen, struct dims *ret_dims, uint32_t *ret_target);
/* The number of the problem under the cursor, of another row the worst about it; 0: none. */
uint32_t screen_finding(const struct screen *screen, const struct scene *scene);
/* The row that is open; false when none is. */
bool screen_opened(const struct screen *screen, struct dims *ret_dims, uint32_t *ret_target);
/* The tagged rows of the focused pane, at most cap; returns how many. */
size_t screen_tagged(const struct screen *screen, struct dims *ret_dims, size_t cap);
/* For y and Y: the tagged rows, else the row under the cursor, each as one line of tab-separated
 * text or as one plain sentence; the text of an open dialog as it is. The caller frees it; NULL
 * when there is nothing to copy. */
char *screen_copy(struct screen *screen, const struct scene *scene, bool sentence);

#endif
