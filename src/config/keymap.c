#include "config/keymap.h"

#include "base/alloc.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* By enum key_name; the first name is the one shown. */
static const char *const names[KEYNAME_COUNT] = {
	[KEYNAME_UP] = "Up",
	[KEYNAME_DOWN] = "Down",
	[KEYNAME_LEFT] = "Left",
	[KEYNAME_RIGHT] = "Right",
	[KEYNAME_PGUP] = "PgUp",
	[KEYNAME_PGDN] = "PgDn",
	[KEYNAME_HOME] = "Home",
	[KEYNAME_END] = "End",
	[KEYNAME_ENTER] = "Enter",
	[KEYNAME_ESC] = "Esc",
	[KEYNAME_TAB] = "Tab",
	[KEYNAME_BACKTAB] = "Backtab",
	[KEYNAME_BACKSPACE] = "Backspace",
	[KEYNAME_DELETE] = "Delete",
	[KEYNAME_INSERT] = "Insert",
	[KEYNAME_F1] = "F1",
	[KEYNAME_F2] = "F2",
	[KEYNAME_F3] = "F3",
	[KEYNAME_F4] = "F4",
	[KEYNAME_F5] = "F5",
	[KEYNAME_F6] = "F6",
	[KEYNAME_F7] = "F7",
	[KEYNAME_F8] = "F8",
	[KEYNAME_F9] = "F9",
	[KEYNAME_F10] = "F10",
	[KEYNAME_F11] = "F11",
	[KEYNAME_F12] = "F12",
	[KEYNAME_RESIZE] = "Resize",
	[KEYNAME_PASTE] = "Paste",
};

static keycode named(const char *text)
{
	if (!strcasecmp(text, "Space"))
		return ' ';
	for (int i = 0; i < KEYNAME_COUNT; i++)
		if (!strcasecmp(text, names[i]))
			return KEYMAP_SPECIAL + (keycode)i;
	return 0;
}

/* The one character that the text is, or 0. */
static keycode character(const char *text)
{
	size_t len = strlen(text);
	char shown[32];
	uint32_t cp;

	if (!len || utf8_decode(text, len, &cp) != len || cp < 0x21 || cp == UTF8_REPLACEMENT)
		return 0;
	utf8_sanitise(shown, sizeof(shown), text, len);
	return strcmp(shown, text) ? 0 : cp;
}

static int refuse(const char *text, struct err *err)
{
	const char *best = NULL;
	int distance = INT_MAX;
	char shown[48];

	utf8_sanitise(shown, sizeof(shown), text, strlen(text));
	for (int i = 0; i < KEYNAME_COUNT; i++)
		suggest_offer(text, names[i], &distance, &best);
	if (best)
		return err_set(err, ERR_INVALID, "no key is called '%s', did you mean %s?", shown,
			       best);
	return err_set(err, ERR_INVALID,
		       "no key is called '%s': a character, ctrl-x, alt-x, F1 to F12, Enter or Up",
		       shown);
}

/* What terminals send for these is the byte of another key. */
static const struct {
	char letter;
	enum key_name name;
} same_byte[] = {
	{'i', KEYNAME_TAB}, {'j', KEYNAME_ENTER}, {'m', KEYNAME_ENTER}, {'h', KEYNAME_BACKSPACE}};

/* The key that Ctrl and a letter is; 0 and err when no terminal sends it as a key of its own. */
static keycode with_ctrl(const char *text, keycode letter, struct err *err)
{
	for (size_t i = 0; i < sizeof(same_byte) / sizeof(same_byte[0]); i++)
		if (letter == (keycode)same_byte[i].letter) {
			err_set(err, ERR_INVALID, "terminals send ctrl-%c as %s: bind that",
				same_byte[i].letter, names[same_byte[i].name]);
			return 0;
		}
	if (letter >= 'a' && letter <= 'z')
		return KEYMAP_CTRL | letter;
	refuse(text, err);
	return 0;
}

keycode key_parse(const char *text, struct err *err)
{
	const char *rest = text;
	keycode modifiers = 0, key;

	if (!strncasecmp(rest, "ctrl-", 5) && rest[5]) {
		modifiers = KEYMAP_CTRL;
		rest += 5;
	} else if (!strncasecmp(rest, "alt-", 4) && rest[4]) {
		modifiers = KEYMAP_ALT;
		rest += 4;
	}
	key = character(rest);
	if (!key)
		key = named(rest);
	if (key && modifiers == KEYMAP_CTRL)
		return with_ctrl(text, key, err);
	if (key)
		return modifiers | key;
	refuse(text, err);
	return 0;
}

char *key_format(char *buf, keycode key)
{
	const char *modifier = key & KEYMAP_CTRL ? "ctrl-" : key & KEYMAP_ALT ? "alt-" : "";
	keycode plain = key & ~(KEYMAP_CTRL | KEYMAP_ALT);
	char character[5] = "";

	if (plain == ' ')
		snprintf(buf, 24, "%sSpace", modifier);
	else if (plain >= KEYMAP_SPECIAL && plain < KEYMAP_SPECIAL + KEYNAME_COUNT)
		snprintf(buf, 24, "%s%s", modifier, names[plain - KEYMAP_SPECIAL]);
	else {
		character[utf8_encode(plain, character)] = '\0';
		snprintf(buf, 24, "%s%s", modifier, character);
	}
	return buf;
}

struct keymap {
	struct binding {
		keycode key;
		char *command;
	} * bindings;
	size_t n;
	size_t cap;
};

struct keymap *keymap_new(void)
{
	return xcalloc(1, sizeof(struct keymap));
}

void keymap_free(struct keymap *keymap)
{
	if (!keymap)
		return;
	for (size_t i = 0; i < keymap->n; i++)
		free(keymap->bindings[i].command);
	free(keymap->bindings);
	free(keymap);
}

static struct binding *find(const struct keymap *keymap, keycode key)
{
	for (size_t i = 0; i < keymap->n; i++)
		if (keymap->bindings[i].key == key)
			return &keymap->bindings[i];
	return NULL;
}

void keymap_bind(struct keymap *keymap, keycode key, const char *command)
{
	struct binding *binding = find(keymap, key);

	if (!binding) {
		keymap->bindings = xgrow(keymap->bindings, &keymap->cap, keymap->n + 1,
					 sizeof(*keymap->bindings));
		binding = &keymap->bindings[keymap->n++];
		*binding = (struct binding){.key = key};
	}
	free(binding->command);
	binding->command = xstrdup(command);
}

const char *keymap_find(const struct keymap *keymap, keycode key)
{
	const struct binding *binding = find(keymap, key);

	return binding && *binding->command ? binding->command : NULL;
}

size_t keymap_keys(const struct keymap *keymap, const char *command, keycode *ret_keys, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < keymap->n && n < cap; i++)
		if (!strcmp(keymap->bindings[i].command, command))
			ret_keys[n++] = keymap->bindings[i].key;
	return n;
}
