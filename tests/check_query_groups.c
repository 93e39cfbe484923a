/* Clients by network and by user agent, and what is known of them. */
#include "check_query_parts.h"

#include "query/clients.h"

#include <stdio.h>
#include <string.h>

/* Requests a minute of each client, and how many of them are denied. */
static const struct {
	const char *client;
	int good, denied;
} traffic[] = {
	{"203.0.113.9", 0, 60},     {"203.0.113.200", 0, 24},   {"10.1.2.3", 120, 0},
	{"2001:db8:1:2::3", 0, 36}, {"2001:db8:1:2::4", 0, 12}, {"2001:db8:1:9::4", 0, 12},
	{"other", 12, 0},           {"198.51.100.1", 24, 12},
};

static void play(struct bench *bench)
{
	char dims[96];

	for (int t = 0; t <= 24; t++) {
		for (size_t i = 0; i < sizeof(traffic) / sizeof(*traffic); i++) {
			snprintf(dims, sizeof(dims), "client=%s route=/a code=200",
				 traffic[i].client);
			bench_set(bench, SIGNAL_REQUESTS, dims, traffic[i].good * t / 12.0);
			snprintf(dims, sizeof(dims), "client=%s route=/a code=403",
				 traffic[i].client);
			bench_set(bench, SIGNAL_REQUESTS, dims, traffic[i].denied * t / 12.0);
		}
		for (int i = 0; i < 7; i++) {
			snprintf(dims, sizeof(dims), "client=198.51.100.%d consumer=c%d code=200",
				 i < 4 ? 9 : 8, i);
			bench_set(bench, SIGNAL_REQUESTS, dims, t / 12.0);
		}
		bench_part(bench, SIGNAL_REQUESTS, PART_TOTAL, 0, "app=curl/8 route=/a code=403",
			   156 * t / 12.0);
		bench_part(bench, SIGNAL_REQUESTS, PART_TOTAL, 0, "app=Firefox/1 route=/a code=200",
			   156 * t / 12.0);
		bench_set(bench, SIGNAL_DISTINCT, "client=203.0.113.9 type=id", 5 * t);
		bench_set(bench, SIGNAL_DISTINCT, "client=203.0.113.200 type=id", t);
		bench_set(bench, SIGNAL_DISTINCT, "client=203.0.113.9 type=agent", 9);
		bench_set(bench, SIGNAL_DISTINCT, "client=10.1.2.3 type=agent", 8);
		bench_set(bench, SIGNAL_DISTINCT, "client=198.51.100.1 type=agent", 7);
		bench_set(bench, SIGNAL_BLOCKED_IPS, "client=203.0.113.9", 1);
		bench_set(bench, SIGNAL_BLOCKED_IPS, "client=2001:db8:1::/48", 1);
		bench_set(bench, SIGNAL_BLOCKED_IPS, "client=198.51.100.1", 0);
		bench_tick(bench, t * 5);
	}
}

static struct bench bench;
static struct arena arena;

static void setup(void)
{
	bench_init(&bench, 200);
	arena_init(&arena);
	play(&bench);
}

static void teardown(void)
{
	arena_release(&arena);
	bench_release(&bench);
}

static const struct {
	enum query_clients clients;
	const char *client;
	double all, denied, ids; /* in the minute */
} groups[] = {
	{CLIENTS_EACH, "203.0.113.9", 60, 60, 60},
	{CLIENTS_EACH, "2001:db8:1:2::3", 36, 36, -1},
	{CLIENTS_NETWORK, "203.0.113.0/24", 84, 84, 72},
	{CLIENTS_NETWORK, "10.1.2.0/24", 120, 0, 0},
	{CLIENTS_NETWORK, "2001:db8:1:2::/64", 48, 48, -1},
	{CLIENTS_NETWORK, "2001:db8:1:9::/64", 12, 12, -1},
	{CLIENTS_NETWORK, "other", 12, 0, -1},
	{CLIENTS_SITE, "203.0.113.0/24", 84, 84, 72},
	{CLIENTS_SITE, "2001:db8:1::/48", 60, 60, -1},
};

static void same_figure(const struct figure *figure, double want)
{
	if (want < 0)
		ck_assert(figure->quality & Q_NONE);
	else
		ck_assert_double_eq_tol(figure->value, want, 1e-9);
}

START_TEST(clients_are_added_up_by_network)
{
	const struct query query = {.columns = {{.measure = M_REQUESTS},
						{.measure = M_DENIED_RATE},
						{.measure = M_DISTINCT_IDS}},
				    .ncolumns = 3,
				    .by = DIM_BIT(DIM_CLIENT),
				    .clients = groups[_i].clients,
				    .window_ms = MINUTE,
				    .at = bench_clock(120)};
	symbol want;
	struct result result;
	size_t found = 0;

	query_run(bench.model, &query, &arena, &result);
	want = names_find(bench.names, groups[_i].client);
	for (size_t i = 0; i < result.n; i++) {
		const struct row *row = &result.rows[i];

		if (row->dims.value[DIM_CLIENT] != want)
			continue;
		found++;
		same_figure(&row->figures[0], groups[_i].all);
		same_figure(&row->figures[1], groups[_i].denied / 60);
		same_figure(&row->figures[2], groups[_i].ids);
	}
	ck_assert_uint_eq(found, 1);
	ck_assert_double_eq_tol(result.total.figures[0].value, 319, 1e-9);
}
END_TEST

/* The row of a network, asked for by itself: as the opened row does. */
START_TEST(a_network_is_a_filter_and_a_question)
{
	static const struct {
		const char *filter;
		double all;
	} filters[] = {
		{"client:203.0.113.0/24", 84},   {"client:=203.0.113.0/24", 84},
		{"client:2001:db8:1::/48", 60},  {"client:203.0.0.0/16", 84},
		{"!client:203.0.113.0/24", 235}, {"client:203.0.113.0/25", 60},
	};
	struct query query = {.columns = {{.measure = M_REQUESTS}},
			      .ncolumns = 1,
			      .window_ms = MINUTE,
			      .at = bench_clock(120)};
	struct filter filter;
	struct result result;
	struct dims dims = {{0}};
	struct figure figure;

	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		ck_assert_int_eq(filter_parse(filters[i].filter, &arena, &filter, NULL), 0);
		query.filter = &filter;
		query_run(bench.model, &query, &arena, &result);
		ck_assert_double_eq_tol(result.total.figures[0].value, filters[i].all, 1e-9);
	}
	dims.value[DIM_CLIENT] = names_network(bench.names, names_find(bench.names, "203.0.113.9"));
	figure = query_one(bench.model, M_REQUESTS, COLUMN_VALUE, &dims, DIM_BIT(DIM_CLIENT),
			   MINUTE, bench_clock(120));
	same_figure(&figure, 84);
}
END_TEST

/* Agents are told by totals, which are in no other sum. */
START_TEST(agents_are_told_by_totals)
{
	struct query query = {.columns = {{.measure = M_REQUESTS}, {.measure = M_DENIED_RATE}},
			      .ncolumns = 2,
			      .by = DIM_BIT(DIM_APP),
			      .window_ms = MINUTE,
			      .at = bench_clock(120),
			      .sort = 1};
	struct result result;

	query_run(bench.model, &query, &arena, &result);
	ck_assert_uint_eq(result.n, 2);
	ck_assert_str_eq(names_text(bench.names, result.rows[0].dims.value[DIM_APP]), "curl/8");
	same_figure(&result.rows[0].figures[0], 156);
	same_figure(&result.rows[0].figures[1], 156.0 / 60);
	same_figure(&result.rows[1].figures[1], 0);
	query.by = 0;
	query_run(bench.model, &query, &arena, &result);
	same_figure(&result.total.figures[0], 319);
}
END_TEST

static const struct {
	const char *client;
	unsigned marks;
} marks[] = {
	{"203.0.113.9", CLIENT_BLOCKED}, /* nine agents, but nothing that it gets is 2xx */
	{"203.0.113.200", 0},
	{"203.0.113.0/24", CLIENT_LISTED},
	{"10.1.2.3", CLIENT_NAT}, /* eight agents */
	{"198.51.100.1", 0},      /* seven; in the list once, not now */
	{"2001:db8:1:2::3", CLIENT_BLOCKED | CLIENT_OWN},
	{"2001:db8:1:2::4", CLIENT_BLOCKED},
	{"2001:db8:1:2::/64", CLIENT_BLOCKED | CLIENT_OWN},
	{"192.0.2.77", CLIENT_NAT}, /* a proxy */
	{"192.0.2.0/24", CLIENT_NAT},
	{"198.51.100.9", CLIENT_NAT}, /* four consumers */
	{"198.51.100.8", 0},          /* three */
	{"other", 0},
};

START_TEST(clients_are_marked)
{
	static const char *const own[] = {"2001:db8:1:2::3", "nonsense", NULL};
	static const char *const proxies[] = {"192.0.2.64/26", NULL};
	const struct clients_question question = {
		.own = own, .proxies = proxies, .window_ms = MINUTE, .at = bench_clock(120)};
	struct clients clients;

	clients_read(bench.model, &question, &arena, &clients);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		ck_assert_msg(clients_marks(&clients, names_symbol(bench.names, marks[i].client,
								   strlen(marks[i].client))) ==
				      marks[i].marks,
			      "%s", marks[i].client);
}
END_TEST

TCase *query_groups(void)
{
	TCase *tests = tcase_create("groups");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, clients_are_added_up_by_network, 0,
			    sizeof(groups) / sizeof(*groups));
	tcase_add_test(tests, a_network_is_a_filter_and_a_question);
	tcase_add_test(tests, agents_are_told_by_totals);
	tcase_add_test(tests, clients_are_marked);
	return tests;
}
