#include "net/logtail_private.h"

#include "base/alloc.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES ((size_t)16 * 1024)

void tail_enter(struct logtail *tail)
{
	tail->busy = true;
}

static void release(struct logtail *tail)
{
	tail->kind->stop(tail);
	loop_timer_stop(tail->loop, &tail->timer);
	line_splitter_release(&tail->lines);
	free(tail);
}

void tail_leave(struct logtail *tail)
{
	tail->busy = false;
	if (tail->stopped)
		release(tail);
}

void tail_state(struct logtail *tail, enum err_code code, const char *fmt, ...)
{
	struct err state = {.code = code};
	va_list args;

	va_start(args, fmt);
	vsnprintf(state.msg, sizeof(state.msg), fmt, args);
	va_end(args);
	if (tail->stopped || (tail->state.line == 0 && tail->state.code == code &&
			      !strcmp(tail->state.msg, state.msg)))
		return;
	tail->state = state;
	if (tail->ops->state)
		tail->ops->state(tail->ctx, &state);
}

ssize_t tail_read(struct logtail *tail, int fd)
{
	char buf[TAIL_READ_BYTES];
	ssize_t n = 1;

	for (size_t total = 0; total < TAIL_TURN_BYTES && !tail->stopped; total += (size_t)n) {
		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			return n;
		line_splitter_feed(&tail->lines, buf, (size_t)n);
	}
	return n;
}

static bool on_line(void *ctx, const char *line, size_t len, bool truncated)
{
	struct logtail *tail = ctx;

	tail->ops->line(tail->ctx, line, len, truncated);
	return !tail->stopped;
}

/* stdin is shared with others, so it is not made non-blocking: poll(2) says that a read returns,
 * and one read is made. */
static void on_input(struct loop_fd *handle, short revents)
{
	struct logtail *tail = handle->ctx;
	char buf[TAIL_READ_BYTES];
	ssize_t n = read(handle->fd, buf, sizeof(buf));

	(void)revents;
	tail_enter(tail);
	if (n > 0) {
		tail_state(tail, ERR_OK, "following standard input");
		line_splitter_feed(&tail->lines, buf, (size_t)n);
	} else {
		loop_fd_remove(tail->loop, handle);
		if (line_splitter_end(&tail->lines) && tail->ops->end)
			tail->ops->end(tail->ctx);
	}
	tail_leave(tail);
}

static int start_input(struct logtail *tail, const struct logtail_spec *spec, struct err *err)
{
	(void)spec;
	(void)err;
	tail->input = (struct loop_fd){.fd = STDIN_FILENO, .ready = on_input, .ctx = tail};
	loop_fd_set(tail->loop, &tail->input, POLLIN);
	return 0;
}

static void stop_input(struct logtail *tail)
{
	loop_fd_remove(tail->loop, &tail->input);
}

static const struct tail_kind input_kind = {.start = start_input, .stop = stop_input};

struct logtail *logtail_start(struct loop *loop, const struct logtail_spec *spec,
			      const struct logtail_ops *ops, void *ctx, struct err *err)
{
	struct logtail *tail = xcalloc(1, sizeof(*tail));

	tail->loop = loop;
	tail->ops = ops;
	tail->ctx = ctx;
	tail->kind = spec->file      ? &tail_file_kind
		     : spec->command ? &tail_command_kind
				     : &input_kind;
	tail->timer.ctx = tail;
	tail->state.line = -1;
	line_splitter_init(&tail->lines, spec->line_bytes ? spec->line_bytes : LINE_BYTES, on_line,
			   tail);
	if (tail->kind->start(tail, spec, err) < 0) {
		release(tail);
		return NULL;
	}
	return tail;
}

void logtail_stop(struct logtail *tail)
{
	if (!tail)
		return;
	tail->stopped = true;
	if (!tail->busy)
		release(tail);
}
