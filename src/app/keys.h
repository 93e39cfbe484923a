/* The keys that hold without a configuration: one table for the program, its help and its
 * manual. */
#ifndef HC_APP_KEYS_H
#define HC_APP_KEYS_H

#include "config/config.h"
#include "config/keymap.h"
#include "view/screen.h"

/* The screen's bindings, then the program's own; ended by NULL keys. */
const struct screen_binding *keys_table(void);

/* Binds the table, then what the configuration says over it; a bad key is handed to warn and
 * passed over. */
void keys_bind(struct keymap *keymap, const struct config *config,
	       void (*warn)(void *ctx, const struct err *err), void *ctx);

#endif
