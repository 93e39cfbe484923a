#include "net/http_private.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>

#define CONNECT_MS            3000
#define STALL_BYTES_S         100L
#define KEEPALIVE_IDLE_S      30L
#define KEEPALIVE_INTERVAL_S  10L
#define UNACKNOWLEDGED_MAX_MS 15000u

static CURL *take_easy(struct http *http)
{
	return http->nidle ? http->idle[--http->nidle] : curl_easy_init();
}

static void give_easy(struct http *http, CURL *easy)
{
	if (!easy)
		return;
	if (http->nidle == HTTP_IDLE_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
	http->idle[http->nidle++] = easy;
}

/* A peer that vanished is noticed although the kernel keeps the connection. */
static int on_open(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
	(void)ctx;
	(void)purpose;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef TCP_USER_TIMEOUT
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){UNACKNOWLEDGED_MAX_MS},
		   sizeof(unsigned));
#endif
	return CURL_SOCKOPT_OK;
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t len = size * n;

	if (transfer->state == TRANSFER_DOOMED || transfer->ops->header(transfer, line, len) < 0)
		return 0;
	return len;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t len = size * n;

	if (transfer->state == TRANSFER_DOOMED || transfer->ops->body(transfer, data, len) < 0 ||
	    transfer->state == TRANSFER_DOOMED)
		return len ? 0 : 1;
	return len;
}

static void set_string(CURL *easy, CURLoption option, const char *value)
{
	if (value)
		curl_easy_setopt(easy, option, value);
}

/* What holds for every request of the program. */
static void set_policy(struct transfer *transfer)
{
	const char *agent = http_own_agent(transfer->http);
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)HTTP_BUFFER_BYTES);
	/* Names are looked up here; addresses do not age, and need not be looked through. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, agent ? agent : HTTP_AGENT);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

/* A pin without a CA is a decision for that one key, whoever signed it. */
static void set_tls(CURL *easy, const struct http_options *options)
{
	bool verify = !options->insecure && !(options->pinnedpubkey && !options->cacert);

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set_string(easy, CURLOPT_CAINFO, options->cacert);
	set_string(easy, CURLOPT_SSLCERT, options->cert);
	set_string(easy, CURLOPT_SSLKEY, options->key);
	set_string(easy, CURLOPT_PINNEDPUBLICKEY, options->pinnedpubkey);
}

/* libcurl 7.88 fails on a kept connection of HTTP/2 without TLS (mended in 8.0.0). */
static bool keeps_clear_http2(void)
{
	unsigned version = curl_version_info(CURLVERSION_NOW)->version_num;

	return version < 0x075800 || version >= 0x080000;
}

static int set_version(struct transfer *transfer, struct err *err)
{
	CURL *easy = transfer->easy;
	bool http2 = transfer->options->http2, tls = transfer->origin.tls;

	if (http2 && !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
		return err_set(err, ERR_UNSUPPORTED,
			       "this libcurl has no HTTP/2: leave http2 out for this target");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)(!http2 ? CURL_HTTP_VERSION_1_1
				: tls  ? CURL_HTTP_VERSION_2TLS
				       : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
	if (http2 && !tls && !keeps_clear_http2())
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	return 0;
}

static void set_route(struct transfer *transfer)
{
	const struct http_options *options = transfer->options;
	const struct origin *origin = &transfer->origin;
	CURL *easy = transfer->easy;

	transfer->peer = pool_take(&transfer->http->pool, origin->peer);
	curl_easy_setopt(easy, CURLOPT_SHARE, transfer->peer->share);
	set_string(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
	curl_easy_setopt(easy, CURLOPT_PROXY, origin->proxy ? origin->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (options->resolve)
		transfer->resolve = curl_slist_append(transfer->resolve, options->resolve);
	if (options->connect_to)
		transfer->connect_to = curl_slist_append(NULL, options->connect_to);
	if (options->compressed)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void on_found(struct resolver_waiter *waiter, const char *addresses, const char *why);
static void on_lookup_deadline(struct loop_timer *timer);

int transfer_init(struct transfer *transfer, struct http *http, const struct transfer_ops *ops,
		  const struct http_options *options, const struct http_limits *limits,
		  struct err *err)
{
	int64_t connect_ms = options->connect_timeout_ms ? options->connect_timeout_ms : CONNECT_MS;

	*transfer = (struct transfer){.http = http, .ops = ops, .options = options};
	transfer->waiter.found = on_found;
	transfer->lookup_deadline =
		(struct loop_timer){.fire = on_lookup_deadline, .ctx = transfer};
	transfer->timeout_ms = limits->timeout_ms;
	if (origin_init(&transfer->origin, options, err) < 0)
		return -1;
	transfer->easy = take_easy(http);
	set_policy(transfer);
	set_tls(transfer->easy, options);
	set_route(transfer);
	curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_S);
	curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_TIME,
			 (long)((limits->stall_ms + 999) / 1000));
	return set_version(transfer, err);
}

void transfer_header(struct transfer *transfer, const char *line)
{
	transfer->headers = curl_slist_append(transfer->headers, line);
}

static void add(struct transfer *transfer)
{
	struct http *http = transfer->http;
	int64_t left_ms =
		transfer->timeout_ms - (loop_now(http->loop).mono_ms - transfer->started_ms);

	if (http->busy) {
		transfer->state = TRANSFER_STARTING;
		http_list(http, transfer);
		return;
	}
	transfer->state = TRANSFER_RUNNING;
	curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 0 ? left_ms : 1));
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->resolve);
	curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
	curl_multi_add_handle(http->multi, transfer->easy);
}

static void add_addresses(struct transfer *transfer, const char *addresses)
{
	const struct origin *origin = &transfer->origin;
	struct strbuf entry = STRBUF_INIT;

	transfer->looked_up = true;
	strbuf_addf(&entry, "%s:%s:%s", origin_next_host(origin), origin_next_port(origin),
		    addresses);
	transfer->resolve = curl_slist_append(transfer->resolve, entry.buf);
	strbuf_release(&entry);
}

static void give_up_lookup(struct transfer *transfer, const char *why)
{
	resolver_forget(&transfer->waiter);
	loop_timer_stop(transfer->http->loop, &transfer->lookup_deadline);
	transfer->state = TRANSFER_IDLE;
	transfer->ops->done(transfer, CURLE_COULDNT_RESOLVE_HOST, why);
	if (transfer->state != TRANSFER_IDLE)
		return;
	transfer_release(transfer);
	transfer->ops->release(transfer);
}

static void on_found(struct resolver_waiter *waiter, const char *addresses, const char *why)
{
	struct transfer *transfer =
		(struct transfer *)(void *)((char *)waiter - offsetof(struct transfer, waiter));

	if (!addresses) {
		give_up_lookup(transfer, why);
		return;
	}
	loop_timer_stop(transfer->http->loop, &transfer->lookup_deadline);
	add_addresses(transfer, addresses);
	add(transfer);
}

static void on_lookup_deadline(struct loop_timer *timer)
{
	give_up_lookup(timer->ctx, "the resolver does not answer");
}

void transfer_start(struct transfer *transfer)
{
	struct http *http = transfer->http;
	const struct http_options *options = transfer->options;
	const char *host = origin_unresolved(&transfer->origin, options);
	int64_t wait_ms = options->connect_timeout_ms ? options->connect_timeout_ms : CONNECT_MS;
	const char *addresses;

	transfer->started_ms = loop_now(http->loop).mono_ms;
	if (!host || transfer->looked_up) {
		add(transfer);
		return;
	}
	transfer->state = TRANSFER_LOOKING_UP;
	addresses = resolver_ask(http->resolver, host, &transfer->waiter);
	if (addresses) {
		add_addresses(transfer, addresses);
		add(transfer);
		return;
	}
	loop_timer_set(http->loop, &transfer->lookup_deadline, transfer->started_ms + wait_ms);
}

int64_t transfer_info(const struct transfer *transfer, CURLINFO what)
{
	curl_off_t value = 0;

	curl_easy_getinfo(transfer->easy, what, &value);
	return (int64_t)value;
}

void transfer_cancel(struct transfer *transfer)
{
	struct http *http = transfer->http;

	if (http->busy) {
		transfer->state = TRANSFER_DOOMED;
		http_list(http, transfer);
		return;
	}
	transfer_release(transfer);
	transfer->ops->release(transfer);
}

static void wipe_list(struct curl_slist **list)
{
	for (struct curl_slist *item = *list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(*list);
	*list = NULL;
}

void transfer_release(struct transfer *transfer)
{
	struct http *http = transfer->http;

	resolver_forget(&transfer->waiter);
	loop_timer_stop(http->loop, &transfer->lookup_deadline);
	if (transfer->easy)
		curl_multi_remove_handle(http->multi, transfer->easy);
	give_easy(http, transfer->easy);
	transfer->easy = NULL;
	if (transfer->peer)
		pool_give(&http->pool, transfer->peer);
	transfer->peer = NULL;
	wipe_list(&transfer->headers);
	wipe_list(&transfer->resolve);
	wipe_list(&transfer->connect_to);
	origin_release(&transfer->origin);
}
