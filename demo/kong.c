/* Kong 3.x: the reads of its Admin API and the metrics of its prometheus plugin. */
#include "answers.h"

#include <string.h>

#define NODE "6cb0a3a1-1d7e-4c6f-9df0-6f9b1f5f2a10"

static void add_requests(struct strbuf *out, const struct route *route, const uint64_t *counts,
			 const char *source)
{
	for (size_t i = 0; i < CODES; i++)
		if (counts[i])
			strbuf_addf(
				out,
				"kong_http_requests_total{service=\"%s\",route=\"%s\",code=\"%d\","
				"source=\"%s\",workspace=\"default\",consumer=\"\"} %llu\n",
				route->service, route->name, world_codes[i], source,
				(unsigned long long)counts[i]);
}

static void add_histogram(struct strbuf *out, const char *name, const struct route *route,
			  const struct histogram *histogram)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= KONG_BUCKETS; i++) {
		sum += histogram->buckets[i];
		strbuf_addf(out,
			    "kong_%s_latency_ms_bucket{service=\"%s\",route=\"%s\",workspace="
			    "\"default\",le=\"",
			    name, route->service, route->name);
		if (i < KONG_BUCKETS)
			strbuf_addf(out, "%.0f", kong_bounds_ms[i]);
		else
			strbuf_addstr(out, "+Inf");
		strbuf_addf(out, "\"} %llu\n", (unsigned long long)sum);
	}
	strbuf_addf(
		out,
		"kong_%s_latency_ms_count{service=\"%s\",route=\"%s\",workspace=\"default\"} %llu\n"
		"kong_%s_latency_ms_sum{service=\"%s\",route=\"%s\",workspace=\"default\"} %.3f\n",
		name, route->service, route->name, (unsigned long long)histogram->count, name,
		route->service, route->name, histogram->sum);
}

static void add_bandwidth(struct strbuf *out, const struct route *route, const char *direction,
			  uint64_t bytes)
{
	strbuf_addf(out,
		    "kong_bandwidth_bytes{service=\"%s\",route=\"%s\",direction=\"%s\","
		    "workspace=\"default\",consumer=\"\"} %llu\n",
		    route->service, route->name, direction, (unsigned long long)bytes);
}

static void add_traffic(struct strbuf *out, const struct world *world)
{
	strbuf_addstr(out,
		      "# HELP kong_http_requests_total Requests by consumer, service and route\n"
		      "# TYPE kong_http_requests_total counter\n");
	for (size_t i = 0; i < ROUTES; i++) {
		add_requests(out, &world->routes[i], world->routes[i].by_upstream, "service");
		add_requests(out, &world->routes[i], world->routes[i].by_gateway, "kong");
	}
	strbuf_addstr(out, "# TYPE kong_bandwidth_bytes counter\n");
	for (size_t i = 0; i < ROUTES; i++) {
		add_bandwidth(out, &world->routes[i], "ingress", world->routes[i].bytes_in);
		add_bandwidth(out, &world->routes[i], "egress", world->routes[i].bytes_out);
	}
}

static void add_latency(struct strbuf *out, const struct world *world)
{
	strbuf_addstr(out, "# TYPE kong_request_latency_ms histogram\n");
	for (size_t i = 0; i < ROUTES; i++)
		add_histogram(out, "request", &world->routes[i], &world->routes[i].request_ms);
	strbuf_addstr(out, "# TYPE kong_upstream_latency_ms histogram\n");
	for (size_t i = 0; i < ROUTES; i++)
		add_histogram(out, "upstream", &world->routes[i], &world->routes[i].upstream_ms);
}

static void add_node(struct strbuf *out, const struct world *world)
{
	static const char *const states[] = {"healthchecks_off", "healthy", "unhealthy",
					     "dns_error"};

	strbuf_addstr(out, "# TYPE kong_upstream_target_health gauge\n");
	for (size_t node = 0; node < NODES; node++)
		for (size_t i = 0; i < 4; i++)
			strbuf_addf(out,
				    "kong_upstream_target_health{upstream=\"checkout\","
				    "target=\"10.0.0.2%zu:8080\",address=\"10.0.0.2%zu:8080\","
				    "state=\"%s\",subsystem=\"http\"} %d\n",
				    node + 1, node + 1, states[i],
				    i == (world->nodes[node].down ? 2u : 1u));
	strbuf_addf(out,
		    "# TYPE kong_nginx_connections_total gauge\n"
		    "kong_nginx_connections_total{node_id=\"" NODE
		    "\",subsystem=\"http\",state=\"active\"} %llu\n"
		    "# TYPE kong_node_info gauge\n"
		    "kong_node_info{node_id=\"" NODE "\",version=\"3.9.0\"} 1\n"
		    "# TYPE kong_datastore_reachable gauge\n"
		    "kong_datastore_reachable 1\n",
		    (unsigned long long)world->connections);
}

static void add_metrics(const struct world *world, struct strbuf *out)
{
	add_traffic(out, world);
	add_latency(out, world);
	add_node(out, world);
}

static void add_root(const struct world *world, struct strbuf *out)
{
	(void)world;
	strbuf_addstr(
		out,
		"{\"version\":\"3.9.0\",\"tagline\":\"Welcome to kong\","
		"\"hostname\":\"edge-eu-1\",\"node_id\":\"" NODE "\","
		"\"lua_version\":\"LuaJIT 2.1\",\"timers\":{\"running\":0,\"pending\":4},"
		"\"plugins\":{\"available_on_server\":{\"prometheus\":{\"version\":\"3.9.0\"}},"
		"\"enabled_in_cluster\":[\"prometheus\",\"rate-limiting\"]},"
		"\"configuration\":{\"database\":\"postgres\"}}");
}

static void add_status(const struct world *world, struct strbuf *out)
{
	strbuf_addf(out,
		    "{\"memory\":{\"workers_lua_vms\":[{\"pid\":1201,\"http_allocated_gc\":\"41.20 "
		    "MiB\"}],"
		    "\"lua_shared_dicts\":{}},\"server\":{\"connections_active\":%llu,"
		    "\"total_requests\":%llu},\"database\":{\"reachable\":true}}",
		    (unsigned long long)world->connections,
		    (unsigned long long)world->routes[0].request_ms.count);
}

static const struct {
	const char *path;
	const char *type;
	void (*add)(const struct world *world, struct strbuf *out);
} pages[] = {
	{"/metrics", "text/plain; charset=UTF-8", add_metrics},
	{"/", "application/json; charset=utf-8", add_root},
	{"/status", "application/json; charset=utf-8", add_status},
};

static void answer(struct world *world, const struct question *question, struct answer *ret_answer)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(question->path, pages[i].path) && !strcmp(question->method, "GET")) {
			ret_answer->type = pages[i].type;
			pages[i].add(world, &ret_answer->body);
			return;
		}
	if (!kong_admin(world, question, ret_answer))
		answer_missing(ret_answer, "{\"message\":\"Not found\"}");
}

const struct gateway kong_gateway = {"edge-eu", true, answer};
