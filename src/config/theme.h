/* Themes: how each style looks, as data. No curses here: colours are numbers of the 256-colour
 * palette and of the 16 and 8 colour ones. */
#ifndef HC_CONFIG_THEME_H
#define HC_CONFIG_THEME_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define THEME_STYLES  32
#define THEME_DEFAULT (-1) /* the terminal's own colour */

struct theme_style {
	short foreground[3]; /* for 256, 16 and 8 colours */
	short background[3];
	bool bold, dim, underline, reverse;
	bool set;
};

struct theme {
	char name[32];
	struct theme_style styles[THEME_STYLES]; /* by the style's id */
};

/* Loads NAME.yaml from $XDG_CONFIG_HOME/hypercare/themes, then the installed folder (or
 * $HYPERCARE_DATA_DIR/themes). style_id maps a style's name to its id, -1 when unknown. A bad
 * colour is a warning with file:line:column and falls back to the terminal's own. */
int theme_load(struct theme *theme, const char *name, int (*style_id)(const char *name),
	       void (*warn)(void *ctx, const char *file, const struct err *err), void *ctx,
	       struct err *err);

/* The palette colour as 0xrrggbb, for pictures. */
unsigned theme_rgb(short colour);

#endif
