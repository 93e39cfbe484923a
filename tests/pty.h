/* A terminal of the test's own: both ends of a pty, of which the program gets the slave. */
#ifndef HC_TESTS_PTY_H
#define HC_TESTS_PTY_H

#include "base/strbuf.h"
#include "tui/term.h"

struct pty {
	int master; /* non-blocking */
	int slave;
};

void pty_open(struct pty *pty, int height, int width);
void pty_close(struct pty *pty);
void pty_resize(struct pty *pty, int height, int width);

/* Adds to out what was written so far, at most cap bytes; returns how many. */
size_t pty_read(struct pty *pty, size_t cap, struct strbuf *out);
void pty_type(struct pty *pty, const char *keys);

/* Opens a terminal on it; NULL when terminfo has no such type, which is printed. */
struct term *pty_term(struct pty *pty, const char *type, bool ascii, bool no_color);

/* Flushes and reads until nothing is left on either side. */
void pty_settle(struct pty *pty, struct term *term, struct strbuf *out);

#endif
