/* From what is typed to key codes. */
#include "tui/term_private.h"

#include "base/utf8.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <wchar.h>

#define PASTE_BYTES 4096

/* Codes of our own, beyond those of curses. */
#define KEY_PASTE_BEGIN (KEY_MAX + 1)
#define KEY_PASTE_END   (KEY_MAX + 2)

static const struct {
	wint_t curses;
	enum key_name name;
} names[] = {
	{KEY_UP, KEYNAME_UP},
	{KEY_DOWN, KEYNAME_DOWN},
	{KEY_LEFT, KEYNAME_LEFT},
	{KEY_RIGHT, KEYNAME_RIGHT},
	{KEY_PPAGE, KEYNAME_PGUP},
	{KEY_NPAGE, KEYNAME_PGDN},
	{KEY_HOME, KEYNAME_HOME},
	{KEY_END, KEYNAME_END},
	{KEY_ENTER, KEYNAME_ENTER},
	{KEY_BTAB, KEYNAME_BACKTAB},
	{KEY_BACKSPACE, KEYNAME_BACKSPACE},
	{KEY_DC, KEYNAME_DELETE},
	{KEY_IC, KEYNAME_INSERT},
};

static const struct {
	wint_t typed;
	enum key_name name;
} controls[] = {
	{'\r', KEYNAME_ENTER}, {'\n', KEYNAME_ENTER},    {'\t', KEYNAME_TAB},
	{27, KEYNAME_ESC},     {127, KEYNAME_BACKSPACE}, {'\b', KEYNAME_BACKSPACE},
};

void input_begin(struct term *term)
{
	set_term(term->screen);
	term->pad = newpad(1, 1);
	keypad(term->pad, TRUE);
	nodelay(term->pad, TRUE);
	define_key("\033[200~", KEY_PASTE_BEGIN);
	define_key("\033[201~", KEY_PASTE_END);
}

static keycode from_function(wint_t key)
{
	if (key > KEY_F0 && key <= KEY_F(12))
		return KEYMAP_SPECIAL + KEYNAME_F1 + (key - KEY_F(1));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].curses == key)
			return KEYMAP_SPECIAL + names[i].name;
	return 0;
}

static keycode from_character(wint_t typed)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (controls[i].typed == typed)
			return KEYMAP_SPECIAL + controls[i].name;
	if (typed < 27)
		return KEYMAP_CTRL | (typed + 'a' - 1);
	return (keycode)typed;
}

/* Keeps what is pasted apart from what is typed. */
static void add_pasted(struct term *term, wint_t typed)
{
	char bytes[4];
	size_t n = utf8_encode((uint32_t)typed, bytes);

	if (term->pasted.len + n <= PASTE_BYTES)
		strbuf_add(&term->pasted, bytes, n);
}

/* The terminal has hung up, or what is to be read is its end. */
static bool is_gone(const struct term *term)
{
	struct pollfd ready = {.fd = term->fd, .events = POLLIN};
	int waiting = 0;

	if (poll(&ready, 1, 0) <= 0)
		return false;
	if (ready.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ready.revents & POLLIN && (ioctl(term->fd, FIONREAD, &waiting) || !waiting);
}

/* Alt sends Esc first: when a character follows at once, the two are one key. */
static keycode with_alt(struct term *term)
{
	wint_t typed;
	int kind = wget_wch(term->pad, &typed);

	if (kind == OK && typed > ' ' && typed != 127)
		return KEYMAP_ALT | (keycode)typed;
	if (kind == KEY_CODE_YES)
		ungetch((int)typed);
	else if (kind == OK)
		unget_wch((wchar_t)typed);
	return KEYMAP_SPECIAL + KEYNAME_ESC;
}

keycode term_key(struct term *term, bool *ret_gone)
{
	wint_t typed;
	int kind;

	*ret_gone = is_gone(term);
	if (*ret_gone)
		return 0;
	set_term(term->screen);
	while ((kind = wget_wch(term->pad, &typed)) != ERR) {
		keycode key = kind == KEY_CODE_YES ? from_function(typed) : from_character(typed);

		if (kind == KEY_CODE_YES && typed == KEY_PASTE_BEGIN) {
			strbuf_clear(&term->pasted);
			term->pasting = true;
		} else if (kind == KEY_CODE_YES && typed == KEY_PASTE_END) {
			term->pasting = false;
			return KEYMAP_SPECIAL + KEYNAME_PASTE;
		} else if (term->pasting && kind == OK) {
			add_pasted(term, typed);
		} else if (key && !term->pasting) {
			return key == KEYMAP_SPECIAL + KEYNAME_ESC ? with_alt(term) : key;
		}
	}
	return 0;
}

const char *term_pasted(const struct term *term)
{
	return term->pasted.buf;
}
