/* Kong's Admin API: plugins, routes and upstreams, read and changed. PATCH replaces arrays, as the
 * real one does. */
#include "answers.h"

#include <jansson.h>
#include <string.h>

#define ID_LIMIT   "0f1e2d3c-0000-4000-8000-000000000001"
#define ID_METRICS "0f1e2d3c-0000-4000-8000-000000000002"
#define ID_DENY    "0f1e2d3c-0000-4000-8000-000000000003"
#define ID_OFF     "0f1e2d3c-0000-4000-8000-0000000001" /* and the route's number, of two digits */

/* What stands in the {} places of a path. */
struct place {
	char text[2][64];
};

static void refuse(struct answer *answer, int status, const char *name, const char *message)
{
	answer->status = status;
	strbuf_addf(&answer->body, "{\"name\":\"%s\",\"message\":\"%s\"}", name, message);
}

static void not_found(struct answer *answer)
{
	answer->status = 404;
	strbuf_addstr(&answer->body, "{\"message\":\"Not found\"}");
}

static void add_deny(const struct world *world, struct strbuf *out)
{
	strbuf_addf(out,
		    "{\"id\":\"" ID_DENY "\",\"name\":\"ip-restriction\",\"enabled\":%s,"
		    "\"service\":null,\"route\":null,\"consumer\":null,\"config\":{\"allow\":null,"
		    "\"status\":null,\"message\":null,\"deny\":[",
		    world->deny_on ? "true" : "false");
	for (size_t i = 0; i < world->ndenied; i++)
		strbuf_addf(out, "%s\"%s\"", i ? "," : "", world->denied[i]);
	strbuf_addstr(out, "]}}");
}

static void add_limit(const struct world *world, struct strbuf *out)
{
	strbuf_addf(out,
		    "{\"id\":\"" ID_LIMIT "\",\"name\":\"rate-limiting\",\"enabled\":true,"
		    "\"service\":null,\"route\":{\"id\":\"r%d\"},\"consumer\":null,"
		    "\"config\":{\"minute\":%u,\"policy\":\"local\"}}",
		    ROUTES - 1, world->limit_per_minute);
}

static void add_off(size_t route, bool on, struct strbuf *out)
{
	strbuf_addf(out,
		    "{\"id\":\"" ID_OFF "%02zu\",\"name\":\"request-termination\",\"enabled\":%s,"
		    "\"service\":null,\"route\":{\"id\":\"r%zu\"},\"consumer\":null,"
		    "\"config\":{\"status_code\":503}}",
		    route, on ? "true" : "false", route);
}

static void add_metrics_plugin(struct strbuf *out)
{
	strbuf_addstr(out, "{\"id\":\"" ID_METRICS "\",\"name\":\"prometheus\",\"enabled\":true,"
			   "\"service\":null,\"route\":null,\"consumer\":null,"
			   "\"config\":{\"status_code_metrics\":true,\"latency_metrics\":true,"
			   "\"bandwidth_metrics\":true,\"upstream_health_metrics\":true}}");
}

static void get_plugins(struct world *world, const struct place *place, json_t *body,
			struct answer *answer)
{
	struct strbuf *out = &answer->body;

	(void)place, (void)body;
	strbuf_addstr(out, "{\"data\":[");
	add_limit(world, out);
	strbuf_addstr(out, ",");
	add_metrics_plugin(out);
	if (world->deny_made) {
		strbuf_addstr(out, ",");
		add_deny(world, out);
	}
	for (size_t i = 0; i < ROUTES; i++)
		if (world->routes[i].off) {
			strbuf_addstr(out, ",");
			add_off(i, true, out);
		}
	strbuf_addstr(out, "],\"next\":null}");
}

/* The route that a plugin of that kind switches off, or ROUTES. */
static size_t off_route(const char *id)
{
	char number[3] = "";
	size_t route;

	if (strncmp(id, ID_OFF, strlen(ID_OFF)) != 0 || strlen(id) != strlen(ID_OFF) + 2)
		return ROUTES;
	memcpy(number, id + strlen(ID_OFF), 2);
	route = (size_t)(number[0] - '0') * 10 + (size_t)(number[1] - '0');
	return route < ROUTES ? route : ROUTES;
}

static void get_plugin(struct world *world, const struct place *place, json_t *body,
		       struct answer *answer)
{
	const char *id = place->text[0];
	size_t route = off_route(id);

	(void)body;
	if (!strcmp(id, ID_LIMIT))
		add_limit(world, &answer->body);
	else if (!strcmp(id, ID_METRICS))
		add_metrics_plugin(&answer->body);
	else if (!strcmp(id, ID_DENY) && world->deny_made)
		add_deny(world, &answer->body);
	else if (route < ROUTES)
		add_off(route, world->routes[route].off, &answer->body);
	else
		not_found(answer);
}

/* Takes the list as it is given; -1 when it is none, or too long. */
static int take_deny(struct world *world, const json_t *list)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > DENIED)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || strlen(text) >= sizeof(world->denied[i]) ||
		    strspn(text, "0123456789abcdefABCDEF.:/") != strlen(text))
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		strcpy(world->denied[i], json_string_value(json_array_get(list, i)));
	world->ndenied = n;
	return 0;
}

static void post_plugin(struct world *world, const struct place *place, json_t *body,
			struct answer *answer)
{
	const char *name = json_string_value(json_object_get(body, "name"));
	const json_t *deny = json_object_get(json_object_get(body, "config"), "deny");

	(void)place;
	if (!name || strcmp(name, "ip-restriction") != 0) {
		refuse(answer, 400, "schema violation", "the demo can add ip-restriction only");
	} else if (world->deny_made) {
		refuse(answer, 409, "unique constraint violation", "UNIQUE violation detected");
	} else if (take_deny(world, deny)) {
		refuse(answer, 400, "schema violation", "config.deny: invalid ip or cidr range");
	} else {
		world->deny_made = world->deny_on = true;
		answer->status = 201;
		add_deny(world, &answer->body);
	}
}

static void patch_deny(struct world *world, const json_t *body, struct answer *answer)
{
	const json_t *deny = json_object_get(json_object_get(body, "config"), "deny");
	const json_t *enabled = json_object_get(body, "enabled");

	if (deny && take_deny(world, deny)) {
		refuse(answer, 400, "schema violation", "config.deny: invalid ip or cidr range");
		return;
	}
	if (json_is_boolean(enabled))
		world->deny_on = json_is_true(enabled);
	add_deny(world, &answer->body);
}

static void patch_limit(struct world *world, const json_t *body, struct answer *answer)
{
	const json_t *minute = json_object_get(json_object_get(body, "config"), "minute");

	if (json_is_integer(minute) && json_integer_value(minute) > 0 &&
	    json_integer_value(minute) <= 1000000)
		world->limit_per_minute = (unsigned)json_integer_value(minute);
	else if (minute)
		refuse(answer, 400, "schema violation", "config.minute: value must be over 0");
	if (answer->status == 200)
		add_limit(world, &answer->body);
}

static void patch_plugin(struct world *world, const struct place *place, json_t *body,
			 struct answer *answer)
{
	const char *id = place->text[0];
	const json_t *enabled = json_object_get(body, "enabled");
	size_t route = off_route(id);

	if (!strcmp(id, ID_DENY) && world->deny_made) {
		patch_deny(world, body, answer);
	} else if (!strcmp(id, ID_LIMIT)) {
		patch_limit(world, body, answer);
	} else if (route < ROUTES) {
		if (json_is_boolean(enabled))
			world->routes[route].off = json_is_true(enabled);
		add_off(route, world->routes[route].off, &answer->body);
	} else {
		not_found(answer);
	}
}

/* By name or id, or ROUTES. */
static size_t find_route(const struct world *world, const char *text)
{
	size_t i = 0;

	while (i < ROUTES && strcmp(world->routes[i].name, text) != 0 &&
	       !(text[0] == 'r' && text[1] == (char)('0' + i) && !text[2]))
		i++;
	return i;
}

static void add_route(const struct world *world, size_t i, struct strbuf *out)
{
	strbuf_addf(out, "{\"id\":\"r%zu\",\"name\":\"%s\",\"paths\":[\"%s\"]}", i,
		    world->routes[i].name, world->routes[i].path);
}

static void get_routes(struct world *world, const struct place *place, json_t *body,
		       struct answer *answer)
{
	(void)place, (void)body;
	strbuf_addstr(&answer->body, "{\"data\":[");
	for (size_t i = 0; i < ROUTES; i++) {
		strbuf_addstr(&answer->body, i ? "," : "");
		add_route(world, i, &answer->body);
	}
	strbuf_addstr(&answer->body, "],\"next\":null}");
}

static void get_route(struct world *world, const struct place *place, json_t *body,
		      struct answer *answer)
{
	size_t i = find_route(world, place->text[0]);

	(void)body;
	if (i == ROUTES)
		not_found(answer);
	else
		add_route(world, i, &answer->body);
}

static void get_route_plugins(struct world *world, const struct place *place, json_t *body,
			      struct answer *answer)
{
	size_t i = find_route(world, place->text[0]);

	(void)body;
	if (i == ROUTES) {
		not_found(answer);
		return;
	}
	strbuf_addstr(&answer->body, "{\"data\":[");
	if (world->routes[i].off)
		add_off(i, true, &answer->body);
	if (i == ROUTES - 1) {
		strbuf_addstr(&answer->body, world->routes[i].off ? "," : "");
		add_limit(world, &answer->body);
	}
	strbuf_addstr(&answer->body, "],\"next\":null}");
}

static void post_route_plugin(struct world *world, const struct place *place, json_t *body,
			      struct answer *answer)
{
	size_t i = find_route(world, place->text[0]);
	const char *name = json_string_value(json_object_get(body, "name"));

	if (i == ROUTES) {
		not_found(answer);
	} else if (!name || strcmp(name, "request-termination") != 0) {
		refuse(answer, 400, "schema violation",
		       "the demo can add request-termination only");
	} else if (world->routes[i].off) {
		refuse(answer, 409, "unique constraint violation", "UNIQUE violation detected");
	} else {
		world->routes[i].off = true;
		answer->status = 201;
		add_off(i, true, &answer->body);
	}
}

static void get_upstreams(struct world *world, const struct place *place, json_t *body,
			  struct answer *answer)
{
	(void)world, (void)place, (void)body;
	strbuf_addstr(&answer->body,
		      "{\"data\":[{\"id\":\"7d1b\",\"name\":\"checkout\",\"slots\":10000}],"
		      "\"next\":null}");
}

static bool is_checkout(const char *text)
{
	return !strcmp(text, "checkout") || !strcmp(text, "7d1b");
}

static void get_targets(struct world *world, const struct place *place, json_t *body,
			struct answer *answer)
{
	(void)body;
	if (!is_checkout(place->text[0])) {
		not_found(answer);
		return;
	}
	strbuf_addstr(&answer->body, "{\"data\":[");
	for (size_t i = 0; i < NODES; i++)
		strbuf_addf(&answer->body,
			    "%s{\"id\":\"t%zu\",\"target\":\"10.0.0.2%zu:8080\",\"weight\":%u,"
			    "\"health\":\"%s\"}",
			    i ? "," : "", i, i + 1, world->nodes[i].weight,
			    world->nodes[i].down ? "UNHEALTHY" : "HEALTHY");
	strbuf_addstr(&answer->body, "],\"next\":null}");
}

/* The target of the path, or NULL after a 404. */
static struct node *find_node(struct world *world, const struct place *place, struct answer *answer)
{
	char target[32];

	for (size_t i = 0; i < NODES && is_checkout(place->text[0]); i++) {
		snprintf(target, sizeof(target), "10.0.0.2%zu:8080", i + 1);
		if (!strcmp(place->text[1], target))
			return &world->nodes[i];
	}
	not_found(answer);
	return NULL;
}

static void mark(struct world *world, const struct place *place, struct answer *answer, bool down)
{
	struct node *node = find_node(world, place, answer);

	if (!node)
		return;
	node->down = down;
	answer->status = 204;
}

static void put_unhealthy(struct world *world, const struct place *place, json_t *body,
			  struct answer *answer)
{
	(void)body;
	mark(world, place, answer, true);
}

static void put_healthy(struct world *world, const struct place *place, json_t *body,
			struct answer *answer)
{
	(void)body;
	mark(world, place, answer, false);
}

static void patch_target(struct world *world, const struct place *place, json_t *body,
			 struct answer *answer)
{
	struct node *node = find_node(world, place, answer);
	const json_t *weight = json_object_get(body, "weight");

	if (!node)
		return;
	if (!json_is_integer(weight) || json_integer_value(weight) < 0 ||
	    json_integer_value(weight) > 65535) {
		refuse(answer, 400, "schema violation", "weight: value should be 0 to 65535");
		return;
	}
	node->weight = (unsigned)json_integer_value(weight);
	strbuf_addf(&answer->body, "{\"target\":\"%s\",\"weight\":%u}", place->text[1],
		    node->weight);
}

static const struct {
	const char *method, *path;
	void (*act)(struct world *world, const struct place *place, json_t *body,
		    struct answer *answer);
} calls[] = {
	{"GET", "/plugins", get_plugins},
	{"POST", "/plugins", post_plugin},
	{"GET", "/plugins/{}", get_plugin},
	{"PATCH", "/plugins/{}", patch_plugin},
	{"GET", "/routes", get_routes},
	{"GET", "/routes/{}", get_route},
	{"GET", "/routes/{}/plugins", get_route_plugins},
	{"POST", "/routes/{}/plugins", post_route_plugin},
	{"GET", "/upstreams", get_upstreams},
	{"GET", "/upstreams/{}/health", get_targets},
	{"GET", "/upstreams/{}/targets", get_targets},
	{"PATCH", "/upstreams/{}/targets/{}", patch_target},
	{"PUT", "/upstreams/{}/targets/{}/unhealthy", put_unhealthy},
	{"PUT", "/upstreams/{}/targets/{}/healthy", put_healthy},
};

static bool matches(const char *pattern, const char *path, struct place *ret_place)
{
	size_t n = 0;

	while (*pattern) {
		if (strncmp(pattern, "{}", 2) == 0) {
			size_t len = strcspn(path, "/");

			if (len == 0 || len >= sizeof(ret_place->text[n]))
				return false;
			memcpy(ret_place->text[n], path, len);
			ret_place->text[n++][len] = '\0';
			pattern += 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*path;
}

bool kong_admin(struct world *world, const struct question *question, struct answer *answer)
{
	struct place place;
	bool known = false;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		json_t *body;

		if (!matches(calls[i].path, question->path, &place))
			continue;
		known = true;
		if (strcmp(calls[i].method, question->method) != 0)
			continue;
		answer->type = "application/json; charset=utf-8";
		body = json_loadb(question->body, question->body_len, 0, NULL);
		calls[i].act(world, &place, body, answer);
		json_decref(body);
		return true;
	}
	if (known)
		refuse(answer, 405, "method not allowed", "Method not allowed");
	return known;
}
