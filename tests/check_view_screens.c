#include "golden.h"
#include "view_scene.h"

#include "act/act.h"

#include "base/utf8.h"
#include "view/pane.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATER 600 /* seconds that tests begin after */

static struct shop shop;

static void setup(void)
{
	shop_init(&shop);
}

static void teardown(void)
{
	shop_release(&shop);
}

/* The past of a case's tests is played once, before each forks off with a copy of it. */
static void setup_later(void)
{
	shop_init(&shop);
	shop_run(&shop, LATER);
}

static void setup_end(void)
{
	shop_init(&shop);
	shop_run(&shop, SHOP_END);
}

/* Screens as they must look. */
static const struct {
	const char *name;
	int second;
	const char *keys;
	int rows, columns;
} screens[] = {
	{"nothing-yet-80x24", -1, "", 24, 80},
	{"first-answer-120x40", 0, "", 40, 120},
	{"calm-120x40", 800, "", 40, 120},
	{"overview-120x40", SHOP_END, "", 40, 120},
	{"overview-80x24", SHOP_END, "", 24, 80},
	{"overview-utf8-120x40", SHOP_END, "", 40, 120},
	{"overview-200x60", SHOP_END, "", 60, 200},
	{"routes-120x40", SHOP_END, "2", 40, 120},
	{"routes-200x60", SHOP_END, "2", 60, 200},
	{"ai-120x40", SHOP_END, "3", 40, 120},
	{"limited-120x40", SHOP_END, "4", 40, 120},
	{"limited-80x24", SHOP_END, "4", 24, 80},
	{"limited-network-120x40", SHOP_END, "4 b", 40, 120},
	{"limited-agent-80x24", SHOP_END, "4 b b b", 24, 80},
	{"opened-network-120x40", SHOP_END, "4 b Enter", 40, 120},
	{"targets-120x40", SHOP_END, "5", 40, 120},
	{"timeline-80x24", SHOP_END, "9", 24, 80},
	{"tab-ai-80x24", SHOP_END, "Tab Tab Tab", 24, 80},
	{"opened-route-120x40", SHOP_END, "Tab Enter", 40, 120},
	{"opened-client-120x40", SHOP_END, "Tab Tab Enter", 40, 120},
	{"opened-route-80x24", SHOP_END, "Tab Enter", 24, 80},
	{"why-120x40", SHOP_END, "i", 40, 120},
	{"changes-80x24", SHOP_END, "c", 24, 80},
	{"logs-80x24", SHOP_END, "Tab Tab l", 24, 80},
	{"help-80x24", SHOP_END, "?", 24, 80},
	{"help-120x60", SHOP_END, "?", 60, 120},
	{"filtered-120x40", SHOP_END, "/ c h e c k o u t Enter", 40, 120},
	{"filtered-away-80x24", SHOP_END, "/ r o u t e : n o p e", 24, 80},
	{"sorted-120x40", SHOP_END, "Tab > > > >", 40, 120},
	{"problems-sorted-120x40", SHOP_END, "> > > < >", 40, 120},
	{"timeline-sorted-120x40", SHOP_END, "9 > >", 40, 120},
	{"back-80x24", SHOP_END, "{ {", 24, 80},
	{"back-120x40", SHOP_END, "{ { { { { {", 40, 120},
	{"paused-80x24", SHOP_END, "p", 24, 80},
	{"command-80x24", SHOP_END, ": s Tab", 24, 80},
	{"least-40x10", SHOP_END, "", 10, 40},
	{"tiny-30x6", SHOP_END, "", 6, 30},
};

START_TEST(test_screen)
{
	char *got;

	shop.frame.ascii = !strstr(screens[_i].name, "utf8");
	shop_run(&shop, screens[_i].second);
	free(shop_draw(&shop, screens[_i].rows, screens[_i].columns));
	shop_keys(&shop, screens[_i].keys);
	got = shop_draw(&shop, screens[_i].rows, screens[_i].columns);
	golden_compare(screens[_i].name, got);
	free(got);
}
END_TEST

/* Opening a prompt compares its texts, at every width. */
static const struct {
	const char *name;
	enum plan_state state;
	int rows, columns;
} prompts[] = {
	{"opened-prompt-120x40", PLAN_PLANNED, 40, 120},
	{"opened-prompt-80x24", PLAN_PLANNED, 24, 80},
	{"opened-prompt-refused-80x24", PLAN_REFUSED, 24, 80},
};

START_TEST(test_prompt)
{
	struct plan_view texts = {
		.state = prompts[_i].state,
		.why = prompts[_i].state == PLAN_REFUSED ? "there is no version before v8" : "",
		.before = "v8: Explain the balance {{amount}} step by step, with the whole history "
			  "of the account {{history}} and every rule that applies.",
		.after = "v7: State the balance {{amount}} in one sentence.",
	};
	char *got;

	shop.frame.ascii = true;
	shop_run(&shop, SHOP_END);
	free(shop_draw(&shop, prompts[_i].rows, prompts[_i].columns));
	shop_keys(&shop, "3 / b a l a n c e Enter");
	free(shop_draw(&shop, prompts[_i].rows, prompts[_i].columns));
	shop_keys(&shop, "Enter");
	shop.scene.texts = &texts;
	got = shop_draw(&shop, prompts[_i].rows, prompts[_i].columns);
	golden_compare(prompts[_i].name, got);
	shop.scene.texts = NULL;
	free(got);
}
END_TEST

/* The style of the row that holds this text; STYLE_COUNT when none does. */
static enum style style_of(const char *text)
{
	char line[256];
	int row, column;

	for (row = 0; row < shop.frame.rows; row++) {
		const struct cell *cells = &shop.frame.cells[row * shop.frame.columns];

		for (column = 0; column < shop.frame.columns && column < 255; column++)
			line[column] =
				(char)(cells[column].glyph < 128 ? cells[column].glyph : '?');
		line[column] = '\0';
		if (strstr(line, text))
			return (enum style)cells[1].style;
	}
	return STYLE_COUNT;
}

/* What was found of one address colours the row of its network, however wide, and no other. */
START_TEST(test_networks_are_coloured)
{
	static const char *const groupings[] = {"4 j", "4 b j", "4 b b j"};

	shop_run(&shop, SHOP_END);
	free(shop_draw(&shop, 40, 120));
	shop_keys(&shop, groupings[_i]);
	free(shop_draw(&shop, 40, 120));
	ck_assert_int_eq(style_of(" 203.0.113."), STYLE_CRIT);
	ck_assert_int_eq(style_of(" 192.0.2."), STYLE_TEXT);
}
END_TEST

/* The cursor takes nothing away from how bad its row is, nor does the banner. */
START_TEST(test_cursor_keeps_the_colour)
{
	shop_run(&shop, SHOP_END);
	free(shop_draw(&shop, 40, 120));
	ck_assert_int_eq(style_of("> CRIT"), STYLE_FOCUS_CRIT);
	shop_keys(&shop, "j");
	free(shop_draw(&shop, 40, 120));
	ck_assert_int_eq(style_of(" CRIT 14:26"), STYLE_CRIT);
	ck_assert_int_eq(
		shop.frame.cells[strlen(" storefront  STABILISATION day 3/28  LIVE   ")].style,
		STYLE_BANNER_CRIT);
}
END_TEST

/* What a route was is what it was before its problem, however long that lasts. */
START_TEST(test_was_is_before_the_problem)
{
	char *got;
	const char *row;

	shop_run(&shop, 1600);
	shop_keys(&shop, "2");
	got = shop_draw(&shop, 40, 120);
	row = strstr(got, "edge-eu  /cart/checkout");
	ck_assert_ptr_nonnull(row);
	ck_assert_msg(strstr(row, " 0.10 ") && strstr(row, " 0.10 ") < strchr(row, '\n'), "%.120s",
		      row);
	free(got);
	shop_keys(&shop, "Enter");
	got = shop_draw(&shop, 40, 120);
	ck_assert_msg(strstr(got, "p95  was 0.10 ") != NULL, "%s", got);
	free(got);
}
END_TEST

/* While there is little to see, a trend's steps are short, but never shorter than polls allow. */
START_TEST(test_trends_begin_fine)
{
	static const struct {
		int second;
		const char *title;
	} cases[] = {{10, "5xx% 15s/cell"}, {190, "5xx% 15s/cell"}, {240, "5xx% 1m/cell"}};
	char *got;

	shop_run(&shop, cases[_i].second);
	got = shop_draw(&shop, 40, 120);
	ck_assert_msg(strstr(got, cases[_i].title) != NULL, "%s", got);
	free(got);
}
END_TEST

/* Nothing that is drawn can break a terminal, and something stands in the first line. */
static void check_frame(const struct frame *frame)
{
	int i, n = frame->rows * frame->columns;
	bool said = false;

	for (i = 0; i < n; i++) {
		const struct cell *cell = &frame->cells[i];

		ck_assert_uint_lt(cell->style, STYLE_COUNT);
		if (cell->glyph)
			ck_assert_int_gt(utf8_cp_width(cell->glyph), 0);
		else
			ck_assert_int_gt(i % frame->columns, 0);
		said |= i < frame->columns && cell->glyph > ' ';
	}
	ck_assert(said);
	ck_assert_int_lt(frame->cursor_row, frame->rows);
	ck_assert_int_lt(frame->cursor_column, frame->columns);
}

static int next_size(int size)
{
	return size < 26 ? size + 1 : size + 13;
}

START_TEST(test_every_size)
{
	static const char *const places[] = {"", "Tab Enter", "2", "i", "z", "/ x"};
	int rows, columns;

	shop_run(&shop, SHOP_END);
	shop_keys(&shop, places[_i]);
	for (rows = 1; rows <= 64; rows = next_size(rows)) {
		for (columns = 1; columns <= 208; columns = next_size(columns)) {
			free(shop_draw(&shop, rows, columns));
			ck_assert_int_eq(shop.frame.rows, rows);
			ck_assert_int_eq(shop.frame.columns, columns);
			check_frame(&shop.frame);
		}
	}
}
END_TEST

/* Wide and combining glyphs are cut whole, wherever a column ends. */
START_TEST(test_wide_names)
{
	char *text;
	int columns;

	shop_run(&shop, 60);
	shop_add_route(&shop,
		       "/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xab\xe3\x83\xbc"
		       "\xe3\x83\x88/e\xcc\x81t\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac",
		       "shop");
	shop_keys(&shop, "2");
	for (columns = 40; columns <= 200; columns++) {
		text = shop_draw(&shop, 24, columns);
		check_frame(&shop.frame);
		ck_assert_ptr_nonnull(strstr(text, "/\xe6\x97\xa5\xe6\x9c\xac"));
		free(text);
	}
}
END_TEST

/* What two rows would have the same name for is told apart by its service. */
START_TEST(test_twins)
{
	char *text;

	shop_run(&shop, 60);
	shop_add_route(&shop, "edge", "file_server");
	shop_keys(&shop, "2");
	text = shop_draw(&shop, 40, 120);
	ck_assert_ptr_null(strstr(text, "file_server"));
	free(text);
	shop_add_route(&shop, "edge", "proxy");
	text = shop_draw(&shop, 40, 120);
	ck_assert_ptr_nonnull(strstr(text, "edge file_server "));
	ck_assert_ptr_nonnull(strstr(text, "edge proxy "));
	free(text);
}
END_TEST

static uint32_t dice(uint32_t *state, uint32_t sides)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % sides;
}

START_TEST(test_any_keys)
{
	const struct screen_binding *bindings = screen_bindings();
	uint32_t nbindings = 0, state = (uint32_t)_i + 1;
	int step, second = 900;

	while (bindings[nbindings].keys)
		nbindings++;
	shop_run(&shop, second);
	free(shop_draw(&shop, 24, 80));
	for (step = 0; step < 300; step++) {
		static const char *const typed[] = {"a", "Tab", "Backspace", "Enter", "Esc", "Up"};

		if (dice(&state, 6) == 0)
			shop_keys(&shop, typed[dice(&state, 6)]);
		else
			shop_keys(&shop, bindings[dice(&state, nbindings)].keys);
		if (dice(&state, 4) == 0)
			free(shop_draw(&shop, 1 + (int)dice(&state, 60),
				       1 + (int)dice(&state, 200)));
		if (dice(&state, 10) == 0)
			shop_run(&shop, second += 5);
		check_frame(&shop.frame);
	}
}
END_TEST

/* Whatever the order, the cursor stays on its row. */
START_TEST(test_cursor_stays_on_its_row)
{
	struct dims before, after;
	uint32_t target;
	int i;

	shop_run(&shop, 880);
	free(shop_draw(&shop, 40, 120));
	shop_keys(&shop, "Tab j j j");
	ck_assert(screen_cursor(shop.screen, &before, &target));
	for (i = 0; i < 14; i++) {
		shop_keys(&shop, i % 3 ? ">" : "> :");
		shop_keys(&shop, i % 3 ? "" : "Esc");
		shop_command(&shop, "reverse");
		shop_run(&shop, 880 + 20 * i);
		free(shop_draw(&shop, 40, 120));
		ck_assert(screen_cursor(shop.screen, &after, &target));
		ck_assert(dims_equal(&before, &after));
	}
}
END_TEST

static char *now_drawn(void)
{
	return shop_draw(&shop, 40, 120);
}

/* Esc goes back through dialog, opened row, zoom and filter, one at a time. */
START_TEST(test_escape_undoes_one_step)
{
	static const char *const steps[] = {"/ s h o p Enter", "Tab", "z", "Enter", "i"};
	char *seen[6], *at;
	int i;

	shop_run(&shop, SHOP_END);
	free(now_drawn());
	for (i = 0; i < 5; i++) {
		seen[i] = now_drawn();
		shop_keys(&shop, steps[i]);
	}
	for (i = 4; i >= 0; i--) {
		if (i == 1)
			shop_keys(&shop, "BackTab"); /* moving between panes is no step */
		else
			shop_keys(&shop, "Esc");
		at = now_drawn();
		golden_same(steps[i], at, seen[i]);
		free(at);
	}
	for (i = 0; i < 5; i++)
		free(seen[i]);
}
END_TEST

static size_t count_changes(const struct cell *before, const struct frame *frame)
{
	size_t i, n = (size_t)frame->rows * (size_t)frame->columns, changed = 0;

	for (i = 0; i < n; i++)
		changed += memcmp(&before[i], &frame->cells[i], sizeof(*before)) != 0;
	return changed;
}

/* A refresh changes values, not the picture. */
START_TEST(test_refresh_changes_little)
{
	size_t n = 40 * 120 * sizeof(struct cell), i, most = 0;
	struct cell *before = malloc(n);

	shop_run(&shop, 600);
	free(now_drawn());
	for (i = 1; i <= 20; i++) {
		size_t changed;

		memcpy(before, shop.frame.cells, n);
		shop_run(&shop, 600 + 5 * (int)i);
		free(now_drawn());
		changed = count_changes(before, &shop.frame);
		most = changed > most ? changed : most;
	}
	ck_assert_uint_gt(most, 0);
	ck_assert_uint_le(most, 150);
	free(before);
}
END_TEST

/* Without new answers and within a minute, a frame is the same to the cell. */
START_TEST(test_idle_changes_nothing)
{
	size_t n = 40 * 120 * sizeof(struct cell);
	struct cell *before = malloc(n);

	shop_run(&shop, 600);
	free(now_drawn());
	memcpy(before, shop.frame.cells, n);
	shop.scene.now.mono_ms += 4000;
	shop.scene.now.wall_ms += 4000;
	free(now_drawn());
	ck_assert_uint_eq(count_changes(before, &shop.frame), 0);
	free(before);
}
END_TEST

START_TEST(test_pause_holds_still)
{
	char *before, *after;

	shop_run(&shop, 700);
	free(now_drawn());
	shop_keys(&shop, "p");
	before = now_drawn();
	shop_run(&shop, SHOP_END);
	after = now_drawn();
	golden_same("paused", strchr(after, '\n'), strchr(before, '\n'));
	ck_assert_ptr_nonnull(strstr(after, " PAUSED "));
	ck_assert_ptr_nonnull(strstr(after, "14:23:47 UTC"));
	free(before);
	free(after);
	shop_keys(&shop, "p");
	after = now_drawn();
	ck_assert_ptr_nonnull(strstr(after, "LIVE"));
	ck_assert_ptr_nonnull(strstr(after, "CRIT"));
	free(after);
}
END_TEST

/* Rows of about the same weight keep their places from one refresh to the next. */
START_TEST(test_rows_stay_in_place)
{
	struct pane pane = {.ops = &routes_pane, .nasked = 1};
	struct figure figure = {.value = 63, .measure = M_REQUEST_RATE};
	struct row row = {.figures = &figure};
	struct item item = {.row = &row};
	double first;

	pane.asked[0] = (struct column){.measure = M_REQUEST_RATE};
	map_init(&pane.kept_index);
	items_weigh(&pane, &item, 1, true);
	first = item.weight;
	figure.value = 65;
	items_weigh(&pane, &item, 1, true);
	ck_assert_double_eq(item.weight, first);
	figure.value = 500;
	items_weigh(&pane, &item, 1, true);
	ck_assert_double_gt(item.weight, first);
	map_release(&pane.kept_index);
	free(pane.kept);
}
END_TEST

START_TEST(test_commands_answer)
{
	static const struct {
		const char *line;
		int result;
	} cases[] = {
		{"move down", 0},      {"move sideways", -1}, {"screen 6", -1},
		{"screen routes", 0},  {"screen nope", -1},   {"filter code:5xx", 0},
		{"filter nope:1", -1}, {"filter", 0},         {"window 5m", 0},
		{"window 7m", -1},     {"window 300s", 0},    {"sort p95", 0},
		{"sort nope", -1},     {"step forward", -1},  {"search x", -1},
		{"retry", 1},          {"close", 0},          {"close", 1},
	};
	size_t i;

	shop_run(&shop, SHOP_END);
	free(now_drawn());
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert_msg(shop_command(&shop, cases[i].line) == cases[i].result, "%s",
			      cases[i].line);
}
END_TEST

START_TEST(test_every_binding_is_a_command)
{
	const struct screen_binding *binding;
	const struct screen_command *command;

	for (binding = screen_bindings(); binding->keys; binding++) {
		size_t len = strcspn(binding->command, " ");

		for (command = screen_commands(); command->name; command++)
			if (strlen(command->name) == len &&
			    !strncmp(command->name, binding->command, len))
				break;
		ck_assert_msg(command->name != NULL, "%s means %s", binding->keys,
			      binding->command);
		ck_assert_int_gt((int)strlen(binding->help), 0);
	}
}
END_TEST

START_TEST(test_help_shows_what_is_bound)
{
	char *text;

	shop_run(&shop, 10);
	keymap_bind(shop.keymap, key_parse("F5", NULL), "zoom");
	keymap_bind(shop.keymap, 'z', "");
	shop_keys(&shop, "?");
	text = screen_copy(shop.screen, &shop.scene, false);
	ck_assert_ptr_nonnull(strstr(text, "  F5              zoom"));
	ck_assert_ptr_null(strstr(text, "  z  "));
	free(text);
}
END_TEST

START_TEST(test_copy)
{
	char *row, *sentence;

	shop_run(&shop, SHOP_END);
	free(now_drawn());
	row = screen_copy(shop.screen, &shop.scene, false);
	sentence = screen_copy(shop.screen, &shop.scene, true);
	ck_assert_ptr_nonnull(strchr(row, '\t'));
	ck_assert_ptr_null(strchr(sentence, '\t'));
	ck_assert_ptr_nonnull(strstr(sentence, " since "));
	ck_assert_ptr_nonnull(strstr(sentence, "edge-eu "));
	free(row);
	free(sentence);
	shop_keys(&shop, "Tab Space Space");
	free(now_drawn());
	row = screen_copy(shop.screen, &shop.scene, false);
	ck_assert_ptr_nonnull(strchr(row, '\n'));
	free(row);
}
END_TEST

START_TEST(test_prompt_gives_the_line)
{
	const char *line = NULL;

	shop_run(&shop, 20);
	shop_keys(&shop, ": w i n");
	ck_assert(screen_key(shop.screen, &shop.scene, KEYMAP_SPECIAL + KEYNAME_TAB, &line));
	ck_assert_ptr_null(line);
	ck_assert(screen_paste(shop.screen, &shop.scene, " 5m\n"));
	ck_assert(screen_key(shop.screen, &shop.scene, KEYMAP_SPECIAL + KEYNAME_ENTER, &line));
	ck_assert_str_eq(line, "window 5m ");
	ck_assert(!screen_key(shop.screen, &shop.scene, 'j', &line));
	ck_assert(!screen_paste(shop.screen, &shop.scene, "j"));
}
END_TEST

START_TEST(test_filter_is_live)
{
	char *text;

	shop_run(&shop, SHOP_END);
	free(now_drawn());
	shop_keys(&shop, "/ l o g i n");
	text = now_drawn();
	ck_assert_ptr_nonnull(strstr(text, "/login "));
	ck_assert_ptr_null(strstr(text, "/catalog/search "));
	free(text);
	shop_keys(&shop, "Esc");
	text = now_drawn();
	ck_assert_ptr_nonnull(strstr(text, "/catalog/search "));
	ck_assert_ptr_nonnull(strstr(text, "filter: none"));
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view/screens");
	TCase *start = tcase_create("start"), *later = tcase_create("later"),
	      *end = tcase_create("end");
	SRunner *runner;
	int failed;

	hash_seed(1);
	tcase_add_checked_fixture(start, setup, teardown);
	tcase_add_loop_test(start, test_screen, 0, 2);
	tcase_add_loop_test(start, test_trends_begin_fine, 0, 3);
	tcase_add_test(start, test_wide_names);
	tcase_add_test(start, test_twins);
	tcase_add_test(start, test_rows_stay_in_place);
	tcase_add_test(start, test_every_binding_is_a_command);
	tcase_add_test(start, test_help_shows_what_is_bound);
	tcase_add_test(start, test_prompt_gives_the_line);
	tcase_add_unchecked_fixture(later, setup_later, teardown);
	tcase_add_loop_test(later, test_screen, 2, 3);
	tcase_add_loop_test(later, test_any_keys, 0, 8);
	tcase_add_test(later, test_cursor_stays_on_its_row);
	tcase_add_test(later, test_refresh_changes_little);
	tcase_add_test(later, test_idle_changes_nothing);
	tcase_add_test(later, test_pause_holds_still);
	tcase_add_unchecked_fixture(end, setup_end, teardown);
	tcase_add_loop_test(end, test_screen, 3, (int)(sizeof(screens) / sizeof(*screens)));
	tcase_add_loop_test(end, test_prompt, 0, sizeof(prompts) / sizeof(*prompts));
	tcase_add_loop_test(end, test_networks_are_coloured, 0, 3);
	tcase_add_test(end, test_cursor_keeps_the_colour);
	tcase_add_test(end, test_was_is_before_the_problem);
	tcase_add_loop_test(end, test_every_size, 0, 6);
	tcase_add_test(end, test_escape_undoes_one_step);
	tcase_add_test(end, test_commands_answer);
	tcase_add_test(end, test_copy);
	tcase_add_test(end, test_filter_is_live);
	for (size_t i = 0; i < 3; i++) {
		TCase *cases[] = {start, later, end};

		tcase_set_timeout(cases[i], 240);
		suite_add_tcase(suite, cases[i]);
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
