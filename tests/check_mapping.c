/* Mapping: what rules make of series and rows, without any parser. */
#include "profile/mapping.h"
#include "profile/profile.h"
#include "profile/rule.h"
#include "profile_text.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LABELS 8

static char folder[] = "/tmp/check_mapping.XXXXXX";

static struct profile *load(const char *format, const char *rules)
{
	char path[200];
	struct profile *profile;
	struct err err;
	FILE *file;

	snprintf(path, sizeof(path), "%s/x.yaml", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"name: x\ntitle: X\nsources:\n  m:\n    get: /m\n    format: %s\n%s    map:\n%s",
		format, strcmp(format, "json") == 0 ? "    rows: .\n" : "", rules);
	fclose(file);
	profile = profile_load(path, NULL, NULL, &err);
	ck_assert_msg(profile != NULL, "%d:%d: %s\n%s", err.line, err.column, err.msg, rules);
	return profile;
}

/* "name a=1 b=2" in pieces; the text is changed. */
static size_t split(char *text, char **ret_name, char *names[LABELS], char *values[LABELS])
{
	size_t n = 0;
	char *rest;

	*ret_name = strtok_r(text, " ", &rest);
	for (char *word; (word = strtok_r(NULL, " ", &rest)) && n < LABELS; n++) {
		names[n] = word;
		values[n] = strchr(word, '=') + 1;
		values[n][-1] = '\0';
		for (char *c = values[n]; *c; c++)
			if (*c == '~')
				*c = ' ';
	}
	return n;
}

struct made {
	struct names *names;
	struct strbuf *text;
};

static void add_mapped(void *ctx, const struct mapped *mapped)
{
	struct made *made = ctx;

	entry_text(made->names, &mapped->entry, made->text);
	if (mapped->has_value)
		strbuf_addf(made->text, " = %.15g", mapped->value);
	else if (mapped->scale != 1 || mapped->offset != 0)
		strbuf_addf(made->text, " * %g + %g", mapped->scale, mapped->offset);
	strbuf_addstr(made->text, "; ");
	names_drop(made->names, mapped->entry.dims);
}

static void map_text(const struct profile_source *source, const char *line, struct strbuf *text)
{
	char copy[512], *name, *names[LABELS], *values[LABELS];
	struct exposition_label labels[LABELS];
	struct map_label members[LABELS];
	struct exposition_series series = {.labels = labels};
	struct made made = {names_new(), text};
	symbol target = names_symbol(made.names, "t", 1);
	size_t n, count;

	names_symbol_hold(made.names, target);
	snprintf(copy, sizeof(copy), "%s", line);
	n = split(copy, &name, names, values);
	for (size_t i = 0; i < n; i++) {
		labels[i] = (struct exposition_label){names[i], values[i], strlen(names[i]),
						      strlen(values[i])};
		members[i] = (struct map_label){names[i], values[i]};
	}
	series.name = name;
	series.name_len = strlen(name);
	series.nlabels = n;
	if (source->format == FORMAT_PROMETHEUS)
		count = mapping_series(source, made.names, target, &series, add_mapped, &made);
	else
		count = mapping_row(source, made.names, target, members, n, add_mapped, &made);
	ck_assert_int_eq(count > 0, text->len > 0);
	names_unref(made.names);
}

static const struct rule_case {
	const char *format, *rules, *line, *want;
} cases[] = {
#define P "prometheus"
	/* names and suffixes */
	{P, "      - {metric: a_total, signal: requests}\n", "a_total", "requests{}; "},
	{P, "      - {metric: a_total, signal: requests}\n", "a", ""},
	{P, "      - {metric: a_total, signal: requests}\n", "a_created", ""},
	{P, "      - {metric: a, signal: requests}\n", "a_total", ""},
	{P, "      - {metric: a, signal: requests}\n", "a_created", ""},
	{P, "      - {metric: a, signal: requests}\n", "a_count", ""},
	{P, "      - {metric: a, signal: requests}\n", "ab", ""},
	{P, "      - {metric: a_count, signal: requests}\n", "a_count", "requests{}; "},
	{P, "      - {metric: a, signal: connections}\n", "a_total", ""},
	/* the wire's type is never asked: a gauge that grows is a counter when the rule says so */
	{P, "      - {metric: a, signal: requests, type: counter}\n", "a", "requests{}; "},
	/* histograms, in the unit of the signal */
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket le=25",
	 "latency{} bucket<=0.025; "},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket le=0.5",
	 "latency{} bucket<=0.0005; "},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket le=+Inf",
	 "latency{} bucket<=+Inf; "},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket le=1.048576e+06",
	 "latency{} bucket<=1048.576; "},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket le=x", ""},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_bucket", ""},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_sum",
	 "latency{} sum * 0.001 + 0; "},
	{P, "      - {metric: h, signal: latency, unit: ms}\n", "h_count", "latency{} count; "},
	{P, "      - {metric: h, signal: latency}\n", "h", ""},
	/* the gateway's own averages and quantiles */
	{P, "      - {metric: a_seconds, signal: latency, type: average}\n", "a_seconds",
	 "latency{} average; "},
	{P, "      - {metric: s, signal: latency, type: quantile, unit: us}\n", "s quantile=0.99",
	 "latency{} quantile 0.99 * 1e-06 + 0; "},
	{P, "      - {metric: s, signal: latency, type: quantile, unit: us}\n", "s_sum",
	 "latency{} sum * 1e-06 + 0; "},
	{P, "      - {metric: s, signal: latency, type: quantile}\n", "s quantile=2", ""},
	/* units, scales, offsets, wraps, totals */
	{P,
	 "      - {metric: i, signal: cpu, type: average, unit: percent, scale: -1, offset: 1}\n",
	 "i", "cpu{} average * -0.01 + 1; "},
	{P, "      - {metric: c, signal: cost, unit: cents}\n", "c", "cost{} * 0.01 + 0; "},
	{P, "      - {metric: l, signal: limit, unit: per_minute}\n", "l",
	 "limit{} * 0.0166667 + 0; "},
	{P, "      - {metric: r, signal: requests, type: total, wraps: 32}\n", "r",
	 "requests{} total wraps; "},
	{P, "      - {metric: m, signal: memory, unit: KiB}\n", "m", "memory{} * 1024 + 0; "},
	/* labels, values, fixed dims */
	{P,
	 "      - {metric: a, signal: requests, labels: {r: route, s: origin}, values: {origin: "
	 "{kong: gateway, service: upstream}}}\n",
	 "a r=/x s=kong", "requests{route=/x origin=gateway}; "},
	{P,
	 "      - {metric: a, signal: requests, labels: {c: code}, values: {code: {'5*': 5xx}}}\n",
	 "a c=503", "requests{code=5xx}; "},
	{P, "      - {metric: a, signal: requests, labels: {c: consumer}}\n", "a c=None",
	 "requests{}; "},
	{P, "      - {metric: a, signal: requests, labels: {alias: app, id: app}}\n",
	 "a alias= id=7", "requests{app=7}; "},
	{P, "      - {metric: a, signal: requests, labels: {alias: app, id: app}}\n",
	 "a id=7 alias=shop", "requests{app=shop}; "},
	{P, "      - {metric: a, signal: requests, set: {code: 4xx, origin: gateway}}\n", "a",
	 "requests{code=4xx origin=gateway}; "},
	{P, "      - {metric: a, signal: requests, labels: {r: route}}\n", "a r=a\x1b[31m",
	 "requests{route=a\\x1b[31m}; "},
	{P, "      - {metric: a, signal: requests, fold: true, labels: {r: route}}\n",
	 "a r=/patient/4711/records?token=x", "requests{route=/patient/{id}/records}; "},
	/* conditions */
	{P, "      - {metric: a, where: {c: '429', s: kong}, signal: requests}\n", "a c=429 s=kong",
	 "requests{}; "},
	{P, "      - {metric: a, where: {c: '429', s: kong}, signal: requests}\n",
	 "a c=429 s=service", ""},
	{P, "      - {metric: a, where: {c: [x, 'y*']}, signal: requests}\n", "a c=yes",
	 "requests{}; "},
	{P, "      - {metric: a, where: {c: ['!x', '!y*']}, signal: requests}\n", "a c=yes", ""},
	{P, "      - {metric: a, where: {c: ['!x', '!y*']}, signal: requests}\n", "a",
	 "requests{}; "},
	{P, "      - {metric: a, where: {c: '!'}, signal: requests}\n", "a", ""},
	{P, "      - {metric: a, where: {c: '!'}, signal: requests}\n", "a c=", ""},
	{P, "      - {metric: a, where: {c: ''}, signal: requests}\n", "a", "requests{}; "},
	/* all rules that match apply */
	{P,
	 "      - {metric: a, signal: requests}\n      - {metric: b, signal: requests}\n"
	 "      - {metric: a, where: {c: '429'}, signal: rate_limited}\n",
	 "a c=429", "requests{}; rate_limited{}; "},
	/* rows: numbers and what is none */
	{"json", "      - {metric: v, signal: connections}\n", "- v=12", "connections{} = 12; "},
	{"json", "      - {metric: v, signal: connections}\n", "- v=1e3", "connections{} = 1000; "},
	{"json", "      - {metric: v, signal: connections}\n", "- v=", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=-", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=None", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=no", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=NaN", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=+Inf", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- v=12x", ""},
	{"json", "      - {metric: v, signal: connections}\n", "- w=12", ""},
	{"json", "      - {signal: blocked_ips, labels: {ip: client}}\n", "- ip=10.0.0.1",
	 "blocked_ips{client=10.0.0.1} = 1; "},
	{"json", "      - {metric: t, signal: latency, type: average, unit: ms}\n", "- t=1500",
	 "latency{} average = 1.5; "},
	{"json", "      - {metric: v, signal: up}\n", "- v=true", "up{} = 1; "},
	{"json", "      - {metric: v, signal: up}\n", "- v=false", "up{} = 0; "},
	/* rows: states */
	{"json",
	 "      - {metric: s, signal: node_up, states: {'UP*': 1, 'no check': 1, 'DOWN*': 0}}\n",
	 "- s=UP~1/3", "node_up{} = 1; "},
	{"json",
	 "      - {metric: s, signal: node_up, states: {'UP*': 1, 'no check': 1, 'DOWN*': 0}}\n",
	 "- s=no~check", "node_up{} = 1; "},
	{"json", "      - {metric: s, signal: node_up, states: {'UP*': 1, 'DOWN*': 0}}\n",
	 "- s=DOWN", "node_up{} = 0; "},
	{"json", "      - {metric: s, signal: node_up, states: {'UP*': 1, 'DOWN*': 0}}\n",
	 "- s=else", ""},
	{"json", "      - {metric: v, signal: prompt_version, type: version}\n", "- v=7",
	 "prompt_version{} = 7; "},
	{"json", "      - {metric: v, signal: prompt_version, type: version}\n", "- v=v12",
	 "prompt_version{} = 12; "},
	{"json", "      - {metric: v, signal: prompt_version, type: version}\n", "- v=x", ""},
	{"json", "      - {metric: v, signal: prompt_text, type: hash}\n", "- v=a",
	 "prompt_text{} = 242221223855087; "},
	{"json", "      - {metric: v, signal: prompt_text, type: hash}\n", "- v=12",
	 "prompt_text{} = 162760817773554; "},
	{"json", "      - {metric: v, signal: config_version}\n", "- v=12",
	 "config_version{} = 12; "},
	/* rows of a Prometheus answer are series */
	{"promql", "      - {metric: h, signal: latency, unit: ms, labels: {r: route}}\n",
	 "- __name__=h_bucket le=25.0 r=a __value__=7 hypercare=sum",
	 "latency{route=a} bucket<=0.025 = 7; "},
	{"promql", "      - {metric: h, signal: latency, unit: ms}\n",
	 "- __name__=h_sum __value__=1500", "latency{} sum = 1.5; "},
	{"promql", "      - {metric: h, signal: latency, unit: ms}\n",
	 "- __name__=h_sum __value__=NaN", ""},
	{"promql", "      - {metric: h, signal: latency, unit: ms}\n",
	 "- hypercare=time __value__=1", ""},
	/* a label that the server has attached, and the gateway's own of that name */
	{"promql",
	 "      - {metric: a, where: {code: '5*'}, signal: requests, labels: {service: service}}\n",
	 "- __name__=a service=kong-admin exported_service=shop code=503 __value__=3",
	 "requests{service=shop} = 3; "},
	{"promql",
	 "      - {metric: a, where: {code: '5*'}, signal: requests, labels: {service: service}}\n",
	 "- __name__=a code=200 exported_code=503 service=shop exported_service= __value__=3",
	 "requests{service=shop} = 3; "},
	{P, "      - {metric: a, signal: requests, labels: {service: service}}\n",
	 "a service=x exported_service=y", "requests{service=x}; "},
};

START_TEST(test_rules)
{
	const struct rule_case *want = &cases[_i];
	struct profile *profile = load(want->format, want->rules);
	struct strbuf text;

	strbuf_init(&text);
	map_text(&profile->sources[0], want->line, &text);
	ck_assert_msg(strcmp(text.buf, want->want) == 0, "%s%s\nwanted %s\n   got %s", want->rules,
		      want->line, want->want, text.buf);
	strbuf_release(&text);
	profile_unref(profile);
}
END_TEST

START_TEST(test_wants)
{
	static const struct {
		const char *family;
		bool want;
	} families[] = {
		{"a", true},          {"a_total", true}, {"h", true},   {"h_bucket", true},
		{"h_sum", true},      {"h_count", true}, {"c", true},   {"c_count", true},
		{"a_created", false}, {"b", false},      {"hh", false}, {"", false},
	};
	struct profile *profile = load(P, "      - {metric: a_total, signal: requests}\n"
					  "      - {metric: h, signal: latency}\n"
					  "      - {metric: c_count, signal: requests}\n");

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		ck_assert_msg(mapping_wants(&profile->sources[0], families[i].family,
					    strlen(families[i].family)) == families[i].want,
			      "%s", families[i].family);
	profile_unref(profile);
}
END_TEST

START_TEST(test_fold)
{
	static const struct {
		enum signal signal;
		enum part part;
		double have, more, want;
	} folds[] = {
		{SIGNAL_REQUESTS, PART_VALUE, 1, 2, 3},
		{SIGNAL_NODE_UP, PART_VALUE, 1, 0, 0},
		{SIGNAL_NODE_UP, PART_VALUE, 0, 1, 0},
		{SIGNAL_MODEL_STATE, PART_VALUE, 2, 1, 2},
		{SIGNAL_CONFIG_VERSION, PART_VALUE, 7, 3, 3},
		{SIGNAL_LATENCY, PART_BUCKET, 1, 2, 3},
		{SIGNAL_LATENCY, PART_AVERAGE, 1, 2, 2},
		{SIGNAL_LATENCY, PART_QUANTILE, 3, 2, 3},
		{SIGNAL_REQUESTS, PART_TOTAL, 1, 2, 3},
	};

	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		struct dict_entry entry = {.signal = (uint8_t)folds[i].signal,
					   .part = (uint8_t)folds[i].part};
		ck_assert_double_eq(mapping_fold(&entry, folds[i].have, folds[i].more),
				    folds[i].want);
		ck_assert_double_eq(mapping_fold(&entry, tick_absent(), folds[i].more),
				    folds[i].more);
		ck_assert_double_eq(mapping_fold(&entry, folds[i].have, tick_absent()),
				    folds[i].have);
	}
}
END_TEST

START_TEST(test_row_time)
{
	struct map_label time[] = {{"hypercare", "time"}, {"__value__", "1795458254.871"}};
	struct map_label other[] = {{"hypercare", "sum"}, {"__value__", "1795458254.871"}};
	struct map_label wrong[] = {{"hypercare", "time"}, {"__value__", "NaN"}};
	int64_t ms = 0;

	ck_assert(mapping_row_time(time, 2, &ms));
	ck_assert_int_eq(ms, 1795458254871);
	ck_assert(!mapping_row_time(other, 2, &ms));
	ck_assert(!mapping_row_time(wrong, 2, &ms));
}
END_TEST

START_TEST(test_finish)
{
	struct profile *profile = load(
		P, "      - {metric: l, signal: limit, unit: per_minute, absent: [6e18, -1]}\n");
	struct names *names = names_new();
	double values[] = {1e17, INFINITY, NAN, 5, -1.0 / 60};
	struct mapping_own own = {0};
	struct dict dict;

	dict_init(&dict, names, 100);
	for (int i = 0; i < 5; i++) {
		struct dims dims = {{0}};
		struct dict_entry entry = {.signal = SIGNAL_LIMIT};
		char text[] = {(char)('a' + i)};

		dims.value[DIM_NODE] = names_symbol(names, text, 1);
		entry.dims = names_intern(names, &dims);
		ck_assert_uint_eq(dict_add(&dict, &entry), (unsigned)i);
		names_drop(names, entry.dims);
	}
	mapping_finish(&profile->sources[0], names, &own, &dict, values);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(tick_is_absent(values[i]), i != 3);
	dict_release(&dict);
	names_unref(names);
	profile_unref(profile);
}
END_TEST

/* Each reading is a request that the gateway counts: 10 others come between the second and the
 * third, then it starts anew. */
START_TEST(test_own_requests)
{
	static const double counts[] = {1000, 1001, 1012, 3, 4};
	static const double wants[] = {999, 999, 1009, 2, 2};
	struct profile *profile = profile_find("nginx", NULL);
	struct names *names = names_new();
	struct dims none = {{0}};
	struct dict_entry entry = {.signal = SIGNAL_REQUESTS};
	struct mapping_own own = {0};
	struct dict dict;

	ck_assert_ptr_nonnull(profile);
	dict_init(&dict, names, 100);
	entry.dims = names_intern(names, &none);
	ck_assert_uint_eq(dict_add(&dict, &entry), 0);
	names_drop(names, entry.dims);
	for (int i = 0; i < 5; i++) {
		double value = counts[i];

		mapping_finish(&profile->sources[0], names, &own, &dict, &value);
		ck_assert_double_eq(value, wants[i]);
	}
	dict_release(&dict);
	names_unref(names);
	profile_unref(profile);
}
END_TEST

/* What both have gone up by: a part that goes up by itself, as a retry that succeeds, is none. */
START_TEST(shares_are_explained)
{
	static const struct {
		double all, part, share;
	} reads[] = {
		{10, 4, 4}, {12, 5, 5}, {12, 9, 5}, {20, 9, 5}, {21, 12, 6},
		{24, 1, 7}, {30, 2, 8}, {3, 2, 2},  {5, 4, 4},
	};
	struct names *names = names_new();
	struct mapping_own own = {0};
	struct dict dict;

	dict_init(&dict, names, 100);
	dict_add(&dict, &(struct dict_entry){.part = PART_BUCKET});
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		ck_assert_double_eq(mapping_share(&own, &dict, 0, reads[i].all, reads[i].part),
				    reads[i].share);
	mapping_own_release(&own);
	dict_release(&dict);
	names_unref(names);
}
END_TEST

/* Two counters that are not read at one instant: what the one has more than the other never falls,
 * or it would look like a restart, until there is one. */
START_TEST(test_rest)
{
	static const struct {
		double all, part, rest;
	} reads[] = {
		{100, 90, 10},  {110, 101, 10}, {110, 99, 11}, {120, 109, 11},
		{130, 131, 11}, {140, 120, 20}, {5, 3, 2},     {9, 9, 2},
	};
	struct names *names = names_new();
	struct mapping_own own = {0};
	struct dict dict;
	size_t i;

	dict_init(&dict, names, 100);
	for (i = 0; i < 3; i++)
		dict_add(&dict, &(struct dict_entry){.bound = (double)i, .part = PART_BUCKET});
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		ck_assert_double_eq(mapping_rest(&own, &dict, 2, reads[i].all, reads[i].part),
				    reads[i].rest);
		ck_assert_double_eq(mapping_rest(&own, &dict, 1, 1000, 1), 999);
	}
	dict_reset(&dict);
	dict_add(&dict, &(struct dict_entry){.part = PART_BUCKET});
	ck_assert_double_eq(mapping_rest(&own, &dict, 0, 2000, 1999), 1);
	mapping_own_release(&own);
	dict_release(&dict);
	names_unref(names);
}
END_TEST

START_TEST(test_why)
{
	struct exposition_label label = {"c", "200", 1, 3};
	struct exposition_series series = {
		.name = "a", .name_len = 1, .labels = &label, .nlabels = 1};
	struct profile *profile =
		load(P, "      - {metric: a, where: {c: '429'}, signal: rate_limited}\n");
	struct strbuf why;

	strbuf_init(&why);
	mapping_why(&profile->sources[0], &series, &why);
	ck_assert_str_eq(why.buf, "rule at line 8: its condition on c does not hold of \"200\"");
	strbuf_clear(&why);
	series.name = "b";
	mapping_why(&profile->sources[0], &series, &why);
	ck_assert_str_eq(why.buf, "no rule has this metric");
	strbuf_release(&why);
	profile_unref(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mapping");
	TCase *tcase = tcase_create("mapping");
	SRunner *runner;
	char command[300];
	int failed;

	if (!mkdtemp(folder))
		return 99;
	setenv("HYPERCARE_DATA_DIR", getenv("top_srcdir") ? getenv("top_srcdir") : ".", 1);
	tcase_add_loop_test(tcase, test_rules, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, test_wants);
	tcase_add_test(tcase, test_fold);
	tcase_add_test(tcase, test_row_time);
	tcase_add_test(tcase, test_finish);
	tcase_add_test(tcase, test_own_requests);
	tcase_add_test(tcase, test_rest);
	tcase_add_test(tcase, shares_are_explained);
	tcase_add_test(tcase, test_why);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) != 0 || failed ? 1 : 0;
}
