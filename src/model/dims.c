#include "model/dims.h"

#include "base/address.h"
#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 256

static const char *const dim_names[DIM_COUNT] = {
	[DIM_TARGET] = "target", [DIM_ROUTE] = "route",       [DIM_SERVICE] = "service",
	[DIM_NODE] = "node",     [DIM_CONSUMER] = "consumer", [DIM_MODEL] = "model",
	[DIM_APP] = "app",       [DIM_PROMPT] = "prompt",     [DIM_CLIENT] = "client",
	[DIM_CODE] = "code",     [DIM_TYPE] = "type",         [DIM_REASON] = "reason",
	[DIM_ORIGIN] = "origin", [DIM_PHASE] = "phase",
};

/* A text; free ones are chained through next_free. */
struct text_entry {
	char *text; /* NULL: free */
	uint32_t references;
	uint32_t next_free;
	symbol network; /* held; itself: there is none; 0: not asked yet */
};

struct dims_entry {
	struct dims dims;
	uint32_t references; /* 0: free */
	uint32_t next_free;
};

struct names {
	int references;
	struct text_entry *texts;
	size_t ntexts, texts_cap;
	uint32_t free_text;
	struct map text_index;
	struct dims_entry *dims;
	size_t ndims, dims_cap;
	uint32_t free_dims;
	struct map dims_index;
	size_t text_bytes;
};

struct text_key {
	const char *text;
	size_t len;
};

static bool text_equal(const void *ctx, uint32_t value, const void *key)
{
	const struct names *names = ctx;
	const struct text_key *want = key;
	const char *text = names->texts[value].text;

	return !strncmp(text, want->text, want->len) && !text[want->len];
}

static bool entry_equal(const void *ctx, uint32_t value, const void *key)
{
	const struct names *names = ctx;

	return dims_equal(&names->dims[value].dims, key);
}

struct names *names_new(void)
{
	struct names *names = xcalloc(1, sizeof(*names));

	names->references = 1;
	names->texts = xgrow(NULL, &names->texts_cap, 1, sizeof(*names->texts));
	names->texts[0] = (struct text_entry){.text = xstrdup(""), .references = 1};
	names->ntexts = 1;
	names->dims = xgrow(NULL, &names->dims_cap, 1, sizeof(*names->dims));
	names->dims[0] = (struct dims_entry){.references = 1};
	names->ndims = 1;
	map_init(&names->text_index);
	map_init(&names->dims_index);
	return names;
}

struct names *names_ref(struct names *names)
{
	names->references++;
	return names;
}

void names_unref(struct names *names)
{
	if (!names || --names->references)
		return;
	for (size_t i = 0; i < names->ntexts; i++)
		free(names->texts[i].text);
	free(names->texts);
	free(names->dims);
	map_release(&names->text_index);
	map_release(&names->dims_index);
	free(names);
}

/* Cuts at a character's start, so that the text stays valid UTF-8. */
static size_t cut_length(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len);

	if (end)
		len = (size_t)(end - text);
	if (len <= TEXT_BYTES)
		return len;
	len = TEXT_BYTES;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static uint32_t take_text(struct names *names)
{
	uint32_t at = names->free_text;

	if (at) {
		names->free_text = names->texts[at].next_free;
		return at;
	}
	names->texts =
		xgrow(names->texts, &names->texts_cap, names->ntexts + 1, sizeof(*names->texts));
	return (uint32_t)names->ntexts++;
}

symbol names_symbol(struct names *names, const char *text, size_t len)
{
	struct text_key key = {text, cut_length(text, len)};
	uint64_t hash;
	uint32_t at;

	if (!key.len)
		return 0;
	hash = hash_bytes(key.text, key.len);
	at = map_find(&names->text_index, hash, text_equal, names, &key);
	if (at != MAP_NONE)
		return at;
	at = take_text(names);
	names->texts[at] = (struct text_entry){.text = xstrndup(key.text, key.len)};
	names->text_bytes += key.len + 1;
	map_add(&names->text_index, hash, at);
	return at;
}

symbol names_find(const struct names *names, const char *text)
{
	struct text_key key = {text, cut_length(text, strlen(text))};
	uint32_t at;

	if (!key.len)
		return 0;
	at = map_find(&names->text_index, hash_bytes(key.text, key.len), text_equal, names, &key);
	return at == MAP_NONE ? 0 : at;
}

const char *names_text(const struct names *names, symbol id)
{
	assert(id < names->ntexts && names->texts[id].text);
	return names->texts[id].text;
}

void names_symbol_hold(struct names *names, symbol id)
{
	if (id)
		names->texts[id].references++;
}

void names_symbol_drop(struct names *names, symbol id)
{
	struct text_entry *entry = &names->texts[id];
	symbol network = entry->network;
	size_t len;

	assert(entry->references);
	if (!id || --entry->references)
		return;
	len = strlen(entry->text);
	map_remove(&names->text_index, hash_bytes(entry->text, len), id);
	names->text_bytes -= len + 1;
	free(entry->text);
	*entry = (struct text_entry){.next_free = names->free_text};
	names->free_text = id;
	if (network && network != id)
		names_symbol_drop(names, network);
}

static symbol find_network(struct names *names, symbol id)
{
	struct address address, wide;
	char text[ADDRESS_TEXT];
	symbol network;

	if (!address_parse(names->texts[id].text, &address))
		return id;
	wide = address_widen(&address, 24, address.bits > 64 ? 64 : 48);
	if (wide.bits == address.bits)
		return id;
	address_format(&wide, text);
	network = names_symbol(names, text, strlen(text));
	names_symbol_hold(names, network);
	return network;
}

symbol names_network(struct names *names, symbol id)
{
	if (id && !names->texts[id].network) {
		symbol network = find_network(names, id);

		names->texts[id].network = network;
	}
	return names->texts[id].network;
}

static uint32_t take_dims(struct names *names)
{
	uint32_t at = names->free_dims;

	if (at) {
		names->free_dims = names->dims[at].next_free;
		return at;
	}
	names->dims = xgrow(names->dims, &names->dims_cap, names->ndims + 1, sizeof(*names->dims));
	return (uint32_t)names->ndims++;
}

dims_id names_intern(struct names *names, const struct dims *dims)
{
	static const struct dims empty;
	uint64_t hash;
	uint32_t at;

	if (dims_equal(dims, &empty))
		return 0;
	hash = hash_bytes(dims, sizeof(*dims));
	at = map_find(&names->dims_index, hash, entry_equal, names, dims);
	if (at == MAP_NONE) {
		at = take_dims(names);
		names->dims[at] = (struct dims_entry){.dims = *dims};
		for (size_t i = 0; i < DIM_COUNT; i++)
			names_symbol_hold(names, dims->value[i]);
		map_add(&names->dims_index, hash, at);
	}
	names->dims[at].references++;
	return at;
}

void names_hold(struct names *names, dims_id id)
{
	if (id)
		names->dims[id].references++;
}

void names_drop(struct names *names, dims_id id)
{
	struct dims_entry *entry = &names->dims[id];

	assert(entry->references);
	if (!id || --entry->references)
		return;
	map_remove(&names->dims_index, hash_bytes(&entry->dims, sizeof(entry->dims)), id);
	for (size_t i = 0; i < DIM_COUNT; i++)
		if (entry->dims.value[i])
			names_symbol_drop(names, entry->dims.value[i]);
	*entry = (struct dims_entry){.next_free = names->free_dims};
	names->free_dims = id;
}

const struct dims *names_dims(const struct names *names, dims_id id)
{
	assert(id < names->ndims);
	return &names->dims[id].dims;
}

size_t names_bytes(const struct names *names)
{
	return sizeof(*names) + names->texts_cap * sizeof(*names->texts) + names->text_bytes +
	       names->dims_cap * sizeof(*names->dims) + map_bytes(&names->text_index) +
	       map_bytes(&names->dims_index);
}

const char *dim_name(enum dim dim)
{
	assert(dim < DIM_COUNT);
	return dim_names[dim];
}

enum dim dim_by_name(const char *name)
{
	for (size_t i = 0; i < DIM_COUNT; i++)
		if (!strcmp(dim_names[i], name))
			return (enum dim)i;
	return DIM_COUNT;
}

struct dims dims_project(const struct dims *dims, dim_mask mask)
{
	struct dims part;

	for (size_t i = 0; i < DIM_COUNT; i++)
		part.value[i] = mask & DIM_BIT(i) ? dims->value[i] : 0;
	return part;
}

bool dims_equal(const struct dims *a, const struct dims *b)
{
	return !memcmp(a, b, sizeof(*a));
}

dim_mask dims_mask(const struct dims *dims)
{
	dim_mask mask = 0;

	for (size_t i = 0; i < DIM_COUNT; i++)
		if (dims->value[i])
			mask |= DIM_BIT(i);
	return mask;
}
