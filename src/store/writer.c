/* The store's thread: the only one that touches the file. It takes all appends that wait in one
 * transaction, answers what is read, follows what others write, and falls back to a file of lines
 * where the database cannot be written. */
#include "store/writer.h"

#include "base/alloc.h"
#include "store/fallback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP_MAX   256  /* appends of one transaction */
#define TICK_MS     1000 /* between looks at what others write */
#define RETRY_TICKS 5    /* between tries to write again */
#define PORTION     500  /* entries told at once */

struct writer {
	struct store *store;
	struct db db;
	bool is_open;
	char trouble[256];
	uint64_t fallback_count;
	bool has_appended;
	int ticks;
	/* Follows: */
	struct entry_ops follow_ops;
	void *follow_ctx;
	bool follows, caught_up;
	int64_t told; /* seq */
};

static void answer(struct writer *writer, struct request *request)
{
	request->ended = true;
	memcpy(request->trouble, writer->trouble, sizeof(request->trouble));
	store_answer(writer->store, request);
}

static void set_trouble(struct writer *writer, const char *text)
{
	if (!strcmp(writer->trouble, text))
		return;
	snprintf(writer->trouble, sizeof(writer->trouble), "%s", text);
	answer(writer, xcalloc(1, sizeof(struct request)));
}

static void close_db(struct writer *writer)
{
	if (writer->is_open)
		db_close(&writer->db);
	writer->is_open = false;
}

static int open_db(struct writer *writer, struct err *err)
{
	if (writer->is_open && db_has_moved(&writer->db))
		close_db(writer);
	if (writer->is_open)
		return 0;
	if (db_open(&writer->db, &writer->store->options, err))
		return -1;
	writer->is_open = true;
	return 0;
}

/* Opens the journal and imports what has fallen back before: order is kept. */
static int make_ready(struct writer *writer, struct err *err)
{
	const char *fallback = writer->store->options.fallback;

	if (open_db(writer, err))
		return -1;
	if (writer->store->options.read_only)
		return 0;
	return fallback ? fallback_import(fallback, &writer->db, err) : 0;
}

static int write_group(struct writer *writer, struct entry **entries, size_t n, struct err *err)
{
	if (make_ready(writer, err) || db_begin(&writer->db, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (db_insert(&writer->db, entries[i], err))
			goto fail;
	if (db_commit(&writer->db, err))
		goto fail;
	return 0;
fail:
	db_rollback(&writer->db);
	return -1;
}

/* Where the database refuses: err says why, and is cleared when the fallback file has taken all. */
static void fall_back(struct writer *writer, struct entry **entries, size_t n, struct err *err)
{
	const char *fallback = writer->store->options.fallback;
	char text[sizeof(writer->trouble)];
	struct err second;

	close_db(writer);
	for (size_t i = 0; i < n; i++)
		entries[i]->seq = 0;
	if (fallback && !fallback_add(fallback, entries, n, &writer->fallback_count, &second)) {
		snprintf(text, sizeof(text), "%.150s; entries go to %s", err->msg, fallback);
		err->code = ERR_OK;
	} else {
		snprintf(text, sizeof(text), "%.120s; %.120s", err->msg,
			 fallback ? second.msg : "there is no fallback");
	}
	set_trouble(writer, text);
}

static void append_group(struct writer *writer, struct request_queue *group)
{
	struct entry *entries[GROUP_MAX];
	struct err err = {.code = ERR_OK};
	struct request *request;
	size_t n = 0;

	for (request = group->head; request; request = request->next) {
		struct entry *prepared = entry_prepare(request->entry);

		free(request->entry);
		entries[n++] = request->entry = prepared;
	}
	if (write_group(writer, entries, n, &err))
		fall_back(writer, entries, n, &err);
	else
		set_trouble(writer, "");
	writer->has_appended = true;
	while ((request = queue_take(group))) {
		request->seq = request->entry->seq;
		request->err = err;
		answer(writer, request);
	}
}

static void list(struct writer *writer, struct request *request)
{
	if (!open_db(writer, &request->err))
		db_list(&writer->db, &request->filter, &request->found, &request->err);
	answer(writer, request);
}

static void claim(struct writer *writer, struct request *request)
{
	bool first = false;

	if (!make_ready(writer, &request->err))
		db_claim(&writer->db, request->entry->plan, &request->entry->operator, & first,
			 &request->err);
	request->seq = first;
	answer(writer, request);
}

static void verify(struct writer *writer, struct request *request)
{
	if (!make_ready(writer, &request->err))
		db_verify(&writer->db, request->text, &request->seq, &request->err);
	answer(writer, request);
}

static void follow(struct writer *writer, struct request *request)
{
	writer->follow_ops = request->ops;
	writer->follow_ctx = request->ctx;
	writer->told = request->filter.after_seq;
	writer->follows = true;
	writer->caught_up = false;
	writer->has_appended = true;
	request_free(request);
}

/* Where the newest so many begin. */
static int begin_told(struct writer *writer, struct err *err)
{
	int64_t last;

	if (writer->told >= 0)
		return 0;
	if (db_last(&writer->db, &last, err))
		return -1;
	writer->told = last + writer->told > 0 ? last + writer->told : 0;
	return 0;
}

/* One portion of what is new; false when that was all. */
static bool tell_portion(struct writer *writer)
{
	struct request *news = xcalloc(1, sizeof(*news));
	size_t n;

	news->ops = writer->follow_ops;
	news->ctx = writer->follow_ctx;
	if (!open_db(writer, &news->err) && !begin_told(writer, &news->err)) {
		news->filter = (struct entry_filter){.after_seq = writer->told, .limit = PORTION};
		db_list(&writer->db, &news->filter, &news->found, &news->err);
	}
	n = news->found.n;
	if (n)
		writer->told = news->found.entries[n - 1]->seq;
	if (n == PORTION || writer->caught_up)
		news->ops.done = NULL;
	writer->caught_up = writer->caught_up || n < PORTION;
	if (n || news->ops.done)
		answer(writer, news);
	else
		request_free(news);
	return n == PORTION;
}

static void tell_news(struct writer *writer)
{
	bool changed = writer->is_open && db_has_changed(&writer->db);

	if (!writer->follows || (!changed && !writer->has_appended))
		return;
	writer->has_appended = false;
	while (tell_portion(writer))
		;
}

/* Tries again what could not be done. */
static void recover(struct writer *writer)
{
	struct err err;

	if (!*writer->trouble || ++writer->ticks % RETRY_TICKS)
		return;
	if (make_ready(writer, &err))
		return;
	set_trouble(writer, "");
	writer->has_appended = true;
}

static void handle(struct writer *writer, struct request *request)
{
	static void (*const handlers[])(struct writer *,
					struct request *) = {[REQ_LIST] = list,
							     [REQ_FOLLOW] = follow,
							     [REQ_CLAIM] = claim,
							     [REQ_VERIFY] = verify};

	handlers[request->type](writer, request);
}

/* Waits for requests, or for the tick where there is something to look at. */
static void wait(struct writer *writer)
{
	struct store *store = writer->store;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TICK_MS / 1000;
	while (!store->requests.head && !store->quitting) {
		if (!writer->follows && !*writer->trouble)
			pthread_cond_wait(&store->asked, &store->lock);
		else if (pthread_cond_timedwait(&store->asked, &store->lock, &until))
			return;
	}
}

/* Takes the appends at the head of the queue, or the one other request there. */
static bool take(struct writer *writer, struct request_queue *ret_group)
{
	struct store *store = writer->store;
	bool go_on;

	queue_init(ret_group);
	pthread_mutex_lock(&store->lock);
	wait(writer);
	do {
		struct request *request = queue_take(&store->requests);

		if (request)
			queue_add(ret_group, request);
	} while (ret_group->n && ret_group->head->type == REQ_APPEND && store->requests.head &&
		 store->requests.head->type == REQ_APPEND && ret_group->n < GROUP_MAX);
	go_on = ret_group->n || !store->quitting;
	pthread_mutex_unlock(&store->lock);
	return go_on;
}

void *writer_main(void *store)
{
	struct writer writer = {.store = store};
	struct request_queue group;
	struct err err;

	if (make_ready(&writer, &err))
		set_trouble(&writer, err.msg);
	while (take(&writer, &group)) {
		if (!group.n)
			recover(&writer);
		else if (group.head->type == REQ_APPEND)
			append_group(&writer, &group);
		else
			handle(&writer, queue_take(&group));
		tell_news(&writer);
	}
	close_db(&writer);
	return NULL;
}
