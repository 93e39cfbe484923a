#include "query/clients.h"

#define NAT_CONSUMERS 4
#define NAT_AGENTS    8
#define NAT_GOOD      0.5 /* share of requests: who tries agents one after the other is no NAT */

enum { CONSUMERS, AGENTS, GOOD, ALL, BEHIND };

static size_t parse_list(const char *const *texts, struct arena *arena, struct address **ret_list)
{
	size_t n = 0, used = 0;

	while (texts && texts[n])
		n++;
	*ret_list = arena_array(arena, n + 1, sizeof(**ret_list));
	for (size_t i = 0; i < n; i++)
		used += address_parse(texts[i], &(*ret_list)[used]);
	return used;
}

static void read_deny_lists(const struct model *model, const struct clients_question *question,
			    struct arena *arena, struct clients *clients)
{
	const struct query query = {.columns = {{.measure = M_BLOCKED_IPS}},
				    .ncolumns = 1,
				    .by = DIM_BIT(DIM_CLIENT),
				    .window_ms = question->window_ms,
				    .at = question->at,
				    .sort = -1};
	struct result result;

	query_run(model, &query, arena, &result);
	clients->listed = arena_array(arena, result.n + 1, sizeof(*clients->listed));
	for (size_t i = 0; i < result.n; i++) {
		const struct row *row = &result.rows[i];

		if (row->figures[0].value > 0)
			clients->nlisted += address_parse(
				names_text(clients->names, row->dims.value[DIM_CLIENT]),
				&clients->listed[clients->nlisted]);
	}
}

void clients_read(const struct model *model, const struct clients_question *question,
		  struct arena *arena, struct clients *ret_clients)
{
	const struct query behind = {.columns = {[CONSUMERS] = {.measure = M_DISTINCT_CONSUMERS},
						 [AGENTS] = {.measure = M_DISTINCT_AGENTS},
						 [GOOD] = {.measure = M_2XX_RATE},
						 [ALL] = {.measure = M_REQUEST_RATE}},
				     .ncolumns = BEHIND,
				     .by = DIM_BIT(DIM_CLIENT),
				     .filter = question->filter,
				     .window_ms = question->window_ms,
				     .at = question->at,
				     .sort = -1};

	*ret_clients = (struct clients){.names = model_names(model)};
	ret_clients->nown = parse_list(question->own, arena, &ret_clients->own);
	ret_clients->nproxies = parse_list(question->proxies, arena, &ret_clients->proxies);
	read_deny_lists(model, question, arena, ret_clients);
	query_run(model, &behind, arena, &ret_clients->behind);
}

static bool has_value(const struct figure *figure, double least)
{
	return !(figure->quality & Q_NONE) && figure->value >= least;
}

static bool is_shared(const struct clients *clients, symbol client)
{
	for (size_t i = 0; i < clients->behind.n; i++) {
		const struct row *row = &clients->behind.rows[i];
		const struct figure *figures = row->figures;

		if (row->dims.value[DIM_CLIENT] != client)
			continue;
		return has_value(&figures[CONSUMERS], NAT_CONSUMERS) ||
		       (has_value(&figures[AGENTS], NAT_AGENTS) &&
			has_value(&figures[GOOD], NAT_GOOD * figures[ALL].value));
	}
	return false;
}

/* Whether one is a part of the other. */
static bool touches(const struct address *a, const struct address *b)
{
	return address_covers(a, b) || address_covers(b, a);
}

static unsigned deny_mark(const struct clients *clients, const struct address *address)
{
	unsigned mark = 0;

	for (size_t i = 0; i < clients->nlisted; i++) {
		if (address_covers(&clients->listed[i], address))
			return CLIENT_BLOCKED;
		if (address_covers(address, &clients->listed[i]))
			mark = CLIENT_LISTED;
	}
	return mark;
}

unsigned clients_marks(const struct clients *clients, symbol client)
{
	struct address address;
	unsigned marks;

	if (!address_parse(names_text(clients->names, client), &address))
		return 0;
	marks = deny_mark(clients, &address);
	for (size_t i = 0; i < clients->nown; i++)
		if (touches(&clients->own[i], &address))
			marks |= CLIENT_OWN;
	for (size_t i = 0; i < clients->nproxies; i++)
		if (touches(&clients->proxies[i], &address))
			marks |= CLIENT_NAT;
	if (is_shared(clients, client))
		marks |= CLIENT_NAT;
	return marks;
}
