/* Whether two configurations say the same of a target. */
#include "config/config.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool same_list(char *const *a, char *const *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *b)
		if (strcmp(*a++, *b++))
			return false;
	return *a == *b;
}

static bool same_secret(const struct secret_ref *a, const struct secret_ref *b)
{
	return a->scheme == b->scheme && a->from == b->from && same_text(a->name, b->name) &&
	       same_text(a->header, b->header) && same_list(a->command, b->command);
}

bool config_target_equal(const struct config_target *a, const struct config_target *b)
{
	const char *const texts[][2] = {
		{a->name, b->name},
		{a->url, b->url},
		{a->profile, b->profile},
		{a->banner, b->banner},
		{a->auth_header, b->auth_header},
		{a->cacert, b->cacert},
		{a->cert, b->cert},
		{a->key, b->key},
		{a->pinnedpubkey, b->pinnedpubkey},
		{a->proxy, b->proxy},
		{a->noproxy, b->noproxy},
		{a->resolve, b->resolve},
		{a->connect_to, b->connect_to},
		{a->unix_socket, b->unix_socket},
		{a->log_format, b->log_format},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!same_text(texts[i][0], texts[i][1]))
			return false;
	return same_list(a->command, b->command) &&
	       same_list(a->trusted_proxies, b->trusted_proxies) &&
	       same_secret(&a->auth, &b->auth) && same_secret(&a->action_auth, &b->action_auth) &&
	       a->guard == b->guard && a->counts == b->counts && a->two_person == b->two_person &&
	       a->insecure == b->insecure && a->compressed == b->compressed &&
	       a->http2 == b->http2 && a->interval_ms == b->interval_ms &&
	       a->timeout_ms == b->timeout_ms && a->connect_timeout_ms == b->connect_timeout_ms &&
	       a->forwarded == b->forwarded;
}
