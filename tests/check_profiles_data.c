/* Recorded answers of real gateways, read as the program reads them: parser or jq, mapping,
 * folding, filters. What must come out stands beside each, in a file of the same name and ".want".
 */
#include "base/alloc.h"
#include "base/decimal.h"
#include "parse/csv.h"
#include "profile/mapping.h"
#include "profile/profile.h"
#include "profile_text.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_VALUES 128

static struct eval *eval;

/* How one series becomes entries. */
struct link {
	uint32_t entry;
	double scale, offset;
};

struct reading {
	const struct profile_source *source;
	struct names *names;
	symbol target;
	struct dict dict;
	double *values;
	size_t cap;
	struct link *links; /* of all series, one run for each */
	size_t nlinks, links_cap;
	size_t *first; /* of each series' links */
	size_t nseries, series_cap;
	char *heads[CSV_FIELDS];
	size_t nheads;
	int64_t wall_ms;
	struct mapping_own own;
	size_t nrows;
};

static uint32_t reading_entry(struct reading *reading, const struct mapped *mapped)
{
	uint32_t index = dict_add(&reading->dict, &mapped->entry);
	size_t before = reading->cap;

	names_drop(reading->names, mapped->entry.dims);
	reading->values =
		xgrow(reading->values, &reading->cap, reading->dict.n, sizeof(*reading->values));
	for (; before < reading->cap; before++)
		reading->values[before] = tick_absent();
	return index;
}

static void set_value(struct reading *reading, uint32_t entry, double value)
{
	reading->values[entry] =
		mapping_fold(&reading->dict.entries[entry], reading->values[entry], value);
}

static void add_link(void *ctx, const struct mapped *mapped)
{
	struct reading *reading = ctx;
	uint32_t entry = reading_entry(reading, mapped);

	reading->links = xgrow(reading->links, &reading->links_cap, reading->nlinks + 1,
			       sizeof(*reading->links));
	reading->links[reading->nlinks++] = (struct link){entry, mapped->scale, mapped->offset};
}

static void add_value(void *ctx, const struct mapped *mapped)
{
	ck_assert(mapped->has_value);
	set_value(ctx, reading_entry(ctx, mapped), mapped->value);
}

static bool want_family(void *ctx, const char *name, size_t len)
{
	struct reading *reading = ctx;

	return mapping_wants(reading->source, name, len);
}

static uint32_t add_series(void *ctx, const struct exposition_series *series)
{
	struct reading *reading = ctx;
	size_t first = reading->nlinks;

	mapping_series(reading->source, reading->names, reading->target, series, add_link, reading);
	if (reading->nlinks == first)
		return EXPOSITION_SKIP;
	reading->first = xgrow(reading->first, &reading->series_cap, reading->nseries + 2,
			       sizeof(*reading->first));
	reading->first[reading->nseries] = first;
	reading->first[reading->nseries + 1] = reading->nlinks;
	return (uint32_t)reading->nseries++;
}

static void add_samples(void *ctx, const struct exposition_sample *samples, size_t n)
{
	struct reading *reading = ctx;

	for (size_t i = 0; i < n; i++)
		for (size_t j = reading->first[samples[i].ref];
		     j < reading->first[samples[i].ref + 1]; j++)
			set_value(reading, reading->links[j].entry,
				  samples[i].value * reading->links[j].scale +
					  reading->links[j].offset);
}

static void read_exposition(struct reading *reading, const char *body, size_t len)
{
	static const struct exposition_ops ops = {want_family, add_series, add_samples};
	struct exposition *exposition = exposition_new(&ops, reading);
	struct exposition_options options = {0};
	struct err err;

	exposition_begin(exposition, &options);
	ck_assert_msg(exposition_feed(exposition, body, len, &err) == 0, "%d: %s", err.line,
		      err.msg);
	ck_assert_msg(exposition_end(exposition, true, &err) == 0, "%d: %s", err.line, err.msg);
	exposition_free(exposition);
}

static int csv_head(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct reading *reading = ctx;

	(void)err;
	for (size_t i = 0; i < n; i++)
		reading->heads[i] = xstrdup(fields[i]);
	reading->nheads = n;
	return 0;
}

static void add_row(struct reading *reading, const struct map_label *labels, size_t n)
{
	reading->nrows++;
	if (reading->source->format == FORMAT_PROMQL &&
	    mapping_row_time(labels, n, &reading->wall_ms))
		return;
	mapping_row(reading->source, reading->names, reading->target, labels, n, add_value,
		    reading);
}

static int csv_record(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct reading *reading = ctx;
	struct map_label labels[CSV_FIELDS];

	(void)err;
	for (size_t i = 0; i < n && i < reading->nheads; i++)
		labels[i] = (struct map_label){reading->heads[i], fields[i]};
	add_row(reading, labels, n < reading->nheads ? n : reading->nheads);
	return 0;
}

static void read_csv(struct reading *reading, const char *body, size_t len)
{
	static const struct csv_ops ops = {csv_head, csv_record};
	struct csv *csv = csv_new(&ops, reading);
	struct err err;

	csv_begin(csv);
	ck_assert_msg(csv_feed(csv, body, len, &err) == 0, "%s", err.msg);
	ck_assert_msg(csv_end(csv, &err) == 0, "%s", err.msg);
	csv_free(csv);
	for (size_t i = 0; i < reading->nheads; i++)
		free(reading->heads[i]);
}

static void eval_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct map_label labels[ROW_VALUES];
	char numbers[ROW_VALUES][40];
	size_t count = 0;

	ck_assert_uint_le(n, ROW_VALUES);
	for (size_t i = 0; i < n; i++) {
		if (values[i].type == EVAL_NULL)
			continue;
		labels[count].name = values[i].key;
		labels[count].value = values[i].text;
		if (values[i].type == EVAL_NUMBER)
			labels[count].value = decimal_exact(numbers[count], values[i].number);
		if (values[i].type == EVAL_BOOL)
			labels[count].value = values[i].number != 0 ? "true" : "false";
		count++;
	}
	add_row(ctx, labels, count);
}

static void eval_done(void *ctx, const struct err *err)
{
	(void)ctx;
	ck_assert_msg(!err || err->code == ERR_OK, "%s", err ? err->msg : "");
}

static void read_json(struct reading *reading, const char *body, size_t len,
		      const char *const *vars)
{
	static const struct eval_ops ops = {eval_row, eval_done};
	static const char *const none[] = {NULL};
	char name[100];
	struct err err;

	snprintf(name, sizeof(name), "%s.rows", reading->source->name);
	ck_assert_msg(eval_run(eval, reading->source->program, name, body, len, vars ? vars : none,
			       clock_read().mono_ms + 20000, &ops, reading, &err) != 0,
		      "%s", err.msg);
	eval_wait(eval);
	ck_assert_uint_gt(reading->nrows, 0);
}

static void read_text(struct reading *reading, const char *body, size_t len,
		      const char *const *vars)
{
	json_t *text = json_stringn(body, len);
	char *json = json_dumps(text, JSON_ENCODE_ANY);

	read_json(reading, json, strlen(json), vars);
	free(json);
	json_decref(text);
}

static char *read_file(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "r");
	struct strbuf text;
	char block[65536];
	size_t got;

	ck_assert_msg(file != NULL, "cannot open %s", path);
	strbuf_init(&text);
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, got);
	fclose(file);
	*ret_len = text.len;
	return strbuf_detach(&text);
}

static void read_body(struct reading *reading, const char *path, const char *const *vars)
{
	size_t len;
	char *body = read_file(path, &len);

	switch (reading->source->format) {
	case FORMAT_PROMETHEUS:
		read_exposition(reading, body, len);
		break;
	case FORMAT_CSV:
		read_csv(reading, body, len);
		break;
	case FORMAT_TEXT:
		read_text(reading, body, len, vars);
		break;
	default:
		read_json(reading, body, len, vars);
	}
	free(body);
	reading->values = xgrow(reading->values, &reading->cap, MAPPING_ROOM(reading->dict.n),
				sizeof(*reading->values));
	mapping_finish(reading->source, reading->names, &reading->own, &reading->dict,
		       reading->values);
}

static const struct profile_source *source_of(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->nsources; i++)
		if (strcmp(profile->sources[i].name, name) == 0)
			return &profile->sources[i];
	ck_abort_msg("%s has no source %s", profile->name, name);
	return NULL;
}

static void reading_init(struct reading *reading, const struct profile_source *source)
{
	memset(reading, 0, sizeof(*reading));
	reading->source = source;
	reading->names = names_new();
	reading->target = names_symbol(reading->names, "t", 1);
	names_symbol_hold(reading->names, reading->target);
	dict_init(&reading->dict, reading->names, 1000000);
}

static void reading_release(struct reading *reading)
{
	dict_release(&reading->dict);
	mapping_own_release(&reading->own);
	names_unref(reading->names);
	free(reading->values);
	free(reading->links);
	free(reading->first);
}

static const char *data_path(const char *file)
{
	static char path[512];
	const char *dir = getenv("top_srcdir");

	snprintf(path, sizeof(path), "%s/tests/data/profiles/%s", dir ? dir : ".", file);
	return path;
}

/* What the source makes of the body, as text. */
static void read_data(const char *profile_name, const char *source_name, const char *file,
		      const char *const *vars, struct strbuf *text)
{
	struct err err;
	struct profile *profile = profile_find(profile_name, &err);
	struct reading reading;

	ck_assert_msg(profile != NULL, "%s", err.msg);
	profile_compile(profile, eval);
	reading_init(&reading, source_of(profile, source_name));
	read_body(&reading, data_path(file), vars);
	dict_text(&reading.dict, reading.values, text);
	if (reading.wall_ms)
		strbuf_addf(text, "time %lld\n", (long long)reading.wall_ms);
	reading_release(&reading);
	profile_unref(profile);
}

static const char *const of_prompt[] = {"id", "greeting", NULL};
static const char *const of_upstream[] = {"id", "1", "name", "shop", NULL};
static const char *const of_budget[] = {
	"id", "bp-ea2a42b64696427da7fddcc0ead00b20", "limit", "100", "scope", "global", "of", "",
	NULL};

static const char *const of_output[] = {"output",
					"prom",
					"request_total",
					"apinto_http_requests_total",
					"request_timing",
					"apinto_http_request_timing",
					"proxy_total",
					"apinto_proxy_total",
					"proxy_timing",
					"apinto_proxy_timing",
					"request_retry",
					"apinto_request_retry",
					"request_req",
					"apinto_request_bytes",
					"request_resp",
					"apinto_response_bytes",
					NULL};
static const char *const of_router[] = {"name", "r1", NULL};
static const char *const of_stub[] = {"name", "stub", NULL};
static const char *const of_chat[] = {"id", "73c46fba", "name", "chat", NULL};
static const char *const of_openai[] = {"id", "openai", NULL};
static const char *const of_triage[] = {"name", "support-triage", NULL};
static const char *const of_label[] = {"name", "support/triage", "label", "production", NULL};
static const char *const of_repo[] = {"id", "p-1", "name", "triage", NULL};
static const char *const of_slug[] = {"slug", "triage", NULL};
static const char *const of_unit[] = {"unit", "500000", NULL};

static const struct data_case {
	const char *profile, *source, *file;
	const char *const *vars;
} cases[] = {
	{"haproxy", "metrics", "haproxy-2.6.12.prom", NULL},
	{"haproxy", "metrics", "haproxy-2.6.12.own-answers.prom", NULL},
	{"haproxy", "stat", "haproxy-2.6.12.own-answers.csv", NULL},
	{"haproxy", "metrics", "haproxy-two-frontends.made.prom", NULL},
	{"haproxy", "metrics", "haproxy-denying-backend.made.prom", NULL},
	{"haproxy", "stat", "haproxy-2.6.12.show-stat.csv", NULL},
	{"haproxy", "info", "haproxy-2.6.12.show-info.txt", NULL},
	{"prometheus", "gateways", "prometheus-2.42.haproxy.json", NULL},
	{"prometheus", "gateways", "victoria-metrics-1.79.5.haproxy.json", NULL},
	{"kong", "metrics", "kong-3.9.0.prom", NULL},
	{"kong", "deny", "kong-3.9.0.plugins.json", NULL},
	{"kong", "weights", "kong-3.9.0.health.json", of_upstream},
	{"kong", "status", "kong-3.9.0.status.json", NULL},
	{"envoy", "metrics", "envoy-1.40.0.500-requests.prom", NULL},
	{"envoy", "metrics", "envoy-1.40.0.timeouts.prom", NULL},
	{"envoy", "metrics", "envoy-1.40.0.breaker-open.prom", NULL},
	{"envoy", "metrics", "envoy-1.40.0.no-healthy-host.prom", NULL},
	{"prometheus", "gateways", "prometheus-3-kubernetes.made.json", NULL},
	{"envoy", "metrics", "envoy-1.40.0.own-answers.prom", NULL},
	{"prometheus", "gateways", "prometheus-kong-alone.made.json", NULL},
	{"envoy", "metrics", "envoy-1.40.0.xds.prom", NULL},
	{"envoy", "nodes", "envoy-1.40.0.clusters-ejected.json", NULL},
	{"envoy", "nodes", "envoy-1.40.0.clusters-failed-check.json", NULL},
	{"caddy", "metrics", "caddy-2.6.2.prom", NULL},
	{"caddy", "metrics", "caddy-2.6.2.subroute.prom", NULL},
	{"caddy", "metrics", "caddy-2.8.made.prom", NULL},
	{"caddy", "config", "caddy-2.6.2.config.json", NULL},
	{"nginx", "status", "nginx-1.22.1.stub_status.txt", NULL},
	{"nginx-exporter", "metrics", "nginx-exporter-0.11.prom", NULL},
	{"litellm", "metrics", "litellm-1.106.2.traffic.prom", NULL},
	{"litellm", "metrics", "litellm-1.106.2.database.prom", NULL},
	{"litellm", "metrics", "litellm-1.106.2.guardrail.prom", NULL},
	{"litellm", "metrics", "litellm-both-out.made.prom", NULL},
	{"litellm", "metrics", "litellm-workers-and-routes.made.prom", NULL},
	{"litellm", "prompts", "litellm-1.106.2.prompt-info.json", of_prompt},
	{"mlflow", "aliases", "mlflow-3.17.2.prompts.json", NULL},
	{"mlflow", "aliases", "mlflow-3.17.2.two-spellings.json", NULL},
	{"mlflow", "texts", "mlflow-3.17.2.versions.json", NULL},
	{"mlflow", "budgets", "mlflow-3.17.2.budgets.json", of_budget},
	{"apisix", "metrics", "apisix-3.14.0.prom", NULL},
	{"apisix", "routes", "apisix-3.14.0.routes.json", NULL},
	{"apisix", "global_rules", "apisix-3.14.0.global-rules.json", NULL},
	{"apisix", "upstreams", "apisix-3.14.0.upstreams.json", NULL},
	{"apisix", "health", "apisix-3.14.0.healthcheck.json", NULL},
	{"traefik", "metrics", "traefik-3.7.prom", NULL},
	{"traefik", "metrics", "traefik-3.7.no-routers.made.prom", NULL},
	{"traefik", "state", "traefik-3.7.rawdata.json", NULL},
	{"nginx-plus", "metrics", "nginx-plus-r33.exporter.prom", NULL},
	{"nginx-plus", "zones", "nginx-plus-r33.server-zones.json", NULL},
	{"nginx-plus", "upstreams", "nginx-plus-r33.upstreams.json", NULL},
	{"nginx-plus", "limits", "nginx-plus-r33.limit-reqs.json", NULL},
	{"nginx-plus", "deny", "nginx-plus-r33.keyvals.json", NULL},
	{"tyk", "metrics", "tyk-5.made.prom", NULL},
	{"tyk", "hello", "tyk-5.hello-fail.json", NULL},
	{"tyk", "apis", "tyk-5.apis.json", NULL},
	{"express-gateway", "pipelines", "express-gateway-1.16.11.pipelines.json", NULL},
	{"express-gateway", "services", "express-gateway-1.16.11.service-endpoints.json", NULL},
	{"express-gateway", "endpoints", "express-gateway-1.16.11.api-endpoints.json", NULL},
	{"apinto", "metrics", "apinto-0.22.metrics.txt", of_output},
	{"apinto", "routers", "apinto-0.22.router-disabled.json", of_router},
	{"apinto", "routers", "apinto-0.22.router-ip-restriction.json", of_router},
	{"apinto", "routers", "apinto-0.22.router-prompt.made.json", of_router},
	{"apinto", "services", "apinto-0.22.service.json", of_stub},
	{"apinto", "strategies", "apinto-0.22.strategy-visit.json", NULL},
	{"apinto", "strategies", "apinto-0.22.strategy-limiting.json", NULL},
	{"apinto", "nodes", "apinto-0.22.system-info.json", NULL},
	{"apipark", "releases", "apipark-1.9.releases.json", of_chat},
	{"apipark", "releases", "apipark-1.9.releases-rolled-back.json", of_chat},
	{"apipark", "drafts", "apipark-1.9.ai-routers.json", of_chat},
	{"apipark", "keys", "apipark-1.9.keys.json", of_openai},
	{"apipark", "keys", "apipark-1.9.keys-disabled.json", of_openai},
	{"apipark", "nodes", "apipark-1.9.nodes.json", NULL},
	{"phoenix", "tags", "phoenix-20.26.1.prompts.made.json", NULL},
	{"phoenix", "texts", "phoenix-20.26.1.versions.json", of_triage},
	{"phoenix", "projects", "phoenix-20.26.1.projects.made.json", NULL},
	{"langfuse", "labels", "langfuse-3.prompt.json", of_label},
	{"bifrost", "metrics", "bifrost-1.prom", NULL},
	{"bifrost", "keys", "bifrost-1.keys.json", NULL},
	{"bifrost", "prompts", "bifrost-1.versions.json", of_repo},
	{"portkey", "prompts", "portkey.prompt.json", of_slug},
	{"portkey", "texts", "portkey.versions.json", of_slug},
	{"one-api", "channels", "one-api-0.6.channels.json", of_unit},
	{"one-api", "channels", "one-api-0.6.channel-states.made.json", of_unit},
	{"one-api", "tokens", "one-api-0.6.tokens.json", of_unit},
	{"one-api", "started", "one-api-0.6.status.json", NULL},
};

/* Says where two texts part; the whole of what came goes into NAME.got. */
static void compare(const char *name, const char *got, const char *want)
{
	char path[220];
	size_t start = 0;
	FILE *file;

	if (strcmp(got, want) == 0)
		return;
	for (size_t i = 0; got[i] && got[i] == want[i]; i++)
		if (got[i] == '\n')
			start = i + 1;
	snprintf(path, sizeof(path), "%s.got", name);
	file = fopen(path, "w");
	if (file) {
		fputs(got, file);
		fclose(file);
	}
	ck_abort_msg("%s: wanted\n%.*s\ngot (all of it in %s)\n%.*s", name,
		     (int)strcspn(want + start, "\n"), want + start, path,
		     (int)strcspn(got + start, "\n"), got + start);
}

START_TEST(test_data)
{
	const struct data_case *want = &cases[_i];
	struct strbuf text;
	char file[200];
	char *expected;
	size_t len;

	strbuf_init(&text);
	read_data(want->profile, want->source, want->file, want->vars, &text);
	snprintf(file, sizeof(file), "%s.want", want->file);
	expected = read_file(data_path(file), &len);
	compare(want->file, text.buf, expected);
	free(expected);
	strbuf_release(&text);
}
END_TEST

/* What a way of reading gives that is not about the process itself at that instant; averages only
 * when asked. */
static void read_gateway(const char *profile, const char *source, const char *file, bool averages,
			 struct strbuf *text)
{
	static const char *const process[] = {"cpu{", "memory{", "started{", "time ",
					      "connections{"};
	struct strbuf all;

	strbuf_init(&all);
	strbuf_init(text);
	read_data(profile, source, file, NULL, &all);
	for (char *line = strtok(all.buf, "\n"); line; line = strtok(NULL, "\n")) {
		bool skip = !averages && strstr(line, "} average ");
		for (size_t i = 0; i < sizeof(process) / sizeof(process[0]); i++)
			skip |= strncmp(line, process[i], strlen(process[i])) == 0;
		if (!skip)
			strbuf_addf(text, "%s\n", line);
	}
	ck_assert_uint_gt(text->len, 500);
	strbuf_release(&all);
}

/* The same HAProxy, read directly and through the Prometheus that scrapes it: the same to the
 * digit. And read by its socket, but for the averages: the exporter of 2.6 divides the times of the
 * last 512 requests by 512 even when there were fewer. */
START_TEST(test_both_ways)
{
	static const char exporter[] = "haproxy-2.6.12.prom";
	static const char prometheus[] = "prometheus-2.42.haproxy.json";
	static const char stat[] = "haproxy-2.6.12.show-stat.csv";
	struct strbuf direct, other;

	read_gateway("haproxy", "metrics", exporter, true, &direct);
	read_gateway("prometheus", "gateways", prometheus, true, &other);
	compare("both-ways-prometheus", other.buf, direct.buf);
	strbuf_release(&direct);
	strbuf_release(&other);
	read_gateway("haproxy", "metrics", exporter, false, &direct);
	read_gateway("haproxy", "stat", stat, false, &other);
	compare("both-ways-socket", other.buf, direct.buf);
	strbuf_release(&direct);
	strbuf_release(&other);
}
END_TEST

static void set_up(void)
{
	struct err err;
	const char *dir = getenv("top_srcdir");

	setenv("HYPERCARE_DATA_DIR", dir ? dir : ".", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	eval = eval_new(&err);
	ck_assert_msg(eval != NULL, "%s", err.msg);
}

static void tear_down(void)
{
	eval_free(eval);
}

int main(void)
{
	Suite *suite = suite_create("profiles_data");
	TCase *tcase = tcase_create("data");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_data, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_both_ways);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
