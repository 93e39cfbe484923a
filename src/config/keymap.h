/* Key names and which command a key means. */
#ifndef HC_CONFIG_KEYMAP_H
#define HC_CONFIG_KEYMAP_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* A key as a number: a code point, or KEYMAP_SPECIAL + enum key_name; | KEYMAP_CTRL, KEYMAP_ALT. */
typedef uint32_t keycode;
#define KEYMAP_SPECIAL 0x200000u
#define KEYMAP_CTRL    0x1000000u
#define KEYMAP_ALT     0x2000000u

enum key_name {
	KEYNAME_UP,
	KEYNAME_DOWN,
	KEYNAME_LEFT,
	KEYNAME_RIGHT,
	KEYNAME_PGUP,
	KEYNAME_PGDN,
	KEYNAME_HOME,
	KEYNAME_END,
	KEYNAME_ENTER,
	KEYNAME_ESC,
	KEYNAME_TAB,
	KEYNAME_BACKTAB,
	KEYNAME_BACKSPACE,
	KEYNAME_DELETE,
	KEYNAME_INSERT,
	KEYNAME_F1,
	KEYNAME_F2,
	KEYNAME_F3,
	KEYNAME_F4,
	KEYNAME_F5,
	KEYNAME_F6,
	KEYNAME_F7,
	KEYNAME_F8,
	KEYNAME_F9,
	KEYNAME_F10,
	KEYNAME_F11,
	KEYNAME_F12,
	KEYNAME_RESIZE,
	KEYNAME_PASTE,
	KEYNAME_COUNT
};

/* "j", "ctrl-d", "F4", "Space", "Enter", "alt-x"; 0 and err when it is no key. */
keycode key_parse(const char *text, struct err *err);
/* The name as key_parse() reads it; buf has at least 24 bytes. Returns buf. */
char *key_format(char *buf, keycode key);

struct keymap;
struct keymap *keymap_new(void);
void keymap_free(struct keymap *keymap);
/* The later binding of a key wins; an empty command unbinds it. Commands are copied. */
void keymap_bind(struct keymap *keymap, keycode key, const char *command);
/* The command line bound to a key, or NULL. */
const char *keymap_find(const struct keymap *keymap, keycode key);
/* The keys bound to a command, at most cap, in order of binding. */
size_t keymap_keys(const struct keymap *keymap, const char *command, keycode *ret_keys, size_t cap);

#endif
