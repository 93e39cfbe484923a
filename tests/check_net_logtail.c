/* Logs followed through rotation, truncation and restarts. */
#include "net/linesplit.h"
#include "net/logtail.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct loop *loop;
static struct logtail *tail;
static char dir[32], path[64];
static struct strbuf lines;  /* "line|line|", a cut one with '+' */
static struct strbuf states; /* the sentences, one a line */
static struct err last_state;
static unsigned nstates;
static bool ended;
static unsigned stop_after; /* lines, 0: never */

static void on_line(void *ctx, const char *line, size_t len, bool cut)
{
	(void)ctx;
	strbuf_add(&lines, line, len);
	strbuf_addstr(&lines, cut ? "+|" : "|");
	if (stop_after && --stop_after == 0) {
		logtail_stop(tail);
		tail = NULL;
	}
}

static void on_state(void *ctx, const struct err *err)
{
	(void)ctx;
	last_state = *err;
	nstates++;
	strbuf_addf(&states, "%s\n", err->msg);
}

static void on_end(void *ctx)
{
	(void)ctx;
	ended = true;
}

static const struct logtail_ops ops = {.line = on_line, .state = on_state, .end = on_end};

static void setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/hcXXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	loop = loop_new();
	strbuf_init(&lines);
	strbuf_init(&states);
}

static void teardown(void)
{
	char other[80];

	logtail_stop(tail);
	loop_free(loop);
	strbuf_release(&lines);
	strbuf_release(&states);
	unlink(path);
	snprintf(other, sizeof(other), "%s.1", path);
	unlink(other);
	rmdir(dir);
}

static void put(const char *file, const char *text, int flags)
{
	int fd = open(file, O_WRONLY | O_CREAT | flags, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void follow(bool from_start)
{
	struct logtail_spec spec = {.file = path, .from_start = from_start};

	tail = logtail_start(loop, &spec, &ops, NULL, NULL);
	ck_assert_ptr_nonnull(tail);
}

static void run_until_lines(const char *expected)
{
	while (strcmp(lines.buf, expected)) {
		ck_assert_msg(lines.len <= strlen(expected), "%s", lines.buf);
		loop_turn(loop, -1);
	}
}

static void run_until_state(const char *text)
{
	while (!strstr(states.buf, text))
		loop_turn(loop, -1);
}

START_TEST(from_its_end_on)
{
	put(path, "old\n", 0);
	follow(false);
	run_until_state("following ");
	ck_assert_int_eq(last_state.code, ERR_OK);
	put(path, "a\nb", O_APPEND);
	run_until_lines("a|");
	put(path, "c\n", O_APPEND);
	run_until_lines("a|bc|");
}
END_TEST

START_TEST(from_its_start)
{
	put(path, "old\r\n\nb\n", 0);
	follow(true);
	run_until_lines("old||b|");
}
END_TEST

START_TEST(missing_at_first)
{
	follow(false);
	run_until_state("is not there: waiting for it to appear");
	ck_assert_int_eq(last_state.code, ERR_NOT_FOUND);
	put(path, "a\n", 0);
	run_until_lines("a|");
	ck_assert_int_eq(last_state.code, ERR_OK);
}
END_TEST

/* Renamed, written to once more, then made anew: no line is lost, none is read twice. */
START_TEST(rotated)
{
	char old[80];

	snprintf(old, sizeof(old), "%s.1", path);
	put(path, "a\n", 0);
	follow(true);
	run_until_lines("a|");
	ck_assert_int_eq(rename(path, old), 0);
	put(old, "b\n", O_APPEND);
	put(path, "c\n", 0);
	run_until_lines("a|b|c|");
	ck_assert_ptr_nonnull(strstr(states.buf, "was rotated"));
	ck_assert_int_eq(last_state.code, ERR_OK);
	put(path, "d\n", O_APPEND);
	run_until_lines("a|b|c|d|");
}
END_TEST

START_TEST(gone_and_back)
{
	put(path, "a\n", 0);
	follow(true);
	run_until_lines("a|");
	unlink(path);
	run_until_state("is not there");
	put(path, "b\n", 0);
	run_until_lines("a|b|");
	ck_assert_int_eq(last_state.code, ERR_OK);
}
END_TEST

/* As logrotate's copytruncate does; a half line goes with what was cut off. */
START_TEST(truncated)
{
	put(path, "first line\nhalf", 0);
	follow(true);
	run_until_lines("first line|");
	put(path, "", O_TRUNC);
	run_until_state("was truncated");
	ck_assert_int_eq(last_state.code, ERR_OK);
	put(path, "b\n", O_APPEND);
	run_until_lines("first line|b|");
}
END_TEST

START_TEST(not_a_file)
{
	struct logtail_spec spec = {.file = dir};

	tail = logtail_start(loop, &spec, &ops, NULL, NULL);
	run_until_state("is no file");
	ck_assert_int_eq(last_state.code, ERR_INVALID);
}
END_TEST

/* More than a turn may read: other things get their turn in between. */
START_TEST(a_burst_takes_several_turns)
{
	FILE *f = fopen(path, "w");
	unsigned turns = 0;

	for (int i = 0; i < 300000; i++)
		fputs("0123456\n", f);
	ck_assert_int_eq(fclose(f), 0);
	follow(true);
	for (; lines.len < 300000 * 8; turns++)
		loop_turn(loop, -1);
	ck_assert_uint_ge(turns, 3);
	ck_assert_uint_eq(lines.len, 300000 * 8);
}
END_TEST

START_TEST(stopped_from_a_line)
{
	put(path, "a\nb\nc\n", 0);
	stop_after = 2;
	follow(true);
	while (tail)
		loop_turn(loop, -1);
	ck_assert_str_eq(lines.buf, "a|b|");
}
END_TEST

static void run_command(const char *script)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct logtail_spec spec = {.command = argv};

	tail = logtail_start(loop, &spec, &ops, NULL, NULL);
	ck_assert_ptr_nonnull(tail);
}

START_TEST(a_command)
{
	run_command("printf 'a\\nb\\n'; exec sleep 1000");
	run_until_lines("a|b|");
	run_until_state("following the output of a command");
}
END_TEST

START_TEST(a_command_that_ends)
{
	run_command("echo a; echo 'no \033[31mroute' >&2; exit 3");
	run_until_lines("a|");
	run_until_state("/bin/sh ended with 3: no \\x1b[31mroute: started again in 1 s");
	ck_assert_int_eq(last_state.code, ERR_IO);
	/* It is started again, after longer each time. */
	run_until_lines("a|a|");
	run_until_state("started again in 2 s");
}
END_TEST

START_TEST(a_command_that_is_not_there)
{
	const char *const argv[] = {"/nonexistent/tail", NULL};
	struct logtail_spec spec = {.command = argv};

	tail = logtail_start(loop, &spec, &ops, NULL, NULL);
	run_until_state("/nonexistent/tail cannot be started: No such file or directory: started "
			"again in 1 s");
}
END_TEST

START_TEST(an_empty_command)
{
	const char *const argv[] = {NULL};
	struct logtail_spec spec = {.command = argv};
	struct err err;

	ck_assert_ptr_null(logtail_start(loop, &spec, &ops, NULL, &err));
	ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

/* What the command started ends with it. */
START_TEST(stopping_ends_the_whole_group)
{
	long pid;

	run_command("sleep 1000 & echo $!; wait");
	while (!strchr(lines.buf, '|'))
		loop_turn(loop, -1);
	pid = strtol(lines.buf, NULL, 10);
	ck_assert_int_gt(pid, 1);
	ck_assert_int_eq(kill((pid_t)pid, 0), 0);
	logtail_stop(tail);
	tail = NULL;
	/* An orphan that init has not reaped yet is dead all the same. */
	for (;;) {
		char name[64], stat[256] = "";
		FILE *f;

		snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
		f = fopen(name, "r");
		if (!f)
			break;
		if (!fgets(stat, sizeof(stat), f) || strstr(stat, ") Z")) {
			fclose(f);
			break;
		}
		fclose(f);
	}
}
END_TEST

START_TEST(standard_input)
{
	struct logtail_spec spec = {.from_stdin = true};
	int saved = dup(STDIN_FILENO), fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	dup2(fds[0], STDIN_FILENO);
	tail = logtail_start(loop, &spec, &ops, NULL, NULL);
	ck_assert_int_eq(write(fds[1], "a\nb", 3), 3);
	run_until_lines("a|");
	close(fds[1]);
	while (!ended)
		loop_turn(loop, -1);
	ck_assert_str_eq(lines.buf, "a|b|");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fds[0]);
}
END_TEST

static bool split_line(void *ctx, const char *line, size_t len, bool cut)
{
	(void)ctx;
	on_line(NULL, line, len, cut);
	return true;
}

/* However the bytes are cut, the lines are the same. */
START_TEST(splitting)
{
	static const char text[] = "12345678\n\nabcdefgh\r\n123456789\n1234567890123\nlast";
	size_t step = (size_t)_i + 1, len = strlen(text);
	struct line_splitter splitter;

	line_splitter_init(&splitter, 9, split_line, NULL);
	for (size_t i = 0; i < len; i += step)
		line_splitter_feed(&splitter, text + i, len - i < step ? len - i : step);
	line_splitter_end(&splitter);
	line_splitter_end(&splitter);
	line_splitter_release(&splitter);
	ck_assert_str_eq(lines.buf, "12345678||abcdefgh|123456789|123456789+|last|");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logtail");
	TCase *tcase = tcase_create("logtail");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, from_its_end_on);
	tcase_add_test(tcase, from_its_start);
	tcase_add_test(tcase, missing_at_first);
	tcase_add_test(tcase, rotated);
	tcase_add_test(tcase, gone_and_back);
	tcase_add_test(tcase, truncated);
	tcase_add_test(tcase, not_a_file);
	tcase_add_test(tcase, a_burst_takes_several_turns);
	tcase_add_test(tcase, stopped_from_a_line);
	tcase_add_test(tcase, a_command);
	tcase_add_test(tcase, a_command_that_ends);
	tcase_add_test(tcase, a_command_that_is_not_there);
	tcase_add_test(tcase, an_empty_command);
	tcase_add_test(tcase, stopping_ends_the_whole_group);
	tcase_add_test(tcase, standard_input);
	tcase_add_loop_test(tcase, splitting, 0, 12);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
