/* The loop: one poll(2) and one heap of timers. Nothing called from it may block. */
#ifndef HC_NET_LOOP_H
#define HC_NET_LOOP_H

#include "base/clock.h"
#include "base/heap.h"

#include <stdbool.h>
#include <stddef.h>

struct loop;

/* Owned by the caller, who keeps it until loop_fd_remove(). */
struct loop_fd {
	int fd;
	short events; /* POLLIN, POLLOUT; changed by loop_fd_set() */
	void (*ready)(struct loop_fd *handle, short revents);
	void *ctx;
	size_t index; /* loop's own; 0 when not in it */
};

/* Owned by the caller, who keeps it until it fired or was stopped. */
struct loop_timer {
	struct heap_node node; /* loop's own; first member */
	void (*fire)(struct loop_timer *timer);
	void *ctx;
};

struct loop *loop_new(void);
void loop_free(struct loop *loop); /* takes NULL */

/* Adds the handle or changes what it waits for; events 0 keeps it in, waiting only for hang-up
 * and errors. */
void loop_fd_set(struct loop *loop, struct loop_fd *handle, short events);
/* Safe from within any callback, its own too. */
void loop_fd_remove(struct loop *loop, struct loop_fd *handle);

/* Fires once at mono_ms; set again to repeat. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t mono_ms);
void loop_timer_stop(struct loop *loop, struct loop_timer *timer);

/* The time at which this turn of the loop began. */
struct clock loop_now(const struct loop *loop);

/* Waits for at most wait_ms (-1: until something happens), then calls what is ready and due. */
void loop_turn(struct loop *loop, int64_t wait_ms);

/* Turns until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
