/* The loop: readiness, timers, and handles that come and go while callbacks run. */
#include "net/loop.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define PIPES 3

static struct loop *loop;
static int pipes[PIPES][2];
static struct loop_fd fds[PIPES];
static int calls[PIPES];
static short seen[PIPES];
/* What the callback of each pipe removes; -1 nothing. */
static int removes[PIPES];

static void on_ready(struct loop_fd *handle, short revents)
{
	int i = (int)(handle - fds);

	calls[i]++;
	seen[i] = revents;
	if (removes[i] >= 0)
		loop_fd_remove(loop, &fds[removes[i]]);
}

static void setup(void)
{
	loop = loop_new();
	for (int i = 0; i < PIPES; i++) {
		ck_assert_int_eq(pipe(pipes[i]), 0);
		fds[i] = (struct loop_fd){.fd = pipes[i][0], .ready = on_ready};
		calls[i] = 0;
		seen[i] = 0;
		removes[i] = -1;
		loop_fd_set(loop, &fds[i], POLLIN);
	}
}

static void teardown(void)
{
	loop_free(loop);
	for (int i = 0; i < PIPES; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static void fill(int i)
{
	ck_assert_int_eq(write(pipes[i][1], "x", 1), 1);
}

START_TEST(calls_only_what_is_ready)
{
	fill(1);
	loop_turn(loop, 0);
	ck_assert_int_eq(calls[0], 0);
	ck_assert_int_eq(calls[1], 1);
	ck_assert_int_eq(seen[1] & POLLIN, POLLIN);
	ck_assert_int_eq(calls[2], 0);
}
END_TEST

START_TEST(events_of_none_still_report_hang_up)
{
	loop_fd_set(loop, &fds[0], 0);
	fill(0);
	loop_turn(loop, 0);
	ck_assert_int_eq(calls[0], 0);
	close(pipes[0][1]);
	loop_turn(loop, 0);
	ck_assert_int_eq(calls[0], 1);
	ck_assert_int_eq(seen[0] & POLLHUP, POLLHUP);
	pipes[0][1] = dup(pipes[0][0]);
}
END_TEST

/* Pipe 1 removes pipe _i, while all three are ready. */
START_TEST(removal_in_a_callback)
{
	static const int expected[PIPES][PIPES] = {{1, 1, 1}, {1, 1, 1}, {1, 1, 0}};

	removes[1] = _i;
	for (int i = 0; i < PIPES; i++)
		fill(i);
	loop_turn(loop, 0);
	for (int i = 0; i < PIPES; i++)
		ck_assert_int_eq(calls[i], expected[_i][i]);
	ck_assert_uint_eq(fds[_i].index, 0);
	loop_turn(loop, 0);
	for (int i = 0; i < PIPES; i++)
		ck_assert_int_eq(calls[i], expected[_i][i] + (i != _i));
}
END_TEST

static void on_ready_again(struct loop_fd *handle, short revents)
{
	(void)revents;
	calls[0]++;
	loop_fd_remove(loop, handle);
	loop_fd_set(loop, handle, POLLIN);
}

START_TEST(taken_out_and_put_in_again_waits_for_the_next_turn)
{
	fds[0].ready = on_ready_again;
	fill(0);
	for (int turn = 1; turn <= 3; turn++) {
		loop_turn(loop, 0);
		ck_assert_int_eq(calls[0], turn);
	}
}
END_TEST

START_TEST(removing_twice_does_nothing)
{
	loop_fd_remove(loop, &fds[0]);
	loop_fd_remove(loop, &fds[0]);
	fill(0);
	fill(2);
	loop_turn(loop, 0);
	ck_assert_int_eq(calls[0], 0);
	ck_assert_int_eq(calls[2], 1);
}
END_TEST

static int order[8];
static int norder;

static void on_timer(struct loop_timer *timer)
{
	order[norder++] = *(int *)timer->ctx;
}

START_TEST(timers_fire_once_in_order)
{
	int names[3] = {0, 1, 2};
	int64_t now_ms = loop_now(loop).mono_ms;
	struct loop_timer timers[3];

	norder = 0;
	for (int i = 0; i < 3; i++) {
		timers[i] = (struct loop_timer){.fire = on_timer, .ctx = &names[i]};
		loop_timer_set(loop, &timers[i], now_ms - i);
	}
	loop_timer_stop(loop, &timers[1]);
	loop_turn(loop, -1);
	loop_turn(loop, 0);
	ck_assert_int_eq(norder, 2);
	ck_assert_int_eq(order[0], 2);
	ck_assert_int_eq(order[1], 0);
}
END_TEST

START_TEST(a_timer_ends_the_wait)
{
	int name = 7;
	struct loop_timer timer = {.fire = on_timer, .ctx = &name};
	int64_t due_ms = loop_now(loop).mono_ms + 15;

	norder = 0;
	loop_timer_set(loop, &timer, due_ms);
	while (!norder)
		loop_turn(loop, -1);
	ck_assert_int_ge(loop_now(loop).mono_ms, due_ms);
}
END_TEST

static void on_timer_again(struct loop_timer *timer)
{
	norder++;
	loop_timer_set(loop, timer, loop_now(loop).mono_ms);
}

START_TEST(a_timer_set_to_now_does_not_starve_the_rest)
{
	struct loop_timer timer = {.fire = on_timer_again};

	norder = 0;
	loop_timer_set(loop, &timer, 0);
	fill(0);
	loop_turn(loop, -1);
	ck_assert_int_eq(norder, 1);
	loop_turn(loop, -1);
	ck_assert_int_eq(norder, 2);
	ck_assert_int_eq(calls[0], 2);
	loop_timer_stop(loop, &timer);
}
END_TEST

static void on_ready_stop(struct loop_fd *handle, short revents)
{
	(void)handle;
	(void)revents;
	calls[2]++;
	loop_stop(loop);
}

START_TEST(runs_until_stopped)
{
	fds[2].ready = on_ready_stop;
	fill(2);
	loop_run(loop);
	ck_assert_int_eq(calls[2], 1);
	loop_run(loop);
	ck_assert_int_eq(calls[2], 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loop");
	TCase *tcase = tcase_create("loop");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, calls_only_what_is_ready);
	tcase_add_test(tcase, events_of_none_still_report_hang_up);
	tcase_add_loop_test(tcase, removal_in_a_callback, 0, PIPES);
	tcase_add_test(tcase, taken_out_and_put_in_again_waits_for_the_next_turn);
	tcase_add_test(tcase, removing_twice_does_nothing);
	tcase_add_test(tcase, timers_fire_once_in_order);
	tcase_add_test(tcase, a_timer_ends_the_wait);
	tcase_add_test(tcase, a_timer_set_to_now_does_not_starve_the_rest);
	tcase_add_test(tcase, runs_until_stopped);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
