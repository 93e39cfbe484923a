#include "base/alloc.h"
#include "base/arena.h"
#include "base/heap.h"
#include "base/map.h"
#include "check_base.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say_restored(void)
{
	(void)!write(STDERR_FILENO, "restored\n", 9);
}

/* The size is out of the compiler's sight, or it warns of what is meant here. */
START_TEST(test_alloc_failure_aborts)
{
	volatile size_t n = SIZE_MAX / 2;

	alloc_set_hook(say_restored);
	xreallocarray(NULL, n, 16);
}
END_TEST

START_TEST(test_alloc_zero)
{
	void *p = xmalloc(0), *q = xcalloc(0, 0);

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(q);
	free(p);
	free(q);
}
END_TEST

START_TEST(test_grow_keeps)
{
	size_t cap = 0;
	int *numbers = NULL;

	for (int i = 0; i < 1000; i++) {
		numbers = xgrow(numbers, &cap, (size_t)i + 1, sizeof(*numbers));
		numbers[i] = i;
	}
	ck_assert_uint_ge(cap, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(numbers[i], i);
	free(numbers);
}
END_TEST

START_TEST(test_arena)
{
	struct arena arena;
	char *first, *big;

	arena_init(&arena);
	for (int round = 0; round < 3; round++) {
		first = arena_strdup(&arena, "first");
		ck_assert_str_eq(arena_strndup(&arena, "abcdef", 3), "abc");
		ck_assert_str_eq(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
		big = arena_alloc(&arena, 100000);
		for (size_t i = 0; i < 100000; i++)
			ck_assert_int_eq(big[i], 0);
		memset(big, 1, 100000);
		for (int i = 0; i < 100; i++) {
			double *d = arena_array(&arena, 3, sizeof(*d));

			ck_assert_uint_eq((uintptr_t)d % sizeof(*d), 0);
			ck_assert(d[0] == 0 && d[2] == 0);
			d[0] = d[1] = d[2] = 1;
		}
		ck_assert_str_eq(first, "first");
		ck_assert_uint_ge(arena.used, 100000);
		arena_clear(&arena);
		ck_assert_uint_eq(arena.used, 0);
	}
	arena_release(&arena);
}
END_TEST

static bool number_equal(const void *ctx, uint32_t value, const void *key)
{
	const uint64_t *keys = ctx;

	return keys[value] == *(const uint64_t *)key;
}

enum { NKEYS = 3000 };

static uint64_t keys[NKEYS];
static bool present[NKEYS];

static void toggle(struct map *map, uint32_t i, uint64_t mask)
{
	uint64_t hash = hash_bytes(&keys[i], sizeof(keys[i])) & mask;

	if (present[i])
		map_remove(map, hash, i);
	else
		map_add(map, hash, i);
	present[i] = !present[i];
}

static void compare(const struct map *map, uint32_t n, uint64_t mask)
{
	size_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t hash = hash_bytes(&keys[i], sizeof(keys[i])) & mask;

		ck_assert_uint_eq(map_find(map, hash, number_equal, keys, &keys[i]),
				  present[i] ? i : MAP_NONE);
		count += present[i];
	}
	ck_assert_uint_eq(map->n, count);
}

/* A hash with few values makes long chains, which a removal must not cut. */
START_TEST(test_map)
{
	const uint64_t mask = _i ? 15 : UINT64_MAX;
	const uint32_t n = _i ? 100 : NKEYS;
	struct map map;

	map_init(&map);
	memset(present, 0, sizeof(present));
	for (uint32_t i = 0; i < NKEYS; i++)
		keys[i] = (uint64_t)i * 7919;
	compare(&map, n, mask);
	map_remove(&map, 1, 1);
	for (uint32_t step = 1; step < 8; step++) {
		for (uint32_t i = 0; i < n; i += step)
			toggle(&map, i, mask);
		compare(&map, n, mask);
	}
	map_clear(&map);
	memset(present, 0, sizeof(present));
	compare(&map, n, mask);
	map_release(&map);
}
END_TEST

/* Graves are taken away in time: the table does not grow while nothing stays in it. */
START_TEST(test_map_churn)
{
	struct map map;

	map_init(&map);
	for (uint32_t i = 0; i < 100000; i++) {
		map_add(&map, hash_bytes(&i, sizeof(i)), i);
		map_remove(&map, hash_bytes(&i, sizeof(i)), i);
	}
	ck_assert_uint_eq(map.n, 0);
	ck_assert_uint_le(map.cap, 64);
	map_release(&map);
}
END_TEST

/* Long and short inputs take different ways through XXH3. */
START_TEST(test_hash)
{
	static const size_t lens[] = {0, 3, 16, 100, 200, 240, 241, 1000};
	char bytes[1000];

	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		uint64_t first, second;

		hash_seed(1);
		first = hash_bytes(bytes, lens[i]);
		ck_assert_uint_eq(first, hash_bytes(bytes, lens[i]));
		hash_seed(2);
		second = hash_bytes(bytes, lens[i]);
		ck_assert_uint_ne(first, second);
		if (!lens[i])
			continue;
		bytes[lens[i] - 1] = 'y';
		ck_assert_uint_ne(second, hash_bytes(bytes, lens[i]));
		bytes[lens[i] - 1] = 'x';
	}
}
END_TEST

static int64_t smallest(const struct heap_node *nodes, size_t n)
{
	int64_t key = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (nodes[i].index && nodes[i].key < key)
			key = nodes[i].key;
	return key;
}

START_TEST(test_heap)
{
	struct heap_node nodes[64] = {0};
	uint32_t state = 12345;
	struct heap heap;

	heap_init(&heap);
	ck_assert_ptr_null(heap_first(&heap));
	for (int i = 0; i < 20000; i++) {
		struct heap_node *first;

		state = state * 1664525 + 1013904223;
		if (state >> 30 == 0)
			heap_remove(&heap, &nodes[state >> 8 & 63]);
		else
			heap_set(&heap, &nodes[state >> 8 & 63],
				 (int64_t)(state >> 16 & 255) - 100);
		first = heap_first(&heap);
		ck_assert_int_eq(first ? first->key : INT64_MAX, smallest(nodes, 64));
	}
	while (heap_first(&heap))
		heap_remove(&heap, heap_first(&heap));
	ck_assert_uint_eq(heap.n, 0);
	heap_release(&heap);
}
END_TEST

TCase *container_cases(void)
{
	TCase *cases = tcase_create("containers");

	tcase_add_test_raise_signal(cases, test_alloc_failure_aborts, SIGABRT);
	tcase_add_test(cases, test_alloc_zero);
	tcase_add_test(cases, test_grow_keeps);
	tcase_add_test(cases, test_arena);
	tcase_add_loop_test(cases, test_map, 0, 2);
	tcase_add_test(cases, test_map_churn);
	tcase_add_test(cases, test_hash);
	tcase_add_test(cases, test_heap);
	return cases;
}
