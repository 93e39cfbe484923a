/* What went wrong with a request, in one sentence that names the remedy. */
#ifndef HC_NET_FAULT_H
#define HC_NET_FAULT_H

#include "net/tlsprobe.h"
#include "net/transfer.h"

/* What is known of the request beside libcurl's code. */
struct fault {
	const struct transfer *transfer;
	const struct http_limits *limits;
	const struct tls_probe *probe; /* NULL: the port was not looked at */
	const char *path;
	const char *location; /* sanitised */
	const char *head;     /* first bytes of the body, sanitised */
	bool html;
	bool credential; /* one was sent */
	bool answered;   /* a header has come */
	uint64_t body_bytes;
	int64_t retry_after_ms;
};

/* Fills err for a transfer that failed with code. */
void fault_transfer(struct err *err, CURLcode code, const char *lookup_error,
		    const struct fault *fault);

/* Fills err for a connection that failed with this errno. */
void fault_connect(struct err *err, int error);

/* Fills err for an answer whose status is not 2xx. */
void fault_status(struct err *err, int status, const struct fault *fault);

/* Whether looking at the port's TLS can tell more about this failure. */
bool fault_wants_probe(CURLcode code, const struct transfer *transfer);

#endif
