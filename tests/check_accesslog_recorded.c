/* Whole recordings of five gateways against the tables of what was sent to them: for each client,
 * route and code as many records as requests. The folder is that of $HYPERCARE_SHARED_DATA, or
 * shared/data beside the source; without it the test is skipped. */
#include "accesslog_row.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUESTS_ROUTES 115
#define ROWS_MAX        400

enum gateway { HAPROXY, NGINX, CADDY, ENVOY, TRAEFIK };

static const struct recording {
	const char *routes[3];  /* files with the part "routes", which comes first */
	const char *hostile[2]; /* files of their own for the part "hostile", if any */
	const char *sent;
	enum accesslog_format format;
	enum gateway gateway;
	bool forwarded;
	int untrusted;     /* of the part "routes" */
	const char *codes; /* of the part "hostile", 0: no answer, u: untrusted */
} recordings[] = {
	{{"haproxy-2.6.12.httplog.log"},
	 {NULL},
	 "haproxy-httplog",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x48 201x1 400x17 401x2 408x1 503x1 504x1 u1"},
	{{"haproxy-2.6.12.httplog-rfc3164.log"},
	 {NULL},
	 "haproxy-httplog",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x48 201x1 400x17 401x2 408x1 503x1 504x1 u1"},
	{{"haproxy-2.6.12.httplog-rfc5424.log"},
	 {NULL},
	 "haproxy-httplog",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x49 201x1 400x17 401x2 408x1 503x1 504x1"},
	{{"haproxy-2.6.12.httplog-rsyslog-traditional.log"},
	 {NULL},
	 "haproxy-httplog",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x49 201x1 400x17 401x2 408x1 503x1 504x1"},
	{{"haproxy-2.6.12.httplog-rsyslog-iso.log"},
	 {NULL},
	 "haproxy-httplog",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x49 201x1 400x17 401x2 408x1 503x1 504x1"},
	{{"haproxy-2.6.12.httplog-captures.log"},
	 {NULL},
	 "haproxy-captures",
	 LOG_HAPROXY_HTTP,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x49 201x1 400x17 401x2 408x1 503x1 504x1"},
	{{"haproxy-2.6.12.httplog-clf.log"},
	 {NULL},
	 "haproxy-clf",
	 LOG_HAPROXY_CLF,
	 HAPROXY,
	 false,
	 0,
	 "0x2 200x51 201x1 400x17 408x1 503x1 504x1"},
	{{"haproxy-2.6.12.json.routes.log"},
	 {"haproxy-2.6.12.json.hostile.log"},
	 "haproxy-json",
	 LOG_HAPROXY_JSON,
	 HAPROXY,
	 false,
	 4,
	 "0x2 200x49 201x1 400x17 401x2 408x1 503x1 504x1"},
	{{"nginx-1.22.1.combined.log"},
	 {NULL},
	 "nginx",
	 LOG_COMBINED,
	 NGINX,
	 false,
	 0,
	 "200x45 400x23 401x2 408x2 505x1"},
	{{"nginx-1.22.1.timed.log"},
	 {NULL},
	 "nginx",
	 LOG_NGINX_TIMED,
	 NGINX,
	 false,
	 0,
	 "200x45 400x23 401x2 408x2 505x1"},
	{{"nginx-1.22.1.xff.log"},
	 {NULL},
	 "nginx",
	 LOG_COMBINED,
	 NGINX,
	 false,
	 0,
	 "200x45 400x23 401x2 408x2 505x1"},
	{{"nginx-1.22.1.json.routes.log"},
	 {"nginx-1.22.1.json.hostile.log"},
	 "nginx",
	 LOG_NGINX_JSON,
	 NGINX,
	 false,
	 1,
	 "200x45 400x23 401x2 408x2 505x1"},
	{{"caddy-2.6.2.json.routes.log"},
	 {"caddy-2.6.2.json.hostile.log"},
	 "caddy",
	 LOG_CADDY_JSON,
	 CADDY,
	 false,
	 0,
	 "0x1 200x48 201x1 401x2"},
	{{"caddy-2.6.2.console.routes.log"},
	 {"caddy-2.6.2.console.hostile.log"},
	 "caddy",
	 LOG_CADDY_CONSOLE,
	 CADDY,
	 false,
	 0,
	 "0x1 200x48 201x1 401x2"},
	{{"envoy-1.40.default.log"},
	 {NULL},
	 "envoy",
	 LOG_ENVOY,
	 ENVOY,
	 true,
	 0,
	 "0x1 200x43 400x18 404x2 408x2 426x2 u5"},
	{{"envoy-1.40.default-inner.log"},
	 {NULL},
	 "envoy-inner",
	 LOG_ENVOY,
	 ENVOY,
	 false,
	 0,
	 "0x1 200x43 400x18 404x2 408x2 426x2 u5"},
	{{"envoy-1.40.json.routes-1.log", "envoy-1.40.json.routes-2.log"},
	 {"envoy-1.40.json.hostile.log"},
	 "envoy",
	 LOG_ENVOY_JSON,
	 ENVOY,
	 false,
	 0,
	 "0x1 200x48 400x18 404x2 408x2 426x2"},
	{{"traefik-3.7.common.log"},
	 {NULL},
	 "traefik-common",
	 LOG_TRAEFIK_COMMON,
	 TRAEFIK,
	 false,
	 0,
	 "0x1 200x46 201x1 401x1 501x1 u2"},
	{{"traefik-3.7.common-ua.log"},
	 {NULL},
	 "traefik-common-ua",
	 LOG_TRAEFIK_COMMON,
	 TRAEFIK,
	 false,
	 0,
	 "0x1 200x45 201x1 401x1 501x1 u3"},
	{{"traefik-3.7.json.routes-1.log", "traefik-3.7.json.routes-2.log"},
	 {"traefik-3.7.json.hostile.log"},
	 "traefik-json",
	 LOG_TRAEFIK_JSON,
	 TRAEFIK,
	 false,
	 0,
	 "200x47 201x1 401x2 501x1 504x1"},
	{{"traefik-3.7.json-headers.routes-1.log", "traefik-3.7.json-headers.routes-2.log",
	  "traefik-3.7.json-headers.routes-3.log"},
	 {"traefik-3.7.json-headers.hostile-1.log", "traefik-3.7.json-headers.hostile-2.log"},
	 "traefik-json-headers",
	 LOG_TRAEFIK_JSON,
	 TRAEFIK,
	 false,
	 0,
	 "200x47 201x1 401x2 501x1 504x1"},
};

/* Where a log says another code than the client saw; code 0: no answer, -1: not in the log. */
static const struct {
	enum gateway gateway;
	enum accesslog_format format; /* LOG_AUTO: all */
	const char *route;
	const char *received;
	int logged;
} differences[] = {
	{HAPROXY, LOG_AUTO, "/abort", "abort", 200}, /* it does not look at a half-closed client */
	{HAPROXY, LOG_AUTO, "/stream", "abort", 200},
	{HAPROXY, LOG_HAPROXY_JSON, "/retry", "200", -1}, /* "retries":+1 is no JSON */
	{HAPROXY, LOG_HAPROXY_JSON, "/deadpool", "503", -1},
	{NGINX, LOG_AUTO, "/abort", "abort", 0},
	{NGINX, LOG_AUTO, "/stream", "abort", 200},
	{NGINX, LOG_NGINX_JSON, "/badreply", "raw-bytes", -1}, /* nor is 009 */
	{NGINX, LOG_AUTO, "/badreply", "raw-bytes", 9},
	{CADDY, LOG_AUTO, "/abort", "abort", 0},
	{CADDY, LOG_AUTO, "/stream", "abort", 200},
	{ENVOY, LOG_AUTO, "/abort", "abort", 0},
	{ENVOY, LOG_AUTO, "/stream", "abort", 200},
	{TRAEFIK, LOG_AUTO, "/abort", "abort", 0},
	{TRAEFIK, LOG_AUTO, "/stream", "abort", 200},
	{TRAEFIK, LOG_AUTO, "/cut", "none", 200},
	/* A WebSocket shows only in headers, where they are kept. */
	{TRAEFIK, LOG_TRAEFIK_COMMON, "/ws", "101", 0},
	{TRAEFIK, LOG_TRAEFIK_JSON, "/ws", "101", 0},
};

struct table {
	char row[ROWS_MAX][320];
	int n;
};

static char folder[512];

static FILE *open_file(const char *sub, const char *name, const char *suffix)
{
	char path[800];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s%s", folder, sub, name, suffix);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	return file;
}

static int logged_code(const struct recording *recording, const char *route, const char *received)
{
	bool headers = strstr(recording->sent, "headers") != NULL;

	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
		if (differences[i].gateway != recording->gateway ||
		    strcmp(differences[i].route, route) != 0 ||
		    strcmp(differences[i].received, received) != 0 ||
		    (strcmp(route, "/ws") == 0 && headers))
			continue;
		if (differences[i].format == LOG_AUTO || differences[i].format == recording->format)
			return differences[i].logged;
	}
	return atoi(received);
}

/* Envoy's default format knows the client by X-Forwarded-For alone, where its own address stands
 * for loopback; what it could not parse has neither client nor route there. */
static const char *logged_client(const struct recording *recording, const char *client, int code)
{
	if (recording->format != LOG_ENVOY)
		return client;
	if (!recording->forwarded || code == 426)
		return "";
	return strcmp(client, "127.0.0.1") == 0 || strcmp(client, "::1") == 0 ? "192.0.2.2"
									      : client;
}

static void expect_rows(const struct recording *recording, struct table *table)
{
	FILE *file = open_file("sent/", recording->sent, ".routes.tsv");
	char line[4096];

	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file)) {
		char *at = line, *column[5], *target, route[200];
		int code;

		for (int i = 0; i < 5; i++)
			column[i] = strsep(&at, "\t");
		ck_assert_ptr_nonnull(at);
		target = strchr(column[3], ' ') + 1;
		accesslog_fold(route, sizeof(route), target, strcspn(target, " "), NULL);
		code = logged_code(recording, route, column[4]);
		if (code < 0)
			continue;
		ck_assert_int_lt(table->n, ROWS_MAX);
		snprintf(table->row[table->n++], sizeof(table->row[0]), "%s %s %d",
			 logged_client(recording, column[2], code),
			 recording->gateway == ENVOY && code == 426 ? "" : route, code);
	}
	fclose(file);
}

static void assert_no_secret(const struct accesslog_record *record)
{
	static const char *const secrets[] = {"hunter2", "token=abc", "secret-session",
					      "key-abc", "letmein",   "dGhlIHNhbX"};
	char texts[8192];

	accesslog_texts(record, texts, sizeof(texts));
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		ck_assert_msg(!strstr(texts, secrets[i]), "%s", texts);
}

struct counts {
	int lines, untrusted, other;
	int codes[1000];
};

/* Reads one file; rows of the first REQUESTS_ROUTES lines go to table, the rest is counted. */
static void read_file(struct accesslog *log, const char *name, struct table *table,
		      struct counts *routes, struct counts *hostile, bool all_hostile)
{
	FILE *file = open_file("", name, "");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, file)) > 0) {
		bool first = !all_hostile && routes->lines < REQUESTS_ROUTES;
		struct counts *counts = first ? routes : hostile;
		struct accesslog_record record;
		const char *why;
		enum accesslog_verdict verdict = accesslog_parse(
			log, line, (size_t)n - (line[n - 1] == '\n'), &record, &why);

		assert_no_secret(&record);
		counts->lines++;
		counts->untrusted += verdict == LOG_LINE_UNTRUSTED;
		counts->other += verdict == LOG_LINE_NOT_ACCESS;
		if (verdict != LOG_LINE_OK)
			continue;
		counts->codes[record.status]++;
		ck_assert_int_lt(table->n, ROWS_MAX);
		if (first)
			snprintf(table->row[table->n++], sizeof(table->row[0]), "%s %s %d",
				 record.client, record.route, record.status);
	}
	free(line);
	fclose(file);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void compare(struct table *want, struct table *got)
{
	qsort(want->row, (size_t)want->n, sizeof(want->row[0]), by_text);
	qsort(got->row, (size_t)got->n, sizeof(got->row[0]), by_text);
	for (int i = 0; i < want->n && i < got->n; i++)
		ck_assert_str_eq(got->row[i], want->row[i]);
	ck_assert_int_eq(got->n, want->n);
}

static void compare_codes(const struct counts *counts, const char *want)
{
	char got[256];
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		if (counts->codes[i])
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%dx%d", n ? " " : "", i,
					      counts->codes[i]);
	if (counts->untrusted)
		snprintf(got + n, sizeof(got) - n, " u%d", counts->untrusted);
	ck_assert_str_eq(got, want);
	ck_assert_int_eq(counts->other, 0);
}

START_TEST(counts_are_those_of_what_was_sent)
{
	const struct recording *recording = &recordings[_i];
	struct accesslog_options options = {.format = recording->format,
					    .forwarded = recording->forwarded};
	struct accesslog *log = accesslog_new(&options, NULL);
	struct table *want = calloc(2, sizeof(*want)), *got = want + 1;
	struct counts routes = {0}, hostile = {0};

	expect_rows(recording, want);
	for (int i = 0; i < 3 && recording->routes[i]; i++)
		read_file(log, recording->routes[i], got, &routes, &hostile, false);
	for (int i = 0; i < 2 && recording->hostile[i]; i++)
		read_file(log, recording->hostile[i], got, &routes, &hostile, true);
	ck_assert_int_eq(routes.lines, REQUESTS_ROUTES);
	ck_assert_int_eq(routes.untrusted, recording->untrusted);
	ck_assert_int_eq(routes.other, 0);
	compare(want, got);
	compare_codes(&hostile, recording->codes);
	free(want);
	accesslog_free(log);
}
END_TEST

static bool find_folder(void)
{
	const char *shared = getenv("HYPERCARE_SHARED_DATA"), *top = getenv("top_srcdir");

	if (shared)
		snprintf(folder, sizeof(folder), "%s/samples/access-logs", shared);
	else
		snprintf(folder, sizeof(folder), "%s/../shared/data/samples/access-logs",
			 top ? top : ".");
	return access(folder, R_OK) == 0;
}

int main(void)
{
	Suite *suite;
	TCase *tc;
	SRunner *runner;
	int failed;

	if (!find_folder()) {
		printf("skipped: no recordings in %s\n", folder);
		return 77;
	}
	setlocale(LC_CTYPE, "C.UTF-8");
	suite = suite_create("accesslog recorded");
	tc = tcase_create("recorded");
	tcase_add_loop_test(tc, counts_are_those_of_what_was_sent, 0,
			    sizeof(recordings) / sizeof(recordings[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
