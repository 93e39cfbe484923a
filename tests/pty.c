#define _XOPEN_SOURCE_EXTENDED 1
#include "pty.h"

#include <check.h>
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

/* What curses keeps until the program ends is its own. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libncurses\nleak:libtinfo\n";
}

void pty_open(struct pty *pty, int height, int width)
{
	pty->master = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(pty->master, 0);
	ck_assert_int_eq(grantpt(pty->master), 0);
	ck_assert_int_eq(unlockpt(pty->master), 0);
	pty->slave = open(ptsname(pty->master), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(pty->slave, 0);
	ck_assert_int_eq(fcntl(pty->master, F_SETFL, O_NONBLOCK), 0);
	pty_resize(pty, height, width);
}

void pty_close(struct pty *pty)
{
	if (pty->master >= 0)
		close(pty->master);
	if (pty->slave >= 0)
		close(pty->slave);
	pty->master = pty->slave = -1;
}

void pty_resize(struct pty *pty, int height, int width)
{
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};

	ck_assert_int_eq(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

size_t pty_read(struct pty *pty, size_t cap, struct strbuf *out)
{
	char block[1024];
	size_t sum = 0;

	while (sum < cap) {
		size_t want = cap - sum < sizeof(block) ? cap - sum : sizeof(block);
		ssize_t n = read(pty->master, block, want);

		if (n <= 0)
			break;
		strbuf_add(out, block, (size_t)n);
		sum += (size_t)n;
	}
	return sum;
}

void pty_type(struct pty *pty, const char *keys)
{
	size_t len = strlen(keys);

	ck_assert_int_eq(write(pty->master, keys, len), (ssize_t)len);
}

struct term *pty_term(struct pty *pty, const char *type, bool ascii, bool no_color)
{
	struct term_options options = {
		.tty_fd = pty->slave, .type = type, .no_color = no_color, .ascii = ascii};
	struct err err = {0};
	struct term *term;
	int known = 0;

	if (setupterm(type, pty->slave, &known) != OK) {
		printf("SKIP: terminfo has no %s\n", type);
		return NULL;
	}
	del_curterm(cur_term);
	term = term_open(&options, &err);
	ck_assert_msg(term, "%s: %s", type, err.msg);
	return term;
}

void pty_settle(struct pty *pty, struct term *term, struct strbuf *out)
{
	struct pollfd ready = {.fd = pty->master, .events = POLLIN};

	do {
		ck_assert_int_eq(term_flush(term), 0);
		pty_read(pty, SIZE_MAX, out);
	} while (term_queued(term) || (poll(&ready, 1, 0) > 0 && ready.revents & POLLIN));
}
