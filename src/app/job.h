/* A command of the operator's own that runs beside the console: no terminal, its output collected.
 */
#ifndef HC_APP_JOB_H
#define HC_APP_JOB_H

#include "base/err.h"
#include "base/strbuf.h"
#include "net/loop.h"

#include <sys/types.h>

#define JOB_BYTES (256 << 10) /* of output; more ends it */
#define JOB_MS    60000       /* after which it is ended */

struct job {
	struct loop *loop;
	struct loop_fd output;
	struct loop_timer timer;
	pid_t pid; /* 0: none runs */
	int64_t started_ms;
	struct strbuf text; /* what it has written, to either stream */
	char why[96];       /* how it ended, "" while it runs */
	/* More output, or its end. */
	void (*changed)(void *ctx);
	void *ctx;
};

void job_init(struct job *job, struct loop *loop, void (*changed)(void *ctx), void *ctx);
/* Ends what runs. */
void job_release(struct job *job);

/* Starts argv with this environment, in a session of its own with nothing to read; -1 and err when
 * one runs already or it cannot be run. */
int job_start(struct job *job, char *const *argv, char *const *environment, struct err *err);

#endif
