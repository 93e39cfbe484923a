/* The loop's side: requests go into a queue, answers come back from another. The thread is in
 * writer.c. */
#include "store/store.h"

#include "base/alloc.h"
#include "store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_BYTES_MAX (1 << 20)

void queue_init(struct request_queue *queue)
{
	*queue = (struct request_queue){.tail = &queue->head};
}

void queue_add(struct request_queue *queue, struct request *request)
{
	request->next = NULL;
	*queue->tail = request;
	queue->tail = &request->next;
	queue->n++;
}

struct request *queue_take(struct request_queue *queue)
{
	struct request *request = queue->head;

	if (!request)
		return NULL;
	queue->head = request->next;
	if (!queue->head)
		queue->tail = &queue->head;
	queue->n--;
	return request;
}

void request_free(struct request *request)
{
	entry_list_release(&request->found);
	free(request->entry);
	free(request->plan);
	free(request->target);
	free(request->text);
	free(request);
}

void store_answer(struct store *store, struct request *answer)
{
	bool first;

	pthread_mutex_lock(&store->lock);
	first = !store->answers.head;
	queue_add(&store->answers, answer);
	pthread_mutex_unlock(&store->lock);
	/* A full pipe wakes as well. */
	if (first && write(store->wake[1], "", 1) < 0 && errno != EAGAIN)
		return;
}

static int start_thread(struct store *store, struct err *err)
{
	sigset_t all, before;
	int code;

	/* Signals are the loop's matter. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&store->thread, NULL, writer_main, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code)
		return err_set(err, ERR_IO, "cannot start the store's thread: %s", strerror(code));
	return 0;
}

static void release(struct store *store)
{
	struct request *request;

	while ((request = queue_take(&store->answers)))
		request_free(request);
	pthread_cond_destroy(&store->asked);
	pthread_mutex_destroy(&store->lock);
	close(store->wake[0]);
	close(store->wake[1]);
	free((char *)store->options.path);
	free((char *)store->options.fallback);
	free(store);
}

struct store *store_new(const struct store_options *options, struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));
	pthread_condattr_t attr;

	if (pipe2(store->wake, O_CLOEXEC | O_NONBLOCK)) {
		err_set(err, ERR_IO, "cannot make a pipe: %s", strerror(errno));
		free(store);
		return NULL;
	}
	store->options = *options;
	store->options.path = xstrdup(options->path);
	store->options.fallback = options->fallback ? xstrdup(options->fallback) : NULL;
	queue_init(&store->requests);
	queue_init(&store->answers);
	pthread_mutex_init(&store->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&store->asked, &attr);
	pthread_condattr_destroy(&attr);
	if (start_thread(store, err)) {
		release(store);
		return NULL;
	}
	return store;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->lock);
	store->quitting = true;
	pthread_cond_signal(&store->asked);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
	release(store);
}

int store_fd(const struct store *store)
{
	return store->wake[0];
}

const char *store_trouble(const struct store *store)
{
	return store->trouble;
}

static void deliver(struct store *store, struct request *answer)
{
	memcpy(store->trouble, answer->trouble, sizeof(store->trouble));
	for (size_t i = 0; answer->ops.entry && i < answer->found.n; i++)
		answer->ops.entry(answer->ctx, answer->found.entries[i]);
	if (answer->ended && answer->ops.done)
		answer->ops.done(answer->ctx, answer->seq, answer->err.code ? &answer->err : NULL);
	request_free(answer);
}

void store_turn(struct store *store)
{
	struct request_queue ready;
	struct request *answer;
	char bytes[64];

	while (read(store->wake[0], bytes, sizeof(bytes)) > 0)
		;
	queue_init(&ready);
	pthread_mutex_lock(&store->lock);
	while ((answer = queue_take(&store->answers)))
		queue_add(&ready, answer);
	pthread_mutex_unlock(&store->lock);
	while ((answer = queue_take(&ready)))
		deliver(store, answer);
}

static void ask(struct store *store, struct request *request)
{
	bool full;

	pthread_mutex_lock(&store->lock);
	full = store->requests.n >= QUEUE_MAX;
	if (!full) {
		queue_add(&store->requests, request);
		pthread_cond_signal(&store->asked);
	}
	pthread_mutex_unlock(&store->lock);
	if (full) {
		request->ended = true;
		err_set(&request->err, ERR_LIMIT, "the journal does not keep up: %d wait for it",
			QUEUE_MAX);
		memcpy(request->trouble, request->err.msg, sizeof(request->trouble));
		store_answer(store, request);
	}
}

static struct request *new_request(enum request_type type, const struct entry_ops *ops, void *ctx)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->type = type;
	request->ops = *ops;
	request->ctx = ctx;
	return request;
}

void store_append(struct store *store, const struct entry *entry, store_done *done, void *ctx)
{
	struct request *request = new_request(REQ_APPEND, &(struct entry_ops){.done = done}, ctx);
	size_t size = 0;

	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		size += strlen(entry_text(entry, i));
	if (size <= ENTRY_BYTES_MAX) {
		request->entry = entry_copy(entry);
		ask(store, request);
		return;
	}
	request->ended = true;
	err_set(&request->err, ERR_LIMIT, "an entry of the journal has at most %d bytes",
		ENTRY_BYTES_MAX);
	memcpy(request->trouble, store->trouble, sizeof(request->trouble));
	store_answer(store, request);
}

static char *copy_or_null(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

void store_list(struct store *store, const struct entry_filter *filter, const struct entry_ops *ops,
		void *ctx)
{
	struct request *request = new_request(REQ_LIST, ops, ctx);

	request->filter = *filter;
	request->filter.plan = request->plan = copy_or_null(filter->plan);
	request->filter.target = request->target = copy_or_null(filter->target);
	request->filter.text = request->text = copy_or_null(filter->text);
	ask(store, request);
}

void store_follow(struct store *store, int64_t after_seq, const struct entry_ops *ops, void *ctx)
{
	struct request *request = new_request(REQ_FOLLOW, ops, ctx);

	request->filter.after_seq = after_seq;
	ask(store, request);
}

void store_claim(struct store *store, const char *name, const struct operator* by, store_done *done,
		 void *ctx)
{
	struct request *request = new_request(REQ_CLAIM, &(struct entry_ops){.done = done}, ctx);
	struct entry claim = {.operator= * by, .plan = name};

	request->entry = entry_copy(&claim);
	ask(store, request);
}

void store_verify(struct store *store, const char *anchor, store_done *done, void *ctx)
{
	struct request *request = new_request(REQ_VERIFY, &(struct entry_ops){.done = done}, ctx);

	request->text = copy_or_null(anchor);
	ask(store, request);
}
