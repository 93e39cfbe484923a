/* Hostile values for every parameter of every action shipped: refused, or carried as data. The
 * places of each request are filled and compared, byte by byte, with what an encoding of its own
 * here makes of them. */
#include "act/scene.h"
#include "base/alloc.h"
#include "eval/eval.h"
#include "profile/profile.h"

#include <check.h>
#include <ctype.h>
#include <jansson.h>
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

/* Bodies: what an expression makes of a hostile value must be what it makes of a harmless one, with
 * the one in the place of the other. */

#define HARMLESS "harmless0zq"

static struct eval *eval;
#define BODIES 14 /* that carry a name or a text, at least */

static unsigned bodies;

struct output {
	char *text; /* of the first row, NULL without */
	bool is_text;
};

static void keep_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct output *output = ctx;
	json_t *object;

	if (output->text)
		return;
	if (n == 1 && !*values[0].key && values[0].type >= EVAL_TEXT) {
		output->text = xstrndup(values[0].text, values[0].len);
		output->is_text = values[0].type == EVAL_TEXT;
		return;
	}
	object = json_object();
	for (size_t i = 0; i < n; i++)
		json_object_set_new(
			object, values[i].key,
			values[i].type == EVAL_JSON
				? json_loadb(values[i].text, values[i].len, JSON_DECODE_ANY, NULL)
			: values[i].type == EVAL_TEXT ? json_stringn(values[i].text, values[i].len)
						      : json_real(values[i].number));
	output->text = json_dumps(object, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(object);
}

static void keep_done(void *ctx, const struct err *err)
{
	(void)ctx, (void)err;
}

/* Every place of the harmless value, in names and values, taken by the other. */
static char *replaced(const char *text, const char *value)
{
	struct strbuf out = STRBUF_INIT;
	const char *at;

	while ((at = strstr(text, HARMLESS))) {
		strbuf_add(&out, text, (size_t)(at - text));
		strbuf_addstr(&out, value);
		text = at + strlen(HARMLESS);
	}
	strbuf_addstr(&out, text);
	return strbuf_detach(&out);
}

static json_t *replace(const json_t *json, const char *value)
{
	json_t *made, *member;
	const char *name;
	char *text;
	size_t i;

	if (json_is_string(json)) {
		text = replaced(json_string_value(json), value);
		made = json_string(text);
		free(text);
		return made;
	}
	if (json_is_array(json)) {
		made = json_array();
		json_array_foreach((json_t *)(uintptr_t)json, i, member)
			json_array_append_new(made, replace(member, value));
		return made;
	}
	if (!json_is_object(json))
		return json_deep_copy(json);
	made = json_object();
	json_object_foreach((json_t *)(uintptr_t)json, name, member)
	{
		text = replaced(name, value);
		json_object_set_new(made, text, replace(member, value));
		free(text);
	}
	return made;
}

struct body {
	struct profile *profile;
	const struct profile_action *action;
	size_t step, param;
	const char *lets; /* what all that is read stands for */
};

static struct output run_body(const struct body *body, const char *value)
{
	static const struct eval_ops ops = {keep_row, keep_done};
	const struct profile_action *action = body->action;
	struct scene scene = {
		.doc = xstrdup("null"), .headers = xstrdup("{}"), .etag = xstrdup("")};
	struct strbuf input = STRBUF_INIT;
	struct output output = {NULL, false};
	char name[96];

	for (size_t i = 0; i < action->nparams; i++) {
		enum param_type type = action->params[i].type;
		bool number = type == PARAM_INTEGER || type == PARAM_NUMBER;
		char *json = json_of_text(i == body->param ? value : "x1");

		scene_set(&scene, action->params[i].name, number ? "1" : json);
		free(json);
	}
	for (size_t i = 0; i < action->nsteps; i++)
		for (size_t let = 0; let < action->steps[i].nlets; let++)
			scene_set(&scene, action->steps[i].lets[let], body->lets);
	snprintf(name, sizeof(name), "%s.%zu.body", action->info->name, body->step);
	scene_input(&scene, &input);
	ck_assert_uint_ne(eval_run(eval, profile_actions_program(body->profile, eval), name,
				   input.buf, input.len, NULL, INT64_MAX, &ops, &output, NULL),
			  0);
	eval_wait(eval);
	strbuf_release(&input);
	scene_release(&scene);
	return output;
}

static bool same_body(const struct output *plain, const struct output *got, const char *value)
{
	json_t *harmless = json_loads(plain->text, JSON_DECODE_ANY, NULL);
	json_t *want = harmless ? replace(harmless, value) : NULL;
	json_t *have = harmless ? json_loads(got->text, JSON_DECODE_ANY, NULL) : NULL;
	char *text = replaced(plain->text, value);
	bool same = harmless ? json_equal(want, have) : !strcmp(text, got->text);

	free(text);
	json_decref(have);
	json_decref(want);
	json_decref(harmless);
	return same && plain->is_text == got->is_text;
}

static void try_body(const struct body *body, const struct output *plain)
{
	const struct action_param *param = &body->action->params[body->param];

	for (size_t i = 0; i < VALUES; i++) {
		struct strbuf raw = STRBUF_INIT, value = STRBUF_INIT;
		struct output got = {NULL, false};
		struct err err;

		make_value(i, &raw);
		if (param_read(param, raw.buf, &value, &err) == 0) {
			got = run_body(body, value.buf);
			ck_assert_msg(got.text && same_body(plain, &got, value.buf),
				      "%s: %s with %s=%s: %s, not like %s", body->profile->name,
				      body->action->info->name, param->name, value.buf,
				      got.text ? got.text : "nothing", plain->text);
		}
		free(got.text);
		strbuf_release(&raw);
		strbuf_release(&value);
	}
}

/* With the first of some states of the gateway in which the value stands in the body. */
static void try_bodies(struct profile *profile, const struct profile_action *action, size_t param)
{
	static const char *const states[] = {"null", "{}", "[]", "\"x1\"", "1"};
	enum param_type type = action->params[param].type;

	if (type != PARAM_NAME && type != PARAM_TEXT)
		return;
	for (size_t step = 0; step < action->nsteps; step++) {
		const struct step_request *send = &action->steps[step].send;
		bool found = !send->has_body && !send->has_raw_body;

		for (size_t i = 0; i < sizeof(states) / sizeof(*states) && !found; i++) {
			struct body body = {profile, action, step, param, states[i]};
			struct output plain = run_body(&body, HARMLESS);

			found = plain.text && strstr(plain.text, HARMLESS);
			if (found)
				try_body(&body, &plain);
			bodies += found;
			free(plain.text);
		}
	}
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
			try_bodies(profile, action, i);
		}
	}
	profile_unref(profile);
}

START_TEST(test_hostile)
{
	ck_assert_uint_ge(VALUES, 200);
	eval = eval_new(NULL);
	ck_assert_ptr_nonnull(eval);
	profile_list(try_profile, NULL);
	eval_free(eval);
	ck_assert_uint_ge(bodies, BODIES);
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
