/* Internet addresses and networks as texts name them. */
#ifndef HC_BASE_ADDRESS_H
#define HC_BASE_ADDRESS_H

#include <stdbool.h>

#define ADDRESS_TEXT 56 /* bytes of the longest text, its end included */

/* A network, or one address when bits is 128. IPv4 stands as ::ffff:a.b.c.d (RFC 4291), so that an
 * address is the same however it was written. */
struct address {
	unsigned char bytes[16];
	int bits;
};

/* Reads "192.0.2.1", "192.0.2.0/24", "2001:db8::/32"; no port, brackets or zone. Bits behind the
 * prefix are kept. */
bool address_parse(const char *text, struct address *ret_address);

bool address_is_v4(const struct address *address);

/* Whether all of other is in net. */
bool address_covers(const struct address *net, const struct address *other);

/* The network of so many bits around an address, by its kind; itself when it is as wide already. */
struct address address_widen(const struct address *address, int v4_bits, int v6_bits);

/* The shortest text (RFC 5952), with its prefix when it is a network. buf has at least
 * ADDRESS_TEXT bytes. Returns buf. */
char *address_format(const struct address *address, char *buf);

#endif
