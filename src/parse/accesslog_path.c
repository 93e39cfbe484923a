#include "base/map.h"
#include "base/utf8.h"
#include "parse/accesslog_impl.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#define METHOD_MAX   20
#define SEGMENT_MAX  64 /* longer ones are ids, whatever they look like */
#define SEGMENTS_MAX 16
#define RANDOM_MIN   16

/* RFC 9110 token, kept to what methods are made of. */
bool method_is_valid(struct slice method)
{
	if (method.len && !isalpha((unsigned char)method.p[0]))
		return false;
	for (size_t i = 0; i < method.len; i++)
		if (!isalpha((unsigned char)method.p[i]) && method.p[i] != '-' &&
		    method.p[i] != '_')
			return false;
	return method.len > 0 && method.len <= METHOD_MAX;
}

/* HTTP/1.1, HTTP/2, HTTP/3.0 */
static bool protocol_is_valid(struct slice s)
{
	if (!slice_starts(s, "HTTP/") || s.len < 6 || !isdigit((unsigned char)s.p[5]))
		return false;
	return s.len == 6 || (s.len == 8 && s.p[6] == '.' && isdigit((unsigned char)s.p[7]));
}

static bool target_is_valid(struct slice method, struct slice uri)
{
	if (uri.len == 0 || memchr(uri.p, ' ', uri.len))
		return false;
	if (slice_is(method, "CONNECT") || slice_is(uri, "*"))
		return true;
	return uri.p[0] == '/' || slice_starts(uri, "http://") || slice_starts(uri, "https://");
}

bool request_split(struct slice request, struct slice *ret_method, struct slice *ret_uri)
{
	struct slice head, last = request;

	if (!slice_split(&request, ' ', ret_method) || !method_is_valid(*ret_method))
		return false;
	*ret_uri = last = request;
	if (slice_split_last(&last, ' ', &head)) {
		if (!protocol_is_valid(last))
			return false;
		*ret_uri = head;
	}
	return target_is_valid(*ret_method, *ret_uri);
}

struct slice target_path(struct slice uri)
{
	const char *scheme = uri.len ? memmem(uri.p, uri.len, "://", 3) : NULL;

	if (uri.len == 0 || uri.p[0] == '/' || slice_is(uri, "*"))
		return uri;
	if (scheme) {
		struct slice rest = {scheme + 3, uri.len - (size_t)(scheme + 3 - uri.p)};
		const char *slash = rest.len ? memchr(rest.p, '/', rest.len) : NULL;

		if (slash)
			return (struct slice){slash, uri.len - (size_t)(slash - uri.p)};
		return (struct slice){"/", 1};
	}
	return (struct slice){"", 0};
}

static bool is_uuid(struct slice s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-' : !isxdigit((unsigned char)s.p[i]))
			return false;
	}
	return true;
}

static bool is_address(struct slice s)
{
	char text[INET6_ADDRSTRLEN], addr[16];

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET, text, addr) == 1 || inet_pton(AF_INET6, text, addr) == 1;
}

enum glyph { GLYPH_OTHER, GLYPH_DIGIT, GLYPH_LOWER, GLYPH_UPPER, GLYPH_JOINT };

static enum glyph glyph_of(char c)
{
	if (isdigit((unsigned char)c))
		return GLYPH_DIGIT;
	if (islower((unsigned char)c))
		return GLYPH_LOWER;
	if (isupper((unsigned char)c))
		return GLYPH_UPPER;
	return strchr("-_.~=", c) && c ? GLYPH_JOINT : GLYPH_OTHER;
}

/* Words keep to one kind of glyph, ids change it every few bytes. */
static bool looks_random(struct slice s)
{
	enum glyph last = GLYPH_OTHER;
	size_t changes = 0;

	if (s.len < RANDOM_MIN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		enum glyph glyph = glyph_of(s.p[i]);

		if (glyph == GLYPH_OTHER)
			return false;
		if (glyph == GLYPH_JOINT)
			continue;
		changes += last != GLYPH_OTHER && glyph != last;
		last = glyph;
	}
	return changes >= s.len / 4;
}

static bool is_number_or_hex(struct slice s)
{
	size_t digits = 0, hex = 0;

	for (size_t i = 0; i < s.len; i++) {
		digits += isdigit((unsigned char)s.p[i]) != 0;
		hex += isxdigit((unsigned char)s.p[i]) != 0;
	}
	return s.len && (digits == s.len || (hex == s.len && s.len >= 6 && digits));
}

static bool is_id(struct slice s)
{
	if (s.len > SEGMENT_MAX || memchr(s.p, '@', s.len))
		return true;
	return is_number_or_hex(s) || is_uuid(s) || is_address(s) || looks_random(s);
}

/* A short word after the last point: ".json" */
static size_t extension_length(struct slice s)
{
	struct slice rest = s, stem;

	if (memchr(s.p, '@', s.len) || !slice_split_last(&rest, '.', &stem) || stem.len == 0 ||
	    rest.len == 0 || rest.len > 5)
		return 0;
	for (size_t i = 0; i < rest.len; i++)
		if (!isalpha((unsigned char)rest.p[i]))
			return 0;
	return rest.len + 1;
}

/* The bytes of an id go to ids. */
static void fold_segment(struct strbuf *out, struct strbuf *ids, struct slice s)
{
	struct slice rest = s, head;
	size_t extension;

	/* Path parameters such as ";jsessionid=…" are no part of a route. */
	if (slice_split(&rest, ';', &head) && rest.len && memchr(rest.p, '=', rest.len))
		s = head;
	if (s.len == 0)
		return;
	extension = extension_length(s);
	if (is_id(s) && !extension) {
		strbuf_addstr(out, "{id}");
		strbuf_add(ids, s.p, s.len);
		strbuf_addch(ids, '/');
	} else if (extension && is_id((struct slice){s.p, s.len - extension})) {
		strbuf_addstr(out, "{id}");
		strbuf_add(out, s.p + s.len - extension, extension);
		strbuf_add(ids, s.p, s.len);
		strbuf_addch(ids, '/');
	} else {
		strbuf_add(out, s.p, s.len);
	}
}

size_t accesslog_fold(char *dst, size_t cap, const char *path, size_t len, uint64_t *ret_ids)
{
	struct slice rest = {path, len}, head;
	struct strbuf out = STRBUF_INIT, ids = STRBUF_INIT;
	size_t n;
	int segments = 0;

	if (slice_split(&rest, '?', &head))
		rest = head;
	while (slice_split(&rest, '/', &head)) {
		fold_segment(&out, &ids, head);
		strbuf_addch(&out, '/');
		if (++segments == SEGMENTS_MAX)
			break;
	}
	if (segments == SEGMENTS_MAX)
		strbuf_addstr(&out, "...");
	else
		fold_segment(&out, &ids, rest);
	n = utf8_sanitise(dst, cap, out.buf, out.len);
	if (ret_ids)
		*ret_ids = ids.len ? hash_bytes(ids.buf, ids.len) : 0;
	strbuf_release(&out);
	strbuf_release(&ids);
	return n;
}

/* A quote ends a value only where a field can end there: some gateways do not escape quotes. */
static bool ends_parameters(struct slice rest)
{
	if (rest.len == 0 || isspace((unsigned char)rest.p[0]))
		return true;
	return rest.p[0] == '"' && (rest.len == 1 || strchr(" ,}])", rest.p[1]));
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '[' ||
	       c == ']';
}

/* Writes the names of "a=1&b=2" and a star for each value. Returns the bytes that it took. */
static size_t redact_parameters(struct strbuf *out, struct slice s)
{
	size_t at = 0;

	while (!ends_parameters((struct slice){s.p + at, s.len - at})) {
		size_t name = at, start = at;

		while (name < s.len && is_name_byte(s.p[name]))
			name++;
		while (at < s.len && s.p[at] != '&' && s.p[at] != ';' &&
		       !ends_parameters((struct slice){s.p + at, s.len - at}))
			at++;
		if (name < at && s.p[name] == '=' && name > start)
			strbuf_add(out, s.p + start, name + 1 - start);
		if (at > start)
			strbuf_addch(out, '*');
		if (at < s.len && (s.p[at] == '&' || s.p[at] == ';'))
			strbuf_addch(out, s.p[at++]);
	}
	return at;
}

/* ";name=" begins parameters of a path, "; word" does not. */
static bool begins_path_parameter(struct slice s)
{
	size_t at = 0;

	while (at < s.len && is_name_byte(s.p[at]))
		at++;
	return at > 0 && at < s.len && s.p[at] == '=';
}

/* The bytes of "user:password@" at the start. */
static size_t userinfo_length(struct slice s)
{
	size_t at = 0;

	while (at < s.len && !isspace((unsigned char)s.p[at]) && !strchr("/?#\"@", s.p[at]))
		at++;
	return at < s.len && s.p[at] == '@' ? at + 1 : 0;
}

void redact(struct strbuf *out, struct slice text)
{
	size_t at = 0;

	while (at < text.len) {
		struct slice rest = {text.p + at + 1, text.len - at - 1};
		char c = text.p[at++];

		strbuf_addch(out, c);
		if (c == '?' || (c == ';' && begins_path_parameter(rest))) {
			at += redact_parameters(out, rest);
		} else if (c == '/' && at >= 3 && memcmp(text.p + at - 3, "://", 3) == 0 &&
			   userinfo_length(rest)) {
			strbuf_addstr(out, "*@");
			at += userinfo_length(rest);
		}
	}
}

static int hex_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

struct slice unescape(struct arena *arena, struct slice s, enum escape escape)
{
	const char *mark = escape == ESCAPE_HASH ? "#" : "\\x";
	size_t skip = strlen(mark), n = 0;
	char *out;

	if (escape == ESCAPE_NONE || s.len == 0 || !memchr(s.p, mark[0], s.len))
		return s;
	out = arena_alloc(arena, s.len);
	for (size_t i = 0; i < s.len;) {
		bool code = s.len - i >= skip + 2 && memcmp(s.p + i, mark, skip) == 0 &&
			    hex_value(s.p[i + skip]) >= 0 && hex_value(s.p[i + skip + 1]) >= 0;

		if (code)
			out[n++] = (char)(hex_value(s.p[i + skip]) << 4 |
					  hex_value(s.p[i + skip + 1]));
		else
			out[n++] = s.p[i];
		i += code ? skip + 2 : 1;
	}
	return (struct slice){out, n};
}
