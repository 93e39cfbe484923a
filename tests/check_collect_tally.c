/* Counting the lines of a log. */
#include "base/strbuf.h"
#include "collect/tally.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct names *names;
static struct tally tally;
static symbol target;

static void setup(void)
{
	names = names_new();
	target = names_symbol(names, "log", 3);
	names_symbol_hold(names, target);
	tally_init(&tally, names, target, 10000, 2);
}

static void teardown(void)
{
	tally_release(&tally);
	names_unref(names);
}

static struct accesslog_record plain(void)
{
	return (struct accesslog_record){.client = "192.0.2.1",
					 .method = "GET",
					 .route = "/a",
					 .service = "",
					 .node = "",
					 .user_agent = "curl/8 (x)",
					 .status = 200,
					 .seconds = NAN,
					 .upstream_seconds = NAN,
					 .bytes = NAN,
					 .line = "the line"};
}

/* The sum over all entries that fit; dim and text narrow them down. */
static double sum(enum signal signal, enum part part, double bound, enum dim dim, const char *text)
{
	double total = 0;

	for (uint32_t i = 0; i < tally.dict.n; i++) {
		const struct dict_entry *entry = &tally.dict.entries[i];
		const struct dims *dims = names_dims(names, entry->dims);
		if (entry->signal != (uint8_t)signal || entry->part != (uint8_t)part ||
		    (part == PART_BUCKET && entry->bound != bound))
			continue;
		ck_assert_uint_eq(dims->value[DIM_TARGET], target);
		if (!text || strcmp(names_text(names, dims->value[dim]), text) == 0)
			total += tally.values[i];
	}
	return total;
}

static double count(enum signal signal, enum dim dim, const char *text)
{
	return sum(signal, PART_VALUE, 0, dim, text);
}

static const struct {
	int status;
	bool limited, aborted;
	const char *code;
	double limits, denials, failures;
} codes[] = {
	{200, false, false, "200", 0, 0, 0}, {401, false, false, "401", 0, 0, 1},
	{403, false, false, "403", 0, 1, 0}, {429, true, false, "429", 1, 0, 0},
	{503, false, false, "503", 0, 0, 0}, {0, false, true, "499", 0, 0, 0},
};

START_TEST(codes_are_counted_by_what_they_mean)
{
	struct accesslog_record record = plain();

	record.status = codes[_i].status;
	record.limited = codes[_i].limited;
	record.aborted = codes[_i].aborted;
	tally_record(&tally, &record);
	ck_assert(count(SIGNAL_REQUESTS, DIM_CODE, codes[_i].code) == 1);
	ck_assert(count(SIGNAL_REQUESTS, DIM_CODE, NULL) == 1);
	ck_assert(count(SIGNAL_RATE_LIMITED, DIM_CLIENT, "192.0.2.1") == codes[_i].limits);
	ck_assert(count(SIGNAL_DENIED, DIM_REASON, "403") == codes[_i].denials);
	ck_assert(count(SIGNAL_AUTH_FAILURES, DIM_ROUTE, "/a") == codes[_i].failures);
	ck_assert(sum(SIGNAL_REQUESTS, PART_TOTAL, 0, DIM_CODE, codes[_i].code) == 1);
}
END_TEST

START_TEST(times_go_into_buckets)
{
	static const double seconds[] = {.001, .005, .3, 2, 400, NAN, -1};
	struct accesslog_record record = plain();

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		record.seconds = seconds[i];
		tally_record(&tally, &record);
	}
	ck_assert(sum(SIGNAL_LATENCY, PART_BUCKET, .005, DIM_ROUTE, "/a") == 2);
	ck_assert(sum(SIGNAL_LATENCY, PART_BUCKET, .25, DIM_ROUTE, "/a") == 2);
	ck_assert(sum(SIGNAL_LATENCY, PART_BUCKET, .5, DIM_ROUTE, "/a") == 3);
	ck_assert(sum(SIGNAL_LATENCY, PART_BUCKET, 60, DIM_ROUTE, "/a") == 4);
	ck_assert(sum(SIGNAL_LATENCY, PART_BUCKET, INFINITY, DIM_ROUTE, "/a") == 5);
	ck_assert(sum(SIGNAL_LATENCY, PART_COUNT, 0, DIM_ROUTE, "/a") == 5);
	ck_assert(fabs(sum(SIGNAL_LATENCY, PART_SUM, 0, DIM_ROUTE, "/a") - 402.306) < 1e-9);
	ck_assert(sum(SIGNAL_UPSTREAM_LATENCY, PART_COUNT, 0, DIM_ROUTE, NULL) == 0);
	ck_assert(count(SIGNAL_REQUESTS, DIM_ROUTE, "/a") == 7);
}
END_TEST

/* A scanner's paths and a botnet's addresses do not take the room of all else. */
START_TEST(kinds_are_capped)
{
	struct accesslog_record record = plain();
	char route[32];

	record.route = route;
	for (int i = 0; i < 1500; i++) {
		snprintf(route, sizeof(route), "/r%d", i);
		tally_record(&tally, &record);
	}
	ck_assert(count(SIGNAL_REQUESTS, DIM_ROUTE, "other") == 500);
	ck_assert(count(SIGNAL_REQUESTS, DIM_ROUTE, "/r999") == 1);
	ck_assert(count(SIGNAL_REQUESTS, DIM_ROUTE, NULL) == 1500);
	ck_assert_uint_eq(names_find(names, "/r1499"), 0);
}
END_TEST

START_TEST(long_names_are_cut_between_characters)
{
	struct accesslog_record record = plain();
	struct strbuf agent = STRBUF_INIT;

	strbuf_addch(&agent, 'x');
	for (int i = 0; i < 100; i++)
		strbuf_addstr(&agent, "\xc3\xa9");
	record.user_agent = agent.buf;
	tally_record(&tally, &record);
	strbuf_truncate(&agent, 63);
	ck_assert(sum(SIGNAL_REQUESTS, PART_TOTAL, 0, DIM_APP, agent.buf) == 1);
	strbuf_release(&agent);
}
END_TEST

static const struct {
	const char *agent, *name;
} agents[] = {
	{"curl/8 (x)", "curl/8"},
	{"python-requests/2.28.1", "python-requests/2.28.1"},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox/115.0"},
	{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	 "Googlebot/2.1"},
	{"Mozilla/5.0", "Mozilla/5.0"},
	{"Mozilla/5.0 ", "Mozilla/5.0"},
	{"", ""},
};

START_TEST(agents_are_counted_beside)
{
	struct accesslog_record record = plain();

	record.user_agent = agents[_i].agent;
	tally_record(&tally, &record);
	ck_assert(count(SIGNAL_REQUESTS, DIM_APP, "") == 1);
	ck_assert(sum(SIGNAL_REQUESTS, PART_TOTAL, 0, DIM_APP, agents[_i].name) ==
		  (*agents[_i].name != 0));
	ck_assert(sum(SIGNAL_REQUESTS, PART_TOTAL, 0, DIM_CLIENT, "192.0.2.1") == 0);
}
END_TEST

/* Forty clients with thirty agents each are seventy names and not twelve hundred. */
START_TEST(clients_and_agents_do_not_multiply)
{
	struct accesslog_record record = plain();
	char client[32], agent[32];

	record.client = client;
	record.user_agent = agent;
	for (int i = 0; i < 1200; i++) {
		snprintf(client, sizeof(client), "192.0.2.%d", i % 40);
		snprintf(agent, sizeof(agent), "agent/%d", i / 40);
		tally_record(&tally, &record);
	}
	ck_assert_uint_eq(tally.dict.n, 40 + 30 + 40);
	ck_assert(count(SIGNAL_DISTINCT, DIM_CLIENT, "192.0.2.7") == 30);
}
END_TEST

START_TEST(ids_are_counted_once)
{
	struct accesslog_record record = plain();

	for (uint64_t i = 0; i < 60; i++) {
		record.ids = i % 20 + 1;
		record.client = i < 40 ? "192.0.2.1" : "192.0.2.2";
		tally_record(&tally, &record);
	}
	record.ids = 0;
	tally_record(&tally, &record);
	record.ids = 999;
	record.client = "";
	tally_record(&tally, &record);
	ck_assert(count(SIGNAL_DISTINCT, DIM_TYPE, "id") == 40);
	ck_assert(count(SIGNAL_DISTINCT, DIM_CLIENT, "192.0.2.1") == 20 + 1);
	ck_assert(count(SIGNAL_DISTINCT, DIM_TYPE, "agent") == 2);
}
END_TEST

/* What is remembered is bounded; what comes all the time stays remembered for a generation. */
START_TEST(memory_of_ids_is_bounded)
{
	struct accesslog_record record = plain();

	for (uint64_t i = 0; i < 300000; i++) {
		record.ids = i + 1;
		tally_record(&tally, &record);
	}
	ck_assert(count(SIGNAL_DISTINCT, DIM_TYPE, "id") == 300000);
	ck_assert_uint_le(tally.seen.now.n + tally.seen.before.n, 100000);
	tally_record(&tally, &record);
	ck_assert(count(SIGNAL_DISTINCT, DIM_TYPE, "id") == 300000);
}
END_TEST

/* When room is short, what is idle goes; what is not keeps its count, so that no counter falls. */
START_TEST(idle_series_make_room)
{
	struct accesslog_record record = plain();
	struct tick tick = {0};
	char client[32];
	uint32_t version;

	tally_release(&tally);
	tally_init(&tally, names, target, 100, 2);
	for (int i = 0; i < 5; i++)
		tally_record(&tally, &record);
	for (int i = 0; i < 200; i++) {
		snprintf(client, sizeof(client), "198.51.100.%d", i);
		record.client = client;
		tally_record(&tally, &record);
	}
	ck_assert(count(SIGNAL_REQUESTS, DIM_CLIENT, "other") > 0);
	version = tally.dict.version;
	record.client = "192.0.2.1";
	for (int round = 0; round < 6; round++) {
		tally_tick(&tally, &tick);
		tally_next(&tally);
		tally_record(&tally, &record);
	}
	ck_assert_uint_gt(tally.dict.version, version);
	ck_assert_uint_eq(tally.dict.overflow, 0);
	ck_assert(count(SIGNAL_REQUESTS, DIM_CLIENT, "192.0.2.1") == 11);
	ck_assert(count(SIGNAL_REQUESTS, DIM_CLIENT, "198.51.100.1") == 0);
}
END_TEST

START_TEST(lines_are_the_newest)
{
	struct accesslog_record record = plain();
	struct tick tick = {0};
	char line[32];
	bool newest = false;

	record.line = line;
	for (int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "line %d", i);
		tally_record(&tally, &record);
	}
	tally_tick(&tally, &tick);
	ck_assert_uint_eq(tick.nlines, TALLY_LINES);
	for (size_t i = 0; i < tick.nlines; i++) {
		int number = 0;
		ck_assert_int_eq(sscanf(tick.lines[i].text, "line %d", &number), 1);
		ck_assert_int_ge(number, 200 - TALLY_LINES);
		newest |= number == 199;
	}
	ck_assert(newest);
	tally_next(&tally);
	tally_tick(&tally, &tick);
	ck_assert_uint_eq(tick.nlines, 0);
	ck_assert(count(SIGNAL_REQUESTS, DIM_ROUTE, "/a") == 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("tally");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, codes_are_counted_by_what_they_mean, 0,
			    (int)(sizeof(codes) / sizeof(codes[0])));
	tcase_add_test(tcase, times_go_into_buckets);
	tcase_add_test(tcase, kinds_are_capped);
	tcase_add_test(tcase, long_names_are_cut_between_characters);
	tcase_add_loop_test(tcase, agents_are_counted_beside, 0,
			    (int)(sizeof(agents) / sizeof(agents[0])));
	tcase_add_test(tcase, clients_and_agents_do_not_multiply);
	tcase_add_test(tcase, ids_are_counted_once);
	tcase_add_test(tcase, memory_of_ids_is_bounded);
	tcase_add_test(tcase, idle_series_make_room);
	tcase_add_test(tcase, lines_are_the_newest);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
