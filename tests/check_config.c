/* Configuration files, good and bad, and what is written for a new user. */
#include "base/strbuf.h"
#include "config/config.h"
#include "config/paths.h"
#include "config/template.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static char folder[] = "config-test-XXXXXX";

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	static const char *const files[] = {"c.yaml", "hypercare/hypercare.yaml", "hypercare"};
	char path[128];

	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		remove(path);
	}
	rmdir(folder);
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
	static char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
	return path;
}

static void note(void *ctx, const struct err *err, bool warning)
{
	strbuf_addf(ctx, "%s%d:%d: %s\n", warning ? "warning " : "", err->line, err->column,
		    err->msg);
}

static struct config *load(const char *text, mode_t mode, struct strbuf *faults, struct err *err)
{
	struct config_report report = {note, faults};

	return config_load(write_file("c.yaml", text, mode), &report, err);
}

static const char good[] =
	"project: storefront\n"
	"golive: 2026-11-02\n"
	"phases:\n"
	"  - {name: STABILISATION, days: 28}\n"
	"  - {name: HANDOVER, days: 14}\n"
	"targets:\n"
	"  - name: edge-eu\n"
	"    url: https://gw.example:8444\n"
	"    profile: kong\n"
	"    banner: prod\n"
	"    guard: ro\n"
	"    auth: header:Kong-Admin-Token:env:KONG\n"
	"    cacert: /etc/ca.pem\n"
	"    compressed: true\n"
	"    interval: 15s\n"
	"    timeout: 3s\n"
	"  - name: lb\n"
	"    url: line:unix:/run/haproxy.sock\n"
	"    counts: false\n"
	"  - name: log\n"
	"    command: [ssh, edge, tail, -F, /var/log/a.log]\n"
	"    ip_from: forwarded\n"
	"    trusted_proxies: [10.0.0.0/8, '2001:db8::/32', 192.0.2.1]\n"
	"rules:\n"
	"  - {name: slow, measure: latency-p95, over: 0.5, for: 5m, severity: critical}\n"
	"  - {name: quiet, measure: rate, under: 2, kind: baseline, least: 3, min_n: 50}\n"
	"rules_off: [stale]\n"
	"keys:\n"
	"  - {keys: ctrl-x F5, command: retry}\n"
	"links:\n"
	"  - {name: traces, url: 'https://tempo/{route}'}\n"
	"commands:\n"
	"  - {name: who, run: [whois, -H]}\n"
	"theme: light\n"
	"bell: true\n"
	"utc: yes\n";

START_TEST(test_good)
{
	struct strbuf faults = STRBUF_INIT;
	struct err err = {0};
	struct config *config = load(good, 0644, &faults, &err);
	const struct config_target *target;

	ck_assert_str_eq(faults.buf, "");
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(config->project, "storefront");
	ck_assert_int_eq(config->golive_ms, 1793577600000);
	ck_assert_uint_eq(config->nphases, 2);
	ck_assert_uint_eq(config->nlinks, 1);
	ck_assert_str_eq(config->links[0].name, "traces");
	ck_assert_str_eq(config->links[0].url, "https://tempo/{route}");
	ck_assert_uint_eq(config->ncommands, 1);
	ck_assert_str_eq(config->commands[0].name, "who");
	ck_assert_str_eq(config->commands[0].argv[1], "-H");
	ck_assert_ptr_null(config->commands[0].argv[2]);
	ck_assert_int_eq(config->phases[1].days, 14);
	ck_assert_uint_eq(config->ntargets, 3);
	target = &config->targets[0];
	ck_assert_str_eq(target->url, "https://gw.example:8444");
	ck_assert_int_eq(target->guard, CONFIG_RO);
	ck_assert_int_eq(target->auth.scheme, SECRET_HEADER);
	ck_assert_str_eq(target->auth.header, "Kong-Admin-Token");
	ck_assert_str_eq(target->auth.name, "KONG");
	ck_assert_int_eq(target->interval_ms, 15000);
	ck_assert_int_eq(target->line, 7);
	ck_assert(target->counts && target->compressed && !target->insecure);
	ck_assert(!config->targets[1].counts);
	ck_assert_int_eq(config->targets[1].guard, CONFIG_ASK);
	target = &config->targets[2];
	ck_assert_str_eq(target->command[4], "/var/log/a.log");
	ck_assert_ptr_null(target->command[5]);
	ck_assert_str_eq(target->trusted_proxies[1], "2001:db8::/32");
	ck_assert(target->forwarded);
	ck_assert_uint_eq(config->nrules, 2);
	ck_assert(!config->rules[0].below && config->rules[1].below);
	ck_assert_double_eq(config->rules[0].threshold, 0.5);
	ck_assert_int_eq(config->rules[0].for_ms, 300000);
	ck_assert_str_eq(config->rules_off[0], "stale");
	ck_assert_str_eq(config->keys[0].command, "retry");
	ck_assert(config->bell && config->utc && config->owned);
	config_unref(config_ref(config));
	ck_assert_str_eq(config->theme, "light");
	config_unref(config);
	strbuf_release(&faults);
}
END_TEST

/* A bad file, its mode, and every fault in it, one a line; "warning" before those that do not stop
 * it from loading. */
static const struct {
	const char *text;
	mode_t mode;
	const char *faults;
} bad[] = {
	{"tagets: []\n", 0644, "1:1: unknown key 'tagets', did you mean 'targets'?\n"},
	{"targets:\n  - name: a\n    ulr: http://x\n", 0644,
	 "3:5: unknown key 'ulr', did you mean 'url'?\n"},
	{"targets:\n  - {url: 'http://x'}\n", 0644, "2:5: 'name' is missing here\n"},
	{"targets:\n  - {name: a}\n", 0644,
	 "2:5: target a wants a url or a command, one of the two\n"},
	{"targets:\n  - {name: a, url: 'http://x', command: [b]}\n", 0644,
	 "2:5: target a wants a url or a command, one of the two\n"},
	{"targets:\n  - {name: a, url: 'ftp://x'}\n", 0644,
	 "2:20: expected http://, https://, http+unix:, line:unix:, line:tcp:, file: or stdin, "
	 "not 'ftp://x'\n"},
	{"targets:\n  - {name: a, url: 'http://u:p@x/'}\n", 0644,
	 "2:20: a URL with a user or password is refused: use auth: basic:env:NAME\n"},
	{"targets:\n  - {name: a, url: 'http://x/@y', guard: maybe}\n", 0644,
	 "2:42: expected ro, ask or rw, found 'maybe'\n"},
	{"targets:\n  - {name: a, url: 'http://x'}\n  - {name: a, url: 'http://y'}\n", 0644,
	 "3:5: a target named 'a' stands already at line 2\n"},
	{"targets:\n  - {name: a, url: 'http://x', interval: 5}\n", 0644,
	 "2:42: expected a duration as 250ms, 30s, 5m, 1h or 2d, found '5'\n"},
	{"targets:\n  - {name: a, url: 'http://x', interval: 10ms, timeout: 2h}\n", 0644,
	 "2:42: interval wants 1s to 1h, not '10ms'\n2:57: timeout wants 100ms to 1h, not '2h'\n"},
	{"targets:\n  - {name: a, url: 'https://x', auth: 'bearer:s3cr3t'}\n", 0600,
	 "2:39: a credential is given by reference, not by value: bearer:env:NAME, "
	 "basic:file:PATH, header:X-API-KEY:env:NAME or bearer:credential:NAME\n"},
	{"targets:\n  - {name: a, url: 'https://x', auth: bearer, auth_command: [pass, x]}\n", 0664,
	 "2:39: auth_command runs only from a file that is your own and that nobody else can "
	 "write: chmod go-w\n"},
	{"targets:\n  - {name: a, url: 'https://x', auth_command: [pass, x]}\n", 0600,
	 "2:5: auth_command wants auth: bearer, basic or header:NAME\n"},
	{"targets:\n  - {name: a, command: [cat, x]}\n", 0666,
	 "2:5: a command runs only from a file that is your own and that nobody else can write: "
	 "chmod go-w\n"},
	{"targets:\n  - {name: a, url: 'http://gw', auth: 'bearer:env:T'}\n"
	 "  - {name: b, url: 'http://localhost:1', auth: 'bearer:env:T'}\n"
	 "  - {name: c, url: 'http://127.0.0.1.example', auth: 'bearer:env:T'}\n",
	 0644,
	 "warning 2:39: the credential of a crosses the network in clear text: use https://\n"
	 "warning 4:54: the credential of c crosses the network in clear text: use https://\n"},
	{"targets:\n  - {name: a, url: stdin, trusted_proxies: [10.0.0.0/33, 10.0.0.0/x, no, "
	 "10.0.0.1/, '::1/129']}\n",
	 0644,
	 "2:45: expected an address or a network such as 10.0.0.0/8, not '10.0.0.0/33'\n"
	 "2:58: expected an address or a network such as 10.0.0.0/8, not '10.0.0.0/x'\n"
	 "2:70: expected an address or a network such as 10.0.0.0/8, not 'no'\n"
	 "2:74: expected an address or a network such as 10.0.0.0/8, not '10.0.0.1/'\n"
	 "2:85: expected an address or a network such as 10.0.0.0/8, not '::1/129'\n"},
	{"golive: soon\nphases: [{name: A, days: 0}, {name: B, days: 1.5}]\n", 0644,
	 "1:9: golive wants a day such as 2026-11-23, not 'soon'\n"
	 "2:26: expected a number of days from 1 to 3650, not '0'\n"
	 "2:46: expected a number of days from 1 to 3650, not '1.5'\n"},
	{"golive: 2026-13-01\n", 0644,
	 "1:9: golive wants a day such as 2026-11-23, not "
	 "'2026-13-01'\n"},
	{"rules:\n  - {name: r, measure: m}\n  - {name: s, measure: m, over: 1, under: 2}\n"
	 "  - {name: t, kind: stale}\n",
	 0644,
	 "2:5: rule r wants over or under, one of the two\n"
	 "3:5: rule s wants over or under, one of the two\n"},
	{"keys:\n  - {keys: 'hyper-x', command: retry}\n  - {keys: F5 ctrl-i, command: retry}\n",
	 0644,
	 "warning 2:5: no key is called 'hyper-x': a character, ctrl-x, alt-x, F1 to F12, Enter "
	 "or Up\nwarning 3:5: terminals send ctrl-i as Tab: bind that\n"},
	{"commands:\n  - {name: a, run: [id]}\n", 0664,
	 "2:3: commands run only from a file that is your own and that nobody else can write: "
	 "chmod go-w\n"},
	{"commands:\n  - {name: a, run: []}\n", 0644, "2:5: command a wants a program to run\n"},
	{"golive: \"\\e]0;x\\a\"\n", 0644,
	 "1:9: golive wants a day such as 2026-11-23, not '\\x1b]0;x\\x07'\n"},
	{"targets: [\n", 0644,
	 "2:1: while parsing a flow node: did not find expected node content\n"},
	{"project: a\nproject: b\n", 0644, "2:1: key 'project' is given twice, first in line 1\n"},
};

START_TEST(test_bad)
{
	struct strbuf faults = STRBUF_INIT;
	struct err err = {0};
	struct config *config = load(bad[_i].text, bad[_i].mode, &faults, &err);
	bool only_warnings = !strncmp(bad[_i].faults, "warning", 7);

	ck_assert_str_eq(faults.buf, bad[_i].faults);
	ck_assert_int_eq(config != NULL, only_warnings);
	if (!only_warnings) {
		strbuf_clear(&faults);
		note(&faults, &err, false);
		ck_assert_int_eq(strncmp(bad[_i].faults, faults.buf, faults.len), 0);
	}
	config_unref(config);
	strbuf_release(&faults);
}
END_TEST

START_TEST(test_unreadable)
{
	struct err err = {0};

	ck_assert_ptr_null(config_load("no-such-file.yaml", NULL, &err));
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_ptr_null(config_load(folder, NULL, &err));
	ck_assert_str_eq(err.msg, "is not a file");
}
END_TEST

/* The file that init writes loads again without a fault, whatever the gateway called itself. */
START_TEST(test_template)
{
	struct config *config = config_new(), *again;
	struct config_target *target = config_add_target(config, "edge \"eu\" \\ caf\xc3\xa9",
							 "https://gw.example:8444/a?b=c");
	struct strbuf text = STRBUF_INIT, faults = STRBUF_INIT;
	struct err err = {0};

	ck_assert_int_eq(secret_parse("header:X-KEY:env:TOKEN", &target->auth, &err), 0);
	config_add_target(config, "lb", "line:unix:/run/h.sock");
	template_begin(&text);
	template_target(&text, &config->targets[0], "kong",
			"is Kong\r  - name: evil\n\x1b[2J\xc2\x85x\xe2\x80\xa8y");
	template_target(&text, &config->targets[1], "", "answers, but as no gateway I know");
	template_end(&text);
	again = load(text.buf, 0644, &faults, &err);
	ck_assert_str_eq(faults.buf, "");
	ck_assert_uint_eq(again->ntargets, 2);
	ck_assert_str_eq(again->targets[0].name, config->targets[0].name);
	ck_assert_str_eq(again->targets[0].url, config->targets[0].url);
	ck_assert_str_eq(again->targets[0].profile, "kong");
	ck_assert_str_eq(again->targets[0].auth.name, "TOKEN");
	ck_assert_int_eq(again->targets[1].auth.scheme, SECRET_NONE);
	config_unref(again);
	config_unref(config);
	strbuf_release(&text);
	strbuf_release(&faults);
}
END_TEST

/* All that the command line gave for a target stands in the file. */
START_TEST(test_template_options)
{
	struct config *config = config_new(), *again;
	struct config_target *target = config_add_target(config, "a", "https://gw.example:8444");
	struct strbuf text = STRBUF_INIT, faults = STRBUF_INIT;
	char **const texts[] = {&target->cacert,       &target->cert,       &target->key,
				&target->pinnedpubkey, &target->proxy,      &target->noproxy,
				&target->resolve,      &target->connect_to, &target->unix_socket};
	struct err err = {0};

	for (size_t i = 0; i < COUNT(texts); i++) {
		char word[16];

		snprintf(word, sizeof(word), "word%zu", i);
		*texts[i] = strdup(word);
	}
	target->insecure = target->compressed = target->http2 = true;
	target->interval_ms = 1500;
	target->timeout_ms = 20000;
	target->connect_timeout_ms = 700;
	template_begin(&text);
	template_target(&text, target, "", "");
	template_end(&text);
	again = load(text.buf, 0644, &faults, &err);
	ck_assert_str_eq(faults.buf, "");
	ck_assert(config_target_equal(target, &again->targets[0]));
	for (size_t i = 0; i < COUNT(texts); i++) {
		**texts[i] = 'W';
		ck_assert(!config_target_equal(target, &again->targets[0]));
		**texts[i] = 'w';
	}
	target->connect_timeout_ms = 0;
	ck_assert(!config_target_equal(target, &again->targets[0]));
	config_unref(again);
	config_unref(config);
	strbuf_release(&text);
	strbuf_release(&faults);
}
END_TEST

/* What is commented out in the file loads too, once the marks are gone. */
START_TEST(test_template_uncommented)
{
	struct strbuf text = STRBUF_INIT, plain = STRBUF_INIT, faults = STRBUF_INIT;
	struct config *config = config_new(), *again;
	struct err err = {0};
	int prose = 2; /* lines at its head */

	config_add_target(config, "a", "https://a");
	template_begin(&text);
	template_target(&text, &config->targets[0], "kong", "");
	template_end(&text);
	for (char *line = strtok(text.buf, "\n"); line; line = strtok(NULL, "\n")) {
		char *mark = strstr(line, "# ");

		if (mark && line + strspn(line, " ") == mark && prose-- <= 0)
			memmove(mark, mark + 2, strlen(mark + 2) + 1);
		strbuf_addf(&plain, "%s\n", line);
	}
	again = load(plain.buf, 0644, &faults, &err);
	ck_assert_msg(again, "%s\n%s", faults.buf, plain.buf);
	ck_assert_uint_eq(again->nphases, 3);
	ck_assert_uint_eq(again->nrules, 1);
	ck_assert_str_eq(again->targets[0].banner, "prod");
	config_unref(again);
	config_unref(config);
	strbuf_release(&text);
	strbuf_release(&plain);
	strbuf_release(&faults);
}
END_TEST

START_TEST(test_find)
{
	char base[256], cwd[128], *path;

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	snprintf(base, sizeof(base), "%s/%s", cwd, folder);
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", base, 1);
	path = config_find(NULL);
	ck_assert(!path || strstr(path, "/hypercare/hypercare.yaml"));
	free(path);
	setenv("XDG_CONFIG_HOME", base, 1);
	snprintf(base, sizeof(base), "%s/hypercare", folder);
	ck_assert_int_eq(mkdir(base, 0700), 0);
	write_file("hypercare/hypercare.yaml", "", 0644);
	path = config_find(NULL);
	ck_assert_ptr_nonnull(path);
	ck_assert_ptr_nonnull(strstr(path, folder));
	free(path);
	setenv("XDG_CONFIG_HOME", folder, 1); /* relative: not a place */
	path = config_find(NULL);
	ck_assert(!path || !strstr(path, folder));
	free(path);
	ck_assert_ptr_null(paths_find("themes", "../themes/default"));
	ck_assert_ptr_null(paths_find("themes", ""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("config");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_test(tc, test_good);
	tcase_add_loop_test(tc, test_bad, 0, COUNT(bad));
	tcase_add_test(tc, test_unreadable);
	tcase_add_test(tc, test_template);
	tcase_add_test(tc, test_template_options);
	tcase_add_test(tc, test_template_uncommented);
	tcase_add_test(tc, test_find);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
