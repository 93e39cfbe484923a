/* A gateway made of pages that the test writes and changes; for tests. */
#ifndef HC_TESTS_PAGE_SERVER_H
#define HC_TESTS_PAGE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct page_server;

struct page {
	const char *path; /* with its query */
	int status;       /* 0: 200 */
	const char *type; /* Content-Type; NULL: text/plain */
	const char *body;
	const char *header; /* one more header line, without its end, or NULL */
	size_t cut;         /* so many bytes less than Content-Length says, then the end */
	const char *wants;  /* what Authorization must be, else 401; NULL: nothing */
};

/* Listens on 127.0.0.1 in a thread of its own; keeps connections open. What is not set is 404. */
struct page_server *page_server_start(void);
void page_server_stop(struct page_server *server);
int page_server_port(const struct page_server *server);

/* Sets or replaces a page; strings are copied. */
void page_server_set(struct page_server *server, const struct page *page);

/* Requests for a path so far (NULL: all), and connections. */
unsigned page_server_hits(struct page_server *server, const char *path);
unsigned page_server_connections(struct page_server *server);

/* Whether any request had a header line that begins so. */
bool page_server_saw(struct page_server *server, const char *header);

#endif
