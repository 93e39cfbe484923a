/* A console that dies at any moment: the journal holds, and says what is known and no more; and
 * what several consoles make of one journal. */
#include "act_bed.h"
#include "act_toy.h"
#include "apply_server.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define IP "203.0.113.9"

static struct apply_server *server;
static char folder[64];
static char console[2][320], host[256];

static void setup(void)
{
	server = apply_server_start();
	snprintf(folder, sizeof(folder), "/tmp/act_crash.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	gethostname(host, sizeof(host) - 1);
}

static void teardown(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	apply_server_stop(server);
}

/* This process or its parent: two consoles that live. */
static struct operator who(int i, const char *login)
{
	snprintf(console[i], sizeof(console[i]), "%s:%ld:%" PRId64, host,
		 (long)(i ? getppid() : getpid()), clock_read().wall_ms);
	return (struct operator){.login = login,
				 .sudo_user = "",
				 .ssh_client = "",
				 .claimed = "",
				 .host = host,
				 .console = console[i]};
}

/* In a process of its own, which ends by a kill or by having done it all. */
static void live(uint64_t deadly, long turns, int64_t for_ms)
{
	static const char *const params[] = {"ip", IP, NULL};
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		struct act_bed bed = {
			.operator= who(0, "ann"), .deadly = deadly, .turns_left = turns};
		struct plan_order order = {
			.action = "block-ip", .params = params, .for_ms = for_ms};
		struct plan *plan;
		struct err err;

		act_bed_init(&bed, folder, act_toy, apply_server_port(server));
		order.target = bed.target.target;
		plan = act_plan(bed.act, &order, &err);
		act_bed_settle(&bed, plan);
		act_confirm(bed.act, plan, plan_challenge(plan), &err);
		act_bed_finish(&bed, plan);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	apply_server_settle(server);
}

static void on_verified(void *ctx, int64_t seq, const struct err *err)
{
	(void)seq;
	ck_assert_msg(!err || !err->code, "%s", err ? err->msg : "");
	*(bool *)ctx = true;
}

static void verify_chain(struct act_bed *bed)
{
	bool done = false;

	store_verify(bed->store, NULL, on_verified, &done);
	while (!done)
		act_bed_turn(bed);
}

/* What the journal says must be what the gateway has seen. */
static void expect_truth(const char *where)
{
	struct strbuf journal = STRBUF_INIT;
	struct act_bed bed = {.operator= who(1, "bob")};
	unsigned applied = apply_server_applied(server);
	bool intent, confirmed;
	struct plan *plan;

	act_bed_init(&bed, folder, act_toy, apply_server_port(server));
	verify_chain(&bed);
	act_bed_journal(&bed, &journal);
	intent = strstr(journal.buf, "intent") != NULL;
	confirmed = strstr(journal.buf, "outcome confirmed") != NULL;
	ck_assert_msg(applied <= intent, "%s: %u without an intent", where, applied);
	ck_assert_msg(!confirmed || applied, "%s: said to be done: %s", where, journal.buf);
	ck_assert_uint_eq(act_count(bed.act), intent && !confirmed);
	if (intent && !confirmed) {
		plan = act_plan_at(bed.act, 0);
		ck_assert_int_eq(plan_view(plan).state, PLAN_UNKNOWN);
		ck_assert_ptr_nonnull(strstr(plan_view(plan).why, "ann"));
		act_verify_now(bed.act, plan);
		act_bed_finish(&bed, plan);
		ck_assert_msg(plan_view(plan).state == (applied ? PLAN_CONFIRMED : PLAN_UNKNOWN),
			      "%s: %s", where, plan_view(plan).why);
		strbuf_clear(&journal);
		act_bed_journal(&bed, &journal);
		ck_assert_ptr_nonnull(
			strstr(journal.buf, applied ? "outcome confirmed" : "outcome UNKNOWN"));
		verify_chain(&bed);
	}
	ck_assert_uint_eq(apply_server_applied(server), applied);
	strbuf_release(&journal);
	act_bed_release(&bed, false);
}

START_TEST(test_killed_in_state)
{
	static const enum plan_state states[] = {PLAN_DRAFTED,  PLAN_PLANNING, PLAN_PLANNED,
						 PLAN_INTENT,   PLAN_SENDING,  PLAN_VERIFYING,
						 PLAN_CONFIRMED};

	live((uint64_t)1 << states[_i], 0, 0);
	expect_truth(plan_state_word(states[_i]));
}
END_TEST

/* Turns of the loop stand for points in time; a whole life takes fewer than so many. */
#define TURNS 50

START_TEST(test_killed_anywhere)
{
	char where[32];

	apply_server_drop(server, DROP_NONE, _i % 4 != 3);
	snprintf(where, sizeof(where), "turn %d", _i % TURNS + 1);
	live(0, _i % TURNS + 1, 0);
	expect_truth(where);
}
END_TEST

/* The timed plan of a dead console is taken back by exactly one of those that live. */
START_TEST(test_undo_of_the_dead)
{
	struct act_bed beds[2] = {{.operator= who(0, "bob")}, {.operator= who(1, "eve")}};
	unsigned undone;

	live(0, 0, 300);
	for (int i = 0; i < 2; i++)
		act_bed_init(&beds[i], folder, act_toy, apply_server_port(server));
	do {
		undone = 0;
		for (int i = 0; i < 2; i++) {
			loop_turn(beds[i].loop, 5);
			for (size_t p = 0; p < act_count(beds[i].act); p++)
				undone += plan_view(act_plan_at(beds[i].act, p)).state ==
						  PLAN_CONFIRMED &&
					  plan_view(act_plan_at(beds[i].act, p)).due_ms == 0;
		}
		/* Both copies of the timed plan, and the one undo. */
	} while (undone < 3);
	ck_assert_uint_eq(act_count(beds[0].act) + act_count(beds[1].act), 3);
	ck_assert_uint_eq(apply_server_applied(server), 2);
	for (int i = 0; i < 2; i++)
		act_bed_release(&beds[i], false);
}
END_TEST

static struct plan *ask_for_two(struct act_bed *bed)
{
	static const char *const params[] = {"ip", IP, NULL};
	struct plan_order order = {
		.target = bed->target.target, .action = "block-ip", .params = params};
	struct err err;
	struct plan *plan;

	bed->target.two_person = true;
	act_set_target(bed->act, &bed->target);
	plan = act_plan(bed->act, &order, &err);
	act_bed_settle(bed, plan);
	ck_assert_int_eq(act_confirm(bed->act, plan, plan_challenge(plan), &err), 0);
	ck_assert_int_eq(plan_view(plan).state, PLAN_APPROVING);
	return plan;
}

static int approve(struct act_bed *bed, const struct plan *plan, const char *hash,
		   struct err *ret_err)
{
	ck_assert_int_eq(act_approve(bed->act, plan_view(plan).name, hash, ret_err), 0);
	while (act_approving(bed->act))
		act_bed_turn(bed);
	return act_approval(bed->act, ret_err);
}

START_TEST(test_two_people)
{
	struct act_bed ann = {.operator= who(0, "ann")}, bob = {.operator= who(1, "bob")};
	char other[65] = "";
	struct plan *plan;
	struct err err;

	act_bed_init(&ann, folder, act_toy, apply_server_port(server));
	act_bed_init(&bob, folder, act_toy, apply_server_port(server));
	plan = ask_for_two(&ann);
	memset(other, 'a', 64);
	ck_assert_int_eq(approve(&bob, plan, other, &err), -1);
	ck_assert_int_eq(approve(&ann, plan, plan_view(plan).hash, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "cannot approve"));
	ck_assert_uint_eq(apply_server_tried(server), 0);
	ck_assert_int_eq(approve(&bob, plan, plan_view(plan).hash, &err), 0);
	act_bed_finish(&ann, plan);
	ck_assert_int_eq(plan_view(plan).state, PLAN_CONFIRMED);
	ck_assert_uint_eq(apply_server_applied(server), 1);
	act_bed_release(&ann, false);
	act_bed_release(&bob, false);
}
END_TEST

static const struct {
	uint32_t uid;
	const char *login, *sudo_user;
	bool same;
} people[] = {
	{1000, "ann", "", true},     {1000, "ann", "bob", true}, /* a variable that anybody can set
								  */
	{1001, "bob", "ann", false}, {0, "root", "ann", true},   {0, "root", "bob", false},
};

/* Who the second one is: by the login, and behind root's by who called sudo. */
START_TEST(test_who_is_another)
{
	struct act_bed ann = {.operator= who(0, "ann")},
		       other = {.operator= who(1, people[_i].login)};
	struct plan *plan;
	struct err err;
	int refused;

	ann.operator.uid = 1000;
	other.operator.uid = people[_i].uid;
	other.operator.sudo_user = people[_i].sudo_user;
	act_bed_init(&ann, folder, act_toy, apply_server_port(server));
	act_bed_init(&other, folder, act_toy, apply_server_port(server));
	plan = ask_for_two(&ann);
	while (plan_view(plan).journalling)
		act_bed_turn(&ann);
	refused = approve(&other, plan, plan_view(plan).hash, &err);
	ck_assert_int_eq(refused, people[_i].same ? -1 : 0);
	if (refused)
		ck_assert_str_eq(err.msg, "whoever asks cannot approve");
	act_bed_release(&ann, false);
	act_bed_release(&other, false);
}
END_TEST

/* A command ends when it needs an approval; run again after it was given, it goes through, once. */
START_TEST(test_approved_before)
{
	struct act_bed bob = {.operator= who(1, "bob")};
	struct plan *plan;
	struct err err;

	act_bed_init(&bob, folder, act_toy, apply_server_port(server));
	for (int i = 0; i < 3; i++) {
		struct act_bed ann = {.operator= who(0, "ann")};

		if (i == 2) /* as it was, so that the requests are the same ones */
			apply_server_set(server, "[]");
		act_bed_init(&ann, folder, act_toy, apply_server_port(server));
		plan = ask_for_two(&ann);
		if (i == 1)
			act_bed_finish(&ann, plan);
		for (int turns = 0; turns < 20; turns++)
			loop_turn(ann.loop, 10);
		ck_assert_int_eq(plan_view(plan).state, i == 1 ? PLAN_CONFIRMED : PLAN_APPROVING);
		if (i == 0)
			ck_assert_int_eq(approve(&bob, plan, plan_view(plan).hash, &err), 0);
		if (i == 0)
			ck_assert_uint_eq(apply_server_tried(server), 0);
		act_bed_release(&ann, false);
	}
	ck_assert_uint_eq(apply_server_applied(server), 2); /* one by the test itself */
	act_bed_release(&bob, false);
}
END_TEST

START_TEST(test_broken_glass)
{
	struct act_bed ann = {.operator= who(0, "ann")};
	struct strbuf journal = STRBUF_INIT;
	struct plan *plan;
	struct err err;

	act_bed_init(&ann, folder, act_toy, apply_server_port(server));
	plan = ask_for_two(&ann);
	ck_assert_int_eq(act_break_glass(ann.act, plan, "", &err), -1);
	ck_assert_int_eq(act_break_glass(ann.act, plan, "nobody is awake", &err), 0);
	act_bed_finish(&ann, plan);
	ck_assert_int_eq(plan_view(plan).state, PLAN_CONFIRMED);
	act_bed_journal(&ann, &journal);
	ck_assert_ptr_nonnull(strstr(journal.buf, "GLASS BROKEN"));
	strbuf_release(&journal);
	act_bed_release(&ann, false);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("act crash");
	TCase *tcase = tcase_create("crash");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_killed_in_state, 0, 7);
	tcase_add_loop_test(tcase, test_killed_anywhere, 0, 200);
	tcase_add_test(tcase, test_undo_of_the_dead);
	tcase_add_test(tcase, test_two_people);
	tcase_add_loop_test(tcase, test_who_is_another, 0,
			    (int)(sizeof(people) / sizeof(people[0])));
	tcase_add_test(tcase, test_approved_before);
	tcase_add_test(tcase, test_broken_glass);
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
