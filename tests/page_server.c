#include "page_server.h"

#include "base/alloc.h"
#include "base/strbuf.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGES       64
#define CONNECTIONS 64

struct kept_page {
	char *path, *type, *body, *header, *wants;
	int status;
	size_t cut;
	unsigned hits;
};

struct connection {
	int fd;
	struct strbuf in;
};

struct page_server {
	pthread_t thread;
	pthread_mutex_t lock;
	int listener, wake[2], port;
	struct kept_page pages[PAGES];
	size_t npages;
	struct connection connections[CONNECTIONS];
	size_t nconnections;
	unsigned accepted, hits;
	struct strbuf heads; /* of all requests */
};

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void page_release(struct kept_page *page)
{
	free(page->path);
	free(page->type);
	free(page->body);
	free(page->header);
	free(page->wants);
}

static struct kept_page *find(struct page_server *server, const char *path)
{
	for (size_t i = 0; i < server->npages; i++)
		if (strcmp(server->pages[i].path, path) == 0)
			return &server->pages[i];
	return NULL;
}

void page_server_set(struct page_server *server, const struct page *page)
{
	struct kept_page *kept;
	unsigned hits = 0;

	pthread_mutex_lock(&server->lock);
	kept = find(server, page->path);
	if (kept) {
		hits = kept->hits;
		page_release(kept);
	} else {
		kept = &server->pages[server->npages++];
	}
	*kept = (struct kept_page){.path = copy(page->path),
				   .type = copy(page->type ? page->type : "text/plain"),
				   .body = copy(page->body ? page->body : ""),
				   .header = copy(page->header),
				   .wants = copy(page->wants),
				   .status = page->status ? page->status : 200,
				   .cut = page->cut,
				   .hits = hits};
	pthread_mutex_unlock(&server->lock);
}

static void answer(struct page_server *server, const char *head, struct strbuf *out,
		   bool *ret_close)
{
	static char type[] = "text/plain", body[] = "";
	static const struct kept_page absent = {.status = 404, .type = type, .body = body};
	const struct kept_page *page = &absent;
	struct kept_page *found;
	char path[512] = "", wanted[256];
	int status;

	sscanf(head, "%*s %511s", path);
	server->hits++;
	strbuf_addstr(&server->heads, head);
	found = find(server, path);
	if (found) {
		found->hits++;
		page = found;
	}
	status = page->status;
	if (page->wants) {
		snprintf(wanted, sizeof(wanted), "\r\nAuthorization: %s\r\n", page->wants);
		if (!strcasestr(head, wanted))
			status = 401;
	}
	strbuf_addf(out, "HTTP/1.1 %d X\r\nServer: pages/1.0\r\nContent-Type: %s\r\n", status,
		    page->type);
	if (page->header)
		strbuf_addf(out, "%s\r\n", page->header);
	strbuf_addf(out, "Content-Length: %zu\r\n\r\n", strlen(page->body));
	strbuf_add(out, page->body, strlen(page->body) - page->cut);
	*ret_close = page->cut > 0;
}

static void send_all(int fd, const struct strbuf *out)
{
	size_t sent = 0;

	while (sent < out->len) {
		ssize_t n = send(fd, out->buf + sent, out->len - sent, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		sent += (size_t)n;
	}
}

/* Returns false when the connection is to be closed. */
static bool serve(struct page_server *server, struct connection *connection)
{
	char chunk[4096], *end;
	ssize_t n = recv(connection->fd, chunk, sizeof(chunk), 0);
	bool over = false;

	if (n <= 0)
		return false;
	strbuf_add(&connection->in, chunk, (size_t)n);
	while (!over && (end = strstr(connection->in.buf, "\r\n\r\n"))) {
		struct strbuf out = STRBUF_INIT;
		end[2] = '\0';
		pthread_mutex_lock(&server->lock);
		answer(server, connection->in.buf, &out, &over);
		pthread_mutex_unlock(&server->lock);
		send_all(connection->fd, &out);
		strbuf_release(&out);
		strbuf_consume(&connection->in, (size_t)(end + 4 - connection->in.buf));
	}
	return !over;
}

static void accept_one(struct page_server *server)
{
	int fd = accept(server->listener, NULL, NULL);

	if (fd < 0)
		return;
	if (server->nconnections == CONNECTIONS) {
		close(fd);
		return;
	}
	pthread_mutex_lock(&server->lock);
	server->accepted++;
	pthread_mutex_unlock(&server->lock);
	server->connections[server->nconnections].fd = fd;
	strbuf_init(&server->connections[server->nconnections++].in);
}

static void drop(struct page_server *server, size_t i)
{
	close(server->connections[i].fd);
	strbuf_release(&server->connections[i].in);
	server->connections[i] = server->connections[--server->nconnections];
}

static void *run(void *arg)
{
	struct page_server *server = arg;
	struct pollfd polls[CONNECTIONS + 2];

	for (;;) {
		size_t n = server->nconnections;
		polls[0] = (struct pollfd){.fd = server->wake[0], .events = POLLIN};
		polls[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
		for (size_t i = 0; i < n; i++)
			polls[i + 2] =
				(struct pollfd){.fd = server->connections[i].fd, .events = POLLIN};
		if (poll(polls, n + 2, -1) < 0)
			continue;
		if (polls[0].revents)
			break;
		for (size_t i = n; i-- > 0;)
			if (polls[i + 2].revents && !serve(server, &server->connections[i]))
				drop(server, i);
		if (polls[1].revents)
			accept_one(server);
	}
	while (server->nconnections)
		drop(server, server->nconnections - 1);
	return NULL;
}

struct page_server *page_server_start(void)
{
	struct page_server *server = xcalloc(1, sizeof(*server));
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	strbuf_init(&server->heads);
	pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pipe(server->wake) < 0 ||
	    bind(server->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(server->listener, 64) < 0)
		abort();
	getsockname(server->listener, (struct sockaddr *)&address, &len);
	server->port = ntohs(address.sin_port);
	if (pthread_create(&server->thread, NULL, run, server))
		abort();
	return server;
}

void page_server_stop(struct page_server *server)
{
	if (write(server->wake[1], "", 1) != 1)
		abort();
	pthread_join(server->thread, NULL);
	close(server->wake[0]);
	close(server->wake[1]);
	close(server->listener);
	for (size_t i = 0; i < server->npages; i++)
		page_release(&server->pages[i]);
	strbuf_release(&server->heads);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int page_server_port(const struct page_server *server)
{
	return server->port;
}

unsigned page_server_hits(struct page_server *server, const char *path)
{
	struct kept_page *page;
	unsigned hits;

	pthread_mutex_lock(&server->lock);
	page = path ? find(server, path) : NULL;
	hits = page ? page->hits : path ? 0 : server->hits;
	pthread_mutex_unlock(&server->lock);
	return hits;
}

unsigned page_server_connections(struct page_server *server)
{
	unsigned accepted;

	pthread_mutex_lock(&server->lock);
	accepted = server->accepted;
	pthread_mutex_unlock(&server->lock);
	return accepted;
}

bool page_server_saw(struct page_server *server, const char *header)
{
	bool saw;

	pthread_mutex_lock(&server->lock);
	saw = strcasestr(server->heads.buf, header) != NULL;
	pthread_mutex_unlock(&server->lock);
	return saw;
}
