#include "parse/accesslog.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "parse/accesslog_impl.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES  (64 * 1024) /* longer ones are not parsed */
#define SHOWN_MAX_BYTES 2048
#define ROUTE_MAX_BYTES 200
#define FIELD_MAX_BYTES 200

static const struct {
	const char *name;
	accesslog_reader read;
} formats[LOG_FORMAT_COUNT] = {
	[LOG_AUTO] = {"auto", NULL},
	[LOG_HAPROXY_HTTP] = {"haproxy", read_haproxy_http},
	[LOG_HAPROXY_CLF] = {"haproxy-clf", read_haproxy_clf},
	[LOG_HAPROXY_TCP] = {"haproxy-tcp", read_haproxy_tcp},
	[LOG_HAPROXY_JSON] = {"haproxy-json", read_json},
	[LOG_COMBINED] = {"combined", read_combined},
	[LOG_NGINX_TIMED] = {"nginx-timed", read_nginx_timed},
	[LOG_NGINX_JSON] = {"nginx-json", read_json},
	[LOG_CADDY_JSON] = {"caddy-json", read_json},
	[LOG_CADDY_CONSOLE] = {"caddy-console", read_caddy_console},
	[LOG_ENVOY] = {"envoy", read_envoy},
	[LOG_ENVOY_JSON] = {"envoy-json", read_json},
	[LOG_TRAEFIK_COMMON] = {"traefik-common", read_traefik_common},
	[LOG_TRAEFIK_JSON] = {"traefik-json", read_json},
	[LOG_JSON] = {"json", read_json},
};

/* The order in which an unknown log is tried: a format that is another one with more fields comes
 * before it. One row for all JSON: its keys tell which. */
static const enum accesslog_format candidates[] = {
	LOG_TRAEFIK_JSON, LOG_CADDY_CONSOLE,  LOG_ENVOY,       LOG_HAPROXY_HTTP, LOG_HAPROXY_TCP,
	LOG_HAPROXY_CLF,  LOG_TRAEFIK_COMMON, LOG_NGINX_TIMED, LOG_COMBINED,
};

const char *accesslog_format_name(enum accesslog_format format)
{
	return formats[format].name;
}

enum accesslog_format accesslog_format_by_name(const char *name)
{
	int format = LOG_AUTO;

	while (format < LOG_FORMAT_COUNT && strcmp(formats[format].name, name) != 0)
		format++;
	return (enum accesslog_format)format;
}

static const char *copied(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void fields_copy(struct accesslog_fields *to, const struct accesslog_fields *from)
{
	to->time = copied(from->time);
	to->client = copied(from->client);
	to->method = copied(from->method);
	to->uri = copied(from->uri);
	to->status = copied(from->status);
	to->duration = copied(from->duration);
	to->bytes = copied(from->bytes);
	to->forwarded = copied(from->forwarded);
	to->duration_scale = from->duration_scale;
}

static void fields_release(struct accesslog_fields *fields)
{
	const char *const all[] = {fields->time,  fields->client,   fields->method,
				   fields->uri,   fields->status,   fields->duration,
				   fields->bytes, fields->forwarded};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free((char *)all[i]);
}

struct accesslog *accesslog_new(const struct accesslog_options *options, struct err *err)
{
	struct accesslog *log = xcalloc(1, sizeof(*log));

	log->format = options->format;
	log->forwarded = options->forwarded;
	fields_copy(&log->fields, &options->fields);
	arena_init(&log->arena);
	strbuf_init(&log->line);
	strbuf_init(&log->scratch);
	for (; log->ntrusted < options->ntrusted; log->ntrusted++) {
		const char *cidr = options->trusted[log->ntrusted];

		if (address_parse(cidr, &log->trusted[log->ntrusted]))
			continue;
		err_set(err, ERR_INVALID, "trusted proxy \"%.60s\" is no address or network", cidr);
		goto fail;
	}
	if (log->format == LOG_JSON && (!log->fields.status || !log->fields.uri)) {
		err_set(err, ERR_INVALID, "format json needs to know the keys of status and uri");
		goto fail;
	}
	return log;
fail:
	accesslog_free(log);
	return NULL;
}

void accesslog_free(struct accesslog *log)
{
	if (!log)
		return;
	fields_release(&log->fields);
	arena_release(&log->arena);
	strbuf_release(&log->line);
	strbuf_release(&log->scratch);
	json_decref(log->tree);
	free(log);
}

enum accesslog_format accesslog_format(const struct accesslog *log)
{
	return log->format;
}

/* "haproxy[25295]: " or "nginx: " */
static bool syslog_tag(struct cursor *c)
{
	struct slice tag;

	return cursor_word(c, &tag) && tag.len > 1 && tag.p[tag.len - 1] == ':';
}

/* "Nov 23 19:34:33 host tag: " (RFC 3164) */
static bool syslog_bsd(struct cursor *c)
{
	struct slice stamp = {c->p, 15}, host;

	if (c->end - c->p < 17 || c->p[3] != ' ' || c->p[6] != ' ' || c->p[15] != ' ' ||
	    c->p[9] != ':' || c->p[12] != ':' || !isupper((unsigned char)stamp.p[0]))
		return false;
	c->p += 16;
	return cursor_word(c, &host) && syslog_tag(c);
}

/* "1 2026-11-23T19:34:33.893+00:00 host app pid id - " (RFC 5424); with structured data too. */
static bool syslog_5424(struct cursor *c)
{
	struct slice time, word;
	int64_t ms;

	if (!cursor_literal(c, "1 ") || !cursor_word(c, &time) || !time_rfc3339(time, &ms))
		return false;
	for (int i = 0; i < 4; i++)
		if (!cursor_word(c, &word))
			return false;
	if (cursor_literal(c, "- "))
		return true;
	return cursor_literal(c, "[") && cursor_until(c, ']', &word) && cursor_literal(c, " ");
}

/* "2026-11-23T19:34:33+00:00 host tag: " (rsyslog) */
static bool syslog_iso(struct cursor *c)
{
	struct slice time, host;
	int64_t ms;

	return cursor_word(c, &time) && time_rfc3339(time, &ms) && cursor_word(c, &host) &&
	       syslog_tag(c);
}

/* What a syslog daemon or sender put before the line is taken away. */
static struct slice without_prefix(struct slice line)
{
	static bool (*const prefixes[])(struct cursor *) = {syslog_bsd, syslog_5424, syslog_iso};
	struct cursor start = {line.p, line.p + line.len};
	struct slice priority;
	int64_t value;

	if (cursor_literal(&start, "<") &&
	    (!cursor_until(&start, '>', &priority) || !slice_integer(priority, &value)))
		start.p = line.p;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct cursor c = start;

		if (prefixes[i](&c))
			return (struct slice){c.p, (size_t)(c.end - c.p)};
	}
	return line;
}

static void begin(struct accesslog *log, struct raw *raw)
{
	arena_clear(&log->arena);
	strbuf_clear(&log->line);
	json_decref(log->tree);
	log->tree = NULL;
	*raw = (struct raw){.seconds = NAN, .upstream_seconds = NAN, .bytes = NAN};
}

static enum accesslog_verdict read_as(struct accesslog *log, enum accesslog_format format,
				      struct slice line, struct raw *raw, const char **ret_why)
{
	enum accesslog_verdict verdict = formats[format].read(log, line, raw, ret_why);

	if (verdict != LOG_LINE_OK || (raw->status >= -1 && raw->status <= 999))
		return verdict;
	*ret_why = "has no status that is one";
	return LOG_LINE_UNTRUSTED;
}

/* Reads with the format in force, or, until one is, with the first that fits. */
static enum accesslog_verdict read_line(struct accesslog *log, struct slice line, struct raw *raw,
					const char **ret_why)
{
	begin(log, raw);
	if (log->format != LOG_AUTO)
		return read_as(log, log->format, line, raw, ret_why);
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		log->seen = candidates[i];
		if (read_as(log, candidates[i], line, raw, ret_why) == LOG_LINE_OK) {
			log->format = log->seen;
			return LOG_LINE_OK;
		}
		begin(log, raw);
	}
	return LOG_LINE_NOT_ACCESS;
}

static const char *cleaned(struct accesslog *log, struct slice s, size_t cap)
{
	char *out = arena_alloc(&log->arena, cap);

	utf8_sanitise(out, cap, s.p, s.len);
	return out;
}

/* Foreign text that could hold a URL. */
static const char *cleaned_text(struct accesslog *log, struct slice s)
{
	if (slice_is_none(s))
		return "";
	strbuf_clear(&log->scratch);
	redact(&log->scratch, s);
	return cleaned(log, (struct slice){log->scratch.buf, log->scratch.len}, FIELD_MAX_BYTES);
}

/* The last of "10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80"; without scheme. */
static struct slice node_name(struct slice s)
{
	struct slice head;
	const char *scheme;

	slice_split_last(&s, ' ', &head);
	scheme = s.len ? memmem(s.p, s.len, "://", 3) : NULL;
	if (!scheme)
		return s;
	return (struct slice){scheme + 3, s.len - (size_t)(scheme + 3 - s.p)};
}

/* Adds the line but for two pieces of it, each of which becomes a star. */
static void show_without(struct strbuf *out, struct slice line, struct slice a, struct slice b)
{
	const char *at = line.p, *end = line.p + line.len;
	const struct slice cuts[] = {b.len && b.p < a.p ? b : a, b.len && b.p < a.p ? a : b};

	for (int i = 0; i < 2; i++) {
		if (slice_is_none(cuts[i]) || cuts[i].p < at || cuts[i].p + cuts[i].len > end)
			continue;
		redact(out, (struct slice){at, (size_t)(cuts[i].p - at)});
		strbuf_addch(out, '*');
		at = cuts[i].p + cuts[i].len;
	}
	redact(out, (struct slice){at, (size_t)(end - at)});
}

static const char *shown_line(struct accesslog *log, struct slice line, const struct raw *raw)
{
	if (raw->hide_line)
		return "(a line that cannot be read; not shown, for it may hold secrets)";
	if (!log->tree)
		show_without(&log->line, line, raw->user, raw->secrets);
	return cleaned(log, (struct slice){log->line.buf, log->line.len}, SHOWN_MAX_BYTES);
}

/* Method and route; what no gateway could parse has neither. */
static void request_finish(struct accesslog *log, struct raw *raw, struct accesslog_record *record)
{
	struct slice path;
	char *route;

	record->method = record->route = "";
	if (raw->no_request)
		return;
	if (!raw->request.len && !raw->method.len && slice_count(raw->uri, ' '))
		raw->request = raw->uri;
	if (raw->request.len)
		raw->bad_request |= !request_split(raw->request, &raw->method, &raw->uri);
	else if (slice_is_none(raw->uri) || slice_is(raw->uri, "<BADREQ>") ||
		 (raw->method.len && !method_is_valid(raw->method)))
		raw->bad_request = true;
	record->bad_request = raw->bad_request;
	if (raw->bad_request)
		return;
	path = target_path(raw->uri);
	route = arena_alloc(&log->arena, ROUTE_MAX_BYTES);
	accesslog_fold(route, ROUTE_MAX_BYTES, path.p, path.len, &record->ids);
	record->route = route;
	record->method = cleaned(log, raw->method, FIELD_MAX_BYTES);
}

static void finish(struct accesslog *log, struct slice line, struct raw *raw,
		   struct accesslog_record *record)
{
	char *client = arena_alloc(&log->arena, FIELD_MAX_BYTES);

	client_choose(log, raw, client, FIELD_MAX_BYTES);
	record->client = client;
	request_finish(log, raw, record);
	record->service = cleaned_text(log, raw->service);
	record->node = cleaned_text(log, node_name(raw->node));
	record->user_agent = cleaned_text(log, raw->user_agent);
	record->status = raw->status > 0 ? (int)raw->status : 0;
	record->wall_ms = raw->wall_ms;
	record->bytes = raw->bytes;
	record->origin = raw->origin;
	record->aborted = raw->aborted;
	record->limited = record->status == 429;
	record->seconds = raw->seconds;
	record->upstream_seconds = raw->upstream_seconds;
	/* The life of a connection, or the patience of a client, is no latency. */
	if (record->status == 101 || record->status == 0 || record->aborted)
		record->seconds = record->upstream_seconds = NAN;
	/* Gateways round both to a millisecond, each in its own way. */
	if (record->upstream_seconds > record->seconds)
		record->upstream_seconds = record->seconds;
	record->line = shown_line(log, line, raw);
}

enum accesslog_verdict accesslog_parse(struct accesslog *log, const char *line, size_t len,
				       struct accesslog_record *ret_record, const char **ret_why)
{
	struct slice text = {line, len};
	enum accesslog_verdict verdict;
	struct raw raw;

	*ret_record = (struct accesslog_record){.client = "",
						.method = "",
						.route = "",
						.service = "",
						.node = "",
						.user_agent = "",
						.seconds = NAN,
						.upstream_seconds = NAN,
						.bytes = NAN,
						.line = ""};
	*ret_why = "";
	if (text.len && text.p[text.len - 1] == '\r')
		text.len--;
	text = without_prefix(text);
	if (text.len > LINE_MAX_BYTES) {
		*ret_why = "longer than 64 KiB";
		return LOG_LINE_UNTRUSTED;
	}
	verdict = read_line(log, text, &raw, ret_why);
	if (verdict == LOG_LINE_OK)
		finish(log, text, &raw, ret_record);
	else if (verdict == LOG_LINE_UNTRUSTED)
		ret_record->line = shown_line(log, text, &raw);
	if (verdict != LOG_LINE_UNTRUSTED)
		*ret_why = "";
	return verdict;
}
