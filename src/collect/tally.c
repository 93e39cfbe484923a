#include "collect/tally.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTES      1000
#define CLIENTS     20000
#define AGENTS      500
#define AGENT_BYTES 64
#define NAME_BYTES  257
#define CLIENT_LEFT 499
#define SEEN        50000 /* ids and agents in one generation */

/* Upper bounds in seconds; those of nginx's and Envoy's usual dashboards, up to a minute. */
static const double bounds[] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, INFINITY};

void tally_init(struct tally *tally, struct names *names, symbol target, uint32_t cap_series,
		uint32_t keep)
{
	*tally = (struct tally){.names = names, .target = target, .keep = keep};
	tally->other = names_symbol(names, "other", strlen("other"));
	names_symbol_hold(names, tally->other);
	tally->routes.cap = ROUTES;
	tally->clients.cap = CLIENTS;
	tally->agents.cap = AGENTS;
	map_init(&tally->routes.map);
	map_init(&tally->clients.map);
	map_init(&tally->agents.map);
	map_init(&tally->seen.now);
	map_init(&tally->seen.before);
	dict_init(&tally->dict, names, cap_series);
}

static void drop_lines(struct tally *tally)
{
	for (size_t i = 0; i < tally->nlines; i++) {
		names_drop(tally->names, tally->lines[i].dims);
		free((char *)tally->lines[i].text);
	}
	tally->nlines = tally->next_line = 0;
}

static bool same_symbol(const void *ctx, uint32_t value, const void *key)
{
	(void)ctx;
	return value == *(const symbol *)key;
}

/* The symbol, or "other" when too many of its kind are known. */
static symbol capped(struct tally *tally, struct tally_set *set, const char *text, size_t len)
{
	char copy[NAME_BYTES];
	symbol found;
	uint64_t hash;

	if (len >= sizeof(copy))
		len = sizeof(copy) - 1;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80) /* not within a character */
		len--;
	if (!len)
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	found = names_find(tally->names, copy);
	hash = hash_bytes(&found, sizeof(found));
	if (found && map_find(&set->map, hash, same_symbol, NULL, &found) != MAP_NONE)
		return found;
	if (set->n >= set->cap)
		return tally->other;
	found = names_symbol(tally->names, copy, strlen(copy));
	names_symbol_hold(tally->names, found);
	map_add(&set->map, hash_bytes(&found, sizeof(found)), found);
	set->held = xgrow(set->held, &set->allocated, set->n + 1, sizeof(*set->held));
	set->held[set->n++] = found;
	return found;
}

static void forget(struct tally *tally, struct tally_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		names_symbol_drop(tally->names, set->held[i]);
	set->n = 0;
	map_clear(&set->map);
}

static void release_set(struct tally *tally, struct tally_set *set)
{
	forget(tally, set);
	map_release(&set->map);
	free(set->held);
}

void tally_release(struct tally *tally)
{
	drop_lines(tally);
	dict_release(&tally->dict);
	release_set(tally, &tally->routes);
	release_set(tally, &tally->clients);
	release_set(tally, &tally->agents);
	map_release(&tally->seen.now);
	map_release(&tally->seen.before);
	names_symbol_drop(tally->names, tally->other);
	free(tally->values);
	free(tally->touched);
	*tally = (struct tally){0};
}

static symbol plain(struct tally *tally, const char *text)
{
	return *text ? names_symbol(tally->names, text, strlen(text)) : 0;
}

static void add(struct tally *tally, enum signal signal, enum part part, double bound, dims_id dims,
		double amount)
{
	struct dict_entry entry = {
		.bound = bound, .dims = dims, .signal = (uint8_t)signal, .part = (uint8_t)part};
	uint32_t known = tally->dict.n, at = dict_add(&tally->dict, &entry);

	tally->values =
		xgrow(tally->values, &tally->values_cap, tally->dict.n, sizeof(*tally->values));
	tally->touched =
		xgrow(tally->touched, &tally->touched_cap, tally->dict.n, sizeof(*tally->touched));
	for (; known < tally->dict.n; known++)
		tally->values[known] = 0;
	tally->values[at] += amount;
	tally->touched[at] = tally->round;
}

static void observe(struct tally *tally, enum signal signal, const struct dims *dims,
		    double seconds)
{
	dims_id id;

	if (!(seconds >= 0) || !isfinite(seconds))
		return;
	id = names_intern(tally->names, dims);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		add(tally, signal, PART_BUCKET, bounds[i], id, seconds <= bounds[i]);
	add(tally, signal, PART_SUM, 0, id, seconds);
	add(tally, signal, PART_COUNT, 0, id, 1);
	names_drop(tally->names, id);
}

static void count(struct tally *tally, enum signal signal, const struct dims *dims, dim_mask mask,
		  double amount)
{
	struct dims some = dims_project(dims, mask | DIM_BIT(DIM_TARGET));
	dims_id id = names_intern(tally->names, &some);

	add(tally, signal, PART_VALUE, 0, id, amount);
	names_drop(tally->names, id);
}

static void keep_line(struct tally *tally, const struct dims *dims,
		      const struct accesslog_record *record)
{
	struct tick_line *line = &tally->lines[tally->next_line];

	if (tally->nlines == TALLY_LINES) {
		names_drop(tally->names, line->dims);
		free((char *)line->text);
	} else {
		tally->nlines++;
	}
	line->dims = names_intern(tally->names, dims);
	line->wall_ms = record->wall_ms;
	line->text = xstrdup(record->line);
	tally->next_line = (tally->next_line + 1) % TALLY_LINES;
}

static bool same_number(const void *ctx, uint32_t value, const void *key)
{
	(void)ctx;
	return value == *(const uint32_t *)key;
}

/* Whether these bytes come for the first time, as far back as is remembered. */
static bool is_new(struct tally_seen *seen, uint64_t hash)
{
	uint32_t check = (uint32_t)(hash >> 33); /* never MAP_NONE */
	struct map older = seen->before;

	if (map_find(&seen->now, hash, same_number, NULL, &check) != MAP_NONE ||
	    map_find(&seen->before, hash, same_number, NULL, &check) != MAP_NONE)
		return false;
	if (seen->now.n >= SEEN) {
		seen->before = seen->now;
		seen->now = older;
		map_clear(&seen->now);
	}
	map_add(&seen->now, hash, check);
	return true;
}

/* A client that goes through many ids, or many clients behind one address. */
static void count_distinct(struct tally *tally, const struct dims *dims, const char *type,
			   uint64_t what)
{
	const char *client = names_text(tally->names, dims->value[DIM_CLIENT]);
	uint64_t key[] = {what, hash_bytes(client, strlen(client)), hash_bytes(type, strlen(type))};
	struct dims one = *dims;

	if (!dims->value[DIM_CLIENT] || !what ||
	    !is_new(&tally->seen, hash_bytes(key, sizeof(key))))
		return;
	one.value[DIM_TYPE] = plain(tally, type);
	count(tally, SIGNAL_DISTINCT, &one, DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_TYPE), 1);
}

/* What a user agent calls itself: the robot that it is said to be compatible with; of a browser the
 * last product, as the first is the same for all; else the first. */
static const char *agent_name(const char *agent, size_t *ret_len)
{
	static const char robot[] = "(compatible; ";
	const char *name = strstr(agent, robot), *last = strrchr(agent, ' ');
	const char *ends = " ";

	if (name) {
		name += strlen(robot);
		ends = ";)";
	} else {
		name = last && !strncmp(agent, "Mozilla/", 8) && last[1] ? last + 1 : agent;
	}
	*ret_len = strcspn(name, ends);
	if (*ret_len > AGENT_BYTES)
		*ret_len = AGENT_BYTES;
	return name;
}

static void fill_dims(struct tally *tally, const struct accesslog_record *record, struct dims *dims)
{
	static const char *const origins[] = {[ORIGIN_UNKNOWN] = "",
					      [ORIGIN_GATEWAY] = "gateway",
					      [ORIGIN_UPSTREAM] = "upstream"};
	int status = record->status ? record->status : CLIENT_LEFT;
	const char *agent;
	size_t agent_len;
	char code[16];

	snprintf(code, sizeof(code), "%d", status);
	*dims = (struct dims){{0}};
	dims->value[DIM_TARGET] = tally->target;
	dims->value[DIM_ROUTE] =
		capped(tally, &tally->routes, record->route, strlen(record->route));
	dims->value[DIM_CLIENT] =
		capped(tally, &tally->clients, record->client, strlen(record->client));
	agent = agent_name(record->user_agent, &agent_len);
	dims->value[DIM_APP] = capped(tally, &tally->agents, agent, agent_len);
	dims->value[DIM_SERVICE] = plain(tally, record->service);
	dims->value[DIM_NODE] = plain(tally, record->node);
	dims->value[DIM_CODE] = plain(tally, code);
	dims->value[DIM_ORIGIN] = plain(tally, origins[record->origin]);
}

/* Codes that are also counted by what they mean. */
static void count_refusal(struct tally *tally, const struct dims *dims,
			  const struct accesslog_record *record)
{
	const dim_mask who = DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_ORIGIN);
	struct dims denied = *dims;

	if (record->limited)
		count(tally, SIGNAL_RATE_LIMITED, dims, who, 1);
	if (record->status == 401)
		count(tally, SIGNAL_AUTH_FAILURES, dims, who, 1);
	if (record->status != 403)
		return;
	denied.value[DIM_REASON] = plain(tally, "403");
	count(tally, SIGNAL_DENIED, &denied, who | DIM_BIT(DIM_REASON), 1);
}

/* The same requests once more, which is why they are totals. */
static void count_agent(struct tally *tally, const struct dims *dims,
			const struct accesslog_record *record)
{
	const dim_mask which =
		DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_APP) | DIM_BIT(DIM_CODE);
	struct dims some = dims_project(dims, which);
	dims_id id = names_intern(tally->names, &some);

	if (dims->value[DIM_APP])
		add(tally, SIGNAL_REQUESTS, PART_TOTAL, 0, id, 1);
	names_drop(tally->names, id);
	count_distinct(tally, dims, "id", record->ids);
	count_distinct(tally, dims, "agent",
		       *record->user_agent
			       ? hash_bytes(record->user_agent, strlen(record->user_agent))
			       : 0);
}

void tally_record(struct tally *tally, const struct accesslog_record *record)
{
	const dim_mask where =
		DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_NODE);
	struct dims dims, place;
	dims_id whole;

	fill_dims(tally, record, &dims);
	whole = names_intern(tally->names, &dims); /* holds the names until all is counted */
	place = dims_project(&dims, where);
	count(tally, SIGNAL_REQUESTS, &dims, DIM_ALL & ~DIM_BIT(DIM_APP), 1);
	count_agent(tally, &dims, record);
	count_refusal(tally, &dims, record);
	observe(tally, SIGNAL_LATENCY, &place, record->seconds);
	observe(tally, SIGNAL_UPSTREAM_LATENCY, &place, record->upstream_seconds);
	if (isfinite(record->bytes))
		count(tally, SIGNAL_BYTES_OUT, &dims, DIM_BIT(DIM_ROUTE), record->bytes);
	keep_line(tally, &dims, record);
	names_drop(tally->names, whole);
}

/* When series had to go into "other", those idle for long make room. Their counts go with them;
 * the others go on from where they are. */
static void make_room(struct tally *tally)
{
	struct dict old = tally->dict;
	uint32_t version = old.version, kept = 0;

	dict_init(&tally->dict, tally->names, old.cap_series);
	tally->dict.version = version + 1;
	for (uint32_t i = 0; i < old.n; i++) {
		if (tally->round - tally->touched[i] > tally->keep)
			continue;
		kept = dict_add(&tally->dict, &old.entries[i]);
		tally->values[kept] = tally->values[i];
		tally->touched[kept] = tally->touched[i];
	}
	dict_release(&old);
	forget(tally, &tally->routes);
	forget(tally, &tally->clients);
	forget(tally, &tally->agents);
}

void tally_tick(struct tally *tally, struct tick *ret_tick)
{
	static const double nothing[1];

	ret_tick->dict = &tally->dict;
	ret_tick->values = tally->dict.n ? tally->values : nothing;
	ret_tick->lines = tally->lines;
	ret_tick->nlines = tally->nlines;
	ret_tick->untrusted = tally->untrusted;
	ret_tick->unmapped = tally->others;
	ret_tick->bytes = tally->bytes;
}

void tally_next(struct tally *tally)
{
	drop_lines(tally);
	tally->untrusted = tally->others = 0;
	tally->bytes = 0;
	tally->round++;
	if (tally->dict.overflow && tally->round % tally->keep == 0)
		make_room(tally);
}
