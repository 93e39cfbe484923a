/* What the commands share, and what they need of the rest of the view. */
#ifndef HC_VIEW_COMMAND_H
#define HC_VIEW_COMMAND_H

#include "view/state.h"

/* A command's words; argv[0] is its name. */
struct call {
	struct view *view;
	struct screen *screen;
	int argc;
	const char *const *argv;
	struct err *err;
};

/* The word, "" where there is none; all after the name, joined by blanks. */
const char *call_word(const struct call *call, int i);
void call_join(const struct call *call, char *buf, size_t cap);
/* Fails with what the command expects. */
int call_usage(const struct call *call);
/* The focused pane. */
struct pane *call_pane(struct screen *screen);
/* A screen of one pane, or the opened row: no other pane to go to. */
bool call_single(const struct screen *screen);

int run_move(const struct call *call);
int run_page(const struct call *call);
int run_scroll(const struct call *call);
int run_pane(const struct call *call);
int run_screen(const struct call *call);
int run_next_problem(const struct call *call);
int run_previous_problem(const struct call *call);
int run_open(const struct call *call);
int run_back(const struct call *call);
int run_close(const struct call *call);
int run_why(const struct call *call);
int run_changes(const struct call *call);
int run_logs(const struct call *call);
int run_tag(const struct call *call);
int run_filter(const struct call *call);
int run_keep(const struct call *call);
int run_exclude(const struct call *call);
int run_search(const struct call *call);
int run_prompt(const struct call *call);
int run_sort(const struct call *call);
int run_reverse(const struct call *call);
int run_group(const struct call *call);
int run_zoom(const struct call *call);
int run_window(const struct call *call);
int run_help(const struct call *call);
int run_pause(const struct call *call);
int run_step(const struct call *call);
int run_jump(const struct call *call);
int run_now(const struct call *call);

/* Ends pauses and steps back in time. */
void view_go_now(struct screen *screen);
/* Loads the focused pane, so that a command knows its rows. */
void view_settle(struct view *view);
/* The row that is open, or under the cursor; false when there is none. */
bool screen_row(const struct screen *screen, struct identity *ret_row);
const struct pane_ops *pane_ops_of(enum pane_id pane);

/* For prompt.complete; ctx is the view. */
void complete_word(void *ctx, enum prompt_kind kind, const char *line, size_t start,
		   struct prompt_matches *matches);

/* Opens the journal's entry under the cursor. */
int journal_open_entry(const struct call *call);

void opened_scroll(struct screen *screen, long rows);
void opened_reset(struct screen *screen);

#endif
