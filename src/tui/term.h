/* The terminal: termios, size, a second open of the tty that is non-blocking, and curses painting
 * into memory. Bytes leave when the terminal takes them; while any are queued no frame is painted.
 */
#ifndef HC_TUI_TERM_H
#define HC_TUI_TERM_H

#include "base/err.h"
#include "config/keymap.h"
#include "config/theme.h"
#include "view/frame.h"

struct term;

struct term_options {
	int tty_fd;       /* -1: /dev/tty */
	const char *type; /* $TERM */
	bool no_color;
	bool ascii; /* also when the locale is not UTF-8 */
	bool in_tmux;
};

/* Takes the terminal over. ERR_UNSUPPORTED with a sentence that names `report` when it cannot be
 * addressed (TERM=dumb, unknown, no tty). */
struct term *term_open(const struct term_options *options, struct err *err);
/* Restores and closes; safe after the terminal is gone. Takes NULL. */
void term_close(struct term *term);
/* Async-signal-safe restoring, for the out-of-memory hook and fatal signals. */
void term_rescue(void);

/* ^Z: gives the terminal back and takes it again. */
void term_suspend(struct term *term);
void term_resume(struct term *term);

int term_fd(const struct term *term);
bool term_is_ascii(const struct term *term);
/* Reads the size again (SIGWINCH); true when it changed. */
bool term_resized(struct term *term);
void term_size(const struct term *term, int *ret_rows, int *ret_columns);

void term_theme(struct term *term, const struct theme *theme);

/* Paints the frame into the queue, unless bytes of the last one are still waiting: then returns
 * false and the frame is skipped. redraw repaints every cell (^L). */
bool term_paint(struct term *term, const struct frame *frame, bool redraw);
/* Writes what the terminal takes without blocking; -1 when it is gone. */
int term_flush(struct term *term);
/* Bytes still queued: wait for POLLOUT while there are any. */
size_t term_queued(const struct term *term);

/* Sends a string to the terminal's clipboard by OSC 52; text is sanitised already. -1 and err when
 * the terminal is known to have none, or takes nothing. */
int term_copy(struct term *term, const char *text, struct err *err);
void term_bell(struct term *term);

/* The next key that was typed, or 0; -1 in *ret_gone when the terminal is gone. A bracketed paste
 * arrives as KEYNAME_PASTE and its text from term_pasted(). */
keycode term_key(struct term *term, bool *ret_gone);
const char *term_pasted(const struct term *term);

struct term_stats {
	uint64_t bytes;   /* that left */
	uint64_t frames;  /* painted */
	uint64_t skipped; /* frames skipped since the last painted one and in all */
	unsigned one_in;  /* 1 frame in N, over the last 10 s */
	double bytes_per_s;
};
struct term_stats term_stats(struct term *term, int64_t now_ms);

#endif
