/* Following a log: a file through rotation and truncation, a command's output, or stdin. */
#ifndef HC_NET_LOGTAIL_H
#define HC_NET_LOGTAIL_H

#include "base/err.h"
#include "net/loop.h"

struct logtail;

struct logtail_spec {
	const char *file;           /* one of the three */
	const char *const *command; /* argv, run without a shell, stdin from /dev/null, restarted
				       with back-off 1 to 30 s */
	bool from_stdin;
	bool from_start;   /* a file: from its first line, not its end */
	size_t line_bytes; /* longer lines are handed over cut, with truncated set; 0: 16 KiB */
};

struct logtail_ops {
	/* One line without its newline; whole lines only, but at the very end of the input. */
	void (*line)(void *ctx, const char *line, size_t len, bool truncated);
	/* The state changed: err->code ERR_OK when it is being followed, else why not and what is
	 * done about it ("rotated: …" is not an error). */
	void (*state)(void *ctx, const struct err *err);
	/* The end of stdin, or of a file when it is only read (never when it is followed). */
	void (*end)(void *ctx);
};

/* At most about 1 MiB is read in a turn, so that a burst never blocks the loop. */
struct logtail *logtail_start(struct loop *loop, const struct logtail_spec *spec,
			      const struct logtail_ops *ops, void *ctx, struct err *err);
void logtail_stop(struct logtail *tail); /* ends the command; takes NULL */

#endif
