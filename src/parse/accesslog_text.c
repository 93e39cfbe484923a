/* Formats of quoted and spaced fields: combined, nginx timed, Envoy's default, Traefik's common.
 * nginx and Apache escape the quotes within a field, so that what follows cannot be shifted;
 * Envoy and Traefik do not, and a line with a quote too many is not believed. */
#include "base/decimal.h"
#include "parse/accesslog_impl.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* An address or a host name. */
static bool is_host(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isalnum((unsigned char)s.p[i]) && !memchr(".:-_", s.p[i], 4))
			return false;
	return s.len > 0;
}

/* The line begins as those of clients do. */
static bool begins_with_host(struct slice line)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice word;

	return cursor_word(&c, &word) && is_host(word);
}

bool head_common(struct cursor *c, struct raw *raw, struct slice *ret_time)
{
	const char *quote = memchr(c->p, '"', (size_t)(c->end - c->p));
	struct slice rest, head;

	if (!quote || quote - c->p < 2 || memcmp(quote - 2, "] ", 2) != 0)
		return false;
	rest = (struct slice){c->p, (size_t)(quote - 2 - c->p)};
	if (!slice_split_last(&rest, '[', &head))
		return false;
	*ret_time = rest;
	rest = head;
	if (!slice_split(&rest, ' ', &raw->client) || !is_host(raw->client))
		return false;
	if (!slice_starts(rest, "- ") && !slice_split(&rest, ' ', &head))
		return false;
	if (slice_starts(rest, "- "))
		rest = (struct slice){rest.p + 2, rest.len - 2};
	raw->user = (struct slice){rest.p, rest.len ? rest.len - 1 : 0};
	c->p = quote;
	return true;
}

void client_closed(struct raw *raw)
{
	if (raw->status == 499) {
		raw->status = 0;
		raw->aborted = true;
	}
}

static bool number_or_none(struct slice s, double *ret_value)
{
	*ret_value = NAN;
	return slice_is(s, "-") ||
	       (s.len && decimal_parse(s.p, s.p + s.len, ret_value) == s.p + s.len);
}

/* `"request" status bytes` */
static bool request_status_bytes(struct cursor *c, struct raw *raw)
{
	struct slice bytes;

	return cursor_quoted(c, true, &raw->request) && cursor_literal(c, " ") &&
	       cursor_integer(c, &raw->status) && cursor_word(c, &bytes) &&
	       number_or_none(bytes, &raw->bytes);
}

/* `"referer" "agent" "forwarded"`, or `"forwarded"` alone where the peer stands beside the
 * client. What other fields follow is of no interest. */
static bool combined_tail(struct cursor *c, struct raw *raw, bool has_peer)
{
	struct slice text[3];
	size_t n = 0;

	while (n < 3 && c->p < c->end && *c->p == '"') {
		if (!cursor_quoted(c, true, &text[n++]) ||
		    (c->p < c->end && !cursor_literal(c, " ")))
			return false;
	}
	if (n >= 2)
		raw->user_agent = text[1];
	if (n == 3)
		raw->forwarded = text[2];
	else if (n == 1 && has_peer)
		raw->forwarded = text[0];
	return true;
}

enum accesslog_verdict read_combined(struct accesslog *log, struct slice line, struct raw *raw,
				     const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice time, after_client;
	bool has_peer;

	if (!head_common(&c, raw, &time) || !time_clf(time, &raw->wall_ms))
		return LOG_LINE_NOT_ACCESS;
	after_client = (struct slice){line.p + raw->client.len + 1, 1};
	has_peer = !slice_is(after_client, "-");
	*ret_why = "fields are not those of the combined format";
	if (!request_status_bytes(&c, raw) || !combined_tail(&c, raw, has_peer))
		return LOG_LINE_UNTRUSTED;
	client_closed(raw);
	raw->request = unescape(&log->arena, raw->request, ESCAPE_BACKSLASH_X);
	raw->user_agent = unescape(&log->arena, raw->user_agent, ESCAPE_BACKSLASH_X);
	return LOG_LINE_OK;
}

bool nginx_times(struct cursor *c, double *ret_sum, double *ret_last)
{
	*ret_sum = NAN;
	do {
		const char *start = c->p;

		while (c->p < c->end && *c->p != ' ' && *c->p != ',')
			c->p++;
		if (!number_or_none((struct slice){start, (size_t)(c->p - start)}, ret_last))
			return false;
		if (!isnan(*ret_last))
			*ret_sum = (isnan(*ret_sum) ? 0 : *ret_sum) + *ret_last;
	} while (cursor_literal(c, ", ") || cursor_literal(c, " : "));
	return true;
}

/* Request time, then the upstreams' response, connect and header times. */
static bool timed_times(struct cursor *c, struct raw *raw, double *ret_header)
{
	double sum, last;

	return nginx_times(c, &raw->seconds, &last) && cursor_literal(c, " ") &&
	       nginx_times(c, &raw->upstream_seconds, &last) && cursor_literal(c, " ") &&
	       nginx_times(c, &sum, &last) && cursor_literal(c, " ") &&
	       nginx_times(c, &sum, ret_header) && cursor_literal(c, " ");
}

/* The last of "10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80". */
static struct slice last_of_list(struct slice list)
{
	struct slice head;

	slice_split_last(&list, ' ', &head);
	return list;
}

enum accesslog_verdict read_nginx_timed(struct accesslog *log, struct slice line, struct raw *raw,
					const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice time, upstream, status;
	double header;

	if (!cursor_word(&c, &raw->client) || !is_host(raw->client) || !cursor_literal(&c, "[") ||
	    !cursor_until(&c, ']', &time) || !cursor_literal(&c, " ") ||
	    !time_rfc3339(time, &raw->wall_ms))
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "fields are not those of the timed format";
	if (!request_status_bytes(&c, raw) || !timed_times(&c, raw, &header))
		return LOG_LINE_UNTRUSTED;
	if (!cursor_quoted(&c, true, &upstream) || !cursor_literal(&c, " ") ||
	    !cursor_quoted(&c, true, &status) || !cursor_literal(&c, " ") ||
	    !cursor_quoted(&c, true, &raw->user_agent) || c.p != c.end)
		return LOG_LINE_UNTRUSTED;
	/* Without headers from an upstream the status is nginx's own. */
	raw->origin = isnan(header) ? ORIGIN_GATEWAY : ORIGIN_UPSTREAM;
	raw->node = last_of_list(upstream);
	client_closed(raw);
	raw->request = unescape(&log->arena, raw->request, ESCAPE_BACKSLASH_X);
	raw->user_agent = unescape(&log->arena, raw->user_agent, ESCAPE_BACKSLASH_X);
	return LOG_LINE_OK;
}

static bool has_flag(struct slice flags, const char *flag)
{
	struct slice head;

	while (slice_split(&flags, ',', &head))
		if (slice_is(head, flag))
			return true;
	return slice_is(flags, flag);
}

void envoy_origin(struct raw *raw, struct slice flags, bool served)
{
	raw->aborted = has_flag(flags, "DC");
	if (raw->status == 0)
		return;
	if (served || raw->status == 101 || (slice_is_none(flags) && !slice_is_none(raw->node)))
		raw->origin = ORIGIN_UPSTREAM;
	else
		raw->origin = ORIGIN_GATEWAY;
}

void traefik_origin(struct raw *raw, int64_t upstream_status)
{
	if (raw->status == 0)
		return;
	if (upstream_status == 0)
		raw->origin = ORIGIN_GATEWAY;
	else if (raw->status != 502 && raw->status != 504)
		raw->origin = ORIGIN_UPSTREAM;
}

/* `code flags received sent duration service_time ` */
static bool envoy_numbers(struct cursor *c, struct raw *raw, struct slice *ret_flags,
			  bool *ret_served)
{
	struct slice service_time;
	int64_t received, sent, duration;
	double ms;

	if (!cursor_integer(c, &raw->status) || !cursor_word(c, ret_flags) ||
	    !cursor_integer(c, &received) || !cursor_integer(c, &sent) ||
	    !cursor_integer(c, &duration) || !cursor_word(c, &service_time) ||
	    !number_or_none(service_time, &ms))
		return false;
	raw->bytes = (double)sent;
	raw->seconds = (double)duration / 1000;
	raw->upstream_seconds = ms / 1000;
	raw->wall_ms += duration;
	*ret_served = !isnan(ms);
	return true;
}

enum accesslog_verdict read_envoy(struct accesslog *log, struct slice line, struct raw *raw,
				  const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice time, flags, field[5];
	bool served;

	(void)log;
	if (!cursor_literal(&c, "[") || !cursor_until(&c, ']', &time) || !cursor_literal(&c, " ") ||
	    !time_rfc3339(time, &raw->wall_ms) || c.p == c.end || *c.p != '"')
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "has quotes too many: fields may be forged";
	if (slice_count(line, '"') > 12)
		return LOG_LINE_UNTRUSTED;
	*ret_why = "fields are not those of Envoy's default format";
	if (!cursor_quoted(&c, false, &raw->request) || !cursor_literal(&c, " ") ||
	    !envoy_numbers(&c, raw, &flags, &served))
		return LOG_LINE_UNTRUSTED;
	for (int i = 0; i < 5; i++)
		if ((i && !cursor_literal(&c, " ")) || !cursor_quoted(&c, false, &field[i]))
			return LOG_LINE_UNTRUSTED;
	if (c.p != c.end)
		return LOG_LINE_UNTRUSTED;
	raw->forwarded = field[0];
	raw->user_agent = field[1];
	raw->node = field[4];
	envoy_origin(raw, flags, served);
	return LOG_LINE_OK;
}

/* In Traefik a quote within a field has a backslash before it, but a backslash has none. */
static bool is_bare_quote(const char *p, const char *start)
{
	return *p == '"' && (p == start || p[-1] != '\\');
}

static bool traefik_quoted(struct cursor *c, struct slice *ret_text)
{
	const char *start = c->p + 1, *p = start;

	if (!cursor_literal(c, "\""))
		return false;
	while (p < c->end && !is_bare_quote(p, start))
		p++;
	*ret_text = (struct slice){start, (size_t)(p - start)};
	c->p = p + 1;
	return p < c->end;
}

static size_t count_bare_quotes(struct slice line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.len; i++)
		n += is_bare_quote(line.p + i, line.p);
	return n;
}

/* Names may be keys; where one that holds quotes ends cannot be said. */
static bool has_user_name(struct slice line)
{
	struct slice host;

	return slice_split(&line, ' ', &host) && !slice_starts(line, "- - [");
}

/* `"referer" "agent" count "router" "url" 3ms` */
static bool traefik_tail(struct cursor *c, struct raw *raw, struct slice *ret_url, int64_t *ret_ms)
{
	struct slice referer, duration;
	int64_t count;

	if (!traefik_quoted(c, &referer) || !cursor_literal(c, " ") ||
	    !traefik_quoted(c, &raw->user_agent) || !cursor_literal(c, " ") ||
	    !cursor_integer(c, &count) || !traefik_quoted(c, &raw->service) ||
	    !cursor_literal(c, " ") || !traefik_quoted(c, ret_url) || !cursor_literal(c, " "))
		return false;
	duration = (struct slice){c->p, (size_t)(c->end - c->p)};
	if (duration.len < 3 || memcmp(c->end - 2, "ms", 2) != 0)
		return false;
	duration.len -= 2;
	return slice_integer(duration, ret_ms);
}

enum accesslog_verdict read_traefik_common(struct accesslog *log, struct slice line,
					   struct raw *raw, const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice time, bytes, url;
	int64_t ms;

	(void)log;
	/* The user's name may hold anything, so that the head alone does not say what it is. */
	if (!begins_with_host(line))
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "has quotes too many or too few: fields may be forged";
	if (count_bare_quotes(line) != 10) {
		raw->hide_line = has_user_name(line);
		return LOG_LINE_UNTRUSTED;
	}
	*ret_why = "fields are not those of Traefik's common format";
	if (!head_common(&c, raw, &time) || !time_clf(time, &raw->wall_ms))
		return LOG_LINE_NOT_ACCESS;
	if (!traefik_quoted(&c, &raw->request) || !cursor_literal(&c, " ") ||
	    !cursor_integer(&c, &raw->status) || !cursor_word(&c, &bytes) ||
	    !number_or_none(bytes, &raw->bytes) || !traefik_tail(&c, raw, &url, &ms))
		return LOG_LINE_UNTRUSTED;
	raw->seconds = (double)ms / 1000;
	raw->wall_ms += ms;
	if (slice_is_none(raw->service))
		raw->service = (struct slice){"", 0};
	client_closed(raw);
	traefik_origin(raw, slice_is_none(url) ? 0 : raw->status);
	if (!slice_is_none(url))
		raw->node = url;
	return LOG_LINE_OK;
}
