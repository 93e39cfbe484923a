#include "base/heap.h"

#include "base/alloc.h"

#include <stdlib.h>

void heap_init(struct heap *heap)
{
	*heap = (struct heap){0};
}

void heap_release(struct heap *heap)
{
	free(heap->nodes);
	heap_init(heap);
}

static void place(struct heap *heap, struct heap_node *node, size_t i)
{
	heap->nodes[i] = node;
	node->index = i + 1;
}

static void sift(struct heap *heap, struct heap_node *node, size_t i)
{
	while (i > 0 && heap->nodes[(i - 1) / 2]->key > node->key) {
		place(heap, heap->nodes[(i - 1) / 2], i);
		i = (i - 1) / 2;
	}
	for (size_t child; (child = 2 * i + 1) < heap->n; i = child) {
		if (child + 1 < heap->n && heap->nodes[child + 1]->key < heap->nodes[child]->key)
			child++;
		if (heap->nodes[child]->key >= node->key)
			break;
		place(heap, heap->nodes[child], i);
	}
	place(heap, node, i);
}

void heap_set(struct heap *heap, struct heap_node *node, int64_t key)
{
	node->key = key;
	if (!node->index) {
		heap->nodes = xgrow(heap->nodes, &heap->cap, heap->n + 1, sizeof(*heap->nodes));
		place(heap, node, heap->n++);
	}
	sift(heap, node, node->index - 1);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
	size_t i = node->index;
	struct heap_node *last;

	if (!i)
		return;
	node->index = 0;
	last = heap->nodes[--heap->n];
	if (last != node)
		sift(heap, last, i - 1);
}

struct heap_node *heap_first(const struct heap *heap)
{
	return heap->n ? heap->nodes[0] : NULL;
}
