/* JSON lines, by jansson: a table says which key of which gateway holds what. */
#include "base/decimal.h"
#include "base/utf8.h"
#include "parse/accesslog_impl.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum json_kind { JSON_TEXT, JSON_STATUS, JSON_NUMBER, JSON_TIME };

/* Where a key goes in struct raw. */
struct json_field {
	const char *path;
	enum json_kind kind;
	size_t offset;
	double scale; /* numbers and epoch times: to seconds */
};

struct json_format {
	enum accesslog_format format;
	const char *must[3]; /* keys by which it is known */
	bool starts;         /* its time is that of the beginning */
	const struct json_field *fields;
	void (*judge)(struct raw *raw, const json_t *root);
};

#define TEXT(path, member)                                       \
	{                                                        \
		path, JSON_TEXT, offsetof(struct raw, member), 0 \
	}
#define NUMBER(path, member, scale)                                    \
	{                                                              \
		path, JSON_NUMBER, offsetof(struct raw, member), scale \
	}
#define STATUS(path)                                               \
	{                                                          \
		path, JSON_STATUS, offsetof(struct raw, status), 0 \
	}
#define TIME(path, scale)                                             \
	{                                                             \
		path, JSON_TIME, offsetof(struct raw, wall_ms), scale \
	}
#define END                           \
	{                             \
		NULL, JSON_TEXT, 0, 0 \
	}

/* The value at "request.headers.User-Agent", the first of an array; NULL when there is none. */
static const json_t *value_at(const json_t *root, const char *path)
{
	const json_t *value = root;

	while (value && *path) {
		size_t len = strcspn(path, ".");
		char key[64];

		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		value = json_object_get(value, key);
		path += len + (path[len] == '.');
	}
	if (json_is_array(value))
		value = json_array_get(value, 0);
	return value;
}

static struct slice text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct slice){"", 0};
	return (struct slice){json_string_value(value), json_string_length(value)};
}

static struct slice text_at(const json_t *root, const char *path)
{
	return text_of(value_at(root, path));
}

/* A number, or a string that is one; NaN for all else. */
static double number_of(const json_t *value)
{
	struct slice s = text_of(value);
	double number;

	if (json_is_number(value))
		return json_number_value(value);
	if (s.len && decimal_parse(s.p, s.p + s.len, &number) == s.p + s.len)
		return number;
	return NAN;
}

static double number_at(const json_t *root, const char *path)
{
	return number_of(value_at(root, path));
}

static void haproxy_judge(struct raw *raw, const json_t *root)
{
	double header = number_at(root, "Tr"), connect = number_at(root, "Tc");

	raw->upstream_seconds = header >= 0 && connect >= 0 ? (header + connect) / 1000 : NAN;
	haproxy_state(raw, text_at(root, "state"), text_at(root, "server"));
	if (slice_is(text_at(root, "server"), "<NOSRV>") &&
	    json_equal(value_at(root, "frontend"), value_at(root, "backend")))
		raw->service = (struct slice){"", 0};
}

/* Where the headers' time is not logged, a 502 or 504 may be nginx's own or the upstream's. */
static void nginx_judge(struct raw *raw, const json_t *root)
{
	struct slice times = text_at(root, "upstream_response_time");
	const json_t *header = value_at(root, "upstream_header_time");
	struct cursor c = {times.p, times.p + times.len};
	double last;

	if (times.len)
		nginx_times(&c, &raw->upstream_seconds, &last);
	client_closed(raw);
	if (raw->status == 0)
		return;
	if (slice_is_none(raw->node) || (header && isnan(number_of(header))))
		raw->origin = ORIGIN_GATEWAY;
	else if (header || (raw->status != 502 && raw->status != 504))
		raw->origin = ORIGIN_UPSTREAM;
}

/* Caddy does not say who made a status. A connection that was taken over has none. */
static void caddy_judge(struct raw *raw, const json_t *root)
{
	if (raw->status == 0 && value_at(root, "resp_headers.Upgrade"))
		raw->status = 101;
	else if (raw->status == 0)
		raw->aborted = true;
}

static void envoy_judge(struct raw *raw, const json_t *root)
{
	struct slice details = text_at(root, "response_code_details");

	envoy_origin(raw, text_at(root, "response_flags"),
		     slice_is(details, "via_upstream") || !isnan(raw->upstream_seconds));
}

static void traefik_judge(struct raw *raw, const json_t *root)
{
	double upstream = number_at(root, "OriginStatus");

	if (raw->status == 0 && value_at(root, "downstream_Upgrade"))
		raw->status = 101;
	if (upstream == 0)
		raw->upstream_seconds = NAN;
	client_closed(raw);
	traefik_origin(raw, upstream > 0 ? (int64_t)upstream : 0);
}

static void plain_judge(struct raw *raw, const json_t *root)
{
	(void)root;
	client_closed(raw);
}

static const struct json_field haproxy_fields[] = {
	TEXT("client_ip", client),
	TEXT("xff", forwarded),
	TEXT("method", method),
	TEXT("uri", uri),
	TEXT("backend", service),
	TEXT("ua", user_agent),
	STATUS("status"),
	NUMBER("Ta", seconds, 1e-3),
	NUMBER("bytes_read", bytes, 1),
	TIME("ts", 1),
	END,
};

static const struct json_field nginx_fields[] = {
	TEXT("remote_addr", client),
	TEXT("xff", forwarded),
	TEXT("http_x_forwarded_for", forwarded),
	TEXT("request", request),
	TEXT("method", method),
	TEXT("request_method", method),
	TEXT("uri", uri),
	TEXT("request_uri", uri),
	TEXT("upstream_addr", node),
	TEXT("ua", user_agent),
	TEXT("http_user_agent", user_agent),
	STATUS("status"),
	NUMBER("request_time", seconds, 1),
	NUMBER("body_bytes_sent", bytes, 1),
	NUMBER("bytes_sent", bytes, 1),
	TIME("time", 1),
	TIME("time_iso8601", 1),
	TIME("msec", 1),
	END,
};

static const struct json_field caddy_fields[] = {
	TEXT("request.remote_ip", client),
	TEXT("request.client_ip", client),
	TEXT("request.headers.X-Forwarded-For", forwarded),
	TEXT("request.method", method),
	TEXT("request.uri", uri),
	TEXT("request.headers.User-Agent", user_agent),
	STATUS("status"),
	NUMBER("duration", seconds, 1),
	NUMBER("size", bytes, 1),
	TIME("ts", 1),
	END,
};

static const struct json_field envoy_fields[] = {
	TEXT("client", client),
	TEXT("xff", forwarded),
	TEXT("method", method),
	TEXT("path", uri),
	TEXT("upstream_cluster", service),
	TEXT("upstream_host", node),
	TEXT("user_agent", user_agent),
	STATUS("response_code"),
	NUMBER("duration", seconds, 1e-3),
	NUMBER("upstream_service_time", upstream_seconds, 1e-3),
	NUMBER("bytes_sent", bytes, 1),
	TIME("start_time", 1),
	END,
};

static const struct json_field traefik_fields[] = {
	TEXT("ClientHost", client),
	TEXT("request_X-Forwarded-For", forwarded),
	TEXT("RequestMethod", method),
	TEXT("RequestPath", uri),
	TEXT("ServiceName", service),
	TEXT("ServiceAddr", node),
	TEXT("request_User-Agent", user_agent),
	STATUS("DownstreamStatus"),
	NUMBER("Duration", seconds, 1e-9),
	NUMBER("OriginDuration", upstream_seconds, 1e-9),
	NUMBER("DownstreamContentSize", bytes, 1),
	TIME("StartUTC", 1),
	END,
};

static const struct json_format formats[] = {
	{LOG_TRAEFIK_JSON,
	 {"DownstreamStatus", "RequestPath"},
	 true,
	 traefik_fields,
	 traefik_judge},
	{LOG_CADDY_JSON, {"request.uri", "status", "duration"}, false, caddy_fields, caddy_judge},
	{LOG_ENVOY_JSON,
	 {"response_code", "response_flags", "path"},
	 true,
	 envoy_fields,
	 envoy_judge},
	{LOG_HAPROXY_JSON, {"client_ip", "state", "uri"}, true, haproxy_fields, haproxy_judge},
	{LOG_NGINX_JSON, {"remote_addr", "status"}, false, nginx_fields, nginx_judge},
};

/* Epoch seconds, or RFC 3339. */
static void time_read(const json_t *value, double scale, int64_t *ret_ms)
{
	double seconds = number_of(value) * scale;
	int64_t ms;

	if (seconds > 0 && seconds < 1e11)
		*ret_ms = llround(seconds * 1000);
	else if (time_rfc3339(text_of(value), &ms))
		*ret_ms = ms;
}

static bool status_read(const json_t *value, int64_t *ret_status)
{
	double number = number_of(value);

	if (!(number >= -1 && number <= 999))
		return false;
	*ret_status = (int64_t)number;
	return true;
}

/* An absent key leaves what another key for the same field has set. */
static bool field_read(struct raw *raw, const json_t *root, const struct json_field *field)
{
	const json_t *value = value_at(root, field->path);
	char *to = (char *)raw + field->offset;

	if (!value || json_is_null(value))
		return field->kind != JSON_STATUS;
	switch (field->kind) {
	case JSON_TEXT:
		*(struct slice *)to = text_of(value);
		break;
	case JSON_STATUS:
		return status_read(value, (int64_t *)to);
	case JSON_NUMBER:
		*(double *)to = number_of(value) * field->scale;
		break;
	case JSON_TIME:
		time_read(value, field->scale, (int64_t *)to);
		break;
	}
	return true;
}

static bool is_this(const struct json_format *format, const json_t *root)
{
	for (size_t i = 0; i < 3 && format->must[i]; i++)
		if (!value_at(root, format->must[i]))
			return false;
	return true;
}

static enum accesslog_verdict fields_read(const struct json_format *format, const json_t *root,
					  struct raw *raw, const char **ret_why)
{
	for (const struct json_field *field = format->fields; field->path; field++)
		if (!field_read(raw, root, field)) {
			*ret_why = "has no status that is one";
			return LOG_LINE_UNTRUSTED;
		}
	if (format->starts && raw->seconds > 0 && raw->wall_ms)
		raw->wall_ms += llround(raw->seconds * 1000);
	format->judge(raw, root);
	return LOG_LINE_OK;
}

/* The table's row that the configuration's field map stands for. */
static enum accesslog_verdict mapped_read(const struct accesslog_fields *map, const json_t *root,
					  struct raw *raw, const char **ret_why)
{
	struct json_field fields[] = {
		TEXT(map->client, client),
		TEXT(map->forwarded, forwarded),
		TEXT(map->method, method),
		TEXT(map->uri, uri),
		STATUS(map->status),
		NUMBER(map->duration, seconds, map->duration_scale),
		NUMBER(map->bytes, bytes, 1),
		TIME(map->time, 1),
		END,
	};
	struct json_format format = {LOG_JSON, {map->status}, false, fields, plain_judge};
	size_t n = 0;

	for (size_t i = 0; i + 1 < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].path)
			fields[n++] = fields[i];
	fields[n].path = NULL;
	if (!is_this(&format, root))
		return LOG_LINE_NOT_ACCESS;
	return fields_read(&format, root, raw, ret_why);
}

static enum accesslog_verdict root_read(struct accesslog *log, const json_t *root, struct raw *raw,
					const char **ret_why)
{
	enum accesslog_format want = log->format;

	if (want == LOG_CADDY_CONSOLE)
		want = LOG_CADDY_JSON;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if ((want != LOG_AUTO && want != formats[i].format) || !is_this(&formats[i], root))
			continue;
		log->seen = formats[i].format;
		return fields_read(&formats[i], root, raw, ret_why);
	}
	if ((want != LOG_AUTO && want != LOG_JSON) || !log->fields.status)
		return LOG_LINE_NOT_ACCESS;
	log->seen = LOG_JSON;
	return mapped_read(&log->fields, root, raw, ret_why);
}

/* nginx passes foreign bytes through. They stand within strings, so that replacing them moves
 * nothing. */
static void valid_utf8(struct strbuf *out, struct slice s)
{
	strbuf_clear(out);
	for (size_t at = 0; at < s.len;) {
		uint32_t cp;
		size_t taken = utf8_decode(s.p + at, s.len - at, &cp);

		if (cp == UTF8_REPLACEMENT)
			strbuf_addstr(out, "\xef\xbf\xbd");
		else
			strbuf_add(out, s.p + at, taken);
		at += taken;
	}
}

static bool is_ascii(struct slice s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.len; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

enum accesslog_verdict read_json(struct accesslog *log, struct slice line, struct raw *raw,
				 const char **ret_why)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;

	if (line.len == 0 || line.p[0] != '{')
		return LOG_LINE_NOT_ACCESS;
	if (!is_ascii(line)) {
		valid_utf8(&log->scratch, line);
		line = (struct slice){log->scratch.buf, log->scratch.len};
	}
	log->tree = json_loadb(line.p, line.len, flags, NULL);
	if (!log->tree) {
		*ret_why = "is not valid JSON";
		raw->hide_line = true;
		return LOG_LINE_UNTRUSTED;
	}
	json_shown(&log->line, log->tree);
	return root_read(log, log->tree, raw, ret_why);
}

/* `date time TAB level TAB logger TAB message TAB {…}`; the level is coloured. */
enum accesslog_verdict read_caddy_console(struct accesslog *log, struct slice line, struct raw *raw,
					  const char **ret_why)
{
	struct slice time, level, logger, message;
	enum accesslog_verdict verdict;

	if (!slice_split(&line, '\t', &time) || !slice_split(&line, '\t', &level) ||
	    !slice_split(&line, '\t', &logger) || !slice_starts(logger, "http.log.access") ||
	    !slice_split(&line, '\t', &message) || !time_console(time, &raw->wall_ms))
		return LOG_LINE_NOT_ACCESS;
	strbuf_add(&log->line, time.p, time.len);
	strbuf_addch(&log->line, ' ');
	verdict = read_json(log, line, raw, ret_why);
	log->seen = LOG_CADDY_CONSOLE;
	return verdict;
}
