/* All faults at once: each source of one target meets another, says what is wrong, and none keeps
 * the others from being read. */
#include "collect_bed.h"
#include "fault_server.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *path;
	enum tick_outcome outcome;
	const char *says; /* "" when it is well */
} faults[] = {
	{"/ok", TICK_OK, ""},
	{"/chunked", TICK_OK, ""},
	{"/trailer", TICK_OK, ""},
	{"/continue", TICK_OK, ""},
	{"/close", TICK_UNVERIFIED, ""},
	{"/empty", TICK_FAILED, "answers with nothing"},
	{"/html", TICK_FAILED, "HTML instead of metrics"},
	{"/short", TICK_FAILED, "answer ended early: 5 of 100 bytes"},
	{"/short-chunk", TICK_FAILED, "answer ended early"},
	{"/no-last-chunk", TICK_FAILED, "answer ended early"},
	{"/text", TICK_FAILED, "no metrics that are known of it: is /text the right page?"},
	{"/stall", TICK_FAILED, "stalled: 5 bytes came"},
	{"/silent", TICK_FAILED, "no answer within"},
	{"/reset", TICK_FAILED, "reset before an answer came"},
	{"/reset-later", TICK_FAILED, "answer ended early"},
	{"/nothing", TICK_FAILED, "is this the HTTP port?"},
	{"/garbage", TICK_FAILED, "not in HTTP"},
	{"/negative", TICK_FAILED, "not in HTTP"},
	{"/endless", TICK_FAILED, ""},
	{"/gzip", TICK_FAILED, "compressed"},
	{"/bad-gzip", TICK_FAILED, "compressed"},
	{"/many-headers", TICK_FAILED, "200 header lines"},
	{"/large-headers", TICK_FAILED, "64 KiB"},
	{"/307", TICK_FAILED, "give that URL"},
	{"/302", TICK_FAILED, "302"},
	{"/400", TICK_FAILED, "speaks TLS"},
	{"/401", TICK_UNAUTHORISED, "wants a credential"},
	{"/403", TICK_UNAUTHORISED, "wants a credential"},
	{"/404", TICK_FAILED, "is that enabled there?"},
	{"/429", TICK_FAILED, "asks to wait 30 s"},
	{"/500", TICK_FAILED, "database \\x1b[31mis gone"},
	{"/500-large", TICK_FAILED, "answers 500"},
	{"/503", TICK_FAILED, "503"},
};
#define FAULTS  (sizeof(faults) / sizeof(faults[0]))
#define PER_BED 8

static struct bed bed;
static struct fault_server *server;

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	bed_init(&bed, NULL);
	server = fault_server_start(NULL);
}

static void teardown(void)
{
	bed_release(&bed);
	fault_server_stop(server);
}

static void check_one(uint32_t source, size_t fault)
{
	const struct seen *seen = &bed.seen[source];

	if (faults[fault].outcome == TICK_FAILED || faults[fault].outcome == TICK_UNAUTHORISED) {
		bed_wait_failures(&bed, source, 1);
		ck_assert_uint_eq(seen->ticks, 0);
		ck_assert_str_ne(seen->error, "");
	} else {
		bed_wait_ticks(&bed, source, 2);
		ck_assert_str_eq(seen->values.buf, "connections{} value 0 1\n");
	}
	ck_assert_msg(seen->outcome == faults[fault].outcome, "%s: %d, %s", faults[fault].path,
		      seen->outcome, seen->error);
	ck_assert_msg(strstr(seen->error, faults[fault].says) != NULL, "%s: %s", faults[fault].path,
		      seen->error);
}

START_TEST(faults_keep_to_themselves)
{
	struct strbuf sources = STRBUF_INIT;
	size_t first = (size_t)_i * PER_BED, last = first + PER_BED;

	snprintf(bed.url, sizeof(bed.url), "http://127.0.0.1:%d", fault_server_port(server));
	strbuf_addstr(&sources, "  well: {get: /ok, format: prometheus, map: [{metric: up, signal: "
				"connections}]}\n");
	for (size_t i = first; i < last && i < FAULTS; i++)
		strbuf_addf(&sources,
			    "  s%zu: {get: %s, format: prometheus, deadline: 2s, map: [{metric: "
			    "up, signal: connections}]}\n",
			    i, faults[i].path);
	bed_add(&bed, sources.buf);
	for (size_t i = first; i < last && i < FAULTS; i++)
		check_one((uint32_t)(i - first + 1), i);
	bed_wait_ticks(&bed, 0, bed.seen[0].ticks + 3);
	strbuf_release(&sources);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tcase = tcase_create("faults");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, faults_keep_to_themselves, 0,
			    (int)((FAULTS + PER_BED - 1) / PER_BED));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
