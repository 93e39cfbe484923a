#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define V4_BITS 96 /* before those of an IPv4 address */

static const unsigned char v4_head[12] = {[10] = 0xff, [11] = 0xff};

static bool parse_bits(const char *digits, int most, int *ret_bits)
{
	int bits = 0;

	if (!*digits || strlen(digits) > 3 || digits[strspn(digits, "0123456789")])
		return false;
	for (; *digits; digits++)
		bits = bits * 10 + (*digits - '0');
	*ret_bits = bits;
	return bits <= most;
}

bool address_parse(const char *text, struct address *ret_address)
{
	size_t len = strcspn(text, "/");
	char host[INET6_ADDRSTRLEN];
	int bits;
	bool v4;

	if (!len || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	memcpy(ret_address->bytes, v4_head, sizeof(v4_head));
	v4 = inet_pton(AF_INET, host, ret_address->bytes + sizeof(v4_head)) == 1;
	if (!v4 && inet_pton(AF_INET6, host, ret_address->bytes) != 1)
		return false;
	bits = v4 ? 32 : 128;
	if (text[len] && !parse_bits(text + len + 1, bits, &bits))
		return false;
	ret_address->bits = bits + (v4 ? V4_BITS : 0);
	return true;
}

bool address_is_v4(const struct address *address)
{
	return address->bits >= V4_BITS && memcmp(address->bytes, v4_head, sizeof(v4_head)) == 0;
}

bool address_covers(const struct address *net, const struct address *other)
{
	size_t whole = (size_t)net->bits / 8;
	unsigned mask = 0xff00u >> (net->bits % 8) & 0xff;

	if (other->bits < net->bits || memcmp(net->bytes, other->bytes, whole) != 0)
		return false;
	return !mask || ((net->bytes[whole] ^ other->bytes[whole]) & mask) == 0;
}

struct address address_widen(const struct address *address, int v4_bits, int v6_bits)
{
	int bits = address_is_v4(address) ? V4_BITS + v4_bits : v6_bits;
	struct address net = *address;

	if (net.bits <= bits)
		return net;
	for (int bit = bits; bit < 128; bit++)
		net.bytes[bit / 8] &= (unsigned char)~(0x80u >> bit % 8);
	net.bits = bits;
	return net;
}

char *address_format(const struct address *address, char *buf)
{
	bool v4 = address_is_v4(address);
	int bits = address->bits - (v4 ? V4_BITS : 0);

	buf[0] = '\0';
	inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? sizeof(v4_head) : 0), buf,
		  ADDRESS_TEXT);
	if (address->bits < 128)
		snprintf(buf + strlen(buf), ADDRESS_TEXT - strlen(buf), "/%d", bits);
	return buf;
}
