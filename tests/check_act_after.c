/* What comes after sending: "verify now" of several at once, the truth once nothing can be under
 * way any more, taking back what was done and no more, undos that are due, watching, expiry. */
#include "act_bed.h"
#include "act_toy.h"
#include "apply_server.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct apply_server *server;
static struct act_bed bed;
static const char *const three[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3", NULL};

static void setup(void)
{
	bed = (struct act_bed){.eval = eval_new(NULL), /* it forks, and so comes before threads */
			       .patience = {.send_ms = 300, .late_ms = 1, .lent_ms = 100}};
	server = apply_server_start();
	act_bed_init(&bed, NULL, act_toy, apply_server_port(server));
}

static void teardown(void)
{
	act_bed_release(&bed, true);
	apply_server_stop(server);
}

static struct plan *planned(const struct plan_order *order)
{
	struct plan_order whole = *order;
	struct err err = {0};
	struct plan *plan;

	whole.target = bed.target.target;
	plan = act_plan(bed.act, &whole, &err);
	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(&bed, plan);
	return plan;
}

static void confirm(struct plan *plan)
{
	struct err err;

	ck_assert_msg(act_confirm(bed.act, plan, plan_challenge(plan), &err) == 0, "%s", err.msg);
}

static struct plan *done(const struct plan_order *order)
{
	struct plan *plan = planned(order);

	confirm(plan);
	act_bed_finish(&bed, plan);
	return plan;
}

static void expect_value(const char *want)
{
	char value[4096];

	apply_server_value(server, value, sizeof(value));
	ck_assert_str_eq(value, want);
}

static const struct plan_order block_three = {
	.action = "block-ip", .each_name = "ip", .each = three};
static const char *const one[] = {"ip", "203.0.113.9", NULL};

/* Until the loop has nothing left of it that is not in its past. */
static void wait_late(void)
{
	int64_t until_ms = clock_read().mono_ms + 20;

	while (clock_read().mono_ms < until_ms)
		loop_turn(bed.loop, 5);
}

static void verify_now(struct plan *plan)
{
	wait_late();
	act_verify_now(bed.act, plan);
	act_bed_finish(&bed, plan);
}

/* One of three was sent and is there: it is not said that all were. */
START_TEST(test_verify_some)
{
	struct plan *plan, *undo;
	struct err err;

	apply_server_drop(server, DROP_RESET, false);
	plan = done(&block_three);
	act_bed_expect(plan, PLAN_UNKNOWN, "verify now");
	ck_assert_uint_eq(apply_server_tried(server), 1);
	apply_server_set(server, "[\"203.0.113.1\"]");
	verify_now(plan);
	act_bed_expect(plan, PLAN_PARTIAL, "1 of 3");
	ck_assert_uint_eq(apply_server_tried(server), 1);
	/* Somebody blocks the second, which is not ours to take back. */
	apply_server_drop(server, DROP_NONE, true);
	apply_server_set(server, "[\"203.0.113.1\",\"203.0.113.2\"]");
	undo = act_undo(bed.act, plan, &err);
	ck_assert_msg(undo != NULL, "%s", err.msg);
	act_bed_settle(&bed, undo);
	confirm(undo);
	act_bed_finish(&bed, undo);
	act_bed_expect(undo, PLAN_CONFIRMED, "");
	expect_value("[\"203.0.113.2\"]");
}
END_TEST

START_TEST(test_verify_none)
{
	struct plan *plan;
	struct err err;

	apply_server_drop(server, DROP_RESET, false);
	plan = done(&block_three);
	verify_now(plan);
	act_bed_expect(plan, PLAN_REJECTED, "has not been carried out");
	ck_assert_ptr_null(act_undo(bed.act, plan, &err));
}
END_TEST

/* However the answer was lost, the last word is the truth. */
START_TEST(test_truth)
{
	static const enum drop drops[] = {DROP_REQUEST, DROP_RESET, DROP_SILENCE,
					  DROP_HEADERS, DROP_BODY,  DROP_CHUNK,
					  DROP_502,     DROP_504,   DROP_GARBAGE};
	bool applied = _i % 2;
	struct plan *plan;

	apply_server_drop(server, drops[_i / 2], applied);
	plan = done(&(struct plan_order){.action = "block-ip", .params = one});
	if (!applied) {
		act_bed_expect(plan, PLAN_UNKNOWN, "verify now");
		verify_now(plan);
	}
	act_bed_expect(plan, applied ? PLAN_CONFIRMED : PLAN_REJECTED, "");
	ck_assert_uint_eq(apply_server_applied(server), applied);
	ck_assert_uint_eq(apply_server_tried(server), 1);
}
END_TEST

/* The last is taken back first, and the one before it next. */
START_TEST(test_undo_stack)
{
	static const char *const ips[] = {"203.0.113.1", "203.0.113.2"};
	static const char *const left[] = {"[\"203.0.113.1\"]", "[]"};
	struct err err;

	for (int i = 0; i < 2; i++) {
		const char *params[] = {"ip", ips[i], NULL};

		done(&(struct plan_order){.action = "block-ip", .params = params});
	}
	for (int i = 0; i < 2; i++) {
		struct plan *undo = act_undo(bed.act, act_last_undoable(bed.act), &err);

		act_bed_settle(&bed, undo);
		confirm(undo);
		act_bed_finish(&bed, undo);
		act_bed_expect(undo, PLAN_CONFIRMED, "");
		expect_value(left[i]);
	}
	ck_assert_ptr_null(act_last_undoable(bed.act));
}
END_TEST

static struct plan *timed(const struct plan_order *order)
{
	struct plan_order whole = *order;
	struct plan *plan;

	whole.for_ms = 100;
	plan = done(&whole);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	return plan;
}

/* Each of several must be as it was left. */
START_TEST(test_timed_several)
{
	struct plan *plan = timed(&block_three);
	unsigned tried = apply_server_tried(server);

	if (_i)
		apply_server_set(server, "[\"203.0.113.1\",\"203.0.113.2\"]");
	while (plan_view(plan).due_ms)
		act_bed_turn(&bed);
	if (_i) {
		ck_assert(plan_view(plan).alarm);
		ck_assert(plan_view(plan).undoable);
		ck_assert_uint_eq(apply_server_tried(server), tried);
		return;
	}
	act_bed_finish(&bed, act_plan_at(bed.act, 0));
	act_bed_expect(act_plan_at(bed.act, 0), PLAN_CONFIRMED, "");
	expect_value("[]");
}
END_TEST

static void become_read_only(void)
{
	bed.target.guard = CONFIG_RO;
	act_set_target(bed.act, &bed.target);
}

static void lose_answers(void)
{
	apply_server_drop(server, DROP_RESET, false);
}

/* An undo that is due and does not come about is somebody's business. */
START_TEST(test_timed_undo_fails)
{
	static void (*const happens[])(void) = {become_read_only, lose_answers};
	static const enum plan_state states[] = {PLAN_REFUSED, PLAN_UNKNOWN};
	struct plan *plan = timed(&(struct plan_order){.action = "block-ip", .params = one}), *undo;

	happens[_i]();
	while (act_count(bed.act) < 2)
		act_bed_turn(&bed);
	undo = act_plan_at(bed.act, 0);
	act_bed_finish(&bed, undo);
	ck_assert_int_eq(plan_view(undo).state, states[_i]);
	act_bed_expect(plan, PLAN_CONFIRMED, "the undo that was due was not done");
	ck_assert(plan_view(plan).alarm);
	ck_assert(plan_view(plan).undoable);
}
END_TEST

static void ignore_claim(void *ctx, int64_t seq, const struct err *err)
{
	(void)err;
	*(bool *)ctx = seq == 1;
}

/* A console that dies between claiming an undo and beginning it. */
START_TEST(test_timed_claimer_dies)
{
	struct plan *plan =
		planned(&(struct plan_order){.action = "block-ip", .params = one, .for_ms = 100});
	char name[64];
	bool first = false;

	snprintf(name, sizeof(name), "undo:%s", plan_view(plan).name);
	store_claim(bed.store, name, &bed.operator, ignore_claim, &first);
	confirm(plan);
	act_bed_finish(&bed, plan);
	ck_assert(first);
	while (plan_view(plan).due_ms)
		act_bed_turn(&bed);
	act_bed_finish(&bed, act_plan_at(bed.act, 0));
	act_bed_expect(act_plan_at(bed.act, 0), PLAN_CONFIRMED, "");
	expect_value("[]");
	ck_assert_uint_eq(apply_server_applied(server), 2);
}
END_TEST

static bool finding_holds, finding_judged;

static struct act_sight holds(void *ctx, uint32_t finding)
{
	(void)ctx;
	ck_assert_uint_eq(finding, 7);
	return (struct act_sight){.holds = finding_holds, .unjudged = !finding_judged};
}

static struct plan *watched(void)
{
	static const uint32_t findings[] = {7};
	struct plan *plan = done(&(struct plan_order){
		.action = "block-ip", .params = one, .findings = findings, .nfindings = 1});

	act_bed_expect(plan, PLAN_CONFIRMED, "");
	ck_assert_int_eq(plan_view(plan).watch, WATCH_WATCHING);
	return plan;
}

/* What cannot be judged has not recovered. */
START_TEST(test_recovered)
{
	struct strbuf journal = STRBUF_INIT;
	struct plan *plan = watched();

	finding_judged = finding_holds = false;
	act_watch(bed.act, holds, NULL);
	ck_assert_int_eq(plan_view(plan).watch, WATCH_WATCHING);
	finding_judged = true;
	act_watch(bed.act, holds, NULL);
	ck_assert_int_eq(plan_view(plan).watch, WATCH_RECOVERED);
	act_bed_journal(&bed, &journal);
	ck_assert_str_eq(journal.buf, "intent\noutcome confirmed\nwatch recovered\n");
	strbuf_release(&journal);
}
END_TEST

START_TEST(test_not_recovered)
{
	struct strbuf journal = STRBUF_INIT;
	struct plan *plan = watched();

	finding_judged = finding_holds = true;
	while (plan_view(plan).watch == WATCH_WATCHING) {
		loop_turn(bed.loop, 5);
		act_watch(bed.act, holds, NULL);
	}
	ck_assert_int_eq(plan_view(plan).watch, WATCH_NOT_RECOVERED);
	act_bed_journal(&bed, &journal);
	ck_assert_str_eq(journal.buf, "intent\noutcome confirmed\nwatch not recovered\n");
	strbuf_release(&journal);
}
END_TEST

/* It cannot be confirmed once its time is over, whatever is typed. */
START_TEST(test_expired)
{
	struct strbuf journal = STRBUF_INIT;
	struct plan *plan;
	char challenge[32];
	struct err err;

	act_bed_release(&bed, true);
	bed = (struct act_bed){.patience = {.confirm_ms = 100}};
	act_bed_init(&bed, NULL, act_toy, apply_server_port(server));
	plan = planned(&(struct plan_order){.action = "block-ip", .params = one});
	ck_assert_int_gt(plan_view(plan).expires_ms, clock_read().mono_ms);
	snprintf(challenge, sizeof(challenge), "%s", plan_challenge(plan));
	while (plan_view(plan).state == PLAN_PLANNED)
		act_bed_turn(&bed);
	act_bed_expect(plan, PLAN_EXPIRED, "plan it anew");
	ck_assert_int_eq(act_confirm(bed.act, plan, challenge, &err), -1);
	act_bed_journal(&bed, &journal);
	ck_assert_uint_eq(journal.len, 0);
	ck_assert_uint_eq(apply_server_tried(server), 0);
	strbuf_release(&journal);
}
END_TEST

/* The digits are new for each plan and after each wrong answer. */
START_TEST(test_digits)
{
	struct plan *plan = planned(&(struct plan_order){.action = "block-ip", .params = one});
	char last[32];
	struct err err;

	for (int i = 0; i < 200; i++) {
		snprintf(last, sizeof(last), "%s", plan_challenge(plan));
		ck_assert_int_eq(act_confirm(bed.act, plan, "0", &err), -1);
		ck_assert_uint_eq(strlen(plan_challenge(plan)), 2);
		ck_assert_str_ne(plan_challenge(plan), last);
	}
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

/* Without a journal and a file in its place there is no action. */
START_TEST(test_no_journal)
{
	struct plan *plan;

	act_bed_release(&bed, true);
	bed = (struct act_bed){.no_journal = true};
	act_bed_init(&bed, NULL, act_toy, apply_server_port(server));
	plan = done(&(struct plan_order){.action = "block-ip", .params = one});
	act_bed_expect(plan, PLAN_REFUSED, "the journal cannot be written");
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("act after");
	TCase *tcase = tcase_create("after");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_verify_some);
	tcase_add_test(tcase, test_verify_none);
	tcase_add_loop_test(tcase, test_truth, 0, 18);
	tcase_add_test(tcase, test_undo_stack);
	tcase_add_loop_test(tcase, test_timed_several, 0, 2);
	tcase_add_loop_test(tcase, test_timed_undo_fails, 0, 2);
	tcase_add_test(tcase, test_timed_claimer_dies);
	tcase_add_test(tcase, test_recovered);
	tcase_add_test(tcase, test_not_recovered);
	tcase_add_test(tcase, test_expired);
	tcase_add_test(tcase, test_digits);
	tcase_add_test(tcase, test_no_journal);
	suite_add_tcase(s, tcase);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
