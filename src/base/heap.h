/* A binary min-heap of deadlines; the nodes live in their owners. */
#ifndef HC_BASE_HEAP_H
#define HC_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_node {
	int64_t key;  /* read only; set by heap_set() */
	size_t index; /* place in the heap plus 1; 0 when not in it */
};

struct heap {
	struct heap_node **nodes;
	size_t n;
	size_t cap;
};

void heap_init(struct heap *heap);
void heap_release(struct heap *heap);

/* Puts the node in, or moves it, to this key. */
void heap_set(struct heap *heap, struct heap_node *node, int64_t key);

/* Takes the node out; nothing happens when it is not in. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node with the smallest key, or NULL. */
struct heap_node *heap_first(const struct heap *heap);

#endif
