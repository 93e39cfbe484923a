/* What is asked of a metrics server's past, and in which pieces. */
#include "collect/past.h"

#include <check.h>
#include <stdio.h>

#define NOW_S 1764555555
#define MIB   ((uint64_t)1 << 20)

struct pieces {
	int n;
	long long first_s, last_s; /* of all */
	long long steps;
	int64_t longest_step_s;
	uint32_t most;
};

/* Reads all pieces; each begins a step behind the one before. */
static struct pieces read_all(uint32_t rows)
{
	struct past past;
	struct strbuf query = STRBUF_INIT;
	struct pieces all = {0};
	long long start, end, step, next = 0;

	past_begin(&past, NOW_S, rows, MIB);
	while (past_next(&past, &query)) {
		long long n;

		ck_assert_int_eq(
			sscanf(query.buf, "&start=%lld&end=%lld&step=%lld", &start, &end, &step),
			3);
		ck_assert_int_ge(end, start);
		if (all.n++)
			ck_assert_int_eq(start, next);
		else
			all.first_s = start;
		n = (end - start) / step + 1;
		next = end + step;
		all.steps += n;
		all.most = n > all.most ? (uint32_t)n : all.most;
		all.last_s = end;
		all.longest_step_s = step > all.longest_step_s ? step : all.longest_step_s;
		strbuf_clear(&query);
		ck_assert_int_lt(all.n, 1000);
	}
	strbuf_release(&query);
	return all;
}

START_TEST(an_hour_in_two_pieces)
{
	struct pieces all = read_all(100);

	ck_assert_int_eq(all.n, 2);
	ck_assert_int_eq(all.first_s, NOW_S - 3600);
	ck_assert_int_ge(all.last_s, NOW_S - 15);
	ck_assert_int_lt(all.last_s, NOW_S);
	ck_assert_int_eq(all.steps, 45 + 60);
	ck_assert_int_eq(all.longest_step_s, 60);
}
END_TEST

/* More series: more pieces, each within the cap of an answer; then longer steps. */
START_TEST(larger_answers)
{
	static const uint32_t rows[] = {0, 1, 300, 1000, 2000, 5000, 20000, 1000000};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pieces all = read_all(rows[i]);

		ck_assert_int_le(all.n, 26);
		ck_assert_int_eq(all.first_s, NOW_S - 3600);
		ck_assert_int_ge(all.last_s, NOW_S - 480);
		if (all.most > 1)
			ck_assert_uint_le((uint64_t)rows[i] * (400 + 40 * (uint64_t)all.most), MIB);
	}
	ck_assert_int_gt(read_all(1000).n, 2);
	ck_assert_int_eq(read_all(1000).longest_step_s, 60);
	ck_assert_int_gt(read_all(5000).longest_step_s, 60);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("past");
	TCase *tcase = tcase_create("past");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, an_hour_in_two_pieces);
	tcase_add_test(tcase, larger_answers);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
