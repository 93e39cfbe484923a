#include "store/words.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "store/entry.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 4096

static bool is_set(const char *text)
{
	return text && *text;
}

static char *clean(char *buf, size_t cap, const struct strbuf *text)
{
	utf8_sanitise(buf, cap, text->buf, text->len);
	return buf;
}

char *entry_name(const struct entry *entry, char *buf, size_t cap)
{
	const struct operator* who = & entry->operator;
	const char *name = is_set(who->claimed)     ? who->claimed
			   : is_set(who->sudo_user) ? who->sudo_user
			   : is_set(who->login)     ? who->login
						    : "?";

	utf8_sanitise(buf, cap, name, strlen(name));
	return buf;
}

char *entry_who(const struct entry *entry, char *buf, size_t cap)
{
	const struct operator* who = & entry->operator;
	struct strbuf text = STRBUF_INIT;

	if (is_set(who->sudo_user))
		strbuf_addf(&text, "%s as ", who->sudo_user);
	strbuf_addstr(&text, is_set(who->login) ? who->login : "?");
	if (is_set(who->claimed))
		strbuf_addf(&text, ", says %s", who->claimed);
	clean(buf, cap, &text);
	strbuf_release(&text);
	return buf;
}

char *entry_what(const struct entry *entry, char *buf, size_t cap)
{
	const char *const words[] = {entry->action, entry->about, entry->state};
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_set(words[i]))
			strbuf_addf(&text, "%s%s", text.len ? " " : "", words[i]);
	if (is_set(entry->reason))
		strbuf_addf(&text, "%s%s", text.len ? ": " : "", entry->reason);
	clean(buf, cap, &text);
	strbuf_release(&text);
	return buf;
}

static void add_line(struct strbuf *out, const char *name, const char *text)
{
	char line[LINE_BYTES];

	if (!is_set(text))
		return;
	utf8_sanitise(line, sizeof(line), text, strlen(text));
	strbuf_addf(out, "%-10s %s\n", name, line);
}

static void add_detail(struct strbuf *out, const char *detail)
{
	json_t *object = json_loads(detail ? detail : "", 0, NULL);
	char *text = json_object_size(object) ? json_dumps(object, JSON_INDENT(2)) : NULL;
	char line[LINE_BYTES];

	for (const char *p = text; p && *p;) {
		size_t len = strcspn(p, "\n");

		utf8_sanitise(line, sizeof(line), p, len);
		strbuf_addf(out, "%s\n", line);
		p += len + (p[len] != '\0');
	}
	free(text);
	json_decref(object);
}

void entry_full(const struct entry *entry, bool utc, struct strbuf *ret_text)
{
	char at[48], seq[24], who[256];

	snprintf(seq, sizeof(seq), "%" PRId64, entry->seq);
	add_line(ret_text, "entry", seq);
	add_line(ret_text, "kind", entry_kind_word(entry->kind));
	add_line(ret_text, "at",
		 utc ? clock_format(at, sizeof(at), "%Y-%m-%d %H:%M:%S UTC", entry->wall_ms, utc)
		     : clock_format(at, sizeof(at), "%Y-%m-%d %H:%M:%S %Z", entry->wall_ms, utc));
	add_line(ret_text, "by", entry_who(entry, who, sizeof(who)));
	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		if (entry_text(entry, i) != entry->detail)
			add_line(ret_text, entry_fields[i].name, entry_text(entry, i));
	add_line(ret_text, "chain", entry->chain);
	add_detail(ret_text, entry->detail);
}
