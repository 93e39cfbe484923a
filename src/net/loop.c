#include "net/loop.h"

#include "base/alloc.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

/* handles[i] belongs to polls[i]; NULL marks one that was removed, until the next tidy(). While
 * callbacks run, handles are only appended, so that a place is never taken by another one. */
struct loop {
	struct clock now;
	struct heap timers;
	struct pollfd *polls;
	struct loop_fd **handles;
	size_t n;
	size_t cap_polls;
	size_t cap_handles;
	size_t removed;
	bool stopped;
};

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	heap_init(&loop->timers);
	loop->now = clock_read();
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	heap_release(&loop->timers);
	free(loop->polls);
	free(loop->handles);
	free(loop);
}

void loop_fd_set(struct loop *loop, struct loop_fd *handle, short events)
{
	handle->events = events;
	if (!handle->index) {
		loop->polls =
			xgrow(loop->polls, &loop->cap_polls, loop->n + 1, sizeof(*loop->polls));
		loop->handles = xgrow(loop->handles, &loop->cap_handles, loop->n + 1,
				      sizeof(*loop->handles));
		loop->handles[loop->n] = handle;
		loop->polls[loop->n] = (struct pollfd){.fd = handle->fd};
		handle->index = ++loop->n;
	}
	loop->polls[handle->index - 1].events = events;
}

void loop_fd_remove(struct loop *loop, struct loop_fd *handle)
{
	if (!handle->index)
		return;
	loop->handles[handle->index - 1] = NULL;
	loop->polls[handle->index - 1].fd = -1;
	loop->removed++;
	handle->index = 0;
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t mono_ms)
{
	heap_set(&loop->timers, &timer->node, mono_ms);
}

void loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
	heap_remove(&loop->timers, &timer->node);
}

struct clock loop_now(const struct loop *loop)
{
	return loop->now;
}

static void tidy(struct loop *loop)
{
	size_t kept = 0;

	if (!loop->removed)
		return;
	for (size_t i = 0; i < loop->n; i++) {
		if (!loop->handles[i])
			continue;
		loop->handles[kept] = loop->handles[i];
		loop->polls[kept] = loop->polls[i];
		loop->handles[kept]->index = kept + 1;
		kept++;
	}
	loop->n = kept;
	loop->removed = 0;
}

/* The clock is read again, so that work done since the last turn does not delay a timer. */
static int poll_timeout(const struct loop *loop, int64_t wait_ms)
{
	const struct heap_node *first = heap_first(&loop->timers);
	int64_t due_ms;

	if (first) {
		due_ms = first->key - clock_read().mono_ms;
		if (due_ms < 0)
			due_ms = 0;
		if (wait_ms < 0 || due_ms < wait_ms)
			wait_ms = due_ms;
	}
	return wait_ms < 0 ? -1 : wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

static void call_ready(struct loop *loop, int ready)
{
	size_t n = loop->n;

	for (size_t i = 0; i < n && ready > 0; i++) {
		short revents = loop->polls[i].revents;

		if (!revents)
			continue;
		ready--;
		loop->polls[i].revents = 0;
		if (loop->handles[i])
			loop->handles[i]->ready(loop->handles[i], revents);
	}
}

/* No more timers fire than there were, so that one that is set again to now cannot starve the
 * file descriptors. */
static void call_due(struct loop *loop)
{
	size_t left = loop->timers.n;

	while (left-- > 0) {
		struct heap_node *first = heap_first(&loop->timers);

		if (!first || first->key > loop->now.mono_ms)
			break;
		heap_remove(&loop->timers, first);
		((struct loop_timer *)(void *)first)->fire((struct loop_timer *)(void *)first);
	}
}

void loop_turn(struct loop *loop, int64_t wait_ms)
{
	int ready;

	tidy(loop);
	ready = poll(loop->polls, (nfds_t)loop->n, poll_timeout(loop, wait_ms));
	loop->now = clock_read();
	if (ready > 0)
		call_ready(loop, ready);
	call_due(loop);
}

void loop_run(struct loop *loop)
{
	while (!loop->stopped)
		loop_turn(loop, -1);
	loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
