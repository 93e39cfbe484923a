#include "config/template.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

void template_begin(struct strbuf *out)
{
	strbuf_addstr(out, "# hypercare.yaml: man 5 hypercare.yaml lists every key; check it with\n"
			   "# hypercare config check FILE\n"
			   "project: my-project\n"
			   "# golive: 2026-11-23\n"
			   "# phases:\n"
			   "#   - {name: STABILISATION, days: 28}\n"
			   "#   - {name: OPTIMISATION, days: 28}\n"
			   "#   - {name: HANDOVER, days: 14}\n"
			   "\n"
			   "targets:\n");
}

/* A double-quoted scalar, all but ASCII as escapes. */
static void add_quoted(struct strbuf *out, const char *text)
{
	const char *end = text + strlen(text);
	uint32_t cp;

	strbuf_addch(out, '"');
	while (text < end) {
		text += utf8_decode(text, (size_t)(end - text), &cp);
		if (cp >= 0x20 && cp < 0x7f)
			strbuf_addf(out, "%s%c", cp == '"' || cp == '\\' ? "\\" : "", (char)cp);
		else
			strbuf_addf(out, "\\U%08x", (unsigned)cp);
	}
	strbuf_addch(out, '"');
}

static void add_key(struct strbuf *out, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	strbuf_addf(out, "    %s: ", key);
	add_quoted(out, value);
	strbuf_addch(out, '\n');
}

static void add_flag(struct strbuf *out, const char *key, bool value)
{
	if (value)
		strbuf_addf(out, "    %s: true\n", key);
}

static void add_time(struct strbuf *out, const char *key, int64_t ms)
{
	if (ms)
		strbuf_addf(out, "    %s: %lldms\n", key, (long long)ms);
}

static void add_auth(struct strbuf *out, const struct secret_ref *auth)
{
	static const char *const schemes[] = {"", "bearer", "basic", "header"};
	static const char *const origins[] = {"env", "file", "command", "credential"};

	if (auth->scheme == SECRET_NONE || auth->from == SECRET_COMMAND) {
		strbuf_addstr(out, "    # auth: bearer:env:NAME\n");
		return;
	}
	strbuf_addf(out, "    auth: \"%s%s%s:%s:%s\"\n", schemes[auth->scheme],
		    auth->header ? ":" : "", auth->header ? auth->header : "", origins[auth->from],
		    auth->name);
}

void template_target(struct strbuf *out, const struct config_target *target, const char *profile,
		     const char *sentence)
{
	char comment[256];

	/* Partly in the gateway's own words: a line break in them would end the comment. */
	utf8_sanitise(comment, sizeof(comment), sentence, strlen(sentence));
	strbuf_addf(out, "  # %s%s\n  - name: ", *profile ? "" : "not recognised: ", comment);
	add_quoted(out, target->name);
	strbuf_addch(out, '\n');
	add_key(out, "url", target->url);
	add_key(out, "profile", profile);
	add_auth(out, &target->auth);
	add_key(out, "cacert", target->cacert);
	add_key(out, "cert", target->cert);
	add_key(out, "key", target->key);
	add_key(out, "pinnedpubkey", target->pinnedpubkey);
	add_key(out, "proxy", target->proxy);
	add_key(out, "noproxy", target->noproxy);
	add_key(out, "resolve", target->resolve);
	add_key(out, "connect_to", target->connect_to);
	add_key(out, "unix_socket", target->unix_socket);
	add_flag(out, "insecure", target->insecure);
	add_flag(out, "compressed", target->compressed);
	add_flag(out, "http2", target->http2);
	add_key(out, "log_format", target->log_format);
	add_time(out, "timeout", target->timeout_ms);
	add_time(out, "connect_timeout", target->connect_timeout_ms);
	add_time(out, "interval", target->interval_ms);
	strbuf_addstr(out, "    guard: ask      # ro, ask or rw\n"
			   "    # banner: prod  # prod, stage or dev\n");
	if (!target->interval_ms)
		strbuf_addstr(out, "    # interval: 5s\n");
}

void template_end(struct strbuf *out)
{
	strbuf_addstr(out,
		      "\n"
		      "# rules:\n"
		      "#   - {name: checkout-slow, measure: latency-p95, over: 0.5, for: 5m,\n"
		      "#      filter: \"route:checkout\", by: target route, severity: critical}\n"
		      "# rules_off: []\n"
		      "# keys:\n"
		      "#   - {keys: F5, command: retry}\n"
		      "# theme: default   # light, mono, high-contrast, colour-blind\n"
		      "# bell: true\n"
		      "# utc: true\n");
}
