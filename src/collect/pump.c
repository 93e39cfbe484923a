#include "collect/pump.h"

#include <poll.h>

void pump_update(struct pump *pump)
{
	int64_t deadline_ms;

	if (!pump->eval)
		return;
	loop_fd_set(pump->loop, &pump->fd,
		    eval_wants_write(pump->eval) ? POLLIN | POLLOUT : POLLIN);
	deadline_ms = eval_deadline(pump->eval);
	if (deadline_ms == INT64_MAX)
		loop_timer_stop(pump->loop, &pump->timer);
	else
		loop_timer_set(pump->loop, &pump->timer, deadline_ms);
}

static void turn(struct pump *pump)
{
	eval_turn(pump->eval, loop_now(pump->loop).mono_ms);
	pump_update(pump);
}

static void on_ready(struct loop_fd *fd, short revents)
{
	(void)revents;
	turn(fd->ctx);
}

static void on_deadline(struct loop_timer *timer)
{
	turn(timer->ctx);
}

void pump_init(struct pump *pump, struct loop *loop, struct eval *eval)
{
	*pump = (struct pump){.loop = loop, .eval = eval};
	if (!eval)
		return;
	pump->fd = (struct loop_fd){.fd = eval_fd(eval), .ready = on_ready, .ctx = pump};
	pump->timer = (struct loop_timer){.fire = on_deadline, .ctx = pump};
	pump_update(pump);
}

void pump_release(struct pump *pump)
{
	if (!pump->eval)
		return;
	loop_fd_remove(pump->loop, &pump->fd);
	loop_timer_stop(pump->loop, &pump->timer);
}
