/* The journal on screen: its entries, one in full, what is acknowledged, and that it cannot be
 * written. */
#include "golden.h"
#include "view_scene.h"

#include "base/utf8.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 7

static const struct operator anna = {"anna", 1000, "", "192.0.2.7", "", "bastion", "bastion:7:1"};
static const struct operator ben = {"ops", 1001, "", "", "ben", "bastion", "bastion:8:1"};
static const struct operator root = {"root", 0, "carla", "", "", "bastion", "bastion:9:1"};

static struct shop shop;
static struct entry entries[ENTRIES];
static struct scene_entry rows[ENTRIES];

/* Newest first; seconds before the moment that is drawn. */
static const struct {
	int ago_s;
	enum entry_kind kind;
	const struct operator* by;
	const char *target, *action, *about, *state, *reason;
} given[ENTRIES] = {
	{12, ENTRY_WATCH, &anna, "edge-eu", "block-ip", "client:203.0.113.9", "recovered", ""},
	{64, ENTRY_OUTCOME, &anna, "edge-eu", "block-ip", "client:203.0.113.9", "confirmed",
	 "INC-7"},
	{65, ENTRY_INTENT, &anna, "edge-eu", "block-ip", "client:203.0.113.9", "", "INC-7"},
	{90, ENTRY_ACK, &ben, "edge-eu", "", "error-ratio target:edge-eu route:/cart/checkout",
	 "acknowledged", "looking"},
	{130, ENTRY_REFUSAL, &root, "prompts", "rollback-prompt", "prompt:balance", "",
	 "the target is read-only"},
	{600, ENTRY_NOTE, &ben, "", "deploy", "", "", "shop v1.4.2 \x1b[31m"},
	{200000, ENTRY_OUTCOME, &anna, "lb-1", "drain-node", "node:10.0.0.7", "unknown", ""},
};

static void fill(size_t i)
{
	entries[i] = (struct entry){
		.seq = (int64_t)(ENTRIES - i) + 40,
		.wall_ms = shop.scene.now.wall_ms - given[i].ago_s * 1000,
		.kind = given[i].kind,
		.operator= * given[i].by,
		.plan = *given[i].action ? "20261123-143207-4f2a" : "",
		.target = given[i].target,
		.action = given[i].action,
		.about = given[i].about,
		.reason = given[i].reason,
		.state = given[i].state,
		.hash = "",
		.detail = "{\"before\":[],\"after\":[\"203.0.113.9\"]}",
	};
	memset(entries[i].chain, 'a', 64);
	rows[i] = (struct scene_entry){
		.entry = &entries[i],
		.target = model_target_by_name(shop.model, given[i].target),
	};
	if (!strncmp(given[i].about, "client:", 7))
		rows[i].dims.value[DIM_CLIENT] =
			names_symbol(shop.names, given[i].about + 7, strlen(given[i].about + 7));
}

static void setup(void)
{
	shop_init(&shop);
	shop.frame.ascii = true;
	shop_run(&shop, SHOP_END);
	for (size_t i = 0; i < ENTRIES; i++)
		fill(i);
	shop.scene.entries = rows;
	shop.scene.nentries = ENTRIES;
}

static void teardown(void)
{
	shop_release(&shop);
}

static const struct {
	const char *name, *keys, *trouble;
	int rows, columns;
} screens[] = {
	{"journal-120x40", "8", "", 40, 120},
	{"journal-80x24", "8", "", 24, 80},
	{"journal-40x10", "8", "", 10, 40},
	{"journal-filtered-80x24", "8 / b e n Enter", "", 24, 80},
	{"journal-entry-80x24", "8 j Enter", "", 24, 80},
	{"journal-trouble-80x24", "",
	 "cannot write /srv/shop.journal.db: disk I/O error; entries go to /home/anna/x.fallback",
	 24, 80},
};

START_TEST(test_screen)
{
	char *got;

	shop.scene.trouble = screens[_i].trouble;
	free(shop_draw(&shop, screens[_i].rows, screens[_i].columns));
	shop_keys(&shop, screens[_i].keys);
	got = shop_draw(&shop, screens[_i].rows, screens[_i].columns);
	golden_compare(screens[_i].name, got);
	free(got);
}
END_TEST

START_TEST(test_acknowledged)
{
	struct scene_ack ack = {.finding = detect_finding(shop.detect, 0)->id,
				.wall_ms = shop.scene.now.wall_ms - 90000,
				.who = "ben"};
	char *got;

	shop.scene.acks = &ack;
	shop.scene.nacks = 1;
	got = shop_draw(&shop, 40, 120);
	golden_compare("journal-acked-120x40", got);
	ck_assert_uint_eq(screen_finding(shop.screen, &shop.scene), ack.finding);
	free(got);
}
END_TEST

/* What others wrote into the file breaks no terminal, at any size. */
START_TEST(test_every_size)
{
	shop_keys(&shop, "8");
	for (int lines = 1; lines <= 50; lines += 3)
		for (int columns = 1; columns <= 200; columns += 7) {
			free(shop_draw(&shop, lines, columns));
			for (int i = 0; i < lines * columns; i++)
				ck_assert(shop.frame.cells[i].glyph == 0 ||
					  utf8_cp_width(shop.frame.cells[i].glyph) > 0);
		}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journal on screen");
	TCase *cases = tcase_create("journal");
	SRunner *runner;
	int failed;

	/* The past is played once, before each test forks off with a copy of it. */
	tcase_add_unchecked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, test_screen, 0, (int)(sizeof(screens) / sizeof(screens[0])));
	tcase_add_test(cases, test_acknowledged);
	tcase_add_test(cases, test_every_size);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
