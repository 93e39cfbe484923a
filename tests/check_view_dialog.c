#include "golden.h"
#include "view_scene.h"

#include "act/act.h"
#include "view/dialog.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME      "20261123-143207-4f2a"
#define CHALLENGE "edge-eu"

static struct shop shop;

static const struct action_info block_info = {.name = "block-ip", .title = "Block an IP"};
static const struct profile_action block = {.info = &block_info, .title = "Block an IP"};

static const struct plan_request request = {
	.method = "PATCH",
	.url = "http://127.0.0.1:8001/plugins/5d1c",
	.body = "{\"config\":{\"deny\":[\"198.51.100.7\",\"203.0.113.9\"]},\"enabled\":true}",
	.title = "",
};

static struct plan_view plan;

/* The past of all tests is played once, before each forks off with a copy of it. */
static void setup_shop(void)
{
	shop_init(&shop);
	shop.frame.ascii = true;
	shop_run(&shop, SHOP_END);
}

/* A plan that waits for its confirmation. */
static void setup(void)
{
	plan = (struct plan_view){
		.name = NAME,
		.state = PLAN_PLANNED,
		.why = "",
		.target_name = "edge-eu",
		.banner = "prod",
		.guard = CONFIG_ASK,
		.action = &block,
		.title = "Block an IP: 203.0.113.9",
		.before = "deny: 198.51.100.7",
		.after = "deny: 198.51.100.7, 203.0.113.9",
		.blast = "4.1k requests in 5m from this IP, 0.3% of 2xx; consumers: partner-acme",
		.warning = "",
		.requests = &request,
		.nrequests = 1,
		.hash = "9f2c",
		.challenge = CHALLENGE,
		.twin = "hypercare act block-ip 203.0.113.9 --target edge-eu --for 30m",
		.reason = "",
		.undoable = true,
		.undo = "unblock-ip 203.0.113.9",
		.expires_ms = shop.scene.now.mono_ms + 120000,
	};
	shop.scene.plans = &plan;
	shop.scene.nplans = 1;
	shop.scene.read_only = false;
	shop.scene.write_left_ms = 594000;
}

static void teardown(void)
{
	shop_release(&shop);
}

static void draw(void)
{
	free(shop_draw(&shop, 24, 80));
}

/* Opens the plan; its frame has left. */
static void open_plan(void)
{
	screen_show_plan(shop.screen, NAME);
	draw();
	screen_left(shop.screen);
}

static bool confirmed(void)
{
	const char *name, *typed;

	if (!screen_confirmed(shop.screen, &name, &typed))
		return false;
	ck_assert_str_eq(name, NAME);
	ck_assert_str_eq(typed, CHALLENGE);
	return true;
}

#define TYPE_IT "e d g e - e u"

/* What is pressed and whether it confirms; nothing else may. */
static const struct {
	const char *keys;
	bool confirms;
} presses[] = {
	{"Enter " TYPE_IT, true},
	{"Enter Enter Enter", false},
	{TYPE_IT, false},
	{"Enter e d g e - u s", false},
	{"Enter e d g e - u Backspace e u", true},
	{"Enter x " TYPE_IT, false},
	{"Enter x Backspace " TYPE_IT, true},
	{"Enter e d g Esc e - e u", false},
	{"Enter Esc Enter " TYPE_IT, true},
	{"Esc Enter " TYPE_IT, false},
	{"Enter y e s Enter", false},
	{"Enter 4 7", false},
};

START_TEST(test_confirms)
{
	open_plan();
	shop_keys(&shop, presses[_i].keys);
	ck_assert_msg(confirmed() == presses[_i].confirms, "%s", presses[_i].keys);
	ck_assert(!confirmed());
}
END_TEST

START_TEST(test_typed_ahead_is_not_meant)
{
	screen_show_plan(shop.screen, NAME);
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(!confirmed());
	draw(); /* drawn, but still on its way */
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(!confirmed());
	screen_left(shop.screen);
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(confirmed());
}
END_TEST

/* The dialog was there while the plan was made; what the plan came to was not. */
START_TEST(test_unseen_plan_is_not_meant)
{
	plan.state = PLAN_PLANNING;
	open_plan();
	plan.state = PLAN_PLANNED;
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(!confirmed());
	draw();
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(!confirmed());
	screen_left(shop.screen);
	shop_keys(&shop, "Enter " TYPE_IT);
	ck_assert(confirmed());
}
END_TEST

/* What has no room on the terminal is not confirmed, not even what was begun with room; and it is
 * left as ever. */
START_TEST(test_hidden_plan_is_not_meant)
{
	open_plan();
	shop_keys(&shop, _i ? "Enter" : "j");
	free(shop_draw(&shop, 9, 39));
	screen_left(shop.screen);
	shop_keys(&shop, _i ? TYPE_IT : "Enter " TYPE_IT);
	ck_assert(!confirmed());
	draw();
	screen_left(shop.screen);
	shop_keys(&shop, TYPE_IT);
	ck_assert(!confirmed());
	free(shop_draw(&shop, 9, 39));
	screen_left(shop.screen);
	shop_keys(&shop, "q");
	ck_assert_str_eq(screen_plan(shop.screen), "");
}
END_TEST

START_TEST(test_paste_never_confirms)
{
	open_plan();
	ck_assert(!screen_paste(shop.screen, &shop.scene, "\n" CHALLENGE));
	shop_keys(&shop, "Enter");
	ck_assert(!screen_paste(shop.screen, &shop.scene, CHALLENGE));
	ck_assert(!confirmed());
}
END_TEST

/* Why a plan cannot be confirmed. */
static const struct {
	enum plan_state state;
	enum config_guard guard;
	bool read_only;
} refusals[] = {
	{PLAN_PLANNING, CONFIG_ASK, false}, {PLAN_EXPIRED, CONFIG_ASK, false},
	{PLAN_SENDING, CONFIG_ASK, false},  {PLAN_UNKNOWN, CONFIG_RW, false},
	{PLAN_PLANNED, CONFIG_RO, false},   {PLAN_PLANNED, CONFIG_ASK, true},
	{PLAN_PLANNED, CONFIG_RW, true},
};

START_TEST(test_refuses)
{
	const char *open[] = {"open"};
	struct err err = {0};

	plan.state = refusals[_i].state;
	plan.guard = refusals[_i].guard;
	shop.scene.read_only = refusals[_i].read_only;
	open_plan();
	ck_assert_int_eq(screen_command(shop.screen, &shop.scene, 1, open, &err), -1);
	ck_assert(err.msg[0]);
	shop_keys(&shop, TYPE_IT);
	ck_assert(!confirmed());
}
END_TEST

/* The dialog freezes what was seen: the panes do not move under it. */
START_TEST(test_freezes)
{
	static const char *const refused[] = {"screen", "tag", "next-problem", "sort", "zoom"};
	size_t i;

	open_plan();
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const char *argv[] = {refused[i], "2"};
		struct err err = {0};

		ck_assert_int_eq(screen_command(shop.screen, &shop.scene, 2, argv, &err), -1);
		ck_assert_int_eq(err.code, ERR_REFUSED);
	}
	ck_assert_str_eq(screen_plan(shop.screen), NAME);
	shop_keys(&shop, "Esc");
	ck_assert_str_eq(screen_plan(shop.screen), "");
}
END_TEST

START_TEST(test_copies_the_command)
{
	char *text;

	open_plan();
	text = screen_copy(shop.screen, &shop.scene, false);
	ck_assert_str_eq(text, plan.twin);
	free(text);
}
END_TEST

static const struct screen_choice choices[] = {
	{"Block an IP", "act block-ip ip=203.0.113.9 --target edge-eu", "kept in its database",
	 false},
	{"Set a rate limit", "act set-limit --target edge-eu limit=", "", true},
	{"Drain a node", "", "its upstream has no health checks", false},
};

static void open_menu(void)
{
	screen_menu(shop.screen, "203.0.113.9 on edge-eu", choices, 3);
	draw();
	screen_left(shop.screen);
}

/* Keys in the menu, and the line that runs. */
static const struct {
	const char *keys;
	const char *line;   /* or NULL */
	const char *prompt; /* what stands in the command line, or NULL */
} picks[] = {
	{"Enter", "act block-ip ip=203.0.113.9 --target edge-eu", NULL},
	{"1", "act block-ip ip=203.0.113.9 --target edge-eu", NULL},
	{"j Enter", NULL, "act set-limit --target edge-eu limit="},
	{"2", NULL, "act set-limit --target edge-eu limit="},
	{"3", NULL, NULL},
	{"j j j j Enter", NULL, NULL},
	{"j k Enter", "act block-ip ip=203.0.113.9 --target edge-eu", NULL},
	{"Esc Enter", NULL, NULL},
};

START_TEST(test_menu)
{
	const char *line = NULL;
	char *keys = strdup(picks[_i].keys), *save = NULL, *word, *seen;

	open_menu();
	for (word = strtok_r(keys, " ", &save); word && !line; word = strtok_r(NULL, " ", &save)) {
		keycode key = key_parse(word, NULL);

		if (!screen_key(shop.screen, &shop.scene, key, &line))
			shop_command(&shop, keymap_find(shop.keymap, key));
	}
	ck_assert_int_eq(line != NULL, picks[_i].line != NULL);
	if (line)
		ck_assert_str_eq(line, picks[_i].line);
	seen = shop_draw(&shop, 24, 80);
	if (picks[_i].prompt)
		ck_assert_msg(strstr(seen, picks[_i].prompt) != NULL, "%s", seen);
	free(seen);
	free(keys);
}
END_TEST

/* Whatever the size, the target stands over the dialog, and so does what confirms it. */
START_TEST(test_banner_stays)
{
	int rows, columns;

	screen_show_plan(shop.screen, NAME);
	for (rows = 10; rows < 45; rows += 5)
		for (columns = 40; columns < 130; columns += 20) {
			char *seen = shop_draw(&shop, rows, columns);

			ck_assert_msg(strstr(seen, "ON edge-eu  ASK") != NULL, "%s", seen);
			ck_assert_msg(strstr(seen, "type edge-eu") != NULL, "%s", seen);
			free(seen);
		}
}
END_TEST

static void check_screen(const char *name, int rows, int columns)
{
	char *got = shop_draw(&shop, rows, columns);

	golden_compare(name, got);
	free(got);
}

START_TEST(test_screens)
{
	open_plan();
	check_screen("dialog-plan-120x40", 40, 120);
	check_screen("dialog-plan-80x24", 24, 80);
	check_screen("dialog-least-40x10", 10, 40);
	shop_keys(&shop, "Enter e d g");
	check_screen("dialog-confirming-80x24", 24, 80);
	shop.scene.read_only = true;
	check_screen("dialog-preview-80x24", 24, 80);
	shop.scene.read_only = false;
	open_menu();
	check_screen("dialog-menu-80x24", 24, 80);
}
END_TEST

/* Each by its name, what nobody knows first; a narrow screen says how many there are. */
START_TEST(test_strip)
{
	static const struct profile_action native = {.info = &block_info,
						     .title = "Refuse: an address"};
	struct plan_view plans[4];
	struct scene scene = shop.scene;
	char text[300];

	plan.changed_ms = scene.now.mono_ms - 12000;
	for (size_t i = 0; i < 4; i++)
		plans[i] = plan;
	scene.plans = plans;
	scene.nplans = 4;
	dialog_strip(&scene, text, sizeof(text));
	ck_assert_str_eq(text, "none");
	plans[0].state = PLAN_VERIFYING;
	dialog_strip(&scene, text, sizeof(text));
	ck_assert_str_eq(text, "block-ip 203.0.113.9: verifying 12s");
	plans[1].state = PLAN_UNKNOWN;
	plans[2].state = PLAN_CONFIRMED;
	plans[2].watch = WATCH_WATCHING;
	plans[2].action = NULL;
	plans[2].title = "cache restarted";
	plans[3].state = PLAN_CONFIRMED;
	plans[3].due_ms = scene.now.mono_ms + 90000;
	plans[3].action = &native;
	plans[3].title = "Refuse: an address: 203.0.113.9 on edge-eu";
	dialog_strip(&scene, text, sizeof(text));
	ck_assert_str_eq(text, "4: block-ip 203.0.113.9: UNKNOWN | "
			       "block-ip 203.0.113.9: verifying 12s | "
			       "fix cache restarted: confirmed, watching 12s | "
			       "block-ip 203.0.113.9 on edge-eu: confirmed, back in 1m30");
}
END_TEST

START_TEST(test_screen_of_what_runs)
{
	struct plan_request answered = request;

	answered.sent = true;
	answered.status = 200;
	plan.requests = &answered;
	plan.state = PLAN_CONFIRMED;
	plan.watch = WATCH_WATCHING;
	plan.expires_ms = 0;
	plan.for_ms = 1800000;
	plan.due_ms = shop.scene.now.mono_ms + 1794000;
	open_plan();
	check_screen("dialog-done-120x40", 40, 120);
	check_screen("dialog-done-80x24", 24, 80);
}
END_TEST

START_TEST(test_screen_of_what_was_refused)
{
	plan.state = PLAN_REFUSED;
	plan.why = "connection refused; the host answers, nothing listens there";
	open_plan();
	check_screen("dialog-refused-80x24", 24, 80);
	plan.state = PLAN_PLANNING;
	plan.why = "";
	check_screen("dialog-reading-80x24", 24, 80);
}
END_TEST

/* What runs stays in sight: beside other screens, an opened row, the help, and on small terminals.
 */
START_TEST(test_strip_stays)
{
	static const char *const views[] = {"", "2", "z", "Enter", "Esc Esc Esc 8", "?"};
	int rows, columns;

	plan.state = PLAN_UNKNOWN;
	plan.expires_ms = 0;
	draw();
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		shop_keys(&shop, views[i]);
		for (rows = 4; rows < 45; rows += 3)
			for (columns = 30; columns < 130; columns += 30) {
				char *seen = shop_draw(&shop, rows, columns);

				ck_assert_msg(strstr(seen, "block-ip 203.0.113.9:") != NULL,
					      "%s at %dx%d:\n%s", views[i], columns, rows, seen);
				free(seen);
			}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dialog");
	TCase *tests = tcase_create("dialog");
	SRunner *runner;
	int failed;

	tcase_add_unchecked_fixture(tests, setup_shop, teardown);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, test_confirms, 0, sizeof(presses) / sizeof(*presses));
	tcase_add_test(tests, test_typed_ahead_is_not_meant);
	tcase_add_test(tests, test_unseen_plan_is_not_meant);
	tcase_add_loop_test(tests, test_hidden_plan_is_not_meant, 0, 2);
	tcase_add_test(tests, test_paste_never_confirms);
	tcase_add_loop_test(tests, test_refuses, 0, sizeof(refusals) / sizeof(*refusals));
	tcase_add_test(tests, test_freezes);
	tcase_add_test(tests, test_copies_the_command);
	tcase_add_loop_test(tests, test_menu, 0, sizeof(picks) / sizeof(*picks));
	tcase_add_test(tests, test_banner_stays);
	tcase_add_test(tests, test_screens);
	tcase_add_test(tests, test_strip);
	tcase_add_test(tests, test_screen_of_what_runs);
	tcase_add_test(tests, test_screen_of_what_was_refused);
	tcase_add_test(tests, test_strip_stays);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
