/* The terminal itself: taking it over, giving it back, and letting bytes leave when it takes
 * them. paint.c draws, input.c reads. */
#include "tui/term_private.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "tui/terminfo.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ESCAPE_DELAY_MS 25
#define CLOSE_MS        300 /* a terminal that takes nothing is not waited for longer */
#define COPY_BYTES      65536
#define EXTRA_BYTES     (2 * COPY_BYTES)
#define PASTE_ON        "\033[?2004h"
#define PASTE_OFF       "\033[?2004l"

/* For term_rescue(), which may run in a signal handler. */
static struct {
	int fd;
	const char *bytes;
	size_t len;
	struct termios before;
} rescue = {.fd = -1};

void term_rescue(void)
{
	if (rescue.fd < 0)
		return;
	if (write(rescue.fd, rescue.bytes, rescue.len) < 0)
		errno = 0;
	tcsetattr(rescue.fd, TCSANOW, &rescue.before);
}

static int open_tty(int given)
{
	const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[32];
	int fd;

	if (given < 0)
		return open("/dev/tty", flags);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", given);
	fd = open(path, flags);
	if (fd < 0 && ttyname(given))
		fd = open(ttyname(given), flags);
	return fd;
}

static FILE *open_canvas(void)
{
#ifdef HAVE_MEMFD_CREATE
	int fd = memfd_create("hypercare", MFD_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "w+");
#else
	return tmpfile();
#endif
}

void term_collect(struct term *term)
{
	int fd = fileno(term->canvas);
	struct stat st;

	fflush(term->canvas);
	if (fstat(fd, &st) || st.st_size <= 0)
		return;
	strbuf_grow(&term->queue, (size_t)st.st_size);
	if (pread(fd, term->queue.buf + term->queue.len, (size_t)st.st_size, 0) == st.st_size) {
		term->queue.len += (size_t)st.st_size;
		term->queue.buf[term->queue.len] = '\0';
	}
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		strbuf_clear(&term->queue);
}

/* A string of terminfo, or NULL. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text == (char *)-1 ? NULL : text;
}

/* Terminals that show what they do not know rather than ignore it. */
static bool is_modern(const char *type)
{
	static const char *const plain[] = {"linux", "vt", "ansi", "cons", "wyse", "sun"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (!strncmp(type, plain[i], strlen(plain[i])))
			return false;
	return true;
}

/* Adds a terminfo string without its "$<2>" of padding, which no terminal of today needs. */
static void add_capability(struct strbuf *out, const char *text)
{
	while (text && *text) {
		const char *end = strncmp(text, "$<", 2) ? NULL : strchr(text, '>');

		if (end)
			text = end + 1;
		else
			strbuf_addch(out, *text++);
	}
}

static void prepare_rescue(struct term *term)
{
	static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_capability(&term->reset, capability(names[i]));
	if (term->modern)
		strbuf_addstr(&term->reset, PASTE_OFF);
	rescue.bytes = term->reset.buf;
	rescue.len = term->reset.len;
	rescue.before = term->before;
	rescue.fd = term->fd;
}

static int take_modes(struct term *term, struct err *err)
{
	if (tcgetattr(term->fd, &term->before))
		return err_set(err, ERR_UNSUPPORTED,
			       "no terminal to draw on: hypercare report prints the same figures");
	term->during = term->before;
	term->during.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP);
	term->during.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	term->during.c_oflag &= ~(tcflag_t)OPOST;
	term->during.c_cc[VMIN] = 1;
	term->during.c_cc[VTIME] = 0;
	tcsetattr(term->fd, TCSANOW, &term->during);
	return 0;
}

static void begin_colours(struct term *term, bool no_color)
{
	term->mono = no_color || !has_colors() || start_color() == ERR || COLORS < 8 ||
		     COLOR_PAIRS <= STYLE_COUNT;
	if (!term->mono)
		use_default_colors();
	term->palette = COLORS >= 256 ? 0 : COLORS >= 16 ? 1 : 2;
}

static bool read_size(struct term *term)
{
	struct winsize size;

	if (ioctl(term->fd, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		size = (struct winsize){.ws_row = 24, .ws_col = 80};
	if (size.ws_row == term->rows && size.ws_col == term->columns)
		return false;
	term->rows = size.ws_row;
	term->columns = size.ws_col;
	return true;
}

/* A file has no size, and the one of terminfo is wrong or not there: curses would have the terminal
 * scroll within rows that it has not. The environment is the other place where it looks; what was
 * there is of no use to anybody once the window changes. */
static SCREEN *new_screen(struct term *term, const char *type)
{
	char text[16];
	SCREEN *screen;

	read_size(term);
	snprintf(text, sizeof(text), "%d", term->rows);
	setenv("LINES", text, 1);
	snprintf(text, sizeof(text), "%d", term->columns);
	setenv("COLUMNS", text, 1);
	screen = newterm(type, term->canvas, term->keyboard);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	return screen;
}

/* curses believes that it writes to a terminal, which is a file in memory. */
static int begin_curses(struct term *term, const struct term_options *options, struct err *err)
{
	use_env(TRUE);
	set_escdelay(ESCAPE_DELAY_MS);
	term->canvas = open_canvas();
	term->keyboard = fdopen(fcntl(term->fd, F_DUPFD_CLOEXEC, 0), "r");
	if (!term->canvas || !term->keyboard)
		return err_set(err, ERR_IO, "no file can be had to draw in: %s", strerror(errno));
	if (terminfo_knows(options->type, term->fd))
		term->screen = new_screen(term, options->type);
	if (!term->screen)
		return err_set(
			err, ERR_UNSUPPORTED,
			"TERM=%.40s is not known on this machine: try TERM=xterm-256color, or "
			"hypercare report for the same figures",
			options->type);
	if (!capability("cup"))
		return err_set(err, ERR_UNSUPPORTED,
			       "TERM=%.40s cannot be drawn on: hypercare report prints the same "
			       "figures",
			       options->type);
	begin_colours(term, options->no_color);
	nonl();
	input_begin(term);
	return 0;
}

static void begin_session(struct term *term)
{
	term->begun = true;
	term->repaint = true;
	if (term->modern)
		strbuf_addstr(&term->extra, PASTE_ON);
}

struct term *term_open(const struct term_options *options, struct err *err)
{
	struct term *term = xcalloc(1, sizeof(*term));

	strbuf_init(&term->queue);
	strbuf_init(&term->extra);
	strbuf_init(&term->reset);
	strbuf_init(&term->pasted);
	term->ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	term->fd = open_tty(options->tty_fd);
	term->modern = options->type && is_modern(options->type);
	term->in_tmux = options->in_tmux;
	if (!options->type || !*options->type)
		err_set(err, ERR_UNSUPPORTED,
			"TERM is not set: hypercare report prints the same figures");
	else if (term->fd < 0)
		err_set(err, ERR_UNSUPPORTED,
			"no terminal to draw on: hypercare report prints the same figures");
	else if (!take_modes(term, err)) {
		if (!begin_curses(term, options, err)) {
			prepare_rescue(term);
			begin_session(term);
			return term;
		}
		tcsetattr(term->fd, TCSANOW, &term->before);
	}
	term_close(term);
	return NULL;
}

/* Lets bytes leave for a short while. What a terminal does not take by then is dropped, and it is
 * given back with what little fits. */
static void drain(struct term *term)
{
	struct pollfd ready = {.fd = term->fd, .events = POLLOUT};

	while (term_queued(term) && !term_flush(term) && term_queued(term))
		if (poll(&ready, 1, CLOSE_MS) <= 0)
			break;
	if (!term_queued(term))
		return;
	tcflush(term->fd, TCOFLUSH);
	strbuf_clear(&term->queue);
	strbuf_clear(&term->extra);
	term->left = 0;
	strbuf_add(&term->queue, term->reset.buf, term->reset.len);
	term_flush(term);
}

static void give_back(struct term *term)
{
	if (!term->begun)
		return;
	term->begun = false;
	set_term(term->screen);
	endwin();
	term_collect(term);
	strbuf_clear(&term->extra);
	if (term->modern)
		strbuf_addstr(&term->queue, PASTE_OFF);
	drain(term);
	tcsetattr(term->fd, TCSANOW, &term->before);
}

void term_close(struct term *term)
{
	if (!term)
		return;
	give_back(term);
	rescue.fd = -1;
	if (term->pad)
		delwin(term->pad);
	if (term->screen)
		delscreen(term->screen);
	if (term->canvas)
		fclose(term->canvas);
	if (term->keyboard)
		fclose(term->keyboard);
	if (term->fd >= 0)
		close(term->fd);
	strbuf_release(&term->queue);
	strbuf_release(&term->extra);
	strbuf_release(&term->reset);
	strbuf_release(&term->pasted);
	free(term);
}

void term_suspend(struct term *term)
{
	give_back(term);
}

void term_resume(struct term *term)
{
	tcsetattr(term->fd, TCSANOW, &term->during);
	term_resized(term);
	begin_session(term);
}

int term_fd(const struct term *term)
{
	return term->fd;
}

bool term_is_ascii(const struct term *term)
{
	return term->ascii;
}

bool term_resized(struct term *term)
{
	const char *region = capability("csr");

	if (!read_size(term))
		return false;
	set_term(term->screen);
	resizeterm(term->rows, term->columns);
	if (region) { /* scroll within all rows, as in new_screen() */
		fputs(tiparm(region, 0, term->rows - 1), term->canvas);
		fflush(term->canvas);
	}
	term->repaint = true;
	return true;
}

void term_size(const struct term *term, int *ret_rows, int *ret_columns)
{
	*ret_rows = term->rows;
	*ret_columns = term->columns;
}

void term_theme(struct term *term, const struct theme *theme)
{
	paint_theme(term, theme);
}

bool term_paint(struct term *term, const struct frame *frame, bool redraw)
{
	if (term->queue.len > term->left) {
		term->skipped++;
		return false;
	}
	paint_frame(term, frame, redraw || term->repaint);
	term->repaint = false;
	term_collect(term);
	term->frames++;
	return true;
}

size_t term_queued(const struct term *term)
{
	return term->queue.len - term->left + term->extra.len;
}

/* Writes from the queue until it is empty or the terminal takes no more: 1 then, -1 when gone. */
static int write_queue(struct term *term)
{
	while (term->queue.len > term->left) {
		ssize_t n =
			write(term->fd, term->queue.buf + term->left, term->queue.len - term->left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 1 : -1;
		term->left += (size_t)n;
		term->bytes += (uint64_t)n;
	}
	strbuf_clear(&term->queue);
	term->left = 0;
	return 0;
}

int term_flush(struct term *term)
{
	int rc = write_queue(term);

	if (!rc && term->extra.len) {
		strbuf_add(&term->queue, term->extra.buf, term->extra.len);
		strbuf_clear(&term->extra);
		rc = write_queue(term);
	}
	return rc < 0 ? -1 : 0;
}

/* tmux hands on what stands in its own envelope, with every ESC doubled, where it is allowed to. */
static void add_clipboard(struct term *term, const char *text, size_t len, bool in_tmux)
{
	strbuf_addstr(&term->extra, in_tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;");
	base64_add(&term->extra, text, len);
	strbuf_addstr(&term->extra, in_tmux ? "\033\033\\\033\\" : "\033\\");
}

int term_copy(struct term *term, const char *text, struct err *err)
{
	size_t len = strnlen(text, COPY_BYTES);

	if (!term->modern)
		return err_set(err, ERR_UNSUPPORTED, "this terminal has no clipboard");
	if (term->extra.len > EXTRA_BYTES)
		return err_set(err, ERR_REFUSED, "the terminal takes nothing at the moment");
	add_clipboard(term, text, len, false);
	if (term->in_tmux)
		add_clipboard(term, text, len, true);
	return 0;
}

void term_bell(struct term *term)
{
	/* One is enough, however many were meant while the terminal took nothing. */
	if (!term->extra.len || term->extra.buf[term->extra.len - 1] != '\a')
		strbuf_addch(&term->extra, '\a');
}

static void take_snapshot(struct term *term, int64_t now_ms)
{
	if (term->snapshots[0].at_ms && now_ms - term->snapshots[0].at_ms < 1000)
		return;
	memmove(&term->snapshots[1], &term->snapshots[0],
		sizeof(term->snapshots) - sizeof(term->snapshots[0]));
	term->snapshots[0].at_ms = now_ms;
	term->snapshots[0].bytes = term->bytes;
	term->snapshots[0].frames = term->frames;
	term->snapshots[0].skipped = term->skipped;
}

struct term_stats term_stats(struct term *term, int64_t now_ms)
{
	struct term_stats stats = {.bytes = term->bytes,
				   .frames = term->frames,
				   .skipped = term->skipped,
				   .one_in = 1};
	size_t oldest = TERM_SNAPSHOTS - 1;
	uint64_t frames, skipped;

	take_snapshot(term, now_ms);
	while (oldest && !term->snapshots[oldest].at_ms)
		oldest--;
	frames = term->frames - term->snapshots[oldest].frames;
	skipped = term->skipped - term->snapshots[oldest].skipped;
	if (frames + skipped)
		stats.one_in = (unsigned)((frames + skipped) / (frames ? frames : 1));
	if (now_ms > term->snapshots[oldest].at_ms)
		stats.bytes_per_s = (double)(term->bytes - term->snapshots[oldest].bytes) * 1000 /
				    (double)(now_ms - term->snapshots[oldest].at_ms);
	return stats;
}
