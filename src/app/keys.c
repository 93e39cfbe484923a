#include "app/keys.h"

#include <string.h>

static const struct key_binding table[] = {
	{"j Down", "move down", "next row"},
	{"k Up", "move up", "previous row"},
	{"g Home", "move top", "first row"},
	{"G End", "move bottom", "last row"},
	{"ctrl-d PgDn", "page down", "one page down"},
	{"ctrl-u PgUp", "page up", "one page up"},
	{"Left", "scroll left", "columns to the left"},
	{"Right", "scroll right", "columns to the right"},
	{"Tab", "pane next", "next pane"},
	{"Backtab", "pane previous", "previous pane"},
	{"1", "screen 1", "overview"},
	{"2", "screen 2", "routes"},
	{"3", "screen 3", "AI"},
	{"4", "screen 4", "limited and denied"},
	{"5", "screen 5", "targets and nodes"},
	{"9", "screen 9", "timeline"},
	{"Enter", "open", "open the row"},
	{"Esc", "back", "undo the last step"},
	{"q F10", "close", "close the view, at the top quit"},
	{"Q", "quit", "quit"},
	{"/ F3 F4", "prompt /", "filter all panes"},
	{"n", "next-problem", "next problem"},
	{"N", "previous-problem", "previous problem"},
	{"f", "keep", "only rows with this row's value"},
	{"F", "exclude", "no rows with this row's value"},
	{"s > F6", "sort next", "sort by the next column"},
	{"<", "sort previous", "sort by the previous column"},
	{"S", "reverse", "reverse the order"},
	{"Space", "tag", "tag the row"},
	{"z", "zoom", "this pane alone, and back"},
	{"p", "pause", "hold the picture, and go on"},
	{"w", "window", "window 1m, 5m, 15m, 1h"},
	{"T", "time-zone", "times in UTC or local"},
	{"ctrl-l", "redraw", "paint everything anew"},
	{"i", "why", "where the figures come from"},
	{"c", "changes", "changes of the row"},
	{"l", "logs", "last log lines of the row"},
	{"y", "copy row", "copy the row"},
	{"Y", "copy sentence", "copy one plain sentence"},
	{"r", "retry", "poll now what waits or was stopped"},
	{"[ ,", "step back", "one step back in time"},
	{"] .", "step forward", "one step forward"},
	{"{", "jump back", "to the change before"},
	{"}", "jump forward", "to the change after"},
	{"=", "now", "back to now"},
	{"? h F1", "help", "this help"},
	{":", "prompt :", "command line"},
	{"ctrl-z", "suspend", "back to the shell; fg returns"},
	{NULL, NULL, NULL},
};

const struct key_binding *keys_table(void)
{
	return table;
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
	for (const struct key_binding *binding = table; binding->keys; binding++)
		bind_names(keymap, binding->keys, binding->command, NULL);
	for (size_t i = 0; i < config->nkeys; i++) {
		struct err err = {0};

		bind_names(keymap, config->keys[i].keys, config->keys[i].command, &err);
		err.line = config->keys[i].line;
		if (err.code)
			warn(ctx, &err);
	}
}
