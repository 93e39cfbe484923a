#include "collect/reach.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "net/line.h"
#include "net/origin.h"

#include <stdlib.h>
#include <string.h>

/* Cuts page off the end of url when that leaves an origin; pages begin with '/'. */
static bool cut_page(char *url, const char *page)
{
	size_t len = strlen(url), page_len = page ? strcspn(page, "?") : 0;
	const char *host = strstr(url, "://");

	while (page_len > 1 && page[page_len - 1] == '/')
		page_len--;
	while (len && url[len - 1] == '/')
		len--;
	if (page_len < 2 || !host || len < page_len ||
	    url + len - page_len <= host + strlen("://") ||
	    memcmp(url + len - page_len, page, page_len) != 0)
		return false;
	url[len - page_len] = '\0';
	return true;
}

void reach_cut(struct reach *reach, const struct profile *profile)
{
	for (size_t i = 0; reach->url && i < profile->nsources; i++)
		if (profile->sources[i].transport == TRANSPORT_HTTP &&
		    cut_page(reach->url, profile->sources[i].path))
			return;
	for (size_t i = 0; reach->url && i < profile->nidentify; i++)
		if (cut_page(reach->url, profile->identify[i].get))
			return;
}

static int reach_http(struct reach *reach, const struct config_target *target,
		      const struct profile *profile)
{
	static const char over_unix[] = "http+unix://";

	reach->transport = TRANSPORT_HTTP;
	if (strncmp(target->url, over_unix, strlen(over_unix)) == 0) {
		reach->unix_socket = xstrdup(target->url + strlen(over_unix));
		reach->url = xstrdup("http://localhost");
	} else {
		reach->url = xstrdup(target->url);
		cut_page(reach->url, "/metrics");
		if (profile)
			reach_cut(reach, profile);
	}
	reach->http = (struct http_options){
		.url = reach->url,
		.unix_socket = reach->unix_socket ? reach->unix_socket : target->unix_socket,
		.cacert = target->cacert,
		.cert = target->cert,
		.key = target->key,
		.pinnedpubkey = target->pinnedpubkey,
		.proxy = target->proxy,
		.noproxy = target->noproxy,
		.resolve = target->resolve,
		.connect_to = target->connect_to,
		.connect_timeout_ms = target->connect_timeout_ms,
		.insecure = target->insecure,
		.compressed = target->compressed,
		.http2 = target->http2,
	};
	return 0;
}

int reach_init(struct reach *reach, const struct config_target *target,
	       const struct profile *profile, struct err *err)
{
	const char *url = target->url;
	char shown[120];

	*reach = (struct reach){.transport = TRANSPORT_LOG};
	if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0 ||
	    strncmp(url, "http+unix://", 12) == 0)
		return reach_http(reach, target, profile);
	if (strncmp(url, "line:", 5) == 0) {
		reach->transport = TRANSPORT_LINE;
		reach->address = url + 5;
		return 0;
	}
	if (strncmp(url, "file:", 5) == 0) {
		reach->log.file = url + (strncmp(url, "file://", 7) == 0 ? 7 : 5);
		return 0;
	}
	if (strcmp(url, "stdin") == 0 || strcmp(url, "-") == 0) {
		reach->log.from_stdin = true;
		return 0;
	}
	if (strncmp(url, "command:", 8) == 0 && target->command && target->command[0]) {
		reach->log.command = (const char *const *)target->command;
		return 0;
	}
	utf8_sanitise(shown, sizeof(shown), url, strlen(url));
	return err_set(err, ERR_INVALID,
		       "%s: expected http://, https://, http+unix://, line:unix:/path, "
		       "line:tcp:host:port, file:/path, command: or stdin",
		       shown);
}

int reach_check(const struct config_target *target, struct err *err)
{
	struct origin origin = {0};
	struct reach reach;
	int result = reach_init(&reach, target, NULL, err);

	if (!result && reach.transport == TRANSPORT_HTTP)
		result = origin_init(&origin, &reach.http, err);
	if (!result && reach.transport == TRANSPORT_LINE)
		result = line_check(reach.address, err);
	origin_release(&origin);
	reach_release(&reach);
	return result;
}

void reach_release(struct reach *reach)
{
	free(reach->url);
	free(reach->unix_socket);
	*reach = (struct reach){0};
}
