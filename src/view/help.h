/* The text of the help. */
#ifndef HC_VIEW_HELP_H
#define HC_VIEW_HELP_H

#include "view/screen.h"

/* Adds lines: the keys that are bound, by groups of commands, then all commands. keymap may be
 * NULL. */
void help_text(const struct keymap *keymap, const struct screen_command *commands,
	       struct strbuf *out);

#endif
