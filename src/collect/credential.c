#include "collect/credential.h"

#include <poll.h>

#define COMMAND_MS 5000
#define REAP_MS    10 /* between looks at whether a command without output has ended */

static void forget(struct credential *credential)
{
	loop_fd_remove(credential->loop, &credential->output);
	loop_timer_stop(credential->loop, &credential->timer);
	secret_command_stop(credential->command);
	credential->command = NULL;
}

static void wait_on(struct credential *credential)
{
	struct loop *loop = credential->loop;
	int64_t next_ms = loop_now(loop).mono_ms + REAP_MS;

	if (secret_command_fd(credential->command) < 0)
		loop_fd_remove(loop, &credential->output);
	else
		next_ms = credential->deadline_ms;
	loop_timer_set(loop, &credential->timer,
		       next_ms < credential->deadline_ms ? next_ms : credential->deadline_ms);
}

static void turn(struct credential *credential)
{
	bool late = loop_now(credential->loop).mono_ms >= credential->deadline_ms;
	char *header = NULL;
	struct err err = {0};
	int left = secret_command_turn(credential->command, &header, &err);

	if (left > 0 && !late) {
		wait_on(credential);
		return;
	}
	if (left > 0)
		err_set(&err, ERR_TIMEOUT, "auth_command %.80s gave nothing within %d s",
			credential->ref->command[0], COMMAND_MS / 1000);
	forget(credential);
	credential->done(credential->ctx, header, &err);
}

static void on_output(struct loop_fd *handle, short revents)
{
	(void)revents;
	turn(handle->ctx);
}

static void on_time(struct loop_timer *timer)
{
	turn(timer->ctx);
}

void credential_init(struct credential *credential, struct loop *loop, const struct secret_ref *ref,
		     void (*done)(void *ctx, char *header, const struct err *err), void *ctx)
{
	*credential = (struct credential){.loop = loop, .ref = ref, .done = done, .ctx = ctx};
	credential->output = (struct loop_fd){.fd = -1, .ready = on_output, .ctx = credential};
	credential->timer = (struct loop_timer){.fire = on_time, .ctx = credential};
}

void credential_release(struct credential *credential)
{
	if (credential->command)
		forget(credential);
}

static void start(struct credential *credential)
{
	struct loop *loop = credential->loop;
	struct err err = {0};

	credential->command = secret_command_start(credential->ref, &err);
	if (!credential->command) {
		credential->done(credential->ctx, NULL, &err);
		return;
	}
	credential->deadline_ms = loop_now(loop).mono_ms + COMMAND_MS;
	credential->output.fd = secret_command_fd(credential->command);
	loop_fd_set(loop, &credential->output, POLLIN);
	loop_timer_set(loop, &credential->timer, credential->deadline_ms);
}

void credential_read(struct credential *credential)
{
	struct err err = {0};
	char *header = NULL;

	if (credential->command)
		return;
	if (credential->ref->from == SECRET_COMMAND && credential->ref->scheme != SECRET_NONE) {
		start(credential);
		return;
	}
	if (credential->ref->scheme != SECRET_NONE)
		header = secret_header(credential->ref, &err);
	credential->done(credential->ctx, header, &err);
}

bool credential_is_awaited(const struct credential *credential)
{
	return credential->command != NULL;
}
