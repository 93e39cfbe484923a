#include "parse/yaml.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/utf8.h"
#include "parse/slurp.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Reading only; yaml_values.c gives nodes types and checks them against schemas. */

#define BYTES_DEFAULT (1024 * 1024)
#define NODES_DEFAULT 100000
#define DEPTH_DEFAULT 32

struct yaml_doc {
	struct arena arena;
	struct yaml *root;
};

/* A list or map that is being read. */
struct level {
	struct yaml *node;
	struct yaml *last; /* child */
	const char *key;   /* of the value that comes next, in a map */
	int key_line, key_column;
};

struct builder {
	struct yaml_doc *doc;
	struct yaml_limits limits;
	struct err *err;
	struct level *levels;
	int depth;
	struct map keys; /* of all maps: number in members */
	struct member {
		const struct yaml *map;
		const char *key;
		int line;
	} * members;
	size_t nmembers, cap;
	size_t nodes;
	bool ended; /* a document was read */
};

static int fault(struct builder *b, const yaml_mark_t *mark, enum err_code code, const char *text)
{
	return err_at(b->err, code, (int)mark->line + 1, (int)mark->column + 1, "%s", text);
}

static bool same_member(const void *ctx, uint32_t value, const void *key)
{
	const struct builder *b = ctx;
	const struct member *one = &b->members[value], *other = key;

	return one->map == other->map && !strcmp(one->key, other->key);
}

/* One table for all maps, so that a map of many keys costs no more than its bytes. */
static int add_member(struct builder *b, const struct yaml *map, const char *key,
		      const yaml_mark_t *mark)
{
	struct member member = {map, key, (int)mark->line + 1};
	uint64_t hash = hash_bytes(key, strlen(key)) ^ hash_bytes(&map, sizeof(map));
	uint32_t old = map_find(&b->keys, hash, same_member, b, &member);
	char shown[64];

	if (old != MAP_NONE) {
		utf8_sanitise(shown, sizeof(shown), key, strlen(key));
		return err_at(b->err, ERR_INVALID, member.line, (int)mark->column + 1,
			      "key '%s' is given twice, first in line %d", shown,
			      b->members[old].line);
	}
	b->members = xgrow(b->members, &b->cap, b->nmembers + 1, sizeof(*b->members));
	b->members[b->nmembers] = member;
	map_add(&b->keys, hash, (uint32_t)b->nmembers++);
	return 0;
}

/* Hangs a new node below the open list or map, or makes it the root. */
static struct yaml *add_node(struct builder *b, enum yaml_kind kind, const yaml_mark_t *mark)
{
	struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;
	struct yaml *node;

	if (b->nodes++ >= b->limits.nodes) {
		fault(b, mark, ERR_LIMIT, "too many values");
		return NULL;
	}
	node = arena_alloc(&b->doc->arena, sizeof(*node));
	node->kind = kind;
	node->line = (int)mark->line + 1;
	node->column = (int)mark->column + 1;
	if (!level) {
		b->doc->root = node;
		return node;
	}
	node->key = level->key;
	node->key_line = level->key_line;
	node->key_column = level->key_column;
	level->key = NULL;
	if (level->last)
		level->last->next = node;
	else
		level->node->child = node;
	level->last = node;
	level->node->n++;
	return node;
}

/* What anchors and tags are refused with; a tag is mostly a text that should have been quoted. */
static int check_properties(struct builder *b, const yaml_event_t *event, const yaml_char_t *anchor,
			    const yaml_char_t *tag)
{
	if (anchor)
		return fault(b, &event->start_mark, ERR_INVALID,
			     "anchors are not supported; put a text that begins with & in quotes");
	if (tag)
		return fault(b, &event->start_mark, ERR_INVALID,
			     "tags are not supported; put a text that begins with ! in quotes");
	return 0;
}

static bool wants_key(const struct builder *b)
{
	const struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;

	return level && level->node->kind == YAML_MAP && !level->key;
}

static int on_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct level *level;
	struct yaml *node;
	const char *text;

	if (check_properties(b, event, event->data.scalar.anchor, event->data.scalar.tag))
		return -1;
	if (memchr(value, '\0', len))
		return fault(b, &event->start_mark, ERR_INVALID, "a text may not have a NUL byte");
	text = arena_strndup(&b->doc->arena, value, len);
	if (wants_key(b)) {
		level = &b->levels[b->depth - 1];
		level->key = text;
		level->key_line = (int)event->start_mark.line + 1;
		level->key_column = (int)event->start_mark.column + 1;
		return add_member(b, level->node, text, &event->start_mark);
	}
	node = add_node(b, YAML_SCALAR, &event->start_mark);
	if (!node)
		return -1;
	node->text = text;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int open_level(struct builder *b, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml *node;

	if (wants_key(b))
		return fault(b, &event->start_mark, ERR_INVALID, "a key must be a plain text");
	if (b->depth == b->limits.depth)
		return fault(b, &event->start_mark, ERR_LIMIT, "nested too deeply");
	node = add_node(b, kind, &event->start_mark);
	if (!node)
		return -1;
	b->levels[b->depth++] = (struct level){.node = node};
	return 0;
}

static int on_list(struct builder *b, const yaml_event_t *event)
{
	if (check_properties(b, event, event->data.sequence_start.anchor,
			     event->data.sequence_start.tag))
		return -1;
	return open_level(b, YAML_LIST, event);
}

static int on_map(struct builder *b, const yaml_event_t *event)
{
	if (check_properties(b, event, event->data.mapping_start.anchor,
			     event->data.mapping_start.tag))
		return -1;
	return open_level(b, YAML_MAP, event);
}

static int on_close(struct builder *b, const yaml_event_t *event)
{
	(void)event;
	assert(b->depth > 0);
	b->depth--;
	return 0;
}

static int on_alias(struct builder *b, const yaml_event_t *event)
{
	return fault(b, &event->start_mark, ERR_INVALID,
		     "aliases are not supported; put a text that begins with * in quotes");
}

static int on_document(struct builder *b, const yaml_event_t *event)
{
	if (b->ended)
		return fault(b, &event->start_mark, ERR_INVALID, "a second document begins here");
	b->ended = true;
	return 0;
}

/* By yaml_event_type_t; the others need nothing done. */
static int (*const handlers[])(struct builder *b, const yaml_event_t *event) = {
	[YAML_DOCUMENT_START_EVENT] = on_document, [YAML_ALIAS_EVENT] = on_alias,
	[YAML_SCALAR_EVENT] = on_scalar,           [YAML_SEQUENCE_START_EVENT] = on_list,
	[YAML_SEQUENCE_END_EVENT] = on_close,      [YAML_MAPPING_START_EVENT] = on_map,
	[YAML_MAPPING_END_EVENT] = on_close,
};

/* libyaml counts lines and columns but does not give them for bytes that are no text at all. */
static void place(const char *text, size_t offset, int *ret_line, int *ret_column)
{
	*ret_line = *ret_column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n')
			(*ret_line)++, *ret_column = 1;
		else if (((unsigned char)text[i] & 0xc0) != 0x80)
			(*ret_column)++;
	}
}

/* The byte at a place that libyaml named. */
static char byte_at(const char *text, size_t len, const yaml_mark_t *mark)
{
	size_t at = 0, column = 0;

	for (size_t line = 0; line < mark->line && at < len; line++) {
		const char *end = memchr(text + at, '\n', len - at);

		at = end ? (size_t)(end - text) + 1 : len;
	}
	while (at < len && column < mark->column) {
		at++;
		column += at < len && ((unsigned char)text[at] & 0xc0) != 0x80;
	}
	return at < len ? text[at] : '\0';
}

static void explain(const yaml_parser_t *parser, const char *text, size_t len, struct err *err)
{
	const char *problem = parser->problem ? parser->problem : "cannot be read";
	const yaml_mark_t *mark = &parser->problem_mark;
	int line, column;

	if (parser->error == YAML_READER_ERROR) {
		place(text, parser->problem_offset < len ? parser->problem_offset : len, &line,
		      &column);
		err_at(err, ERR_INVALID, line, column, "this is not UTF-8 text: %s", problem);
	} else if (byte_at(text, len, mark) == '\t') {
		err_at(err, ERR_INVALID, (int)mark->line + 1, (int)mark->column + 1,
		       "a tab stands where YAML wants blanks");
	} else {
		err_at(err, ERR_INVALID, (int)mark->line + 1, (int)mark->column + 1, "%s%s%s",
		       parser->context ? parser->context : "", parser->context ? ": " : "",
		       problem);
	}
}

static int read_events(yaml_parser_t *parser, struct builder *b, const char *text, size_t len)
{
	yaml_event_t event;
	bool last = false;
	int rc = 0;

	while (!rc && !last) {
		if (!yaml_parser_parse(parser, &event)) {
			explain(parser, text, len, b->err);
			return -1;
		}
		last = event.type == YAML_STREAM_END_EVENT;
		if (event.type < sizeof(handlers) / sizeof(handlers[0]) && handlers[event.type])
			rc = handlers[event.type](b, &event);
		yaml_event_delete(&event);
	}
	return rc;
}

static int build(struct builder *b, const char *text, size_t len)
{
	yaml_parser_t parser;
	int rc;

	if (len > b->limits.bytes)
		return err_set(b->err, ERR_LIMIT, "is larger than %zu bytes", b->limits.bytes);
	if (!yaml_parser_initialize(&parser))
		return err_set(b->err, ERR_LIMIT, "out of memory");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	rc = read_events(&parser, b, text, len);
	yaml_parser_delete(&parser);
	if (!rc && !b->doc->root)
		rc = add_node(b, YAML_MAP, &(yaml_mark_t){0}) ? 0 : -1;
	return rc;
}

struct yaml_doc *yaml_parse(const char *text, size_t len, const struct yaml_limits *limits,
			    struct err *err)
{
	struct builder b = {.doc = xcalloc(1, sizeof(*b.doc)), .err = err};
	struct yaml_doc *doc = b.doc;

	if (limits)
		b.limits = *limits;
	b.limits.bytes = b.limits.bytes ? b.limits.bytes : BYTES_DEFAULT;
	b.limits.nodes = b.limits.nodes ? b.limits.nodes : NODES_DEFAULT;
	b.limits.depth = b.limits.depth ? b.limits.depth : DEPTH_DEFAULT;
	b.levels = xcalloc((size_t)b.limits.depth, sizeof(*b.levels));
	map_init(&b.keys);
	arena_init(&doc->arena);
	if (build(&b, text, len)) {
		yaml_doc_free(doc);
		doc = NULL;
	}
	map_release(&b.keys);
	free(b.members);
	free(b.levels);
	return doc;
}

struct yaml_doc *yaml_read(const char *path, const struct yaml_limits *limits, struct err *err)
{
	size_t cap = limits && limits->bytes ? limits->bytes : BYTES_DEFAULT;
	struct strbuf text = STRBUF_INIT;
	struct yaml_doc *doc = NULL;

	if (!slurp(path, cap, &text, NULL, err))
		doc = yaml_parse(text.buf, text.len, limits, err);
	strbuf_release(&text);
	return doc;
}

void yaml_doc_free(struct yaml_doc *doc)
{
	if (!doc)
		return;
	arena_release(&doc->arena);
	free(doc);
}

const struct yaml *yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml *node = map->child; node; node = node->next)
		if (!strcmp(node->key, key))
			return node;
	return NULL;
}

const char *yaml_text(const struct yaml *map, const char *key, const char *fallback)
{
	const struct yaml *node = yaml_get(map, key);

	return node && node->kind == YAML_SCALAR ? node->text : fallback;
}
