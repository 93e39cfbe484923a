#include "base/alloc.h"
#include "parse/exposition_private.h"

#include <stdlib.h>
#include <string.h>

#define NEARBY 16
#define ROOM   256 /* lines for which there is room at first */

void known_release(struct known *known)
{
	free(known->lines);
	free(known->next);
	map_release(&known->index);
	*known = (struct known){0};
}

void known_begin(struct known *known)
{
	map_release(&known->index);
	known->at = 0;
	known->nnext = 0;
	known->differs = false;
}

void known_commit(struct known *known)
{
	map_release(&known->index);
	if (!known->differs) {
		known->n = known->at;
		return;
	}
	free(known->lines);
	known->lines = xreallocarray(known->next, known->nnext, sizeof(*known->next));
	known->n = known->nnext;
	known->next = NULL;
	known->next_cap = 0;
}

/* From here on this scrape has lines of its own; so far they were those of the last one. */
static void begin_to_differ(struct known *known)
{
	known->differs = true;
	known->next = xgrow(known->next, &known->next_cap, known->at, sizeof(*known->next));
	if (known->at)
		memcpy(known->next, known->lines, known->at * sizeof(*known->next));
	known->nnext = known->at;
}

struct known_line *known_room(struct known *known)
{
	if (!known->differs)
		begin_to_differ(known);
	if (known->nnext == known->next_cap)
		known->next = xgrow(known->next, &known->next_cap, known->nnext * 2 + ROOM,
				    sizeof(*known->next));
	return &known->next[known->nnext++];
}

static bool same_len(const void *ctx, uint32_t value, const void *key)
{
	const struct known_line *lines = ctx;

	return lines[value].len == *(const uint32_t *)key;
}

static void make_index(struct known *known)
{
	for (size_t i = 0; i < known->n; i++)
		map_add(&known->index, known->lines[i].hash, (uint32_t)i);
}

const struct known_line *known_find(struct known *known, uint32_t len, uint64_t hash,
				    uint64_t other_hash)
{
	size_t until = known->n - known->at > NEARBY ? known->at + NEARBY : known->n;
	uint32_t i;

	for (size_t near = known->at; near < until; near++) {
		const struct known_line *line = &known->lines[near];

		if (line->len == len && (line->hash == hash || line->hash == other_hash))
			return line;
	}
	if (!known->n)
		return NULL;
	if (!known->index.n)
		make_index(known);
	i = map_find(&known->index, hash, same_len, known->lines, &len);
	if (i == MAP_NONE)
		i = map_find(&known->index, other_hash, same_len, known->lines, &len);
	return i == MAP_NONE ? NULL : &known->lines[i];
}
