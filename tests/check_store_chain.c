/* The chain of the journal: canonical JSON, hashes, and that every way of tampering is found. */
#include "store_bed.h"

#include "base/sha256.h"
#include "store/canonical.h"
#include "store/entry.h"

#include <check.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))
#define ENTRIES      6

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

/* FIPS 180-4's examples, as NIST publishes them. */
START_TEST(test_sha256)
{
	char hex[SHA256_HEX];

	sha256_hex("abc", 3, hex);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_hex("", 0, hex);
	ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* Values by their bits, as in appendix B of RFC 8785. */
static const struct {
	uint64_t bits;
	const char *text;
} numbers[] = {
	{0x0000000000000000, "0"},
	{0x8000000000000000, "0"},
	{0x0000000000000001, "5e-324"},
	{0x8000000000000001, "-5e-324"},
	{0x7fefffffffffffff, "1.7976931348623157e+308"},
	{0xffefffffffffffff, "-1.7976931348623157e+308"},
	{0x4340000000000000, "9007199254740992"},
	{0xc340000000000000, "-9007199254740992"},
	{0x4430000000000000, "295147905179352830000"},
	{0x44b52d02c7e14af5, "9.999999999999997e+22"},
	{0x44b52d02c7e14af6, "1e+23"},
	{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
	{0x444b1ae4d6e2ef4e, "999999999999999700000"},
	{0x444b1ae4d6e2ef4f, "999999999999999900000"},
	{0x444b1ae4d6e2ef50, "1e+21"},
	{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
	{0x3eb0c6f7a0b5ed8d, "0.000001"},
	{0x41b3de4355555553, "333333333.3333332"},
	{0x41b3de4355555554, "333333333.33333325"},
	{0x41b3de4355555555, "333333333.3333333"},
	{0x41b3de4355555556, "333333333.3333334"},
	{0x41b3de4355555557, "333333333.33333343"},
	{0xbecbf647612f3696, "-0.0000033333333333333333"},
	{0x43143ff3c1cb0959, "1424953923781206.2"},
};

START_TEST(test_number)
{
	struct strbuf out = STRBUF_INIT;
	double value;

	memcpy(&value, &numbers[_i].bits, sizeof(value));
	canonical_add_number(&out, value);
	ck_assert_str_eq(out.buf, numbers[_i].text);
	strbuf_release(&out);
}
END_TEST

static const struct {
	const char *json, *canonical; /* NULL: none */
} objects[] = {
	{"{}", "{}"},
	{" { \"b\" : [ ] , \"a\":{} } ", "{\"a\":{},\"b\":[]}"},
	/* by UTF-16 code units: section 3.2.3 */
	{"{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
	 "\"\\u00f6\":7}",
	 "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
	 "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}"},
	/* section 3.2.2 */
	{"{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
	 "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
	 "\"literals\":[null,true,false]}",
	 "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	 "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"},
	{"[]", NULL},
	{"{\"a\":1,\"a\":2}", NULL},
	{"{\"a\":1e999}", NULL},
	{"{", NULL},
	{"", NULL},
};

START_TEST(test_object)
{
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	bool is_object = canonical_add_object(&out, objects[_i].json);

	ck_assert_int_eq(is_object, objects[_i].canonical != NULL);
	ck_assert_str_eq(out.buf, is_object ? objects[_i].canonical : "");
	if (is_object) {
		ck_assert(canonical_add_object(&again, out.buf));
		ck_assert_str_eq(again.buf, out.buf);
	}
	strbuf_release(&out);
	strbuf_release(&again);
}
END_TEST

START_TEST(test_entry_survives_json)
{
	struct entry entry = bed_entry(ENTRY_OUTCOME, "a \"b\" \n \xe2\x82\xac");
	struct entry *prepared = entry_prepare(&entry), *back;
	struct strbuf json = STRBUF_INIT, again = STRBUF_INIT;

	entry_canonical(prepared, &json);
	back = entry_from_json(json.buf);
	ck_assert_ptr_nonnull(back);
	entry_canonical(back, &again);
	ck_assert_str_eq(again.buf, json.buf);
	ck_assert_ptr_null(entry_from_json("{\"kind\":\"note\"}"));
	ck_assert_ptr_null(entry_from_json("[1]"));
	strbuf_release(&json);
	strbuf_release(&again);
	free(prepared);
	free(back);
}
END_TEST

static void keep_last(void *ctx, const struct entry *entry)
{
	snprintf(ctx, 128, "%" PRId64 ":%s", entry->seq, entry->chain);
}

static void nothing(void *ctx, int64_t seq, const struct err *err)
{
	(void)ctx, (void)seq;
	ck_assert_ptr_null(err);
}

static void fill(char anchor[128])
{
	static const struct entry_filter last = {.newest_first = true, .limit = 1};
	static const struct entry_ops ops = {keep_last, nothing};
	struct err err;

	for (int i = 0; i < ENTRIES; i++)
		ck_assert_int_eq(bed_append(bed.store, ENTRY_NOTE, "one of six", &err), i + 1);
	*anchor = '\0';
	store_list(bed.store, &last, &ops, anchor);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), ENTRIES);
	ck_assert_int_eq(bed_verify(bed.store, anchor, &err), ENTRIES);
}

#define OPEN_UP \
	"DROP TRIGGER entry_kept; DROP TRIGGER entry_stays; PRAGMA ignore_check_constraints=1;"

static const struct {
	const char *what, *sql;
	int line;     /* the entry that is named; 0: cannot be told without the anchor */
	int anchored; /* the same with the anchor of the sixth */
} tamperings[] = {
	{"a reason", "UPDATE entry SET reason='x' WHERE seq=3", 3, 3},
	{"a time", "UPDATE entry SET wall_ms=wall_ms+1 WHERE seq=1", 1, 1},
	{"a kind", "UPDATE entry SET kind='ack' WHERE seq=6", 6, 6},
	{"no kind of ours", "UPDATE entry SET kind='x' WHERE seq=2", 2, 2},
	{"a uid", "UPDATE entry SET uid=0 WHERE seq=4", 4, 4},
	{"a detail", "UPDATE entry SET detail='{}' WHERE seq=4", 4, 4},
	{"the same detail spelled otherwise",
	 "UPDATE entry SET detail=replace(detail,':',' : ') WHERE seq=4", 4, 4},
	{"bytes after a NUL", "UPDATE entry SET reason=reason || char(0) || 'x' WHERE seq=2", 2, 2},
	{"a hash", "UPDATE entry SET chain='00' WHERE seq=5", 5, 5},
	{"one taken out", "DELETE FROM entry WHERE seq=4", 4, 4},
	{"the first taken out", "DELETE FROM entry WHERE seq=1", 1, 1},
	{"one taken out, the rest moved up",
	 "DELETE FROM entry WHERE seq=4; UPDATE entry SET seq=4 WHERE seq=5;"
	 "UPDATE entry SET seq=5 WHERE seq=6",
	 4, 4},
	{"two exchanged",
	 "UPDATE entry SET seq=99 WHERE seq=2; UPDATE entry SET seq=2 WHERE seq=3;"
	 "UPDATE entry SET seq=3 WHERE seq=99",
	 2, 2},
	{"a forged one at the end",
	 "INSERT INTO entry SELECT 7,wall_ms,kind,uid,login,sudo_user,ssh_client,claimed,host,"
	 "console,plan,target,action,about,reason,state,hash,detail,chain FROM entry WHERE seq=6",
	 7, 7},
	{"one before the first",
	 "INSERT INTO entry SELECT 0,wall_ms,kind,uid,login,sudo_user,ssh_client,claimed,host,"
	 "console,plan,target,action,about,reason,state,hash,detail,chain FROM entry WHERE seq=1",
	 1, 1},
	{"the end cut off", "DELETE FROM entry WHERE seq>4", 0, 5},
	{"all of it", "DELETE FROM entry", 0, 1},
};

START_TEST(test_tampering)
{
	char anchor[128], sql[1024];
	struct err err;

	fill(anchor);
	snprintf(sql, sizeof(sql), OPEN_UP "%s", tamperings[_i].sql);
	bed_sql(bed.path, sql);
	bed_verify(bed.store, NULL, &err);
	ck_assert_msg(err.line == tamperings[_i].line, "%s: %s", tamperings[_i].what, err.msg);
	ck_assert_int_eq(err.code, tamperings[_i].line ? ERR_INVALID : ERR_OK);
	bed_verify(bed.store, anchor, &err);
	ck_assert_msg(err.line == tamperings[_i].anchored, "%s: %s", tamperings[_i].what, err.msg);
}
END_TEST

/* Who rewrites everything after his change makes a chain that holds: the anchor tells. */
START_TEST(test_forged_anew)
{
	char anchor[128], other[128];
	struct err err;

	fill(anchor);
	bed_remove(&bed);
	set_up();
	for (int i = 0; i < ENTRIES; i++)
		bed_append(bed.store, ENTRY_NOTE, i == 2 ? "forged" : "one of six", &err);
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), ENTRIES);
	bed_verify(bed.store, anchor, &err);
	ck_assert_int_eq(err.line, ENTRIES);
	snprintf(other, sizeof(other), "2:%s", strchr(anchor, ':') + 1);
	bed_verify(bed.store, other, &err);
	ck_assert_int_eq(err.line, 2);
}
END_TEST

START_TEST(test_bad_anchors)
{
	static const char *const anchors[] = {"x", "3", "3:", "0:00", "3:zz", ":", "-1:aa"};
	char anchor[128];
	struct err err;

	fill(anchor);
	for (size_t i = 0; i < COUNT(anchors); i++) {
		bed_verify(bed.store, anchors[i], &err);
		ck_assert_int_eq(err.code, ERR_INVALID);
		ck_assert_int_eq(err.line, 0);
	}
}
END_TEST

/* More than one portion of the verifier's reads. */
START_TEST(test_long_chain)
{
	struct err err;

	for (int i = 0; i < 2500; i++) {
		struct entry entry = bed_entry(ENTRY_NOTE, "long");

		store_append(bed.store, &entry, NULL, NULL);
	}
	ck_assert_int_eq(bed_verify(bed.store, NULL, &err), 2500);
	bed_sql(bed.path, OPEN_UP "UPDATE entry SET state='x' WHERE seq=2001");
	bed_verify(bed.store, NULL, &err);
	ck_assert_int_eq(err.line, 2001);
}
END_TEST

START_TEST(test_only_added_to)
{
	static const char *const changes[] = {"UPDATE entry SET reason='x'", "DELETE FROM entry",
					      "UPDATE claim SET login='x'", "DELETE FROM claim"};
	struct told told = {0};
	struct err err;
	sqlite3 *handle;

	bed_append(bed.store, ENTRY_NOTE, "stays", &err);
	store_claim(bed.store, "a", &bed_operator, told_done, &told);
	bed_until_ended(bed.store, &told);
	ck_assert_int_eq(sqlite3_open(bed.path, &handle), SQLITE_OK);
	for (size_t i = 0; i < COUNT(changes); i++)
		ck_assert_int_eq(sqlite3_exec(handle, changes[i], NULL, NULL, NULL),
				 SQLITE_CONSTRAINT);
	sqlite3_close(handle);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("chain");
	TCase *cases = tcase_create("chain");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, test_sha256);
	tcase_add_loop_test(cases, test_number, 0, (int)COUNT(numbers));
	tcase_add_loop_test(cases, test_object, 0, (int)COUNT(objects));
	tcase_add_test(cases, test_entry_survives_json);
	tcase_add_loop_test(cases, test_tampering, 0, (int)COUNT(tamperings));
	tcase_add_test(cases, test_forged_anew);
	tcase_add_test(cases, test_bad_anchors);
	tcase_add_test(cases, test_long_chain);
	tcase_add_test(cases, test_only_added_to);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
