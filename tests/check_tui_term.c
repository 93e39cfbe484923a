/* The terminal taken over and given back, keys, and terminals that take nothing or go away. */
#include "pty.h"

#include <check.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static struct pty pty;
static struct term *term;
static struct frame frame;

static void begin(const char *type)
{
	pty_open(&pty, 24, 80);
	term = pty_term(&pty, type, false, false);
	ck_assert_ptr_nonnull(term);
	frame_init(&frame);
	frame_resize(&frame, 24, 80);
	frame.cursor_row = -1;
}

static void end(void)
{
	term_close(term);
	pty_close(&pty);
	frame_release(&frame);
}

static void fill(int turn)
{
	for (int row = 0; row < frame.rows; row++)
		for (int column = 0; column < frame.columns; column += 2)
			area_fill(frame_area(&frame), row, column, 1,
				  'a' + (unsigned)(row + column + turn) % 26, STYLE_TEXT);
}

static bool same_modes(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
	       a->c_cflag == b->c_cflag && !memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

static void check_modes(const struct termios *want, bool same)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(pty.slave, &now), 0);
	ck_assert_int_eq(same_modes(want, &now), same);
}

START_TEST(test_restores)
{
	struct strbuf bytes = STRBUF_INIT;
	struct termios before;

	pty_open(&pty, 24, 80);
	tcgetattr(pty.slave, &before);
	term = pty_term(&pty, "xterm-256color", false, false);
	frame_init(&frame);
	frame_resize(&frame, 24, 80);
	check_modes(&before, false);
	ck_assert_int_eq(fcntl(pty.slave, F_GETFL) & O_NONBLOCK, 0);
	ck_assert(term_paint(term, &frame, false));
	pty_settle(&pty, term, &bytes);
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033[?1049h"));
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033[?2004h"));
	term_suspend(term);
	check_modes(&before, true);
	term_resume(term);
	check_modes(&before, false);
	ck_assert(term_paint(term, &frame, false));
	pty_settle(&pty, term, &bytes);
	strbuf_clear(&bytes);
	term_close(term);
	pty_read(&pty, SIZE_MAX, &bytes);
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033[?1049l"));
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033[?2004l"));
	check_modes(&before, true);
	ck_assert_int_eq(fcntl(pty.slave, F_GETFL) & O_NONBLOCK, 0);
	term_close(NULL);
	term = NULL;
	strbuf_release(&bytes);
	end();
}
END_TEST

START_TEST(test_rescue)
{
	struct strbuf bytes = STRBUF_INIT;
	struct termios before;

	pty_open(&pty, 24, 80);
	tcgetattr(pty.slave, &before);
	term_rescue(); /* nothing to rescue yet */
	term = pty_term(&pty, _i ? "vt100" : "xterm-256color", false, false);
	frame_init(&frame);
	frame_resize(&frame, 24, 80);
	ck_assert(term_paint(term, &frame, false));
	pty_settle(&pty, term, &bytes);
	strbuf_clear(&bytes);
	term_rescue();
	pty_read(&pty, SIZE_MAX, &bytes);
	check_modes(&before, true);
	ck_assert_uint_gt(bytes.len, 0);
	ck_assert_ptr_null(strstr(bytes.buf, "$<"));
	if (!_i)
		ck_assert_ptr_nonnull(strstr(bytes.buf, "\033[?1049l"));
	strbuf_release(&bytes);
	end();
}
END_TEST

static const struct {
	const char *type;
	bool is_tty;
} refused[] = {{"dumb", true}, {"unknown", true}, {"no-such-terminal", true},
	       {"", true},     {NULL, true},      {"xterm-256color", false}};

START_TEST(test_refused)
{
	struct term_options options = {.type = refused[_i].type};
	struct termios before;
	struct err err = {0};
	int null = open("/dev/null", O_RDWR);

	pty_open(&pty, 24, 80);
	tcgetattr(pty.slave, &before);
	options.tty_fd = refused[_i].is_tty ? pty.slave : null;
	ck_assert_ptr_null(term_open(&options, &err));
	ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.msg, "hypercare report"));
	ck_assert_ptr_null(strchr(err.msg, '\n'));
	check_modes(&before, true);
	close(null);
	pty_close(&pty);
}
END_TEST

static const struct {
	const char *typed, *keys; /* names with blanks between them */
} typing[] = {
	{"j", "j"},
	{" ", "Space"},
	{"G?", "G ?"},
	{"\xc3\xa9", "\xc3\xa9"},
	{"\xe4\xbd\xa0", "\xe4\xbd\xa0"},
	{"\r", "Enter"},
	{"\t", "Tab"},
	{"\177", "Backspace"},
	{"\b", "Backspace"},
	{"\004\025\014", "ctrl-d ctrl-u ctrl-l"},
	{"\023\021", "ctrl-s ctrl-q"},
	{"\033", "Esc"},
	{"\033\033", "Esc Esc"},
	{"\033\r", "Esc Enter"},
	{"\033x", "alt-x"},
	{"\033OA\033OB\033OC\033OD", "Up Down Right Left"},
	{"\033[5~\033[6~", "PgUp PgDn"},
	{"\033OH\033OF", "Home End"},
	{"\033[Z\033[3~\033[2~", "Backtab Delete Insert"},
	{"\033OP\033OR\033[20~\033[21~", "F1 F3 F9 F10"},
	{"a\033[200~rm -rf /\r\033[201~b", "a Paste b"},
};

START_TEST(test_keys)
{
	struct pollfd ready = {.events = POLLIN};
	struct strbuf got = STRBUF_INIT, bytes = STRBUF_INIT;
	bool gone = false;
	char name[32];
	keycode key;

	begin("xterm-256color");
	ck_assert(term_paint(term, &frame, false));
	pty_settle(&pty, term, &bytes);
	ready.fd = term_fd(term);
	ck_assert_uint_eq(term_key(term, &gone), 0);
	pty_type(&pty, typing[_i].typed);
	while (got.len < strlen(typing[_i].keys)) {
		ck_assert_int_ge(poll(&ready, 1, 0), 0);
		key = term_key(term, &gone);
		ck_assert(!gone);
		if (key)
			strbuf_addf(&got, "%s%s", got.len ? " " : "", key_format(name, key));
	}
	ck_assert_str_eq(got.buf, typing[_i].keys);
	ck_assert_uint_eq(term_key(term, &gone), 0);
	if (strstr(got.buf, "Paste"))
		ck_assert_str_eq(term_pasted(term), "rm -rf /\r");
	strbuf_clear(&bytes);
	pty_settle(&pty, term, &bytes);
	ck_assert_uint_eq(bytes.len, 0); /* reading draws nothing */
	strbuf_release(&got);
	strbuf_release(&bytes);
	end();
}
END_TEST

START_TEST(test_paste_is_capped)
{
	struct strbuf bytes = STRBUF_INIT;
	bool gone = false;
	keycode key = 0;

	begin("xterm-256color");
	pty_type(&pty, "\033[200~");
	for (int i = 0; i < 1000; i++) {
		pty_type(&pty, "0123456789");
		ck_assert_uint_eq(term_key(term, &gone), 0);
	}
	pty_type(&pty, "\033[201~");
	while (!key && !gone)
		key = term_key(term, &gone);
	ck_assert_uint_eq(key, KEYMAP_SPECIAL + KEYNAME_PASTE);
	ck_assert_uint_le(strlen(term_pasted(term)), 4096);
	strbuf_release(&bytes);
	end();
}
END_TEST

/* A terminal that takes nothing at all: nobody waits for it, keys are read, and it is given back.
 */
START_TEST(test_never_drains)
{
	struct termios before;
	bool gone = false;
	uint64_t painted = 0;

	pty_open(&pty, 24, 80);
	tcgetattr(pty.slave, &before);
	term = pty_term(&pty, "xterm-256color", false, false);
	frame_init(&frame);
	frame_resize(&frame, 24, 80);
	term_stats(term, 1000);
	for (int turn = 0; turn < 200; turn++) {
		fill(turn);
		painted += term_paint(term, &frame, true);
		ck_assert_int_eq(term_flush(term), 0);
		term_bell(term);
		pty_type(&pty, "k");
		ck_assert_uint_eq(term_key(term, &gone), 'k');
		ck_assert(!gone);
	}
	ck_assert_uint_gt(term_queued(term), 0);
	ck_assert_uint_lt(term_queued(term), 8192);
	ck_assert_uint_eq(term_stats(term, 1500).frames, painted);
	ck_assert_uint_eq(term_stats(term, 1500).skipped, 200 - painted);
	ck_assert_uint_gt(term_stats(term, 1500).skipped, 150);
	ck_assert_uint_ge(term_stats(term, 1500).one_in, 3);
	term_close(term);
	term = NULL;
	check_modes(&before, true);
	end();
}
END_TEST

START_TEST(test_hang_up)
{
	bool gone = false;

	begin("xterm-256color");
	ck_assert(term_paint(term, &frame, false));
	close(pty.master);
	pty.master = -1;
	ck_assert_uint_eq(term_key(term, &gone), 0);
	ck_assert(gone);
	ck_assert_int_eq(term_flush(term), -1);
	end();
}
END_TEST

START_TEST(test_hang_up_while_typing)
{
	bool gone = false;

	begin("xterm-256color");
	pty_type(&pty, "jj");
	close(pty.master);
	pty.master = -1;
	while (!gone)
		term_key(term, &gone);
	ck_assert(gone);
	end();
}
END_TEST

START_TEST(test_copy_and_bell)
{
	struct strbuf bytes = STRBUF_INIT;
	char *large = malloc(200001);

	memset(large, 'x', 200000);
	large[200000] = '\0';
	begin("xterm-256color");
	ck_assert(term_paint(term, &frame, false));
	ck_assert_int_eq(term_copy(term, "hi", NULL), 0);
	term_bell(term);
	term_bell(term);
	pty_settle(&pty, term, &bytes);
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033]52;c;aGk=\033\\\a"));
	ck_assert_ptr_null(strstr(bytes.buf, "\a\a"));
	strbuf_clear(&bytes);
	ck_assert_int_eq(term_copy(term, large, NULL), 0);
	ck_assert(term_paint(term, &frame, false)); /* they do not hold a frame up */
	pty_settle(&pty, term, &bytes);
	ck_assert_uint_gt(bytes.len, 80000);
	ck_assert_uint_lt(bytes.len, 100000);
	strbuf_release(&bytes);
	free(large);
	end();
}
END_TEST

/* tmux gets it once more in an envelope, every ESC within doubled. */
START_TEST(test_copy_in_tmux)
{
	struct strbuf bytes = STRBUF_INIT;
	struct term_options options = {.type = "xterm-256color", .in_tmux = true};
	struct err err = {0};

	begin("xterm-256color");
	term_close(term);
	options.tty_fd = pty.slave;
	term = term_open(&options, &err);
	ck_assert_msg(term != NULL, "%s", err.msg);
	ck_assert(term_paint(term, &frame, false));
	ck_assert_int_eq(term_copy(term, "hi", &err), 0);
	pty_settle(&pty, term, &bytes);
	ck_assert_ptr_nonnull(strstr(bytes.buf, "\033]52;c;aGk=\033\\"
						"\033Ptmux;\033\033]52;c;aGk=\033\033\\\033\\"));
	strbuf_release(&bytes);
	end();
}
END_TEST

/* What an old terminal would print rather than ignore is not sent to it. */
START_TEST(test_plain_terminal)
{
	struct strbuf bytes = STRBUF_INIT;

	begin("vt100");
	ck_assert(term_paint(term, &frame, false));
	ck_assert_int_eq(term_copy(term, "hi", NULL), -1);
	pty_settle(&pty, term, &bytes);
	ck_assert_ptr_null(strstr(bytes.buf, "]52"));
	ck_assert_ptr_null(strstr(bytes.buf, "2004"));
	strbuf_release(&bytes);
	end();
}
END_TEST

START_TEST(test_stats)
{
	struct strbuf bytes = STRBUF_INIT;
	struct term_stats stats;

	begin("xterm-256color");
	term_stats(term, 1000);
	for (int turn = 0; turn < 4; turn++) {
		fill(turn);
		ck_assert(term_paint(term, &frame, false));
		pty_settle(&pty, term, &bytes);
	}
	stats = term_stats(term, 3000);
	ck_assert_uint_eq(stats.bytes, bytes.len);
	ck_assert_uint_eq(stats.frames, 4);
	ck_assert_uint_eq(stats.skipped, 0);
	ck_assert_uint_eq(stats.one_in, 1);
	ck_assert_double_eq_tol(stats.bytes_per_s, (double)bytes.len / 2, 0.5);
	strbuf_release(&bytes);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/term");
	TCase *tc = tcase_create("term");
	SRunner *runner;
	int failed;

	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_test(tc, test_restores);
	tcase_add_loop_test(tc, test_rescue, 0, 2);
	tcase_add_loop_test(tc, test_refused, 0, COUNT(refused));
	tcase_add_loop_test(tc, test_keys, 0, COUNT(typing));
	tcase_add_test(tc, test_paste_is_capped);
	tcase_add_test(tc, test_never_drains);
	tcase_add_test(tc, test_hang_up);
	tcase_add_test(tc, test_hang_up_while_typing);
	tcase_add_test(tc, test_copy_and_bell);
	tcase_add_test(tc, test_copy_in_tmux);
	tcase_add_test(tc, test_plain_terminal);
	tcase_add_test(tc, test_stats);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
