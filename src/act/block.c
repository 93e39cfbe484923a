/* Addresses that no block may touch. */
#include "act/act_impl.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST_V4 24
#define WIDEST_V6 48

struct range {
	int family;
	unsigned char bytes[16];
	unsigned bits;
};

/* An IPv4 address within IPv6 is that address (RFC 4291, 2.5.5.2). */
static void unmap(struct range *range)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (range->family != AF_INET6 || range->bits < 96 || memcmp(range->bytes, mapped, 12) != 0)
		return;
	range->family = AF_INET;
	range->bits -= 96;
	memmove(range->bytes, range->bytes + 12, 4);
}

static bool read_range(const char *text, struct range *ret_range)
{
	char address[INET6_ADDRSTRLEN + 1];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned most;

	*ret_range = (struct range){.family = strchr(text, ':') ? AF_INET6 : AF_INET};
	most = ret_range->family == AF_INET ? 32 : 128;
	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	address[strcspn(address, "%")] = '\0';
	ret_range->bits = slash ? (unsigned)strtoul(slash + 1, NULL, 10) : most;
	if (ret_range->bits > most || inet_pton(ret_range->family, address, ret_range->bytes) != 1)
		return false;
	unmap(ret_range);
	return true;
}

static bool same_bits(const struct range *a, const struct range *b, unsigned bits)
{
	unsigned whole = bits / 8;

	return !memcmp(a->bytes, b->bytes, whole) &&
	       (bits % 8 == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - bits % 8) == 0);
}

/* Whether the two have an address in common. */
static bool overlap(const struct range *a, const struct range *b)
{
	return a->family == b->family && same_bits(a, b, a->bits < b->bits ? a->bits : b->bits);
}

bool block_covers(const char *range, const char *address)
{
	struct range a, b;

	return read_range(range, &a) && read_range(address, &b) && a.bits <= b.bits &&
	       overlap(&a, &b);
}

static bool touches(const struct range *block, const char *text)
{
	struct range other;

	return text && read_range(text, &other) && overlap(block, &other);
}

/* The host of "http://[::1]:8001/x" or "tcp:10.0.0.7:9999". */
static void host_of(const char *url, char *buf, size_t cap)
{
	const char *from = strstr(url, "://");
	size_t len;

	from = from ? from + 3 : strchr(url, ':') + 1;
	len = strcspn(from, *from == '[' ? "]" : ":/");
	from += *from == '[';
	snprintf(buf, cap, "%.*s", (int)len, from);
}

static bool is_gateway(const struct act *act, const struct range *block)
{
	for (size_t i = 0; i < act->ntargets; i++) {
		const struct act_target *target = &act->targets[i];
		const char *url = target->http ? target->http->url : target->line_address;
		char host[128] = "";

		if (url && strchr(url, ':') && strncmp(url, "unix:", 5) != 0)
			host_of(url, host, sizeof(host));
		if (touches(block, host))
			return true;
	}
	return false;
}

static bool is_proxy(const struct act_target *target, const struct range *block)
{
	for (const char *const *p = target->trusted_proxies; p && *p; p++)
		if (touches(block, *p))
			return true;
	return false;
}

static bool touches_sockaddr(const struct range *block, const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
			  text, sizeof(text));
	else if (address && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
			  &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
			  sizeof(text));
	return *text && touches(block, text);
}

/* The addresses of this machine, its loopback ones too: over them the gateway is polled. */
static bool is_own(const struct range *block)
{
	struct ifaddrs *list = NULL;
	bool own = touches(block, "127.0.0.1") || touches(block, "::1");

	if (getifaddrs(&list) == 0)
		for (const struct ifaddrs *p = list; p && !own; p = p->ifa_next)
			own = touches_sockaddr(block, p->ifa_addr);
	if (list)
		freeifaddrs(list);
	return own;
}

static int check_range(const struct plan *plan, const char *text, struct err *err)
{
	const struct act *act = plan->act;
	const struct act_target *target = act_target_of(act, plan->target);
	struct range block;
	const char *why = NULL;

	if (!read_range(text, &block))
		return err_set(err, ERR_INVALID, "%.60s is no address", text);
	if (block.bits < (block.family == AF_INET ? WIDEST_V4 : WIDEST_V6))
		return err_set(err, ERR_INVALID, "%.60s is wider than /%d: block it in parts", text,
			       block.family == AF_INET ? WIDEST_V4 : WIDEST_V6);
	if (act->options.own_address && touches(&block, act->options.own_address))
		why = "your own address";
	else if (is_own(&block))
		why = "this machine's own address, from which the gateway is polled";
	else if (is_gateway(act, &block))
		why = "a gateway's own address";
	else if (is_proxy(target, &block))
		why = "one of the trusted proxies: all clients behind it would be blocked";
	return why ? err_set(err, ERR_INVALID, "%.60s is %s", text, why) : 0;
}

int block_check(const struct plan *plan, struct err *err)
{
	const struct profile_action *action = plan->action;

	if (!action || action->info->reach != REACH_CLIENT || !action->info->tightens)
		return 0;
	for (size_t run = 0; run < plan->nruns; run++)
		for (size_t i = 0; i < action->nparams; i++) {
			enum param_type type = action->params[i].type;
			const char *value = plan->runs[run].params[i];

			if ((type == PARAM_ADDRESS || type == PARAM_CIDR) && value &&
			    check_range(plan, value, err) < 0)
				return -1;
		}
	return 0;
}
