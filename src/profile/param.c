/* Parameters of actions: from what somebody typed to the one form that is sent. */
#include "base/decimal.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "profile/action.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 1024
#define NAME_MOST 256

struct address {
	int family;
	unsigned char bytes[16];
};

static unsigned address_bits(const struct address *address)
{
	return address->family == AF_INET ? 32 : 128;
}

/* What a socket for both families says of an IPv4 client is that client (RFC 4291 2.5.5.2). */
static void unmap(struct address *address, unsigned *bits)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (address->family != AF_INET6 || memcmp(address->bytes, mapped, 12) || *bits < 96)
		return;
	address->family = AF_INET;
	memmove(address->bytes, address->bytes + 12, 4);
	*bits -= 96;
}

static int parse_address(const char *text, struct address *ret_address, struct err *err)
{
	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(ret_address->family, text, ret_address->bytes) != 1)
		return err_set(err, ERR_INVALID, "expected an IPv4 or IPv6 address");
	return 0;
}

static int parse_bits(const char *text, unsigned most, unsigned *ret_bits, struct err *err)
{
	size_t len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len || (unsigned)atoi(text) > most)
		return err_set(err, ERR_INVALID, "expected a prefix length from 0 to %u", most);
	*ret_bits = (unsigned)atoi(text);
	return 0;
}

static void clear_host(struct address *address, unsigned bits)
{
	for (unsigned i = bits; i < address_bits(address); i++)
		address->bytes[i / 8] &= (unsigned char)~(0x80u >> i % 8);
}

static int read_network(const char *text, bool prefix, struct strbuf *ret_text, struct err *err)
{
	char host[INET6_ADDRSTRLEN] = "";
	const char *slash = prefix ? strchr(text, '/') : NULL;
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct address address;
	unsigned bits;

	if (len >= sizeof(host))
		return err_set(err, ERR_INVALID, "expected an IPv4 or IPv6 address");
	memcpy(host, text, len);
	if (parse_address(host, &address, err))
		return -1;
	bits = address_bits(&address);
	if (slash && parse_bits(slash + 1, bits, &bits, err))
		return -1;
	unmap(&address, &bits);
	clear_host(&address, bits);
	inet_ntop(address.family, address.bytes, host, sizeof(host));
	strbuf_addstr(ret_text, host);
	if (bits < address_bits(&address))
		strbuf_addf(ret_text, "/%u", bits);
	return 0;
}

static int read_address(const struct action_param *param, const char *text, struct strbuf *ret_text,
			struct err *err)
{
	(void)param;
	return read_network(text, false, ret_text, err);
}

static int read_cidr(const struct action_param *param, const char *text, struct strbuf *ret_text,
		     struct err *err)
{
	(void)param;
	return read_network(text, true, ret_text, err);
}

static int in_range(const struct action_param *param, double value, struct err *err)
{
	char min[32], max[32];

	if (value >= param->min && value <= param->max)
		return 0;
	return err_set(err, ERR_INVALID, "expected a number from %s to %s",
		       decimal_exact(min, param->min), decimal_exact(max, param->max));
}

static int read_integer(const struct action_param *param, const char *text, struct strbuf *ret_text,
			struct err *err)
{
	const char *digits = *text == '-' ? text + 1 : text;
	size_t len = strlen(digits);
	long long value;

	/* 15 digits are exact as a double, which jq counts in. */
	if (len == 0 || len > 15 || strspn(digits, "0123456789") != len)
		return err_set(err, ERR_INVALID, "expected an integer of at most 15 digits");
	value = strtoll(text, NULL, 10);
	if (in_range(param, (double)value, err))
		return -1;
	strbuf_addf(ret_text, "%lld", value);
	return 0;
}

static int read_number(const struct action_param *param, const char *text, struct strbuf *ret_text,
		       struct err *err)
{
	const char *end = text + strlen(text);
	char shown[32];
	double value;

	if (decimal_parse(text, end, &value) != end || !isfinite(value))
		return err_set(err, ERR_INVALID, "expected a number");
	if (in_range(param, value, err))
		return -1;
	strbuf_addstr(ret_text, decimal_exact(shown, value));
	return 0;
}

static int read_name(const struct action_param *param, const char *text, struct strbuf *ret_text,
		     struct err *err)
{
	size_t len = strlen(text);

	(void)param;
	if (len == 0 || len > NAME_MOST)
		return err_set(err, ERR_INVALID, "expected a name of 1 to %d bytes", NAME_MOST);
	for (const char *at = text; *at; at++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789_.:/-",
			    *at))
			return err_set(err, ERR_INVALID,
				       "expected a name of letters, digits and _ . : / -");
	for (const char *part = text; part; part = strchr(part, '/')) {
		part += *part == '/';
		len = strcspn(part, "/");
		if ((len == 1 || len == 2) && strspn(part, ".") >= len)
			return err_set(err, ERR_INVALID, "a part of a name is . or ..");
		part += len;
		if (!*part)
			break;
	}
	strbuf_addstr(ret_text, text);
	return 0;
}

static int read_text(const struct action_param *param, const char *text, struct strbuf *ret_text,
		     struct err *err)
{
	size_t len = strlen(text);
	uint32_t cp;

	(void)param;
	if (len > TEXT_MOST)
		return err_set(err, ERR_INVALID, "expected a text of at most %d bytes", TEXT_MOST);
	for (size_t i = 0, n; i < len; i += n) {
		char again[4];

		n = utf8_decode(text + i, len - i, &cp);
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			return err_set(err, ERR_INVALID, "a text has no control bytes");
		if (utf8_encode(cp, again) != n || memcmp(again, text + i, n))
			return err_set(err, ERR_INVALID, "expected a text in UTF-8");
	}
	strbuf_addstr(ret_text, text);
	return 0;
}

static const struct {
	const char *word;
	int (*read)(const struct action_param *param, const char *text, struct strbuf *ret_text,
		    struct err *err);
} types[PARAM_TYPES] = {
	[PARAM_ADDRESS] = {"address", read_address}, [PARAM_CIDR] = {"cidr", read_cidr},
	[PARAM_INTEGER] = {"integer", read_integer}, [PARAM_NUMBER] = {"number", read_number},
	[PARAM_NAME] = {"name", read_name},          [PARAM_TEXT] = {"text", read_text},
};

const char *param_type_word(enum param_type type)
{
	return types[type].word;
}

int param_read(const struct action_param *param, const char *text, struct strbuf *ret_text,
	       struct err *err)
{
	size_t before = ret_text->len;

	if (types[param->type].read(param, text, ret_text, err) == 0)
		return 0;
	strbuf_truncate(ret_text, before);
	return err_prefix(err, "%s", param->name);
}
