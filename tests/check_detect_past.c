/* Findings that can no longer be judged, and those that held earlier. */
#include "detect_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct site site;

static void set_up(void)
{
	site_init(&site, NULL, 0);
}

static void tear_down(void)
{
	site_release(&site);
}

static void traffic(int seconds, double n, double failed)
{
	for (int i = 0; i < seconds; i++)
		site_checkout(&site, n, failed, 0.05);
}

static const struct event *newest(enum event_kind kind)
{
	size_t i = 0;

	while (i < detect_event_count(site.detect) && detect_event(site.detect, i)->kind != kind)
		i++;
	ck_assert_uint_lt(i, detect_event_count(site.detect));
	return detect_event(site.detect, i);
}

/* A finding whose source fell silent says when it was last seen, and why not now; when the source
 * answers again it is the same finding that holds, or is over. */
START_TEST(held_findings_say_when_they_were_seen)
{
	char reason[300];
	const struct finding *finding;
	uint32_t id;

	traffic(40, 30, 0);
	traffic(20, 30, 3);
	id = site_finding(&site, "errors-5xx")->id;
	ck_assert_str_eq(site_finding(&site, "errors-5xx")->blind, "");
	site.sources[EDGE].silent = true;
	traffic(12, 30, 0);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_int_eq(finding->state, FINDING_UNJUDGED);
	ck_assert_int_eq(finding->seen.wall_ms, site_clock(60).wall_ms);
	ck_assert_str_eq(finding->blind, "metrics 12s old");
	finding_reason(finding, true, reason, sizeof(reason));
	ck_assert_ptr_eq(strstr(reason, "last seen 22:14:20, metrics 12s old; 5xx 10.0%>1%"),
			 reason);
	site.sources[EDGE].silent = false;
	traffic(15, 30, 3);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_uint_eq(finding->id, id);
	ck_assert_int_eq(finding->state, FINDING_FIRING);
	ck_assert_str_eq(finding->blind, "");
	ck_assert_ptr_eq(finding_reason(finding, true, reason, sizeof(reason)), reason);
	ck_assert_ptr_eq(strstr(reason, "5xx 10.0%>1%"), reason);
}
END_TEST

/* A gateway that answers again without any traffic says nothing of what was wrong: the finding
 * stays in question, and goes without being called over. */
START_TEST(no_figures_are_not_well)
{
	const struct finding *finding;

	traffic(40, 30, 0);
	traffic(20, 30, 3);
	site.sources[EDGE].silent = true;
	traffic(30, 0, 0);
	site.sources[EDGE].silent = false;
	memset(site.sources[EDGE].values, 0, sizeof(site.sources[EDGE].values));
	traffic(20, 0, 0);
	finding = site_finding(&site, "errors-5xx");
	ck_assert_int_eq(finding->state, FINDING_UNJUDGED);
	ck_assert_str_eq(finding->blind, "no figures since");
	ck_assert_uint_gt(detect_summary(site.detect).unjudged, 0);
	traffic(20, 0, 0);
	ck_assert_ptr_null(site_finding(&site, "errors-5xx"));
	ck_assert_int_eq(site_events(&site, EVENT_CLEAR), 2);
	ck_assert_str_eq(newest(EVENT_CLEAR)->text,
			 "/cart/checkout: errors-5xx has no figures any more");
}
END_TEST

/* What was critical when it was last seen stands before what was a warning. */
START_TEST(held_findings_are_in_order)
{
	traffic(40, 30, 0);
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=shop node=a", 0);
	site_set(&site, EDGE, SIGNAL_NODE_UP, "service=shop node=b", 1);
	traffic(20, 30, 3);
	site.sources[EDGE].silent = true;
	traffic(8, 0, 0);
	ck_assert_uint_eq(detect_count(site.detect), 3);
	ck_assert_str_eq(detect_finding(site.detect, 0)->rule->name, "stale");
	ck_assert_str_eq(detect_finding(site.detect, 1)->rule->name, "errors-5xx");
	ck_assert_str_eq(detect_finding(site.detect, 2)->rule->name, "node-down");
	ck_assert_int_eq(detect_finding(site.detect, 2)->state, FINDING_UNJUDGED);
}
END_TEST

static struct finding *then;
static struct detect_summary then_summary;

static size_t look_back(struct arena *arena, int64_t second)
{
	arena_clear(arena);
	return detect_past(site.detect, site_clock(second), arena, &then, &then_summary);
}

/* What held at an earlier instant, in the state and with the figures of then. */
START_TEST(the_past_is_as_it_was)
{
	struct arena arena;
	int64_t onset;

	arena_init(&arena);
	traffic(40, 30, 0);
	traffic(20, 30, 3);
	onset = (site_finding(&site, "errors-5xx")->onset.mono_ms - site_clock(0).mono_ms) / 1000;
	traffic(20, 30, 15);
	site.sources[EDGE].silent = true;
	traffic(20, 30, 0);
	site.sources[EDGE].silent = false;
	traffic(60, 30, 0);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	ck_assert_uint_eq(look_back(&arena, onset - 1), 0);
	ck_assert_uint_eq(look_back(&arena, onset), 1);
	ck_assert_int_eq(then[0].state, FINDING_PENDING);
	ck_assert_uint_eq(then_summary.pending, 1);
	ck_assert_uint_eq(look_back(&arena, 58), 1);
	ck_assert_int_eq(then[0].state, FINDING_FIRING);
	ck_assert_ptr_eq(strstr(then[0].why, "5xx 10.0%>1% for 1"), then[0].why);
	ck_assert_uint_eq(then_summary.crit, 1);
	ck_assert_uint_eq(look_back(&arena, 78), 1);
	ck_assert_ptr_eq(strstr(then[0].why, "5xx 50%>1%"), then[0].why);
	ck_assert_uint_eq(look_back(&arena, 95), 2);
	ck_assert_str_eq(then[0].rule->name, "stale");
	ck_assert_ptr_nonnull(strstr(then[0].why, "timed out"));
	ck_assert_int_eq(then[1].state, FINDING_UNJUDGED);
	ck_assert_int_eq(then[1].seen.wall_ms, site_clock(80).wall_ms);
	ck_assert_uint_eq(then_summary.unjudged, 1);
	ck_assert_str_eq(then_summary.unjudged_why, "/cart/checkout");
	ck_assert_uint_eq(look_back(&arena, 160), 0);
	arena_release(&arena);
}
END_TEST

/* As many ended cases are kept as the header says, the newest. */
START_TEST(the_past_is_bounded)
{
	struct arena arena;
	char dims[64];

	arena_init(&arena);
	for (int i = 0; i < 600; i++) {
		snprintf(dims, sizeof(dims), "service=s%d", i);
		site_set(&site, EDGE, SIGNAL_BREAKER, dims, 2);
		site_tick(&site);
		site_set(&site, EDGE, SIGNAL_BREAKER, dims, 0);
	}
	for (int i = 0; i < 15; i++)
		site_tick(&site);
	ck_assert_uint_eq(detect_count(site.detect), 0);
	ck_assert_uint_eq(look_back(&arena, 20), 0);
	ck_assert_uint_gt(look_back(&arena, 590), 0);
	ck_assert_ptr_nonnull(strstr(then[0].what, "s5"));
	arena_release(&arena);
}
END_TEST

START_TEST(notes_are_events)
{
	static const struct dims none;

	for (int i = 0; i < 600; i++)
		detect_tell(site.detect, EVENT_NOTE, site_clock(i), UINT32_MAX, &none,
			    i == 599 ? "ops-a:\x1b[31m fixed" : "n");
	ck_assert_uint_eq(detect_event_count(site.detect), 512);
	ck_assert_str_eq(detect_event(site.detect, 0)->text, "ops-a:\\x1b[31m fixed");
	ck_assert_int_eq(detect_event(site.detect, 0)->at.wall_ms, site_clock(599).wall_ms);
	ck_assert_int_eq(detect_event(site.detect, 511)->at.wall_ms, site_clock(88).wall_ms);
	detect_tell(site.detect, EVENT_ACTION, site_clock(597), UINT32_MAX, &none, "late");
	ck_assert_str_eq(detect_event(site.detect, 2)->text, "late");
	ck_assert_int_eq(detect_event(site.detect, 3)->at.wall_ms, site_clock(597).wall_ms);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("detect-past");
	TCase *tc = tcase_create("past");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, notes_are_events);
	tcase_add_test(tc, held_findings_say_when_they_were_seen);
	tcase_add_test(tc, no_figures_are_not_well);
	tcase_add_test(tc, held_findings_are_in_order);
	tcase_add_test(tc, the_past_is_as_it_was);
	tcase_add_test(tc, the_past_is_bounded);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
