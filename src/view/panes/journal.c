/* The journal: what was planned, done, noted and acknowledged, by whom; newest first. */
#include "store/words.h"
#include "view/command.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)

enum { AT, KIND, NAME, WHO, TARGET, WHAT };

static const struct pane_column wide[] = {
	{{"TIME", 11, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, AT, 0},
	{{"KIND", 8, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"WHO", 18, 8, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, WHO, 0},
	{{"TARGET", 10, 6, 0, 0, 1, TABLE_LEFT}, CELL_TEXT, TARGET, 0},
	{{"WHAT", 60, 8, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, WHAT, 0},
};

static const struct pane_column narrow[] = {
	{{"TIME", 11, 0, 0, 0, 1, TABLE_LEFT}, CELL_TEXT, AT, 0},
	{{"KIND", 8, 0, 0, 0, 0, TABLE_LEFT}, CELL_TEXT, KIND, 0},
	{{"WHO", 10, 6, 0, 0, 2, TABLE_LEFT}, CELL_TEXT, NAME, 0},
	{{"WHAT", 40, 16, 1, 0, 0, TABLE_LEFT}, CELL_TEXT, WHAT, 0},
};

static const struct pane_layout layouts[] = {
	{LAYOUT_WIDE, wide, sizeof(wide) / sizeof(*wide)},
	{0, narrow, sizeof(narrow) / sizeof(*narrow)},
};

static const struct {
	enum entry_kind kind;
	const char *state; /* "": any other */
	enum style style;
} styles[] = {
	{ENTRY_OUTCOME, "confirmed", STYLE_OK},
	{ENTRY_OUTCOME, "already", STYLE_OK},
	{ENTRY_OUTCOME, "rejected", STYLE_WARN},
	{ENTRY_OUTCOME, "unknown", STYLE_CRIT},
	{ENTRY_OUTCOME, "partial", STYLE_CRIT},
	{ENTRY_REFUSAL, "", STYLE_WARN},
	{ENTRY_WATCH, "recovered", STYLE_GOOD_NEWS},
	{ENTRY_WATCH, "", STYLE_WARN},
	{ENTRY_INTENT, "", STYLE_MARK},
};

/* A bare word of the filter is looked for in the entry's texts too. */
static bool says(const struct entry *entry, const char *word)
{
	char who[128], what[512];

	return strcasestr(entry_kind_word(entry->kind), word) ||
	       strcasestr(entry_who(entry, who, sizeof(who)), word) ||
	       strcasestr(entry_what(entry, what, sizeof(what)), word) ||
	       strcasestr(entry->plan, word);
}

static bool is_shown(const struct view *view, const struct scene_entry *row)
{
	const struct filter *filter = view_filter(view);

	for (size_t i = 0; filter && i < filter->n; i++) {
		const struct filter one = {.terms = {filter->terms[i]}, .n = 1};
		const struct term *term = &filter->terms[i];
		bool said = term->dim == DIM_COUNT && says(row->entry, term->text);

		if (said ? term->negate : !filter_matches(&one, view->names, &row->dims))
			return false;
	}
	return true;
}

static void load(struct view *view, struct pane *pane)
{
	const struct scene *scene = view->scene;

	pane->items = arena_array(&view->screen->draw, scene->nentries + 1, sizeof(*pane->items));
	pane->all = scene->nentries;
	for (size_t i = 0; i < scene->nentries; i++) {
		const struct scene_entry *row = &scene->entries[i];

		if (!is_shown(view, row)) {
			pane->hidden++;
			continue;
		}
		pane->items[pane->n++] = (struct item){
			.key = {row->dims, row->target, (uint32_t)row->entry->seq}, .index = i};
	}
}

static void text(const struct view *view, const struct item *item, int what, int width, char *buf,
		 size_t cap)
{
	const struct entry *entry = view->scene->entries[item->index].entry;

	(void)width;
	if (what == KIND)
		snprintf(buf, cap, "%s", entry_kind_word(entry->kind));
	else if (what == NAME)
		entry_name(entry, buf, cap);
	else if (what == WHO)
		entry_who(entry, buf, cap);
	else if (what == TARGET)
		snprintf(buf, cap, "%s", entry->target);
	else if (what == WHAT)
		entry_what(entry, buf, cap);
	else if (view->scene->now.wall_ms - entry->wall_ms < DAY_MS)
		view_time(view, entry->wall_ms, buf);
	else
		clock_format(buf, cap, "%m-%d %H:%M", entry->wall_ms, view->scene->utc);
}

static enum style style(const struct view *view, const struct item *item)
{
	const struct entry *entry = view->scene->entries[item->index].entry;

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (styles[i].kind == entry->kind &&
		    (!styles[i].state[0] || !strcmp(styles[i].state, entry->state)))
			return styles[i].style;
	return STYLE_TEXT;
}

static void note(const struct view *view, const struct pane *pane, char *buf, size_t cap)
{
	(void)view;
	if (pane->hidden)
		snprintf(buf, cap, "%zu of %zu, the filter hides %zu", pane->n, pane->all,
			 pane->hidden);
	else
		snprintf(buf, cap, "%zu, newest first", pane->all);
}

int journal_open_entry(const struct call *call)
{
	struct screen *screen = call->screen;
	const struct item *item = pane_item(&screen->panes[PANE_JOURNAL]);
	char title[64];

	if (!item)
		return err_set(call->err, ERR_NOT_FOUND, "there is no entry to open");
	snprintf(title, sizeof(title), "JOURNAL, ENTRY %u", item->key.id);
	pager_open(&screen->pager, title);
	entry_full(call->view->scene->entries[item->index].entry, call->view->scene->utc,
		   &screen->pager.text);
	pager_ready(&screen->pager);
	return 0;
}

const struct pane_ops journal_pane = {
	.title = "JOURNAL",
	.tab = "Journal",
	.layouts = layouts,
	.nlayouts = 2,
	.titles_from = 0,
	.live = true,
	.signal = SIGNAL_COUNT,
	.load = load,
	.text = text,
	.style = style,
	.note = note,
	.empty = "nothing was done or noted yet",
};
