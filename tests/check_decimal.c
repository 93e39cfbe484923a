#include "base/decimal.h"
#include "check_base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number, how many of its bytes belong to it, and what strtod() is to be asked. */
static const struct {
	const char *text;
	size_t taken; /* 0: no number */
	const char *same_as;
} parsed[] = {
	{"0", 1, "0"},
	{"-0", 2, "-0"},
	{"17", 2, "17"},
	{"+3.5", 4, "3.5"},
	{".5", 2, "0.5"},
	{"5.", 2, "5"},
	{"1e3", 3, "1000"},
	{"1E+3 x", 4, "1000"},
	{"1.79542689233e+09", 17, "1795426892.33"},
	{"1.8446744073709552e+19", 22, "18446744073709552000"},
	{"123456789012345678901234567890123", 33, "123456789012345678901234567890123"},
	{"9007199254740993", 16, "9007199254740993"},
	{"18014398509481983", 17, "18014398509481983"},
	{"9999999999999999999", 19, "9999999999999999999"},
	{"3.0034511929999997", 18, "3.0034511929999997"},
	{"0.000000000000000000000001234", 29, "1.234e-24"},
	{"2.2250738585072011e-308", 23, "2.2250738585072011e-308"},
	{"4.9e-324", 8, "4.9e-324"},
	{"1e400", 5, "inf"},
	{"1e-400", 6, "0"},
	{"1e99999999999999999999", 22, "inf"},
	{"NaN", 3, "nan"},
	{"nAn 1", 3, "nan"},
	{"-nan", 4, "nan"},
	{"inf", 3, "inf"},
	{"+Inf", 4, "inf"},
	{"-INF", 4, "-inf"},
	{"infinity", 8, "inf"},
	{"-Infinity", 9, "-inf"},
	{"infinit", 3, "inf"},
	{"0x1f", 1, "0"},
	{"1_000", 1, "1"},
	{"1.2.3", 3, "1.2"},
	{"1 ", 1, "1"},
	{"", 0, NULL},
	{" 1", 0, NULL},
	{"+", 0, NULL},
	{"-", 0, NULL},
	{".", 0, NULL},
	{"e5", 0, NULL},
	{".e5", 0, NULL},
	{"1e", 0, NULL},
	{"1e+", 0, NULL},
	{"1e+x", 0, NULL},
	{"--1", 0, NULL},
	{"in", 0, NULL},
	{"NA", 0, NULL},
	{"null", 0, NULL},
};

static int same_double(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

/* The text is handed over without a terminator, so that a sanitiser sees a read past its end. */
static size_t parse_bare(const char *text, double *ret_value)
{
	size_t len = strlen(text);
	char *bare = malloc(len ? len : 1);
	const char *after;
	size_t taken;

	ck_assert_ptr_nonnull(bare);
	memcpy(bare, text, len);
	after = decimal_parse(bare, bare + len, ret_value);
	taken = after ? (size_t)(after - bare) : 0;
	free(bare);
	return taken;
}

START_TEST(test_parse)
{
	double value = 0;

	ck_assert_msg(parse_bare(parsed[_i].text, &value) == parsed[_i].taken, "\"%s\"",
		      parsed[_i].text);
	if (parsed[_i].taken)
		ck_assert_msg(same_double(value, strtod(parsed[_i].same_as, NULL)), "\"%s\": %.17g",
			      parsed[_i].text, value);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* One of the shapes in which servers write numbers. */
static void random_number(char *text, size_t cap, uint64_t *state)
{
	uint64_t kind = next_random(state) % 7, bits = next_random(state);
	int exp = (int)(next_random(state) % 50) - 25;
	double any;

	memcpy(&any, &bits, sizeof(any));
	if (kind == 0)
		snprintf(text, cap, "%llu", (unsigned long long)(bits >> (bits & 63)));
	else if (kind == 1)
		snprintf(text, cap, "%.17g", (double)bits * pow(10, exp));
	else if (kind == 2)
		snprintf(text, cap, "%.9f", (double)(bits >> 32) / 1e6);
	else if (kind == 3)
		snprintf(text, cap, "%llue%d", (unsigned long long)(bits >> (bits & 31)), exp);
	else if (kind == 4)
		snprintf(text, cap, "%llu.%llu", (unsigned long long)(bits >> 50),
			 (unsigned long long)next_random(state));
	else if (kind == 5)
		snprintf(text, cap, "%llu%llu", (unsigned long long)bits,
			 (unsigned long long)next_random(state));
	else
		snprintf(text, cap, "%.17g", isfinite(any) ? any : 1.0);
}

START_TEST(test_parse_as_strtod)
{
	uint64_t state = 0x9e3779b97f4a7c15;

	for (int i = 0; i < 400000; i++) {
		char text[512];
		double value = 0;

		random_number(text, sizeof(text), &state);
		ck_assert_msg(decimal_parse(text, text + strlen(text), &value) ==
				      text + strlen(text),
			      "%s", text);
		ck_assert_msg(same_double(value, strtod(text, NULL)), "%s: %.17g", text, value);
	}
}
END_TEST

/* Halfway between two doubles: what a second rounding gets wrong. */
START_TEST(test_parse_halfway)
{
	uint64_t state = 42;

	for (int i = 0; i < 100000; i++) {
		uint64_t odd = (next_random(&state) >> 10) | UINT64_C(1) << 53 | 1;
		char text[64];
		double value = 0;

		snprintf(text, sizeof(text), "%llu%s", (unsigned long long)odd,
			 i & 1 ? "" : ".0000000000001");
		decimal_parse(text, text + strlen(text), &value);
		ck_assert_msg(value == strtod(text, NULL), "%s: %.17g", text, value);
	}
}
END_TEST

START_TEST(test_parse_longest)
{
	char text[2048];
	double value = 0;

	memset(text, '1', sizeof(text));
	ck_assert_ptr_eq(decimal_parse(text, text + 300, &value), text + 300);
	ck_assert(value > 1.1e299 && value < 1.2e299);
	ck_assert_ptr_null(decimal_parse(text, text + sizeof(text), &value));
}
END_TEST

static const struct {
	double value;
	int width;
	const char *text;
} si[] = {
	{0, 5, "0"},
	{7, 5, "7"},
	{812, 5, "812"},
	{0.25, 5, "0.25"},
	{3.14159, 5, "3.14"},
	{48.26, 5, "48.3"},
	{812.4, 5, "812"},
	{999.7, 5, "1.0k"},
	{2100, 5, "2.1k"},
	{48200, 5, "48.2k"},
	{812400, 5, "812k"},
	{812400, 6, "812.4k"},
	{999990, 6, "1.0M"},
	{1300000, 5, "1.3M"},
	{5e18, 5, "5.0E"},
	{1e300, 8, "1e+300"},
	{1e300, 5, "#####"},
	{-7, 5, "-7"},
	{-2100, 5, "-2.1k"},
	{-48200, 5, "-48k"},
	{12345, 4, "12k"},
	{0.00042, 8, "0.00042"},
	{0.00042, 6, "0.0004"},
	{0.00042, 4, "~0"},
	{NAN, 5, "n/a"},
	{INFINITY, 5, "n/a"},
	{-INFINITY, 5, "n/a"},
};

START_TEST(test_si)
{
	char buf[16];

	ck_assert_str_eq(decimal_si(buf, si[_i].width, si[_i].value), si[_i].text);
}
END_TEST

START_TEST(test_si_fits)
{
	uint64_t state = 7;

	for (int i = 0; i < 20000; i++) {
		double value = ldexp((double)(int64_t)next_random(&state), (int)(i % 200) - 100);
		char buf[16];

		for (int width = 4; width < 12; width++)
			ck_assert_msg(strlen(decimal_si(buf, width, value)) <= (size_t)width,
				      "%g in %d: %s", value, width, buf);
	}
}
END_TEST

static const struct {
	double value;
	const char *text;
} exacts[] = {
	{0, "0"},
	{12, "12"},
	{100000, "100000"},
	{0.1, "0.1"},
	{1.0 / 3, "0.3333333333333333"},
	{1e21, "1e+21"},
	{-2.5, "-2.5"},
	{NAN, "NaN"},
	{INFINITY, "+Inf"},
	{-INFINITY, "-Inf"},
};

START_TEST(test_exact)
{
	char buf[32];

	ck_assert_str_eq(decimal_exact(buf, exacts[_i].value), exacts[_i].text);
}
END_TEST

START_TEST(test_exact_reads_back)
{
	uint64_t state = 99;

	for (int i = 0; i < 20000; i++) {
		uint64_t bits = next_random(&state);
		double value, back = 0;
		char buf[32];

		memcpy(&value, &bits, sizeof(value));
		decimal_exact(buf, value);
		ck_assert_ptr_nonnull(decimal_parse(buf, buf + strlen(buf), &back));
		ck_assert_msg(same_double(value, back), "%s", buf);
	}
}
END_TEST

static const struct {
	int64_t ms;
	const char *text;
} durations[] = {
	{-5, "0s"},
	{0, "0s"},
	{999, "0s"},
	{12000, "12s"},
	{59999, "59s"},
	{60000, "1m00"},
	{301000, "5m01"},
	{3599999, "59m59"},
	{3600000, "1h00"},
	{7980000, "2h13"},
	{86399999, "23h59"},
	{273600000, "3d04"},
	{INT64_MAX, "99999d23"},
};

START_TEST(test_duration)
{
	char buf[16];

	ck_assert_str_eq(decimal_duration(buf, durations[_i].ms), durations[_i].text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(*(table)))

TCase *decimal_cases(void)
{
	TCase *cases = tcase_create("decimal");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, test_parse, 0, COUNT(parsed));
	tcase_add_test(cases, test_parse_as_strtod);
	tcase_add_test(cases, test_parse_halfway);
	tcase_add_test(cases, test_parse_longest);
	tcase_add_loop_test(cases, test_si, 0, COUNT(si));
	tcase_add_test(cases, test_si_fits);
	tcase_add_loop_test(cases, test_exact, 0, COUNT(exacts));
	tcase_add_test(cases, test_exact_reads_back);
	tcase_add_loop_test(cases, test_duration, 0, COUNT(durations));
	return cases;
}
