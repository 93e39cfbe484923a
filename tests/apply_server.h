/* A gateway with one value and a bad line to it: it counts how often a change is carried out, and
 * breaks off where it is told to; for tests. */
#ifndef HC_TESTS_APPLY_SERVER_H
#define HC_TESTS_APPLY_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct apply_server;

/* Where the line breaks; a change is carried out before, or it is not. */
enum drop {
	DROP_NONE,
	DROP_ACCEPT,  /* the next connection is closed at once */
	DROP_REQUEST, /* the request was read, nothing is said */
	DROP_RESET,   /* the same, with a reset */
	DROP_SILENCE, /* the same, and the connection stays open */
	DROP_HEADERS, /* after the header of the answer */
	DROP_BODY,    /* within its body */
	DROP_CHUNK,   /* within a chunk of it */
	DROP_502,     /* a proxy in between says so */
	DROP_504,
	DROP_GARBAGE, /* an answer that is no HTTP */
	DROP_KINDS
};

struct apply_server *apply_server_start(void);
void apply_server_stop(struct apply_server *server);
int apply_server_port(const struct apply_server *server);

/* Until all that has come to it is dealt with: of a client that is dead. */
void apply_server_settle(struct apply_server *server);

/* From now on changes end so, carried out or not. */
void apply_server_drop(struct apply_server *server, enum drop drop, bool applied);

/* Changes that were carried out, and requests for one that came. */
unsigned apply_server_applied(struct apply_server *server);
unsigned apply_server_tried(struct apply_server *server);

/* Copies the value ("" at first) and the last request for a change. */
void apply_server_value(struct apply_server *server, char *buf, size_t cap);
void apply_server_last(struct apply_server *server, char *buf, size_t cap);

/* The next n changes are beaten by somebody who sets this value, and are refused for it: 412 with
 * an If-Match, else 503. A path that begins with /refuse is always refused. */
void apply_server_race(struct apply_server *server, unsigned n, const char *value);

/* Carries out a change of its own, as another console would. */
void apply_server_set(struct apply_server *server, const char *value);

#endif
