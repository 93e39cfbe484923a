#include "app/addresses.h"

#include "base/address.h"
#include "base/alloc.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

struct list {
	char **items;
	size_t n, cap;
};

static void list_add(struct list *list, const char *text, size_t len)
{
	list->items = xgrow(list->items, &list->cap, list->n + 2, sizeof(*list->items));
	list->items[list->n++] = xstrndup(text, len);
	list->items[list->n] = NULL;
}

/* The first word: the other end of an SSH session. */
static void add_ssh(struct list *list, const char *variable)
{
	const char *value = getenv(variable);

	if (value)
		list_add(list, value, strcspn(value, " "));
}

static void add_interface(struct list *list, const struct sockaddr *at)
{
	char text[ADDRESS_TEXT];
	const char *shown = NULL;

	if (at && at->sa_family == AF_INET)
		shown = inet_ntop(AF_INET, &((const struct sockaddr_in *)at)->sin_addr, text,
				  sizeof(text));
	else if (at && at->sa_family == AF_INET6)
		shown = inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)at)->sin6_addr, text,
				  sizeof(text));
	if (shown)
		list_add(list, shown, strlen(shown));
}

void addresses_init(struct addresses *addresses, const struct config *config)
{
	struct list own = {0}, proxies = {0};
	struct ifaddrs *interfaces = NULL;

	add_ssh(&own, "SSH_CONNECTION");
	add_ssh(&own, "SSH_CLIENT");
	if (!getifaddrs(&interfaces))
		for (const struct ifaddrs *at = interfaces; at; at = at->ifa_next)
			add_interface(&own, at->ifa_addr);
	freeifaddrs(interfaces);
	for (size_t i = 0; i < config->ntargets; i++)
		for (char **at = config->targets[i].trusted_proxies; at && *at; at++)
			list_add(&proxies, *at, strlen(*at));
	*addresses = (struct addresses){own.items, proxies.items};
}

static void list_free(char **items)
{
	for (char **at = items; at && *at; at++)
		free(*at);
	free(items);
}

void addresses_release(struct addresses *addresses)
{
	list_free(addresses->own);
	list_free(addresses->proxies);
	*addresses = (struct addresses){NULL, NULL};
}
