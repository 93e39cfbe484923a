#include "net/spec.h"

#include "base/utf8.h"

#include <string.h>

int spec_check_header(const char *line, struct err *err)
{
	size_t name_len = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789-_.!#$%&'*+^`|~");
	char shown[80];

	utf8_sanitise(shown, sizeof(shown), line, name_len);
	if (!name_len || line[name_len] != ':')
		return err_set(err, ERR_INVALID, "header \"%s\": expected Name: value", shown);
	for (const unsigned char *p = (const unsigned char *)line; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return err_set(err, ERR_INVALID,
				       "header %s has a control byte in its value", shown);
	return 0;
}

int spec_check_path(const char *path, struct err *err)
{
	if (*path != '/')
		return err_set(err, ERR_INVALID, "a path begins with '/'");
	for (; *path; path++)
		if (*path <= ' ' || *path > '~' || *path == '#')
			return err_set(err, ERR_INVALID,
				       "the path has a blank, '#' or a byte that must be encoded");
	return 0;
}

int spec_check_credential(const struct origin *origin, const char *credential, struct err *err)
{
	if (!credential || origin->tls || origin->loopback)
		return 0;
	return err_set(
		err, ERR_INVALID,
		"a credential is not sent in clear text to %.100s: use https, or a tunnel that "
		"ends on loopback",
		origin->host);
}

const char *spec_header_value(const char *line, size_t len, size_t *ret_len)
{
	const char *colon = memchr(line, ':', len), *end = line + len;

	if (!colon)
		return NULL;
	for (colon++; colon < end && (*colon == ' ' || *colon == '\t'); colon++)
		;
	while (end > colon && strchr("\r\n \t", end[-1]))
		end--;
	*ret_len = (size_t)(end - colon);
	return colon;
}

int spec_status(const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	int status = 0;

	for (size_t i = 1; space && i <= 3 && space + i < line + len; i++)
		status = status * 10 + (space[i] - '0');
	return status;
}
