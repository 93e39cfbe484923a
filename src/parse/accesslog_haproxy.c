/* HAProxy: option httplog, option httplog clf, option tcplog
 * (https://docs.haproxy.org/2.6/configuration.html#8.2). */
#include "parse/accesslog_impl.h"

#include <math.h>
#include <string.h>

/* Milliseconds, or NaN for -1: that phase was not reached. */
static double phase_seconds(int64_t ms)
{
	return ms < 0 ? NAN : (double)ms / 1000;
}

/* First letter: who ended the session; second: in which phase (R request, Q queue, C connect,
 * H headers, D data, L last, T tarpit). From the data phase on, the upstream made the status. */
void haproxy_state(struct raw *raw, struct slice state, struct slice server)
{
	bool chosen = server.len && server.p[0] != '<';
	bool answered = state.len >= 2 && strchr("DL-", state.p[1]);

	if (state.len >= 2 && state.p[0] == 'C') {
		raw->aborted = true;
		if (!answered)
			raw->status = 0;
	}
	if (state.len >= 2 && raw->status > 0)
		raw->origin = chosen && answered ? ORIGIN_UPSTREAM : ORIGIN_GATEWAY;
	if (chosen)
		raw->node = server;
}

static bool is_state(struct slice s, size_t letters)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    s.p[i] != '-')
			return false;
	return s.len == letters;
}

/* "0/0/1/4/+5" */
static bool slashed(struct slice s, int64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct slice head = s;

		if (i + 1 < n && !slice_split(&s, '/', &head))
			return false;
		if (!slice_integer(i + 1 < n ? head : s, &values[i]))
			return false;
	}
	return true;
}

/* TR/Tw/Tc/Tr/Ta. Where headers never came, what is left of Ta after the queue is the time that
 * the upstream was waited for. */
static void timers_apply(struct raw *raw, const int64_t t[5])
{
	raw->seconds = phase_seconds(t[4]);
	if (t[3] >= 0)
		raw->upstream_seconds = phase_seconds((t[2] > 0 ? t[2] : 0) + t[3]);
	else if (t[2] >= 0)
		raw->upstream_seconds =
			phase_seconds(t[4] - (t[0] > 0 ? t[0] : 0) - (t[1] > 0 ? t[1] : 0));
	raw->wall_ms += t[4] > 0 ? t[4] : 0;
}

static void backend_apply(struct raw *raw, struct slice frontend, struct slice backend,
			  struct slice server)
{
	bool none = slice_is(server, "<NOSRV>") && backend.len == frontend.len &&
		    memcmp(backend.p, frontend.p, backend.len) == 0;

	if (!none)
		raw->service = backend;
}

/* `ip:port [date] frontend backend/server ` */
static bool session_head(struct cursor *c, struct raw *raw, struct slice *ret_server)
{
	struct slice date, frontend, backend, server;
	char address[64];

	raw->split_port = true;
	if (!cursor_word(c, &raw->client) ||
	    !client_canonical(raw->client, true, address, sizeof(address)) ||
	    !cursor_literal(c, "[") || !cursor_until(c, ']', &date) || !cursor_literal(c, " ") ||
	    !time_haproxy(date, &raw->wall_ms))
		return false;
	if (!cursor_word(c, &frontend) || !cursor_word(c, &server) ||
	    !slice_split(&server, '/', &backend))
		return false;
	if (frontend.p[frontend.len - 1] == '~') /* TLS */
		frontend.len--;
	backend_apply(raw, frontend, backend, server);
	*ret_server = server;
	return true;
}

/* ` {a|b} {c} ` in any number; braces within are escaped. What was captured is not named, so none
 * of it is shown. */
static bool captures(struct cursor *c, struct raw *raw)
{
	const char *start = c->p;
	struct slice ignored;

	while (cursor_literal(c, "{"))
		if (!cursor_until(c, '}', &ignored) || !cursor_literal(c, " "))
			return false;
	if (c->p > start)
		raw->secrets = (struct slice){start, (size_t)(c->p - start - 1)};
	return true;
}

/* The captured cookies of request and response; "- -" when there are none. */
static bool cookies(struct cursor *c, struct raw *raw)
{
	struct slice request, response;

	if (!cursor_word(c, &request) || !cursor_word(c, &response))
		return false;
	if (!slice_is_none(request) || !slice_is_none(response))
		raw->user =
			(struct slice){request.p, (size_t)(response.p + response.len - request.p)};
	return true;
}

enum accesslog_verdict read_haproxy_http(struct accesslog *log, struct slice line, struct raw *raw,
					 const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice server, timers, bytes, state, word;
	int64_t t[5], n[5];

	if (!session_head(&c, raw, &server) || !cursor_word(&c, &timers) ||
	    slice_count(timers, '/') != 4)
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "fields are not those of option httplog";
	if (!slashed(timers, t, 5) || !cursor_integer(&c, &raw->status) ||
	    !cursor_word(&c, &bytes) || !slice_integer(bytes, &n[0]) || !cookies(&c, raw) ||
	    !cursor_word(&c, &state) || !is_state(state, 4)) {
		raw->hide_line = true;
		return LOG_LINE_UNTRUSTED;
	}
	raw->bytes = bytes.p[0] == '+' ? NAN : (double)n[0];
	if (!cursor_word(&c, &word) || !slashed(word, n, 5) || !cursor_word(&c, &word) ||
	    !slashed(word, n, 2) || !captures(&c, raw))
		return LOG_LINE_UNTRUSTED;
	*ret_why = "cut before its end";
	if (!cursor_quoted(&c, false, &raw->request) || c.p != c.end)
		return LOG_LINE_UNTRUSTED;
	timers_apply(raw, t);
	haproxy_state(raw, state, server);
	raw->request = unescape(&log->arena, raw->request, ESCAPE_HASH);
	return LOG_LINE_OK;
}

/* `port ms "fe" "be" "srv" TR Tw Tc Tr Ta state ac fc bc sc rc sq bq "" "" ` */
static bool clf_tail(struct cursor *c, struct raw *raw)
{
	struct slice frontend, backend, server, state;
	int64_t port, ms, t[5], n;

	if (!cursor_integer(c, &port) || !cursor_integer(c, &ms) ||
	    !cursor_quoted(c, false, &frontend) || !cursor_literal(c, " ") ||
	    !cursor_quoted(c, false, &backend) || !cursor_literal(c, " ") ||
	    !cursor_quoted(c, false, &server) || !cursor_literal(c, " "))
		return false;
	for (int i = 0; i < 5; i++)
		if (!cursor_integer(c, &t[i]))
			return false;
	if (!cursor_word(c, &state) || !is_state(state, 4))
		return false;
	for (int i = 0; i < 7; i++)
		if (!cursor_integer(c, &n))
			return false;
	/* What was captured is not named, so it is not shown. */
	if (c->end - c->p > (ptrdiff_t)strlen("\"\" \"\" "))
		raw->secrets = (struct slice){c->p, (size_t)(c->end - c->p)};
	raw->wall_ms += ms;
	backend_apply(raw, frontend, backend, server);
	timers_apply(raw, t);
	haproxy_state(raw, state, server);
	return true;
}

enum accesslog_verdict read_haproxy_clf(struct accesslog *log, struct slice line, struct raw *raw,
					const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice time, bytes;
	int64_t n;

	if (!head_common(&c, raw, &time) || !time_clf(time, &raw->wall_ms))
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "fields are not those of option httplog clf";
	if (!cursor_quoted(&c, false, &raw->request) || !cursor_literal(&c, " ") ||
	    !cursor_integer(&c, &raw->status) || !cursor_word(&c, &bytes) ||
	    !slice_integer(bytes, &n) || !cursor_literal(&c, "\"\" \"\" "))
		return LOG_LINE_UNTRUSTED;
	raw->bytes = bytes.p[0] == '+' ? NAN : (double)n;
	if (!clf_tail(&c, raw))
		return LOG_LINE_UNTRUSTED;
	raw->request = unescape(&log->arena, raw->request, ESCAPE_HASH);
	return LOG_LINE_OK;
}

/* A session, not a request: it has no code and its time is no latency. */
enum accesslog_verdict read_haproxy_tcp(struct accesslog *log, struct slice line, struct raw *raw,
					const char **ret_why)
{
	struct cursor c = {line.p, line.p + line.len};
	struct slice server, timers, bytes, state, word;
	int64_t t[3], n[5];

	(void)log;
	if (!session_head(&c, raw, &server) || !cursor_word(&c, &timers) ||
	    slice_count(timers, '/') != 2)
		return LOG_LINE_NOT_ACCESS;
	*ret_why = "fields are not those of option tcplog";
	if (!slashed(timers, t, 3) || !cursor_word(&c, &bytes) || !slice_integer(bytes, &n[0]) ||
	    !cursor_word(&c, &state) || !is_state(state, 2) || !cursor_word(&c, &word))
		return LOG_LINE_UNTRUSTED;
	raw->bytes = bytes.p[0] == '+' ? NAN : (double)n[0];
	if (!slashed(word, n, 5) || !cursor_word(&c, &word) || !slashed(word, n, 2) || c.p != c.end)
		return LOG_LINE_UNTRUSTED;
	raw->no_request = true;
	raw->wall_ms += t[2] > 0 ? t[2] : 0;
	haproxy_state(raw, state, server);
	return LOG_LINE_OK;
}
