#include "view/dialog.h"

#include "base/alloc.h"
#include "view/state.h"
#include "view/worddiff.h"

#include <stdio.h>
#include <string.h>

/* Rows beside the text: the target's banner and the line that says what is next. */
#define DIALOG_FRAME 2

#define TEXT_LONG 60 /* bytes from which a text is shown by what differs */

void dialog_init(struct dialog *dialog)
{
	memset(dialog, 0, sizeof(*dialog));
	pager_init(&dialog->body);
}

void dialog_release(struct dialog *dialog)
{
	pager_release(&dialog->body);
}

void dialog_close(struct dialog *dialog)
{
	dialog->kind = DIALOG_NONE;
	dialog->typing = dialog->wrong = dialog->seen = dialog->drawn = false;
	dialog->hidden = dialog->offers = dialog->offered = false;
	dialog->len = 0;
	dialog->typed[0] = dialog->plan[0] = '\0';
}

const struct plan_view *dialog_plan(const struct dialog *dialog, const struct scene *scene)
{
	size_t i;

	for (i = 0; dialog->kind == DIALOG_PLAN && i < scene->nplans; i++)
		if (!strcmp(scene->plans[i].name, dialog->plan))
			return &scene->plans[i];
	return NULL;
}

bool dialog_allows(const struct dialog *dialog, const char *command)
{
	static const char *const allowed[] = {"move", "page", "open", "back", "close", "prompt"};
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (!strcmp(command, allowed[i]))
			return true;
	return dialog->kind == DIALOG_NONE;
}

int dialog_begin(struct dialog *dialog, const struct scene *scene, struct err *err)
{
	const struct plan_view *plan = dialog_plan(dialog, scene);

	if (!dialog->seen || !plan)
		return 0;
	if (plan->state != PLAN_PLANNED)
		return err_set(err, ERR_REFUSED, "nothing waits for a confirmation here");
	if (plan->guard == CONFIG_RO)
		return err_set(err, ERR_REFUSED, "%s is read-only by its configuration",
			       plan->target_name);
	if (!dialog->offered)
		return 0; /* what he would agree to was not on his screen yet */
	if (scene->read_only)
		return err_set(err, ERR_REFUSED,
			       "the write window is closed: W opens it for 10 minutes");
	snprintf(dialog->challenge, sizeof(dialog->challenge), "%s", plan->challenge);
	dialog->typing = true;
	dialog->wrong = false;
	dialog->len = 0;
	dialog->typed[0] = '\0';
	return 0;
}

void dialog_move(struct dialog *dialog, long rows)
{
	long at = (long)dialog->at + rows;

	if (dialog->kind == DIALOG_PLAN) {
		pager_scroll(&dialog->body, rows);
		return;
	}
	at = at < 0 ? 0 : at >= (long)dialog->n ? (long)dialog->n - 1 : at;
	dialog->at = at < 0 ? 0 : (size_t)at;
}

/* What was typed so far is what is wanted, begins it, or is wrong. */
static void judge_typed(struct dialog *dialog)
{
	if (!strcmp(dialog->typed, dialog->challenge)) {
		dialog->confirmed = true;
		dialog->typing = false;
	} else if (strncmp(dialog->typed, dialog->challenge, dialog->len) != 0) {
		dialog->wrong = true;
	}
}

static bool typed_key(struct dialog *dialog, keycode key)
{
	if (key == KEYMAP_SPECIAL + KEYNAME_ESC) {
		dialog->typing = dialog->wrong = false;
	} else if (key == KEYMAP_SPECIAL + KEYNAME_BACKSPACE) {
		dialog->len -= dialog->len > 0;
		dialog->typed[dialog->len] = '\0';
		dialog->wrong = strncmp(dialog->typed, dialog->challenge, dialog->len) != 0;
	} else if (key == KEYMAP_SPECIAL + KEYNAME_PGDN || key == KEYMAP_SPECIAL + KEYNAME_DOWN) {
		pager_scroll(&dialog->body, 1);
	} else if (key == KEYMAP_SPECIAL + KEYNAME_PGUP || key == KEYMAP_SPECIAL + KEYNAME_UP) {
		pager_scroll(&dialog->body, -1);
	} else if (key > ' ' && key < 0x7f && dialog->len + 1 < sizeof(dialog->typed)) {
		dialog->typed[dialog->len++] = (char)key;
		dialog->typed[dialog->len] = '\0';
		judge_typed(dialog);
	}
	return true;
}

static bool chosen_key(struct dialog *dialog, keycode key, const char **ret_line)
{
	if (key >= '1' && key <= '9' && key - '1' < dialog->n)
		dialog->at = key - '1';
	else if (key != KEYMAP_SPECIAL + KEYNAME_ENTER)
		return false;
	if (dialog->at < dialog->n && dialog->items[dialog->at].line[0])
		*ret_line = dialog->items[dialog->at].line;
	return true;
}

bool dialog_key(struct dialog *dialog, const struct scene *scene, keycode key,
		const char **ret_line)
{
	if (dialog->kind == DIALOG_NONE)
		return false;
	if (!dialog->seen)
		return !dialog->hidden;
	if (dialog->kind == DIALOG_MENU)
		return chosen_key(dialog, key, ret_line);
	if (dialog->typing && !dialog_plan(dialog, scene))
		dialog->typing = false;
	return dialog->typing && typed_key(dialog, key);
}

static void put_section(struct strbuf *out, const char *head, const char *text)
{
	const char *end;

	if (!text || !text[0])
		return;
	strbuf_addf(out, "%s\n", head);
	for (; *text; text = *end ? end + 1 : end) {
		end = text + strcspn(text, "\n");
		strbuf_addf(out, "  %.*s\n", (int)(end - text), text);
	}
}

static void put_requests(struct strbuf *out, const struct plan_view *plan)
{
	bool unsent = plan_state_final(plan->state);
	size_t i;

	for (i = 0; i < plan->nrequests; i++)
		unsent = unsent && !plan->requests[i].sent;
	if (plan->nrequests == 1)
		strbuf_addstr(out, "the request");
	else
		strbuf_addf(out, "%zu requests", plan->nrequests);
	strbuf_addf(out, "%s\n",
		    unsent                 ? ", not sent"
		    : plan->nrequests == 1 ? ", sent once"
					   : ", each sent once");
	for (i = 0; i < plan->nrequests; i++) {
		const struct plan_request *request = &plan->requests[i];

		strbuf_addf(out, "  %s%s%s", request->method, request->method[0] ? " " : "",
			    request->url);
		if (request->status)
			strbuf_addf(out, "  -> %d", request->status);
		else if (request->sent)
			strbuf_addstr(out, "  -> sent");
		strbuf_addch(out, '\n');
		if (request->body[0])
			strbuf_addf(out, "    %s\n", request->body);
	}
}

static void put_diff(struct strbuf *out, const struct plan_view *plan)
{
	struct strbuf text = STRBUF_INIT;
	struct diff_word *words;
	struct arena arena;
	size_t n;

	arena_init(&arena);
	n = worddiff(plan->before, plan->after, &arena, &words);
	worddiff_text(words, n, &text);
	put_section(out, "before -> after: [-goes-] {+comes+}", text.buf);
	strbuf_release(&text);
	arena_release(&arena);
}

/* Long texts differ by a few words: those are what is shown of them. */
static void put_change(struct strbuf *out, const struct plan_view *plan)
{
	if (strlen(plan->before) > TEXT_LONG && strlen(plan->after) > TEXT_LONG)
		put_diff(out, plan);
	else if (plan->before[0] || plan->after[0])
		strbuf_addf(out, "before -> after\n  %s\n  -> %s\n",
			    plan->before[0] ? plan->before : "(nothing)",
			    plan->after[0] ? plan->after : "(nothing)");
}

/* For how long, and who ends it; else what may end it. */
static void put_lasting(struct strbuf *out, const struct plan_view *plan)
{
	const char *volatile_text = plan->action ? plan->action->volatile_text : NULL;
	struct strbuf text = STRBUF_INIT;
	char span[16];

	if (plan->for_ms)
		strbuf_addf(&text,
			    "%s, then this console takes it back, as long as it stays open: it "
			    "asks before it quits%s",
			    view_span(plan->for_ms, span), volatile_text ? "\n" : "");
	if (volatile_text || !plan->for_ms)
		strbuf_addstr(&text, volatile_text ? volatile_text
						   : "kept by the gateway until it is taken back");
	put_section(out, "how long it lasts", text.buf);
	strbuf_release(&text);
}

static void plan_text(const struct plan_view *plan, struct strbuf *out)
{
	const struct profile_action *action = plan->action;

	if (plan->state < PLAN_PLANNED) {
		put_section(out, "the gateway is read first, which changes nothing",
			    "what it would be sent is shown then");
		put_section(out, "the same from a shell", plan->twin);
		return;
	}
	put_section(out, "careful", plan->warning);
	put_change(out, plan);
	put_section(out, "whom it meets", plan->blast);
	put_requests(out, plan);
	put_lasting(out, plan);
	put_section(out, "how it is proved", action ? action->effect : NULL);
	put_section(out, "how it is taken back",
		    plan->undo[0] ? plan->undo : "it cannot be taken back");
	put_section(out, "the same from a shell", plan->twin);
}

static const char *watch_word(enum watch_state watch)
{
	static const char *const words[] = {
		[WATCH_NONE] = "",
		[WATCH_WATCHING] = ", watching the figures",
		[WATCH_RECOVERED] = ", recovered",
		[WATCH_NOT_RECOVERED] = ", NOT recovered",
	};

	return words[watch];
}

static enum style state_style(const struct plan_view *plan)
{
	if (plan->watch == WATCH_NOT_RECOVERED)
		return STYLE_CRIT;
	switch (plan->state) {
	case PLAN_CONFIRMED:
	case PLAN_ALREADY:
		return STYLE_GOOD_NEWS;
	case PLAN_UNKNOWN:
	case PLAN_PARTIAL:
	case PLAN_CONFLICT:
		return STYLE_CRIT;
	case PLAN_REJECTED:
	case PLAN_REFUSED:
	case PLAN_EXPIRED:
		return STYLE_WARN;
	default:
		return STYLE_PEND;
	}
}

/* What the operator can do about a plan that waits for him. */
static void waiting_text(const struct dialog *dialog, const struct scene *scene,
			 const struct plan_view *plan, char *buf, size_t cap)
{
	char left[16];

	view_duration(plan->expires_ms - scene->now.mono_ms, left);
	if (plan->guard == CONFIG_RO)
		snprintf(buf, cap, "PREVIEW  %s is read-only", plan->target_name);
	else if (scene->read_only)
		snprintf(buf, cap, "PREVIEW  the write window is closed: W opens it");
	else if (dialog->typing)
		snprintf(buf, cap, "type %s to send: %s%s", dialog->challenge, dialog->typed,
			 dialog->wrong ? "   that is not it" : "_");
	else
		snprintf(buf, cap, "Enter, then type %s, to send%s%s", plan->challenge,
			 plan->expires_ms ? "; expires in " : "", plan->expires_ms ? left : "");
}

static void draw_next(const struct dialog *dialog, const struct scene *scene,
		      const struct plan_view *plan, struct area area)
{
	bool waits = plan->state == PLAN_PLANNED;
	char text[384], left[16];

	if (waits) {
		waiting_text(dialog, scene, plan, text, sizeof(text));
	} else {
		int len = snprintf(text, sizeof(text), "%s%s%s%s", plan_state_word(plan->state),
				   watch_word(plan->watch), plan->why[0] ? ": " : "", plan->why);

		view_duration(plan->due_ms - scene->now.mono_ms, left);
		if (plan->due_ms && len > 0 && (size_t)len < sizeof(text))
			snprintf(text + len, sizeof(text) - (size_t)len, "; taken back in %s",
				 left);
	}
	area_fill(area, 0, 0, area.columns, ' ', waits ? STYLE_INPUT : STYLE_TEXT);
	area_text(area, 0, 1,
		  dialog->wrong ? STYLE_CRIT
		  : waits       ? STYLE_INPUT
				: state_style(plan),
		  text);
}

static void draw_target(const struct plan_view *plan, struct area area)
{
	/* What has no banner of its own is told from the line above all the same. */
	enum style style = plan->banner[0] ? view_banner(plan->banner) : STYLE_FOCUS;
	char text[192];

	snprintf(text, sizeof(text), " ON %s  %s  %s", plan->target_name,
		 view_guard((enum target_guard)plan->guard), plan->banner);
	area_fill(area, 0, 0, area.columns, ' ', style);
	area_text(area, 0, 0, style, text);
	area_text_right(area, 0, area.columns - 1, style, plan_state_word(plan->state));
}

static void draw_plan(struct dialog *dialog, const struct scene *scene,
		      const struct plan_view *plan, struct area area, const char *keys)
{
	struct pager *body = &dialog->body;
	size_t top = body->top;
	char note[96];

	pager_open(body, plan->title);
	plan_text(plan, &body->text);
	pager_ready(body);
	body->top = top;
	snprintf(note, sizeof(note), "%s  y copies the command", keys);
	draw_target(plan, area_part(area, 0, 0, 1, area.columns));
	pager_draw(body, area_part(area, 1, 0, area.rows - DIALOG_FRAME, area.columns), note);
	draw_next(dialog, scene, plan, area_part(area, area.rows - 1, 0, 1, area.columns));
}

static void draw_items(struct dialog *dialog, struct area area)
{
	size_t shown = area.rows > 1 ? (size_t)area.rows / 2 : 1, i;
	size_t top = dialog->at >= shown ? dialog->at - shown + 1 : 0;

	for (i = top; i < dialog->n && i - top < shown; i++) {
		const struct screen_choice *item = &dialog->items[i];
		int row = (int)(i - top) * 2;

		if (i == dialog->at)
			area_fill(area, row, 0, area.columns, ' ', STYLE_FOCUS);
		area_printf(area, row, 0,
			    i == dialog->at ? STYLE_FOCUS
			    : item->line[0] ? STYLE_TEXT
					    : STYLE_DIM,
			    "%c%*zu  %s%s", i == dialog->at ? '>' : ' ', dialog->n > 9 ? 3 : 2,
			    i + 1, item->title,
			    item->asks      ? " ..."
			    : item->line[0] ? ""
					    : "  (not here)");
		area_text(area_part(area, row + 1, 0, 1, area.columns), 0, dialog->n > 9 ? 6 : 5,
			  STYLE_DIM, item->note);
	}
}

static void draw_menu(struct dialog *dialog, struct area area, const char *keys)
{
	struct pager *frame = &dialog->body;

	pager_open(frame, dialog->title);
	pager_ready(frame);
	pager_draw(frame, area, keys);
	draw_items(dialog, area_part(area, 1, 1, area.rows - 2, area.columns - 2));
}

void dialog_draw(struct dialog *dialog, const struct scene *scene, struct area area,
		 const char *keys)
{
	const struct plan_view *plan = dialog_plan(dialog, scene);

	if (dialog->kind == DIALOG_MENU)
		draw_menu(dialog, area, keys);
	else if (plan)
		draw_plan(dialog, scene, plan, area, keys);
	else
		dialog_close(dialog);
	dialog->drawn = dialog->kind != DIALOG_NONE;
	dialog->offers = plan && plan->state == PLAN_PLANNED;
}

void dialog_undrawn(struct dialog *dialog)
{
	dialog->drawn = dialog->offers = false;
}

void dialog_drawn(struct dialog *dialog)
{
	dialog->hidden = dialog->kind != DIALOG_NONE && !dialog->drawn;
	if (dialog->hidden)
		dialog->seen = dialog->offered = dialog->typing = dialog->wrong = false;
}

void dialog_left(struct dialog *dialog)
{
	dialog->seen = dialog->drawn;
	dialog->offered = dialog->offers;
}

char *dialog_copy(const struct dialog *dialog, const struct scene *scene)
{
	const struct plan_view *plan = dialog_plan(dialog, scene);

	return plan ? xstrdup(plan->twin) : NULL;
}

/* Whether a plan wants the operator. */
static bool is_urgent(const struct plan_view *plan)
{
	return plan->state == PLAN_UNKNOWN || plan->state == PLAN_PARTIAL;
}

/* Whether a plan still wants to be looked after. */
static bool is_running(const struct plan_view *plan)
{
	return plan->due_ms || plan->watch == WATCH_WATCHING ||
	       (plan->state > PLAN_PLANNED && !plan_state_final(plan->state));
}

/* "block-ip 203.0.113.9 on edge-eu": the action by its name, with what its title says beside. */
static void put_name(struct strbuf *out, const struct plan_view *plan)
{
	const char *title = plan->title;
	const char *said = !plan->action         ? NULL
			   : plan->action->title ? plan->action->title
						 : plan->action->info->title;

	if (!said) {
		strbuf_addf(out, "fix %s", title);
		return;
	}
	if (!strncmp(title, said, strlen(said)))
		title += strlen(said);
	title += *title == ':';
	strbuf_addf(out, "%s%s%s", plan->action->info->name, *title && *title != ' ' ? " " : "",
		    title);
}

static void put_running(struct strbuf *out, const struct scene *scene, const struct plan_view *plan)
{
	char text[16];

	put_name(out, plan);
	strbuf_addf(out, ": %s", plan_state_word(plan->state));
	if (plan->watch == WATCH_WATCHING)
		strbuf_addstr(out, ", watching");
	if (!is_urgent(plan) && plan->changed_ms && !plan->due_ms)
		strbuf_addf(out, " %s", view_duration(scene->now.mono_ms - plan->changed_ms, text));
	if (plan->due_ms)
		strbuf_addf(out, ", back in %s",
			    view_duration(plan->due_ms - scene->now.mono_ms, text));
}

bool dialog_runs(const struct scene *scene)
{
	for (size_t i = 0; i < scene->nplans; i++)
		if (is_urgent(&scene->plans[i]) || is_running(&scene->plans[i]))
			return true;
	return false;
}

void dialog_strip(const struct scene *scene, char *buf, size_t cap)
{
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;

	for (int urgent = 1; urgent >= 0; urgent--)
		for (size_t i = 0; i < scene->nplans; i++) {
			const struct plan_view *plan = &scene->plans[i];

			if (is_urgent(plan) != urgent || (!urgent && !is_running(plan)))
				continue;
			strbuf_addstr(&text, n++ ? " | " : "");
			put_running(&text, scene, plan);
		}
	if (!n)
		snprintf(buf, cap, "none");
	else if (n == 1)
		snprintf(buf, cap, "%s", text.buf);
	else
		snprintf(buf, cap, "%zu: %s", n, text.buf);
	strbuf_release(&text);
}
