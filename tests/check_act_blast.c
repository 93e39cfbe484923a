/* What a plan says of those whom it would meet, from five minutes of traffic in the model. */
#include "act_bed.h"
#include "apply_server.h"
#include "model_bench.h"

#include <stdlib.h>

#define WINDOW_MS 299000 /* a little less than what a plan looks back on */
#define STEP \
	"    steps: [{send: {post: /value, body: '1'}}]\n    effect: none\n    volatile: false\n"

static const char profile[] =
	"name: toy\ntitle: Toy gateway\nsources: {}\nactions:\n"
	"  block-ip:\n    params: {ip: {type: cidr, from: client}}\n" STEP
	"  set-limit:\n    params: {minute: {type: integer, min: 0, max: 100000}}\n" STEP
	"  drain-node:\n    params: {service: {type: name, from: service}, "
	"node: {type: name, from: node}}\n" STEP
	"  open-breaker:\n    params: {service: {type: name, from: service}}\n" STEP
	"  block-key:\n    params: {key: {type: text, from: consumer}}\n" STEP
	"  unblock-key:\n    params: {key: {type: text, from: consumer}}\n" STEP
	"  rollback-prompt:\n    params: {prompt: {type: text, from: prompt}}\n" STEP;

static const struct {
	enum signal signal;
	const char *dims;
	double increase;
} traffic[] = {
	{SIGNAL_REQUESTS,
	 "client=203.0.113.9 consumer=acme route=/orders service=shop node=n1 code=200", 3},
	{SIGNAL_REQUESTS, "client=203.0.113.9 route=/orders service=shop node=n1 code=403", 8197},
	{SIGNAL_REQUESTS,
	 "client=10.0.0.1 consumer=globex route=/cart service=shop node=n2 code=200", 997},
	{SIGNAL_AI_REQUESTS, "consumer=acme app=bot prompt=support model=m code=200", 8200},
	{SIGNAL_COST, "consumer=acme app=bot prompt=support model=m", 200},
};

static const struct {
	const char *action, *params[5], *blast;
} plans[] = {
	{"block-ip",
	 {"ip", "203.0.113.9"},
	 "8.2k requests in 5m from there, 0.3% of 2xx; consumers: acme"},
	{"block-ip", {"ip", "198.51.100.1"}, "no requests from there are known"},
	{"drain-node",
	 {"service", "shop", "node", "n1"},
	 "1.6k requests a minute; routes: /orders"},
	{"drain-node",
	 {"service", "shop", "node", "n3"},
	 "1.8k requests a minute to all nodes of its service; routes: /orders, /cart"},
	{"open-breaker", {"service", "shop"}, "1.8k requests a minute; routes: /orders, /cart"},
	{"open-breaker", {"service", "blog"}, "no requests through it are known here"},
	{"set-limit",
	 {"minute", "100"},
	 "1 of 2 consumers would have been limited in the last 5m: globex"},
	{"set-limit",
	 {"minute", "1000"},
	 "0 of 2 consumers would have been limited in the last 5m"},
	{"block-key", {"key", "acme"}, "saves up to 2408.0 USD an hour, 1.6k requests a minute"},
	{"unblock-key", {"key", "acme"}, "costs 2408.0 USD an hour, 1.6k requests a minute"},
	{"block-key", {"key", "nobody"}, "no cost of it is known here"},
	{"rollback-prompt",
	 {"prompt", "support"},
	 "1.6k requests a minute; read by: bot; apps may cache a prompt for a while"},
};

static struct act_bed bed;
static struct apply_server *server;

static void tell(struct bench *bench, int64_t ago_ms, bool grown)
{
	struct tick tick = {.source = bench->source,
			    .at = loop_now(bed.loop),
			    .dict = &bench->dict,
			    .values = bench->values,
			    .error = "",
			    .interval_ms = 5000};
	struct err err = {0};

	tick.at.mono_ms -= ago_ms;
	tick.at.wall_ms -= ago_ms;
	for (size_t i = 0; i < sizeof(traffic) / sizeof(traffic[0]); i++)
		bench_set(bench, traffic[i].signal, traffic[i].dims,
			  grown ? traffic[i].increase : 0);
	ck_assert_msg(model_apply(bed.model, &tick, &err) == 0, "%s", err.msg);
}

static void set_up(void)
{
	static struct bench bench;

	bed = (struct act_bed){.eval = eval_new(NULL)}; /* forks, and does so before any thread */
	server = apply_server_start();
	act_bed_init(&bed, NULL, profile, apply_server_port(server));
	bench.names = bed.names;
	bench.model = bed.model;
	bench.target = bed.target.target;
	bench.source = model_add_source(bed.model, bench.target, "metrics");
	dict_init(&bench.dict, bench.names, 100);
	tell(&bench, WINDOW_MS, false);
	tell(&bench, 0, true);
	dict_release(&bench.dict);
}

static void tear_down(void)
{
	act_bed_release(&bed, true);
	apply_server_stop(server);
}

START_TEST(test_blast)
{
	struct plan_order order = {.target = bed.target.target,
				   .action = plans[_i].action,
				   .params = plans[_i].params};
	struct err err = {0};
	struct plan *plan = act_plan(bed.act, &order, &err);

	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(&bed, plan);
	ck_assert_msg(plan_view(plan).state == PLAN_PLANNED, "%s", plan_view(plan).why);
	ck_assert_str_eq(plan_view(plan).blast, plans[_i].blast);
	ck_assert_uint_eq(apply_server_tried(server), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("act blast");
	TCase *tcase = tcase_create("blast");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_blast, 0, (int)(sizeof(plans) / sizeof(plans[0])));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
