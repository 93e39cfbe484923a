/* The states of a plan, each reached; guards; lost races; undo; two people; timed plans. */
#include "act_bed.h"
#include "act_toy.h"
#include "apply_server.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IP "203.0.113.9"

static struct apply_server *server;
static struct act_bed bed;
static const char *const block[] = {"ip", IP, NULL};

static void setup(void)
{
	hash_seed(1);
	bed = (struct act_bed){.eval = eval_new(NULL)}; /* it forks, and so comes before threads */
	server = apply_server_start();
	act_bed_init(&bed, NULL, act_toy, apply_server_port(server));
}

static void teardown(void)
{
	act_bed_release(&bed, true);
	apply_server_stop(server);
}

static struct plan *planned(const char *action, const char *const *params)
{
	struct plan_order order = {.target = bed.target.target, .action = action, .params = params};
	struct err err = {0};
	struct plan *plan = act_plan(bed.act, &order, &err);

	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(&bed, plan);
	return plan;
}

static void confirm(struct plan *plan)
{
	struct err err;

	ck_assert_msg(act_confirm(bed.act, plan, plan_challenge(plan), &err) == 0, "%s", err.msg);
}

static void expect_value(const char *want)
{
	char value[4096];

	apply_server_value(server, value, sizeof(value));
	ck_assert_str_eq(value, want);
}

START_TEST(test_confirmed)
{
	struct plan *plan = planned("block-ip", block);
	struct plan_view view = plan_view(plan);

	ck_assert_str_eq(view.title, "Block an IP: " IP " on toy");
	ck_assert_str_eq(view.before, "blocked: ");
	ck_assert_str_eq(view.after, "blocked: " IP);
	ck_assert_uint_eq(view.nrequests, 1);
	ck_assert_str_eq(view.requests[0].method, "PUT");
	ck_assert_str_eq(view.requests[0].body, "[\"" IP "\"]");
	ck_assert_str_eq(view.twin, "hypercare act block-ip ip=" IP " --target toy");
	ck_assert_uint_eq(strlen(view.hash), 64);
	ck_assert_uint_eq(strlen(plan_challenge(plan)), 2);
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	expect_value("[\"" IP "\"]");
	ck_assert(plan_view(plan).undoable);
	ck_assert_ptr_eq(act_last_undoable(bed.act), plan);
	for (int state = PLAN_DRAFTED; state <= PLAN_CONFIRMED; state++)
		ck_assert_msg(state == PLAN_APPROVING || (bed.seen & (uint64_t)1 << state),
			      "%s was not reached", plan_state_word((enum plan_state)state));
}
END_TEST

START_TEST(test_already)
{
	apply_server_set(server, "[\"" IP "\"]");
	act_bed_expect(act_bed_do(&bed, "block-ip", block), PLAN_ALREADY, "nothing was sent");
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

START_TEST(test_already_meanwhile)
{
	struct plan *plan = planned("block-ip", block);

	apply_server_set(server, "[\"" IP "\"]");
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_ALREADY, "meanwhile");
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

START_TEST(test_conflict)
{
	static const char *const params[] = {"limit", "5", NULL};
	struct plan *plan = planned("set-limit", params);

	apply_server_set(server, "{\"limit\": 7}");
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFLICT, "it was \"limit 100\", it is \"limit 7\"");
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

/* A connection that breaks under a read is no reason to give up. */
START_TEST(test_broken_read)
{
	struct plan *plan;

	apply_server_drop(server, DROP_ACCEPT, true);
	plan = planned("block-ip", block);
	act_bed_expect(plan, PLAN_PLANNED, "");
	apply_server_drop(server, DROP_ACCEPT, true);
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	ck_assert_uint_eq(apply_server_applied(server), 1);
}
END_TEST

/* Somebody adds to the list while it is being confirmed: both stand in it. */
START_TEST(test_grown_list)
{
	struct plan *plan = planned("block-ip", block);

	apply_server_set(server, "[\"192.0.2.1\"]");
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	expect_value("[\"192.0.2.1\",\"" IP "\"]");
	ck_assert_uint_eq(apply_server_tried(server), 1);
}
END_TEST

START_TEST(test_rejected)
{
	static const char *const params[] = {"node", "n1", NULL};

	act_bed_expect(act_bed_do(&bed, "drain-node", params), PLAN_REJECTED, "403: no");
}
END_TEST

START_TEST(test_partial)
{
	static const char *const params[] = {"route", "r1", NULL};
	struct plan *plan = act_bed_do(&bed, "disable-route", params), *undo;
	struct err err;

	act_bed_expect(plan, PLAN_PARTIAL, "not all of it was done");
	expect_value("[\"half\"]");
	undo = act_undo(bed.act, plan, &err);
	ck_assert_msg(undo != NULL, "%s", err.msg);
	act_bed_settle(&bed, undo);
	confirm(undo);
	act_bed_finish(&bed, undo);
	act_bed_expect(undo, PLAN_CONFIRMED, "");
	expect_value("");
}
END_TEST

START_TEST(test_unknown_and_verified)
{
	struct plan *plan;

	apply_server_drop(server, DROP_REQUEST, false);
	plan = act_bed_do(&bed, "block-ip", block);
	act_bed_expect(plan, PLAN_UNKNOWN, "verify now");
	act_verify_now(bed.act, plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_UNKNOWN, "may still come");
	/* It has come late after all. */
	apply_server_set(server, "[\"" IP "\"]");
	act_verify_now(bed.act, plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "read back");
	ck_assert_uint_eq(apply_server_tried(server), 1);
}
END_TEST

START_TEST(test_refused_by_profile)
{
	static const char *const params[] = {"limit", "666", NULL};

	act_bed_expect(act_bed_do(&bed, "set-limit", params), PLAN_REFUSED, "never so many");
}
END_TEST

START_TEST(test_unreadable)
{
	apply_server_set(server, "{\"a\":");
	act_bed_expect(planned("block-ip", block), PLAN_REFUSED, "");
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

static const struct {
	const char *ip, *why;
} blocks[] = {
	{"192.0.2.77", "your own address"},
	{"192.0.2.0/24", "your own address"},
	{"127.0.0.1", "this machine's own address"},
	{"::1", "this machine's own address"},
	{"127.0.0.0/24", "this machine's own address"},
	{"198.51.100.7", "one of the trusted proxies"},
	{"0.0.0.0/0", "wider than /24"},
	{"203.0.112.0/23", "wider than /24"},
	{"2001:db8::/47", "wider than /48"},
	{"::/0", "wider than /48"},
};

START_TEST(test_dangerous_blocks)
{
	static const char *const proxies[] = {"10.0.0.0/8", "198.51.100.0/28", NULL};
	const char *params[] = {"ip", blocks[_i].ip, NULL};

	bed.target.trusted_proxies = proxies;
	act_set_target(bed.act, &bed.target);
	act_bed_expect(planned("block-ip", params), PLAN_REFUSED, blocks[_i].why);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

/* What happens between the plan and its confirmation, or to the target. */
static void close_window(void)
{
	act_open_window(bed.act, 0);
}

static void make_read_only(void)
{
	bed.target.guard = CONFIG_RO;
	act_set_target(bed.act, &bed.target);
}

static void remove_target(void)
{
	act_remove_target(bed.act, bed.target.target);
}

static void change_profile(void)
{
	char path[128];
	struct err err;
	struct profile *other;

	snprintf(path, sizeof(path), "%s/toy.yaml", bed.folder);
	other = profile_load(path, NULL, NULL, &err);
	bed.target.profile = other;
	act_set_target(bed.act, &bed.target);
	profile_unref(other);
}

static const struct {
	void (*happens)(void);
	const char *why;
} events[] = {
	{close_window, "write window is closed"},
	{make_read_only, "read-only"},
	{remove_target, "no longer a target"},
	{change_profile, "has changed since it was seen"},
};

START_TEST(test_guards)
{
	struct plan *plan = planned("block-ip", block);
	struct err err;

	events[_i].happens();
	ck_assert_int_eq(act_confirm(bed.act, plan, plan_challenge(plan), &err), -1);
	act_bed_expect(plan, PLAN_REFUSED, events[_i].why);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

/* The same after the confirmation, while the reads are made once more. */
START_TEST(test_guards_before_sending)
{
	struct plan *plan = planned("block-ip", block);

	confirm(plan);
	events[_i].happens();
	act_bed_finish(&bed, plan);
	ck_assert_int_eq(plan_view(plan).state, PLAN_REFUSED);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

START_TEST(test_wrong_confirmation)
{
	struct plan *plan = planned("block-ip", block);
	struct err err;

	ck_assert_int_eq(act_confirm(bed.act, plan, "", &err), -1);
	ck_assert_int_eq(act_confirm(bed.act, plan, "y", &err), -1);
	ck_assert_int_eq(act_confirm(bed.act, plan, "toy", &err), -1);
	ck_assert_int_eq(plan_view(plan).state, PLAN_PLANNED);
	bed.target.guard = CONFIG_ASK;
	act_set_target(bed.act, &bed.target);
	plan = planned("block-ip", block);
	ck_assert_str_eq(plan_challenge(plan), "toy");
	ck_assert_int_eq(act_confirm(bed.act, plan, "47", &err), -1);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

static const struct {
	const char *action, *name, *value, *why;
} orders[] = {
	{"block-it", "ip", IP, "has no action"},
	{"block-model", "model", "m", "no models"},
	{"block-ip", "address", IP, "has no parameter address"},
	{"block-ip", NULL, NULL, "ip is missing"},
	{"block-ip", "ip", "x", "expected an IPv4"},
	{"set-limit", "limit", "1001", "from 0 to 1000"},
};

START_TEST(test_wrong_orders)
{
	const char *params[] = {orders[_i].name, orders[_i].value, NULL};
	struct plan_order order = {
		.target = bed.target.target, .action = orders[_i].action, .params = params};
	struct err err = {0};

	ck_assert_ptr_null(act_plan(bed.act, &order, &err));
	ck_assert_msg(strstr(err.msg, orders[_i].why) != NULL, "%s", err.msg);
	order.target = 99;
	ck_assert_ptr_null(act_plan(bed.act, &order, &err));
}
END_TEST

/* Others add to the same list at the same time: both are in it. */
START_TEST(test_lost_race)
{
	struct plan *plan = planned("block-ip", block);

	apply_server_race(server, (unsigned)_i, "[\"192.0.2.1\"]");
	confirm(plan);
	act_bed_finish(&bed, plan);
	if (_i < 3) {
		act_bed_expect(plan, PLAN_CONFIRMED, "");
		expect_value(_i ? "[\"192.0.2.1\",\"" IP "\"]" : "[\"" IP "\"]");
	} else {
		act_bed_expect(plan, PLAN_CONFLICT, "others change the same");
	}
}
END_TEST

START_TEST(test_lost_race_by_expression)
{
	static const char *const params[] = {"limit", "5", NULL};
	struct plan *plan = planned("set-limit", params);

	apply_server_race(server, 2, "{\"limit\":9}");
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	ck_assert_uint_eq(apply_server_tried(server), 3);
	expect_value("{\"limit\":5}");
}
END_TEST

START_TEST(test_undo)
{
	static const char *const params[] = {"limit", "5", NULL};
	struct plan *plan, *undo;
	struct err err;

	apply_server_set(server, "{\"limit\":42}");
	plan = act_bed_do(&bed, "set-limit", params);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	undo = act_undo(bed.act, plan, &err);
	ck_assert_msg(undo != NULL, "%s", err.msg);
	act_bed_settle(&bed, undo);
	confirm(undo);
	act_bed_finish(&bed, undo);
	act_bed_expect(undo, PLAN_CONFIRMED, "");
	expect_value("{\"limit\":42}");
	ck_assert_ptr_null(act_undo(bed.act, plan, &err));
	ck_assert_ptr_null(act_last_undoable(bed.act));
}
END_TEST

START_TEST(test_each)
{
	static const char *const ips[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3", NULL};
	struct plan_order order = {
		.target = bed.target.target, .action = "block-ip", .each_name = "ip", .each = ips};
	struct plan *plan, *undo;
	struct err err;

	apply_server_set(server, "[\"203.0.113.2\"]");
	plan = act_plan(bed.act, &order, &err);
	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(&bed, plan);
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	expect_value("[\"203.0.113.1\",\"203.0.113.2\",\"203.0.113.3\"]");
	/* What was there before stays there. */
	undo = act_undo(bed.act, plan, &err);
	act_bed_settle(&bed, undo);
	confirm(undo);
	act_bed_finish(&bed, undo);
	act_bed_expect(undo, PLAN_CONFIRMED, "");
	expect_value("[\"203.0.113.2\"]");
}
END_TEST

/* A request that is made of an answer before it. */
START_TEST(test_late_request)
{
	static const char *const params[] = {"service", "shop", NULL};
	struct plan *plan = planned("open-breaker", params);

	ck_assert_uint_eq(plan_view(plan).nrequests, 1);
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "nothing shows it");
	ck_assert_uint_eq(plan_view(plan).nrequests, 2);
	expect_value("{\"open\":1}");
	ck_assert_uint_eq(apply_server_applied(server), 2);
}
END_TEST

static struct plan *timed(int64_t for_ms)
{
	struct plan_order order = {.target = bed.target.target,
				   .action = "block-ip",
				   .params = block,
				   .for_ms = for_ms};
	struct err err;
	struct plan *plan = act_plan(bed.act, &order, &err);

	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(&bed, plan);
	confirm(plan);
	act_bed_finish(&bed, plan);
	act_bed_expect(plan, PLAN_CONFIRMED, "");
	ck_assert(plan_view(plan).due_ms > 0);
	return plan;
}

START_TEST(test_timed)
{
	struct plan *plan = timed(100);

	/* Approved with the plan: the window may be closed by then. */
	act_open_window(bed.act, 0);
	while (plan_view(plan).due_ms || act_count(bed.act) < 2 ||
	       !plan_state_final(plan_view(act_plan_at(bed.act, 0)).state))
		act_bed_turn(&bed);
	act_bed_expect(act_plan_at(bed.act, 0), PLAN_CONFIRMED, "");
	expect_value("[]");
	ck_assert(!plan_view(plan).undoable);
}
END_TEST

START_TEST(test_timed_but_changed)
{
	struct plan *plan = timed(100);
	unsigned tried = apply_server_tried(server);

	apply_server_set(server, "[\"192.0.2.1\"]");
	while (plan_view(plan).due_ms)
		act_bed_turn(&bed);
	ck_assert(plan_view(plan).alarm);
	act_bed_expect(plan, PLAN_CONFIRMED, "not the one that was left");
	ck_assert_uint_eq(apply_server_tried(server), tried);
	expect_value("[\"192.0.2.1\"]");
}
END_TEST

START_TEST(test_timed_but_read_only)
{
	timed(100);
	make_read_only();
	while (act_count(bed.act) < 2 ||
	       !plan_state_final(plan_view(act_plan_at(bed.act, 0)).state))
		act_bed_turn(&bed);
	act_bed_expect(act_plan_at(bed.act, 0), PLAN_REFUSED, "read-only");
	expect_value("[\"" IP "\"]");
}
END_TEST

START_TEST(test_timed_without_anybody)
{
	struct plan_order order = {.target = bed.target.target,
				   .action = "block-ip",
				   .params = block,
				   .for_ms = 1000,
				   .headless = true};
	struct err err;

	act_bed_expect(act_plan(bed.act, &order, &err), PLAN_REFUSED, "nobody would be there");
}
END_TEST

static struct act_sight sight;

static struct act_sight see(void *ctx, uint32_t finding)
{
	(void)ctx;
	ck_assert_uint_eq(finding, 7);
	return sight;
}

/* Turns until the time that the figures are given to recover is over by as much. */
static enum watch_state watched(const struct plan *plan, int64_t beyond_ms)
{
	int64_t late_ms = plan_view(plan).changed_ms + TOY_SETTLE_MS + beyond_ms;

	do {
		act_bed_turn(&bed);
		act_watch(bed.act, see, NULL);
	} while (plan_view(plan).watch == WATCH_WATCHING && loop_now(bed.loop).mono_ms <= late_ms);
	return plan_view(plan).watch;
}

static struct plan *meant_to_clear(const char *address)
{
	static const uint32_t findings[] = {7};
	const char *const params[] = {"ip", address, NULL};
	struct plan_order order = {.target = bed.target.target,
				   .action = "block-ip",
				   .params = params,
				   .findings = findings,
				   .nfindings = 1};
	struct err err;
	struct plan *plan = act_plan(bed.act, &order, &err);

	act_bed_settle(&bed, plan);
	confirm(plan);
	act_bed_finish(&bed, plan);
	ck_assert_int_eq(plan_view(plan).watch, WATCH_WATCHING);
	return plan;
}

START_TEST(test_watch)
{
	static const uint32_t findings[] = {7};
	struct plan *fix = act_fix(bed.act, "deployed v1.4.2", findings, 1);

	sight = (struct act_sight){.holds = true};
	act_watch(bed.act, see, NULL);
	ck_assert_int_eq(plan_view(fix).watch, WATCH_WATCHING);
	sight = (struct act_sight){.holds = false};
	act_watch(bed.act, see, NULL);
	ck_assert_int_eq(plan_view(fix).watch, WATCH_RECOVERED);
}
END_TEST

/* What is judged by the minute before, or is being made sure of, is not called a failure. */
START_TEST(test_watch_has_patience)
{
	struct plan *plan;

	sight = (struct act_sight){.holds = true};
	plan = meant_to_clear("203.0.113.1");
	ck_assert_int_eq(watched(plan, 10000), WATCH_NOT_RECOVERED);
	sight = (struct act_sight){.unjudged = true};
	plan = meant_to_clear("203.0.113.2");
	ck_assert_int_eq(watched(plan, 10000), WATCH_NOT_RECOVERED);

	sight = (struct act_sight){.holds = true, .window_ms = 60000};
	plan = meant_to_clear("203.0.113.3");
	ck_assert_int_eq(watched(plan, 100), WATCH_WATCHING);
	sight.window_ms = 0;
	sight.easing = true;
	ck_assert_int_eq(watched(plan, 200), WATCH_WATCHING);
	sight.holds = false;
	ck_assert_int_eq(watched(plan, 10000), WATCH_RECOVERED);
}
END_TEST

START_TEST(test_shown_and_dropped)
{
	struct plan *plan = planned("block-ip", block);
	struct strbuf text = STRBUF_INIT;

	plan_curl(plan, &text);
	ck_assert_ptr_nonnull(strstr(text.buf, "curl -sS -X PUT -H 'If-Match: \"0\"'"));
	strbuf_clear(&text);
	bed.options.pinnedpubkey = "sha256//it's=";
	bed.options.connect_to = "::127.0.0.1:1";
	plan_curl(plan, &text);
	ck_assert_ptr_nonnull(strstr(text.buf, "curl -sS -X PUT --pinnedpubkey 'sha256//it'\\''s=' "
					       "--connect-to '::127.0.0.1:1' --insecure -H"));
	ck_assert_ptr_nonnull(strstr(text.buf, "--data-raw '[\"" IP "\"]'"));
	strbuf_clear(&text);
	plan_json(plan, &text);
	ck_assert_ptr_nonnull(strstr(text.buf, "\"schema\": \"hypercare.plan/1\""));
	strbuf_release(&text);
	act_drop(bed.act, plan);
	ck_assert_uint_eq(act_count(bed.act), 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

static Suite *suite(void)
{
	Suite *s = suite_create("act");
	TCase *tcase = tcase_create("act");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_confirmed);
	tcase_add_test(tcase, test_already);
	tcase_add_test(tcase, test_already_meanwhile);
	tcase_add_test(tcase, test_conflict);
	tcase_add_test(tcase, test_broken_read);
	tcase_add_test(tcase, test_grown_list);
	tcase_add_test(tcase, test_rejected);
	tcase_add_test(tcase, test_partial);
	tcase_add_test(tcase, test_unknown_and_verified);
	tcase_add_test(tcase, test_refused_by_profile);
	tcase_add_test(tcase, test_unreadable);
	tcase_add_loop_test(tcase, test_dangerous_blocks, 0, COUNT(blocks));
	tcase_add_loop_test(tcase, test_guards, 0, COUNT(events));
	tcase_add_loop_test(tcase, test_guards_before_sending, 0, COUNT(events));
	tcase_add_test(tcase, test_wrong_confirmation);
	tcase_add_loop_test(tcase, test_wrong_orders, 0, COUNT(orders));
	tcase_add_loop_test(tcase, test_lost_race, 0, 4);
	tcase_add_test(tcase, test_lost_race_by_expression);
	tcase_add_test(tcase, test_undo);
	tcase_add_test(tcase, test_each);
	tcase_add_test(tcase, test_late_request);
	tcase_add_test(tcase, test_timed);
	tcase_add_test(tcase, test_timed_but_changed);
	tcase_add_test(tcase, test_timed_but_read_only);
	tcase_add_test(tcase, test_timed_without_anybody);
	tcase_add_test(tcase, test_watch);
	tcase_add_test(tcase, test_watch_has_patience);
	tcase_add_test(tcase, test_shown_and_dropped);
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
