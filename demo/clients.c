/* The second gateway: the clients behind its access log, among them one that should not be. */
#include "base/clock.h"
#include "world.h"

#define ATTACKER     "203.0.113.9"
#define ATTACK_PER_S 38.0
#define LIMIT_PER_S  7.0 /* beyond: 429 */

static const struct client {
	const char *address;
	const char *agent;
	double per_s;
	double refused; /* share of 401 */
} clients[] = {
	{"10.1.2.3", "shop-web/2.4", 15, 0.01},        {"198.51.100.7", "Mozilla/5.0", 0.4, 0.10},
	{"198.51.100.24", "partner-acme/1.9", 4, 0.0}, {"192.0.2.77", "mobile-app/7.1", 6, 0.002},
	{"192.0.2.140", "mobile-app/7.0", 3, 0.002},
};

/* A page's path is its head, an id where it has one, and its tail. */
static const struct {
	const char *head;
	const char *tail;
	bool has_id;
	double share;
	double typical_s;
	int bytes;
} pages[] = {
	{"/catalog/search?q=a", "", true, 0.45, 0.03, 8100},
	{"/patient/a", "/records", true, 0.20, 0.05, 2600},
	{"/cart", "", false, 0.20, 0.05, 1200},
	{"/orders/", "", true, 0.15, 0.06, 1900},
};

static void write_line(struct world *world, const char *client, const char *agent, const char *path,
		       int code, int bytes, double time_s)
{
	int64_t wall_ms = (int64_t)(world->epoch_s + world->now_s / world->speed) * 1000;
	char stamp[40];

	clock_format(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S+00:00", wall_ms, true);
	if (code == 429)
		fprintf(world->access_log,
			"%s [%s] \"GET %s HTTP/1.1\" 429 %d 0.000 - - - \"-\" \"-\" \"%s\"\n",
			client, stamp, path, bytes, agent);
	else
		fprintf(world->access_log,
			"%s [%s] \"GET %s HTTP/1.1\" %d %d %.3f %.3f 0.001 %.3f \"10.0.2.11:8080\" "
			"\"%d\" \"%s\"\n",
			client, stamp, path, code, bytes, time_s + 0.001, time_s, time_s, code,
			agent);
}

static void visit(struct world *world, const struct client *client)
{
	double pick = world_uniform(world);
	char path[96], id[16] = "";
	size_t i = 0;

	while (i + 1 < sizeof(pages) / sizeof(pages[0]) && pick >= pages[i].share)
		pick -= pages[i++].share;
	if (pages[i].has_id)
		snprintf(id, sizeof(id), "%d", 100000 + (int)(world_uniform(world) * 900000));
	snprintf(path, sizeof(path), "%s%s%s", pages[i].head, id, pages[i].tail);
	write_line(world, client->address, client->agent, path,
		   world_uniform(world) < client->refused ? 401 : 200, pages[i].bytes,
		   world_lognormal(world, pages[i].typical_s, 0.35));
}

static void attack(struct world *world)
{
	bool limited = world_uniform(world) < LIMIT_PER_S / ATTACK_PER_S;
	char path[96];

	snprintf(path, sizeof(path), "/patient/%x/records",
		 0x8f0000 + (unsigned)(world_uniform(world) * 0xffff));
	write_line(world, ATTACKER, "python-requests/2.31", path,
		   limited                      ? 429
		   : world_uniform(world) < 0.7 ? 401
						: 403,
		   162, world_lognormal(world, 0.012, 0.3));
}

void clients_run(struct world *world, double step_s)
{
	if (!world->access_log)
		return;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		for (unsigned n = world_poisson(world, clients[i].per_s * step_s); n; n--)
			visit(world, &clients[i]);
	if (world_plays(world, INCIDENT_ATTACK))
		for (unsigned n = world_poisson(world, ATTACK_PER_S * step_s); n; n--)
			attack(world);
}
