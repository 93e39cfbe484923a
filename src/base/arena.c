#include "base/arena.h"

#include "base/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena)
{
	*arena = (struct arena){0};
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_release(struct arena *arena)
{
	free_blocks(arena->head);
	arena_init(arena);
}

static struct arena_block *take_largest(struct arena *arena)
{
	struct arena_block **largest = &arena->head, *found;

	for (struct arena_block **at = &arena->head; *at; at = &(*at)->next)
		if ((*at)->cap > (*largest)->cap)
			largest = at;
	found = *largest;
	if (found)
		*largest = found->next;
	return found;
}

void arena_clear(struct arena *arena)
{
	struct arena_block *keep = take_largest(arena);

	free_blocks(arena->head);
	arena->head = keep;
	arena->used = 0;
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
	size_t cap = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *block = xmalloc(sizeof(*block) + cap);

	block->next = arena->head;
	block->cap = cap;
	block->used = 0;
	arena->head = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	struct arena_block *block = arena->head;
	void *p;

	size = (size + mask) & ~mask;
	if (!block || block->cap - block->used < size)
		block = add_block(arena, size);
	p = block->data + block->used;
	block->used += size;
	arena->used += size;
	return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / 2 / size)
		abort();
	return arena_alloc(arena, n * size);
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	return memcpy(arena_alloc(arena, len + 1), s, len);
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	int len;
	char *s;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	s = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
	vsnprintf(s, (size_t)(len < 0 ? 0 : len) + 1, fmt, args);
	va_end(args);
	return s;
}
