/* Whatever becomes of a request and its answer: it is carried out once or not at all, and what is
 * said of it is the truth. */
#include "act_bed.h"
#include "apply_server.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* One action for each method; the number of changes is what is read back. */
#define ACTION(name, send)                                               \
	"  " name ":\n"                                                  \
	"    steps:\n"                                                   \
	"      - read: /value\n"                                         \
	"        let: {n0: .n}\n"                                        \
	"      - send: " send "\n"                                       \
	"    before: '\"changed \\($n0) times\"'\n"                      \
	"    after: '\"changed \\($n0 + 1) times\"'\n"                   \
	"    verify: {read: /value, until: '.n > $n0', within: 200ms}\n" \
	"    volatile: false\n"

static const char profile[] = "name: toy\ntitle: Toy gateway\nsources: {}\nactions:\n" ACTION(
	"open-breaker", "{put: /value, body: '\"on\"', if_match: true}")
	ACTION("drain-node", "{post: /value, body: '\"on\"'}")
		ACTION("disable-route", "{patch: /value, body: '\"on\"'}")
			ACTION("disable-plugin", "{delete: /value}")
				ACTION("close-breaker", "{get: /reload}");

static const char *const actions[] = {"open-breaker", "drain-node", "disable-route",
				      "disable-plugin", "close-breaker"};

static struct apply_server *server;
static struct act_bed bed;

static void setup(void)
{
	hash_seed(1);
	bed = (struct act_bed){.eval = eval_new(NULL)}; /* it forks, and so comes before threads */
	server = apply_server_start();
	act_bed_init(&bed, NULL, profile, apply_server_port(server));
}

static void teardown(void)
{
	act_bed_release(&bed, true);
	apply_server_stop(server);
}

/* What must be said when it was carried out, and when it was not. */
static const struct {
	enum drop drop;
	enum plan_state applied, not_applied;
} rows[] = {
	{DROP_NONE, PLAN_CONFIRMED, PLAN_UNKNOWN}, /* said yes, and did nothing */
	{DROP_REQUEST, PLAN_CONFIRMED, PLAN_UNKNOWN}, {DROP_RESET, PLAN_CONFIRMED, PLAN_UNKNOWN},
	{DROP_HEADERS, PLAN_CONFIRMED, PLAN_UNKNOWN}, {DROP_BODY, PLAN_CONFIRMED, PLAN_UNKNOWN},
	{DROP_CHUNK, PLAN_CONFIRMED, PLAN_UNKNOWN},   {DROP_502, PLAN_CONFIRMED, PLAN_UNKNOWN},
	{DROP_504, PLAN_CONFIRMED, PLAN_UNKNOWN},     {DROP_GARBAGE, PLAN_CONFIRMED, PLAN_UNKNOWN},
};

#define ROWS ((int)(sizeof(rows) / sizeof(*rows)))

START_TEST(test_once)
{
	const char *action = actions[_i % 5];
	int row = _i / 5 % ROWS;
	bool applied = _i / 5 / ROWS;
	struct strbuf journal = STRBUF_INIT;
	enum plan_state state;
	struct plan *plan;

	apply_server_drop(server, rows[row].drop, applied);
	plan = act_bed_do(&bed, action, NULL);
	state = plan_view(plan).state;
	ck_assert_uint_eq(apply_server_applied(server), applied);
	ck_assert_uint_eq(apply_server_tried(server), 1);
	ck_assert_msg(state == (applied ? rows[row].applied : rows[row].not_applied),
		      "%s: drop %d applied %d: %s: %s", action, rows[row].drop, applied,
		      plan_state_word(state), plan_view(plan).why);
	act_bed_journal(&bed, &journal);
	ck_assert_str_eq(journal.buf,
			 applied ? "intent\noutcome confirmed\n" : "intent\noutcome UNKNOWN\n");
	strbuf_release(&journal);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("act once");
	TCase *tcase = tcase_create("once");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_once, 0, 5 * ROWS * 2);
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
