/* The screen: draws its parts, and keys for the prompt. */
#include "view/screen.h"

#include "base/alloc.h"
#include "view/command.h"
#include "view/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WINDOW_MS 60000

static const struct pane_ops *const all_ops[PANE_COUNT] = {
	[PANE_PROBLEMS] = &problems_pane, [PANE_ROUTES] = &routes_pane,
	[PANE_LIMITED] = &limited_pane,   [PANE_AI] = &ai_pane,
	[PANE_TARGETS] = &targets_pane,   [PANE_TIMELINE] = &timeline_pane,
	[PANE_JOURNAL] = &journal_pane,
};

const struct pane_ops *pane_ops_of(enum pane_id pane)
{
	return all_ops[pane];
}

struct screen *screen_new(void)
{
	struct screen *screen = xcalloc(1, sizeof(*screen));
	int i;

	screen->place = (struct place){.screen = SCREEN_OVERVIEW, .tab = PANE_ROUTES};
	screen->window_ms = DEFAULT_WINDOW_MS;
	for (i = 0; i < PANE_COUNT; i++) {
		screen->panes[i].ops = all_ops[i];
		map_init(&screen->panes[i].kept_index);
	}
	prompt_init(&screen->prompt);
	pager_init(&screen->pager);
	dialog_init(&screen->dialog);
	arena_init(&screen->filter_arena);
	arena_init(&screen->data);
	arena_init(&screen->draw);
	frame_init(&screen->scroll);
	return screen;
}

void screen_free(struct screen *screen)
{
	int i;

	if (!screen)
		return;
	for (i = 0; i < PANE_COUNT; i++) {
		free(screen->panes[i].kept);
		map_release(&screen->panes[i].kept_index);
	}
	view_thaw(screen);
	prompt_release(&screen->prompt);
	pager_release(&screen->pager);
	dialog_release(&screen->dialog);
	arena_release(&screen->filter_arena);
	arena_release(&screen->data);
	arena_release(&screen->draw);
	frame_release(&screen->scroll);
	free(screen);
}

struct clock screen_at(const struct screen *screen, struct clock now)
{
	return screen->back ? screen->past : now;
}

bool screen_row(const struct screen *screen, struct identity *ret_row)
{
	const struct pane *pane = &screen->panes[screen->place.focus];

	if (screen->place.opened)
		*ret_row = screen->place.row;
	else if (pane->has_cursor && pane->n)
		*ret_row = pane->cursor;
	else
		return false;
	return true;
}

bool screen_cursor(const struct screen *screen, struct dims *ret_dims, uint32_t *ret_target)
{
	struct identity row;

	if (!screen_row(screen, &row))
		return false;
	*ret_dims = row.dims;
	*ret_target = row.target;
	return true;
}

uint32_t screen_finding(const struct screen *screen, const struct scene *scene)
{
	const struct finding *worst;
	struct identity row;
	bool unjudged;

	if (!screen_row(screen, &row))
		return 0;
	if (screen->place.focus == PANE_PROBLEMS)
		return row.id;
	worst = detect_about(scene->detect, &row.dims, &unjudged);
	return worst ? worst->id : 0;
}

bool screen_opened(const struct screen *screen, struct dims *ret_dims, uint32_t *ret_target)
{
	return screen->place.opened && screen_cursor(screen, ret_dims, ret_target);
}

static bool is_tagged(const struct screen *screen, const struct item *item)
{
	size_t i;

	for (i = 0; i < screen->ntags; i++)
		if (identity_equal(&screen->tags[i], &item->key))
			return true;
	return false;
}

size_t screen_tagged(const struct screen *screen, struct dims *ret_dims, size_t cap)
{
	const struct pane *pane = &screen->panes[screen->place.focus];
	size_t i, n = 0;

	for (i = 0; pane->loaded && i < pane->n && n < cap; i++)
		if (is_tagged(screen, &pane->items[i]))
			ret_dims[n++] = pane->items[i].key.dims;
	return n;
}

/* Findings and events may have changed since they were last looked at. */
static void forget_live(struct screen *screen)
{
	int i;

	for (i = 0; i < PANE_COUNT; i++)
		if (all_ops[i]->live)
			screen->panes[i].loaded = false;
}

void view_settle(struct view *view)
{
	struct screen *screen = view->screen;
	struct pane *pane = &screen->panes[screen->place.focus];

	forget_live(screen);
	pane_load(view, pane, pane->layout ? pane->layout->least_columns : LAYOUT_WIDE);
}

static struct area box_area(struct view *view, struct box box)
{
	return area_part(frame_area(view->frame), box.row, box.column, box.rows, box.columns);
}

static bool is_overview(const struct screen *screen)
{
	return screen->place.screen == SCREEN_OVERVIEW && !screen->place.zoomed &&
	       !screen->place.opened;
}

/* The list of problems has its cursor one column in where there is room. */
static void draw_body(struct view *view, enum pane_id id, struct area area)
{
	struct area body = area_part(area, 1, 0, area.rows - 1, area.columns);

	if (id == PANE_PROBLEMS && !view->layout.narrow)
		body = area_part(body, 0, 1, body.rows, body.columns - 1);
	pane_draw(view, &view->screen->panes[id], body, view->screen->place.focus == id);
}

static void draw_titled(struct view *view, enum pane_id id)
{
	struct area area = box_area(view, view->layout.panes[id]);
	const struct pane *pane = &view->screen->panes[id];
	bool focused = view->screen->place.focus == id;
	char note[192] = "";

	if (area.rows < 1)
		return;
	draw_body(view, id, area);
	pane->ops->note(view, pane, note, sizeof(note));
	rule_draw(area, 0, focused ? STYLE_KEY : STYLE_TITLE, pane->ops->title, note);
}

static int draw_tab(struct view *view, struct area area, int column, enum pane_id id)
{
	bool shown = view->screen->place.tab == id;
	uint32_t line = area.frame->ascii ? '-' : 0x2500;
	char text[48];

	snprintf(text, sizeof(text), shown ? "[%s]" : " %s ", all_ops[id]->tab);
	column += area_text(area, 0, column, shown ? STYLE_KEY : STYLE_DIM, text);
	area_fill(area, 0, column, 1, line, STYLE_BORDER);
	return column + 1;
}

static void draw_tabs(struct view *view)
{
	enum pane_id tab = view->screen->place.tab;
	struct area area = box_area(view, view->layout.panes[tab]);
	const struct pane *pane = &view->screen->panes[tab];
	char note[64], key[24];
	int id, column = 1;

	draw_body(view, tab, area);
	snprintf(note, sizeof(note), "%s next, %zu of %zu", view_key(view, "pane next", key),
		 pane->shown, pane->all);
	rule_draw(area, 0, STYLE_TITLE, "", note);
	area_fill(area, 0, 0, 4, area.frame->ascii ? '-' : 0x2500, STYLE_BORDER);
	for (id = PANE_ROUTES; id < PANE_OVERVIEW; id++)
		column = draw_tab(view, area, column, (enum pane_id)id);
}

/* Totals, and what cannot be judged, where there is no room for them in titles. */
static void draw_note(struct view *view)
{
	const struct pane *pane = &view->screen->panes[view->screen->place.tab];
	struct area area = box_area(view, view->layout.note);
	struct detect_summary summary = view_summary(view);
	char note[192] = "", text[320];
	const char *total;

	pane->ops->note(view, pane, note, sizeof(note));
	total = strstr(note, "total ");
	snprintf(text, sizeof(text), "%s%s%s", total ? total : note,
		 !summary.unjudged                     ? ""
		 : summary.unjudged == summary.crowded ? "  not one by one: "
						       : "  no data: ",
		 summary.unjudged ? summary.unjudged_why : "");
	area_text_right(area, 0, area.columns - 1, STYLE_DIM, text);
}

static void draw_separators(struct view *view)
{
	const struct layout *layout = &view->layout;
	struct area all = frame_area(view->frame);
	const enum pane_id left[] = {PANE_LIMITED, PANE_TARGETS};
	bool ascii = view->frame->ascii;
	size_t i;
	int row;

	for (i = 0; i < sizeof(left) / sizeof(*left); i++) {
		struct box box = layout->panes[left[i]];

		area_fill(all, box.row, layout->separator, 1, ascii ? '+' : 0x252c, STYLE_BORDER);
		for (row = 1; row < box.rows; row++)
			area_fill(all, box.row + row, layout->separator, 1, ascii ? '|' : 0x2502,
				  STYLE_BORDER);
	}
}

static void draw_overview(struct view *view)
{
	int id;

	draw_titled(view, PANE_PROBLEMS);
	if (view->layout.kind == LAYOUT_TABS) {
		draw_tabs(view);
		if (view->layout.note.rows)
			draw_note(view);
		return;
	}
	for (id = PANE_ROUTES; id < PANE_OVERVIEW; id++)
		draw_titled(view, (enum pane_id)id);
	draw_separators(view);
}

/* A text or a dialog lies over all but the banner and the last lines. */
static void draw_over(struct view *view)
{
	char keys[96], back[24], search[24];
	const struct layout *layout = &view->layout;
	int end = layout->actions.rows ? layout->actions.row : layout->message.row;
	struct area area = area_part(frame_area(view->frame), layout->worst.row, 0,
				     end - layout->worst.row, view->frame->columns);

	if (area.rows < 1)
		return;
	snprintf(keys, sizeof(keys), "%s back", view_key(view, "back", back));
	if (view->screen->dialog.kind != DIALOG_NONE) {
		dialog_draw(&view->screen->dialog, view->scene, area, keys);
	} else if (view->screen->pager.open) {
		snprintf(keys, sizeof(keys), "%s back  %s search", view_key(view, "back", back),
			 view_key(view, "prompt /", search));
		pager_draw(&view->screen->pager, area, keys);
	}
}

static void draw_tiny(struct view *view)
{
	banner_draw(view);
	if (view->layout.worst.rows)
		worst_draw(view, box_area(view, view->layout.worst));
}

static void draw_all(struct view *view)
{
	const struct place *place = &view->screen->place;

	if (view->layout.kind == LAYOUT_TINY) {
		draw_tiny(view);
	} else {
		if (view->layout.kind != LAYOUT_SINGLE) {
			draw_overview(view);
		} else {
			worst_draw(view, box_area(view, view->layout.worst));
			if (place->opened)
				opened_draw(view, box_area(view, view->layout.body));
			else
				draw_titled(view, place->focus);
		}
		banner_draw(view); /* last: it shows the row that the cursor came to stand on */
		draw_over(view);
	}
	footer_draw(view);
}

void screen_draw(struct screen *screen, const struct scene *scene, struct frame *frame)
{
	struct view view = view_make(screen, scene);
	struct layout_input input = {.rows = frame->rows,
				     .columns = frame->columns,
				     .overview = is_overview(screen),
				     .acting = dialog_runs(scene)};
	size_t i;

	if (screen->paused && screen->frozen.detect != scene->detect)
		view_go_now(screen);
	view.frame = frame;
	frame_clear(frame);
	arena_clear(&screen->draw);
	forget_live(screen);
	view_refresh(&view);
	for (i = 0; i < view_finding_count(&view); i++)
		input.problems += worst_of(view_finding(&view, i), false) > 0;
	input.pane = input.overview ? screen->place.tab : screen->place.focus;
	view.layout = layout_make(&input);
	dialog_undrawn(&screen->dialog);
	draw_all(&view);
	dialog_drawn(&screen->dialog);
}

static void filter_typed(struct screen *screen)
{
	struct err err;

	snprintf(screen->place.filter, sizeof(screen->place.filter), "%s", screen->prompt.text);
	screen->filter_error[0] = '\0';
	if (view_parse_filter(screen, &err))
		snprintf(screen->filter_error, sizeof(screen->filter_error), "%.100s", err.msg);
}

/* The typed filter stays as one step, or goes. */
static void filter_finished(struct screen *screen, bool keep)
{
	char typed[VIEW_FILTER];

	memcpy(typed, screen->place.filter, sizeof(typed));
	memcpy(screen->place.filter, screen->before_prompt, sizeof(screen->place.filter));
	if (keep && !screen->filter_error[0] && strcmp(typed, screen->place.filter) != 0) {
		view_step(screen);
		memcpy(screen->place.filter, typed, sizeof(typed));
	}
	screen->filter_error[0] = '\0';
	view_parse_filter(screen, NULL);
}

static void search_typed(struct screen *screen)
{
	struct pager *pager = &screen->pager;

	snprintf(pager->search, sizeof(pager->search), "%.*s", PAGER_SEARCH - 1,
		 screen->prompt.text);
	pager->has_match = false;
	pager_find(pager, true);
}

static void prompt_changed(struct screen *screen)
{
	if (screen->prompt.kind == PROMPT_FILTER)
		filter_typed(screen);
	else if (screen->prompt.kind == PROMPT_SEARCH)
		search_typed(screen);
}

static void prompt_ended(struct screen *screen, bool done, const char **ret_line)
{
	struct prompt *prompt = &screen->prompt;

	if (prompt->kind == PROMPT_FILTER)
		filter_finished(screen, done);
	memcpy(screen->line, prompt->text, sizeof(screen->line));
	prompt_close(prompt, done);
	if (done && prompt->kind == PROMPT_COMMAND && screen->line[0])
		*ret_line = screen->line;
}

/* A choice that wants more words goes to the command line. */
static bool chosen(struct screen *screen, const struct scene *scene, keycode key,
		   const char **ret_line)
{
	struct dialog *dialog = &screen->dialog;

	if (!dialog_key(dialog, scene, key, ret_line))
		return false;
	if (!*ret_line)
		return true;
	memcpy(screen->line, *ret_line, sizeof(screen->line));
	if (dialog->items[dialog->at].asks) {
		prompt_open(&screen->prompt, PROMPT_COMMAND, screen->line);
		*ret_line = NULL;
	} else {
		*ret_line = screen->line;
	}
	dialog_close(dialog);
	return true;
}

void screen_ask(struct screen *screen, const char *line)
{
	prompt_open(&screen->prompt, PROMPT_COMMAND, line);
}

void screen_menu(struct screen *screen, const char *title, const struct screen_choice *choices,
		 size_t n)
{
	struct dialog *dialog = &screen->dialog;

	dialog_close(dialog);
	dialog->kind = DIALOG_MENU;
	dialog->at = 0;
	dialog->n = n < DIALOG_ITEMS ? n : DIALOG_ITEMS;
	memcpy(dialog->items, choices, dialog->n * sizeof(*choices));
	snprintf(dialog->title, sizeof(dialog->title), "%s", title);
}

void screen_show_plan(struct screen *screen, const char *plan)
{
	struct dialog *dialog = &screen->dialog;

	dialog_close(dialog);
	dialog->kind = DIALOG_PLAN;
	dialog->body.top = 0;
	snprintf(dialog->plan, sizeof(dialog->plan), "%s", plan);
}

void screen_show_text(struct screen *screen, const char *title, const char *text)
{
	struct pager *pager = &screen->pager;
	size_t top = pager->top;
	bool again = pager->open && !strcmp(pager->title, title);

	pager_open(pager, title);
	strbuf_addstr(&pager->text, text);
	pager_ready(pager);
	if (again)
		pager->top = top;
}

const char *screen_text_title(const struct screen *screen)
{
	return screen->pager.open ? screen->pager.title : "";
}

int64_t screen_window(const struct screen *screen)
{
	return screen->window_ms;
}

void screen_left(struct screen *screen)
{
	dialog_left(&screen->dialog);
}

bool screen_confirmed(struct screen *screen, const char **ret_plan, const char **ret_typed)
{
	struct dialog *dialog = &screen->dialog;
	bool confirmed = dialog->confirmed;

	*ret_plan = dialog->plan;
	*ret_typed = dialog->typed;
	dialog->confirmed = false;
	return confirmed;
}

const char *screen_plan(const struct screen *screen)
{
	return screen->dialog.kind == DIALOG_PLAN ? screen->dialog.plan : "";
}

bool screen_key(struct screen *screen, const struct scene *scene, keycode key,
		const char **ret_line)
{
	struct view view = view_make(screen, scene);
	enum prompt_outcome outcome;

	*ret_line = NULL;
	if (!screen->prompt.open)
		return chosen(screen, scene, key, ret_line);
	screen->prompt.complete = complete_word;
	screen->prompt.complete_ctx = &view;
	outcome = prompt_key(&screen->prompt, key);
	screen->prompt.complete_ctx = NULL;
	if (outcome == PROMPT_CHANGED)
		prompt_changed(screen);
	else if (outcome != PROMPT_SAME)
		prompt_ended(screen, outcome == PROMPT_DONE, ret_line);
	return true;
}

bool screen_paste(struct screen *screen, const struct scene *scene, const char *text)
{
	(void)scene;
	if (!screen->prompt.open)
		return false;
	if (prompt_paste(&screen->prompt, text) == PROMPT_CHANGED)
		prompt_changed(screen);
	return true;
}

char *screen_copy(struct screen *screen, const struct scene *scene, bool sentence)
{
	struct view view = view_make(screen, scene);
	const struct pane *pane = &screen->panes[screen->place.focus];
	struct strbuf out = STRBUF_INIT;
	bool tags = false;
	size_t i;

	if (screen->dialog.kind == DIALOG_PLAN)
		return dialog_copy(&screen->dialog, scene);
	if (screen->pager.open)
		return xstrdup(screen->pager.text.buf);
	for (i = 0; i < pane->n; i++)
		tags |= is_tagged(screen, &pane->items[i]);
	for (i = 0; pane->loaded && i < pane->n; i++) {
		if (tags ? !is_tagged(screen, &pane->items[i]) : i != pane->at)
			continue;
		if (out.len)
			strbuf_addch(&out, '\n');
		if (sentence)
			explain_sentence(&view, pane, &pane->items[i], &out);
		else
			explain_row(&view, pane, &pane->items[i], &out);
	}
	if (out.len)
		return strbuf_detach(&out);
	strbuf_release(&out);
	return NULL;
}
