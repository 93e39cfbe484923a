/* The help: the keys as they are bound now, and every command, by group. */
#include "view/help.h"

#include "base/utf8.h"
#include "query/clients.h"

#include <stdio.h>
#include <string.h>

#define KEYS_MOST 8

/* The first word of a command line. */
static size_t word_length(const char *line)
{
	return strcspn(line, " ");
}

static bool is_command(const char *line, const char *name)
{
	size_t len = word_length(line);

	return strlen(name) == len && !strncmp(line, name, len);
}

/* Every key that can be bound, one after the other; 0 after the last. */
static keycode next_key(keycode key)
{
	static const keycode modifiers[] = {0, KEYMAP_CTRL, KEYMAP_ALT};
	keycode plain = key & ~(KEYMAP_CTRL | KEYMAP_ALT), modifier = key - plain;
	size_t i;

	if (plain + 1 < 0x7f ||
	    (plain >= KEYMAP_SPECIAL && plain + 1 < KEYMAP_SPECIAL + KEYNAME_COUNT))
		return key + 1;
	if (plain < KEYMAP_SPECIAL)
		return modifier | KEYMAP_SPECIAL;
	for (i = 0; i + 1 < sizeof(modifiers) / sizeof(*modifiers); i++)
		if (modifiers[i] == modifier)
			return modifiers[i + 1] | ' ';
	return 0;
}

static const char *bound_help(const char *line)
{
	const struct screen_binding *binding;

	for (binding = screen_bindings(); binding->keys; binding++)
		if (!strcmp(binding->command, line))
			return binding->help;
	return "";
}

static void add_keys(const struct keymap *keymap, const char *line, struct strbuf *out)
{
	keycode keys[KEYS_MOST];
	size_t i, n = keymap_keys(keymap, line, keys, KEYS_MOST), start = out->len;
	char name[24];
	int width;

	strbuf_addstr(out, "  ");
	for (i = 0; i < n; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", key_format(name, keys[i]));
	width = utf8_width(out->buf + start);
	strbuf_addchars(out, ' ', width < 18 ? (size_t)(18 - width) : 1);
}

/* One line for each command line of this command that a key is bound to. */
static size_t add_bound(const struct keymap *keymap, const struct screen_command *command,
			struct strbuf *out)
{
	const char *line;
	keycode key, first;
	size_t n = 0;

	for (key = ' '; keymap && key; key = next_key(key)) {
		line = keymap_find(keymap, key);
		if (!line || !line[0] || !is_command(line, command->name))
			continue;
		if (!keymap_keys(keymap, line, &first, 1) || first != key)
			continue;
		add_keys(keymap, line, out);
		strbuf_addf(out, "%-20s %s\n", line,
			    bound_help(line)[0] ? bound_help(line) : command->help);
		n++;
	}
	return n;
}

static bool seen_before(const struct screen_command *commands, const struct screen_command *at)
{
	for (; commands < at; commands++)
		if (!strcmp(commands->group, at->group))
			return true;
	return false;
}

static void add_group(const struct keymap *keymap, const struct screen_command *commands,
		      const char *group, struct strbuf *out)
{
	strbuf_addf(out, "%s\n", group);
	for (; commands->name; commands++)
		if (!strcmp(commands->group, group))
			add_bound(keymap, commands, out);
}

static void add_command(const struct screen_command *command, struct strbuf *out)
{
	size_t start = out->len, width;

	strbuf_addf(out, "  %s %s", command->name, command->usage);
	width = out->len - start;
	strbuf_addchars(out, ' ', width < 30 ? 30 - width : 1);
	strbuf_addf(out, "%s\n", command->help);
}

static void add_commands(const struct screen_command *commands, struct strbuf *out)
{
	strbuf_addstr(out, "commands, typed after : or bound to keys in the configuration\n");
	for (; commands->name; commands++)
		add_command(commands, out);
}

void help_text(const struct keymap *keymap, const struct screen_command *commands,
	       struct strbuf *out)
{
	const struct screen_command *command;

	for (command = commands; command->name; command++)
		if (!seen_before(commands, command))
			add_group(keymap, commands, command->group, out);
	add_commands(commands, out);
	strbuf_addstr(out,
		      "signs on the screen\n"
		      "  >  the cursor    *  tagged    ~42s  the figures are so old\n"
		      "  2.1~  interpolated in a wide bucket    >5s  above the last bucket\n"
		      "  n/a  not measured, which is not zero    |  now, in a trend\n"
		      "marks of a client\n"
		      "  own      an address of yours or of this host\n"
		      "  NAT      many stand behind it: " CLIENT_NAT_RULE "\n"
		      "  blocked  in a gateway's deny list    list  a part of the network is\n");
}
