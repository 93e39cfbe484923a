/* The fixture that the cases of check_net_read share, and the cases, a file of them per idea. */
#ifndef HC_TESTS_CHECK_NET_READ_H
#define HC_TESTS_CHECK_NET_READ_H

#include "fault_server.h"
#include "fetch.h"

#include <check.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

extern struct loop *loop;
extern struct http *http;
extern struct fault_server *server;
extern char url[64]; /* the server's, which origin has */
extern struct http_options origin;
extern struct read_spec spec; /* of the next get() */
extern struct fetch fetch;

void read_setup(void);
void read_teardown(void);

/* Reads the path, to the end. */
void get(const char *path);

/* Fails the test unless the last read ended like this, in a sentence that has text. */
void expect(enum err_code code, const char *text);

/* Names and proxies. */
TCase *route_cases(void);

#endif
