#include "world.h"

#include <math.h>
#include <string.h>

#define STEP_S  0.1
#define LOOP_S  330.0
#define QUIET_S 12.0 /* all is well at the start of the loop */

/* The server with a new build has little weight, until it is rolled out. */
#define NEW_NODE     1
#define WEIGHT_TRIAL 20
#define WEIGHT_FULL  100

const int world_codes[CODES] = {200, 201, 401, 403, 404, 429, 499, 500, 502, 503, 504};
const double kong_bounds_ms[KONG_BUCKETS] = {25,   50,   80,   100,   250,   400,  700,
					     1000, 2000, 5000, 10000, 30000, 60000};
const double ai_bounds_s[AI_BUCKETS] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0,
					5.0,   10.0, 30.0,  60.0, 120, 300,  420, 600};

static const struct route first_routes[ROUTES] = {
	{.name = "cart-checkout",
	 .service = "checkout",
	 .path = "/cart/checkout",
	 .per_s = 14,
	 .typical_s = 0.085,
	 .refused = 0.003},
	{.name = "cart",
	 .service = "checkout",
	 .path = "/cart",
	 .per_s = 30,
	 .typical_s = 0.045,
	 .refused = 0.002},
	{.name = "catalog-search",
	 .service = "catalog",
	 .path = "/catalog/search",
	 .per_s = 48,
	 .typical_s = 0.028,
	 .refused = 0.008},
	{.name = "login",
	 .service = "identity",
	 .path = "/login",
	 .per_s = 8,
	 .typical_s = 0.055,
	 .refused = 0.05},
	{.name = "orders",
	 .service = "orders",
	 .path = "/orders/{id}",
	 .per_s = 11,
	 .typical_s = 0.06,
	 .refused = 0.004},
	{.name = "mobile-feed",
	 .service = "catalog",
	 .path = "/mobile/feed",
	 .per_s = 22,
	 .typical_s = 0.035,
	 .refused = 0.001},
};

static const struct assistant first_assistants[ASSISTANTS] = {
	{.app = "support-bot",
	 .model = "gpt-4o-mini",
	 .provider_model = "gpt-4o-mini-2024-07-18",
	 .per_s = 3.2,
	 .input_tokens = 520,
	 .output_tokens = 105,
	 .usd_in = 0.15,
	 .usd_out = 0.60,
	 .typical_s = 1.1,
	 .streams = true},
	{.app = "shop-search",
	 .model = "gpt-4o-mini",
	 .provider_model = "gpt-4o-mini-2024-07-18",
	 .per_s = 0.7,
	 .input_tokens = 410,
	 .output_tokens = 60,
	 .usd_in = 0.15,
	 .usd_out = 0.60,
	 .typical_s = 0.8,
	 .streams = false},
	{.app = "contract-review",
	 .model = "gpt-4o",
	 .provider_model = "gpt-4o-2024-08-06",
	 .per_s = 0.2,
	 .input_tokens = 640,
	 .output_tokens = 170,
	 .usd_in = 2.50,
	 .usd_out = 10.0,
	 .typical_s = 2.6,
	 .streams = true},
	{.app = "indexer",
	 .model = "embed-3-small",
	 .provider_model = "text-embedding-3-small",
	 .per_s = 2.2,
	 .input_tokens = 118,
	 .output_tokens = 0,
	 .usd_in = 0.02,
	 .usd_out = 0,
	 .typical_s = 0.15,
	 .streams = false},
};

/* When each incident plays, in seconds of the loop, and when it begins if it is played alone: what
 * is judged by how it was before needs some time before. */
static const struct {
	double from_s, to_s, alone_s;
} acts[INCIDENT_END] = {
	[INCIDENT_CHECKOUT] = {QUIET_S, 100, QUIET_S},
	[INCIDENT_PROMPT] = {90, 300, 90},
	[INCIDENT_ATTACK] = {130, 240, QUIET_S},
};

void world_init(struct world *world, uint64_t seed, int only, double epoch_s, double speed)
{
	memset(world, 0, sizeof(*world));
	world->random = seed * 0x9e3779b97f4a7c15u + 1;
	world->only = only;
	world->epoch_s = epoch_s;
	world->speed = speed;
	world->prompt_version = 7;
	memcpy(world->routes, first_routes, sizeof(first_routes));
	memcpy(world->assistants, first_assistants, sizeof(first_assistants));
	world->limit_per_minute = 1800;
	for (size_t i = 0; i < NODES; i++)
		world->nodes[i].weight = i == NEW_NODE ? WEIGHT_TRIAL : WEIGHT_FULL;
}

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
double world_uniform(struct world *world)
{
	uint64_t z = world->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

double world_lognormal(struct world *world, double median, double sigma)
{
	double radius = sqrt(-2 * log(1 - world_uniform(world)));

	return median * exp(sigma * radius * cos(2 * 3.14159265358979 * world_uniform(world)));
}

/* Knuth's product method; the means here are small. */
unsigned world_poisson(struct world *world, double mean)
{
	double limit = exp(-mean), product = world_uniform(world);
	unsigned n = 0;

	while (product > limit) {
		product *= world_uniform(world);
		n++;
	}
	return n;
}

void histogram_add(struct histogram *histogram, const double *bounds, size_t n, double value)
{
	size_t i = 0;

	while (i < n && value > bounds[i])
		i++;
	histogram->buckets[i]++;
	histogram->count++;
	histogram->sum += value;
}

bool world_plays(const struct world *world, enum incident incident)
{
	double at_s = fmod(world->now_s, LOOP_S);
	double shift_s = 0;

	if (world->only && world->only != (int)incident)
		return false;
	if (world->only)
		shift_s = acts[incident].from_s - acts[incident].alone_s;
	return at_s >= acts[incident].from_s - shift_s && at_s < acts[incident].to_s - shift_s;
}

static size_t code_index(int code)
{
	size_t i = 0;

	while (world_codes[i] != code)
		i++;
	return i;
}

/* The server that takes a request, by weight, or NODES when none may. */
static size_t pick_node(struct world *world)
{
	double sum = 0, pick;
	size_t i;

	for (i = 0; i < NODES; i++)
		sum += world->nodes[i].down ? 0 : world->nodes[i].weight;
	if (sum == 0)
		return NODES;
	pick = world_uniform(world) * sum;
	for (i = 0; i + 1 < NODES; i++) {
		double weight = world->nodes[i].down ? 0 : world->nodes[i].weight;

		if (pick < weight)
			return i;
		pick -= weight;
	}
	return i;
}

/* How long the upstream took, and the code that it made. The incident is one slow server. */
static int ask_upstream(struct world *world, const struct route *route, size_t node, double *ret_s)
{
	bool slow = route == &world->routes[0] && node == NEW_NODE &&
		    world_plays(world, INCIDENT_CHECKOUT);

	*ret_s = world_lognormal(world, slow ? 2.6 : route->typical_s, slow ? 0.5 : 0.35);
	if (slow && world_uniform(world) < 0.33) {
		*ret_s = 5.0 + world_uniform(world) * 0.02;
		return 504;
	}
	if (world_uniform(world) < route->refused)
		return world_uniform(world) < 0.6 ? 401 : 404;
	if (world_uniform(world) < 0.0002)
		return 502;
	return 200;
}

/* What the gateway answers itself, or 0. */
static int refuse(struct world *world, const struct route *route, size_t node)
{
	if (route->off || node == NODES)
		return 503;
	if (route != &world->routes[ROUTES - 1])
		return 0;
	if (world->limit_left < 1)
		return 429;
	world->limit_left -= 1;
	return 0;
}

static void request_route(struct world *world, struct route *route)
{
	bool checkout = strcmp(route->service, "checkout") == 0;
	size_t node = checkout ? pick_node(world) : 0;
	double upstream_s, gateway_s = 0.002 + 0.002 * world_uniform(world);
	int code = refuse(world, route, node);

	route->bytes_in += 400 + (uint64_t)(world_uniform(world) * 800);
	if (code) {
		route->by_gateway[code_index(code)]++;
		histogram_add(&route->request_ms, kong_bounds_ms, KONG_BUCKETS, gateway_s * 1000);
		return;
	}
	code = ask_upstream(world, route, node, &upstream_s);
	route->by_upstream[code_index(code)]++;
	histogram_add(&route->upstream_ms, kong_bounds_ms, KONG_BUCKETS, upstream_s * 1000);
	histogram_add(&route->request_ms, kong_bounds_ms, KONG_BUCKETS,
		      (upstream_s + gateway_s) * 1000);
	route->bytes_out += 900 + (uint64_t)(world_uniform(world) * 9000);
}

/* The new build gets as much as the others; whatever the operator makes of it stays. */
static void run_nodes(struct world *world)
{
	bool rolled_out = world_plays(world, INCIDENT_CHECKOUT);
	unsigned *weight = &world->nodes[NEW_NODE].weight;

	if (rolled_out != world->build_changed &&
	    *weight == (rolled_out ? WEIGHT_TRIAL : WEIGHT_FULL))
		*weight = rolled_out ? WEIGHT_FULL : WEIGHT_TRIAL;
	world->build_changed = rolled_out;
}

static void run_routes(struct world *world, double step_s)
{
	double per_s = world->limit_per_minute / 60.0;

	run_nodes(world);
	world->limit_left = fmin(world->limit_left + per_s * step_s, per_s);
	for (size_t i = 0; i < ROUTES; i++) {
		struct route *route = &world->routes[i];

		for (unsigned n = world_poisson(world, route->per_s * step_s); n; n--)
			request_route(world, route);
		if (i == ROUTES - 1)
			route->by_gateway[code_index(429)] += world_poisson(world, 0.05 * step_s);
	}
	world->connections = 120 + (uint64_t)(world_uniform(world) * 30);
}

/* What the AI gateway itself takes for a request. */
#define PROXY_S 0.012

static void ask_assistant(struct world *world, struct assistant *assistant, bool bloated)
{
	double in = world_lognormal(world, assistant->input_tokens * (bloated ? 3.2 : 1), 0.2);
	double out = assistant->output_tokens > 0
			     ? world_lognormal(world,
					       assistant->output_tokens * (bloated ? 2.4 : 1), 0.3)
			     : 0;
	double time_s = world_lognormal(world, assistant->typical_s * (bloated ? 1.9 : 1), 0.35);

	assistant->requests++;
	assistant->tokens_in += (uint64_t)in;
	assistant->tokens_out += (uint64_t)out;
	assistant->usd += (in * assistant->usd_in + out * assistant->usd_out) / 1e6;
	assistant->flagged += world_uniform(world) < (bloated ? 0.31 : 0.02);
	histogram_add(&assistant->latency_s, ai_bounds_s, AI_BUCKETS, time_s);
	histogram_add(&assistant->provider_s, ai_bounds_s, AI_BUCKETS, fmax(time_s - PROXY_S, 0));
	if (assistant->streams)
		histogram_add(&assistant->first_token_s, ai_bounds_s, AI_BUCKETS, time_s * 0.3);
}

static void run_assistants(struct world *world, double step_s)
{
	bool rolled_out = world_plays(world, INCIDENT_PROMPT);

	if (rolled_out != world->prompt_changed)
		world->prompt_version = rolled_out ? 8 : 7;
	world->prompt_changed = rolled_out;
	for (size_t i = 0; i < ASSISTANTS; i++)
		for (unsigned n = world_poisson(world, world->assistants[i].per_s * step_s); n; n--)
			ask_assistant(world, &world->assistants[i],
				      world->prompt_version == 8 && i == 0);
}

void world_run(struct world *world, double until_s)
{
	while (world->now_s + STEP_S <= until_s) {
		run_routes(world, STEP_S);
		run_assistants(world, STEP_S);
		clients_run(world, STEP_S);
		world->now_s += STEP_S;
	}
	if (world->access_log)
		fflush(world->access_log);
}
