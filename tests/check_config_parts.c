/* Credentials, keys and themes. */
#include "base/strbuf.h"
#include "config/keymap.h"
#include "config/paths.h"
#include "config/secret.h"
#include "config/theme.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static char folder[] = "config-parts-XXXXXX";

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	static const char *const files[] = {"secret", "hypercare/themes/t.yaml", "hypercare/themes",
					    "hypercare"};
	char path[128];

	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		remove(path);
	}
	rmdir(folder);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static const struct {
	const char *text;
	bool good;
} references[] = {
	{"bearer:env:TOKEN", true},
	{"basic:file:/run/x", true},
	{"header:X-API-KEY:credential:kong", true},
	{"bearer:file:/a:b", true},
	{"bearer:hunter2", false},
	{"hunter2", false},
	{"bearer:", false},
	{"bearer:env:", false},
	{"bearer", false},
	{"bearerx:env:A", false},
	{"header::env:A", false},
	{"header:X KEY:env:A", false},
	{"header:X\r\nY:env:A", false},
	{"header:X-KEY:hunter2", false},
	{"bearer:command:cat", false},
	{"", false},
};

START_TEST(test_reference)
{
	struct secret_ref ref = {0};
	struct err err = {0};
	int rc = secret_parse(references[_i].text, &ref, &err);

	ck_assert_int_eq(rc == 0, references[_i].good);
	if (rc) {
		ck_assert_ptr_nonnull(strstr(err.msg, "bearer:env:NAME"));
		ck_assert_ptr_null(strstr(err.msg, "hunter2"));
	}
	secret_release(&ref);
}
END_TEST

static char *header_of(const char *reference, struct err *err)
{
	struct secret_ref ref;
	char *header;

	ck_assert_int_eq(secret_parse(reference, &ref, err), 0);
	header = secret_header(&ref, err);
	secret_release(&ref);
	return header;
}

static void expect_header(const char *reference, const char *want)
{
	struct err err = {0};
	char *header = header_of(reference, &err);

	ck_assert_msg(header, "%s", err.msg);
	ck_assert_str_eq(header, want);
	secret_wipe(header);
}

static void expect_refusal(const char *reference, const char *part)
{
	struct err err = {0};

	ck_assert_ptr_null(header_of(reference, &err));
	ck_assert_msg(strstr(err.msg, part), "%s", err.msg);
}

START_TEST(test_environment)
{
	setenv("HC_TEST_TOKEN", "abc", 1);
	expect_header("bearer:env:HC_TEST_TOKEN", "Authorization: Bearer abc");
	/* It is out of the environment, and can be had again all the same. */
	ck_assert_ptr_null(getenv("HC_TEST_TOKEN"));
	expect_header("header:X-KEY:env:HC_TEST_TOKEN", "X-KEY: abc");
	setenv("HC_TEST_TOKEN", "user:pass", 1);
	expect_header("basic:env:HC_TEST_TOKEN", "Authorization: Basic dXNlcjpwYXNz");
	setenv("HC_TEST_TOKEN", "a\r\nX-Admin: yes", 1);
	expect_refusal("bearer:env:HC_TEST_TOKEN", "control byte");
	setenv("HC_TEST_TOKEN", "\n", 1);
	expect_refusal("bearer:env:HC_TEST_TOKEN", "empty");
	expect_refusal("bearer:env:HC_TEST_NONE", "HC_TEST_NONE is not set");
	secret_wipe(NULL);
}
END_TEST

START_TEST(test_file)
{
	struct strbuf reference = STRBUF_INIT, large = STRBUF_INIT;

	strbuf_addf(&reference, "bearer:file:%s/secret", folder);
	expect_refusal(reference.buf, "cannot be opened");
	write_file("secret", "abc\n", 0600);
	expect_header(reference.buf, "Authorization: Bearer abc");
	write_file("secret", "rotated\r\n", 0400);
	expect_header(reference.buf, "Authorization: Bearer rotated");
	write_file("secret", "abc\n", 0640);
	expect_refusal(reference.buf, "chmod 600");
	write_file("secret", "abc\n", 0602);
	expect_refusal(reference.buf, "chmod 600");
	strbuf_addchars(&large, 'x', 20000);
	write_file("secret", large.buf, 0600);
	expect_refusal(reference.buf, "larger than");
	strbuf_release(&reference);
	strbuf_release(&large);
}
END_TEST

START_TEST(test_credential)
{
	char path[256], cwd[128];

	unsetenv("CREDENTIALS_DIRECTORY");
	expect_refusal("bearer:credential:secret", "LoadCredential=");
	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/%s", cwd, folder);
	setenv("CREDENTIALS_DIRECTORY", path, 1);
	write_file("secret", "abc", 0440);
	expect_header("bearer:credential:secret", "Authorization: Bearer abc");
	expect_refusal("bearer:credential:../secret", "LoadCredential=");
	expect_refusal("bearer:credential:..", "is not a file");
}
END_TEST

static const struct {
	const char *script;
	const char *header; /* or NULL */
} commands[] = {
	{"echo abc", "X-KEY: abc"},
	{"printf 'a;b $HOME'", "X-KEY: a;b $HOME"},
	{"echo abc; exit 3", NULL},
	{"echo noise >&2; echo abc", "X-KEY: abc"},
	{"head -c 100000 /dev/zero | tr '\\0' x", NULL},
	{"exit 0", NULL},
	{"read line; echo \"<$line>\"", "X-KEY: <>"},
};

static char *run_command(const struct secret_ref *ref, struct err *err)
{
	struct secret_command *command = secret_command_start(ref, err);
	char *header = NULL;

	ck_assert_msg(command, "%s", err->msg);
	while (secret_command_turn(command, &header, err) > 0) {
		struct pollfd ready = {.fd = secret_command_fd(command), .events = POLLIN};

		poll(&ready, 1, ready.fd < 0 ? 1 : -1);
	}
	secret_command_stop(command);
	return header;
}

START_TEST(test_command)
{
	char *argv[] = {strdup("sh"), strdup("-c"), strdup(commands[_i].script), NULL};
	char **command = calloc(4, sizeof(*command));
	struct secret_ref ref;
	struct err err = {0};
	char *header;

	memcpy(command, argv, sizeof(argv));
	ck_assert_int_eq(secret_parse_command("header:X-KEY", command, false, &ref, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "chmod go-w"));
	ck_assert_int_eq(secret_parse_command("header:X-KEY", command, true, &ref, &err), 0);
	ck_assert_ptr_null(secret_header(&ref, &err));
	header = run_command(&ref, &err);
	ck_assert_int_eq(header != NULL, commands[_i].header != NULL);
	if (header)
		ck_assert_str_eq(header, commands[_i].header);
	secret_wipe(header);
	secret_release(&ref);
}
END_TEST

static const struct {
	const char *text;
	keycode key;
	const char *shown;
} keys[] = {
	{"j", 'j', "j"},
	{"J", 'J', "J"},
	{"?", '?', "?"},
	{"\xc3\xa9", 0xe9, "\xc3\xa9"},
	{"Space", ' ', "Space"},
	{"enter", KEYMAP_SPECIAL + KEYNAME_ENTER, "Enter"},
	{"F10", KEYMAP_SPECIAL + KEYNAME_F10, "F10"},
	{"ctrl-d", KEYMAP_CTRL | 'd', "ctrl-d"},
	{"Ctrl-d", KEYMAP_CTRL | 'd', "ctrl-d"},
	{"alt-x", KEYMAP_ALT | 'x', "alt-x"},
	{"alt-Up", KEYMAP_ALT | (KEYMAP_SPECIAL + KEYNAME_UP), "alt-Up"},
	{"", 0, NULL},
	{"gg", 0, NULL},
	{"ctrl-", 0, NULL},
	{"ctrl-1", 0, NULL},
	{"ctrl-m", 0, NULL},
	{"F13", 0, NULL},
	{"\x1b", 0, NULL},
	{"\xe2\x80\xae", 0, NULL},
	{"\xff", 0, NULL},
};

START_TEST(test_key)
{
	struct err err = {0};
	keycode key = key_parse(keys[_i].text, &err);
	char buf[24];

	ck_assert_uint_eq(key, keys[_i].key);
	if (key) {
		ck_assert_str_eq(key_format(buf, key), keys[_i].shown);
		ck_assert_uint_eq(key_parse(buf, &err), key);
	} else {
		ck_assert_int_eq(err.code, ERR_INVALID);
		ck_assert_ptr_null(strchr(err.msg, '\x1b'));
	}
}
END_TEST

START_TEST(test_every_name)
{
	struct err err;
	char buf[24];

	for (keycode key = KEYMAP_SPECIAL; key < KEYMAP_SPECIAL + KEYNAME_COUNT; key++)
		ck_assert_uint_eq(key_parse(key_format(buf, key), &err), key);
}
END_TEST

START_TEST(test_keymap)
{
	struct keymap *keymap = keymap_new();
	keycode found[4];

	keymap_bind(keymap, 'j', "down");
	keymap_bind(keymap, 'k', "up");
	keymap_bind(keymap, KEYMAP_SPECIAL + KEYNAME_DOWN, "down");
	ck_assert_str_eq(keymap_find(keymap, 'j'), "down");
	ck_assert_uint_eq(keymap_keys(keymap, "down", found, 4), 2);
	ck_assert_uint_eq(found[0], 'j');
	ck_assert_uint_eq(keymap_keys(keymap, "down", found, 1), 1);
	keymap_bind(keymap, 'j', "up");
	ck_assert_str_eq(keymap_find(keymap, 'j'), "up");
	ck_assert_uint_eq(keymap_keys(keymap, "down", found, 4), 1);
	keymap_bind(keymap, 'j', "");
	ck_assert_ptr_null(keymap_find(keymap, 'j'));
	ck_assert_ptr_null(keymap_find(keymap, 'x'));
	keymap_free(keymap);
	keymap_free(NULL);
}
END_TEST

/* Those from NEEDED on may be left out: they are then made from others. */
#define NEEDED 19
static const char *const styles[] = {
	"text",        "ok",         "warn",       "crit",        "pend",         "stale",
	"dim",         "title",      "key",        "focus",       "input",        "mark",
	"good-news",   "border",     "banner",     "banner-prod", "banner-stage", "banner-dev",
	"spark",       "focus-crit", "focus-warn", "focus-pend",  "banner-crit",  "banner-warn",
	"banner-pend", "paper"};

static int style_id(const char *name)
{
	for (size_t i = 0; i < COUNT(styles); i++)
		if (!strcmp(name, styles[i]))
			return (int)i;
	return -1;
}

static void note(void *ctx, const char *file, const struct err *err)
{
	ck_assert_ptr_nonnull(strstr(file, ".yaml"));
	strbuf_addf(ctx, "%d:%d: %s\n", err->line, err->column, err->msg);
}

static bool same_look(const struct theme_style *a, const struct theme_style *b, int palette)
{
	return a->foreground[palette] == b->foreground[palette] &&
	       a->background[palette] == b->background[palette] && a->bold == b->bold &&
	       a->underline == b->underline && a->reverse == b->reverse && a->dim == b->dim;
}

/* Where the text has a background of its own, what leaves it to the terminal is a hole in it. */
static bool holes(const struct theme *theme, int palette)
{
	bool has = theme->styles[style_id("text")].background[palette] != THEME_DEFAULT;

	for (size_t i = 0; i < COUNT(styles); i++)
		if (theme->styles[i].set &&
		    (theme->styles[i].background[palette] != THEME_DEFAULT) < has)
			return true;
	return false;
}

/* Without colours both the cursor and what is critical are reversed. */
static bool looks_reversed(const struct theme *theme, int palette)
{
	const struct theme_style *crit = &theme->styles[style_id("crit")];
	const struct theme_style *focus = &theme->styles[style_id("focus")];

	return crit->background[palette] == focus->background[palette] && crit->reverse &&
	       focus->reverse;
}

/* Each shipped theme names every style, without a warning, within each palette, and tells what is
 * critical from what is well and from the cursor in each of them. */
START_TEST(test_shipped)
{
	static const short sizes[] = {256, 16, 8};
	const char *source = getenv("top_srcdir");
	struct strbuf warnings = STRBUF_INIT;
	struct theme theme;
	struct err err = {0};
	size_t n = 0;
	char **names;

	setenv("HYPERCARE_DATA_DIR", source ? source : ".", 1);
	setenv("XDG_CONFIG_HOME", "/nowhere", 1);
	names = paths_names("themes");
	for (; names[n]; n++) {
		ck_assert_msg(!theme_load(&theme, names[n], style_id, note, &warnings, &err),
			      "%s: %s", names[n], err.msg);
		ck_assert_str_eq(warnings.buf, "");
		for (size_t i = 0; i < COUNT(styles); i++) {
			ck_assert_msg(theme.styles[i].set || i >= NEEDED, "%s has no %s", names[n],
				      styles[i]);
			for (int k = 0; k < 3; k++) {
				ck_assert_int_lt(theme.styles[i].foreground[k], sizes[k]);
				ck_assert_int_lt(theme.styles[i].background[k], sizes[k]);
			}
		}
		for (int k = 0; k < 3; k++) {
			ck_assert(!same_look(&theme.styles[style_id("ok")],
					     &theme.styles[style_id("crit")], k));
			ck_assert_msg(!holes(&theme, k), "%s has holes", names[n]);
			ck_assert_msg(!same_look(&theme.styles[style_id("focus")],
						 &theme.styles[style_id("crit")], k) &&
					      !looks_reversed(&theme, k),
				      "%s: crit looks like the cursor", names[n]);
		}
	}
	ck_assert_uint_eq(n, 5);
	paths_names_free(names);
	strbuf_release(&warnings);
}
END_TEST

static const struct {
	const char *text, *warnings;
} themes[] = {
	{"ok: {fg: green}\n", ""},
	{"ok: {fg: [71, green, green], attr: bold}\n", ""},
	{"okay: {fg: green}\n", "1:1: no style has this name\n"},
	{"ok: green\n", "1:5: expected fg, bg and attr\n"},
	{"ok: {foreground: green}\n", "1:6: a style has fg, bg and attr\n"},
	{"ok: {fg: greenish, bg: 256}\n",
	 "1:10: expected a colour's name or a number from 0 to 255\n"
	 "1:24: expected a colour's name or a number from 0 to 255\n"},
	{"ok: {fg: [1, 2, 3, 4]}\n", "1:10: expected one to three colours: for 256, 16 and 8\n"},
	{"ok: {attr: [bold, blinking]}\n", "1:19: expected bold, dim, underline or reverse\n"},
	{"ok: {attr: sparkling}\n", "1:12: expected bold, dim, underline or reverse\n"},
};

START_TEST(test_theme)
{
	struct strbuf warnings = STRBUF_INIT;
	struct theme theme;
	struct err err = {0};
	char path[256], cwd[128];

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/%s", cwd, folder);
	setenv("XDG_CONFIG_HOME", path, 1);
	snprintf(path, sizeof(path), "%s/hypercare", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/hypercare/themes", folder);
	mkdir(path, 0700);
	write_file("hypercare/themes/t.yaml", themes[_i].text, 0644);
	ck_assert_int_eq(theme_load(&theme, "t", style_id, note, &warnings, &err), 0);
	ck_assert_str_eq(warnings.buf, themes[_i].warnings);
	strbuf_release(&warnings);
}
END_TEST

START_TEST(test_theme_colours)
{
	struct theme theme;
	struct err err = {0};
	const struct theme_style *ok = &theme.styles[1], *crit = &theme.styles[3];
	char path[256], cwd[128];

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/%s", cwd, folder);
	setenv("XDG_CONFIG_HOME", path, 1);
	snprintf(path, sizeof(path), "%s/hypercare", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/hypercare/themes", folder);
	mkdir(path, 0700);
	write_file("hypercare/themes/t.yaml",
		   "ok: {fg: 196, bg: 21}\ncrit: {fg: [203, bright-red, bright-red]}\n", 0644);
	ck_assert_int_eq(theme_load(&theme, "t", style_id, NULL, NULL, &err), 0);
	ck_assert_int_eq(ok->foreground[0], 196);
	ck_assert_int_lt(ok->foreground[1], 16);
	ck_assert_int_eq(ok->foreground[2], 1);
	ck_assert_int_eq(ok->background[2], 4);
	ck_assert_int_eq(crit->foreground[1], 9);
	ck_assert_int_lt(crit->foreground[2], 8);
	ck_assert_int_eq(theme.styles[0].foreground[0], THEME_DEFAULT);
	ck_assert_int_eq(theme_load(&theme, "none", style_id, NULL, NULL, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_uint_eq(theme_rgb(196), 0xff0000);
	ck_assert_uint_eq(theme_rgb(232), 0x080808);
	ck_assert_uint_eq(theme_rgb(255), 0xeeeeee);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config/parts");
	TCase *tc = tcase_create("parts");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_loop_test(tc, test_reference, 0, COUNT(references));
	tcase_add_test(tc, test_environment);
	tcase_add_test(tc, test_file);
	tcase_add_test(tc, test_credential);
	tcase_add_loop_test(tc, test_command, 0, COUNT(commands));
	tcase_add_loop_test(tc, test_key, 0, COUNT(keys));
	tcase_add_test(tc, test_every_name);
	tcase_add_test(tc, test_keymap);
	tcase_add_test(tc, test_shipped);
	tcase_add_loop_test(tc, test_theme, 0, COUNT(themes));
	tcase_add_test(tc, test_theme_colours);
	tcase_set_timeout(tc, 30);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
