#include "base/strbuf.h"
#include "base/suggest.h"
#include "parse/slurp.h"
#include "parse/yaml.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

/* A tree as one line: {key:value}, [items], texts as they are, "quoted" where they were. */
static void dump(const struct yaml *node, struct strbuf *out)
{
	static const char *const ends[] = {
		[YAML_SCALAR] = "", [YAML_LIST] = "[]", [YAML_MAP] = "{}"};
	size_t n = 0;

	if (node->key)
		strbuf_addf(out, "%s:", node->key);
	if (node->kind == YAML_SCALAR) {
		strbuf_addf(out, node->quoted ? "\"%s\"" : "%s", node->text);
		return;
	}
	strbuf_addch(out, ends[node->kind][0]);
	for (const struct yaml *item = node->child; item; item = item->next, n++) {
		if (n)
			strbuf_addch(out, ' ');
		dump(item, out);
	}
	strbuf_addch(out, ends[node->kind][1]);
	ck_assert_uint_eq(n, node->n);
}

static void expect(const char *text, size_t len, const struct yaml_limits *limits, const char *want)
{
	struct strbuf got = STRBUF_INIT;
	struct err err = {0};
	struct yaml_doc *doc = yaml_parse(text, len, limits, &err);

	if (doc)
		dump(yaml_root(doc), &got);
	else
		strbuf_addf(&got, "%d:%d: %s", err.line, err.column, err.msg);
	ck_assert_str_eq(got.buf, want);
	strbuf_release(&got);
	yaml_doc_free(doc);
}

static const struct {
	const char *text, *want;
} documents[] = {
	{"", "{}"},
	{"# nothing\n", "{}"},
	{"---\na: 1\n...\n", "{a:1}"},
	{"\xef\xbb\xbf"
	 "a: 1\n",
	 "{a:1}"},
	{"a: [1, 'b', \"c\"]\nd: {e: f}\n", "{a:[1 \"b\" \"c\"] d:{e:f}}"},
	{"a:\n  - b: 1\n    c: |\n      two\n      lines\n  -\n",
	 "{a:[{b:1 c:\"two\nlines\n\"} ]}"},
	{"a: \"\\e[31m\"\n", "{a:\"\x1b[31m\"}"},
	{"when: '.tagline == \"Welcome\"'\n", "{when:\".tagline == \"Welcome\"\"}"},
	{"a: \xc3\xa9 \xf0\x9f\x98\x80\n", "{a:\xc3\xa9 \xf0\x9f\x98\x80}"},
	{"a: no\nb: ~\nc:\n", "{a:no b:~ c:}"},
	{"a: &x 1\n", "1:4: anchors are not supported; put a text that begins with & in quotes"},
	{"a: &x [*x]\n", "1:4: anchors are not supported; put a text that begins with & in quotes"},
	{"a: *x\n", "1:4: aliases are not supported; put a text that begins with * in quotes"},
	{"state: !healthy\n",
	 "1:8: tags are not supported; put a text that begins with ! in quotes"},
	{"a: !!map {}\n", "1:4: tags are not supported; put a text that begins with ! in quotes"},
	{"a: !!seq []\n", "1:4: tags are not supported; put a text that begins with ! in quotes"},
	{"a: 1\nb: 2\na: 3\n", "3:1: key 'a' is given twice, first in line 1"},
	{"x: {b: 1}\ny: {b: 2, c: {b: 3}}\n", "{x:{b:1} y:{b:2 c:{b:3}}}"},
	{"x: {\"\\e\": 1, \"\\e\": 2}\n", "1:14: key '\\x1b' is given twice, first in line 1"},
	{"a: \"x\\0y\"\n", "1:4: a text may not have a NUL byte"},
	{"{[a]: 1}\n", "1:2: a key must be a plain text"},
	{"? {a: 1}\n: 2\n", "1:3: a key must be a plain text"},
	{"a: 1\n---\nb: 2\n", "2:1: a second document begins here"},
	{"a:\n\t- b\n", "2:1: a tab stands where YAML wants blanks"},
	{"\xc3\xa9:\n  b: 1\n \tc: 2\n", "3:2: a tab stands where YAML wants blanks"},
	{"a: [1, 2\n", "2:1: while parsing a flow sequence: did not find expected ',' or ']'"},
	{"a: b: c\n", "1:5: mapping values are not allowed in this context"},
	{"a: 1\nb: x\xff\xfe\n", "2:5: this is not UTF-8 text: invalid leading UTF-8 octet"},
	{"a: \x1b[31m\n", "1:4: this is not UTF-8 text: control characters are not allowed"},
};

START_TEST(test_document)
{
	expect(documents[_i].text, strlen(documents[_i].text), NULL, documents[_i].want);
}
END_TEST

START_TEST(test_raw_nul)
{
	expect("a: 1\0b: 2", 9, NULL,
	       "1:5: this is not UTF-8 text: control characters are not allowed");
}
END_TEST

/* Ten aliases to the list before, nine times: 430 bytes that stand for a billion values. */
START_TEST(test_alias_bomb)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++) {
		strbuf_addf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			strbuf_addf(&text, "*a%d%s", i - 1, j < 9 ? "," : "]\n");
	}
	expect(text.buf, text.len, NULL,
	       "1:5: anchors are not supported; put a text that begins with & in quotes");
	strbuf_release(&text);
}
END_TEST

START_TEST(test_limits)
{
	struct yaml_limits small = {.bytes = 20, .nodes = 4, .depth = 2};
	struct strbuf text = STRBUF_INIT;

	expect("a: [1, 2]\n", 10, &small, "{a:[1 2]}");
	expect("a: [1, 2, 3]\n", 13, &small, "1:11: too many values");
	expect("a: [[1]]\n", 9, &small, "1:5: nested too deeply");
	expect("a: 12345678901234567890\n", 24, &small, "0:0: is larger than 20 bytes");
	strbuf_addchars(&text, '[', 100000);
	expect(text.buf, text.len, NULL, "1:33: nested too deeply");
	strbuf_clear(&text);
	for (int i = 0; i < 40; i++)
		strbuf_addf(&text, "%*sa:\n", i, "");
	expect(text.buf, text.len, NULL, "33:33: nested too deeply");
	strbuf_release(&text);
}
END_TEST

/* Far more keys than a search of each against all others would bear. */
START_TEST(test_many_keys)
{
	struct strbuf text = STRBUF_INIT;
	struct yaml_doc *doc;
	struct err err = {0};

	for (int i = 0; i < 90000; i++)
		strbuf_addf(&text, "k%d: 1\n", i);
	doc = yaml_parse(text.buf, text.len, NULL, &err);
	ck_assert_msg(doc, "%s", err.msg);
	ck_assert_uint_eq(yaml_root(doc)->n, 90000);
	yaml_doc_free(doc);
	strbuf_addstr(&text, "k77: 1\n");
	ck_assert_ptr_null(yaml_parse(text.buf, text.len, NULL, &err));
	ck_assert_int_eq(err.line, 90001);
	strbuf_release(&text);
}
END_TEST

START_TEST(test_places)
{
	static const char text[] = "a:\n  bc: [d,\n    'e']\n";
	struct yaml_doc *doc = yaml_parse(text, strlen(text), NULL, NULL);
	const struct yaml *a = yaml_get(yaml_root(doc), "a"), *bc = yaml_get(a, "bc");

	ck_assert_int_eq(a->key_line, 1);
	ck_assert_int_eq(a->line, 2);
	ck_assert_int_eq(a->column, 3);
	ck_assert_int_eq(bc->key_line, 2);
	ck_assert_int_eq(bc->key_column, 3);
	ck_assert_int_eq(bc->column, 7);
	ck_assert_int_eq(bc->child->next->line, 3);
	ck_assert_int_eq(bc->child->next->column, 5);
	ck_assert_str_eq(yaml_text(yaml_root(doc), "a", "-"), "-");
	ck_assert_ptr_null(yaml_get(bc, "x"));
	ck_assert_ptr_null(yaml_get(NULL, "x"));
	yaml_doc_free(doc);
}
END_TEST

static int as_number(const struct yaml *node, double *ret_value, struct err *err)
{
	return yaml_number(node, ret_value, err);
}

static int as_bool(const struct yaml *node, double *ret_value, struct err *err)
{
	bool yes = false;
	int rc = yaml_bool(node, &yes, err);

	*ret_value = yes;
	return rc;
}

static int as_duration(const struct yaml *node, double *ret_value, struct err *err)
{
	long long ms = 0;
	int rc = yaml_duration(node, &ms, err);

	*ret_value = (double)ms;
	return rc;
}

static const struct {
	int (*read)(const struct yaml *node, double *ret_value, struct err *err);
	const char *text;
	double want;
	const char *error;
} values[] = {
	{as_number, "1.5e3", 1500, NULL},
	{as_number, "-2", -2, NULL},
	{as_number, "'2'", 0, "expected a number, found '2' in quotes"},
	{as_number, "2x", 0, "expected a number, found '2x'"},
	{as_number, "NaN", 0, "expected a number, found 'NaN'"},
	{as_number, "1e999", 0, "expected a number, found '1e999'"},
	{as_number, "", 0, "expected a number, found nothing"},
	{as_number, "[1]", 0, "expected a number, found a list"},
	{as_number, "\"\\e[2J\"", 0, "expected a number, found '\\x1b[2J' in quotes"},
	{as_bool, "true", 1, NULL},
	{as_bool, "yes", 1, NULL},
	{as_bool, "on", 1, NULL},
	{as_bool, "no", 0, NULL},
	{as_bool, "off", 0, NULL},
	{as_bool, "1", 0, "expected true or false, found '1'"},
	{as_bool, "'true'", 0, "expected true or false, found 'true' in quotes"},
	{as_duration, "250ms", 250, NULL},
	{as_duration, "30s", 30e3, NULL},
	{as_duration, "1.5m", 90e3, NULL},
	{as_duration, "1h30m", 5400e3, NULL},
	{as_duration, "2d", 172800e3, NULL},
	{as_duration, "'5s'", 5e3, NULL},
	{as_duration, "5", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found '5'"},
	{as_duration, "-5s", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found '-5s'"},
	{as_duration, "5 s", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found '5 s'"},
	{as_duration, "5w", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found '5w'"},
	{as_duration, "9e9d", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found '9e9d'"},
	{as_duration, "", 0, "expected a duration as 250ms, 30s, 5m, 1h or 2d, found nothing"},
};

START_TEST(test_value)
{
	char text[80];
	struct yaml_doc *doc;
	struct err err = {0};
	double got = -1;
	int rc;

	snprintf(text, sizeof(text), "v: %s\n", values[_i].text);
	doc = yaml_parse(text, strlen(text), NULL, &err);
	ck_assert_msg(doc, "%s", err.msg);
	rc = values[_i].read(yaml_root(doc)->child, &got, &err);
	ck_assert_str_eq(rc ? err.msg : "", values[_i].error ? values[_i].error : "");
	if (!rc)
		ck_assert_double_eq(got, values[_i].want);
	else
		ck_assert_int_eq(err.line, 1);
	yaml_doc_free(doc);
}
END_TEST

static const char *const guards[] = {"ro", "ask", "rw", NULL};
static const struct yaml_field item_fields[] = {
	{.key = "name", .type = YT_TEXT, .required = true},
	{.key = "guard", .type = YT_ENUM, .words = guards},
	{.key = "every", .type = YT_DURATION},
	{0},
};
static const struct yaml_field root_fields[] = {
	{.key = "project", .type = YT_TEXT},
	{.key = "targets", .type = YT_LIST, .fields = item_fields},
	{.key = "named", .type = YT_NAMED, .fields = item_fields},
	{.key = "labels", .type = YT_NAMED},
	{.key = "words", .type = YT_LIST},
	{.key = "one", .type = YT_MAP, .fields = item_fields},
	{.key = "free", .type = YT_ANY},
	{.key = "loose", .type = YT_MAP},
	{.key = "bell", .type = YT_BOOL},
	{.key = "limit", .type = YT_NUMBER},
	{0},
};

static const struct {
	const char *text, *want; /* faults, one a line */
} schemas[] = {
	{"project: x\ntargets: [{name: a, guard: rw, every: 5s}]\nbell: yes\nlimit: 3\n", ""},
	{"named: {x: {name: a}}\nlabels: {a: b}\nwords: [a]\none: {name: z}\n", ""},
	{"free: [{}, {a: []}]\nloose: {a: 1}\n", ""},
	{"tagets: []\n", "1:1: unknown key 'tagets', did you mean 'targets'?\n"},
	{"colour: red\n", "1:1: unknown key 'colour'\n"},
	{"targets: [{nmae: a}]\n",
	 "1:12: unknown key 'nmae', did you mean 'name'?\n1:11: 'name' is missing here\n"},
	{"targets:\n  - a\n  - name: x\n    guard: asc\n",
	 "2:5: expected a map, found 'a'\n4:12: unknown word 'asc', did you mean 'ask'?\n"},
	{"one: {name: x, guard: never}\n", "1:23: expected ro, ask or rw, found 'never'\n"},
	{"one: {name: x, guard: [ro]}\n", "1:23: expected ro, ask or rw, found a list\n"},
	{"named: {x: {}}\n", "1:12: 'name' is missing here\n"},
	{"project:\n", "1:9: expected a value, found nothing\n"},
	{"project: [a]\n", "1:10: expected a text, found a list\n"},
	{"targets: {}\n", "1:10: expected a list, found a map\n"},
	{"targets:\n", "1:9: expected a list, found nothing\n"},
	{"labels: {a: [b]}\nwords: [a, ~]\n",
	 "1:13: expected a text, found a list\n2:12: expected a text, found nothing\n"},
	{"- a\n", "1:1: expected a map, found a list\n"},
	{"bell: 1\nlimit: x\none: {name: a, every: 5}\n",
	 "1:7: expected true or false, found '1'\n2:8: expected a number, found 'x'\n"
	 "3:23: expected a duration as 250ms, 30s, 5m, 1h or 2d, found '5'\n"},
	{"\"\\e]0;x\\a\": 1\n", "1:1: unknown key '\\x1b]0;x\\x07'\n"},
};

static void collect(void *ctx, const struct err *err)
{
	strbuf_addf(ctx, "%d:%d: %s\n", err->line, err->column, err->msg);
}

START_TEST(test_schema)
{
	struct strbuf got = STRBUF_INIT;
	struct yaml_doc *doc = yaml_parse(schemas[_i].text, strlen(schemas[_i].text), NULL, NULL);
	size_t n;

	ck_assert_ptr_nonnull(doc);
	n = yaml_check(yaml_root(doc), root_fields, collect, &got);
	ck_assert_str_eq(got.buf, schemas[_i].want);
	ck_assert_uint_eq(n, yaml_check(yaml_root(doc), root_fields, NULL, NULL));
	ck_assert_int_eq(n == 0, *schemas[_i].want == '\0');
	strbuf_release(&got);
	yaml_doc_free(doc);
}
END_TEST

START_TEST(test_file)
{
	char path[] = "yaml-test-XXXXXX";
	int fd = mkstemp(path);
	struct yaml_limits small = {.bytes = 4};
	struct yaml_doc *doc;
	struct err err = {0};

	ck_assert_int_eq(write(fd, "a: 1\n", 5), 5);
	close(fd);
	doc = yaml_read(path, NULL, &err);
	ck_assert_msg(doc, "%s", err.msg);
	ck_assert_str_eq(yaml_text(yaml_root(doc), "a", ""), "1");
	yaml_doc_free(doc);
	ck_assert_ptr_null(yaml_read(path, &small, &err));
	ck_assert_str_eq(err.msg, "is larger than 4 bytes");
	unlink(path);
	ck_assert_ptr_null(yaml_read(path, NULL, &err));
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_ptr_null(yaml_read(".", NULL, &err));
	ck_assert_str_eq(err.msg, "is not a file");
	ck_assert_ptr_null(yaml_read("/dev/zero", NULL, &err));
	ck_assert_str_eq(err.msg, "is not a file");
}
END_TEST

static const struct {
	const char *a, *b;
	int distance;
} distances[] = {
	{"", "", 0},
	{"abc", "", 3},
	{"", "abc", 3},
	{"abc", "abc", 0},
	{"tagets", "targets", 1},
	{"nmae", "name", 1},
	{"kitten", "sitting", 3},
	{"ca", "abc", 3},
};

START_TEST(test_distance)
{
	ck_assert_int_eq(suggest_distance(distances[_i].a, distances[_i].b),
			 distances[_i].distance);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parse/yaml");
	TCase *tc = tcase_create("yaml");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, test_document, 0, COUNT(documents));
	tcase_add_test(tc, test_raw_nul);
	tcase_add_test(tc, test_alias_bomb);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_many_keys);
	tcase_add_test(tc, test_places);
	tcase_add_loop_test(tc, test_value, 0, COUNT(values));
	tcase_add_loop_test(tc, test_schema, 0, COUNT(schemas));
	tcase_add_test(tc, test_file);
	tcase_add_loop_test(tc, test_distance, 0, COUNT(distances));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
