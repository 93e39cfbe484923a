/* What the kinds of followed logs share: logtail.c, tail_file.c, tail_command.c. */
#ifndef HC_NET_LOGTAIL_PRIVATE_H
#define HC_NET_LOGTAIL_PRIVATE_H

#include "base/strbuf.h"
#include "net/linesplit.h"
#include "net/logtail.h"

#include <sys/types.h>

#define TAIL_TURN_BYTES ((size_t)1024 * 1024)
#define TAIL_READ_BYTES ((size_t)64 * 1024)

struct tail_kind {
	int (*start)(struct logtail *tail, const struct logtail_spec *spec, struct err *err);
	void (*stop)(struct logtail *tail);
};

struct tail_file {
	char *path;
	int fd; /* -1: not open */
	dev_t device;
	ino_t inode;
	off_t offset;
	unsigned quiet; /* looks in a row without new bytes, once another file has its name */
	bool from_end;  /* the next one opened is read from its end */
};

struct tail_command {
	char **argv;
	pid_t pid; /* 0: not running */
	struct loop_fd out;
	struct loop_fd complaints; /* its stderr */
	struct strbuf said;        /* the end of its stderr */
	unsigned reaps;            /* looks at whether it has ended */
	int64_t backoff_ms;
	int64_t started_ms;
};

struct logtail {
	struct loop *loop;
	const struct logtail_ops *ops;
	void *ctx;
	const struct tail_kind *kind;
	struct line_splitter lines;
	struct loop_timer timer;
	struct tail_file file;
	struct tail_command command;
	struct loop_fd input; /* stdin */
	struct err state;     /* as last told; line -1 before the first */
	bool busy;            /* within a callback of the caller */
	bool stopped;
};

extern const struct tail_kind tail_file_kind;
extern const struct tail_kind tail_command_kind;

/* Reads what is there, at most TAIL_TURN_BYTES, and hands its lines over. Returns what the last
 * read(2) did: > 0 more may be there, 0 end, -1 with errno. */
ssize_t tail_read(struct logtail *tail, int fd);

/* Tells the state when it is another than the last. */
void tail_state(struct logtail *tail, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Every entry from the loop is between these two; the second may free tail. */
void tail_enter(struct logtail *tail);
void tail_leave(struct logtail *tail);

#endif
