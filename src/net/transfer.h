/* One request under way: an easy handle set up for its origin, from the look-up of the name to
 * libcurl's last word. What the request means is its owner's matter (read.c). */
#ifndef HC_NET_TRANSFER_H
#define HC_NET_TRANSFER_H

#include "net/http.h"
#include "net/origin.h"
#include "net/resolve.h"

#include <curl/curl.h>

struct transfer;

struct transfer_ops {
	/* A line of a header or trailer, or bytes of the body; -1 ends the transfer. */
	int (*header)(struct transfer *transfer, const char *line, size_t len);
	int (*body)(struct transfer *transfer, const char *data, size_t len);
	/* The last word; lookup_error is set when the name was not found. What libcurl knows is
	 * still to be had from transfer->easy. May set the state to TRANSFER_PARKED, which keeps
	 * it so until the owner calls transfer_release(). */
	void (*done)(struct transfer *transfer, CURLcode code, const char *lookup_error);
	/* Frees what the transfer is part of, after done() or transfer_cancel(). */
	void (*release)(struct transfer *transfer);
};

enum transfer_state {
	TRANSFER_IDLE,
	TRANSFER_LOOKING_UP,
	TRANSFER_STARTING, /* waits for libcurl to return before it can be added */
	TRANSFER_RUNNING,
	TRANSFER_PARKED,
	TRANSFER_DOOMED /* cancelled while libcurl was busy: removed as soon as it returns */
};

struct transfer {
	struct http *http;
	const struct transfer_ops *ops;
	const struct http_options *options;
	struct origin origin;
	CURL *easy;
	struct pool_peer *peer; /* whose connections it uses */
	struct curl_slist *headers;
	struct curl_slist *resolve;
	struct curl_slist *connect_to;
	struct resolver_waiter waiter;
	struct loop_timer lookup_deadline;
	bool looked_up;
	int64_t started_ms;
	int64_t timeout_ms;
	enum transfer_state state;
	bool listed;
	struct transfer *next_listed;
	char error[CURL_ERROR_SIZE]; /* libcurl's own text */
};

/* Takes an easy handle and sets on it all that depends on the origin and not on the request.
 * limits has no zeroes. Options and http stay the caller's until the end. After a refusal the
 * caller calls transfer_release(). */
int transfer_init(struct transfer *transfer, struct http *http, const struct transfer_ops *ops,
		  const struct http_options *options, const struct http_limits *limits,
		  struct err *err);

/* Adds a request header; its text is wiped at the end. */
void transfer_header(struct transfer *transfer, const char *line);

/* Starts; done() is never called from within. */
void transfer_start(struct transfer *transfer);

/* A number that libcurl keeps as curl_off_t (CURLINFO_…_T, CURLINFO_RETRY_AFTER). */
int64_t transfer_info(const struct transfer *transfer, CURLINFO what);

/* Ends it without done(); releases it now or as soon as libcurl has returned. */
void transfer_cancel(struct transfer *transfer);

/* Gives everything back but the memory of the transfer itself. */
void transfer_release(struct transfer *transfer);

#endif
