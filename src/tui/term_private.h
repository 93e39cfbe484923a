/* What the files of this module share. */
#ifndef HC_TUI_TERM_PRIVATE_H
#define HC_TUI_TERM_PRIVATE_H

#define _XOPEN_SOURCE_EXTENDED 1
#include "base/strbuf.h"
#include "tui/term.h"

#include <curses.h>
#include <stdio.h>
#include <termios.h>

#define TERM_SNAPSHOTS 11

struct term {
	int fd;                /* our own, non-blocking open of the tty */
	struct termios before; /* as it was found */
	struct termios during;
	FILE *canvas; /* where curses writes: a file in memory */
	FILE *keyboard;
	SCREEN *screen;
	WINDOW *pad;         /* read from, so that reading does not refresh */
	struct strbuf queue; /* bytes that have not left */
	size_t left;         /* of the queue, already written */
	struct strbuf extra; /* what follows them: clipboard and bell, between two frames */
	struct strbuf reset; /* what gives the terminal back */
	struct strbuf pasted;
	bool pasting;
	bool ascii;
	bool mono;
	bool in_tmux;
	bool modern;  /* knows bracketed paste and a clipboard, as xterm and its kin do */
	bool begun;   /* the terminal is ours */
	bool repaint; /* what it shows is not what curses thinks */
	int palette;  /* column of a theme's colours: 256, 16 or 8 */
	int rows, columns;
	attr_t attributes[STYLE_COUNT];
	short pairs[STYLE_COUNT];
	uint64_t bytes, frames, skipped;
	struct {
		int64_t at_ms;
		uint64_t bytes, frames, skipped;
	} snapshots[TERM_SNAPSHOTS]; /* a second apart, newest first */
};

/* Draws the frame with curses; the bytes go to the canvas. */
void paint_frame(struct term *term, const struct frame *frame, bool redraw);
void paint_theme(struct term *term, const struct theme *theme);
/* Moves what curses wrote to the queue. */
void term_collect(struct term *term);

/* Teaches curses the keys that terminfo does not name. */
void input_begin(struct term *term);

#endif
