#include "app/keys.h"

#include "base/alloc.h"

#include <string.h>

/* Beside those of the screen. */
static const struct screen_binding own[] = {
	{"a F9", "act", "actions of the row"},
	{"u", "undo", "take back the last own action"},
	{"W", "write", "open the write window, or close it"},
	{"Q", "quit", "quit"},
	{"m", "prompt : 'note '", "write a note into the journal"},
	{"A", "ack", "acknowledge the problem until it clears"},
	{"T", "time-zone", "times in UTC or local"},
	{"ctrl-l", "redraw", "paint everything anew"},
	{"y", "copy row", "copy the row"},
	{"Y", "copy sentence", "copy one plain sentence"},
	{"r", "retry", "poll now what waits or was stopped"},
	{"o", "link", "copy a link of the row"},
	{"t", "link traces", "copy the row's link called traces"},
	{"!", "run", "run an own command on the row"},
	{"R", "report", "the report of now"},
	{"ctrl-z", "suspend", "back to the shell; fg returns"},
};
#define OWN (sizeof(own) / sizeof(own[0]))

const struct screen_binding *keys_table(void)
{
	static struct screen_binding *all;
	const struct screen_binding *theirs = screen_bindings();
	size_t n = 0;

	if (all)
		return all;
	while (theirs[n].keys)
		n++;
	all = xcalloc(n + OWN + 1, sizeof(*all));
	memcpy(all, theirs, n * sizeof(*all));
	memcpy(all + n, own, sizeof(own));
	return all;
}

static void bind_names(struct keymap *keymap, const char *names, const char *command,
		       struct err *ret_err)
{
	char name[32];

	while (*names) {
		size_t len = strcspn(names, " ");
		keycode key;

		if (len < sizeof(name)) {
			memcpy(name, names, len);
			name[len] = '\0';
			key = key_parse(name, ret_err);
			if (key)
				keymap_bind(keymap, key, command);
		} else {
			err_set(ret_err, ERR_INVALID, "no key has so long a name");
		}
		names += len + strspn(names + len, " ");
	}
}

void keys_bind(struct keymap *keymap, const struct config *config,
	       void (*warn)(void *ctx, const struct err *err), void *ctx)
{
	for (const struct screen_binding *binding = keys_table(); binding->keys; binding++)
		bind_names(keymap, binding->keys, binding->command, NULL);
	for (size_t i = 0; i < config->nkeys; i++) {
		struct err err = {0};

		bind_names(keymap, config->keys[i].keys, config->keys[i].command, &err);
		err.line = config->keys[i].line;
		if (err.code)
			warn(ctx, &err);
	}
}
