#include "net/line_private.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "net/fault.h"
#include "net/origin.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_MS 3000
#define READ_BYTES ((size_t)64 * 1024)
#define TURN_BYTES ((size_t)1024 * 1024)

struct line_request {
	struct loop *loop;
	const struct line_ops *ops;
	void *ctx;
	struct http_limits limits;
	struct resolver *resolver; /* only while a name is looked up */
	struct resolver_waiter waiter;
	char *path; /* of a unix socket, or NULL */
	char *host;
	uint16_t port;
	char *addresses;  /* that were found for host */
	const char *next; /* address to try when this one fails */
	char *command;    /* with its newline */
	size_t sent;
	struct loop_fd socket;
	struct loop_timer deadline;
	int64_t started_ms;
	int64_t heard_ms;
	uint64_t bytes;
	bool connected;
	bool busy; /* within a callback of the caller */
	bool cancelled;
	struct err failure; /* to be reported by the timer */
};

static void release(struct line_request *request)
{
	if (request->resolver) {
		resolver_forget(&request->waiter);
		resolver_free(request->resolver);
	}
	loop_timer_stop(request->loop, &request->deadline);
	if (request->socket.fd >= 0) {
		loop_fd_remove(request->loop, &request->socket);
		close(request->socket.fd);
	}
	free(request->path);
	free(request->host);
	free(request->addresses);
	free(request->command);
	free(request);
}

static void finish(struct line_request *request, const struct err *err)
{
	int64_t took_ms = loop_now(request->loop).mono_ms - request->started_ms;

	request->busy = true;
	request->ops->done(request->ctx, err, (double)took_ms / 1000, request->bytes);
	release(request);
}

/* The nearest of the deadlines: to connect, to hear more, to be through. */
static void set_deadline(struct line_request *request)
{
	int64_t end_ms = request->started_ms + request->limits.timeout_ms;
	int64_t next_ms = request->heard_ms +
			  (request->connected ? request->limits.stall_ms : (int64_t)CONNECT_MS);

	loop_timer_set(request->loop, &request->deadline, next_ms < end_ms ? next_ms : end_ms);
}

static void on_deadline(struct loop_timer *timer)
{
	struct line_request *request = timer->ctx;
	int64_t now_ms = loop_now(request->loop).mono_ms;
	double seconds = (double)(now_ms - request->started_ms) / 1000;
	struct err err;

	if (request->resolver)
		err_set(&err, ERR_RESOLVE,
			"%.100s does not resolve (the resolver does not answer): check the name, "
			"or give "
			"the address",
			request->host);
	else if (!request->connected)
		err_set(&err, ERR_TIMEOUT,
			"no connection after %.1f s: check the address, and whether a firewall "
			"drops it",
			seconds);
	else if (!request->bytes)
		err_set(&err, ERR_TIMEOUT, "connected, but no answer within %.1f s", seconds);
	else if (now_ms - request->started_ms >= request->limits.timeout_ms)
		err_set(&err, ERR_TIMEOUT, "answer not complete within %.1f s (%llu bytes)",
			seconds, (unsigned long long)request->bytes);
	else
		err_set(&err, ERR_TIMEOUT, "stalled: %llu bytes came, then nothing for %.1f s",
			(unsigned long long)request->bytes,
			(double)request->limits.stall_ms / 1000);
	finish(request, &err);
}

static void send_command(struct line_request *request)
{
	size_t len = strlen(request->command);
	ssize_t n = send(request->socket.fd, request->command + request->sent, len - request->sent,
			 MSG_NOSIGNAL);
	struct err err;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		err_set(&err, ERR_IO, "the command could not be sent: %s", strerror(errno));
		finish(request, &err);
		return;
	}
	request->sent += n > 0 ? (size_t)n : 0;
	loop_fd_set(request->loop, &request->socket, request->sent < len ? POLLOUT : POLLIN);
}

/* Hands the bytes over; false when the request is at its end. */
static bool take(struct line_request *request, const char *data, size_t len)
{
	struct err err = {0};
	int rc;

	request->bytes += len;
	if (request->bytes > request->limits.body_bytes) {
		err_set(&err, ERR_LIMIT, "answer larger than %.4g MiB: ask for less of it",
			(double)request->limits.body_bytes / (1024 * 1024));
		finish(request, &err);
		return false;
	}
	request->busy = true;
	rc = request->ops->body(request->ctx, data, len, &err);
	request->busy = false;
	if (request->cancelled) {
		release(request);
		return false;
	}
	if (rc < 0)
		finish(request, &err);
	return rc == 0;
}

static void receive(struct line_request *request)
{
	char buf[READ_BYTES];
	struct err err = {0};
	ssize_t n = 1;

	for (size_t total = 0; total < TURN_BYTES; total += (size_t)n) {
		n = recv(request->socket.fd, buf, sizeof(buf), 0);
		if (n <= 0)
			break;
		if (!take(request, buf, (size_t)n))
			return;
	}
	if (n == 0) {
		finish(request, &err);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		err_set(&err, ERR_TRUNCATED, "answer ended early: %s after %llu bytes",
			strerror(errno), (unsigned long long)request->bytes);
		finish(request, &err);
	} else {
		request->heard_ms = loop_now(request->loop).mono_ms;
		set_deadline(request);
	}
}

static void connect_next(struct line_request *request);

static void on_socket(struct loop_fd *handle, short revents)
{
	struct line_request *request = handle->ctx;
	int error = 0;
	socklen_t len = sizeof(error);
	struct err err;

	(void)revents;
	if (!request->connected) {
		getsockopt(handle->fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error && request->next && *request->next) {
			connect_next(request);
			return;
		}
		if (error) {
			fault_connect(&err, error);
			finish(request, &err);
			return;
		}
		request->connected = true;
		request->heard_ms = loop_now(request->loop).mono_ms;
		set_deadline(request);
	}
	if (request->sent < strlen(request->command))
		send_command(request);
	else
		receive(request);
}

/* Makes the socket's address of what is next on the list; its length, or 0 when the list is at
 * its end. */
static socklen_t next_address(struct line_request *request, struct sockaddr_storage *ret_address)
{
	struct sockaddr_un *un = (struct sockaddr_un *)(void *)ret_address;
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)ret_address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ret_address;
	uint16_t port = htons(request->port);
	char text[INET6_ADDRSTRLEN];
	const char *p = request->next;
	size_t len;

	*ret_address = (struct sockaddr_storage){0};
	if (request->path) {
		un->sun_family = AF_UNIX;
		memcpy(un->sun_path, request->path, strlen(request->path) + 1);
		return sizeof(*un);
	}
	p += strspn(p, ",[");
	len = strcspn(p, ",]");
	request->next = p + len + strspn(p + len, ",]");
	if (!len || len >= sizeof(text))
		return 0;
	memcpy(text, p, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = port;
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 ? sizeof(*in6) : 0;
}

static void on_failed(struct loop_timer *timer)
{
	struct line_request *request = timer->ctx;

	finish(request, &request->failure);
}

/* Reports through the loop, so that done() is never called from within line_start() and nothing
 * is released under the resolver. */
static void fail_later(struct line_request *request)
{
	request->deadline.fire = on_failed;
	loop_timer_set(request->loop, &request->deadline, 0);
}

static void connect_next(struct line_request *request)
{
	struct sockaddr_storage address;
	socklen_t len = next_address(request, &address);

	if (request->socket.fd >= 0) {
		loop_fd_remove(request->loop, &request->socket);
		close(request->socket.fd);
	}
	request->socket.fd =
		socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (request->socket.fd < 0 || !len) {
		fault_connect(&request->failure, len ? errno : EADDRNOTAVAIL);
		fail_later(request);
		return;
	}
	if (connect(request->socket.fd, (struct sockaddr *)&address, len) < 0 &&
	    errno != EINPROGRESS) {
		fault_connect(&request->failure, errno);
		fail_later(request);
		return;
	}
	loop_fd_set(request->loop, &request->socket, POLLOUT);
}

static void on_found(struct resolver_waiter *waiter, const char *addresses, const char *why)
{
	struct line_request *request =
		(struct line_request *)(void *)((char *)waiter -
						offsetof(struct line_request, waiter));

	if (!addresses) {
		err_set(&request->failure, ERR_RESOLVE,
			"%.100s does not resolve (%.80s): check the name", request->host, why);
		fail_later(request);
		return;
	}
	request->addresses = xstrdup(addresses);
	request->next = request->addresses;
	connect_next(request);
}

static int refuse(struct err *err, const char *address)
{
	char shown[80];

	utf8_sanitise(shown, sizeof(shown), address, strlen(address));
	return err_set(err, ERR_INVALID, "address %s: expected unix:/PATH or tcp:HOST:PORT", shown);
}

static int take_tcp(struct line_request *request, const char *address, struct err *err)
{
	const char *text = address + strlen("tcp:"), *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char *end = NULL;
	long port = colon ? strtol(colon + 1, &end, 10) : 0;

	if (!len || port < 1 || port > 65535 || *end)
		return refuse(err, address);
	if (*text == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	request->host = xstrndup(text, len);
	request->port = (uint16_t)port;
	return 0;
}

static int take_unix(struct line_request *request, const char *address, struct err *err)
{
	const char *path = address + strlen("unix:");

	if (*path != '/' || strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return refuse(err, address);
	request->path = xstrdup(path);
	return 0;
}

static int take_address(struct line_request *request, const char *address, struct err *err)
{
	if (!strncmp(address, "unix:", 5))
		return take_unix(request, address, err);
	if (!strncmp(address, "tcp:", 4))
		return take_tcp(request, address, err);
	return refuse(err, address);
}

/* Several commands in one, or a newline, would be more than what was asked for. */
static int take_command(struct line_request *request, const char *command, struct err *err)
{
	struct strbuf line = STRBUF_INIT;

	for (const char *p = command; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == ';')
			return err_set(err, ERR_INVALID,
				       "the command has a control byte or ';': give one command");
	if (!*command)
		return err_set(err, ERR_INVALID, "the command is empty");
	strbuf_addf(&line, "%s\n", command);
	request->command = strbuf_detach(&line);
	return 0;
}

static int take_spec(struct line_request *request, const struct line_spec *spec, struct err *err)
{
	if (take_command(request, spec->command, err) < 0)
		return -1;
	return take_address(request, spec->address, err);
}

int line_check(const char *address, struct err *err)
{
	struct line_request parts = {.host = NULL};
	int result = take_address(&parts, address, err);

	free(parts.host);
	free(parts.path);
	return result;
}

static void start(struct line_request *request)
{
	if (request->host && !strcasecmp(request->host, "localhost"))
		request->addresses = xstrdup("127.0.0.1,[::1]");
	else if (request->host && origin_is_address(request->host))
		request->addresses = xstrdup(request->host);
	request->next = request->addresses;
	set_deadline(request);
	if (request->path || request->addresses) {
		connect_next(request);
		return;
	}
	request->resolver = resolver_new(request->loop);
	resolver_ask(request->resolver, request->host, &request->waiter);
}

struct line_request *line_open(struct loop *loop, const struct line_spec *spec,
			       const struct line_ops *ops, void *ctx, struct err *err)
{
	struct line_request *request = xcalloc(1, sizeof(*request));
	int64_t now_ms = loop_now(loop).mono_ms;

	*request = (struct line_request){
		.loop = loop,
		.ops = ops,
		.ctx = ctx,
		.limits = http_limits_fill(&spec->limits),
		.waiter.found = on_found,
		.socket = {.fd = -1, .ready = on_socket, .ctx = request},
		.deadline = {.fire = on_deadline, .ctx = request},
		.started_ms = now_ms,
		.heard_ms = now_ms,
	};
	if (take_spec(request, spec, err) < 0) {
		release(request);
		return NULL;
	}
	start(request);
	return request;
}

bool line_has_sent(const struct line_request *request)
{
	return request->sent > 0;
}

static bool only_reads(const char *command)
{
	static const char *const words[] = {"show", "get", "help"};
	size_t len = strcspn(command, " ");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && !strncmp(command, words[i], len))
			return true;
	return false;
}

struct line_request *line_start(struct loop *loop, const struct line_spec *spec,
				const struct line_ops *ops, void *ctx, struct err *err)
{
	char shown[80];

	if (!only_reads(spec->command)) {
		utf8_sanitise(shown, sizeof(shown), spec->command, strlen(spec->command));
		err_set(err, ERR_INVALID,
			"the command \"%s\" is not one that only reads: show, get or help", shown);
		return NULL;
	}
	return line_open(loop, spec, ops, ctx, err);
}

void line_cancel(struct line_request *request)
{
	request->cancelled = true;
	if (!request->busy)
		release(request);
}
