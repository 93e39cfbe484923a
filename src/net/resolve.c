#include "net/resolve.h"

#include "base/alloc.h"
#include "base/map.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MS           60000
#define THREADS_MAX       64
#define THREAD_STACK_SIZE ((size_t)256 * 1024)
#define ADDRESSES_MAX     16

/* What outlives the resolver when it is freed while look-ups are under way. */
struct mailbox {
	pthread_mutex_t lock;
	unsigned refs; /* the resolver and each thread */
	bool closed;
	struct job *done;
	int wake[2];
};

/* One look-up: owned by its thread, then by the mailbox. */
struct job {
	struct mailbox *mailbox;
	struct resolver_name *name; /* never followed by the thread */
	char *host;
	http_lookup *lookup;
	void *ctx;
	struct strbuf addresses;
	int error; /* of getaddrinfo(3) */
	struct job *next;
};

struct resolver_name {
	char *host;
	char *addresses; /* NULL: not known */
	int64_t expires_ms;
	struct resolver_waiter *waiters;
	struct resolver_waiter *told; /* waiters of the look-up that has just ended */
	bool asked;                   /* under way, or in the queue */
	struct resolver_name *next_queued;
};

struct resolver {
	struct loop *loop;
	struct loop_fd wake;
	struct mailbox *mailbox;
	http_lookup *lookup;
	void *ctx;
	struct map index;
	struct resolver_name **names;
	size_t n;
	size_t cap;
	size_t running;
	struct resolver_name *queue;
};

static void mailbox_unref(struct mailbox *mailbox)
{
	unsigned left;

	pthread_mutex_lock(&mailbox->lock);
	left = --mailbox->refs;
	pthread_mutex_unlock(&mailbox->lock);
	if (left)
		return;
	close(mailbox->wake[0]);
	close(mailbox->wake[1]);
	pthread_mutex_destroy(&mailbox->lock);
	free(mailbox);
}

static struct mailbox *mailbox_new(void)
{
	struct mailbox *mailbox = xcalloc(1, sizeof(*mailbox));

	mailbox->refs = 1;
	pthread_mutex_init(&mailbox->lock, NULL);
	if (pipe2(mailbox->wake, O_CLOEXEC | O_NONBLOCK) < 0)
		mailbox->wake[0] = mailbox->wake[1] = -1;
	return mailbox;
}

static void job_free(struct job *job)
{
	free(job->host);
	strbuf_release(&job->addresses);
	free(job);
}

static int look_up(void *ctx, const char *host, struct strbuf *ret_addresses)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL, *ai;
	int rc = getaddrinfo(host, NULL, &hints, &list), n = 0;
	char text[INET6_ADDRSTRLEN];

	(void)ctx;
	for (ai = rc ? NULL : list; ai && n < ADDRESSES_MAX; ai = ai->ai_next, n++) {
		const void *in =
			ai->ai_family == AF_INET6
				? (void *)&((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_addr
				: (void *)&((struct sockaddr_in *)(void *)ai->ai_addr)->sin_addr;

		if (!inet_ntop(ai->ai_family, in, text, sizeof(text)))
			continue;
		strbuf_addf(ret_addresses, ai->ai_family == AF_INET6 ? "%s[%s]" : "%s%s",
			    ret_addresses->len ? "," : "", text);
	}
	if (!rc)
		freeaddrinfo(list);
	return rc;
}

/* Called with the lock. A full pipe wakes the loop just as well. */
static void post(struct mailbox *mailbox, struct job *job)
{
	job->next = mailbox->done;
	mailbox->done = job;
	(void)!write(mailbox->wake[1], "", 1);
}

static void *run_job(void *arg)
{
	struct job *job = arg;
	struct mailbox *mailbox = job->mailbox;

	job->error = job->lookup(job->ctx, job->host, &job->addresses);
	pthread_mutex_lock(&mailbox->lock);
	if (mailbox->closed)
		job_free(job);
	else
		post(mailbox, job);
	pthread_mutex_unlock(&mailbox->lock);
	mailbox_unref(mailbox);
	return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, THREAD_STACK_SIZE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attr, run_job, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

static void start(struct resolver *resolver, struct resolver_name *name)
{
	struct mailbox *mailbox = resolver->mailbox;
	struct job *job = xcalloc(1, sizeof(*job));

	job->mailbox = mailbox;
	job->name = name;
	job->host = xstrdup(name->host);
	job->lookup = resolver->lookup;
	job->ctx = resolver->ctx;
	strbuf_init(&job->addresses);
	pthread_mutex_lock(&mailbox->lock);
	mailbox->refs++;
	pthread_mutex_unlock(&mailbox->lock);
	resolver->running++;
	if (start_thread(job)) {
		job->error = EAI_MEMORY;
		pthread_mutex_lock(&mailbox->lock);
		mailbox->refs--;
		post(mailbox, job);
		pthread_mutex_unlock(&mailbox->lock);
	}
}

static void start_queued(struct resolver *resolver)
{
	struct resolver_name *name;

	while (resolver->running < THREADS_MAX && (name = resolver->queue)) {
		resolver->queue = name->next_queued;
		start(resolver, name);
	}
}

static void tell(struct resolver_name *name, const char *why)
{
	struct resolver_waiter *waiter;

	/* One that asks again while it is told waits for the next look-up. */
	name->told = name->waiters;
	name->waiters = NULL;
	while ((waiter = name->told)) {
		name->told = waiter->next;
		waiter->name = NULL;
		waiter->found(waiter, name->addresses, why);
	}
}

static void take(struct resolver *resolver, struct job *job)
{
	struct resolver_name *name = job->name;
	bool found = !job->error && job->addresses.len;

	resolver->running--;
	name->asked = false;
	free(name->addresses);
	name->addresses = found ? strbuf_detach(&job->addresses) : NULL;
	name->expires_ms = loop_now(resolver->loop).mono_ms + KEPT_MS;
	tell(name, found ? "" : job->error ? gai_strerror(job->error) : "it has no address");
	job_free(job);
}

static void on_wake(struct loop_fd *handle, short revents)
{
	struct resolver *resolver = handle->ctx;
	struct mailbox *mailbox = resolver->mailbox;
	struct job *job, *next;
	char drain[64];

	(void)revents;
	while (read(handle->fd, drain, sizeof(drain)) > 0)
		;
	pthread_mutex_lock(&mailbox->lock);
	job = mailbox->done;
	mailbox->done = NULL;
	pthread_mutex_unlock(&mailbox->lock);
	for (; job; job = next) {
		next = job->next;
		take(resolver, job);
	}
	start_queued(resolver);
}

struct resolver *resolver_new(struct loop *loop)
{
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));

	resolver->loop = loop;
	resolver->lookup = look_up;
	resolver->mailbox = mailbox_new();
	resolver->wake = (struct loop_fd){
		.fd = resolver->mailbox->wake[0], .ready = on_wake, .ctx = resolver};
	loop_fd_set(loop, &resolver->wake, POLLIN);
	map_init(&resolver->index);
	return resolver;
}

void resolver_free(struct resolver *resolver)
{
	struct mailbox *mailbox = resolver->mailbox;
	struct job *job, *next;

	loop_fd_remove(resolver->loop, &resolver->wake);
	pthread_mutex_lock(&mailbox->lock);
	mailbox->closed = true;
	job = mailbox->done;
	mailbox->done = NULL;
	pthread_mutex_unlock(&mailbox->lock);
	for (; job; job = next) {
		next = job->next;
		job_free(job);
	}
	mailbox_unref(mailbox);
	for (size_t i = 0; i < resolver->n; i++) {
		free(resolver->names[i]->host);
		free(resolver->names[i]->addresses);
		free(resolver->names[i]);
	}
	free(resolver->names);
	map_release(&resolver->index);
	free(resolver);
}

void resolver_set(struct resolver *resolver, http_lookup *lookup, void *ctx)
{
	resolver->lookup = lookup;
	resolver->ctx = ctx;
}

static bool same_host(const void *ctx, uint32_t value, const void *key)
{
	const struct resolver *resolver = ctx;

	return !strcmp(resolver->names[value]->host, key);
}

static struct resolver_name *name_of(struct resolver *resolver, const char *host)
{
	uint64_t hash = hash_bytes(host, strlen(host));
	uint32_t i = map_find(&resolver->index, hash, same_host, resolver, host);
	struct resolver_name *name;

	if (i != MAP_NONE)
		return resolver->names[i];
	name = xcalloc(1, sizeof(*name));
	name->host = xstrdup(host);
	map_add(&resolver->index, hash, (uint32_t)resolver->n);
	resolver->names =
		xgrow(resolver->names, &resolver->cap, resolver->n + 1, sizeof(*resolver->names));
	resolver->names[resolver->n++] = name;
	return name;
}

const char *resolver_ask(struct resolver *resolver, const char *host,
			 struct resolver_waiter *waiter)
{
	struct resolver_name *name = name_of(resolver, host);
	struct resolver_name **last;

	if (name->addresses && loop_now(resolver->loop).mono_ms < name->expires_ms)
		return name->addresses;
	waiter->name = name;
	waiter->next = name->waiters;
	name->waiters = waiter;
	if (name->asked)
		return NULL;
	name->asked = true;
	name->next_queued = NULL;
	for (last = &resolver->queue; *last; last = &(*last)->next_queued)
		;
	*last = name;
	start_queued(resolver);
	return NULL;
}

static bool unlink_waiter(struct resolver_waiter **p, struct resolver_waiter *waiter)
{
	for (; *p; p = &(*p)->next) {
		if (*p == waiter) {
			*p = waiter->next;
			return true;
		}
	}
	return false;
}

void resolver_forget(struct resolver_waiter *waiter)
{
	if (!waiter->name)
		return;
	if (!unlink_waiter(&waiter->name->waiters, waiter))
		unlink_waiter(&waiter->name->told, waiter);
	waiter->name = NULL;
}
