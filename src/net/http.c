#include "net/http_private.h"

#include "base/alloc.h"
#include "base/log.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define SPARE_PEERS 16

/* A socket that libcurl wants watched. */
struct http_socket {
	struct loop_fd handle;
	struct http *http;
};

/* Starts what was asked for, and removes what was cancelled, while libcurl was busy. */
static void settle_listed(struct http *http)
{
	struct transfer *transfer;

	while ((transfer = http->listed)) {
		http->listed = transfer->next_listed;
		transfer->listed = false;
		if (transfer->state == TRANSFER_STARTING) {
			transfer->state = TRANSFER_IDLE;
			transfer_start(transfer);
		} else {
			transfer_release(transfer);
			transfer->ops->release(transfer);
		}
	}
}

static void finish(struct http *http, struct transfer *transfer, CURLcode code)
{
	long opened = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
	http->connections += opened > 0 ? (uint64_t)opened : 0;
	curl_multi_remove_handle(http->multi, transfer->easy);
	transfer->state = TRANSFER_IDLE;
	transfer->ops->done(transfer, code, NULL);
	if (transfer->state != TRANSFER_IDLE)
		return;
	transfer_release(transfer);
	transfer->ops->release(transfer);
}

static void act(struct http *http, curl_socket_t fd, int events)
{
	int running, left;
	CURLMsg *msg;

	http->busy = true;
	curl_multi_socket_action(http->multi, fd, events, &running);
	http->busy = false;
	settle_listed(http);
	while ((msg = curl_multi_info_read(http->multi, &left))) {
		struct transfer *transfer = NULL;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &transfer);
		finish(http, transfer, msg->data.result);
	}
}

/* A hang-up or an error is found out by libcurl's own read or write, which knows its cause. */
static void on_socket(struct loop_fd *handle, short revents)
{
	struct http_socket *sock = handle->ctx;
	bool broken = revents & (POLLERR | POLLHUP | POLLNVAL);
	int events = 0;

	if ((revents & POLLIN) || (broken && (handle->events & POLLIN)))
		events |= CURL_CSELECT_IN;
	if ((revents & POLLOUT) || (broken && (handle->events & POLLOUT)))
		events |= CURL_CSELECT_OUT;
	act(sock->http, handle->fd, events ? events : CURL_CSELECT_ERR);
}

static void on_timer(struct loop_timer *timer)
{
	act(timer->ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int watch_timer(CURLM *multi, long timeout_ms, void *ctx)
{
	struct http *http = ctx;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_stop(http->loop, &http->timer);
	else
		loop_timer_set(http->loop, &http->timer, clock_read().mono_ms + timeout_ms);
	return 0;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	static const short events[] = {
		[CURL_POLL_IN] = POLLIN,
		[CURL_POLL_OUT] = POLLOUT,
		[CURL_POLL_INOUT] = POLLIN | POLLOUT,
		[CURL_POLL_REMOVE] = 0,
	};
	struct http *http = ctx;
	struct http_socket *sock = socket_ctx;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (sock)
			loop_fd_remove(http->loop, &sock->handle);
		free(sock);
		return 0;
	}
	if (!sock) {
		sock = xcalloc(1, sizeof(*sock));
		sock->http = http;
		sock->handle = (struct loop_fd){.fd = fd, .ready = on_socket, .ctx = sock};
		curl_multi_assign(http->multi, fd, sock);
	}
	loop_fd_set(http->loop, &sock->handle, events[what]);
	return 0;
}

void http_list(struct http *http, struct transfer *transfer)
{
	if (transfer->listed)
		return;
	transfer->listed = true;
	transfer->next_listed = http->listed;
	http->listed = transfer;
}

struct http_limits http_limits_fill(const struct http_limits *limits)
{
	int64_t timeout_ms = limits->timeout_ms ? limits->timeout_ms : 10000;

	return (struct http_limits){
		.timeout_ms = timeout_ms,
		.body_bytes = limits->body_bytes ? limits->body_bytes : (uint64_t)32 * 1024 * 1024,
		.header_bytes = limits->header_bytes ? limits->header_bytes : 64 * 1024,
		.headers = limits->headers ? limits->headers : 200,
		.stall_ms = limits->stall_ms ? limits->stall_ms : timeout_ms / 2,
	};
}

/* libcurl takes a buffer for each transfer and gives it back at its end. The C library would give
 * their pages back to the system each time and be charged for clearing new ones. */
static void keep_buffers(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 2 * HTTP_BUFFER_BYTES);
	mallopt(M_TRIM_THRESHOLD, HTTP_IDLE_MAX * HTTP_BUFFER_BYTES);
#endif
}

struct http *http_new(struct loop *loop)
{
	struct http *http = xcalloc(1, sizeof(*http));

	unsetenv("SSLKEYLOGFILE");
	keep_buffers();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->loop = loop;
	http->timer = (struct loop_timer){.fire = on_timer, .ctx = http};
	http->resolver = resolver_new(loop);
	http->multi = curl_multi_init();
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	pool_init(&http->pool, SPARE_PEERS);
	return http;
}

void http_set_token(struct http *http, uint64_t random)
{
	snprintf(http->agent, sizeof(http->agent), HTTP_AGENT " (%016" PRIx64 ")", random);
}

const char *http_own_agent(const struct http *http)
{
	return *http->agent ? http->agent : NULL;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	while (http->nidle)
		curl_easy_cleanup(http->idle[--http->nidle]);
	curl_multi_cleanup(http->multi);
	pool_release(&http->pool);
	loop_timer_stop(http->loop, &http->timer);
	resolver_free(http->resolver);
	curl_global_cleanup();
	free(http);
}

void http_expect(struct http *http, size_t targets)
{
	struct rlimit files;

	pool_expect(&http->pool, targets + SPARE_PEERS);
	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files))
		log_debug("http: the limit of open files stays as it is");
}

void http_set_resolver(struct http *http, http_lookup *lookup, void *ctx)
{
	resolver_set(http->resolver, lookup, ctx);
}

uint64_t http_connections(const struct http *http)
{
	return http->connections;
}

const char *http_libraries(void)
{
	return curl_version();
}
