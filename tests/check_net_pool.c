/* The pool of kept connections: which peers are found again, and which are let go. */
#include "net/pool.h"

#include <check.h>
#include <string.h>

/* Takes each letter and gives it back; returns the last one. */
static struct pool_peer *visit(struct pool *pool, const char *letters)
{
	struct pool_peer *peer = NULL;

	for (; *letters; letters++) {
		char key[] = {*letters, '\0'};

		peer = pool_take(pool, key);
		ck_assert_str_eq(peer->key, key);
		ck_assert_ptr_nonnull(peer->share);
		pool_give(pool, peer);
	}
	return peer;
}

START_TEST(a_peer_is_found_again)
{
	struct pool pool;
	struct pool_peer *a, *b;

	pool_init(&pool, 2);
	a = pool_take(&pool, "a");
	b = pool_take(&pool, "b");
	ck_assert_ptr_ne(a, b);
	ck_assert_ptr_eq(pool_take(&pool, "a"), a);
	pool_give(&pool, a);
	pool_give(&pool, a);
	pool_give(&pool, b);
	ck_assert_ptr_eq(visit(&pool, "a"), a);
	ck_assert_ptr_eq(visit(&pool, "b"), b);
	ck_assert_uint_eq(pool.n, 2);
	pool_release(&pool);
}
END_TEST

START_TEST(the_one_not_used_for_longest_is_let_go)
{
	static const struct {
		const char *visits, *kept;
	} cases[] = {
		{"abc", "bc"}, {"abac", "ac"}, {"abcd", "cd"}, {"abcabcaa", "ca"}, {"aaab", "ab"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pool pool;

		pool_init(&pool, 2);
		visit(&pool, cases[i].visits);
		ck_assert_uint_eq(pool.n, 2);
		for (size_t k = 0; k < 2; k++) {
			const char *key = pool.peers[k]->key;

			ck_assert_ptr_nonnull(strchr(cases[i].kept, *key));
		}
		pool_release(&pool);
	}
}
END_TEST

START_TEST(one_in_use_stays)
{
	struct pool pool;
	struct pool_peer *a, *b;

	pool_init(&pool, 1);
	a = pool_take(&pool, "a");
	b = pool_take(&pool, "b");
	ck_assert_uint_eq(pool.n, 2);
	pool_give(&pool, b);
	visit(&pool, "cd");
	ck_assert_uint_eq(pool.n, 2);
	ck_assert_ptr_eq(pool_take(&pool, "a"), a);
	pool_give(&pool, a);
	pool_give(&pool, a);
	pool_release(&pool);
}
END_TEST

START_TEST(more_are_kept_when_more_are_expected)
{
	struct pool pool;

	pool_init(&pool, 1);
	visit(&pool, "ab");
	ck_assert_uint_eq(pool.n, 1);
	pool_expect(&pool, 3);
	visit(&pool, "acb");
	ck_assert_uint_eq(pool.n, 3);
	pool_release(&pool);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pool");
	TCase *tcase = tcase_create("pool");
	SRunner *runner = srunner_create(suite);
	int failed;

	hash_seed(1);
	tcase_add_test(tcase, a_peer_is_found_again);
	tcase_add_test(tcase, the_one_not_used_for_longest_is_let_go);
	tcase_add_test(tcase, one_in_use_stays);
	tcase_add_test(tcase, more_are_kept_when_more_are_expected);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
