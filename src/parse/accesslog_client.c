#include "parse/accesslog_impl.h"

#include <stdio.h>
#include <string.h>

/* One address without port, brackets or zone. */
static bool slice_address(struct slice s, struct address *ret_address)
{
	char text[ADDRESS_TEXT];

	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.p, '/', s.len))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return address_parse(text, ret_address);
}

static void copy_address(const struct address *address, char *buf, size_t cap)
{
	char text[ADDRESS_TEXT];

	snprintf(buf, cap, "%s", address_format(address, text));
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

static bool client_address(struct slice s, bool split_port, struct address *ret_address)
{
	return slice_address(bare_address(s, split_port), ret_address);
}

bool client_canonical(struct slice s, bool split_port, char *buf, size_t cap)
{
	struct address address;

	buf[0] = '\0';
	if (!client_address(s, split_port, &address))
		return false;
	copy_address(&address, buf, cap);
	return true;
}

static bool is_trusted(const struct accesslog *log, const struct address *address)
{
	for (size_t i = 0; i < log->ntrusted; i++)
		if (address_covers(&log->trusted[i], address))
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
static bool forwarded_client(const struct accesslog *log, struct slice list,
			     struct address *ret_address)
{
	bool found = false;

	while (list.len) {
		struct slice head = {list.p, 0}, entry = list;
		struct address next;

		if (!slice_split_last(&entry, ',', &head))
			head.len = 0;
		if (!client_address(trimmed(entry), false, &next))
			break;
		*ret_address = next;
		found = true;
		if (!is_trusted(log, ret_address))
			break;
		list = head;
	}
	return found;
}

void client_choose(const struct accesslog *log, const struct raw *raw, char *buf, size_t cap)
{
	struct address address, forwarded;
	bool known = client_address(raw->client, raw->split_port, &address);

	buf[0] = '\0';
	if (log->forwarded && !slice_is_none(raw->forwarded) &&
	    (!known || is_trusted(log, &address)) &&
	    forwarded_client(log, raw->forwarded, &forwarded)) {
		address = forwarded;
		known = true;
	}
	if (known)
		copy_address(&address, buf, cap);
}
