#include "app/act_words.h"
#include "app/meant.h"
#include "app/row_actions.h"
#include "base/strbuf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct action_info block = {.name = "block-ip"}, shift = {.name = "shift-weight"};

static const struct profile_action one = {
	.info = &block,
	.params = {{.name = "ip"}, {.name = "list", .fallback = "deny"}},
	.nparams = 2,
};
static const struct profile_action three = {
	.info = &shift,
	.params = {{.name = "backend"}, {.name = "server"}, {.name = "weight"}},
	.nparams = 3,
};

/* What is said, and what is understood: "name=value ...", after a colon the several values. */
static const struct {
	const struct profile_action *action;
	const char *words;
	const char *means; /* NULL: refused */
} cases[] = {
	{&one, "203.0.113.9", "ip=203.0.113.9"},
	{&one, "ip=203.0.113.9", "ip=203.0.113.9"},
	{&one, "203.0.113.9 list=vip", "ip=203.0.113.9 list=vip"},
	{&one, "list=vip 203.0.113.9", "ip=203.0.113.9 list=vip"},
	{&one, "1.1.1.1 2.2.2.2 3.3.3.3", ": ip 1.1.1.1 2.2.2.2 3.3.3.3"},
	{&one, "ip=1.1.1.1 ip=2.2.2.2 list=vip", "list=vip : ip 1.1.1.1 2.2.2.2"},
	{&one, "ip=1.1.1.1 ip=2.2.2.2 list=a list=b", NULL},
	{&one, "", ""},
	{&one, "nosuch=1", "ip=nosuch=1"},
	{&three, "be v1 25", "backend=be server=v1 weight=25"},
	{&three, "weight=25 be v1", "backend=be server=v1 weight=25"},
	{&three, "be v1", "backend=be server=v1"},
	{&three, "be v1 25 9", NULL},
	{&three, "server=a=b be", "backend=be server=a=b"},
};

static void understood(const struct act_words *words, struct strbuf *out)
{
	size_t i;

	for (i = 0; words->params[i]; i += 2)
		strbuf_addf(out, "%s%s=%s", out->len ? " " : "", words->params[i],
			    words->params[i + 1]);
	if (words->each_name)
		strbuf_addf(out, "%s: %s", out->len ? " " : "", words->each_name);
	for (i = 0; words->each_name && words->each[i]; i++)
		strbuf_addf(out, " %s", words->each[i]);
}

START_TEST(test_words)
{
	struct strbuf got = STRBUF_INIT;
	struct act_words words;
	struct err err = {0};
	char *copy = strdup(cases[_i].words), *save = NULL, *word;
	const char *argv[16];
	int argc = 0, result;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	result = act_words_read(cases[_i].action, argc, argv, &words, &err);
	ck_assert_int_eq(result, cases[_i].means ? 0 : -1);
	ck_assert_int_eq(err.msg[0] != '\0', !cases[_i].means);
	if (!result) {
		strbuf_addstr(&got, "");
		understood(&words, &got);
		ck_assert_str_eq(got.buf, cases[_i].means);
	}
	strbuf_release(&got);
	free(copy);
}
END_TEST

START_TEST(test_too_many)
{
	const char *argv[ACT_VALUES + 1];
	struct act_words words;
	struct err err = {0};
	int i;

	for (i = 0; i <= ACT_VALUES; i++)
		argv[i] = "192.0.2.1";
	ck_assert_int_eq(act_words_read(&one, ACT_VALUES, argv, &words, &err), 0);
	ck_assert_int_eq(act_words_read(&one, ACT_VALUES + 1, argv, &words, &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
}
END_TEST

/* Two gateways that block, one of them by another name, and a log that cannot. */
static const char *const profile_texts[] = {
	"name: fence\n"
	"title: Fence\n"
	"identify: [{get: /, server: x}]\n"
	"sources: {m: {get: /m, format: prometheus, map: [{metric: up, signal: up}]}}\n"
	"actions:\n"
	"  block-ip:\n"
	"    params: {ip: {type: cidr, from: client}}\n"
	"    volatile: 'lost at a restart'\n"
	"    effect: the figures\n"
	"    steps: [{send: {line: 'add {ip}'}}]\n"
	"  set-limit:\n"
	"    params: {route: {type: name, from: route}, limit: {type: integer, min: 0, max: 9}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {put: '/limits/{route}', body: '$limit'}}]\n",
	"name: gate\n"
	"title: Gate\n"
	"identify: [{get: /, server: x}]\n"
	"sources: {m: {get: /m, format: prometheus, map: [{metric: up, signal: up}]}}\n"
	"actions:\n"
	"  block-ip:\n"
	"    title: Deny at the gate\n"
	"    params: {ip: {type: cidr, from: client}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {put: '/deny?ip={ip}', body: 'true'}}]\n"
	"  open-breaker:\n"
	"    params: {service: {type: name, from: service}, node: {type: name, from: node}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {put: '/nodes/{service}/{node}', body: 'false'}}]\n"
	"  close-breaker:\n"
	"    params: {service: {type: name, from: service}, node: {type: name, from: node}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {put: '/nodes/{service}/{node}', body: 'true'}}]\n"
	"  shift-weight:\n"
	"    params: {node: {type: name, from: node}, weight: {type: integer, min: 0, max: 9}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {put: '/nodes/{node}', body: '$weight'}}]\n",
	"name: log\n"
	"title: Log\n"
	"identify: [{get: /, server: x}]\n"
	"sources: {m: {get: /m, format: prometheus, map: [{metric: up, signal: up}]}}\n"
	"actions:\n"
	"  block-ip: {impossible: 'a log only tells'}\n",
	"name: mesh\n"
	"title: Mesh\n"
	"identify: [{get: /, server: x}]\n"
	"sources: {m: {get: /m, format: prometheus, map: [{metric: up, signal: up}]}}\n"
	"actions:\n"
	"  open-breaker:\n"
	"    params: {cluster: {type: name, from: route}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {post: '/off?cluster={cluster}', body: 'true'}}]\n"
	"  shift-weight:\n"
	"    params: {node: {type: name, from: node}, cluster: {type: name, from: route}}\n"
	"    volatile: 'false'\n"
	"    effect: the figures\n"
	"    steps: [{send: {post: '/on?cluster={cluster}', body: '$node'}}]\n",
};
#define PROFILES (sizeof(profile_texts) / sizeof(*profile_texts))

struct row_case {
	const char *dims[2]; /* of the rows, "dim=value dim=value" */
	uint32_t target;
	const char *choices; /* "title: line (asks)" or "title: - note", a line each */
};

static const struct row_case row_cases[] = {
	{{"client=203.0.113.9"},
	 0,
	 "Block an IP on fence: act block-ip --target fence ip=203.0.113.9\n"
	 "Deny at the gate on gate: act block-ip --target gate ip=203.0.113.9\n"},
	{{"client=203.0.113.9"},
	 1,
	 "Deny at the gate on gate: act block-ip --target gate ip=203.0.113.9\n"
	 "Block an IP on fence: act block-ip --target fence ip=203.0.113.9\n"},
	{{"client=203.0.113.9"},
	 2,
	 "Block an IP on fence: act block-ip --target fence ip=203.0.113.9\n"
	 "Deny at the gate on gate: act block-ip --target gate ip=203.0.113.9\n"
	 "Block an IP on log: - a log only tells\n"},
	{{"client=203.0.113.9", "client=203.0.113.10"},
	 0,
	 "Block an IP on fence: act block-ip --target fence ip=203.0.113.9 ip=203.0.113.10\n"
	 "Deny at the gate on gate: act block-ip --target gate ip=203.0.113.9 ip=203.0.113.10\n"},
	{{"route=/cart"},
	 0,
	 "Set a rate limit on fence: act set-limit --target fence route=/cart limit= (asks)\n"},
	{{"route=GET /cart"},
	 0,
	 "Set a rate limit on fence: act set-limit --target fence route=\"GET /cart\" limit= "
	 "(asks)\n"},
	{{"route=a\"b'c"}, 0, ""},
	/* what others call a service; a node is not told */
	{{"route=shop"},
	 3,
	 "Open a breaker on mesh: act open-breaker --target mesh cluster=shop\n"},
	{{"route=shop", "route=pay"},
	 3,
	 "Open a breaker on mesh: act open-breaker --target mesh cluster=shop cluster=pay\n"},
	{{"model=gpt-4o"}, 0, ""},
	{{"target=fence"},
	 0,
	 "Block an IP on fence: act block-ip --target fence ip= (asks)\n"
	 "Set a rate limit on fence: act set-limit --target fence route= (asks)\n"},
	{{"target=log"}, 2, "Block an IP on log: - a log only tells\n"},
};

struct gateways {
	struct names *names;
	struct model *model;
	struct profile *profiles[PROFILES];
};

/* A profile's name is that of its file. */
static struct profile *profile_of_text(const char *text)
{
	char folder[] = "/tmp/check_app_act.XXXXXX", path[128];
	struct profile *profile;
	struct err err = {0};
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%.*s.yaml", folder,
		 (int)strcspn(text + strlen("name: "), "\n"), text + strlen("name: "));
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	profile = profile_load(path, NULL, NULL, &err);
	unlink(path);
	rmdir(folder);
	ck_assert_msg(profile != NULL, "%d:%d %s", err.line, err.column, err.msg);
	return profile;
}

static const struct profile *profile_of_target(void *ctx, uint32_t target)
{
	return target < PROFILES ? ((struct gateways *)ctx)->profiles[target] : NULL;
}

static void gateways_init(struct gateways *gateways)
{
	const struct model_limits limits = {.history_ms = 60000, .series_per_target = 10};
	size_t i;

	gateways->names = names_new();
	gateways->model = model_new(gateways->names, &limits);
	for (i = 0; i < PROFILES; i++) {
		gateways->profiles[i] = profile_of_text(profile_texts[i]);
		model_add_target(gateways->model,
				 &(struct target_info){.name = gateways->profiles[i]->name,
						       .kind = "",
						       .title = "",
						       .url = "",
						       .group = ""});
	}
}

static void gateways_release(struct gateways *gateways)
{
	for (size_t i = 0; i < PROFILES; i++)
		profile_unref(gateways->profiles[i]);
	model_free(gateways->model);
	names_unref(gateways->names);
}

/* "dim=value", several separated by commas. */
static struct dims dims_of(struct gateways *gateways, const char *text)
{
	struct dims dims = {{0}};

	while (*text) {
		size_t word = strcspn(text, ","), name_len = strcspn(text, "=");
		char name[16] = "";

		memcpy(name, text, name_len);
		dims.value[dim_by_name(name)] =
			names_symbol(gateways->names, text + name_len + 1, word - name_len - 1);
		text += word + (text[word] == ',');
	}
	return dims;
}

START_TEST(test_row)
{
	const struct row_case *row = &row_cases[_i];
	struct screen_choice choices[8];
	struct strbuf got = STRBUF_INIT;
	struct gateways gateways;
	struct dims rows[2];
	size_t i, n = 0, nrows = 0;

	gateways_init(&gateways);
	for (; nrows < 2 && row->dims[nrows]; nrows++)
		rows[nrows] = dims_of(&gateways, row->dims[nrows]);
	n = row_actions(gateways.model, profile_of_target, &gateways, rows, nrows, row->target,
			choices, 8);
	strbuf_addstr(&got, "");
	for (i = 0; i < n; i++)
		strbuf_addf(&got, "%s: %s%s%s\n", choices[i].title,
			    choices[i].line[0] ? choices[i].line : "- ",
			    choices[i].line[0] ? "" : choices[i].note,
			    choices[i].asks ? " (asks)" : "");
	ck_assert_str_eq(got.buf, row->choices);
	strbuf_release(&got);
	gateways_release(&gateways);
}
END_TEST

/* What takes something away and needs no more words, with its object, and why it is offered. */
START_TEST(test_suspect)
{
	struct finding finding = {.suspect_target = 1, .suspect = "2s after a change"};
	struct screen_choice choices[4];
	struct gateways gateways;

	gateways_init(&gateways);
	finding.suspect_dims = dims_of(&gateways, "service=checkout,node=10.0.0.22:80");
	ck_assert_uint_eq(row_actions_suspect(gateways.model, profile_of_target, &gateways,
					      &finding, choices, 4),
			  1);
	ck_assert_str_eq(choices[0].title, "Open a breaker: 10.0.0.22:80 on gate");
	ck_assert_str_eq(choices[0].line, "act open-breaker --target gate service=checkout "
					  "node=10.0.0.22:80");
	ck_assert_str_eq(choices[0].note, "suspect: 2s after a change");
	finding.suspect_target = 2;
	ck_assert_uint_eq(row_actions_suspect(gateways.model, profile_of_target, &gateways,
					      &finding, choices, 4),
			  0);
	gateways_release(&gateways);
}
END_TEST

/* An action on target 0, and a finding on target 0 or another. */
static const struct meant_case {
	const char *about, *finding;
	uint32_t target;
	const char *suspect; /* on target 0 */
	bool meant;
} meant_cases[] = {
	{"service=checkout,node=n1", "route=/cart,service=checkout", 0, "", true},
	{"service=checkout,node=n1", "service=checkout,node=n2", 0, "", false},
	{"service=checkout,node=n1", "route=/cart,service=checkout", 1, "", false},
	{"service=checkout,node=n1", "app=bot", 0, "", false},
	{"service=checkout,node=n1", "route=/cart", 0, "service=checkout,node=n1", true},
	{"service=checkout,node=n1", "route=/cart", 0, "service=checkout,node=n2", false},
	{"prompt=balance", "app=bot", 1, "prompt=balance", true},
	{"prompt=balance", "app=bot", 1, "prompt=other", false},
	{"route=/cart", "route=/orders,service=checkout", 0, "", false},
	{"client=203.0.113.9", "client=203.0.113.9", 1, "", true},
	{"client=203.0.113.0/24", "client=203.0.113.9", 1, "", true},
	{"client=203.0.113.0/24", "client=198.51.100.7", 1, "", false},
	{"code=500", "code=500", 0, "", false},
};

START_TEST(test_meant)
{
	const struct meant_case *each = &meant_cases[_i];
	struct finding finding = {.target = each->target};
	struct gateways gateways;
	struct dims about;

	gateways_init(&gateways);
	about = dims_of(&gateways, each->about);
	finding.dims = dims_of(&gateways, each->finding);
	finding.suspect_dims = dims_of(&gateways, each->suspect);
	strcpy(finding.suspect, each->suspect[0] ? "after a change" : "");
	ck_assert_int_eq(meant_finding(&finding, gateways.names, 0, &about), each->meant);
	gateways_release(&gateways);
}
END_TEST

/* One for each of several values; of a value that nobody has seen nothing is known. */
START_TEST(test_meant_by_words)
{
	const char *const argv[] = {"203.0.113.9", "203.0.113.10"};
	const struct profile_action *action;
	struct gateways gateways;
	struct act_words words;
	struct dims about[4], seen;
	struct err err;

	gateways_init(&gateways);
	seen = dims_of(&gateways, "client=203.0.113.9");
	action = profile_action(gateways.profiles[0], "block-ip");
	ck_assert_int_eq(act_words_read(action, 2, argv, &words, &err), 0);
	ck_assert_uint_eq(meant_by_words(gateways.model, action, &words, about, 4), 2);
	ck_assert_uint_eq(about[0].value[DIM_CLIENT], seen.value[DIM_CLIENT]);
	ck_assert_uint_eq(dims_mask(&about[1]), 0);
	ck_assert_int_eq(act_words_read(action, 1, argv, &words, &err), 0);
	ck_assert_uint_eq(meant_by_words(gateways.model, action, &words, about, 4), 1);
	ck_assert_int_eq(act_words_read(action, 1, argv + 1, &words, &err), 0);
	ck_assert_uint_eq(meant_by_words(gateways.model, action, &words, about, 4), 1);
	ck_assert_uint_eq(dims_mask(&about[0]), 0);
	gateways_release(&gateways);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("app/act");
	TCase *tests = tcase_create("act");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, test_words, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tests, test_too_many);
	tcase_add_loop_test(tests, test_row, 0, sizeof(row_cases) / sizeof(*row_cases));
	tcase_add_test(tests, test_suspect);
	tcase_add_loop_test(tests, test_meant, 0, sizeof(meant_cases) / sizeof(*meant_cases));
	tcase_add_test(tests, test_meant_by_words);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
