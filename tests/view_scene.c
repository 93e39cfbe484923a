#include "view_scene.h"

#include "base/alloc.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_WALL_MS 1795443127000 /* 2026-11-23 14:12:07 UTC */
#define START_MONO_MS 1000000
#define INTERVAL      5 /* seconds */
#define NBOUNDS       8

enum { EU, US, LB, AI, PROMPTS, LOG };

/* When the incidents begin, in seconds. */
enum { SLOW_FROM = 890, PROMPT_FROM = 925, ATTACK_FROM = 1030, SILENT_FROM = 1158 };

static const double bounds[NBOUNDS] = {0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, INFINITY};

/* Shares of the answers by bucket. */
static const double healthy[NBOUNDS] = {0.2, 0.5, 0.26, 0.035, 0.003, 0.001, 0.001, 0};
static const double slow[NBOUNDS] = {0.05, 0.15, 0.2, 0.2, 0.15, 0.1, 0.14, 0.01};
static const double model_time[NBOUNDS] = {0, 0, 0, 0.02, 0.1, 0.3, 0.57, 0.01};

static const struct route {
	int feed;
	const char *name, *service;
	double per_minute;
	double share_4xx;
} routes[] = {
	{EU, "/cart/checkout", "shop", 2100, 0.003},
	{EU, "/patient/{id}/records", "clinic", 480, 0.001},
	{EU, "/catalog/search", "shop", 21000, 0.008},
	{EU, "/cart", "shop", 6300, 0.002},
	{EU, "/login", "auth", 600, 0.051},
	{US, "/cart/checkout", "shop", 1200, 0.003},
	{US, "/catalog/search", "shop", 14100, 0.007},
	{US, "/cart", "shop", 4000, 0.002},
	{LB, "", "be_shop", 9100, 0.004},
	{AI, "/v1/chat/completions", "", 105, 0},
};

static const struct {
	const char *name, *kind, *title, *source, *group;
	enum target_guard guard;
	bool counts;
	double seconds;
} targets[SHOP_FEEDS] = {
	[EU] = {"edge-eu", "kong", "Kong Gateway", "metrics", "prod", GUARD_ASK, true, 0.09},
	[US] = {"edge-us", "kong", "Kong Gateway", "metrics", "prod", GUARD_ASK, true, 0.11},
	[LB] = {"lb-1", "haproxy", "HAProxy", "stat", "prod", GUARD_ASK, false, 0.02},
	[AI] = {"ai", "litellm", "LiteLLM", "metrics", "", GUARD_ASK, true, 1.1},
	[PROMPTS] = {"prompts", "mlflow", "MLflow", "prompts", "", GUARD_RO, true, 0.05},
	[LOG] = {"edge-log", "accesslog", "Access log", "log", "", GUARD_RO, false, 0},
};

static struct clock at_second(int second)
{
	return (struct clock){START_MONO_MS + second * 1000, START_WALL_MS + second * 1000};
}

static symbol symbol_of(struct shop *shop, const char *text)
{
	return names_symbol(shop->names, text, strlen(text));
}

/* dims: "route=/cart code=200". */
static double *value_of(struct shop *shop, int feed, enum signal signal, enum part part,
			double bound, const char *text)
{
	struct shop_feed *to = &shop->feeds[feed];
	struct dims dims = {{0}};
	struct dict_entry entry = {
		.bound = bound, .signal = (uint8_t)signal, .part = (uint8_t)part};
	char copy[256], *word, *equals, *save = NULL;
	uint32_t at;

	dims.value[DIM_TARGET] = model_target_symbol(shop->model, to->target);
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		equals = strchr(word, '=');
		ck_assert_ptr_nonnull(equals);
		*equals = '\0';
		if (equals[1])
			dims.value[dim_by_name(word)] = symbol_of(shop, equals + 1);
	}
	entry.dims = names_intern(shop->names, &dims);
	at = dict_add(&to->dict, &entry);
	names_drop(shop->names, entry.dims);
	ck_assert_uint_lt(at, SHOP_VALUES);
	return &to->values[at];
}

static void add(struct shop *shop, int feed, enum signal signal, const char *dims, double increase)
{
	*value_of(shop, feed, signal, PART_VALUE, 0, dims) += increase;
}

static void set(struct shop *shop, int feed, enum signal signal, const char *dims, double value)
{
	*value_of(shop, feed, signal, PART_VALUE, 0, dims) = value;
}

/* What repeats other series. */
static void add_total(struct shop *shop, const char *dims, double increase)
{
	*value_of(shop, LOG, SIGNAL_REQUESTS, PART_TOTAL, 0, dims) += increase;
}

static void add_latency(struct shop *shop, int feed, enum signal signal, const char *dims, double n,
			const double *shares)
{
	double below = 0, sum = 0;
	size_t i;

	for (i = 0; i < NBOUNDS; i++) {
		below += n * shares[i];
		sum += n * shares[i] * (isinf(bounds[i]) ? 6 : bounds[i]);
		*value_of(shop, feed, signal, PART_BUCKET, bounds[i], dims) += below;
	}
	*value_of(shop, feed, signal, PART_COUNT, 0, dims) += below;
	*value_of(shop, feed, signal, PART_SUM, 0, dims) += sum;
}

static void add_requests(struct shop *shop, const struct route *route, const char *code,
			 const char *origin, double n)
{
	char dims[256];

	snprintf(dims, sizeof(dims), "route=%s service=%s code=%s origin=%s", route->name,
		 route->service, code, origin);
	add(shop, route->feed, SIGNAL_REQUESTS, dims, n);
}

static void play_route(struct shop *shop, const struct route *route, int second)
{
	double n = route->per_minute * INTERVAL / 60, failed = 0, refused = n * route->share_4xx;
	bool is_slow = route == &routes[0] && second >= SLOW_FROM;
	bool attacked = route == &routes[1] && second >= ATTACK_FROM;
	char dims[256];

	if (is_slow)
		failed = n * 0.112;
	if (attacked) {
		refused = 1900.0 * INTERVAL / 60;
		add_requests(shop, route, "429", "gateway", 412.0 * INTERVAL / 60);
	}
	add_requests(shop, route, "200", "upstream", n - failed - n * route->share_4xx);
	add_requests(shop, route, attacked ? "403" : "404", "upstream", refused);
	add_requests(shop, route, "504", "upstream", failed);
	if (route->feed == LB) {
		*value_of(shop, LB, SIGNAL_LATENCY, PART_AVERAGE, 0, "service=be_shop") = 0.05;
		return;
	}
	snprintf(dims, sizeof(dims), "route=%s service=%s", route->name, route->service);
	add_latency(shop, route->feed, SIGNAL_LATENCY, dims, n + refused, is_slow ? slow : healthy);
}

static void play_model(struct shop *shop, int second)
{
	static const struct {
		const char *model, *app;
		double per_minute, input, output, usd;
	} users[] = {
		{"gpt-4o-mini", "support-bot", 75, 500, 126, 0.0019},
		{"gpt-4o-mini", "search", 20, 300, 90, 0.0012},
		{"gpt-4o", "summary", 10, 600, 205, 0.0110},
	};
	char dims[128], typed[160];
	size_t i;

	for (i = 0; i < sizeof(users) / sizeof(*users); i++) {
		double n = users[i].per_minute * INTERVAL / 60;
		double times = i == 0 && second >= PROMPT_FROM ? 3.1 : 1;

		snprintf(dims, sizeof(dims), "model=%s app=%s", users[i].model, users[i].app);
		snprintf(typed, sizeof(typed), "%s code=200", dims);
		add(shop, AI, SIGNAL_AI_REQUESTS, typed, n);
		snprintf(typed, sizeof(typed), "%s type=input", dims);
		add(shop, AI, SIGNAL_TOKENS, typed, n * users[i].input * times);
		snprintf(typed, sizeof(typed), "%s type=output", dims);
		add(shop, AI, SIGNAL_TOKENS, typed, n * users[i].output * times);
		add(shop, AI, SIGNAL_COST, dims, n * users[i].usd * times);
		add_latency(shop, AI, SIGNAL_AI_LATENCY, dims, n, model_time);
	}
	set(shop, AI, SIGNAL_BUDGET_LIMIT, "", 400);
	set(shop, AI, SIGNAL_BUDGET_LEFT, "", 152 - second * 0.003);
}

static void play_log(struct shop *shop, int second)
{
	static const struct {
		const char *client, *route;
		double ok, denied;
	} clients[] = {
		{"198.51.100.7", "/login", 4, 31},
		{"10.1.2.3", "/cart", 880, 12},
		{"192.0.2.44", "/catalog/search", 310, 0},
	};
	char dims[128];
	size_t i;

	for (i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
		snprintf(dims, sizeof(dims), "client=%s route=%s code=200", clients[i].client,
			 clients[i].route);
		add(shop, LOG, SIGNAL_REQUESTS, dims, clients[i].ok * INTERVAL / 60);
		snprintf(dims, sizeof(dims), "client=%s route=%s code=401", clients[i].client,
			 clients[i].route);
		add(shop, LOG, SIGNAL_REQUESTS, dims, clients[i].denied * INTERVAL / 60);
	}
	add_total(shop, "app=Firefox/115.0 route=/cart code=200", 880.0 * INTERVAL / 60);
	if (second > 0) {
		set(shop, LOG, SIGNAL_DISTINCT, "client=10.1.2.3 type=agent", 31);
		set(shop, LOG, SIGNAL_DISTINCT, "client=10.1.2.3 type=id", second / 10.0);
	}
	set(shop, LOG, SIGNAL_BLOCKED_IPS, "client=198.51.100.7", 1);
	if (second < ATTACK_FROM)
		return;
	add_total(shop, "app=python-requests/2.28.1 route=/patient/{id}/records code=403",
		  1900.0 * INTERVAL / 60);
	add_total(shop, "app=python-requests/2.28.1 route=/patient/{id}/records code=429",
		  412.0 * INTERVAL / 60);
	add(shop, LOG, SIGNAL_DISTINCT, "client=203.0.113.9 type=id", 1900.0 * INTERVAL / 60);
	add(shop, LOG, SIGNAL_REQUESTS, "client=203.0.113.9 route=/patient/{id}/records code=403",
	    1900.0 * INTERVAL / 60);
	add(shop, LOG, SIGNAL_REQUESTS, "client=203.0.113.9 route=/patient/{id}/records code=429",
	    412.0 * INTERVAL / 60);
}

static void play_nodes(struct shop *shop)
{
	set(shop, EU, SIGNAL_NODE_UP, "service=shop node=10.0.1.1:80", 1);
	set(shop, EU, SIGNAL_NODE_UP, "service=shop node=10.0.1.2:80", 1);
	set(shop, EU, SIGNAL_NODE_UP, "service=shop node=10.0.1.3:80", 1);
	set(shop, US, SIGNAL_NODE_UP, "service=shop node=10.0.2.1:80", 1);
	set(shop, US, SIGNAL_NODE_UP, "service=shop node=10.0.2.2:80", 1);
}

static void play(struct shop *shop, int second)
{
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		play_route(shop, &routes[i], second);
	play_nodes(shop);
	play_model(shop, second);
	play_log(shop, second);
	set(shop, PROMPTS, SIGNAL_PROMPT_VERSION, "prompt=balance type=prod",
	    second >= PROMPT_FROM - 12 ? 8 : 7);
}

static size_t log_lines(struct shop *shop, int second, struct tick_line *lines)
{
	struct dims dims = {{0}};

	if (second < ATTACK_FROM)
		return 0;
	dims.value[DIM_TARGET] = model_target_symbol(shop->model, shop->feeds[LOG].target);
	dims.value[DIM_CLIENT] = symbol_of(shop, "203.0.113.9");
	dims.value[DIM_ROUTE] = symbol_of(shop, "/patient/{id}/records");
	lines[0] = (struct tick_line){
		.dims = names_intern(shop->names, &dims),
		.wall_ms = at_second(second).wall_ms,
		.text = "203.0.113.9 \"GET /patient/4711/records HTTP/1.1\" 403 162"};
	return 1;
}

static void send_tick(struct shop *shop, int feed, int second)
{
	struct shop_feed *from = &shop->feeds[feed];
	struct tick_line lines[1];
	bool silent = feed == PROMPTS && second >= SILENT_FROM;
	struct tick tick = {.source = from->source,
			    .at = at_second(second),
			    .outcome = silent ? TICK_FAILED : TICK_OK,
			    .dict = &from->dict,
			    .values = silent ? NULL : from->values,
			    .error = silent ? "timed out after 5 s" : "",
			    .interval_ms = INTERVAL * 1000,
			    .seconds = targets[feed].seconds,
			    .bytes = 20000,
			    .requests = 1};
	struct err err;

	tick.retry_ms = silent ? tick.at.mono_ms + 9000 : 0;
	if (feed == LOG)
		tick.nlines = log_lines(shop, second, lines);
	tick.lines = lines;
	ck_assert_msg(model_apply(shop->model, &tick, &err) == 0, "%s", err.msg);
	if (tick.nlines)
		names_drop(shop->names, lines[0].dims);
}

static struct keymap *default_keys(void)
{
	struct keymap *keymap = keymap_new();
	const struct screen_binding *binding;

	for (binding = screen_bindings(); binding->keys; binding++) {
		char *copy = xstrdup(binding->keys), *name, *save = NULL;

		for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
			struct err err;
			keycode key = key_parse(name, &err);

			ck_assert_msg(key != 0, "%s: %s", name, err.msg);
			keymap_bind(keymap, key, binding->command);
		}
		free(copy);
	}
	return keymap;
}

static const char *hint(void *ctx, enum signal signal)
{
	(void)ctx;
	return signal == SIGNAL_REQUESTS
		       ? "enable the prometheus plugin with status_code_metrics=true"
		       : NULL;
}

void shop_init(struct shop *shop)
{
	static const char *const own[] = {"192.0.2.44", NULL};
	static const struct model_limits limits = {15 * 60 * 1000, 10000};
	size_t i, nrules;
	const struct rule *rules = rule_builtin(&nrules);

	memset(shop, 0, sizeof(*shop));
	shop->names = names_new();
	shop->model = model_new(shop->names, &limits);
	for (i = 0; i < SHOP_FEEDS; i++) {
		struct target_info info = {.name = targets[i].name,
					   .kind = targets[i].kind,
					   .title = targets[i].title,
					   .url = "http://127.0.0.1:8001",
					   .group = targets[i].group,
					   .guard = targets[i].guard,
					   .counts = targets[i].counts};

		shop->feeds[i].target = model_add_target(shop->model, &info);
		shop->feeds[i].source =
			model_add_source(shop->model, shop->feeds[i].target, targets[i].source);
		dict_init(&shop->feeds[i].dict, shop->names, 10000);
	}
	shop->detect = detect_new(shop->model, rules, nrules);
	shop->keymap = default_keys();
	shop->screen = screen_new();
	frame_init(&shop->frame);
	shop->frame.ascii = true;
	shop->scene = (struct scene){.model = shop->model,
				     .detect = shop->detect,
				     .keymap = shop->keymap,
				     .now = at_second(0),
				     .project = "storefront",
				     .phase = "STABILISATION day 3/28",
				     .user = "ops-a",
				     .status = "",
				     .own = own,
				     .utc = true,
				     .read_only = true,
				     .link_bytes_per_s = 400,
				     .link_one_in = 1,
				     .load_requests_per_s = 0.8,
				     .hint = hint};
}

void shop_release(struct shop *shop)
{
	size_t i;

	screen_free(shop->screen);
	detect_free(shop->detect);
	keymap_free(shop->keymap);
	for (i = 0; i < SHOP_FEEDS; i++)
		dict_release(&shop->feeds[i].dict);
	model_free(shop->model);
	names_unref(shop->names);
	frame_release(&shop->frame);
}

void shop_run(struct shop *shop, int second)
{
	int feed;

	for (; shop->second <= second; shop->second += INTERVAL) {
		play(shop, shop->second);
		for (feed = 0; feed < SHOP_FEEDS; feed++)
			send_tick(shop, feed, shop->second);
		detect_run(shop->detect, at_second(shop->second));
	}
	shop->scene.now = at_second(second);
	detect_run(shop->detect, shop->scene.now);
}

void shop_add_route(struct shop *shop, const char *name, const char *service)
{
	const struct route route = {EU, name, service, 60, 0};

	add_requests(shop, &route, "200", "upstream", 0);
	shop_run(shop, shop->second);
	add_requests(shop, &route, "200", "upstream", 50000);
	shop_run(shop, shop->second);
}

char *shop_draw(struct shop *shop, int rows, int columns)
{
	struct strbuf text = STRBUF_INIT;

	frame_resize(&shop->frame, rows, columns);
	screen_draw(shop->screen, &shop->scene, &shop->frame);
	frame_text(&shop->frame, &text);
	return strbuf_detach(&text);
}

int shop_command(struct shop *shop, const char *line)
{
	const char *argv[16];
	char *copy = xstrdup(line), *save = NULL, *word;
	struct err err = {0};
	int argc = 0, result;

	for (word = strtok_r(copy, " ", &save); word && argc < 16;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	result = screen_command(shop->screen, &shop->scene, argc, argv, &err);
	ck_assert_msg(result >= 0 || err.msg[0], "%s fails without a word", line);
	free(copy);
	return result;
}

void shop_keys(struct shop *shop, const char *keys)
{
	char *copy = xstrdup(keys), *save = NULL, *word;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		keycode key = key_parse(word, NULL);
		const char *line;

		if (!screen_key(shop->screen, &shop->scene, key, &line))
			line = keymap_find(shop->keymap, key);
		if (line)
			shop_command(shop, line);
	}
	free(copy);
}
