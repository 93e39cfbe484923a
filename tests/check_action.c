/* Actions of profiles: they load, bad ones say where and why, parameters have one form, and every
 * expression of every shipped one compiles. */
#include "eval/eval.h"
#include "profile/action.h"
#include "profile/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/check_action.XXXXXX";

static const char *write_profile(const char *text)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/x.yaml", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static void add_fault(void *ctx, const struct err *err)
{
	strbuf_addf(ctx, "%d:%d: %s\n", err->line, err->column, err->msg);
}

static const struct {
	enum param_type type;
	const char *text, *form; /* NULL: refused */
} params[] = {
	{PARAM_ADDRESS, "203.0.113.9", "203.0.113.9"},
	{PARAM_ADDRESS, "203.0.113.9/32", NULL},
	{PARAM_ADDRESS, "2001:DB8:0:0::1", "2001:db8::1"},
	{PARAM_ADDRESS, "::ffff:203.0.113.9", "203.0.113.9"},
	{PARAM_ADDRESS, "203.0.113.09", NULL},
	{PARAM_ADDRESS, "203.0.113.9 ", NULL},
	{PARAM_ADDRESS, "", NULL},
	{PARAM_ADDRESS, "fe80::1%eth0", NULL},
	{PARAM_CIDR, "203.0.113.9", "203.0.113.9"},
	{PARAM_CIDR, "203.0.113.9/32", "203.0.113.9"},
	{PARAM_CIDR, "203.0.113.9/24", "203.0.113.0/24"},
	{PARAM_CIDR, "203.0.113.9/33", NULL},
	{PARAM_CIDR, "203.0.113.9/", NULL},
	{PARAM_CIDR, "203.0.113.9/ 8", NULL},
	{PARAM_CIDR, "203.0.113.9/-1", NULL},
	{PARAM_CIDR, "0.0.0.0/0", "0.0.0.0/0"},
	{PARAM_CIDR, "2001:db8::1/48", "2001:db8::/48"},
	{PARAM_CIDR, "::ffff:203.0.113.9/120", "203.0.113.0/24"},
	{PARAM_CIDR, "203.0.113.9;quit", NULL},
	{PARAM_CIDR, "203.0.113.9\nquit", NULL},
	{PARAM_INTEGER, "7", "7"},
	{PARAM_INTEGER, "007", "7"},
	{PARAM_INTEGER, "0", "0"},
	{PARAM_INTEGER, "-1", NULL},
	{PARAM_INTEGER, "101", NULL},
	{PARAM_INTEGER, "1e1", NULL},
	{PARAM_INTEGER, "9999999999999999", NULL},
	{PARAM_NUMBER, "0.50", "0.5"},
	{PARAM_NUMBER, "NaN", NULL},
	{PARAM_NUMBER, "1e999", NULL},
	{PARAM_NAME, "checkout-v2/a.b:c_d", "checkout-v2/a.b:c_d"},
	{PARAM_NAME, "..", NULL},
	{PARAM_NAME, "a/../b", NULL},
	{PARAM_NAME, "a/.", NULL},
	{PARAM_NAME, "./a", NULL},
	{PARAM_NAME, "...", "..."},
	{PARAM_NAME, "a/", "a/"},
	{PARAM_NAME, "a b", NULL},
	{PARAM_NAME, "%2e%2e", NULL},
	{PARAM_NAME, "", NULL},
	{PARAM_TEXT, "ten \"quoted\" ü {id}", "ten \"quoted\" ü {id}"},
	{PARAM_TEXT, "a\nb", NULL},
	{PARAM_TEXT, "a\x7f", NULL},
	{PARAM_TEXT, "a\xc2\x85", NULL},
	{PARAM_TEXT, "\xff", NULL},
};

START_TEST(test_param)
{
	const struct action_param param = {
		.name = "p", .type = params[_i].type, .min = 0, .max = 100};
	struct strbuf text = STRBUF_INIT;
	struct err err = {0};
	int got = param_read(&param, params[_i].text, &text, &err);

	ck_assert_msg((got == 0) == (params[_i].form != NULL), "'%s': %s", params[_i].text,
		      got ? err.msg : text.buf);
	ck_assert_str_eq(text.buf, params[_i].form ? params[_i].form : "");
	if (got)
		ck_assert_msg(strncmp(err.msg, "p: ", 3) == 0, "%s", err.msg);
	strbuf_release(&text);
}
END_TEST

START_TEST(test_long_params)
{
	const struct action_param text_param = {.name = "t", .type = PARAM_TEXT};
	const struct action_param name_param = {.name = "n", .type = PARAM_NAME};
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;
	struct err err;

	strbuf_addchars(&text, 'x', 1 << 20);
	ck_assert_int_eq(param_read(&text_param, text.buf, &got, &err), -1);
	ck_assert_int_eq(param_read(&name_param, text.buf, &got, &err), -1);
	strbuf_truncate(&text, 1024);
	ck_assert_int_eq(param_read(&text_param, text.buf, &got, &err), 0);
	ck_assert_uint_eq(got.len, 1024);
	strbuf_release(&text);
	strbuf_release(&got);
}
END_TEST

#define HEAD  "name: x\ntitle: X\nsources: {}\nactions:\n"
#define TAIL  "    volatile: false\n    effect: none\n"
#define STEPS "    steps: [{send: {post: /a}}]\n"

static const struct {
	const char *text, *faults;
} bad[] = {
	{HEAD "  block-it: {impossible: x}\n", "5:13: block-it is no action that there is\n"},
	{HEAD "  block-ip: {impossible: x, volatile: false}\n",
	 "5:13: what is impossible has nothing else\n"},
	{HEAD "  block-ip:\n" TAIL, "6:5: 'steps' is missing here\n"},
	{HEAD "  block-ip:\n    steps: [{read: /a}]\n" TAIL,
	 "6:12: an action has a step that sends\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: '/a/{ip}'}}]\n" TAIL,
	 "6:27: post: nothing is known for {ip} at this step\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: '/a/{id}', let: {id: .}}}]\n" TAIL,
	 "6:27: post: nothing is known for {id} at this step\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: '/a/{id'}}]\n" TAIL,
	 "6:27: post: a { without its name and }\n"},
	{HEAD "  block-ip:\n    params: {t: text}\n    steps: [{send: {line: 'del {t}'}}]\n" TAIL,
	 "7:27: line: a text does not go into a command\n"},
	{HEAD "  block-ip:\n    steps: [{send: {line: 'a; b'}}]\n" TAIL,
	 "6:27: line: a command is one line without ; \\ and <<\n"},
	{HEAD "  block-ip:\n    steps: [{send: {line: prompt}}]\n" TAIL,
	 "6:27: line: this is no command\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: /a, put: /a}}]\n" TAIL,
	 "6:20: expected one of get, post, put, patch, delete, line\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: /a, body: ., raw_body: .}}]\n" TAIL,
	 "6:20: body and raw_body exclude each other\n"},
	{HEAD "  block-ip:\n    steps: [{send: {post: /a, if_match: true}}]\n" TAIL,
	 "6:13: if_match needs a read before it\n"},
	{HEAD "  block-ip:\n    steps: [{read: show acl}, {send: {post: /a}}]\n" TAIL,
	 "6:31: lines and HTTP do not go together\n"},
	{HEAD "  block-ip:\n    steps: [{read: /a, send: {post: /a}}]\n" TAIL,
	 "6:13: a step has one of read and send\n"},
	{HEAD "  block-ip:\n    steps: [{let: {a: .}, send: {post: /a}}]\n" TAIL,
	 "6:13: only of a read, or inside of send\n"},
	{HEAD "  block-ip:\n    params: {ip: adress}\n" STEPS TAIL,
	 "6:18: ip: expected address, cidr, integer, number, name or text\n"},
	{HEAD "  block-ip:\n    params: {ip: {type: cidr, form: client}}\n" STEPS TAIL,
	 "6:31: unknown key 'form', did you mean 'from'?\n"},
	{HEAD "  block-ip:\n    params: {ip: {type: cidr, from: host}}\n" STEPS TAIL,
	 "6:37: from: no such dim\n"},
	{HEAD "  block-ip:\n    params: {n: {type: integer, default: x}}\n" STEPS TAIL,
	 "6:42: default: n: expected an integer of at most 15 digits\n"},
	{HEAD "  block-ip:\n    params: {if: cidr}\n" STEPS TAIL,
	 "6:18: if: a name has small letters, digits and _, and is no word of jq or of the "},
	{HEAD "  block-ip:\n    params: {ip: cidr}\n    steps: [{read: /a, let: {ip: .}}, {send: "
	      "{post: /a}}]\n" TAIL,
	 "7:34: ip: this is a parameter's name\n"},
	{HEAD "  block-ip:\n" STEPS "    effect: x\n", "6:5: 'volatile' is missing here\n"},
	{HEAD "  block-ip:\n" STEPS "    volatile: false\n",
	 "6:5: 'verify' is missing here, or 'effect': why nothing can be read back\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    before: x\n", "6:5: before and after go together\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    undo: unblock-ip\n",
	 "9:11: undo: this profile has no such action\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    undo: unblock-ip\n  unblock-ip: {impossible: x}\n",
	 "9:11: undo: this profile has no such action\n"},
	{HEAD "  block-ip:\n" STEPS TAIL
	      "    undo: unblock-ip\n  unblock-ip:\n    params: {ip: cidr}\n" STEPS TAIL,
	 "9:11: undo: nothing gives unblock-ip its ip\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    undo: block-ip\n    undo_with: {id: '$x'}\n",
	 "10:16: block-ip has no parameter id\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    list: deny\n", "9:11: list: no such source\n"},
	{HEAD "  block-ip:\n" STEPS TAIL "    verfy: {}\n",
	 "9:5: unknown key 'verfy', did you mean 'verify'?\n"},
};

START_TEST(test_bad)
{
	struct strbuf faults = STRBUF_INIT;
	struct err err;

	ck_assert_ptr_null(profile_load(write_profile(bad[_i].text), add_fault, &faults, &err));
	ck_assert_msg(strncmp(faults.buf, bad[_i].faults, strlen(bad[_i].faults)) == 0,
		      "in\n%swanted\n%sgot\n%s", bad[_i].text, bad[_i].faults, faults.buf);
	strbuf_release(&faults);
}
END_TEST

static const char kong_like[] =
	"name: x\ntitle: X\nsources: {}\nactions:\n"
	"  block-ip:\n"
	"    params: {ip: {type: cidr, from: client, help: whom}}\n"
	"    steps:\n"
	"      - read: /plugins?size=1000\n"
	"        let: {plugin: '.data[0]', id: '$plugin.id'}\n"
	"        sent_back: true\n"
	"      - if: '$id != null'\n"
	"        send: {patch: '/plugins/{id}', body: '{deny: [$ip]}', ok: '$status == 200'}\n"
	"      - if: '$id == null'\n"
	"        title: make it\n"
	"        send: {post: /plugins, raw_body: '\"x\"', content_type: text/plain, let: {id: "
	".id}}\n"
	"    already: 'false'\n"
	"    verify: {read: '/plugins/{id}', until: 'true # so', within: 3s}\n"
	"    undo: unblock-ip\n"
	"    undo_with: {ip: '$plugin.x'}\n"
	"    idempotent: true\n"
	"    volatile: lost\n"
	"    settle: 5s\n"
	"  unblock-ip:\n"
	"    params: {ip: cidr}\n"
	"    steps: [{send: {delete: '/a/{ip}'}}]\n"
	"    effect: nothing shows it\n"
	"    volatile: false\n"
	"  set-limit: {impossible: no plugin}\n";

START_TEST(test_loaded)
{
	struct err err;
	struct profile *profile = profile_load(write_profile(kong_like), NULL, NULL, &err);
	const struct profile_action *block;
	struct strbuf shown = STRBUF_INIT;

	ck_assert_msg(profile != NULL, "%s", err.msg);
	block = profile_action(profile, "block-ip");
	ck_assert_ptr_eq(block->info, action_info("block-ip"));
	ck_assert_int_eq(block->line, 5);
	ck_assert_int_eq(block->params[0].from, DIM_CLIENT);
	ck_assert_uint_eq(block->nsteps, 3);
	ck_assert(block->steps[0].sent_back && block->steps[0].read.method == STEP_GET);
	ck_assert_str_eq(block->steps[0].lets[1], "id");
	ck_assert(block->steps[1].has_if && block->steps[1].send.has_ok);
	ck_assert(block->steps[1].send.has_body && !block->steps[1].send.has_raw_body);
	ck_assert(block->steps[2].send.has_raw_body && !block->steps[2].send.has_body);
	ck_assert(block->has_already && !block->has_refuse && !block->has_before);
	ck_assert_int_eq(block->verify_ms, 3000);
	ck_assert_int_eq(block->settle_ms, 5000);
	ck_assert_str_eq(block->volatile_text, "lost");
	ck_assert_ptr_null(profile_action(profile, "unblock-ip")->volatile_text);
	ck_assert_int_eq(action_reachable(block, false, &err), 0);
	ck_assert_int_eq(action_reachable(block, true, &err), -1);
	ck_assert_int_eq(action_reachable(profile_action(profile, "set-limit"), false, &err), -1);
	ck_assert_str_eq(err.msg, "no plugin");
	ck_assert_ptr_null(profile_action(profile, "drain-node"));
	profile_describe(profile, &shown);
	ck_assert_ptr_nonnull(strstr(shown.buf, "    may send PATCH /plugins/{id}\n"));
	ck_assert_ptr_nonnull(strstr(shown.buf, "    impossible: no plugin\n"));
	strbuf_release(&shown);
	profile_unref(profile);
}
END_TEST

struct answer {
	char text[256];
	struct err err;
};

static void keep_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct answer *answer = ctx;

	if (n == 0)
		snprintf(answer->text, sizeof(answer->text), "{}");
	else
		snprintf(answer->text, sizeof(answer->text), "%s:%s", values[0].key,
			 values[0].text);
}

static void keep_done(void *ctx, const struct err *err)
{
	struct answer *answer = ctx;

	if (err)
		answer->err = *err;
}

static struct answer run(struct eval *eval, struct profile *profile, const char *name,
			 const char *json)
{
	static const char *const vars[] = {NULL};
	static const struct eval_ops ops = {keep_row, keep_done};
	struct answer answer = {.text = ""};

	ck_assert_uint_ne(eval_run(eval, profile_actions_program(profile, eval), name, json,
				   strlen(json), vars, INT64_MAX, &ops, &answer, NULL),
			  0);
	eval_wait(eval);
	return answer;
}

START_TEST(test_expressions)
{
	struct err err;
	struct profile *profile = profile_load(write_profile(kong_like), NULL, NULL, &err);
	struct eval *eval = eval_new(&err);

	ck_assert_str_eq(run(eval, profile, "block-ip.1.body",
			     "{\"vars\": {\"ip\": \"192.0.2.1\"}, \"doc\": null}")
				 .text,
			 "deny:[\"192.0.2.1\"]");
	ck_assert_str_eq(run(eval, profile, "block-ip.0.let.id",
			     "{\"vars\": {\"plugin\": {\"id\": \"7\"}}, \"doc\": null}")
				 .text,
			 ":7");
	ck_assert_str_eq(
		run(eval, profile, "block-ip.2.let.id", "{\"vars\": {}, \"doc\": {\"id\": \"8\"}}")
			.text,
		":8");
	profile_unref(profile);
	eval_free(eval);
}
END_TEST

static bool compiles(const char *message)
{
	return !strstr(message, "is not defined") && !strstr(message, "syntax error") &&
	       !strstr(message, "unterminated");
}

START_TEST(test_bad_expression)
{
	static const char *const wrong[] = {"$nope", "nope(.)", "if", "(1"};
	struct eval *eval = eval_new(NULL);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct strbuf text = STRBUF_INIT;
		struct profile *profile;
		struct answer answer;

		strbuf_addf(&text, HEAD "  block-ip:\n" STEPS TAIL "    already: '%s'\n", wrong[i]);
		profile = profile_load(write_profile(text.buf), NULL, NULL, NULL);
		ck_assert_ptr_nonnull(profile);
		answer = run(eval, profile, "block-ip.already", "{\"vars\": {}, \"doc\": null}");
		ck_assert_msg(!compiles(answer.err.msg), "%s", answer.err.msg);
		strbuf_release(&text);
		profile_unref(profile);
	}
	eval_free(eval);
}
END_TEST

/* What is lost says when, and how to keep it, or that the configuration comes back by itself. */
static void check_volatile(const char *name, const struct profile_action *action)
{
	static const char *const keeps[] = {"to keep it, ", "to keep it over a reload, ",
					    "holds again", "nothing keeps it"};
	const char *text = action->volatile_text;
	bool kept = false;

	for (size_t i = 0; text && i < sizeof(keeps) / sizeof(keeps[0]); i++)
		kept = kept || strstr(text, keeps[i]);
	ck_assert_msg(!text || (kept && !strncmp(text, "lost when ", 10)), "%s: %s: %s", name,
		      action->info->name, text);
}

static void check_shipped(void *ctx, const char *name, const char *path)
{
	struct err err;
	struct profile *profile = profile_load(path, NULL, NULL, &err);
	size_t n = 0;

	ck_assert_msg(profile != NULL, "%s: %s", path, err.msg);
	for (const struct named_expression *at = profile->own->expressions; at; at = at->next) {
		struct answer answer = run(ctx, profile, at->name, "{\"vars\": {}, \"doc\": null}");

		ck_assert_msg(compiles(answer.err.msg), "%s: %s", name, answer.err.msg);
	}
	for (size_t i = 0; i < profile->nactions; i++)
		check_volatile(name, &profile->actions[i]);
	for (const struct action_info *info = action_table(); profile->nactions && info->name;
	     info++, n++)
		ck_assert_msg(profile_action(profile, info->name) != NULL,
			      "%s says nothing about %s", name, info->name);
	ck_assert_uint_eq(profile->nactions, n);
	profile_unref(profile);
}

START_TEST(test_shipped)
{
	struct eval *eval = eval_new(NULL);

	profile_list(check_shipped, eval);
	eval_free(eval);
}
END_TEST

/* Calls that must never be made: what a path or a command of any shipped profile holds. The first
 * seven do something else than they say, cannot be undone or cost money on LiteLLM; those of Envoy
 * are for good or tell wrong figures; a GET of Apinto's variables ends it, and a PATCH of it is
 * never answered; Kong's whole configuration and the keys in Portkey's log are nobody's business
 * here; one-api's users come with their access tokens; a prompt command never ends. */
static const struct {
	enum step_method method; /* STEP_NONE: any */
	const char *path; /* that it has in it; after a ^ at its start, before a $ at its end */
} never[] = {
	{STEP_NONE, "/customer/block"},
	{STEP_NONE, "/customer/unblock"},
	{STEP_NONE, "allowed_ip"},
	{STEP_NONE, "/user/unblock"},
	{STEP_NONE, "^/health$"},
	{STEP_NONE, "/config/update"},
	{STEP_PATCH, "^/prompts"},
	{STEP_DELETE, "^/prompts"},
	{STEP_NONE, "drain_listeners"},
	{STEP_NONE, "quitquitquit"},
	{STEP_NONE, "reset_counters"},
	{STEP_NONE, "heap_dump"},
	{STEP_NONE, "histogram_buckets=summary"},
	{STEP_NONE, "/stats?format=json"},
	{STEP_PATCH, "^/api/strategy"},
	{STEP_PATCH, "^/api/router"},
	{STEP_PATCH, "^/api/service"},
	{STEP_NONE, "^/config$"},
	{STEP_NONE, "/log/stream"},
	{STEP_NONE, "/api/variable"},
	{STEP_GET, "/variable"},
	{STEP_NONE, "^/api/user"},
	{STEP_DELETE, "/prompt_versions/"},
	{STEP_POST, "model-versions/set-tag"},
	{STEP_NONE, "model-versions/delete"},
	{STEP_LINE, "prompt"},
	{STEP_LINE, "clear "},
	{STEP_LINE, "shutdown "},
	{STEP_LINE, "health down"},
};

static bool has_path(const char *path, const char *part)
{
	bool starts = *part == '^', ends = part[strlen(part) - 1] == '$';
	size_t len = strlen(part) - starts - ends, whole = strcspn(path, "?");

	part += starts;
	if (ends && starts)
		return whole == len && memcmp(path, part, len) == 0;
	if (ends)
		return whole >= len && memcmp(path + whole - len, part, len) == 0;
	if (starts)
		return strncmp(path, part, len) == 0;
	return strstr(path, part) != NULL;
}

static size_t reaches_never(const struct step_request *request)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (request->method != STEP_NONE &&
		    (never[i].method == STEP_NONE || never[i].method == request->method) &&
		    has_path(request->path, never[i].path))
			return i + 1;
	return 0;
}

static const char *identify_path(const struct profile_identify *way)
{
	return way->get ? way->get : way->line;
}

/* What is only read of a gateway, and asked to recognise it. */
static void check_never_read(const struct profile *profile)
{
	for (size_t i = 0; i < profile->nsources + profile->nidentify; i++) {
		const struct profile_source *source =
			i < profile->nsources ? &profile->sources[i] : NULL;
		const char *paths[] = {
			source ? source->path
			       : identify_path(&profile->identify[i - profile->nsources]),
			source ? source->foreach_path : NULL};

		for (size_t j = 0; j < 2; j++) {
			bool line = source ? source->transport == TRANSPORT_LINE
					   : !profile->identify[i - profile->nsources].get;
			struct step_request read = {.method = line ? STEP_LINE : STEP_GET,
						    .path = paths[j]};

			ck_assert_msg(!paths[j] || !reaches_never(&read), "%s reads %s",
				      profile->name, paths[j]);
		}
	}
}

static void check_never(void *ctx, const char *name, const char *path)
{
	struct profile *profile = profile_load(path, NULL, NULL, NULL);
	size_t *requests = ctx;

	ck_assert_ptr_nonnull(profile);
	check_never_read(profile);
	for (size_t i = 0; i < profile->nactions; i++) {
		const struct profile_action *action = &profile->actions[i];
		size_t reached = reaches_never(&action->verify);

		for (size_t j = 0; j < action->nsteps && !reached; j++, ++*requests) {
			const struct action_step *step = &action->steps[j];

			reached = reaches_never(&step->read) + reaches_never(&step->send);
			/* A whole path, or its first part, that a parameter names could be any. */
			ck_assert_msg(!step->send.path || strncmp(step->send.path, "/{", 2) != 0,
				      "%s: %s", name, step->send.path);
			ck_assert_msg(!step->send.path || step->send.path[0] != '{', "%s: %s", name,
				      step->send.path);
		}
		ck_assert_msg(!reached, "%s: %s reaches %s", name, action->info->name,
			      reached ? never[reached - 1].path : "");
	}
	profile_unref(profile);
}

START_TEST(test_never)
{
	size_t requests = 0;
	const struct step_request patch = {.method = STEP_PATCH, .path = "/prompts/{prompt}"};
	const struct step_request put = {.method = STEP_PUT, .path = "/prompts/{prompt}"};

	const struct step_request health = {.method = STEP_GET, .path = "/health?model=a"};
	const struct step_request alive = {.method = STEP_GET, .path = "/health/liveliness"};

	ck_assert_uint_ne(reaches_never(&patch), 0);
	ck_assert_uint_ne(reaches_never(&health), 0);
	ck_assert_uint_eq(reaches_never(&alive), 0);
	ck_assert_uint_eq(reaches_never(&put), 0);
	profile_list(check_never, &requests);
	ck_assert_uint_gt(requests, 50);
}
END_TEST

START_TEST(test_table)
{
	for (const struct action_info *info = action_table(); info->name; info++) {
		const struct action_info *inverse = action_info(info->inverse);

		ck_assert_msg(inverse != NULL, "%s", info->name);
		ck_assert_str_eq(inverse->inverse, info->name);
		ck_assert_msg(info->rows != 0 && *info->title && *info->help, "%s", info->name);
	}
	ck_assert_ptr_null(action_info("nope"));
}
END_TEST

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/x.yaml", folder);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	Suite *suite = suite_create("action");
	TCase *tcase = tcase_create("action");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_unchecked_fixture(tcase, make_folder, remove_folder);
	tcase_add_loop_test(tcase, test_param, 0, sizeof(params) / sizeof(params[0]));
	tcase_add_test(tcase, test_long_params);
	tcase_add_loop_test(tcase, test_bad, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, test_loaded);
	tcase_add_test(tcase, test_expressions);
	tcase_add_test(tcase, test_bad_expression);
	tcase_add_test(tcase, test_shipped);
	tcase_add_test(tcase, test_never);
	tcase_add_test(tcase, test_table);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
