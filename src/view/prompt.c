#include "view/prompt.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char *const signs[PROMPT_KINDS] = {":", "/", "search: "};

void prompt_init(struct prompt *prompt)
{
	memset(prompt, 0, sizeof(*prompt));
}

static void forget_matches(struct prompt *prompt)
{
	while (prompt->matches.n)
		free(prompt->matches.text[--prompt->matches.n]);
	prompt->match = 0;
}

void prompt_release(struct prompt *prompt)
{
	int i;

	forget_matches(prompt);
	for (i = 0; i < PROMPT_KINDS; i++)
		while (prompt->history[i].n)
			free(prompt->history[i].line[--prompt->history[i].n]);
}

static void set_text(struct prompt *prompt, const char *text)
{
	size_t len = strlen(text);

	prompt->len = len < PROMPT_TEXT ? len : PROMPT_TEXT - 1;
	memcpy(prompt->text, text, prompt->len);
	prompt->text[prompt->len] = '\0';
	prompt->cursor = prompt->len;
}

void prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *text)
{
	forget_matches(prompt);
	prompt->open = true;
	prompt->kind = kind;
	prompt->recall = 0;
	set_text(prompt, text);
}

static void remember(struct prompt *prompt)
{
	char **lines = prompt->history[prompt->kind].line;
	size_t n = prompt->history[prompt->kind].n;

	if (!prompt->len || (n && !strcmp(lines[n - 1], prompt->text)))
		return;
	if (n == PROMPT_HISTORY) {
		free(lines[0]);
		memmove(lines, lines + 1, (n - 1) * sizeof(*lines));
		n--;
	}
	lines[n] = xstrdup(prompt->text);
	prompt->history[prompt->kind].n = n + 1;
}

void prompt_close(struct prompt *prompt, bool keep)
{
	if (keep)
		remember(prompt);
	forget_matches(prompt);
	prompt->open = false;
}

static size_t before(const struct prompt *prompt, size_t at)
{
	while (at > 0 && ((unsigned char)prompt->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t after(const struct prompt *prompt, size_t at)
{
	if (at < prompt->len)
		at++;
	while (at < prompt->len && ((unsigned char)prompt->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static enum prompt_outcome cut(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->len - to + 1);
	prompt->len -= to - from;
	prompt->cursor = from;
	return from < to ? PROMPT_CHANGED : PROMPT_SAME;
}

static enum prompt_outcome insert(struct prompt *prompt, const char *text, size_t len)
{
	if (prompt->len + len >= PROMPT_TEXT)
		return PROMPT_SAME;
	memmove(prompt->text + prompt->cursor + len, prompt->text + prompt->cursor,
		prompt->len - prompt->cursor + 1);
	memcpy(prompt->text + prompt->cursor, text, len);
	prompt->len += len;
	prompt->cursor += len;
	return PROMPT_CHANGED;
}

enum prompt_outcome prompt_paste(struct prompt *prompt, const char *text)
{
	char clean[PROMPT_TEXT], flat[PROMPT_TEXT];
	size_t len = strlen(text), i;

	len = len < sizeof(flat) ? len : sizeof(flat) - 1;
	for (i = 0; i < len; i++)
		flat[i] = strchr("\r\n\t", text[i]) ? ' ' : text[i];
	forget_matches(prompt);
	return insert(prompt, clean, utf8_sanitise(clean, sizeof(clean), flat, len));
}

static enum prompt_outcome key_left(struct prompt *prompt)
{
	prompt->cursor = before(prompt, prompt->cursor);
	return PROMPT_SAME;
}

static enum prompt_outcome key_right(struct prompt *prompt)
{
	prompt->cursor = after(prompt, prompt->cursor);
	return PROMPT_SAME;
}

static enum prompt_outcome key_home(struct prompt *prompt)
{
	prompt->cursor = 0;
	return PROMPT_SAME;
}

static enum prompt_outcome key_end(struct prompt *prompt)
{
	prompt->cursor = prompt->len;
	return PROMPT_SAME;
}

/* Deleting in an empty line leaves it. */
static enum prompt_outcome key_backspace(struct prompt *prompt)
{
	if (!prompt->len)
		return PROMPT_CANCELLED;
	return cut(prompt, before(prompt, prompt->cursor), prompt->cursor);
}

static enum prompt_outcome key_delete(struct prompt *prompt)
{
	return cut(prompt, prompt->cursor, after(prompt, prompt->cursor));
}

static enum prompt_outcome key_cut_line(struct prompt *prompt)
{
	return cut(prompt, 0, prompt->cursor);
}

static enum prompt_outcome key_cut_word(struct prompt *prompt)
{
	size_t from = prompt->cursor;

	while (from > 0 && prompt->text[from - 1] == ' ')
		from--;
	while (from > 0 && prompt->text[from - 1] != ' ')
		from--;
	return cut(prompt, from, prompt->cursor);
}

static enum prompt_outcome show_line(struct prompt *prompt, size_t recall)
{
	size_t n = prompt->history[prompt->kind].n;

	if (recall > n)
		return PROMPT_SAME;
	if (!prompt->recall)
		memcpy(prompt->draft, prompt->text, sizeof(prompt->draft));
	prompt->recall = recall;
	set_text(prompt, recall ? prompt->history[prompt->kind].line[n - recall] : prompt->draft);
	return PROMPT_CHANGED;
}

static enum prompt_outcome key_older(struct prompt *prompt)
{
	return show_line(prompt, prompt->recall + 1);
}

static enum prompt_outcome key_newer(struct prompt *prompt)
{
	return prompt->recall ? show_line(prompt, prompt->recall - 1) : PROMPT_SAME;
}

static enum prompt_outcome key_enter(struct prompt *prompt)
{
	(void)prompt;
	return PROMPT_DONE;
}

static enum prompt_outcome key_escape(struct prompt *prompt)
{
	(void)prompt;
	return PROMPT_CANCELLED;
}

void prompt_offer(struct prompt_matches *matches, const char *prefix, const char *candidate)
{
	size_t i;

	if (matches->n == PROMPT_MATCHES || strncmp(candidate, prefix, strlen(prefix)) != 0)
		return;
	for (i = 0; i < matches->n; i++)
		if (!strcmp(matches->text[i], candidate))
			return;
	matches->text[matches->n++] = xstrdup(candidate);
}

/* The first Tab looks for candidates and takes the first, the next ones walk through them. */
static enum prompt_outcome walk_matches(struct prompt *prompt, bool forward)
{
	size_t n = prompt->matches.n;

	if (!n) {
		for (prompt->word = prompt->cursor; prompt->word > 0; prompt->word--)
			if (prompt->text[prompt->word - 1] == ' ')
				break;
		prompt->complete(prompt->complete_ctx, prompt->kind, prompt->text, prompt->word,
				 &prompt->matches);
		if (!prompt->matches.n)
			return PROMPT_SAME;
		prompt->match = 0;
	} else {
		prompt->match = (prompt->match + (forward ? 1 : n - 1)) % n;
	}
	cut(prompt, prompt->word, prompt->cursor);
	return insert(prompt, prompt->matches.text[prompt->match],
		      strlen(prompt->matches.text[prompt->match]));
}

static enum prompt_outcome type_key(struct prompt *prompt, keycode key)
{
	char raw[4], clean[8];
	size_t len;

	if (key < ' ' || key >= KEYMAP_SPECIAL)
		return PROMPT_SAME;
	len = utf8_encode(key, raw);
	if (utf8_sanitise(clean, sizeof(clean), raw, len) != len || memcmp(clean, raw, len) != 0)
		return PROMPT_SAME;
	return insert(prompt, raw, len);
}

enum prompt_outcome prompt_key(struct prompt *prompt, keycode key)
{
	static const struct {
		keycode key;
		enum prompt_outcome (*run)(struct prompt *prompt);
	} keys[] = {
		{KEYMAP_SPECIAL + KEYNAME_LEFT, key_left},
		{KEYMAP_SPECIAL + KEYNAME_RIGHT, key_right},
		{KEYMAP_SPECIAL + KEYNAME_HOME, key_home},
		{KEYMAP_CTRL | 'a', key_home},
		{KEYMAP_SPECIAL + KEYNAME_END, key_end},
		{KEYMAP_CTRL | 'e', key_end},
		{KEYMAP_SPECIAL + KEYNAME_BACKSPACE, key_backspace},
		{KEYMAP_CTRL | 'h', key_backspace},
		{KEYMAP_SPECIAL + KEYNAME_DELETE, key_delete},
		{KEYMAP_CTRL | 'u', key_cut_line},
		{KEYMAP_CTRL | 'w', key_cut_word},
		{KEYMAP_SPECIAL + KEYNAME_UP, key_older},
		{KEYMAP_CTRL | 'p', key_older},
		{KEYMAP_SPECIAL + KEYNAME_DOWN, key_newer},
		{KEYMAP_CTRL | 'n', key_newer},
		{KEYMAP_SPECIAL + KEYNAME_ENTER, key_enter},
		{KEYMAP_SPECIAL + KEYNAME_ESC, key_escape},
		{KEYMAP_CTRL | 'c', key_escape},
	};
	size_t i;

	if (key == KEYMAP_SPECIAL + KEYNAME_TAB || key == KEYMAP_SPECIAL + KEYNAME_BACKTAB)
		return prompt->complete ? walk_matches(prompt, key == KEYMAP_SPECIAL + KEYNAME_TAB)
					: PROMPT_SAME;
	forget_matches(prompt);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].key == key)
			return keys[i].run(prompt);
	return type_key(prompt, key);
}

/* Other candidates, behind the text. */
static void draw_matches(const struct prompt *prompt, struct area area, int row, int column)
{
	size_t i;

	for (i = 1; i < prompt->matches.n && column < area.columns; i++) {
		size_t at = (prompt->match + i) % prompt->matches.n;

		column += 2 + area_text(area, row, column, STYLE_DIM, prompt->matches.text[at]);
	}
}

void prompt_draw(const struct prompt *prompt, struct area area, int row)
{
	const char *sign = signs[prompt->kind], *text = prompt->text;
	char start[PROMPT_TEXT];
	int used, room, width;

	area_fill(area, row, 0, area.columns, ' ', STYLE_INPUT);
	used = area_text(area, row, 0, STYLE_INPUT, sign);
	room = area.columns - used - 1;
	memcpy(start, prompt->text, prompt->cursor);
	start[prompt->cursor] = '\0';
	while ((width = utf8_width(start + (text - prompt->text))) > room && width > 0)
		text = prompt->text + after(prompt, (size_t)(text - prompt->text));
	used += area_text(area, row, used, STYLE_INPUT, text);
	draw_matches(prompt, area, row, used + 2);
	area.frame->cursor_row = area.row + row;
	area.frame->cursor_column = area.column + (int)strlen(sign) + width;
	if (area.frame->cursor_column >= area.frame->columns)
		area.frame->cursor_column = area.frame->columns - 1;
}
