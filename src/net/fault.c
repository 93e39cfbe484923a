#include "net/fault.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 120

typedef void fault_fn(struct err *err, const struct fault *fault);

static void show(char *dst, size_t cap, const char *src)
{
	utf8_sanitise(dst, cap, src, strlen(src));
}

static long info(const struct fault *fault, CURLINFO what)
{
	long value = 0;

	curl_easy_getinfo(fault->transfer->easy, what, &value);
	return value;
}

void fault_connect(struct err *err, int error)
{
	static const struct {
		int error;
		enum err_code code;
		const char *text;
	} known[] = {
		{ECONNREFUSED, ERR_REFUSED,
		 "connection refused; the host answers, nothing listens there"},
		{EHOSTUNREACH, ERR_IO, "no route to the host: check the address and the network"},
		{ENETUNREACH, ERR_IO, "no route to its network: check the address and the network"},
		{ENOENT, ERR_NOT_FOUND, "no such socket: check the path, and that it was started"},
		{EACCES, ERR_IO, "no permission to open the socket: check its owner and group"},
		{EPERM, ERR_IO, "the connection is forbidden by a local rule: check the firewall"},
		{EMFILE, ERR_IO, "too many open files: raise the limit (ulimit -n)"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].error == error) {
			err_set(err, known[i].code, "%s", known[i].text);
			return;
		}
	}
	err_set(err, ERR_REFUSED, "no connection (%s): check the address and the port",
		error ? strerror(error) : "the host does not answer");
}

static void refused(struct err *err, const struct fault *fault)
{
	fault_connect(err, (int)info(fault, CURLINFO_OS_ERRNO));
}

static void unresolved(struct err *err, const struct fault *fault, const char *why)
{
	const struct origin *origin = &fault->transfer->origin;
	char host[SHOWN_BYTES];

	show(host, sizeof(host), origin_next_host(origin));
	err_set(err, ERR_RESOLVE,
		"%s%s does not resolve (%s): check the name, or give --resolve HOST:PORT:ADDRESS",
		origin->proxy ? "proxy " : "", host, why && *why ? why : "libcurl says no more");
}

static void resolve_failed(struct err *err, const struct fault *fault)
{
	unresolved(err, fault, NULL);
}

static void timed_out(struct err *err, const struct fault *fault)
{
	const struct http_limits *limits = fault->limits;
	int64_t total_ms = transfer_info(fault->transfer, CURLINFO_TOTAL_TIME_T) / 1000;
	bool ready = transfer_info(fault->transfer, CURLINFO_PRETRANSFER_TIME_T) > 0;
	/* A connection that was kept took no time. */
	bool connected = ready || transfer_info(fault->transfer, CURLINFO_CONNECT_TIME_T) > 0;
	unsigned long long bytes = fault->body_bytes;

	if (!connected)
		err_set(err, ERR_TIMEOUT,
			"no connection after %.1f s: check the address, and whether a firewall "
			"drops "
			"it",
			(double)total_ms / 1000);
	else if (!ready)
		err_set(err, ERR_TIMEOUT,
			"connected, but no TLS handshake after %.1f s: does the port speak TLS?",
			(double)total_ms / 1000);
	else if (!fault->answered)
		err_set(err, ERR_TIMEOUT,
			"connected, but no answer within %.2g s: is it overloaded? Else raise the "
			"timeout",
			(double)total_ms / 1000);
	else if (total_ms + 50 < limits->timeout_ms && limits->stall_ms < limits->timeout_ms)
		err_set(err, ERR_TIMEOUT,
			"stalled: %llu bytes came, then nothing for %.0f s; is it overloaded, or "
			"the network?",
			bytes, (double)((limits->stall_ms + 999) / 1000));
	else
		err_set(err, ERR_TIMEOUT,
			"answer not complete within %.0f s (%llu bytes): raise the timeout or ask "
			"for "
			"less",
			(double)limits->timeout_ms / 1000, bytes);
}

static void speaks_tls(struct err *err, const struct fault *fault)
{
	const struct origin *origin = &fault->transfer->origin;

	err_set(err, ERR_TLS, "port %s speaks TLS: try https://%s:%s", origin->port, origin->host,
		origin->port);
}

static void got_nothing(struct err *err, const struct fault *fault)
{
	if (fault->probe && fault->probe->speaks_tls)
		speaks_tls(err, fault);
	else
		err_set(err, ERR_TRUNCATED,
			"the connection was closed without an answer: is this the HTTP port?");
}

static void broken(struct err *err, const struct fault *fault)
{
	long connect_status = info(fault, CURLINFO_HTTP_CONNECTCODE);
	const struct origin *origin = &fault->transfer->origin;

	if (strstr(fault->transfer->error, "certificate required") ||
	    strstr(fault->transfer->error, "handshake failure"))
		err_set(err, ERR_TLS,
			"the server wants a client certificate: pass --cert and --key");
	else if (connect_status >= 300)
		err_set(err, ERR_STATUS, "proxy %s:%s answers %ld and does not pass the request on",
			origin->proxy_host, origin->proxy_port, connect_status);
	else if (fault->answered)
		err_set(err, ERR_TRUNCATED,
			"answer ended early: connection reset after %llu bytes; is it restarting?",
			(unsigned long long)fault->body_bytes);
	else if (fault->probe && fault->probe->speaks_tls)
		speaks_tls(err, fault);
	else
		err_set(err, ERR_IO,
			"the connection was reset before an answer came: is it restarting, or does "
			"a firewall cut it?");
}

static void not_http(struct err *err, const struct fault *fault)
{
	if (fault->probe && fault->probe->speaks_tls)
		speaks_tls(err, fault);
	else
		err_set(err, ERR_INVALID, "answers, but not in HTTP: is port %s the right one?",
			fault->transfer->origin.port);
}

static void partial(struct err *err, const struct fault *fault)
{
	int64_t length = transfer_info(fault->transfer, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
	int64_t got = transfer_info(fault->transfer, CURLINFO_SIZE_DOWNLOAD_T);

	if (length > 0)
		err_set(err, ERR_TRUNCATED,
			"answer ended early: %lld of %lld bytes; is it restarting, or does a proxy "
			"cut it?",
			(long long)got, (long long)length);
	else
		err_set(err, ERR_TRUNCATED,
			"answer ended early: %lld bytes and no end mark; is it restarting, or does "
			"a proxy cut it?",
			(long long)got);
}

static void handshake(struct err *err, const struct fault *fault)
{
	char why[SHOWN_BYTES];
	const char *text = fault->transfer->error;

	if (strstr(text, "wrong version number") || strstr(text, "packet length too long")) {
		err_set(err, ERR_TLS, "port %s does not speak TLS: try http://%s:%s",
			fault->transfer->origin.port, fault->transfer->origin.host,
			fault->transfer->origin.port);
		return;
	}
	show(why, sizeof(why), text);
	err_set(err, ERR_TLS, "TLS handshake failed (%s): does it speak TLS 1.2 or newer?",
		*why ? why : "no cause is given");
}

/* The numbers are X509_V_ERR_… of OpenSSL's x509_vfy.h, also used by LibreSSL and wolfSSL;
 * libcurl leaves 0 or 1 when the chain was not yet the matter, but the name. */
static void unverified(struct err *err, const struct fault *fault)
{
	enum { UNDECIDED = 1, NOT_YET = 9, EXPIRED = 10, SELF_SIGNED = 18 };
	const struct tls_probe *probe = fault->probe;
	long result = info(fault, CURLINFO_SSL_VERIFYRESULT);
	const char *expires = probe ? probe->expires : "";
	const char *names = probe ? probe->names : "";

	if (result == EXPIRED)
		err_set(err, ERR_TLS,
			"certificate expired%s%s: have it renewed, or pass --pinnedpubkey",
			*expires ? " on " : "", expires);
	else if (result == NOT_YET)
		err_set(err, ERR_TLS, "certificate is not valid yet: check this machine's clock");
	else if (result == SELF_SIGNED)
		err_set(err, ERR_TLS,
			"self-signed certificate: pass --cacert FILE or --pinnedpubkey");
	else if (result > UNDECIDED)
		err_set(err, ERR_TLS,
			"certificate is signed by a CA that this machine does not trust: pass "
			"--cacert "
			"FILE or --pinnedpubkey");
	else
		err_set(err, ERR_TLS,
			"certificate is for another name%s%s%s: use that name, or --resolve with "
			"it",
			*names ? " (" : "", names, *names ? ")" : "");
}

static void wrong_pin(struct err *err, const struct fault *fault)
{
	(void)fault;
	err_set(err, ERR_TLS,
		"the server's key is not the one of --pinnedpubkey: ask who changed it before you "
		"change the pin");
}

static void bad_ca_file(struct err *err, const struct fault *fault)
{
	const char *file = fault->transfer->options->cacert;
	char shown[SHOWN_BYTES];

	show(shown, sizeof(shown), file ? file : "the system's own");
	err_set(err, ERR_TLS, "CA file %s cannot be read: check --cacert", shown);
}

static void bad_client_cert(struct err *err, const struct fault *fault)
{
	(void)fault;
	err_set(err, ERR_TLS,
		"the client certificate or its key cannot be used: check --cert and --key");
}

static void bad_encoding(struct err *err, const struct fault *fault)
{
	(void)fault;
	err_set(err, ERR_INVALID, "the answer's compression is broken: ask without compressed");
}

static void http2_failed(struct err *err, const struct fault *fault)
{
	(void)fault;
	err_set(err, ERR_INVALID, "HTTP/2 failed on this connection: ask without http2");
}

void fault_transfer(struct err *err, CURLcode code, const char *lookup_error,
		    const struct fault *fault)
{
	static const struct {
		CURLcode code;
		fault_fn *tell;
	} known[] = {
		{CURLE_COULDNT_RESOLVE_HOST, resolve_failed},
		{CURLE_COULDNT_RESOLVE_PROXY, resolve_failed},
		{CURLE_COULDNT_CONNECT, refused},
		{CURLE_OPERATION_TIMEDOUT, timed_out},
		{CURLE_GOT_NOTHING, got_nothing},
		{CURLE_RECV_ERROR, broken},
		{CURLE_SEND_ERROR, broken},
		{CURLE_UNSUPPORTED_PROTOCOL, not_http},
		{CURLE_WEIRD_SERVER_REPLY, not_http},
		{CURLE_PARTIAL_FILE, partial},
		{CURLE_SSL_CONNECT_ERROR, handshake},
		{CURLE_PEER_FAILED_VERIFICATION, unverified},
		{CURLE_SSL_PINNEDPUBKEYNOTMATCH, wrong_pin},
		{CURLE_SSL_CACERT_BADFILE, bad_ca_file},
		{CURLE_SSL_CERTPROBLEM, bad_client_cert},
		{CURLE_BAD_CONTENT_ENCODING, bad_encoding},
		{CURLE_HTTP2, http2_failed},
		{CURLE_HTTP2_STREAM, http2_failed},
	};
	char why[SHOWN_BYTES];

	if (lookup_error) {
		unresolved(err, fault, lookup_error);
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].code == code) {
			known[i].tell(err, fault);
			return;
		}
	}
	show(why, sizeof(why),
	     *fault->transfer->error ? fault->transfer->error : curl_easy_strerror(code));
	err_set(err, ERR_IO, "the request failed: %s", why);
}

bool fault_wants_probe(CURLcode code, const struct transfer *transfer)
{
	if (transfer->origin.proxy || transfer->options->unix_socket)
		return false;
	if (transfer->origin.tls)
		return code == CURLE_PEER_FAILED_VERIFICATION;
	return code == CURLE_GOT_NOTHING || code == CURLE_UNSUPPORTED_PROTOCOL ||
	       code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR;
}

static void status_redirect(struct err *err, int status, const struct fault *fault)
{
	if (*fault->location)
		err_set(err, ERR_STATUS, "answers %d to %.150s: give that URL", status,
			fault->location);
	else
		err_set(err, ERR_STATUS, "answers %d without saying where to", status);
}

static void status_auth(struct err *err, int status, const struct fault *fault)
{
	if (!fault->credential)
		err_set(err, ERR_AUTH, "%d: wants a credential: --auth bearer:env:NAME", status);
	else if (status == 401)
		err_set(err, ERR_AUTH,
			"401: the credential is not accepted: is it expired, or another "
			"gateway's?");
	else
		err_set(err, ERR_AUTH,
			"403: the credential may not read this: give it the right, or use another");
}

static void status_wait(struct err *err, int status, const struct fault *fault)
{
	const char *what = status == 429 ? "429: too many requests" : "503: not available";

	if (fault->retry_after_ms)
		err_set(err, ERR_STATUS, "%s, asks to wait %lld s", what,
			(long long)(fault->retry_after_ms / 1000));
	else
		err_set(err, ERR_STATUS, "%s: %s", what,
			status == 429 ? "poll less often (interval)"
				      : "is it starting, or overloaded?");
}

static void status_missing(struct err *err, int status, const struct fault *fault)
{
	char path[SHOWN_BYTES];
	size_t len = strcspn(fault->path, "?");

	utf8_sanitise(path, sizeof(path), fault->path, len);
	err_set(err, ERR_STATUS, "answers %d to %s: is that enabled there?", status, path);
}

static void status_other(struct err *err, int status, const struct fault *fault)
{
	char head[SHOWN_BYTES];
	const char *remedy = status >= 500 ? "look into its own log" : "is the URL right?";

	show(head, sizeof(head), fault->head);
	if (*head && !fault->html)
		err_set(err, ERR_STATUS, "answers %d: %s; %s", status, head, remedy);
	else
		err_set(err, ERR_STATUS, "answers %d: %s", status, remedy);
}

void fault_status(struct err *err, int status, const struct fault *fault)
{
	static const struct {
		int first, last;
		void (*tell)(struct err *err, int status, const struct fault *fault);
	} known[] = {
		{300, 399, status_redirect}, {401, 401, status_auth}, {403, 403, status_auth},
		{404, 404, status_missing},  {429, 429, status_wait}, {503, 503, status_wait},
	};

	/* nginx, Go and others say in plain text that their port speaks TLS. */
	if (status == 400 && !fault->transfer->origin.tls && strcasestr(fault->head, "https")) {
		speaks_tls(err, fault);
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (status >= known[i].first && status <= known[i].last) {
			known[i].tell(err, status, fault);
			return;
		}
	}
	status_other(err, status, fault);
}
