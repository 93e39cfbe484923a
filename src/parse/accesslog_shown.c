/* What is shown of a JSON line: its keys and values, without what may be a secret. */
#include "base/decimal.h"
#include "parse/accesslog_impl.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 8

/* Headers that tell something and hold no secret; all others lose their values. */
static const char *const open_headers[] = {
	"Accept",
	"Accept-Encoding",
	"Connection",
	"Content-Length",
	"Content-Type",
	"Date",
	"Host",
	"Location",
	"Referer",
	"Server",
	"Transfer-Encoding",
	"Upgrade",
	"User-Agent",
	"Via",
	"X-Forwarded-For",
	"X-Forwarded-Host",
	"X-Forwarded-Port",
	"X-Forwarded-Proto",
	"X-Real-Ip",
	"X-Request-Id",
};

static const char *const secret_words[] = {
	"authorization", "cookie",  "token",   "secret",     "passw",     "api-key",
	"api_key",       "apikey",  "session", "credential", "signature", "remote_user",
	"username",      "user_id", "args",    "query",
};

static const char *const header_objects[] = {"headers", "resp_headers", "request_headers",
					     "response_headers"};

/* Traefik writes the headers that it keeps as "request_User-Agent". */
static const char *const header_prefixes[] = {"request_", "origin_", "downstream_"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_open_header(const char *name)
{
	for (size_t i = 0; i < COUNT(open_headers); i++)
		if (strcasecmp(name, open_headers[i]) == 0)
			return true;
	return false;
}

static bool is_header_object(const char *key)
{
	for (size_t i = 0; i < COUNT(header_objects); i++)
		if (strcmp(key, header_objects[i]) == 0)
			return true;
	return false;
}

static bool is_secret(const char *key, bool header)
{
	for (size_t i = 0; i < COUNT(header_prefixes); i++) {
		size_t len = strlen(header_prefixes[i]);

		if (strncmp(key, header_prefixes[i], len) == 0 && isupper((unsigned char)key[len]))
			return !is_open_header(key + len);
	}
	for (size_t i = 0; i < COUNT(secret_words); i++)
		if (strcasestr(key, secret_words[i]))
			return true;
	return header && !is_open_header(key);
}

/* The quotes within are escaped, so that a value cannot look like two. */
static void add_string(struct strbuf *out, struct slice text)
{
	struct strbuf clean = STRBUF_INIT;

	redact(&clean, text);
	strbuf_addch(out, '"');
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.buf[i] == '"')
			strbuf_addch(out, '\\');
		strbuf_addch(out, clean.buf[i]);
	}
	strbuf_addch(out, '"');
	strbuf_release(&clean);
}

static void add_value(struct strbuf *out, const json_t *value, const char *key, bool header,
		      int depth);

static void add_object(struct strbuf *out, const json_t *object, bool header, int depth)
{
	const char *gap = "", *key;
	json_t *value;

	strbuf_addch(out, '{');
	json_object_foreach((json_t *)object, key, value)
	{
		strbuf_addf(out, "%s\"%s\":", gap, key);
		add_value(out, value, key, header || is_header_object(key), depth + 1);
		gap = ",";
	}
	strbuf_addch(out, '}');
}

static void add_array(struct strbuf *out, const json_t *array, const char *key, bool header,
		      int depth)
{
	strbuf_addch(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		strbuf_addstr(out, i ? "," : "");
		add_value(out, json_array_get(array, i), key, header, depth + 1);
	}
	strbuf_addch(out, ']');
}

static void add_value(struct strbuf *out, const json_t *value, const char *key, bool header,
		      int depth)
{
	bool empty = json_is_string(value) && json_string_length(value) == 0;
	char number[32];

	if (depth > DEPTH_MAX || (!json_is_object(value) && !empty && is_secret(key, header)))
		strbuf_addstr(out, "\"*\"");
	else if (json_is_object(value))
		add_object(out, value, header, depth);
	else if (json_is_array(value))
		add_array(out, value, key, header, depth);
	else if (json_is_string(value))
		add_string(out,
			   (struct slice){json_string_value(value), json_string_length(value)});
	else if (json_is_number(value))
		strbuf_addstr(out, decimal_exact(number, json_number_value(value)));
	else
		strbuf_addstr(out, json_is_null(value)   ? "null"
				   : json_is_true(value) ? "true"
							 : "false");
}

void json_shown(struct strbuf *out, const json_t *root)
{
	add_value(out, root, "", false, 0);
}
