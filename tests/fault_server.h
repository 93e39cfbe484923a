/* A server that misbehaves as its script says, one behaviour a path; for tests. */
#ifndef HC_TESTS_FAULT_SERVER_H
#define HC_TESTS_FAULT_SERVER_H

#include <stddef.h>

struct fault_server;

/* Listens on 127.0.0.1, or at the path of a unix socket when it is not NULL. */
struct fault_server *fault_server_start(const char *unix_path);
void fault_server_stop(struct fault_server *server);

int fault_server_port(const struct fault_server *server);
unsigned fault_server_connections(struct fault_server *server);
unsigned fault_server_requests(struct fault_server *server);

/* Copies the header of the last request. */
void fault_server_last(struct fault_server *server, char *buf, size_t cap);

#endif
