/* Commands that move: rows, panes, screens, dialogs. */
#include "view/command.h"
#include "view/explain.h"
#include "view/help.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void view_step(struct screen *screen)
{
	if (screen->nsteps == VIEW_STEPS)
		memmove(screen->steps, screen->steps + 1,
			(--screen->nsteps) * sizeof(*screen->steps));
	screen->steps[screen->nsteps++] = screen->place;
}

const char *call_word(const struct call *call, int i)
{
	return i < call->argc ? call->argv[i] : "";
}

void call_join(const struct call *call, char *buf, size_t cap)
{
	size_t len = 0;
	int i;

	buf[0] = '\0';
	for (i = 1; i < call->argc && len < cap; i++)
		len += (size_t)snprintf(buf + len, cap - len, "%s%s", i > 1 ? " " : "",
					call->argv[i]);
}

int call_usage(const struct call *call)
{
	const struct screen_command *info;

	for (info = screen_commands(); info->name; info++)
		if (!strcmp(info->name, call->argv[0]))
			return err_set(call->err, ERR_INVALID, "expected: %s %s", info->name,
				       info->usage);
	return -1;
}

struct pane *call_pane(struct screen *screen)
{
	return &screen->panes[screen->place.focus];
}

bool call_single(const struct screen *screen)
{
	return screen->place.opened || screen->place.screen != SCREEN_OVERVIEW;
}

static void move_rows(struct screen *screen, long rows)
{
	if (screen->dialog.kind != DIALOG_NONE)
		dialog_move(&screen->dialog, rows);
	else if (screen->pager.open)
		pager_scroll(&screen->pager, rows);
	else if (screen->place.opened)
		opened_scroll(screen, rows);
	else
		pane_move(call_pane(screen), rows);
}

int run_move(const struct call *call)
{
	static const struct {
		const char *name;
		long rows;
	} ways[] = {{"down", 1}, {"up", -1}, {"top", -1000000}, {"bottom", 1000000}};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(call_word(call, 1), ways[i].name) != 0)
			continue;
		move_rows(call->screen, ways[i].rows);
		return 0;
	}
	return call_usage(call);
}

int run_page(const struct call *call)
{
	const struct dialog *dialog = &call->screen->dialog;
	long rows = dialog->kind == DIALOG_PLAN  ? (long)dialog->body.room
		    : call->screen->pager.open   ? (long)call->screen->pager.room
		    : call->screen->place.opened ? call->screen->page
						 : (long)call_pane(call->screen)->shown;
	bool down = !strcmp(call_word(call, 1), "down");

	if (!down && strcmp(call_word(call, 1), "up") != 0)
		return call_usage(call);
	rows = rows > 2 ? rows - 1 : 1;
	move_rows(call->screen, down ? rows : -rows);
	return 0;
}

int run_scroll(const struct call *call)
{
	struct pane *pane = call_pane(call->screen);
	bool right = !strcmp(call_word(call, 1), "right");

	if (!right && strcmp(call_word(call, 1), "left") != 0)
		return call_usage(call);
	if (right && pane->layout && pane->left + 3 < pane->layout->n)
		pane->left++;
	else if (!right && pane->left)
		pane->left--;
	return 0;
}

/* Panes have the names of their tabs. */
static int pane_by_name(const char *name)
{
	int i;

	for (i = 0; i < PANE_OVERVIEW; i++)
		if (!strcasecmp(pane_ops_of((enum pane_id)i)->tab, name))
			return i;
	return -1;
}

static void focus(struct screen *screen, enum pane_id pane)
{
	screen->place.focus = pane;
	if (pane != PANE_PROBLEMS && pane < PANE_OVERVIEW)
		screen->place.tab = pane;
}

int run_pane(const struct call *call)
{
	int step = !strcmp(call_word(call, 1), "next")       ? 1
		   : !strcmp(call_word(call, 1), "previous") ? -1
							     : 0;
	int pane = pane_by_name(call_word(call, 1));

	if (step)
		pane = ((int)call->screen->place.focus + step + PANE_OVERVIEW) % PANE_OVERVIEW;
	if (pane < 0)
		return call_usage(call);
	if (call_single(call->screen)) {
		if (step)
			return err_set(call->err, ERR_INVALID, "this screen has one pane");
		view_step(call->screen);
		call->screen->place.screen = SCREEN_OVERVIEW;
		call->screen->place.opened = false;
	}
	focus(call->screen, (enum pane_id)pane);
	return 0;
}

static const struct {
	const char *name;
	enum pane_id pane; /* PANE_COUNT: not there */
} screens[] = {
	[SCREEN_OVERVIEW] = {"overview", PANE_PROBLEMS},
	[SCREEN_ROUTES] = {"routes", PANE_ROUTES},
	[SCREEN_AI] = {"ai", PANE_AI},
	[SCREEN_LIMITED] = {"limited", PANE_LIMITED},
	[SCREEN_TARGETS] = {"targets", PANE_TARGETS},
	[SCREEN_INCIDENTS] = {"incidents", PANE_COUNT},
	[SCREEN_JOURNEYS] = {"journeys", PANE_COUNT},
	[SCREEN_JOURNAL] = {"journal", PANE_JOURNAL},
	[SCREEN_TIMELINE] = {"timeline", PANE_TIMELINE},
};

static int screen_by_name(const char *name)
{
	int i;

	for (i = SCREEN_OVERVIEW; i <= SCREEN_TIMELINE; i++)
		if (!strcmp(screens[i].name, name) || (name[0] == '0' + i && !name[1]))
			return i;
	return 0;
}

int run_screen(const struct call *call)
{
	struct place *place = &call->screen->place;
	int i = screen_by_name(call_word(call, 1));

	if (!i)
		return call_usage(call);
	if (screens[i].pane == PANE_COUNT)
		return err_set(call->err, ERR_UNSUPPORTED,
			       "there is no screen for %s in this version: problems are on 1, what "
			       "happened on 9",
			       screens[i].name);
	pager_close(&call->screen->pager);
	if ((int)place->screen == i && !place->opened && !place->zoomed)
		return 0;
	view_step(call->screen);
	place->screen = (enum screen_name)i;
	place->opened = place->zoomed = false;
	focus(call->screen, screens[i].pane);
	return 0;
}

int run_open(const struct call *call)
{
	struct identity row;

	if (call->screen->dialog.kind == DIALOG_PLAN)
		return dialog_begin(&call->screen->dialog, call->view->scene, call->err);
	if (call->screen->pager.open || call->screen->place.opened)
		return 0;
	if (call->screen->place.focus == PANE_JOURNAL)
		return journal_open_entry(call);
	if (!screen_row(call->screen, &row) || !(dims_mask(&row.dims) || row.target != UINT32_MAX))
		return err_set(call->err, ERR_NOT_FOUND, "there is no row to open");
	view_step(call->screen);
	call->screen->place.opened = true;
	call->screen->place.row = row;
	opened_reset(call->screen);
	return 0;
}

/* The newest of what is open goes; false when there is nothing. */
static bool undo_step(struct screen *screen)
{
	if (screen->dialog.kind != DIALOG_NONE) {
		dialog_close(&screen->dialog);
		return true;
	}
	if (screen->pager.open) {
		pager_close(&screen->pager);
		return true;
	}
	if (screen->nsteps) {
		screen->place = screen->steps[--screen->nsteps];
		view_parse_filter(screen, NULL);
		return true;
	}
	if (screen->ntags || screen->back) {
		screen->ntags = 0;
		view_go_now(screen);
		return true;
	}
	return false;
}

int run_back(const struct call *call)
{
	undo_step(call->screen);
	return 0;
}

/* Closes dialogs, opened rows, zooms and other screens, but leaves filters alone. */
int run_close(const struct call *call)
{
	struct place *place = &call->screen->place;

	if (call->screen->dialog.kind != DIALOG_NONE)
		dialog_close(&call->screen->dialog);
	else if (call->screen->pager.open)
		pager_close(&call->screen->pager);
	else if (place->opened)
		place->opened = false;
	else if (place->zoomed)
		place->zoomed = false;
	else if (place->screen != SCREEN_OVERVIEW)
		place->screen = SCREEN_OVERVIEW;
	else
		return 1;
	return 0;
}

/* Opens a dialog about the row; its text is that of the moment. */
static int about_row(const struct call *call, const char *title,
		     void (*text)(const struct view *view, const struct identity *row,
				  struct strbuf *out))
{
	struct pager *pager = &call->screen->pager;
	struct identity row;
	char heading[128];

	if (!screen_row(call->screen, &row))
		return err_set(call->err, ERR_NOT_FOUND, "there is no row under the cursor");
	explain_title(call->view, &row, title, heading, sizeof(heading));
	pager_open(pager, heading);
	text(call->view, &row, &pager->text);
	pager_ready(pager);
	return 0;
}

static void why_text(const struct view *view, const struct identity *row, struct strbuf *out)
{
	explain_why(view, &view->screen->panes[view->screen->place.focus], row, out);
}

int run_why(const struct call *call)
{
	return about_row(call, "why", why_text);
}

int run_changes(const struct call *call)
{
	return about_row(call, "changes", explain_changes);
}

int run_logs(const struct call *call)
{
	return about_row(call, "last log lines", explain_logs);
}

int run_help(const struct call *call)
{
	struct pager *pager = &call->screen->pager;
	const struct scene *scene = call->view->scene;

	pager_open(pager, "help");
	help_text(scene->keymap, scene->commands ? scene->commands : screen_commands(),
		  &pager->text);
	pager_ready(pager);
	return 0;
}

int run_tag(const struct call *call)
{
	struct screen *screen = call->screen;
	const struct item *item = pane_item(call_pane(screen));
	size_t i;

	if (!item || screen->pager.open || screen->place.opened)
		return err_set(call->err, ERR_NOT_FOUND, "there is no row to tag");
	for (i = 0; i < screen->ntags; i++)
		if (identity_equal(&screen->tags[i], &item->key))
			break;
	if (i < screen->ntags)
		screen->tags[i] = screen->tags[--screen->ntags];
	else if (i < VIEW_TAGS)
		screen->tags[screen->ntags++] = item->key;
	else
		return err_set(call->err, ERR_LIMIT, "%d rows are tagged; no more", VIEW_TAGS);
	pane_move(call_pane(screen), 1);
	return 0;
}

int run_zoom(const struct call *call)
{
	struct screen *screen = call->screen;

	if (call_single(screen))
		return err_set(call->err, ERR_INVALID, "this screen has one pane");
	if (screen->place.zoomed) {
		screen->place.zoomed = false;
		if (screen->nsteps && !screen->steps[screen->nsteps - 1].zoomed)
			screen->nsteps--;
		return 0;
	}
	view_step(screen);
	screen->place.zoomed = true;
	return 0;
}

int run_search(const struct call *call)
{
	struct pager *pager = &call->screen->pager;
	char text[PAGER_SEARCH];

	if (!pager->open)
		return err_set(call->err, ERR_INVALID, "search looks into an open text");
	call_join(call, text, sizeof(text));
	memcpy(pager->search, text, sizeof(text));
	pager->has_match = false;
	if (text[0] && !pager_find(pager, true))
		return err_set(call->err, ERR_NOT_FOUND, "\"%s\" is not in this text", text);
	return 0;
}

static int go_problem(const struct call *call, bool forward)
{
	struct screen *screen = call->screen;
	struct pane *pane = &screen->panes[PANE_PROBLEMS];
	bool there = screen->place.focus == PANE_PROBLEMS && !call_single(screen);

	if (screen->pager.open)
		return pager_find(&screen->pager, forward)
			       ? 0
			       : err_set(call->err, ERR_NOT_FOUND, "no match");
	if (call_single(screen)) {
		view_step(screen);
		screen->place.screen = SCREEN_OVERVIEW;
		screen->place.opened = screen->place.zoomed = false;
	}
	focus(screen, PANE_PROBLEMS);
	pane_load(call->view, pane, LAYOUT_WIDE);
	if (!pane->n)
		return err_set(call->err, ERR_NOT_FOUND, "there is no problem");
	if (there)
		pane_go(pane, (pane->at + (forward ? 1 : pane->n - 1)) % pane->n);
	return 0;
}

int run_next_problem(const struct call *call)
{
	return go_problem(call, true);
}

int run_previous_problem(const struct call *call)
{
	return go_problem(call, false);
}

int run_prompt(const struct call *call)
{
	struct screen *screen = call->screen;
	const char *kind = call_word(call, 1);
	char text[PROMPT_TEXT], *rest;

	call_join(call, text, sizeof(text));
	rest = strchr(text, ' ');
	if (!strcmp(kind, ":")) {
		prompt_open(&screen->prompt, PROMPT_COMMAND, rest ? rest + 1 : "");
	} else if (!strcmp(kind, "/") && screen->pager.open) {
		prompt_open(&screen->prompt, PROMPT_SEARCH, "");
	} else if (!strcmp(kind, "/")) {
		memcpy(screen->before_prompt, screen->place.filter, VIEW_FILTER);
		prompt_open(&screen->prompt, PROMPT_FILTER, screen->place.filter);
	} else {
		return call_usage(call);
	}
	return 0;
}
