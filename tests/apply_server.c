/* GET /value tells {"value":…,"n":…} with an ETag; PUT, POST, PATCH and DELETE on it, and GET
 * /reload, change it: the body becomes the value, If-Match is held. */
#include "apply_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define REQUEST_BYTES   16384
#define VALUE_BYTES     4096

struct apply_server {
	int listener;
	int port;
	int stop[2];
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_cond_t left;
	unsigned visits; /* under way */
	pthread_t threads[CONNECTIONS_MAX];
	unsigned nthreads;
	enum drop drop;
	bool drop_applied;
	unsigned applied, tried, races;
	char rival[VALUE_BYTES];
	char value[VALUE_BYTES];
	char last[REQUEST_BYTES];
};

struct visit {
	struct apply_server *server;
	int fd;
};

static bool say(const struct visit *visit, const char *text)
{
	size_t len = strlen(text);

	return send(visit->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool tell_value(struct visit *visit)
{
	struct apply_server *server = visit->server;
	char body[VALUE_BYTES + 64], head[256];

	pthread_mutex_lock(&server->lock);
	snprintf(body, sizeof(body), "{\"value\":%s,\"n\":%u}",
		 *server->value ? server->value : "null", server->applied);
	snprintf(head, sizeof(head),
		 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"%u\"\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 server->applied, strlen(body));
	pthread_mutex_unlock(&server->lock);
	return say(visit, head) && say(visit, body);
}

static void apply(struct apply_server *server, const char *value)
{
	pthread_mutex_lock(&server->lock);
	server->applied++;
	snprintf(server->value, sizeof(server->value), "%s", value);
	pthread_mutex_unlock(&server->lock);
}

/* Whether the request has no If-Match, or one that matches. */
static bool matches(struct apply_server *server, const char *request)
{
	const char *header = strcasestr(request, "\r\nIf-Match: \"");
	unsigned applied = apply_server_applied(server);

	return !header || strtoul(header + strlen("\r\nIf-Match: \""), NULL, 10) == applied;
}

static const char *const answers[DROP_KINDS] = {
	[DROP_NONE] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
		      "11\r\n\r\n{\"ok\":true}",
	[DROP_REQUEST] = "",
	[DROP_RESET] = "",
	[DROP_SILENCE] = "",
	[DROP_HEADERS] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
	[DROP_BODY] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":",
	[DROP_CHUNK] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{\"ok\":",
	[DROP_502] = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
	[DROP_504] = "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",
	[DROP_GARBAGE] = "404 page not found\n",
};

static void wait_for_end(const struct visit *visit)
{
	struct pollfd fds[] = {{.fd = visit->server->stop[0], .events = POLLIN},
			       {.fd = visit->fd, .events = POLLRDHUP}};

	while (poll(fds, 2, -1) < 0)
		;
}

static bool loses_race(struct apply_server *server)
{
	bool loses;

	pthread_mutex_lock(&server->lock);
	loses = server->races > 0;
	if (loses) {
		server->races--;
		server->applied++;
		snprintf(server->value, sizeof(server->value), "%s", server->rival);
	}
	pthread_mutex_unlock(&server->lock);
	return loses;
}

static bool change(struct visit *visit, const char *request, const char *body)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	struct apply_server *server = visit->server;
	enum drop drop;
	bool applied;

	pthread_mutex_lock(&server->lock);
	server->tried++;
	snprintf(server->last, sizeof(server->last), "%s", request);
	drop = server->drop;
	applied = server->drop_applied;
	pthread_mutex_unlock(&server->lock);
	if (strstr(request, " /refuse"))
		return say(visit, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
	if (loses_race(server) && !strcasestr(request, "\r\nIf-Match: "))
		return say(visit, "HTTP/1.1 503 Lost\r\nContent-Length: 4\r\n\r\nlost");
	if (!matches(server, request))
		return say(visit, "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n");
	if (applied)
		apply(server, body);
	say(visit, answers[drop]);
	if (drop == DROP_SILENCE)
		wait_for_end(visit);
	if (drop == DROP_RESET)
		setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return drop == DROP_NONE;
}

/* A whole request, header and body; false at the end of the connection or the server. */
static bool read_request(const struct visit *visit, char *buf, const char **ret_body)
{
	size_t len = 0;

	while (len + 1 < REQUEST_BYTES) {
		struct pollfd fds[] = {{.fd = visit->server->stop[0], .events = POLLIN},
				       {.fd = visit->fd, .events = POLLIN}};
		const char *end, *length;
		ssize_t n;

		if (poll(fds, 2, -1) < 0 || fds[0].revents)
			return false;
		n = recv(visit->fd, buf + len, REQUEST_BYTES - len - 1, 0);
		if (n <= 0)
			return false;
		len += (size_t)n;
		buf[len] = '\0';
		end = strstr(buf, "\r\n\r\n");
		length = strcasestr(buf, "\r\nContent-Length: ");
		*ret_body = end ? end + 4 : NULL;
		if (end &&
		    buf + len >= *ret_body + (length && length < end ? atol(length + 18) : 0))
			return true;
	}
	return false;
}

static void *serve(void *arg)
{
	struct visit *visit = arg;
	struct apply_server *server = visit->server;
	char request[REQUEST_BYTES];
	const char *body;
	bool keep = true;

	while (keep && read_request(visit, request, &body))
		keep = strncmp(request, "GET /value", 10) == 0 ? tell_value(visit)
							       : change(visit, request, body);
	close(visit->fd);
	free(visit);
	pthread_mutex_lock(&server->lock);
	server->visits--;
	pthread_cond_broadcast(&server->left);
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

static bool drops_next(struct apply_server *server)
{
	bool drops;

	pthread_mutex_lock(&server->lock);
	drops = server->drop == DROP_ACCEPT;
	if (drops)
		server->drop = DROP_NONE;
	pthread_mutex_unlock(&server->lock);
	return drops;
}

static void *accept_all(void *arg)
{
	struct apply_server *server = arg;

	for (;;) {
		struct pollfd fds[] = {{.fd = server->stop[0], .events = POLLIN},
				       {.fd = server->listener, .events = POLLIN}};
		struct visit *visit;
		int fd;

		if (poll(fds, 2, -1) < 0 || fds[0].revents)
			return NULL;
		fd = accept(server->listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (drops_next(server) || server->nthreads == CONNECTIONS_MAX) {
			close(fd);
			continue;
		}
		visit = calloc(1, sizeof(*visit));
		*visit = (struct visit){.server = server, .fd = fd};
		pthread_mutex_lock(&server->lock);
		server->visits++;
		pthread_mutex_unlock(&server->lock);
		pthread_create(&server->threads[server->nthreads++], NULL, serve, visit);
	}
}

struct apply_server *apply_server_start(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct apply_server *server = calloc(1, sizeof(*server));
	socklen_t len = sizeof(in);

	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (pipe(server->stop) || bind(server->listener, (struct sockaddr *)&in, sizeof(in)) ||
	    getsockname(server->listener, (struct sockaddr *)&in, &len) ||
	    listen(server->listener, 64))
		abort();
	server->port = ntohs(in.sin_port);
	server->drop_applied = true;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->left, NULL);
	pthread_create(&server->acceptor, NULL, accept_all, server);
	return server;
}

void apply_server_stop(struct apply_server *server)
{
	close(server->stop[1]);
	pthread_join(server->acceptor, NULL);
	for (unsigned i = 0; i < server->nthreads; i++)
		pthread_join(server->threads[i], NULL);
	close(server->listener);
	close(server->stop[0]);
	pthread_cond_destroy(&server->left);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* A visit of its own comes after those that wait to be accepted. */
void apply_server_settle(struct apply_server *server)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)server->port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) || shutdown(fd, SHUT_WR) ||
	    read(fd, &byte, 1) > 0)
		abort();
	close(fd);
	pthread_mutex_lock(&server->lock);
	while (server->visits)
		pthread_cond_wait(&server->left, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

int apply_server_port(const struct apply_server *server)
{
	return server->port;
}

void apply_server_drop(struct apply_server *server, enum drop drop, bool applied)
{
	pthread_mutex_lock(&server->lock);
	server->drop = drop;
	server->drop_applied = applied;
	pthread_mutex_unlock(&server->lock);
}

static unsigned count(struct apply_server *server, const unsigned *field)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = *field;
	pthread_mutex_unlock(&server->lock);
	return n;
}

unsigned apply_server_applied(struct apply_server *server)
{
	return count(server, &server->applied);
}

unsigned apply_server_tried(struct apply_server *server)
{
	return count(server, &server->tried);
}

static void copy(struct apply_server *server, const char *text, char *buf, size_t cap)
{
	pthread_mutex_lock(&server->lock);
	snprintf(buf, cap, "%s", text);
	pthread_mutex_unlock(&server->lock);
}

void apply_server_value(struct apply_server *server, char *buf, size_t cap)
{
	copy(server, server->value, buf, cap);
}

void apply_server_last(struct apply_server *server, char *buf, size_t cap)
{
	copy(server, server->last, buf, cap);
}

void apply_server_race(struct apply_server *server, unsigned n, const char *value)
{
	pthread_mutex_lock(&server->lock);
	server->races = n;
	snprintf(server->rival, sizeof(server->rival), "%s", value);
	pthread_mutex_unlock(&server->lock);
}

void apply_server_set(struct apply_server *server, const char *value)
{
	apply(server, value);
}
