/* What a port shows of its TLS: a handshake without a request and without trust, made only to
 * explain a failure. */
#ifndef HC_NET_TLSPROBE_H
#define HC_NET_TLSPROBE_H

#include "net/transfer.h"

struct tls_probe_request;

struct tls_probe {
	bool speaks_tls;
	char expires[16]; /* YYYY-MM-DD, or "" */
	char names[128];  /* what the certificate is for, sanitised, or "" */
};

/* Connects to the host and port of the failed transfer, which stays until done() was called. */
struct tls_probe_request *tls_probe_start(const struct transfer *failed,
					  void (*done)(void *ctx, const struct tls_probe *probe),
					  void *ctx);
void tls_probe_cancel(struct tls_probe_request *request);

#endif
