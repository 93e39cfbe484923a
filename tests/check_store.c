/* The journal as its callers see it: what goes in comes out, in order, for every console. */
#include "store_bed.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct store_bed bed;

static void set_up(void)
{
	bed_make(&bed);
	bed_open(&bed);
}

static void tear_down(void)
{
	bed_remove(&bed);
}

static void keep_entry(void *ctx, const struct entry *entry)
{
	struct strbuf *json = ctx;

	entry_canonical(entry, json);
}

static void ignore(void *ctx, int64_t seq, const struct err *err)
{
	(void)seq;
	ck_assert_ptr_null(err);
	strbuf_addch(ctx, '\n');
}

START_TEST(test_comes_back_whole)
{
	static const char expected[] =
		"{\"about\":\"client:203.0.113.9\",\"action\":\"block-ip\",\"detail\":"
		"{\"a\":[true,null,\"\xe2\x82\xac\"],\"b\":1.5},\"hash\":\"00ff\",\"kind\":"
		"\"intent\",\"operator\":{\"claimed\":\"\",\"console\":\"bastion:7:1\",\"host\":"
		"\"bastion\",\"login\":\"anna\",\"ssh_client\":\"192.0.2.7\",\"sudo_user\":\"\","
		"\"uid\":1000},\"plan\":\"20231114-221320-4f2a\",\"reason\":\"INC-7 \\\"x\\\"\","
		"\"seq\":1,\"state\":\"confirmed\",\"target\":\"edge-eu\","
		"\"wall_ms\":1700000000000}\n";
	struct entry_ops ops = {keep_entry, ignore};
	struct entry_filter all = {0};
	struct strbuf json = STRBUF_INIT;
	struct stat st;
	struct err err;

	ck_assert_int_eq(bed_append(bed.store, ENTRY_INTENT, "INC-7 \"x\"", &err), 1);
	ck_assert_str_eq(store_trouble(bed.store), "");
	store_list(bed.store, &all, &ops, &json);
	while (!json.len || json.buf[json.len - 1] != '\n')
		store_turn(bed.store);
	ck_assert_str_eq(json.buf, expected);
	ck_assert_int_eq(stat(bed.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	strbuf_release(&json);
}
END_TEST

static const struct {
	const char *what;
	struct entry_filter filter;
	const char *lines;
} lists[] = {
	{"all, oldest first", {0}, "1 note deploy 1.4\n2 intent block\n3 outcome done\n4 ack\n"},
	{"newest first", {.newest_first = true, .limit = 2}, "4 ack\n3 outcome done\n"},
	{"after", {.after_seq = 3}, "4 ack\n"},
	{"kinds", {.kinds = 1u << ENTRY_NOTE | 1u << ENTRY_ACK}, "1 note deploy 1.4\n4 ack\n"},
	{"since", {.since_ms = 1700000000001}, ""},
	{"since that instant", {.since_ms = 1700000000000, .limit = 1}, "1 note deploy 1.4\n"},
	{"plan", {.plan = "20231114-221320-4f2a", .limit = 1}, "1 note deploy 1.4\n"},
	{"another plan", {.plan = "20231114"}, ""},
	{"target", {.target = "edge-us"}, ""},
	{"text", {.text = "DEPLOY"}, "1 note deploy 1.4\n"},
	{"text is no pattern", {.text = "d_ploy"}, ""},
	{"nor is this", {.text = "%"}, ""},
	{"text in the detail", {.text = "\"b\":1.5", .limit = 1}, "1 note deploy 1.4\n"},
	{"text of a login", {.text = "Anna", .kinds = 1u << ENTRY_ACK}, "4 ack\n"},
	{"no SQL", {.target = "' OR 1 --"}, ""},
};

/* The trailing blank of an empty reason is not of interest. */
static void drop_blanks(struct strbuf *lines)
{
	char *to = lines->buf;

	for (const char *p = lines->buf; *p; p++)
		if (!(p[0] == ' ' && p[1] == '\n'))
			*to++ = *p;
	strbuf_truncate(lines, (size_t)(to - lines->buf));
}

START_TEST(test_lists)
{
	static const struct {
		enum entry_kind kind;
		const char *reason;
	} given[] = {{ENTRY_NOTE, "deploy 1.4"},
		     {ENTRY_INTENT, "block"},
		     {ENTRY_OUTCOME, "done"},
		     {ENTRY_ACK, ""}};
	struct told told;
	struct err err;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		bed_append(bed.store, given[i].kind, given[i].reason, &err);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		bed_list(bed.store, &lists[i].filter, &told);
		drop_blanks(&told.lines);
		ck_assert_msg(!strcmp(told.lines.buf, lists[i].lines), "%s: %s", lists[i].what,
			      told.lines.buf);
		told_release(&told);
	}
}
END_TEST

START_TEST(test_two_consoles_see_each_other)
{
	struct store_bed other = bed;
	struct told here = {0}, there = {0};
	struct err err;

	bed_append(bed.store, ENTRY_NOTE, "before", &err);
	bed_open(&other);
	store_follow(bed.store, 1, &told_ops, &here);
	store_follow(other.store, 0, &told_ops, &there);
	bed_until_ended(bed.store, &here);
	bed_until_ended(other.store, &there);
	ck_assert_str_eq(there.lines.buf, "1 note before\n");
	ck_assert_uint_eq(here.n, 0);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_ACK, "mine", &err), 2);
	ck_assert_int_eq(bed_append(other.store, ENTRY_NOTE, "theirs", &err), 3);
	bed_until_entries(bed.store, &here, 2);
	bed_until_entries(other.store, &there, 3);
	ck_assert_str_eq(here.lines.buf, "2 ack mine\n3 note theirs\n");
	ck_assert_str_eq(there.lines.buf, "1 note before\n2 ack mine\n3 note theirs\n");
	ck_assert_int_eq(here.ended, 1);
	told_release(&here);
	told_release(&there);
	bed_close(&other);
}
END_TEST

START_TEST(test_follows_what_is_long)
{
	struct told told = {0};
	int appended = 0;

	for (int i = 0; i < 1200; i++) {
		struct entry entry = bed_entry(ENTRY_NOTE, "one of many");

		store_append(bed.store, &entry, NULL, NULL);
	}
	store_follow(bed.store, 0, &told_ops, &told);
	bed_until_ended(bed.store, &told);
	ck_assert_uint_eq(told.n, 1200);
	while (appended < 1200 && told.seqs[appended] == appended + 1)
		appended++;
	ck_assert_int_eq(appended, 1200);
	told_release(&told);
}
END_TEST

/* One console in a process of its own; its exit code says whether it got the name. */
static void contend(int round)
{
	struct told told = {0};
	char name[32];

	bed_open(&bed);
	snprintf(name, sizeof(name), "undo:%d", round);
	store_claim(bed.store, name, &bed_operator, told_done, &told);
	bed_until_ended(bed.store, &told);
	_exit(told.err.code ? 9 : (int)told.seq);
}

START_TEST(test_one_of_all_gets_a_name)
{
	bed_close(&bed);
	for (int round = 0; round < 5; round++) {
		int winners = 0, status;
		pid_t pids[8];

		for (int i = 0; i < 8; i++)
			if (!(pids[i] = fork()))
				contend(round);
		for (int i = 0; i < 8; i++) {
			ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
			ck_assert(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
			winners += WEXITSTATUS(status);
		}
		ck_assert_int_eq(winners, 1);
	}
}
END_TEST

static void write_many(int n)
{
	struct err err;

	bed_open(&bed);
	for (int i = 0; i < n; i++)
		if (bed_append(bed.store, ENTRY_NOTE, "from many", &err) <= 0)
			_exit(1);
	bed_close(&bed);
	_exit(0);
}

START_TEST(test_many_processes_write_one_chain)
{
	pid_t pids[4];
	struct err err;
	int status;

	bed_remove(&bed);
	bed_make(&bed);
	for (int i = 0; i < 4; i++)
		if (!(pids[i] = fork()))
			write_many(50);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	bed_open(&bed);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), 200);
}
END_TEST

START_TEST(test_refuses_what_is_too_large)
{
	char *reason = malloc((1 << 20) + 1);
	struct err err;

	memset(reason, 'x', 1 << 20);
	reason[1 << 20] = '\0';
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, reason, &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "small", &err), 1);
	free(reason);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *cases = tcase_create("journal");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, test_comes_back_whole);
	tcase_add_test(cases, test_lists);
	tcase_add_test(cases, test_two_consoles_see_each_other);
	tcase_add_test(cases, test_follows_what_is_long);
	tcase_add_test(cases, test_one_of_all_gets_a_name);
	tcase_add_test(cases, test_many_processes_write_one_chain);
	tcase_add_test(cases, test_refuses_what_is_too_large);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
