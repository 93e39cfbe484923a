#include "accesslog_row.h"
#include "base/utf8.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces of what real gateways wrote; beside each, the record that must come of every line. */
static const struct recording {
	const char *name;
	enum accesslog_format format;
	bool forwarded;
} recordings[] = {
	{"caddy-2.6.2.console", LOG_CADDY_CONSOLE, false},
	{"caddy-2.6.2.json", LOG_CADDY_JSON, false},
	{"envoy-1.40.default", LOG_ENVOY, true},
	{"envoy-1.40.default-inner", LOG_ENVOY, false},
	{"envoy-1.40.json", LOG_ENVOY_JSON, false},
	{"haproxy-2.6.12.httplog", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-captures", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-clf", LOG_HAPROXY_CLF, false},
	{"haproxy-2.6.12.httplog-rfc3164", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-rfc5424", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-rsyslog-iso", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-rsyslog-traditional", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.httplog-states", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.json", LOG_HAPROXY_JSON, false},
	{"haproxy-2.6.12.json-naive", LOG_JSON, false},
	{"haproxy-2.6.12.no-format", LOG_HAPROXY_HTTP, false},
	{"haproxy-2.6.12.tcplog", LOG_HAPROXY_TCP, false},
	{"nginx-1.22.1.combined", LOG_COMBINED, false},
	{"nginx-1.22.1.json", LOG_NGINX_JSON, false},
	{"nginx-1.22.1.realip", LOG_COMBINED, false},
	{"nginx-1.22.1.timed", LOG_NGINX_TIMED, false},
	{"nginx-1.22.1.xff", LOG_COMBINED, true},
	{"traefik-3.7.common", LOG_TRAEFIK_COMMON, false},
	{"traefik-3.7.common-ua", LOG_TRAEFIK_COMMON, false},
	{"traefik-3.7.json", LOG_TRAEFIK_JSON, false},
	{"traefik-3.7.json-headers", LOG_TRAEFIK_JSON, false},
};
#define NRECORDINGS (int)(sizeof(recordings) / sizeof(recordings[0]))

static FILE *open_data(const char *name, const char *suffix)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/accesslog/%s.%s", top ? top : ".", name,
		 suffix);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	return file;
}

/* Reads a line without its newline; false at the end. */
static bool next_line(FILE *file, char **line, size_t *cap, size_t *ret_len)
{
	ssize_t n = getline(line, cap, file);

	if (n <= 0)
		return false;
	n -= (*line)[n - 1] == '\n';
	(*line)[n] = '\0';
	*ret_len = (size_t)n;
	return true;
}

static struct accesslog *open_log(enum accesslog_format format, bool forwarded)
{
	struct accesslog_options options = {.format = format, .forwarded = forwarded};
	struct accesslog *log;
	struct err err;

	if (format == LOG_JSON)
		options.fields = (struct accesslog_fields){.client = "client",
							   .uri = "uri",
							   .status = "status",
							   .duration = "Ta",
							   .duration_scale = 1e-3};
	log = accesslog_new(&options, &err);
	ck_assert_ptr_nonnull(log);
	return log;
}

static void compare(const struct recording *recording, enum accesslog_format format)
{
	FILE *lines = open_data(recording->name, "log"), *rows = open_data(recording->name, "want");
	struct accesslog *log = open_log(format, recording->forwarded);
	char *line = NULL, *want = NULL, row[2048];
	size_t line_cap = 0, want_cap = 0, len, want_len;
	int number = 0;

	while (next_line(lines, &line, &line_cap, &len)) {
		struct accesslog_record record;
		const char *why;

		number++;
		ck_assert(next_line(rows, &want, &want_cap, &want_len));
		accesslog_row(accesslog_parse(log, line, len, &record, &why), &record, row,
			      sizeof(row));
		ck_assert_msg(strcmp(row, want) == 0, "%s:%d\n got %s\nwant %s", recording->name,
			      number, row, want);
	}
	ck_assert(!next_line(rows, &want, &want_cap, &want_len));
	ck_assert_int_gt(number, 0);
	if (strcmp(want, "other") != 0)
		ck_assert_int_eq(accesslog_format(log), recording->format);
	accesslog_free(log);
	free(line);
	free(want);
	fclose(lines);
	fclose(rows);
}

START_TEST(recordings_are_read)
{
	compare(&recordings[_i], recordings[_i].format);
}
END_TEST

START_TEST(formats_are_recognised)
{
	if (recordings[_i].format != LOG_JSON)
		compare(&recordings[_i], LOG_AUTO);
}
END_TEST

static const char *const secrets[] = {"hunter2",    "token=abc", "secret-session", "key-abc",
				      "dGhlIHNhbX", "s3cret",    "letmein"};

static void assert_no_secret(const struct accesslog_record *record, const char *where)
{
	char texts[8192];

	accesslog_texts(record, texts, sizeof(texts));
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		ck_assert_msg(!strstr(texts, secrets[i]), "%s in %s: %s", secrets[i], where, texts);
}

/* Whatever a line holds: no secret, and no byte that acts on a terminal. */
START_TEST(recordings_leak_nothing)
{
	const struct recording *recording = &recordings[_i];
	struct accesslog *log = open_log(recording->format, recording->forwarded);
	FILE *lines = open_data(recording->name, "log");
	char *line = NULL, texts[8192], clean[8192];
	size_t cap = 0, len;

	while (next_line(lines, &line, &cap, &len)) {
		struct accesslog_record record;
		const char *why;

		accesslog_parse(log, line, len, &record, &why);
		assert_no_secret(&record, recording->name);
		accesslog_texts(&record, texts, sizeof(texts));
		for (char *p = strchr(texts, '\n'); p; p = strchr(p, '\n'))
			*p = '|';
		utf8_sanitise(clean, sizeof(clean), texts, strlen(texts));
		ck_assert_str_eq(clean, texts);
	}
	accesslog_free(log);
	free(line);
	fclose(lines);
}
END_TEST

/* A cut line is refused, or what it says is what the whole line says. */
START_TEST(cut_lines_shift_nothing)
{
	const struct recording *recording = &recordings[_i];
	struct accesslog *log = open_log(recording->format, recording->forwarded);
	FILE *lines = open_data(recording->name, "log");
	char *line = NULL, whole[256], cut[256];
	size_t cap = 0, len;

	while (next_line(lines, &line, &cap, &len)) {
		struct accesslog_record record;
		const char *why;

		if (accesslog_parse(log, line, len, &record, &why) != LOG_LINE_OK)
			continue;
		snprintf(whole, sizeof(whole), "%s %s %d", record.client, record.route,
			 record.status);
		for (size_t n = 0; n < len; n++) {
			if (accesslog_parse(log, line, n, &record, &why) != LOG_LINE_OK)
				continue;
			/* The client that a list of proxies names stands at the end of it. */
			snprintf(cut, sizeof(cut), "%s %s %d",
				 recording->forwarded ? "" : record.client, record.route,
				 record.status);
			ck_assert_msg(strstr(whole, cut) != NULL, "%zu bytes of %s: %s", n, line,
				      cut);
		}
	}
	accesslog_free(log);
	free(line);
	fclose(lines);
}
END_TEST

/* Damaged lines crash nothing and leak nothing; run under the sanitisers too. */
START_TEST(damaged_lines_do_no_harm)
{
	const struct recording *recording = &recordings[_i];
	struct accesslog *log = open_log(recording->format, true);
	struct accesslog *any = open_log(LOG_AUTO, false);
	FILE *lines = open_data(recording->name, "log");
	char *line = NULL;
	size_t cap = 0, len;
	uint32_t seed = 1;

	while (next_line(lines, &line, &cap, &len)) {
		for (int round = 0; round < 20 && len; round++) {
			struct accesslog_record record;
			const char *why;

			seed = seed * 1664525 + 1013904223;
			line[(seed >> 8) % len] = (char)(seed >> 24);
			accesslog_parse(log, line, len, &record, &why);
			ck_assert_ptr_nonnull(record.line);
			accesslog_parse(any, line, len, &record, &why);
		}
	}
	accesslog_free(log);
	accesslog_free(any);
	free(line);
	fclose(lines);
}
END_TEST

/* Secrets in every place where a gateway may have written one. */
static const struct {
	enum accesslog_format format;
	const char *line;
	enum accesslog_verdict verdict;
} hidden[] = {
	{LOG_COMBINED,
	 "192.0.2.1 - s3cret [23/Nov/2026:19:34:33 +0000] \"GET /a?k=s3cret HTTP/1.1\" 200 3 "
	 "\"http://u:s3cret@h/p?s3cret\" \"agent\"",
	 LOG_LINE_OK},
	{LOG_COMBINED,
	 "192.0.2.1 - - [23/Nov/2026:19:34:33 +0000] \"GET /a;jsessionid=s3cret?x HTTP/1.1\" 200 3",
	 LOG_LINE_OK},
	{LOG_COMBINED,
	 "192.0.2.1 - a s3cret b [23/Nov/2026:19:34:33 +0000] \"GET http://u:s3cret@h/a HTTP/1.1\" "
	 "200 3 \"-\" \"see http://h/?s3cret\"",
	 LOG_LINE_OK},
	{LOG_HAPROXY_HTTP,
	 "192.0.2.1:4711 [23/Nov/2026:19:34:33.890] web app/app1 0/0/0/2/2 200 74 sid=s3cret "
	 "sid=s3cret ---- 2/1/1/1/0 0/0 {s3cret|x} {s3cret} \"GET /?s3cret HTTP/1.1\"",
	 LOG_LINE_OK},
	{LOG_HAPROXY_HTTP,
	 "192.0.2.1:4711 [23/Nov/2026:19:34:33.890] web app/app1 0/0/0/2/2 200 74 sid=s3cret "
	 "- ---- 2/1/1/1/0 0/0 {s3cret|x} \"GET /?s3cret",
	 LOG_LINE_UNTRUSTED},
	{LOG_HAPROXY_CLF,
	 "192.0.2.1 - - [23/Nov/2026:19:34:33 +0000] \"GET /?s3cret HTTP/1.1\" 200 74 \"\" \"\" "
	 "6082 "
	 "906 \"w\" \"a\" \"s\" 0 0 0 3 3 ---- 1 1 0 0 0 0 0 \"sid=s3cret\" \"\" ",
	 LOG_LINE_OK},
	{LOG_TRAEFIK_COMMON,
	 "192.0.2.1 - s3cret \" x [23/Nov/2026:19:34:33 +0000] \"GET / HTTP/1.1\" 401 3 \"-\" "
	 "\"-\" "
	 "1 \"r\" \"-\" 3ms",
	 LOG_LINE_UNTRUSTED},
	{LOG_NGINX_JSON,
	 "{\"remote_addr\":\"192.0.2.1\",\"remote_user\":\"s3cret\",\"request\":\"GET /a?s3cret "
	 "HTTP/1.1\",\"args\":\"s3cret\",\"status\":200,\"http_cookie\":\"s3cret\"}",
	 LOG_LINE_OK},
	{LOG_NGINX_JSON, "{\"remote_addr\":\"192.0.2.1\",\"args\":\"s3cret\",\"status\":009}",
	 LOG_LINE_UNTRUSTED},
	{LOG_NGINX_JSON, "{\"remote_addr\":\"192.0.2.1\",\"args\":\"s3cret\",\"status\":\"x\"}",
	 LOG_LINE_UNTRUSTED},
	{LOG_CADDY_JSON,
	 "{\"request\":{\"remote_ip\":\"192.0.2.1\",\"method\":\"GET\",\"uri\":\"/\",\"headers\":{"
	 "\"X-Tenant-Pass\":[\"s3cret\"],\"Referer\":[\"/"
	 "?s3cret\"]}},\"duration\":1,\"status\":200}",
	 LOG_LINE_OK},
	{LOG_TRAEFIK_JSON,
	 "{\"ClientHost\":\"192.0.2.1\",\"ClientUsername\":\"s3cret\",\"DownstreamStatus\":200,"
	 "\"RequestPath\":\"/\",\"request_X-Any\":\"s3cret\",\"origin_Set-Cookie\":\"s3cret\"}",
	 LOG_LINE_OK},
};

START_TEST(secrets_are_left_out)
{
	struct accesslog *log = open_log(hidden[_i].format, false);
	struct accesslog_record record;
	const char *why, *line = hidden[_i].line;

	ck_assert_int_eq(accesslog_parse(log, line, strlen(line), &record, &why),
			 hidden[_i].verdict);
	assert_no_secret(&record, line);
	ck_assert_uint_gt(strlen(record.line), 0);
	if (hidden[_i].verdict == LOG_LINE_OK)
		ck_assert_str_eq(record.client, "192.0.2.1");
	else
		ck_assert_uint_gt(strlen(why), 0);
	accesslog_free(log);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("accesslog");
	TCase *tc = tcase_create("accesslog");
	SRunner *runner;
	int failed;

	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_loop_test(tc, recordings_are_read, 0, NRECORDINGS);
	tcase_add_loop_test(tc, formats_are_recognised, 0, NRECORDINGS);
	tcase_add_loop_test(tc, recordings_leak_nothing, 0, NRECORDINGS);
	tcase_add_loop_test(tc, cut_lines_shift_nothing, 0, NRECORDINGS);
	tcase_add_loop_test(tc, damaged_lines_do_no_harm, 0, NRECORDINGS);
	tcase_add_loop_test(tc, secrets_are_left_out, 0, sizeof(hidden) / sizeof(hidden[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
