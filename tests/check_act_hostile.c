/* Hostile values for every parameter of every action shipped: refused, or carried as data. The
 * places of each request are filled and compared, byte by byte, with what an encoding of its own
 * here makes of them. */
#include "act/scene.h"
#include "profile/profile.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {"..",
				    ".",
				    "../..",
				    "a/../b",
				    "%2e%2e",
				    "%2e",
				    "%2f",
				    "a%00b",
				    "a\r\nX-Admin: yes",
				    "a\nb",
				    "a\rb",
				    "'",
				    "\"",
				    "a;b",
				    ";quit",
				    "<<",
				    "a <<",
				    " ",
				    "a b",
				    "\t",
				    "$(id)",
				    "`id`",
				    "\\(1)",
				    ". as $x | $x",
				    "$ENV",
				    "input",
				    "@base64",
				    "| error",
				    "{ip}",
				    "{",
				    "}",
				    "a#b",
				    "a?b",
				    "a&b=c",
				    "a=b",
				    "*",
				    "\xe2\x80\xae",
				    "\xe2\x81\xa6",
				    "\xef\xbb\xbf",
				    "\x1b[31m",
				    "\x7f",
				    "\xff\xfe",
				    "\xc0\x9b",
				    "0.0.0.0/0;",
				    "1.2.3.4\n",
				    "1.2.3.4 5",
				    "-1",
				    "1e999",
				    "NaN",
				    "0x10"};

#define SEEDS  (sizeof(seeds) / sizeof(*seeds))
#define WAYS   4 /* alone, behind, before and between harmless bytes */
#define VALUES (SEEDS * WAYS)

static unsigned tried, carried;

static void make_value(size_t i, struct strbuf *ret_text)
{
	static const char *const heads[WAYS] = {"", "a", "", "10.0.0.1"};
	static const char *const tails[WAYS] = {"", "", "a", "z"};

	strbuf_addf(ret_text, "%s%s%s", heads[i % WAYS], seeds[i / WAYS], tails[i % WAYS]);
}

/* RFC 3986: all but the unreserved as %XX. */
static void encode(struct strbuf *ret_text, const char *value)
{
	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (isalnum(*p) || strchr("-._~", *p))
			strbuf_addch(ret_text, (char)*p);
		else
			strbuf_addf(ret_text, "%%%02X", *p);
}

/* The request with the one value in its places; false when it has others too. */
static bool expected(const struct step_request *request, const char *name, const char *value,
		     struct strbuf *ret_text)
{
	char place[64];
	bool found = false;

	snprintf(place, sizeof(place), "{%s}", name);
	for (const char *p = request->path; *p;) {
		if (*p != '{') {
			strbuf_addch(ret_text, *p++);
			continue;
		}
		if (strncmp(p, place, strlen(place)) != 0)
			return false;
		found = true;
		p += strlen(place);
		if (request->method == STEP_LINE)
			strbuf_addstr(ret_text, value);
		else
			encode(ret_text, value);
	}
	return found;
}

static void try_request(const struct step_request *request, const char *name, const char *value)
{
	struct strbuf got = STRBUF_INIT, want = STRBUF_INIT;
	struct scene scene = {0};
	struct err err;
	char *json;

	if (request->method == STEP_NONE || !expected(request, name, value, &want)) {
		strbuf_release(&want);
		return;
	}
	json = json_of_text(value);
	scene_set(&scene, name, json);
	if (scene_expand(&scene, request, &got, &err) == 0) {
		carried++;
		ck_assert_str_eq(got.buf, want.buf);
		for (const char *p = got.buf; *p; p++)
			ck_assert_msg(*p >= 0x20 && *p < 0x7f, "%s", got.buf);
		ck_assert_ptr_null(strstr(got.buf, "/../"));
		ck_assert(request->method != STEP_LINE || !strpbrk(value, " ;<\"'\\#"));
	}
	free(json);
	scene_release(&scene);
	strbuf_release(&got);
	strbuf_release(&want);
}

static void try_param(const struct profile_action *action, const struct action_param *param)
{
	for (size_t i = 0; i < VALUES; i++) {
		struct strbuf raw = STRBUF_INIT, value = STRBUF_INIT;
		struct err err;

		make_value(i, &raw);
		tried++;
		if (param_read(param, raw.buf, &value, &err) == 0)
			for (size_t step = 0; step < action->nsteps; step++) {
				try_request(&action->steps[step].read, param->name, value.buf);
				try_request(&action->steps[step].send, param->name, value.buf);
			}
		strbuf_release(&raw);
		strbuf_release(&value);
	}
}

static void try_long(const struct action_param *param)
{
	struct strbuf raw = STRBUF_INIT, value = STRBUF_INIT;
	struct err err;

	strbuf_addchars(&raw, '1', 1 << 20);
	ck_assert_int_eq(param_read(param, raw.buf, &value, &err), -1);
	strbuf_release(&raw);
	strbuf_release(&value);
}

static void try_profile(void *ctx, const char *name, const char *path)
{
	struct err err;
	struct profile *profile = profile_load(path, NULL, NULL, &err);

	(void)ctx;
	ck_assert_msg(profile != NULL, "%s: %s", name, err.msg);
	for (const struct action_info *info = action_table(); info->name; info++) {
		const struct profile_action *action = profile_action(profile, info->name);

		for (size_t i = 0; action && i < action->nparams; i++) {
			try_param(action, &action->params[i]);
			try_long(&action->params[i]);
		}
	}
	profile_unref(profile);
}

START_TEST(test_hostile)
{
	ck_assert_uint_ge(VALUES, 200);
	profile_list(try_profile, NULL);
	ck_assert_uint_ge(tried, 200 * 20);
	ck_assert_uint_gt(carried, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("act hostile");
	TCase *tcase = tcase_create("hostile");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_hostile);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
