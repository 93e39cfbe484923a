#include "net/tlsprobe.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define PROBE_MS 2000

struct tls_probe_request {
	struct transfer transfer; /* first member */
	void (*done)(void *ctx, const struct tls_probe *probe);
	void *ctx;
};

/* Trusts anybody, and so says nothing: no request, no credential, no client certificate. */
static void prepare(struct transfer *transfer)
{
	CURL *easy = transfer->easy;
	const struct origin *origin = &transfer->origin;
	struct strbuf url = STRBUF_INIT;

	strbuf_addf(&url, strchr(origin->host, ':') ? "https://[%s]:%s/" : "https://%s:%s/",
		    origin->host, origin->port);
	curl_easy_setopt(easy, CURLOPT_URL, url.buf);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_SSLCERT, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, NULL);
	curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, NULL);
	strbuf_release(&url);
}

/* The value of "Name:value" when the line has this name, else NULL. */
static const char *field(const char *line, const char *name)
{
	size_t len = strlen(name);

	return !strncasecmp(line, name, len) && line[len] == ':' ? line + len + 1 : NULL;
}

static void take_date(struct tls_probe *probe, const char *text)
{
	time_t when = curl_getdate(text, NULL);

	if (when != -1)
		clock_format(probe->expires, sizeof(probe->expires), "%Y-%m-%d",
			     (int64_t)when * 1000, true);
}

static void take_names(struct tls_probe *probe, const char *text)
{
	utf8_sanitise(probe->names, sizeof(probe->names), text, strlen(text));
}

/* Only the first certificate, the server's own, counts. */
static void take_certificate(struct tls_probe *probe, CURL *easy)
{
	struct curl_certinfo *certs = NULL;
	const char *value;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &certs) || !certs || certs->num_of_certs < 1)
		return;
	for (struct curl_slist *item = certs->certinfo[0]; item; item = item->next) {
		if ((value = field(item->data, "Expire date")))
			take_date(probe, value);
		else if ((value = field(item->data, "Subject")) && !*probe->names)
			take_names(probe, value);
		else if ((value = field(item->data, "X509v3 Subject Alternative Name")))
			take_names(probe, value);
	}
}

static void on_done(struct transfer *transfer, CURLcode code, const char *lookup_error)
{
	struct tls_probe_request *request = (struct tls_probe_request *)(void *)transfer;
	struct tls_probe probe = {.speaks_tls = code == CURLE_OK};

	(void)lookup_error;
	if (!code)
		take_certificate(&probe, transfer->easy);
	request->done(request->ctx, &probe);
}

static int ignore(struct transfer *transfer, const char *data, size_t len)
{
	(void)transfer;
	(void)data;
	(void)len;
	return 0;
}

static void release(struct transfer *transfer)
{
	free(transfer);
}

struct tls_probe_request *tls_probe_start(const struct transfer *failed,
					  void (*done)(void *ctx, const struct tls_probe *probe),
					  void *ctx)
{
	static const struct transfer_ops ops = {
		.header = ignore, .body = ignore, .done = on_done, .release = release};
	static const struct http_limits limits = {.timeout_ms = PROBE_MS, .stall_ms = PROBE_MS};
	struct tls_probe_request *request = xcalloc(1, sizeof(*request));
	struct err err;

	request->done = done;
	request->ctx = ctx;
	/* The same options were accepted for the transfer that failed. */
	if (transfer_init(&request->transfer, failed->http, &ops, failed->options, &limits, &err) <
	    0) {
		transfer_release(&request->transfer);
		free(request);
		return NULL;
	}
	prepare(&request->transfer);
	transfer_start(&request->transfer);
	return request;
}

void tls_probe_cancel(struct tls_probe_request *request)
{
	transfer_cancel(&request->transfer);
}
