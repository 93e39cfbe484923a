#include "base/address.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "check_base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

START_TEST(test_strbuf)
{
	struct strbuf sb = STRBUF_INIT;
	char *detached;

	ck_assert_str_eq(sb.buf, "");
	strbuf_clear(&sb);
	strbuf_add(&sb, NULL, 0);
	ck_assert_str_eq(sb.buf, "");
	strbuf_addstr(&sb, "abc");
	strbuf_addch(&sb, 'd');
	strbuf_addchars(&sb, '-', 3);
	strbuf_addf(&sb, "%s=%d", "x", 42);
	strbuf_add(&sb, "\0z", 2);
	ck_assert_uint_eq(sb.len, 13);
	ck_assert_mem_eq(sb.buf, "abcd---x=42\0z", 14);
	strbuf_consume(&sb, 4);
	ck_assert_str_eq(sb.buf, "---x=42");
	strbuf_consume(&sb, 0);
	strbuf_truncate(&sb, 3);
	ck_assert_str_eq(sb.buf, "---");
	strbuf_grow(&sb, 5000);
	ck_assert_uint_gt(sb.cap, 5003);
	detached = strbuf_detach(&sb);
	ck_assert_str_eq(detached, "---");
	ck_assert_uint_eq(sb.len, 0);
	free(detached);
	detached = strbuf_detach(&sb);
	ck_assert_str_eq(detached, "");
	free(detached);
	strbuf_release(&sb);
	strbuf_release(&sb);
}
END_TEST

START_TEST(test_strbuf_grows)
{
	struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < 20000; i++)
		strbuf_addf(&sb, "%d,", i % 10);
	ck_assert_uint_eq(sb.len, 40000);
	ck_assert_uint_eq(strlen(sb.buf), 40000);
	ck_assert_str_eq(sb.buf + 39990, "5,6,7,8,9,");
	strbuf_release(&sb);
}
END_TEST

START_TEST(test_err)
{
	struct err err = {0};
	char where[64];

	ck_assert_int_eq(err_set(&err, ERR_LIMIT, "%d bytes", 7), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	ck_assert_str_eq(err_where(&err, "f", where, sizeof(where)), "f: 7 bytes");
	ck_assert_int_eq(err_at(&err, ERR_INVALID, 3, 0, "no %s", "colon"), -1);
	ck_assert_str_eq(err_where(&err, "f", where, sizeof(where)), "f:3: no colon");
	err_at(&err, ERR_INVALID, 3, 14, "no colon");
	ck_assert_int_eq(err_prefix(&err, "target %s", "edge"), -1);
	ck_assert_str_eq(err_where(&err, "f", where, sizeof(where)),
			 "f:3:14: target edge: no colon");
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_int_eq(err_set(NULL, ERR_IO, "nobody asks"), -1);
	ck_assert_int_eq(err_prefix(NULL, "nobody"), -1);
	err_set(&err, ERR_IO, "%400s", "x");
	ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
	err_prefix(&err, "%400s", "y");
	ck_assert_uint_lt(strlen(err.msg), sizeof(err.msg));
}
END_TEST

START_TEST(test_log)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(stream);
	log_debug("nobody listens");
	log_to(stream);
	log_debug("scrape %d of %s", 3, "ed\x1b[31mge\n");
	log_debug("%s", "");
	log_to(NULL);
	log_debug("nobody listens");
	fclose(stream);
	ck_assert_str_eq(text, "scrape 3 of ed\\x1b[31mge\\x0a\n\n");
	free(text);
}
END_TEST

START_TEST(test_log_long)
{
	char *text = NULL, *longer = malloc(100001);
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(stream);
	ck_assert_ptr_nonnull(longer);
	memset(longer, 'a', 100000);
	longer[100000] = '\0';
	log_to(stream);
	log_debug("%s", longer);
	log_to(NULL);
	fclose(stream);
	ck_assert_uint_lt(len, 2048);
	ck_assert_int_eq(text[len - 1], '\n');
	ck_assert_int_eq(text[len - 2], 'a');
	free(text);
	free(longer);
}
END_TEST

START_TEST(test_clock_format)
{
	char buf[24];

	ck_assert_int_eq(setenv("TZ", "IST-5:30", 1), 0);
	tzset();
	ck_assert_ptr_eq(clock_format(buf, sizeof(buf), "%H:%M:%S", 1700000000999, true), buf);
	ck_assert_str_eq(buf, "22:13:20");
	clock_format(buf, sizeof(buf), "%H:%M:%S %Z", 1700000000000, false);
	ck_assert_str_eq(buf, "03:43:20 IST");
	clock_format(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", 951782400000, true);
	ck_assert_str_eq(buf, "2000-02-29T00:00:00Z");
	clock_format(buf, sizeof(buf), "%Y-%m-%d, more than fits", 0, true);
	ck_assert_str_eq(buf, "");
}
END_TEST

START_TEST(test_clock)
{
	struct clock first = clock_read(), second = clock_read();

	ck_assert_int_ge(second.mono_ms, first.mono_ms);
	ck_assert_int_gt(first.wall_ms, INT64_C(1600000000000));
}
END_TEST

static const struct {
	const char *text, *shown; /* NULL: no address */
	const char *wide;         /* its /24 or /48 */
} addresses[] = {
	{"203.0.113.9", "203.0.113.9", "203.0.113.0/24"},
	{"::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24"},
	{"203.0.113.9/32", "203.0.113.9", "203.0.113.0/24"},
	{"10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"},
	{"2001:DB8:1:2:0:0:0:3", "2001:db8:1:2::3", "2001:db8:1::/48"},
	{"2001:db8::/32", "2001:db8::/32", "2001:db8::/32"},
	{"::/0", "::/0", "::/0"},
	{"", NULL, NULL},
	{"other", NULL, NULL},
	{"10.0.0.0/33", NULL, NULL},
	{"10.0.0.0/", NULL, NULL},
	{"10.0.0.0/8x", NULL, NULL},
	{"::1/129", NULL, NULL},
	{"[::1]", NULL, NULL},
	{"fe80::1%eth0", NULL, NULL},
};

START_TEST(test_address)
{
	struct address address, wide;
	char buf[ADDRESS_TEXT];

	ck_assert_int_eq(address_parse(addresses[_i].text, &address), addresses[_i].shown != NULL);
	if (!addresses[_i].shown)
		return;
	ck_assert_str_eq(address_format(&address, buf), addresses[_i].shown);
	wide = address_widen(&address, 24, 48);
	ck_assert_str_eq(address_format(&wide, buf), addresses[_i].wide);
	ck_assert(address_covers(&wide, &address));
	ck_assert_int_eq(address_covers(&address, &wide), address.bits == wide.bits);
}
END_TEST

START_TEST(test_address_covers)
{
	static const struct {
		const char *net, *other;
		bool covers;
	} cases[] = {
		{"10.1.2.128/25", "10.1.2.200", true},
		{"10.1.2.128/25", "10.1.2.127", false},
		{"10.1.2.3", "10.1.2.3", true},
		{"10.1.2.3", "10.1.2.4", false},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"::/0", "2001:db8::1", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"0.0.0.0/0", "192.0.2.1", true},
	};
	struct address net, other;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ck_assert(address_parse(cases[i].net, &net));
		ck_assert(address_parse(cases[i].other, &other));
		ck_assert_int_eq(address_covers(&net, &other), cases[i].covers);
	}
}
END_TEST

TCase *text_cases(void)
{
	TCase *cases = tcase_create("text");

	tcase_add_test(cases, test_strbuf);
	tcase_add_test(cases, test_strbuf_grows);
	tcase_add_test(cases, test_err);
	tcase_add_test(cases, test_log);
	tcase_add_test(cases, test_log_long);
	tcase_add_test(cases, test_clock);
	tcase_add_test(cases, test_clock_format);
	tcase_add_loop_test(cases, test_address, 0, sizeof(addresses) / sizeof(*addresses));
	tcase_add_test(cases, test_address_covers);
	return cases;
}
