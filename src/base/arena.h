/* Memory that is freed all at once: one arena for a tick, one for a frame. */
#ifndef HC_BASE_ARENA_H
#define HC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out since the last clear */
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);

/* Takes everything back but keeps the largest block for what comes next. */
void arena_clear(struct arena *arena);

/* Zeroed memory, aligned for any type, valid until the next clear or release. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t n, size_t size);
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
