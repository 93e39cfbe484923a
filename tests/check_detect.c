#include "detect_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct site site;

static void set_up(void)
{
	site_init(&site, NULL, 0);
}

static void tear_down(void)
{
	site_release(&site);
}

static void checkout(double n, double failed, double seconds)
{
	site_checkout(&site, n, failed, seconds);
}

static void checkout_for(int seconds, double n, double failed, double latency)
{
	for (int i = 0; i < seconds; i++)
		checkout(n, failed, latency);
}

static int findings_firing(void)
{
	struct detect_summary summary = detect_summary(site.detect);

	return (int)(summary.crit + summary.warn);
}

START_TEST(calm_is_silent)
{
	checkout_for(300, 30, 0, 0.05);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	ck_assert_int_eq(findings_firing(), 0);
	ck_assert_uint_eq(detect_summary(site.detect).unjudged, 0);
}
END_TEST

/* Pending at once, firing within 8 s, and cleared once it has been well for 30 s. */
START_TEST(errors_pend_fire_and_clear)
{
	const struct finding *finding;
	uint32_t id;
	int seconds = 0;
	char reason[300];

	checkout_for(12, 30, 0, 0.05);
	while (!site_finding(&site, "errors-5xx") && seconds++ < 8)
		checkout(30, 3, 0.05);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_PENDING);
	ck_assert_msg(!strstr(finding->why, " for 0s"), "%s", finding->why);
	ck_assert_uint_eq(detect_summary(site.detect).pending, 1);
	id = finding->id;
	while (site_finding(&site, "errors-5xx")->state == FINDING_PENDING && seconds++ < 8)
		checkout(30, 3, 0.05);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_int_eq(finding->state, FINDING_FIRING);
	ck_assert_int_le(seconds, 8);
	ck_assert_uint_eq(finding->id, id);
	ck_assert_int_ge(finding->fired.mono_ms - finding->onset.mono_ms, 2000);
	ck_assert_str_eq(finding->what, "/cart/checkout");
	ck_assert_uint_eq(finding->target, site.sources[EDGE].target);
	ck_assert_int_eq(site_events(&site, EVENT_CRIT), 1);
	finding_reason(finding, true, reason, sizeof(reason));
	ck_assert_msg(strstr(reason, "5xx ") == reason, "%s", reason);
	checkout_for(30, 30, 0, 0.05);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_ptr_nonnull(finding);
	finding_reason(finding, true, reason, sizeof(reason));
	ck_assert_msg(strstr(reason, "well for ") == reason && strstr(reason, "s, was 5xx "), "%s",
		      reason);
	checkout_for(20, 30, 0, 0.05);
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
	ck_assert_int_eq(site_events(&site, EVENT_CLEAR), 1);
	ck_assert_int_eq(detect_event(site.detect, 0)->kind, EVENT_CLEAR);
	ck_assert_ptr_nonnull(strstr(detect_event(site.detect, 0)->text, " is over after "));
}
END_TEST

START_TEST(why_has_its_numbers)
{
	const struct finding *finding;

	checkout_for(40, 30, 0, 0.05);
	checkout_for(60, 30, 3, 2);
	finding = site_finding(&site, "latency-p95");
	ck_assert_ptr_nonnull(finding);
	ck_assert_str_eq(finding->why, "p95 2.4s>0.5s for 59s n=300; 504 10.0%; upst 97%");
	ck_assert_uint_eq(finding->nbeside, 2);
	ck_assert_str_eq(finding->suspect, "");
}
END_TEST

/* A gateway's own average is not called a quantile. */
START_TEST(averages_are_called_so)
{
	for (int i = 0; i < 60; i++) {
		site_grow(&site, AI, SIGNAL_REQUESTS, "service=be code=200", 27);
		site_grow(&site, AI, SIGNAL_REQUESTS, "service=be code=503", i < 40 ? 0 : 3);
		site_average(&site, AI, SIGNAL_LATENCY, "service=be", 0.02);
		site_tick(&site);
	}
	ck_assert_ptr_nonnull(strstr(site_finding(&site, "errors-5xx")->why, "; avg 0.02s"));
	ck_assert_ptr_null(strstr(site_finding(&site, "errors-5xx")->why, "p95"));
}
END_TEST

START_TEST(errors_say_whose_they_are)
{
	const struct finding *finding;

	checkout_for(40, 30, 0, 0.05);
	checkout_for(59, 30, 3, 0.05);
	site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/cart/checkout code=500 origin=gateway", 15);
	checkout(30, 3, 0.05);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_ptr_nonnull(finding);
	ck_assert_str_eq(finding->why,
			 "5xx 14.3%>1% for 56s n=315; 504 9.5%; upst 67%; p95 0.095s");
	ck_assert_uint_eq(finding->nbeside, 3);
}
END_TEST

/* Both rules hold for the route; it is one line, that of the older finding. */
START_TEST(one_route_is_one_problem)
{
	checkout_for(40, 30, 0, 0.05);
	checkout_for(60, 30, 0, 2);
	ck_assert_ptr_nonnull(site_finding(&site, "latency-p95"));
	checkout_for(20, 30, 6, 2);
	ck_assert_ptr_nonnull(site_finding(&site, "latency-p95"));
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
	ck_assert_uint_eq(detect_summary(site.detect).crit, 1);
}
END_TEST

START_TEST(latency_is_against_what_it_was)
{
	const struct finding *finding;

	checkout_for(60, 30, 0, 0.05);
	checkout_for(30, 30, 0, 2);
	finding = site_finding(&site, "latency-p95");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_FIRING);
	ck_assert_ptr_nonnull(strstr(finding->why, "s>0.5s for "));
	ck_assert_ptr_nonnull(strstr(finding->why, "upst 97%"));
	/* What it was stays what it was, however long this lasts. */
	checkout_for(1200, 30, 0, 2);
	finding = site_finding(&site, "latency-p95");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_FIRING);
	ck_assert_double_lt(finding->was.value, 0.11);
}
END_TEST

/* Always slow is no news. */
START_TEST(slow_by_nature_is_silent)
{
	checkout_for(300, 30, 0, 2);
	ck_assert_uint_eq(detect_count(site.detect), 0);
}
END_TEST

/* One bad answer of a few is chance. */
START_TEST(small_traffic_is_not_judged)
{
	checkout_for(60, 0.5, 0, 0.05);
	checkout(1, 1, 0.05);
	checkout_for(20, 0.5, 0, 0.05);
	ck_assert_int_eq(site_events(&site, EVENT_CRIT), 0);
	ck_assert_int_eq(site_events(&site, EVENT_PEND), 0);
}
END_TEST

/* What cannot be judged is held, counted and named; it neither clears nor counts as well. */
START_TEST(stale_is_unjudged_not_well)
{
	const struct finding *finding;
	struct detect_summary summary;
	struct dims row;
	bool unjudged;

	checkout_for(40, 30, 0, 0.05);
	checkout_for(20, 30, 3, 0.05);
	site.sources[EDGE].silent = true;
	checkout_for(50, 30, 0, 0.05);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_UNJUDGED);
	summary = detect_summary(site.detect);
	ck_assert_uint_gt(summary.unjudged, 0);
	ck_assert_uint_eq(summary.crit, 0);
	ck_assert_str_eq(summary.unjudged_why, "edge (kong) 50s old");
	row = site_dims(&site, EDGE, "route=/cart");
	ck_assert_ptr_null(detect_about(site.detect, &row, &unjudged));
	ck_assert(unjudged);
	row = site_dims(&site, AI, "model=gpt");
	ck_assert_ptr_null(detect_about(site.detect, &row, &unjudged));
	ck_assert(!unjudged);
	ck_assert_int_eq(site_events(&site, EVENT_CLEAR), 0);
	site.sources[EDGE].silent = false;
	checkout_for(70, 30, 0, 0.05);
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
	ck_assert_uint_eq(detect_summary(site.detect).unjudged, 0);
}
END_TEST

/* Series beyond the cap are judged together only: that is counted, said and marked, and what still
 * stands alone is judged as ever. */
START_TEST(crowds_are_unjudged)
{
	struct detect_summary summary;
	struct dims row;
	bool unjudged;

	site.sources[EDGE].dict.cap_series = 6;
	for (int route = 0; route < 9; route++) {
		char dims[32];

		snprintf(dims, sizeof(dims), "route=/%d code=200", route);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, dims, 1);
	}
	site_tick(&site);
	site_tick(&site);
	summary = detect_summary(site.detect);
	ck_assert_uint_eq(summary.unjudged, 1);
	ck_assert_uint_eq(summary.crowded, 1);
	ck_assert_msg(strstr(summary.unjudged_why, "edge (kong) ") &&
			      strstr(summary.unjudged_why, " series only in \"other\""),
		      "%s", summary.unjudged_why);
	ck_assert_int_eq(site_events(&site, EVENT_CHANGE), 1);
	row = site_dims(&site, EDGE, "route=/1");
	ck_assert_ptr_null(detect_about(site.detect, &row, &unjudged));
	ck_assert(!unjudged);
	/* when it does not answer either, that is what is said */
	site.sources[EDGE].silent = true;
	for (int i = 0; i < 10; i++)
		site_tick(&site);
	summary = detect_summary(site.detect);
	ck_assert_uint_gt(summary.unjudged, 0);
	ck_assert_uint_eq(summary.crowded, 0);
	ck_assert_str_eq(summary.unjudged_why, "edge (kong) 10s old");
}
END_TEST

/* A killed gateway is a problem within a few of its intervals. */
START_TEST(stale_sources_are_findings)
{
	const struct finding *finding;

	checkout_for(10, 30, 0, 0.05);
	site.sources[PROMPTS].silent = true;
	checkout_for(4, 30, 0, 0.05);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	ck_assert_str_eq(detect_summary(site.detect).unjudged_why, "prompts (mlflow) 4s old");
	checkout_for(2, 30, 0, 0.05);
	finding = site_finding(&site, "stale");
	ck_assert_ptr_nonnull(finding);
	ck_assert_str_eq(finding->what, "prompts");
	ck_assert_ptr_nonnull(strstr(finding->why, "timed out"));
	ck_assert_int_eq(site_events(&site, EVENT_STALE), 1);
	site.sources[PROMPTS].silent = false;
	checkout(30, 0, 0.05);
	ck_assert_ptr_null(site_finding(&site, "stale"));
}
END_TEST

START_TEST(silence_from_the_start_is_found)
{
	site.sources[AI].silent = true;
	checkout_for(30, 30, 0, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "no-data"));
	ck_assert_str_eq(site_finding(&site, "no-data")->what, "ai");
	ck_assert_str_eq(detect_summary(site.detect).unjudged_why, "ai (litellm) no answer yet");
}
END_TEST

START_TEST(a_hammering_client_is_found)
{
	const char *const denied = "route=/patient/{id}/records client=203.0.113.9 code=403";
	const struct finding *finding;
	struct dims row;
	bool unjudged;

	checkout_for(20, 30, 0, 0.05);
	for (int i = 0; i < 20; i++) {
		site_grow(&site, EDGE, SIGNAL_REQUESTS, denied, 30);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/login client=203.0.113.9 code=401",
			  2);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/ client=198.51.100.7 code=403", 1);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/ client=198.51.100.7 code=200", 9);
		checkout(30, 0, 0.05);
	}
	finding = site_finding(&site, "client-denied");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_FIRING);
	ck_assert_str_eq(finding->what, "203.0.113.9 (1 IP)");
	ck_assert_str_eq(finding->why, "401+403 1.9k/min on /patient/{id}/records; 2xx 0");
	ck_assert_uint_eq(detect_summary(site.detect).crit, 1);
	row = site_dims(&site, EDGE, "client=203.0.113.9");
	ck_assert_ptr_eq(detect_about(site.detect, &row, &unjudged), finding);
	row = site_dims(&site, EDGE, "client=198.51.100.7");
	ck_assert_ptr_null(detect_about(site.detect, &row, &unjudged));
	row = site_dims(&site, EDGE, "route=/cart/checkout");
	ck_assert_ptr_null(detect_about(site.detect, &row, &unjudged));
}
END_TEST

/* A flood of clients fills a table that has an end, hides nothing else, and is gone afterwards. */
START_TEST(a_flood_of_clients_is_bounded)
{
	char dims[64];

	for (int second = 0; second < 10; second++) {
		for (int i = 0; i < 1500; i++) {
			snprintf(dims, sizeof(dims), "client=10.0.%d.%d code=403", i / 250,
				 i % 250);
			site_grow(&site, EDGE, SIGNAL_REQUESTS, dims, 20);
		}
		site_tick(&site);
	}
	ck_assert_uint_eq(detect_count(site.detect), 1024);
	checkout_for(10, 30, 10, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "errors-5xx"));
	checkout_for(90, 30, 0, 0.05);
	ck_assert_uint_eq(detect_count(site.detect), 0);
}
END_TEST

/* A second of an app's AI traffic. */
static void bot(double requests, double tokens)
{
	site_grow(&site, AI, SIGNAL_AI_REQUESTS,
		  "app=platform consumer=support-bot model=gpt-4o-mini code=200", requests);
	site_grow(&site, AI, SIGNAL_TOKENS,
		  "app=platform consumer=support-bot model=gpt-4o-mini type=input",
		  tokens * requests * 0.75);
	site_grow(&site, AI, SIGNAL_TOKENS,
		  "app=platform consumer=support-bot model=gpt-4o-mini type=output",
		  tokens * requests * 0.25);
	site_tick(&site);
}

START_TEST(tokens_triple_after_a_prompt)
{
	const struct finding *finding;

	site_set(&site, PROMPTS, SIGNAL_PROMPT_VERSION, "prompt=balance type=prod", 7);
	for (int i = 0; i < 300; i++)
		bot(2, 626);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	site_set(&site, PROMPTS, SIGNAL_PROMPT_VERSION, "prompt=balance type=prod", 8);
	for (int i = 0; i < 100; i++)
		bot(2, 1940);
	finding = site_finding(&site, "tokens-per-request");
	ck_assert_ptr_nonnull(finding);
	ck_assert_int_eq(finding->state, FINDING_PENDING);
	ck_assert_str_eq(finding->what, "support-bot");
	ck_assert_str_eq(finding->why, "tokens/req 1940 x3.1, err 0.0%");
	ck_assert_ptr_nonnull(strstr(finding->suspect, "s after v7>v8 of prompt balance@prod"));
	for (int i = 0; i < 100; i++)
		bot(2, 1940);
	ck_assert_int_eq(site_finding(&site, "tokens-per-request")->state, FINDING_FIRING);
	ck_assert_int_eq(site_events(&site, EVENT_CHANGE), 1);
	for (int i = 0; i < 200; i++)
		bot(2, 626);
	ck_assert_ptr_null(site_finding(&site, "tokens-per-request"));
}
END_TEST

START_TEST(few_requests_say_nothing_of_tokens)
{
	for (int i = 0; i < 300; i++)
		bot(0.5, 600);
	for (int i = 0; i < 200; i++)
		bot(0.5, 6000);
	ck_assert_ptr_null(site_finding(&site, "tokens-per-request"));
}
END_TEST

START_TEST(a_drop_of_traffic_is_found)
{
	checkout_for(300, 30, 0, 0.05);
	checkout_for(150, 6, 0, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "traffic-drop"));
	ck_assert_int_eq(site_finding(&site, "traffic-drop")->state, FINDING_PENDING);
	checkout_for(60, 6, 0, 0.05);
	ck_assert_int_eq(site_finding(&site, "traffic-drop")->state, FINDING_FIRING);
	ck_assert_str_eq(site_finding(&site, "traffic-drop")->what, "edge");
}
END_TEST

START_TEST(a_rise_of_traffic_is_found)
{
	checkout_for(300, 30, 0, 0.05);
	checkout_for(240, 90, 0, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "traffic-rise"));
	ck_assert_int_eq(site_finding(&site, "traffic-rise")->state, FINDING_FIRING);
	ck_assert_str_eq(site_finding(&site, "traffic-rise")->why,
			 "requests 5.4k/min x3.0 for 3m n=5.4k");
}
END_TEST

START_TEST(nodes_go_down)
{
	const struct finding *finding;

	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v1", 1);
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v2", 1);
	checkout_for(5, 30, 0, 0.05);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v2", 0);
	checkout(30, 0, 0.05);
	finding = site_finding(&site, "node-down");
	ck_assert_ptr_nonnull(finding);
	ck_assert_str_eq(finding->what, "be_shop/v2");
	ck_assert_ptr_null(site_finding(&site, "service-down"));
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v1", 0);
	checkout(30, 0, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "service-down"));
	ck_assert_str_eq(detect_finding(site.detect, 0)->rule->name, "service-down");
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v1", 1);
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=be_shop node=v2", 1);
	checkout_for(15, 30, 0, 0.05);
	ck_assert_uint_eq(detect_count(site.detect), 0);
}
END_TEST

/* The next process goes on with the clock of the last. */
START_TEST(clocks_outlive_a_process)
{
	char path[] = "/tmp/check_detect.XXXXXX";
	const struct finding *finding;
	struct clock onset;
	int fd = mkstemp(path);
	size_t n;
	const struct rule *rules = rule_builtin(&n);

	ck_assert_int_ge(fd, 0);
	close(fd);
	for (int i = 0; i < 300; i++)
		bot(2, 626);
	for (int i = 0; i < 100; i++)
		bot(2, 1940);
	finding = site_finding(&site, "tokens-per-request");
	ck_assert_int_eq(finding->state, FINDING_PENDING);
	onset = finding->onset;
	ck_assert_int_eq(detect_save(site.detect, path, NULL), 0);
	detect_free(site.detect);
	site.detect = detect_new(site.model, rules, n);
	ck_assert_int_eq(detect_load(site.detect, path, site_clock(site.second), NULL), 0);
	ck_assert_int_eq(unlink(path), 0);
	bot(2, 1940);
	finding = site_finding(&site, "tokens-per-request");
	ck_assert_int_eq(finding->state, FINDING_PENDING);
	ck_assert_int_eq(finding->onset.wall_ms, onset.wall_ms);
	ck_assert_double_lt(finding->was.value, 700);
	for (int i = 0; i < 100; i++)
		bot(2, 1940);
	ck_assert_int_eq(site_finding(&site, "tokens-per-request")->state, FINDING_FIRING);
}
END_TEST

/* A clock of the last process waits for the first figures of this one, but not for ever. */
START_TEST(clocks_wait_for_figures)
{
	char path[] = "/tmp/check_detect.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	checkout_for(40, 30, 0, 0.05);
	checkout_for(20, 30, 3, 0.05);
	ck_assert_int_eq(detect_save(site.detect, path, NULL), 0);
	site_release(&site);
	site_init(&site, NULL, 0);
	site.second = 70;
	ck_assert_int_eq(detect_load(site.detect, path, site_clock(70), NULL), 0);
	unlink(path);
	for (int i = 70; i < 80; i++)
		detect_run(site.detect, site_clock(i));
	ck_assert_ptr_nonnull(site_finding(&site, "errors-5xx"));
	site.second = 79;
	checkout_for(20, 30, 3, 0.05);
	ck_assert_int_eq(site_finding(&site, "errors-5xx")->state, FINDING_FIRING);
	ck_assert_int_lt(site_finding(&site, "errors-5xx")->onset.mono_ms, site_clock(70).mono_ms);
	checkout_for(60, 30, 0, 0.05);
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
}
END_TEST

START_TEST(old_and_odd_states_are_left)
{
	static const char *const bodies[] = {
		"", "hypercare-detect 9\t1\n", "hypercare-detect 1\tx\nnonsense\n",
		"hypercare-detect 1\t1700000000000\nerrors-5xx\t1\t1\t1\t1\t0\tgalaxy:x\n",
		/* of hours ago */
		("hypercare-detect 1\t1600000000000\nerrors-5xx\t1\t1600000000000\t0\t"
		 "1600000000000\t0\troute:/x\n")};
	char path[] = "/tmp/check_detect.XXXXXX";
	struct err err = {0};
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	for (int i = 0; i < 5; i++) {
		FILE *file = fopen(path, "w");

		fputs(bodies[i], file);
		fclose(file);
		ck_assert_int_eq(detect_load(site.detect, path, site_clock(1), &err),
				 i < 2 ? -1 : 0);
	}
	detect_run(site.detect, site_clock(1));
	ck_assert_uint_eq(detect_count(site.detect), 0);
	unlink(path);
	ck_assert_int_eq(detect_load(site.detect, path, site_clock(1), &err), 0);
	ck_assert_int_eq(detect_save(site.detect, "/no/such/folder/x", &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

/* A blip that ends before the clock does is no finding. */
START_TEST(a_blip_does_not_fire)
{
	checkout_for(40, 30, 0, 0.05);
	checkout(30, 15, 0.05);
	ck_assert_int_eq(site_finding(&site, "errors-5xx")->state, FINDING_PENDING);
	checkout(3000, 0, 0.05);
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
	checkout_for(30, 30, 0, 0.05);
	ck_assert_int_eq(site_events(&site, EVENT_PEND), 1);
	ck_assert_int_eq(site_events(&site, EVENT_CRIT), 0);
}
END_TEST

#define PLAIN .owner = "", .runbook = "", .group = "", .help = ""

/* Rules as a configuration may write them. */
static const struct rule custom[] = {
	{.name = "no-cost",
	 .kind = RULE_NODATA,
	 .measure = M_COST_RATE,
	 .by = DIM_BIT(DIM_TARGET),
	 .window_ms = 10000,
	 PLAIN},
	{.name = "quiet",
	 .kind = RULE_THRESHOLD,
	 .measure = M_REQUEST_RATE,
	 .by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE),
	 .below = true,
	 .threshold = 10,
	 .window_ms = 10000,
	 .severity = SEV_WARN,
	 PLAIN},
	{.name = "one-route",
	 .kind = RULE_THRESHOLD,
	 .measure = M_REQUEST_RATE,
	 .by = DIM_BIT(DIM_ROUTE),
	 .filter = {.terms = {{.dim = DIM_ROUTE, .text = "/only"}}, .n = 1},
	 .threshold = 1,
	 .window_ms = 10000,
	 .severity = SEV_CRIT,
	 PLAIN},
	{.name = "last-bucket",
	 .kind = RULE_THRESHOLD,
	 .measure = M_P95,
	 .by = DIM_BIT(DIM_TARGET),
	 .threshold = 5,
	 .window_ms = 10000,
	 .severity = SEV_CRIT,
	 PLAIN},
};

START_TEST(custom_rules_are_judged)
{
	site_release(&site);
	site_init(&site, custom, sizeof(custom) / sizeof(custom[0]));
	checkout_for(20, 5, 0, 30);
	ck_assert_str_eq(site_finding(&site, "no-cost")->why, "no value from any target");
	ck_assert_str_eq(site_finding(&site, "no-cost")->what, "all targets");
	ck_assert_str_eq(site_finding(&site, "quiet")->what, "/cart/checkout");
	ck_assert_ptr_nonnull(strstr(site_finding(&site, "quiet")->why, "requests 300/min"));
	ck_assert_ptr_nonnull(strstr(site_finding(&site, "last-bucket")->why, "p95 >5s for "));
	ck_assert_ptr_null(site_finding(&site, "one-route"));
	for (int i = 0; i < 20; i++) {
		site_grow(&site, AI, SIGNAL_COST, "model=gpt", 0.01);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/only code=200", 20);
		site_grow(&site, EDGE, SIGNAL_REQUESTS, "route=/not code=200", 20);
		checkout(20, 0, 0.05);
	}
	ck_assert_ptr_null(site_finding(&site, "no-cost"));
	ck_assert_ptr_null(site_finding(&site, "quiet"));
	ck_assert_ptr_null(site_finding(&site, "last-bucket"));
	ck_assert_str_eq(site_finding(&site, "one-route")->what, "/only");
	ck_assert_uint_eq(detect_count(site.detect), 1);
}
END_TEST

START_TEST(a_target_that_goes_takes_its_findings)
{
	checkout_for(40, 30, 0, 0.05);
	checkout_for(20, 30, 3, 0.05);
	ck_assert_ptr_nonnull(site_finding(&site, "errors-5xx"));
	model_remove_target(site.model, site.sources[EDGE].target);
	detect_run(site.detect, site_clock(++site.second));
	ck_assert_uint_eq(detect_count(site.detect), 0);
}
END_TEST

/* Rule by rule a round gives the same, and the list is whole between the steps. */
START_TEST(steps_make_a_round)
{
	size_t n;
	int steps = 1;

	rule_builtin(&n);
	checkout_for(40, 30, 0, 0.05);
	checkout_for(20, 30, 3, 0.05);
	while (!detect_step(site.detect, site_clock(site.second))) {
		ck_assert_uint_eq(detect_count(site.detect), 1);
		ck_assert_uint_eq(detect_summary(site.detect).crit, 1);
		steps++;
	}
	ck_assert_int_eq(steps, (int)n);
	model_remove_target(site.model, site.sources[EDGE].target);
	while (!detect_step(site.detect, site_clock(site.second)))
		ck_assert_uint_le(detect_count(site.detect), 1);
	ck_assert_uint_eq(detect_count(site.detect), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("detect");
	TCase *tc = tcase_create("detect");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, calm_is_silent);
	tcase_add_test(tc, errors_pend_fire_and_clear);
	tcase_add_test(tc, why_has_its_numbers);
	tcase_add_test(tc, averages_are_called_so);
	tcase_add_test(tc, errors_say_whose_they_are);
	tcase_add_test(tc, one_route_is_one_problem);
	tcase_add_test(tc, latency_is_against_what_it_was);
	tcase_add_test(tc, slow_by_nature_is_silent);
	tcase_add_test(tc, small_traffic_is_not_judged);
	tcase_add_test(tc, stale_is_unjudged_not_well);
	tcase_add_test(tc, crowds_are_unjudged);
	tcase_add_test(tc, stale_sources_are_findings);
	tcase_add_test(tc, silence_from_the_start_is_found);
	tcase_add_test(tc, a_hammering_client_is_found);
	tcase_add_test(tc, a_flood_of_clients_is_bounded);
	tcase_add_test(tc, tokens_triple_after_a_prompt);
	tcase_add_test(tc, few_requests_say_nothing_of_tokens);
	tcase_add_test(tc, a_drop_of_traffic_is_found);
	tcase_add_test(tc, a_rise_of_traffic_is_found);
	tcase_add_test(tc, nodes_go_down);
	tcase_add_test(tc, clocks_outlive_a_process);
	tcase_add_test(tc, clocks_wait_for_figures);
	tcase_add_test(tc, old_and_odd_states_are_left);
	tcase_add_test(tc, a_blip_does_not_fire);
	tcase_add_test(tc, custom_rules_are_judged);
	tcase_add_test(tc, a_target_that_goes_takes_its_findings);
	tcase_add_test(tc, steps_make_a_round);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
