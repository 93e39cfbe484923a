/* The credential of a target, read without holding up the loop: at once, or when the command that
 * prints it has ended. */
#ifndef HC_COLLECT_CREDENTIAL_H
#define HC_COLLECT_CREDENTIAL_H

#include "config/secret.h"
#include "net/loop.h"

struct credential {
	struct loop *loop;
	const struct secret_ref *ref;
	/* header is the receiver's, to be wiped; NULL when err says why there is none. */
	void (*done)(void *ctx, char *header, const struct err *err);
	void *ctx;
	/* its own */
	struct secret_command *command;
	struct loop_fd output;
	struct loop_timer timer;
	int64_t deadline_ms;
};

/* ref is borrowed. */
void credential_init(struct credential *credential, struct loop *loop, const struct secret_ref *ref,
		     void (*done)(void *ctx, char *header, const struct err *err), void *ctx);
void credential_release(struct credential *credential); /* done() is not called */

/* Reads it anew; done() is called once, from within unless a command is run, which has 5 s. While
 * one runs, no other is started. */
void credential_read(struct credential *credential);

/* Whether a command is being waited for. */
bool credential_is_awaited(const struct credential *credential);

#endif
