#include "parse/accesslog_impl.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char v4_head[12] = {[10] = 0xff, [11] = 0xff};

/* One address without port, brackets or zone; IPv4 as ::ffff:a.b.c.d. */
static bool address_parse(struct slice s, unsigned char addr[16])
{
	char text[INET6_ADDRSTRLEN];

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	memcpy(addr, v4_head, sizeof(v4_head));
	return inet_pton(AF_INET, text, addr + sizeof(v4_head)) == 1 ||
	       inet_pton(AF_INET6, text, addr) == 1;
}

static bool address_format(const unsigned char addr[16], char *buf, size_t cap)
{
	bool v4 = memcmp(addr, v4_head, sizeof(v4_head)) == 0;

	return inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? addr + sizeof(v4_head) : addr, buf,
			 (socklen_t)cap) != NULL;
}

/* Takes port, brackets and zone away. */
static struct slice bare_address(struct slice s, bool split_port)
{
	struct slice rest = s, head;

	if (s.len && s.p[0] == '[') {
		rest = (struct slice){s.p + 1, s.len - 1};
		if (!slice_split(&rest, ']', &head))
			return s;
		s = head;
	} else if ((split_port || slice_count(s, ':') == 1) &&
		   slice_split_last(&rest, ':', &head)) {
		s = head;
	}
	rest = s;
	return slice_split(&rest, '%', &head) ? head : s;
}

static bool client_address(struct slice s, bool split_port, unsigned char addr[16])
{
	return address_parse(bare_address(s, split_port), addr);
}

bool client_canonical(struct slice s, bool split_port, char *buf, size_t cap)
{
	unsigned char addr[16];

	buf[0] = '\0';
	return client_address(s, split_port, addr) && address_format(addr, buf, cap);
}

bool client_net_parse(const char *cidr, struct client_net *ret_net)
{
	struct slice rest = {cidr, strlen(cidr)}, head;
	bool has_bits = slice_split(&rest, '/', &head);
	int64_t bits = 0;
	bool v4;

	if (!address_parse(has_bits ? head : rest, ret_net->addr))
		return false;
	v4 = memcmp(ret_net->addr, v4_head, sizeof(v4_head)) == 0;
	if (!has_bits)
		bits = v4 ? 32 : 128;
	else if (!slice_integer(rest, &bits) || bits < 0 || bits > (v4 ? 32 : 128))
		return false;
	ret_net->bits = (int)bits + (v4 ? 96 : 0);
	return true;
}

static bool net_holds(const struct client_net *net, const unsigned char addr[16])
{
	size_t bytes = (size_t)net->bits / 8;
	unsigned mask = 0xff00u >> (net->bits % 8) & 0xff;

	return memcmp(net->addr, addr, bytes) == 0 &&
	       (mask == 0 || ((net->addr[bytes] ^ addr[bytes]) & mask) == 0);
}

static bool is_trusted(const struct accesslog *log, const unsigned char addr[16])
{
	for (size_t i = 0; i < log->ntrusted; i++)
		if (net_holds(&log->trusted[i], addr))
			return true;
	return false;
}

static struct slice trimmed(struct slice s)
{
	while (s.len && s.p[0] == ' ')
		s = (struct slice){s.p + 1, s.len - 1};
	while (s.len && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

/* From the right, as proxies append: the first address that is not ours. What stands left of an
 * entry that is no address cannot be believed. */
static bool forwarded_client(const struct accesslog *log, struct slice list, unsigned char addr[16])
{
	bool found = false;

	while (list.len) {
		struct slice head = {list.p, 0}, entry = list;
		unsigned char next[16];

		if (!slice_split_last(&entry, ',', &head))
			head.len = 0;
		if (!client_address(trimmed(entry), false, next))
			break;
		memcpy(addr, next, sizeof(next));
		found = true;
		if (!is_trusted(log, addr))
			break;
		list = head;
	}
	return found;
}

void client_choose(const struct accesslog *log, const struct raw *raw, char *buf, size_t cap)
{
	unsigned char addr[16], forwarded[16];
	bool known = client_address(raw->client, raw->split_port, addr);

	buf[0] = '\0';
	if (log->forwarded && !slice_is_none(raw->forwarded) && (!known || is_trusted(log, addr)) &&
	    forwarded_client(log, raw->forwarded, forwarded)) {
		memcpy(addr, forwarded, sizeof(addr));
		known = true;
	}
	if (known)
		address_format(addr, buf, cap);
}
