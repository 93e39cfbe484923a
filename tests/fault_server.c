#include "fault_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define REQUEST_BYTES   16384

struct fault_server {
	int listener;
	int port;
	int stop[2]; /* readable at its end once the server is to stop */
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_t threads[CONNECTIONS_MAX];
	unsigned connections;
	unsigned requests;
	char last[REQUEST_BYTES];
};

struct visit {
	struct fault_server *server;
	int fd;
};

/* What happens to the connection after the answer. */
enum after { KEEP, CLOSE, STALL, RESET };

struct script {
	const char *path;
	const char *answer;
	enum after after;
	void (*play)(struct visit *visit); /* more, after the answer */
};

static bool send_all(struct visit *visit, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(visit->fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool say(struct visit *visit, const char *text)
{
	return send_all(visit, text, strlen(text));
}

static void play_endless(struct visit *visit)
{
	char chunk[65536 + 16];
	int n = snprintf(chunk, sizeof(chunk), "%x\r\n", 65536);

	memset(chunk + n, 'x', 65536);
	memcpy(chunk + n + 65536, "\r\n", 2);
	while (send_all(visit, chunk, (size_t)n + 65536 + 2))
		;
}

static void play_many_headers(struct visit *visit)
{
	char line[64];

	for (int i = 0; i < 300; i++) {
		snprintf(line, sizeof(line), "X-Flood-%d: 1\r\n", i);
		say(visit, line);
	}
	say(visit, "Content-Length: 0\r\n\r\n");
}

static void play_large_headers(struct visit *visit)
{
	char line[8192];

	for (int i = 0; i < 10; i++) {
		memset(line, 'a', sizeof(line));
		memcpy(line, "X-Flood: ", 9);
		send_all(visit, line, sizeof(line));
		say(visit, "\r\n");
	}
	say(visit, "Content-Length: 0\r\n\r\n");
}

static void play_interim(struct visit *visit)
{
	while (say(visit, "HTTP/1.1 100 Continue\r\nX-Flood: 1\r\n\r\n"))
		;
}

/* 64 MiB of zeroes in 64 KiB; gzip(1) makes them. */
static void play_bomb(struct visit *visit)
{
	char buf[65536];
	FILE *bomb = popen("head -c 67108864 /dev/zero | gzip -9c", "r");
	size_t n;

	while (bomb && (n = fread(buf, 1, sizeof(buf), bomb)) > 0)
		if (!send_all(visit, buf, n))
			break;
	if (bomb)
		pclose(bomb);
}

static void play_gzip(struct visit *visit)
{
	char buf[4096];
	FILE *text = popen("printf 'up 1\\n' | gzip -c", "r");
	size_t n = text ? fread(buf, 1, sizeof(buf), text) : 0;

	send_all(visit, buf, n);
	if (text)
		pclose(text);
}

static void play_large_error(struct visit *visit)
{
	char block[1024];

	memset(block, 'e', sizeof(block));
	for (int i = 0; i < 200 && send_all(visit, block, sizeof(block)); i++)
		;
}

static void play_echo(struct visit *visit)
{
	char head[128];
	struct fault_server *server = visit->server;

	pthread_mutex_lock(&server->lock);
	snprintf(head, sizeof(head), "Content-Length: %zu\r\n\r\n", strlen(server->last));
	say(visit, head);
	say(visit, server->last);
	pthread_mutex_unlock(&server->lock);
}

#define OK     "HTTP/1.1 200 OK\r\n"
#define LENGTH OK "Content-Length: "

static const struct script scripts[] = {
	{"/ok", LENGTH "5\r\nContent-Type: text/plain\r\n\r\nup 1\n", KEEP, NULL},
	{"/chunked", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nup 1\n\r\n0\r\n\r\n", KEEP, NULL},
	{"/trailer",
	 OK "Transfer-Encoding: chunked\r\nTrailer: ETag\r\n\r\n5\r\nup 1\n\r\n0\r\nETag: "
	    "\"late\"\r\n\r\n",
	 KEEP, NULL},
	{"/page",
	 LENGTH
	 "2\r\nX-Next-Page: 3\r\nETag: \"early\"\r\nServer: fault/1\r\nDate: Thu, 01 Jan 1970 "
	 "00:01:00 GMT\r\n\r\n[]",
	 KEEP, NULL},
	{"/html", LENGTH "6\r\nContent-Type: text/html\r\n\r\n<html>", KEEP, NULL},
	{"/text", LENGTH "13\r\nContent-Type: text/plain\r\n\r\nit works, ok\n", KEEP, NULL},
	{"/empty", "HTTP/1.1 204 No Content\r\n\r\n", KEEP, NULL},
	{"/close", OK "Connection: close\r\n\r\nup 1\n", CLOSE, NULL},
	{"/long", LENGTH "5\r\n\r\nup 1\nup 2\n", CLOSE, NULL},
	{"/short", LENGTH "100\r\n\r\nup 1\n", CLOSE, NULL},
	{"/short-chunk", OK "Transfer-Encoding: chunked\r\n\r\n100\r\nup 1\n", CLOSE, NULL},
	{"/no-last-chunk", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nup 1\n\r\n", CLOSE, NULL},
	{"/stall", LENGTH "100\r\n\r\nup 1\n", STALL, NULL},
	{"/silent", "", STALL, NULL},
	{"/reset", "", RESET, NULL},
	{"/reset-later", LENGTH "100\r\n\r\nup 1\n", RESET, NULL},
	{"/nothing", "", CLOSE, NULL},
	{"/garbage", "220 mail.example ESMTP\r\n", CLOSE, NULL},
	{"/negative", LENGTH "-5\r\n\r\nup 1\n", CLOSE, NULL},
	{"/two-lengths", LENGTH "5\r\nContent-Length: 7\r\n\r\nup 1\n\r\n", CLOSE, NULL},
	{"/endless", OK "Transfer-Encoding: chunked\r\n\r\n", CLOSE, play_endless},
	{"/bomb", OK "Content-Encoding: gzip\r\nConnection: close\r\n\r\n", CLOSE, play_bomb},
	{"/gzip", OK "Content-Encoding: gzip\r\nConnection: close\r\n\r\n", CLOSE, play_gzip},
	{"/bad-gzip", LENGTH "9\r\nContent-Encoding: gzip\r\n\r\nnot gzip!", CLOSE, NULL},
	{"/many-headers", OK, KEEP, play_many_headers},
	{"/large-headers", OK, KEEP, play_large_headers},
	{"/interim", "", CLOSE, play_interim},
	{"/continue", "HTTP/1.1 100 Continue\r\n\r\n" LENGTH "5\r\n\r\nup 1\n", KEEP, NULL},
	{"/307",
	 "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://other.example/\r\n"
	 "Content-Length: 0\r\n\r\n",
	 KEEP, NULL},
	{"/302", "HTTP/1.1 302 Found\r\nLocation: http://x/\x1b[31m\r\nContent-Length: 0\r\n\r\n",
	 KEEP, NULL},
	{"/400",
	 "HTTP/1.1 400 Bad Request\r\nContent-Length: 49\r\n\r\nThe plain HTTP request was sent to "
	 "HTTPS port....\n",
	 CLOSE, NULL},
	{"/401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", KEEP, NULL},
	{"/403", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", KEEP, NULL},
	{"/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", KEEP, NULL},
	{"/429", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n",
	 KEEP, NULL},
	{"/500",
	 "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 24\r\n\r\ndatabase \x1b[31mis "
	 "gone\r\n\r\n",
	 KEEP, NULL},
	{"/500-html",
	 "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html\r\nContent-Length: "
	 "6\r\n\r\n<html>",
	 KEEP, NULL},
	{"/500-large", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 204800\r\n\r\n",
	 CLOSE, play_large_error},
	{"/503", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", KEEP, NULL},
	{"/echo", OK, KEEP, play_echo},
};

static const struct script *script_of(const char *request)
{
	const char *path = strchr(request, ' ');

	for (size_t i = 0; path && i < sizeof(scripts) / sizeof(*scripts); i++) {
		size_t len = strlen(scripts[i].path);

		if (!strncmp(path + 1, scripts[i].path, len) && strchr(" ?/", path[1 + len]))
			return &scripts[i];
	}
	return NULL;
}

static void wait_for_stop(struct visit *visit)
{
	struct pollfd fds[] = {{.fd = visit->server->stop[0], .events = POLLIN},
			       {.fd = visit->fd, .events = POLLRDHUP}};

	while (poll(fds, 2, -1) < 0)
		;
}

#define TLS_HANDSHAKE 0x16

/* The header of the next request; false at the connection's end or the server's, and when the
 * client speaks TLS, which it is told is no HTTP. */
static bool read_request(struct visit *visit, char *buf, size_t cap)
{
	size_t len = 0;

	while (len + 1 < cap) {
		struct pollfd fds[] = {{.fd = visit->server->stop[0], .events = POLLIN},
				       {.fd = visit->fd, .events = POLLIN}};
		ssize_t n;

		if (poll(fds, 2, -1) < 0 || fds[0].revents)
			return false;
		n = recv(visit->fd, buf + len, cap - len - 1, 0);
		if (n > 0 && buf[0] == TLS_HANDSHAKE)
			say(visit, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		if (n <= 0 || buf[0] == TLS_HANDSHAKE)
			return false;
		len += (size_t)n;
		buf[len] = '\0';
		if (strstr(buf, "\r\n\r\n"))
			return true;
	}
	return false;
}

static void note_request(struct fault_server *server, const char *request)
{
	pthread_mutex_lock(&server->lock);
	server->requests++;
	snprintf(server->last, sizeof(server->last), "%s", request);
	pthread_mutex_unlock(&server->lock);
}

static bool answer(struct visit *visit, const char *request)
{
	const struct script *script = script_of(request);
	struct linger reset = {.l_onoff = 1, .l_linger = 0};

	note_request(visit->server, request);
	if (!script)
		return say(visit, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	if (!say(visit, script->answer))
		return false;
	if (script->play)
		script->play(visit);
	if (script->after == STALL)
		wait_for_stop(visit);
	if (script->after == RESET)
		setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return script->after == KEEP;
}

static void *serve(void *arg)
{
	struct visit *visit = arg;
	char request[REQUEST_BYTES];

	while (read_request(visit, request, sizeof(request)) && answer(visit, request))
		;
	close(visit->fd);
	free(visit);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct fault_server *server = arg;

	for (;;) {
		struct pollfd fds[] = {{.fd = server->stop[0], .events = POLLIN},
				       {.fd = server->listener, .events = POLLIN}};
		struct visit *visit;
		int fd;

		if (poll(fds, 2, -1) < 0 || fds[0].revents)
			return NULL;
		fd = accept(server->listener, NULL, NULL);
		if (fd < 0 || server->connections == CONNECTIONS_MAX)
			continue;
		visit = calloc(1, sizeof(*visit));
		*visit = (struct visit){.server = server, .fd = fd};
		pthread_mutex_lock(&server->lock);
		pthread_create(&server->threads[server->connections++], NULL, serve, visit);
		pthread_mutex_unlock(&server->lock);
	}
}

static int listen_tcp(struct fault_server *server)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server->listener, (struct sockaddr *)&in, sizeof(in)))
		return -1;
	getsockname(server->listener, (struct sockaddr *)&in, &len);
	server->port = ntohs(in.sin_port);
	return 0;
}

static int listen_unix(struct fault_server *server, const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	server->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	return bind(server->listener, (struct sockaddr *)&un, sizeof(un));
}

struct fault_server *fault_server_start(const char *unix_path)
{
	struct fault_server *server = calloc(1, sizeof(*server));

	if (!server || pipe(server->stop) ||
	    (unix_path ? listen_unix(server, unix_path) : listen_tcp(server)) ||
	    listen(server->listener, 64))
		abort();
	pthread_mutex_init(&server->lock, NULL);
	pthread_create(&server->acceptor, NULL, accept_all, server);
	return server;
}

void fault_server_stop(struct fault_server *server)
{
	close(server->stop[1]);
	pthread_join(server->acceptor, NULL);
	for (unsigned i = 0; i < server->connections; i++)
		pthread_join(server->threads[i], NULL);
	close(server->listener);
	close(server->stop[0]);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int fault_server_port(const struct fault_server *server)
{
	return server->port;
}

unsigned fault_server_connections(struct fault_server *server)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = server->connections;
	pthread_mutex_unlock(&server->lock);
	return n;
}

unsigned fault_server_requests(struct fault_server *server)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = server->requests;
	pthread_mutex_unlock(&server->lock);
	return n;
}

void fault_server_last(struct fault_server *server, char *buf, size_t cap)
{
	pthread_mutex_lock(&server->lock);
	snprintf(buf, cap, "%s", server->last);
	pthread_mutex_unlock(&server->lock);
}
