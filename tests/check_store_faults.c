/* What goes wrong under the journal: no room, no right, no disk that answers, and kill -9. */
#include "slow_disk.h"
#include "store_bed.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534
#define RUNS   200

static struct store_bed bed;
static int logged;

/* In the place of the C library's: what would have gone to the system's log. */
void syslog(int priority, const char *format, ...)
{
	va_list args;

	ck_assert_int_eq(priority, LOG_USER | LOG_NOTICE);
	va_start(args, format);
	ck_assert(!strncmp(format, "hypercare journal: ", 19));
	va_end(args);
	logged++;
}

static void set_up(void)
{
	bed_make(&bed);
}

static void tear_down(void)
{
	bed_remove(&bed);
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

static void write_file(const char *path, const char *text, const char *mode)
{
	FILE *file = fopen(path, mode);

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_lt(fread(text, 1, 65535, file), 65535);
	fclose(file);
	return text;
}

/* Three entries while no journal can be at the path. */
static void fall_back_thrice(void)
{
	static const char *const reasons[] = {"first", "second", "third"};
	struct err err;

	ck_assert_int_eq(mkdir(bed.path, 0700), 0);
	bed_open(&bed);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(bed_append(bed.store, ENTRY_INTENT, reasons[i], &err), 0);
	ck_assert_ptr_nonnull(strstr(store_trouble(bed.store), "entries go to"));
	ck_assert_int_eq(logged, 3);
	ck_assert_int_eq(rmdir(bed.path), 0);
}

static void expect_lines(const char *lines)
{
	struct entry_filter all = {0};
	struct told told;
	struct err err;

	bed_list(bed.store, &all, &told);
	ck_assert_str_eq(told.lines.buf, lines);
	told_release(&told);
	bed_verify(bed.store, NULL, &err);
	ck_assert_msg(!err.code, "%s", err.msg);
}

static const char three[] = "1 intent first\n2 intent second\n3 intent third\n";

START_TEST(test_imported_in_order)
{
	struct entry_filter said = {.text = "\"imported_from\":\""};
	struct told told;

	fall_back_thrice();
	bed_close(&bed);
	bed_open(&bed);
	expect_lines(three);
	ck_assert_str_eq(store_trouble(bed.store), "");
	ck_assert_int_eq(size_of(bed.fallback), 0);
	bed_list(bed.store, &said, &told);
	ck_assert_uint_eq(told.n, 3);
	told_release(&told);
}
END_TEST

/* The same console goes on when the journal can be written again; what waited comes first. */
START_TEST(test_goes_on_by_itself)
{
	struct err err;

	fall_back_thrice();
	ck_assert_int_eq(bed_append(bed.store, ENTRY_OUTCOME, "fourth", &err), 4);
	ck_assert_str_eq(store_trouble(bed.store), "");
	expect_lines("1 intent first\n2 intent second\n3 intent third\n4 outcome fourth\n");
}
END_TEST

/* A crash after the commit leaves the lines: they are known. */
START_TEST(test_imported_once)
{
	char *lines;

	fall_back_thrice();
	bed_close(&bed);
	lines = read_file(bed.fallback);
	bed_open(&bed);
	expect_lines(three);
	bed_close(&bed);
	write_file(bed.fallback, lines, "w");
	bed_open(&bed);
	expect_lines(three);
	ck_assert_int_eq(size_of(bed.fallback), 0);
	free(lines);
}
END_TEST

/* A line that a crash has cut does not take the next with it, and is not lost silently. */
START_TEST(test_cut_line)
{
	struct err err;

	write_file(bed.fallback, "{\"n\":1,\"entry\":{\"about\":\"\x1b[31m", "w");
	ck_assert_int_eq(mkdir(bed.path, 0700), 0);
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "after", &err), 0);
	ck_assert_int_eq(rmdir(bed.path), 0);
	bed_close(&bed);
	bed_open(&bed);
	expect_lines("1 note a line of the fallback file that cannot be read\n2 note after\n");
}
END_TEST

START_TEST(test_nowhere_to_write)
{
	struct err err;

	ck_assert_int_eq(mkdir(bed.path, 0700), 0);
	ck_assert_int_eq(mkdir(bed.fallback, 0700), 0);
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_INTENT, "lost", &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	ck_assert_str_ne(store_trouble(bed.store), "");
	rmdir(bed.path);
	rmdir(bed.fallback);
}
END_TEST

static int append_until_full(int most)
{
	char reason[2001];
	struct err err;
	int n = 0;

	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	while (n < most) {
		int64_t seq = bed_append(bed.store, ENTRY_NOTE, reason, &err);

		ck_assert_int_ge(seq, 0);
		if (!seq)
			break;
		n++;
	}
	return n;
}

/* A full disk is no end: nothing that was acknowledged is lost, and it goes on when there is room.
 */
START_TEST(test_full_disk)
{
	struct rlimit limit;
	struct err err;
	int n;

	getrlimit(RLIMIT_FSIZE, &limit);
	bed_open(&bed);
	limit.rlim_cur = 200000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	n = append_until_full(1000);
	ck_assert_int_gt(n, 10);
	ck_assert_int_lt(n, 1000);
	ck_assert_int_gt(size_of(bed.fallback), 2000);
	ck_assert_str_ne(store_trouble(bed.store), "");
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "room again", &err), n + 2);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), n + 2);
	ck_assert_str_eq(store_trouble(bed.store), "");
	ck_assert_int_eq(size_of(bed.fallback), 0);
}
END_TEST

static bool become_nobody(void)
{
	if (geteuid())
		return true;
	return !chown(bed.folder, NOBODY, NOBODY) && !setgroups(0, NULL) &&
	       !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY);
}

/* A folder that cannot be written: what is there can be read, what is new goes elsewhere. */
START_TEST(test_read_only_folder)
{
	struct store_options looking = {.path = bed.path, .read_only = true};
	char elsewhere[64] = "/tmp/check-store-XXXXXX";
	struct entry_filter all = {0};
	struct told told;
	struct err err;

	ck_assert(become_nobody());
	ck_assert_ptr_nonnull(mkdtemp(elsewhere));
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "before", &err), 1);
	bed_close(&bed);
	ck_assert_int_eq(chmod(bed.path, 0400) | chmod(bed.folder, 0500), 0);
	snprintf(bed.fallback, sizeof(bed.fallback), "%s/fallback", elsewhere);
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "elsewhere", &err), 0);
	bed_close(&bed);
	bed.store = store_new(&looking, &err);
	bed_list(bed.store, &all, &told);
	ck_assert_str_eq(told.lines.buf, "1 note before\n");
	told_release(&told);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "not at all", &err), -1);
	unlink(bed.fallback);
	rmdir(elsewhere);
	ck_assert_int_eq(chmod(bed.folder, 0700), 0);
}
END_TEST

static const struct {
	const char *what, *sql; /* run on a file that is no journal of ours, or not any more */
	const char *says;
} strangers[] = {
	{"another application's", "CREATE TABLE t(a); PRAGMA application_id=7", "is not a journal"},
	{"a newer schema", "PRAGMA application_id=1213809490; PRAGMA user_version=99", "newer"},
};

START_TEST(test_strangers)
{
	struct err err;

	bed_sql(bed.path, strangers[_i].sql);
	bed_open(&bed);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), -1);
	ck_assert_msg(strstr(err.msg, strangers[_i].says) != NULL, "%s: %s", strangers[_i].what,
		      err.msg);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "kept elsewhere", &err), 0);
}
END_TEST

START_TEST(test_no_database)
{
	struct err err;

	write_file(bed.path,
		   "this is a text, and a longer one than any header of SQLite would be, so "
		   "that it cannot be taken for an empty file",
		   "w");
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "kept elsewhere", &err), 0);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), -1);
}
END_TEST

START_TEST(test_link_is_not_followed)
{
	char other[128];
	struct err err;

	snprintf(other, sizeof(other), "%s/other.db", bed.folder);
	ck_assert_int_eq(symlink(other, bed.path), 0);
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "not there", &err), 0);
	ck_assert_int_eq(size_of(other), -1);
}
END_TEST

/* Nothing that is called on the loop waits while the disk does. */
START_TEST(test_disk_stalls)
{
	struct told told[20] = {{0}};
	struct err err;
	int ended = 0;

	slow_disk_install();
	bed_open(&bed);
	ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "before", &err), 1);
	slow_disk_hold();
	for (int i = 0; i < 20; i++) {
		struct entry entry = bed_entry(ENTRY_INTENT, "meanwhile");

		store_append(bed.store, &entry, told_done, &told[i]);
		if (!i)
			slow_disk_until_held();
		store_turn(bed.store);
		ck_assert_int_eq(told[i].ended, 0);
		ck_assert_str_eq(store_trouble(bed.store), "");
	}
	slow_disk_release();
	for (int i = 0; i < 20; i++) {
		bed_until_ended(bed.store, &told[i]);
		ended += told[i].seq == i + 2;
	}
	ck_assert_int_eq(ended, 20);
}
END_TEST

/* Says each entry on the pipe once it is on disk, until it is killed. */
static void write_for_ever(int run, int pipe_fd)
{
	char reason[32];
	struct err err;

	bed_open(&bed);
	for (int i = 0;; i++) {
		int64_t seq;

		snprintf(reason, sizeof(reason), "run %d.%d", run, i);
		seq = bed_append(bed.store, ENTRY_INTENT, reason, &err);
		if (seq <= 0 || write(pipe_fd, &seq, sizeof(seq)) != sizeof(seq))
			_exit(1);
	}
}

/* Lets it acknowledge some and a little more, kills it; returns the last one acknowledged. */
static int64_t kill_one(int run, uint32_t *state)
{
	struct timespec more = {0, (long)(*state % 3000000)};
	int ends[2], most = (int)(*state >> 8) % 6;
	int64_t seq, last = 0;
	pid_t pid;

	*state = *state * 1664525 + 1013904223;
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		write_for_ever(run, ends[1]);
	}
	close(ends[1]);
	for (int i = 0; i < most && read(ends[0], &seq, sizeof(seq)) == sizeof(seq); i++)
		last = seq;
	nanosleep(&more, NULL);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq))
		last = seq;
	close(ends[0]);
	return last;
}

START_TEST(test_killed)
{
	uint32_t state = 7;
	int64_t acknowledged = 0;

	for (int run = 0; run < RUNS; run++) {
		int64_t last = kill_one(run, &state), found;
		struct err err;

		acknowledged = last ? last : acknowledged;
		bed_open(&bed);
		found = bed_verify(bed.store, NULL, &err);
		ck_assert_msg(found >= acknowledged, "run %d: %" PRId64 " of %" PRId64 ": %s", run,
			      found, acknowledged, err.msg);
		acknowledged = found;
		bed_close(&bed);
	}
	ck_assert_int_gt(acknowledged, RUNS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store faults");
	TCase *cases = tcase_create("faults");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 300);
	tcase_add_test(cases, test_imported_in_order);
	tcase_add_test(cases, test_goes_on_by_itself);
	tcase_add_test(cases, test_imported_once);
	tcase_add_test(cases, test_cut_line);
	tcase_add_test(cases, test_nowhere_to_write);
	tcase_add_test(cases, test_full_disk);
	tcase_add_test(cases, test_read_only_folder);
	tcase_add_loop_test(cases, test_strangers, 0,
			    (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_test(cases, test_no_database);
	tcase_add_test(cases, test_link_is_not_followed);
	tcase_add_test(cases, test_disk_stalls);
	tcase_add_test(cases, test_killed);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
