#include "store/entry.h"

#include "base/alloc.h"
#include "base/sha256.h"
#include "store/canonical.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[ENTRY_KINDS] = {
	[ENTRY_INTENT] = "intent", [ENTRY_OUTCOME] = "outcome", [ENTRY_REFUSAL] = "refusal",
	[ENTRY_WATCH] = "watch",   [ENTRY_REQUEST] = "request", [ENTRY_APPROVAL] = "approval",
	[ENTRY_NOTE] = "note",     [ENTRY_FIX] = "fix",         [ENTRY_ACK] = "ack",
};

const struct entry_field entry_fields[ENTRY_FIELDS] = {
	{"login", true, offsetof(struct entry, operator.login)},
	{"sudo_user", true, offsetof(struct entry, operator.sudo_user)},
	{"ssh_client", true, offsetof(struct entry, operator.ssh_client)},
	{"claimed", true, offsetof(struct entry, operator.claimed)},
	{"host", true, offsetof(struct entry, operator.host)},
	{"console", true, offsetof(struct entry, operator.console)},
	{"plan", false, offsetof(struct entry, plan)},
	{"target", false, offsetof(struct entry, target)},
	{"action", false, offsetof(struct entry, action)},
	{"about", false, offsetof(struct entry, about)},
	{"reason", false, offsetof(struct entry, reason)},
	{"state", false, offsetof(struct entry, state)},
	{"hash", false, offsetof(struct entry, hash)},
	{"detail", false, offsetof(struct entry, detail)},
};

const char *entry_kind_word(enum entry_kind kind)
{
	return kind < ENTRY_KINDS ? words[kind] : "";
}

enum entry_kind entry_kind_by_word(const char *word)
{
	int kind = 0;

	while (kind < ENTRY_KINDS && strcmp(words[kind], word))
		kind++;
	return (enum entry_kind)kind;
}

const char *entry_text(const struct entry *entry, size_t field)
{
	const char *text;

	memcpy(&text, (const char *)entry + entry_fields[field].offset, sizeof(text));
	return text ? text : "";
}

void entry_set_text(struct entry *entry, size_t field, const char *text)
{
	memcpy((char *)entry + entry_fields[field].offset, &text, sizeof(text));
}

struct entry *entry_copy(const struct entry *entry)
{
	size_t size = sizeof(*entry);
	struct entry *copy;
	char *p;

	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		size += strlen(entry_text(entry, i)) + 1;
	copy = xmalloc(size);
	*copy = *entry;
	p = (char *)(copy + 1);
	for (size_t i = 0; i < ENTRY_FIELDS; i++) {
		size_t len = strlen(entry_text(entry, i)) + 1;

		memcpy(p, entry_text(entry, i), len);
		entry_set_text(copy, i, p);
		p += len;
	}
	return copy;
}

void entry_add_detail(const struct entry *entry, struct strbuf *ret_json)
{
	const char *detail = entry->detail ? entry->detail : "";

	if (!*detail) {
		strbuf_addstr(ret_json, "{}");
	} else if (!canonical_add_object(ret_json, detail)) {
		strbuf_addstr(ret_json, "{\"text\":");
		canonical_add_string(ret_json, detail);
		strbuf_addch(ret_json, '}');
	}
}

struct entry *entry_prepare(const struct entry *entry)
{
	struct strbuf detail = STRBUF_INIT;
	struct entry prepared = *entry;
	struct entry *copy;

	entry_add_detail(entry, &detail);
	prepared.detail = detail.buf;
	copy = entry_copy(&prepared);
	strbuf_release(&detail);
	return copy;
}

static void add_pair(struct strbuf *json, const char *name, const char *text)
{
	strbuf_addf(json, "\"%s\":", name);
	canonical_add_string(json, text ? text : "");
	strbuf_addch(json, ',');
}

static void add_operator(struct strbuf *json, const struct operator* operator)
{
	strbuf_addstr(json, "\"operator\":{");
	add_pair(json, "claimed", operator->claimed);
	add_pair(json, "console", operator->console);
	add_pair(json, "host", operator->host);
	add_pair(json, "login", operator->login);
	add_pair(json, "ssh_client", operator->ssh_client);
	add_pair(json, "sudo_user", operator->sudo_user);
	strbuf_addf(json, "\"uid\":%" PRIu32 "},", operator->uid);
}

/* The keys stand in the order that RFC 8785 wants; detail is canonical already. */
static void add_canonical(const struct entry *entry, const char *detail, struct strbuf *ret_json)
{
	strbuf_addch(ret_json, '{');
	add_pair(ret_json, "about", entry->about);
	add_pair(ret_json, "action", entry->action);
	strbuf_addf(ret_json, "\"detail\":%s,", detail);
	add_pair(ret_json, "hash", entry->hash);
	add_pair(ret_json, "kind", entry_kind_word(entry->kind));
	add_operator(ret_json, &entry->operator);
	add_pair(ret_json, "plan", entry->plan);
	add_pair(ret_json, "reason", entry->reason);
	strbuf_addf(ret_json, "\"seq\":%" PRId64 ",", entry->seq);
	add_pair(ret_json, "state", entry->state);
	add_pair(ret_json, "target", entry->target);
	strbuf_addf(ret_json, "\"wall_ms\":%" PRId64 "}", entry->wall_ms);
}

void entry_canonical(const struct entry *entry, struct strbuf *ret_json)
{
	struct strbuf detail = STRBUF_INIT;

	entry_add_detail(entry, &detail);
	add_canonical(entry, detail.buf, ret_json);
	strbuf_release(&detail);
}

void entry_chain(const struct entry *entry, const char *before, char ret_chain[65])
{
	struct strbuf bytes = STRBUF_INIT;

	strbuf_addstr(&bytes, before);
	add_canonical(entry, entry->detail, &bytes);
	sha256_hex(bytes.buf, bytes.len, ret_chain);
	strbuf_release(&bytes);
}

struct entry *entry_from_json(const char *json)
{
	json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	json_t *who = json_object_get(object, "operator");
	char *detail = json_dumps(json_object_get(object, "detail"), JSON_COMPACT);
	const char *kind = json_string_value(json_object_get(object, "kind"));
	struct entry entry = {0}, *copy = NULL;

	if (!json_is_object(who) || !kind || !detail)
		goto out;
	for (size_t i = 0; i < ENTRY_FIELDS; i++) {
		const json_t *from = entry_fields[i].of_operator ? who : object;

		entry_set_text(&entry, i,
			       json_string_value(json_object_get(from, entry_fields[i].name)));
	}
	entry.detail = detail;
	entry.kind = entry_kind_by_word(kind);
	entry.wall_ms = json_integer_value(json_object_get(object, "wall_ms"));
	entry.operator.uid =(uint32_t) json_integer_value(json_object_get(who, "uid"));
	if (entry.kind < ENTRY_KINDS)
		copy = entry_prepare(&entry);
out:
	free(detail);
	json_decref(object);
	return copy;
}

void entry_list_add(struct entry_list *list, struct entry *owned)
{
	list->entries = xgrow(list->entries, &list->cap, list->n + 1, sizeof(*list->entries));
	list->entries[list->n++] = owned;
}

void entry_list_release(struct entry_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->entries[i]);
	free(list->entries);
	*list = (struct entry_list){0};
}
