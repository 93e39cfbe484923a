/* Which proxy the environment names; the rules of curl(1), "ENVIRONMENT". */
#include "net/origin.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *first_set(const char *const *names)
{
	for (; *names; names++) {
		const char *value = getenv(*names);

		if (value && *value)
			return value;
	}
	return NULL;
}

static bool same_network(const char *net, const char *host)
{
	unsigned char a[16], b[16];
	char text[64];
	const char *slash = strchr(net, '/');
	int family = strchr(net, ':') ? AF_INET6 : AF_INET;
	long bits, max = family == AF_INET6 ? 128 : 32;
	size_t whole;

	if (!slash || (size_t)(slash - net) >= sizeof(text))
		return false;
	memcpy(text, net, (size_t)(slash - net));
	text[slash - net] = '\0';
	bits = strtol(slash + 1, NULL, 10);
	if (bits < 0 || bits > max || inet_pton(family, text, a) != 1 ||
	    inet_pton(family, host, b) != 1)
		return false;
	whole = (size_t)bits / 8;
	return !memcmp(a, b, whole) &&
	       (bits % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0);
}

static bool same_domain(const char *domain, const char *host)
{
	size_t len, hostlen = strlen(host);

	domain += *domain == '.';
	len = strlen(domain);
	if (!len || len > hostlen || strcasecmp(host + hostlen - len, domain))
		return false;
	return len == hostlen || host[hostlen - len - 1] == '.';
}

bool origin_needs_no_proxy(const char *list, const char *host)
{
	static const char *const names[] = {"no_proxy", "NO_PROXY", NULL};
	char entry[256];

	if (!list)
		list = first_set(names);
	while (list && *list) {
		size_t len = strcspn(list, ", ");

		if (len && len < sizeof(entry)) {
			memcpy(entry, list, len);
			entry[len] = '\0';
			if (!strcmp(entry, "*") || same_domain(entry, host) ||
			    same_network(entry, host))
				return true;
		}
		list += len;
		list += strspn(list, ", ");
	}
	return false;
}

const char *origin_env_proxy(bool tls)
{
	/* HTTP_PROXY in capitals can be set by a request's header in a CGI (httpoxy). */
	static const char *const names[2][5] = {
		{"http_proxy", "all_proxy", "ALL_PROXY"},
		{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"},
	};

	return first_set(names[tls]);
}
