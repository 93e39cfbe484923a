/* When a source is read next. */
#include "collect/schedule.h"

#include <check.h>

#define SEEDS 200

static struct schedule fresh(int64_t every_ms, uint64_t seed)
{
	struct schedule schedule;

	schedule_init(&schedule, every_ms, 1000, 0, seed);
	return schedule;
}

/* The n-th wait after so many failures, with at most a fifth of jitter on top. */
static const struct {
	unsigned failures;
	int64_t least_ms, most_ms;
} back_offs[] = {
	{0, 1000, 1199},   {1, 2000, 2399},   {2, 4000, 4799},   {3, 8000, 9599},
	{4, 16000, 19199}, {5, 30000, 35999}, {6, 30000, 35999}, {1000, 30000, 35999},
};

START_TEST(failures_back_off)
{
	int64_t least = INT64_MAX, most = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct schedule schedule = fresh(5000, seed);
		schedule.failures = back_offs[_i].failures;
		schedule_failed(&schedule, 70000, 0);
		int64_t wait = schedule.next_ms - 70000;
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	ck_assert_int_ge(least, back_offs[_i].least_ms);
	ck_assert_int_le(most, back_offs[_i].most_ms);
	ck_assert_int_gt(most, least);
}
END_TEST

START_TEST(an_answer_ends_the_back_off)
{
	struct schedule schedule = fresh(5000, 1);

	for (int i = 0; i < 6; i++)
		schedule_failed(&schedule, 1000, 0);
	schedule_answered(&schedule, 2000, .01);
	schedule_failed(&schedule, 3000, 0);
	ck_assert_int_le(schedule.next_ms, 3000 + 1199);
}
END_TEST

START_TEST(retry_after_is_obeyed)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct schedule schedule = fresh(5000, seed);
		schedule_failed(&schedule, 1000, 120000);
		ck_assert_int_ge(schedule.next_ms, 121000);
		ck_assert_int_lt(schedule.next_ms, 122000);
		/* A short one does not undercut the back-off. */
		schedule.failures = 5;
		schedule_failed(&schedule, 1000, 2000);
		ck_assert_int_ge(schedule.next_ms, 31000);
		/* Nor does an absurd one stop the source for good. */
		schedule_failed(&schedule, 1000, INT64_MAX);
		ck_assert_int_le(schedule.next_ms, 1000 + 24 * 3600 * 1000 + 1000);
	}
}
END_TEST

START_TEST(first_reads_are_spread)
{
	int64_t least = INT64_MAX, most = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct schedule schedule;
		schedule_init(&schedule, 5000, 1000, 60000, seed);
		least = schedule.next_ms < least ? schedule.next_ms : least;
		most = schedule.next_ms > most ? schedule.next_ms : most;
	}
	ck_assert_int_ge(least, 1000);
	ck_assert_int_lt(most, 6000);
	ck_assert_int_gt(most - least, 4000);
}
END_TEST

START_TEST(the_second_read_comes_after_a_second)
{
	struct schedule schedule = fresh(15000, 1), quick = fresh(500, 1);

	schedule_answered(&schedule, 1100, .05);
	ck_assert_int_eq(schedule.next_ms, 2100);
	schedule_answered(&quick, 1010, .01);
	ck_assert_int_lt(quick.next_ms, 1010 + 600);
}
END_TEST

/* Reads stay on their grid however long answers take, and never more than a tenth beside it. */
START_TEST(reads_keep_to_the_grid)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct schedule schedule = fresh(5000, seed);
		int64_t now = 1000;
		schedule_answered(&schedule, now + 300, .3);
		for (int i = 1; i <= 50; i++) {
			now = schedule.next_ms;
			schedule_answered(&schedule, now + 300, .3);
			int64_t off = schedule.next_ms - (1000 + 5000 * (int64_t)i);
			ck_assert_int_ge(off, -500);
			ck_assert_int_lt(off, 500);
			ck_assert_int_eq(schedule.interval_ms, 5000);
		}
	}
}
END_TEST

START_TEST(missed_reads_are_not_made_up_for)
{
	struct schedule schedule = fresh(5000, 3);

	schedule_answered(&schedule, 1000, .1);
	schedule_answered(&schedule, 90000, .1);
	ck_assert_int_gt(schedule.next_ms, 90000);
	ck_assert_int_le(schedule.next_ms, 95500);
}
END_TEST

static const struct {
	int64_t every_ms;
	double seconds;
	int64_t interval_ms;
} stretches[] = {
	{5000, .5, 5000}, {5000, 1, 5000}, {5000, 1.2, 6000}, {5000, 4, 20000}, {1000, .3, 1500},
};

START_TEST(slow_answers_stretch_the_interval)
{
	struct schedule schedule = fresh(stretches[_i].every_ms, 1);

	schedule_answered(&schedule, 1000, stretches[_i].seconds);
	ck_assert_int_eq(schedule.interval_ms, stretches[_i].interval_ms);
	for (int i = 0; i < 20; i++)
		schedule_answered(&schedule, schedule.next_ms, .001);
	ck_assert_int_eq(schedule.interval_ms, stretches[_i].every_ms);
}
END_TEST

START_TEST(stop_and_retry)
{
	struct schedule schedule = fresh(5000, 1);

	schedule_stop(&schedule);
	ck_assert(schedule.next_ms == SCHEDULE_NEVER);
	schedule_retry(&schedule, 4711);
	ck_assert_int_eq(schedule.next_ms, 4711);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("schedule");
	TCase *tcase = tcase_create("schedule");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, failures_back_off, 0,
			    (int)(sizeof(back_offs) / sizeof(back_offs[0])));
	tcase_add_test(tcase, an_answer_ends_the_back_off);
	tcase_add_test(tcase, retry_after_is_obeyed);
	tcase_add_test(tcase, first_reads_are_spread);
	tcase_add_test(tcase, the_second_read_comes_after_a_second);
	tcase_add_test(tcase, reads_keep_to_the_grid);
	tcase_add_test(tcase, missed_reads_are_not_made_up_for);
	tcase_add_loop_test(tcase, slow_answers_stretch_the_interval, 0,
			    (int)(sizeof(stretches) / sizeof(stretches[0])));
	tcase_add_test(tcase, stop_and_retry);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
