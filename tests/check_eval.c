/* jq in the helper: what comes out, and that none of its traps reaches the program. */
#include "base/clock.h"
#include "base/strbuf.h"
#include "eval/eval.h"
#include "eval/protocol.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a job gave: rows as "key=value,…;", and its end. */
struct outcome {
	struct strbuf rows;
	size_t nrows;
	int ended;
	struct err err;
	struct eval *cancel; /* cancels cancel_job at the first row */
	uint32_t cancel_job;
};

static void print_value(struct strbuf *sb, const struct eval_value *value)
{
	static const char *const words[] = {"null", "bool", "number", "text", "json"};

	strbuf_addf(sb, "%s:%s=", value->key, words[value->type]);
	if (value->type == EVAL_NUMBER || value->type == EVAL_BOOL)
		strbuf_addf(sb, "%.17g", value->number);
	else
		strbuf_add(sb, value->text, value->len);
	strbuf_addch(sb, ',');
}

static void on_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct outcome *outcome = ctx;

	outcome->nrows++;
	if (outcome->rows.len < 4096) {
		for (size_t i = 0; i < n; i++)
			print_value(&outcome->rows, &values[i]);
		strbuf_addch(&outcome->rows, ';');
	}
	if (outcome->cancel)
		eval_cancel(outcome->cancel, outcome->cancel_job);
}

static void on_done(void *ctx, const struct err *err)
{
	struct outcome *outcome = ctx;

	outcome->ended++;
	outcome->err = *err;
}

static const struct eval_ops ops = {.row = on_row, .done = on_done};

static struct eval *new_eval(void)
{
	struct err err = {0};
	struct eval *eval = eval_new(&err);

	ck_assert_msg(eval != NULL, "%s", err.msg);
	return eval;
}

static uint32_t start(struct eval *eval, uint32_t program, const char *name, const char *json,
		      int64_t within_ms, struct outcome *outcome)
{
	struct err err = {0};
	uint32_t job;

	*outcome = (struct outcome){0};
	strbuf_init(&outcome->rows);
	job = eval_run(eval, program, name, json, strlen(json), NULL,
		       clock_read().mono_ms + within_ms, &ops, outcome, &err);
	ck_assert_msg(job != 0, "%s", err.msg);
	return job;
}

/* Runs one expression over one document in a helper of its own. */
static struct outcome once(const char *expression, const char *json, size_t len)
{
	struct eval *eval = new_eval();
	const char *name = "x";
	const char *vars[] = {"id", "7; $ENV", "q\"", "\\(1+1)", NULL};
	uint32_t program = eval_program(eval, &name, &expression, 1);
	struct outcome outcome = {0};
	struct err err = {0};

	strbuf_init(&outcome.rows);
	ck_assert(eval_run(eval, program, "x", json, len, vars, clock_read().mono_ms + 20000, &ops,
			   &outcome, &err) != 0);
	eval_wait(eval);
	ck_assert_int_eq(outcome.ended, 1);
	eval_free(eval);
	return outcome;
}

static const struct {
	const char *expression, *json, *rows;
} good[] = {
	{".a", "{\"a\":3}", ":number=3,;"},
	{"{b: .a, a: null}", "{\"a\":true}", "a:null=,b:bool=1,;"},
	{".[] | {ip: .}", "[\"x\",\"y\"]", "ip:text=x,;ip:text=y,;"},
	{"{l: [1,{k:2}]}", "1", "l:json=[1,{\"k\":2}],;"},
	{"{}", "1", ";"},
	{"empty", "1", ""},
	{"null", "1", ":null=,;"},
	{"$vars.id", "1", ":text=7; $ENV,;"},
	{"$vars[\"q\\\"\"]", "1", ":text=\\(1+1),;"},
	{"[1,[2]]", "1", ":json=[1,[2]],;"},
	{". # a comment ends nothing", "1", ":number=1,;"},
	{"1, 2 | . + 1", "0", ":number=2,;:number=3,;"},
	/* Nothing of the surroundings can be seen. */
	{"$ENV, env", "1", ";;"},
	{"[get_search_list, input_filename]", "1", ":json=[[],null],;"},
	{"[inputs]", "1", ":json=[],;"},
	{"stderr, debug", "1", ":number=1,;:number=1,;"},
	/* jq 1.6 has doubles only. */
	{".", "9007199254740993", ":number=9007199254740992,;"},
	{".", "1e999", ":number=inf,;"},
};

START_TEST(values_come_out)
{
	struct outcome got = once(good[_i].expression, good[_i].json, strlen(good[_i].json));

	ck_assert_int_eq(got.err.code, ERR_OK);
	ck_assert_str_eq(got.rows.buf, good[_i].rows);
	strbuf_release(&got.rows);
}
END_TEST

static const struct {
	const char *expression, *json;
	enum err_code code;
	const char *says;
} bad[] = {
	{".a |", "1", ERR_INVALID, "x: syntax error"},
	{"nonsense", "1", ERR_INVALID, "nonsense/0 is not defined"},
	{"import \"a\" as a; 1", "1", ERR_INVALID, "x: syntax error"},
	{"include \"a\"; 1", "1", ERR_INVALID, "x: syntax error"},
	{"\"a\" | modulemeta", "1", ERR_INVALID, "module not found"},
	{".a", "[1]", ERR_INVALID, "Cannot index array"},
	{".", "", ERR_INVALID, "not JSON"},
	{".", "<html>", ERR_INVALID, "not JSON"},
	{".", "{\"a\":1", ERR_INVALID, "not JSON"},
	{".", "1 2", ERR_INVALID, "not JSON"},
	{"halt", "1", ERR_INVALID, "halted"},
	{"1, input", "1", ERR_INVALID, "break"},
	{"error(\"\\u001b[2J\")", "1", ERR_INVALID, "\\x1b[2J"},
	{"range(1e9)", "1", ERR_LIMIT, "250,000 rows"},
	{"range(10) | \"aaaaaaaa\" * 1000000", "1", ERR_LIMIT, "32 MiB"},
	{"[range(257) | {key: tostring, value: 1}] | from_entries", "1", ERR_LIMIT, "256 members"},
	/* An assertion of jq 1.6, and its memory. */
	{"1e1000 | todate", "1", ERR_INVALID, "gave up"},
	{"[range(1e9)]", "1", ERR_INVALID, "gave up"},
	{"def f: [f]; f", "1", ERR_INVALID, "gave up"},
};

START_TEST(faults_are_said)
{
	struct outcome got = once(bad[_i].expression, bad[_i].json, strlen(bad[_i].json));

	ck_assert_msg(strstr(got.err.msg, bad[_i].says) != NULL, "%s: %s", bad[_i].expression,
		      got.err.msg);
	ck_assert_int_eq(got.err.code, bad[_i].code);
	strbuf_release(&got.rows);
}
END_TEST

START_TEST(depth_is_capped)
{
	struct strbuf json = STRBUF_INIT;
	struct outcome got;

	strbuf_addchars(&json, '[', 100000);
	strbuf_addchars(&json, ']', 100000);
	got = once(".", json.buf, json.len);
	ck_assert_int_eq(got.err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(got.err.msg, "depth"));
	strbuf_release(&json);
	strbuf_release(&got.rows);
}
END_TEST

START_TEST(bytes_of_texts)
{
	static const char json[] = "\"a\\u0000b\xff\xc3(\"";
	struct outcome got = once(".", json, sizeof(json) - 1);

	ck_assert_int_eq(got.err.code, ERR_OK);
	ck_assert_uint_eq(got.rows.len, strlen(":text=") + 3 + 3 + 3 + 1 + 2);
	ck_assert_mem_eq(got.rows.buf, ":text=a\0b\xef\xbf\xbd\xef\xbf\xbd(,;", got.rows.len);
	strbuf_release(&got.rows);
}
END_TEST

/* A ~/.jq is part of every program of jq that finds a HOME. */
START_TEST(home_is_not_read)
{
	char home[] = "/tmp/hypercare-check-XXXXXX", path[64];
	struct outcome got;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(path, sizeof(path), "%s/.jq", home);
	file = fopen(path, "w");
	fputs("def select(f): \"redefined\";", file);
	fclose(file);
	setenv("HOME", home, 1);
	got = once("select(.)", "true", 4);
	ck_assert_str_eq(got.rows.buf, ":bool=1,;");
	strbuf_release(&got.rows);
	unlink(path);
	rmdir(home);
}
END_TEST

START_TEST(a_bad_expression_spares_its_siblings)
{
	const char *names[] = {"one", "two", "three"};
	const char *expressions[] = {".a", ".b |", ".c"};
	struct eval *eval = new_eval();
	uint32_t program = eval_program(eval, names, expressions, 3);
	struct outcome got[3];
	struct err err = {0};

	for (int i = 0; i < 3; i++)
		start(eval, program, names[i], "{\"a\":1,\"c\":3}", 20000, &got[i]);
	ck_assert_uint_eq(eval_run(eval, program, "four", "1", 1, NULL, 0, &ops, NULL, &err), 0);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	eval_wait(eval);
	ck_assert_str_eq(got[0].rows.buf, ":number=1,;");
	ck_assert_int_eq(got[1].err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(got[1].err.msg, "two: "));
	ck_assert_str_eq(got[2].rows.buf, ":number=3,;");
	for (int i = 0; i < 3; i++)
		strbuf_release(&got[i].rows);
	eval_free(eval);
}
END_TEST

/* The one that never ends is killed; those behind it run in a new worker. */
START_TEST(an_endless_job_is_killed_alone)
{
	const char *names[] = {"endless", "well", "spin"};
	const char *expressions[] = {"def f: f; f", ".", "range(1e18) | empty"};
	struct eval *eval = new_eval();
	uint32_t program = eval_program(eval, names, expressions, 3);
	int fd = eval_fd(eval);
	struct outcome got[4];

	start(eval, program, "well", "1", 20000, &got[0]);
	start(eval, program, "endless", "2", 300, &got[1]);
	start(eval, program, "spin", "3", 301, &got[2]);
	start(eval, program, "well", "4", 301, &got[3]);
	eval_wait(eval);
	ck_assert_str_eq(got[0].rows.buf, ":number=1,;");
	ck_assert_int_eq(got[1].err.code, ERR_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(got[1].err.msg, "endless"));
	ck_assert_int_eq(got[2].err.code, ERR_TIMEOUT);
	ck_assert_int_eq(got[3].err.code, ERR_OK);
	ck_assert_str_eq(got[3].rows.buf, ":number=4,;");
	ck_assert_int_eq(eval_fd(eval), fd);
	ck_assert(eval_deadline(eval) == INT64_MAX);
	for (int i = 0; i < 4; i++)
		strbuf_release(&got[i].rows);
	eval_free(eval);
}
END_TEST

START_TEST(a_cancelled_job_is_silent)
{
	const char *name = "x", *expression = ".[]";
	struct eval *eval = new_eval();
	uint32_t program = eval_program(eval, &name, &expression, 1);
	struct outcome got[3];
	uint32_t queued;

	got[0].cancel_job = start(eval, program, "x", "[1,2,3]", 20000, &got[0]);
	got[0].cancel = eval;
	got[0].cancel_job = 1;
	queued = start(eval, program, "x", "[4]", 20000, &got[1]);
	start(eval, program, "x", "[5]", 20000, &got[2]);
	eval_cancel(eval, queued);
	eval_wait(eval);
	ck_assert_uint_eq(got[0].nrows, 1);
	ck_assert_int_eq(got[0].ended, 0);
	ck_assert_uint_eq(got[1].nrows, 0);
	ck_assert_int_eq(got[1].ended, 0);
	ck_assert_str_eq(got[2].rows.buf, ":number=5,;");
	for (int i = 0; i < 3; i++)
		strbuf_release(&got[i].rows);
	eval_free(eval);
}
END_TEST

START_TEST(a_large_document_passes)
{
	const char *name = "x", *expression = "length, (.[-1] | {n: .})";
	struct eval *eval = new_eval();
	uint32_t program = eval_program(eval, &name, &expression, 1);
	struct strbuf json = STRBUF_INIT;
	struct outcome got;
	struct err err = {0};

	strbuf_addstr(&json, "[0");
	for (int i = 1; i < 200000; i++)
		strbuf_addf(&json, ",%d", i);
	strbuf_addch(&json, ']');
	start(eval, program, "x", json.buf, 60000, &got);
	eval_wait(eval);
	ck_assert_str_eq(got.rows.buf, ":number=200000,;n:number=199999,;");
	strbuf_addchars(&json, ' ', 16u << 20);
	ck_assert_uint_eq(
		eval_run(eval, program, "x", json.buf, json.len, NULL, 0, &ops, &got, &err), 0);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	strbuf_release(&json);
	strbuf_release(&got.rows);
	eval_free(eval);
}
END_TEST

START_TEST(the_queue_is_capped)
{
	const char *name = "x", *expression = ".";
	struct eval *eval = new_eval();
	uint32_t program = eval_program(eval, &name, &expression, 1);
	static struct outcome got[1100];
	struct err err = {0};
	size_t n = 0;

	while (n < 1100 && eval_run(eval, program, "x", "1", 1, NULL, clock_read().mono_ms + 60000,
				    &ops, &got[n], &err))
		n++;
	ck_assert_uint_lt(n, 1100);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	for (size_t i = 0; i < n; i++)
		strbuf_init(&got[i].rows);
	eval_wait(eval);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(got[i].ended, 1);
		strbuf_release(&got[i].rows);
	}
	eval_free(eval);
}
END_TEST

static struct frame whole(const struct strbuf *sb)
{
	struct frame frame;
	size_t taken;

	ck_assert_int_eq(frame_next(sb->buf, sb->len, &frame, &taken), 1);
	ck_assert_uint_eq(taken, sb->len);
	return frame;
}

START_TEST(frames_read_back)
{
	struct eval_value values[2] = {{.key = "k", .type = EVAL_TEXT, .text = "a\0b", .len = 3},
				       {.key = "", .type = EVAL_NUMBER, .number = .5, .text = ""}};
	static struct eval_value got[FRAME_MEMBERS];
	struct strbuf sb = STRBUF_INIT;
	struct frame frame;
	struct frame_text msg;
	enum err_code code;
	size_t n;

	frame_put_row(&sb, 9, values, 2);
	frame = whole(&sb);
	ck_assert_int_eq(frame_get_row(&frame, got, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(frame.id, 9);
	ck_assert_mem_eq(got[0].text, "a\0b", 4);
	ck_assert(got[1].number == .5);
	strbuf_clear(&sb);
	frame_put_done(&sb, 1, ERR_LIMIT, "why");
	frame = whole(&sb);
	ck_assert_int_eq(frame_get_done(&frame, &code, &msg), 0);
	ck_assert_int_eq(code, ERR_LIMIT);
	ck_assert_str_eq(msg.text, "why");
	strbuf_release(&sb);
}
END_TEST

/* Any cut of a payload is refused, and any cut of a frame waits for more. */
START_TEST(cut_frames_are_refused)
{
	struct frame_run run = {.program = 3, .nvars = 1};
	static struct frame_run got;
	struct strbuf sb = STRBUF_INIT;
	struct frame frame, part;
	size_t taken;

	run.vars[0] = (struct frame_pair){{"name", 4}, {"value", 5}};
	run.json = (struct frame_text){"{}", 2};
	frame_put_run(&sb, 1, &run);
	frame = whole(&sb);
	ck_assert_int_eq(frame_get_run(&frame, &got), 0);
	for (size_t len = 0; len < frame.len; len++) {
		part = frame;
		part.len = len;
		ck_assert_int_eq(frame_get_run(&part, &got), -1);
	}
	for (size_t len = 0; len < sb.len; len++)
		ck_assert_int_eq(frame_next(sb.buf, len, &part, &taken), 0);
	memset(sb.buf, 0xff, 4);
	ck_assert_int_eq(frame_next(sb.buf, sb.len, &part, &taken), -1);
	strbuf_release(&sb);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("eval");
	TCase *tcase = tcase_create("eval");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, values_come_out, 0, (int)(sizeof(good) / sizeof(good[0])));
	tcase_add_loop_test(tcase, faults_are_said, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tcase, depth_is_capped);
	tcase_add_test(tcase, bytes_of_texts);
	tcase_add_test(tcase, home_is_not_read);
	tcase_add_test(tcase, a_bad_expression_spares_its_siblings);
	tcase_add_test(tcase, an_endless_job_is_killed_alone);
	tcase_add_test(tcase, a_cancelled_job_is_silent);
	tcase_add_test(tcase, a_large_document_passes);
	tcase_add_test(tcase, the_queue_is_capped);
	tcase_add_test(tcase, frames_read_back);
	tcase_add_test(tcase, cut_frames_are_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
