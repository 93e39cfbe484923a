/* Filters: what a rule cannot say because it takes more than one series to know it. They run over
 * a finished tick: they take values out, move them to where they belong, or put a value into its
 * signal's terms.
 * They know their own series by the fixed dims that the profile sets, so that several gateways may
 * come in one answer. */
#include "profile/filter.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* What of an entry tells two series of one thing apart. */
static bool same(const struct names *names, const struct dict_entry *a, const struct dict_entry *b,
		 dim_mask mask)
{
	struct dims of_a = *names_dims(names, a->dims);
	struct dims of_b = *names_dims(names, b->dims);

	of_a = dims_project(&of_a, mask);
	of_b = dims_project(&of_b, mask);
	return dims_equal(&of_a, &of_b);
}

/* LiteLLM writes the state of a deployment twice: under the provider's model name, which follows
 * what happens, and after a cooldown under the name of the model group, where the 2 stays for
 * ever. Of the series of one deployment the best is the one that moves. */
static void litellm_deployments(struct mapping_own *own, struct names *names, struct dict *dict,
				double *values)
{
	const dim_mask one = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_NODE);

	(void)own;
	for (uint32_t i = 0; i < dict->n; i++) {
		const struct dict_entry *entry = &dict->entries[i];

		if (entry->signal != SIGNAL_MODEL_STATE || tick_is_absent(values[i]))
			continue;
		for (uint32_t j = 0; j < dict->n; j++) {
			if (j == i || dict->entries[j].signal != SIGNAL_MODEL_STATE ||
			    tick_is_absent(values[j]) ||
			    !same(names, entry, &dict->entries[j], one))
				continue;
			if (values[j] < values[i] || (values[j] == values[i] && j < i)) {
				values[i] = tick_absent();
				break;
			}
		}
	}
}

/* The routes (Caddy: servers) that have an entry of this service; the caller frees them. */
static symbol *routes_with(const struct names *names, const struct dict *dict, symbol service,
			   size_t *ret_n)
{
	symbol *routes = NULL;
	size_t cap = 0;

	*ret_n = 0;
	for (uint32_t i = 0; i < dict->n; i++) {
		const struct dims *dims = names_dims(names, dict->entries[i].dims);
		bool known = dims->value[DIM_SERVICE] != service;

		for (size_t j = 0; j < *ret_n && !known; j++)
			known = routes[j] == dims->value[DIM_ROUTE];
		if (known)
			continue;
		routes = xgrow(routes, &cap, *ret_n + 1, sizeof(*routes));
		routes[(*ret_n)++] = dims->value[DIM_ROUTE];
	}
	return routes;
}

/* Caddy counts a request in each handler that it passes. Where a server has a subroute, every
 * request passes it, and the handlers within only repeat it. */
static void caddy_inner(struct names *names, struct dict *dict, double *values)
{
	symbol subroute = names_find(names, "subroute");
	symbol *routes = NULL;
	size_t n = 0;

	if (subroute)
		routes = routes_with(names, dict, subroute, &n);
	for (uint32_t i = 0; n > 0 && i < dict->n; i++) {
		const struct dims *dims = names_dims(names, dict->entries[i].dims);

		if (!dims->value[DIM_SERVICE] || dims->value[DIM_SERVICE] == subroute ||
		    dims->value[DIM_REASON])
			continue;
		for (size_t j = 0; j < n; j++)
			if (routes[j] == dims->value[DIM_ROUTE])
				values[i] = tick_absent();
	}
	free(routes);
}

/* Sums the values of one handler of a server that are of this part and no errors. */
static double handler_sum(const struct names *names, const struct dict *dict, const double *values,
			  const struct dict_entry *of, enum part part)
{
	const dim_mask handler = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_SERVICE);
	double sum = 0;

	for (uint32_t i = 0; i < dict->n; i++) {
		const struct dict_entry *entry = &dict->entries[i];
		if (entry->signal == of->signal && entry->part == part &&
		    !tick_is_absent(values[i]) &&
		    !names_dims(names, entry->dims)->value[DIM_REASON] &&
		    same(names, entry, of, handler))
			sum += values[i];
	}
	return sum;
}

/* Until 2.7 what Caddy itself answers after an error is in request_errors_total and not among the
 * answers with a code; since 2.8 it is in both. The total of requests tells which. */
static void caddy_errors(struct names *names, struct dict *dict, double *values)
{
	symbol error = names_find(names, "error");

	for (uint32_t i = 0; i < dict->n; i++) {
		const struct dict_entry *entry = &dict->entries[i];

		if (entry->signal != SIGNAL_REQUESTS || tick_is_absent(values[i]) || !error ||
		    names_dims(names, entry->dims)->value[DIM_REASON] != error)
			continue;
		if (handler_sum(names, dict, values, entry, PART_TOTAL) -
			    handler_sum(names, dict, values, entry, PART_VALUE) <
		    values[i])
			values[i] = tick_absent();
	}
}

static void caddy_handlers(struct mapping_own *own, struct names *names, struct dict *dict,
			   double *values)
{
	(void)own;
	caddy_errors(names, dict, values);
	caddy_inner(names, dict, values);
}

static bool is_of_type(const struct names *names, const struct dict_entry *entry, const char *type)
{
	return strcmp(names_text(names, names_dims(names, entry->dims)->value[DIM_TYPE]), type) ==
	       0;
}

/* Traefik counts a request at its entrypoint, its router and its service. Where routers are counted
 * at all, rows are those, and what entrypoints or services say of the same requests goes. */
static void traefik_levels(struct mapping_own *own, struct names *names, struct dict *dict,
			   double *values)
{
	bool routers = false;

	(void)own;
	for (uint32_t i = 0; i < dict->n; i++)
		routers |= dict->entries[i].signal == SIGNAL_REQUESTS &&
			   !tick_is_absent(values[i]) &&
			   is_of_type(names, &dict->entries[i], "router");
	for (uint32_t i = 0; i < dict->n; i++) {
		const struct dict_entry *entry = &dict->entries[i];
		bool row = is_of_type(names, entry, "service row");
		bool repeats = row ? routers : !routers && is_of_type(names, entry, "service");

		if (entry->signal == SIGNAL_LATENCY)
			repeats |= routers && is_of_type(names, entry, "entrypoint");
		if (repeats)
			values[i] = tick_absent();
	}
}

/* The state of an upstream's server is a number: 1 up, 2 draining, 3 down, 4 unavailable, 5 being
 * checked, 6 unhealthy. */
static void nginx_states(struct mapping_own *own, struct names *names, struct dict *dict,
			 double *values)
{
	(void)own;
	(void)names;
	for (uint32_t i = 0; i < dict->n; i++)
		if (dict->entries[i].signal == SIGNAL_NODE_UP && !tick_is_absent(values[i]))
			values[i] = values[i] == 1 || values[i] == 5;
}

static const struct map_filter filters[] = {
	{"caddy-handlers",
	 "counts a request once, though it passes several handlers, and an error once, though "
	 "newer "
	 "versions also count it among the answers",
	 caddy_handlers},
	{"envoy-answers",
	 "what a cluster answered because Envoy timed out, was full or reached no host is the "
	 "gateway's own",
	 envoy_answers},
	{"haproxy-answers",
	 "what frontends answered that no backend did, and what backends answered that no server "
	 "did, is the gateway's own",
	 haproxy_answers},
	{"haproxy-averages",
	 "puts the exporter's averages right until there are 512 requests; with fewer than 64 "
	 "there "
	 "is none",
	 haproxy_averages},
	{"litellm-deployments",
	 "of the two states that a deployment has after a cooldown, takes the one that still "
	 "changes",
	 litellm_deployments},
	{"litellm-routes",
	 "gives the times of a deployment to the route by which all its requests for a model came",
	 litellm_routes},
	{"litellm-workers",
	 "takes a budget once, though every worker tells it: the least that is left",
	 litellm_workers},
	{"nginx-states", "makes up or not of the six states of a server", nginx_states},
	{"traefik-levels",
	 "rows are routers where those are counted, else services; entrypoints alone are summed",
	 traefik_levels},
};

const struct map_filter *mapping_filter(const char *name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strcmp(filters[i].name, name) == 0)
			return &filters[i];
	return NULL;
}

const struct map_filter *mapping_filters(size_t *ret_n)
{
	*ret_n = sizeof(filters) / sizeof(filters[0]);
	return filters;
}
