/* What the loop's side of the store and its thread share. */
#ifndef HC_STORE_WRITER_H
#define HC_STORE_WRITER_H

#include "store/entry.h"

#include <pthread.h>

#define QUEUE_MAX 4096 /* requests that wait; more are answered with an error */

enum request_type { REQ_APPEND, REQ_LIST, REQ_FOLLOW, REQ_CLAIM, REQ_VERIFY };

/* A request on its way there, and its answer on the way back. */
struct request {
	enum request_type type;
	struct request *next;
	struct entry *entry; /* to append; of a claim: who, and the name as its plan; owned */
	struct entry_filter filter;
	char *plan, *target, *text; /* of the filter; text is the anchor of REQ_VERIFY; owned */
	struct entry_ops ops;
	void *ctx;
	/* answer: */
	struct entry_list found;
	int64_t seq;
	struct err err;
	bool ended; /* done() is to be called */
	char trouble[256];
};

struct request_queue {
	struct request *head, **tail;
	size_t n;
};

struct store {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* Under the lock: */
	struct request_queue requests, answers;
	bool quitting;
	/* Never changed: */
	struct store_options options;
	int wake[2];
	/* The loop's: */
	char trouble[256];
};

void queue_init(struct request_queue *queue);
void queue_add(struct request_queue *queue, struct request *request);
struct request *queue_take(struct request_queue *queue); /* or NULL */
void request_free(struct request *request);

/* Gives an answer back, which the loop frees, and wakes it. */
void store_answer(struct store *store, struct request *answer);

/* The thread. */
void *writer_main(void *store);

#endif
