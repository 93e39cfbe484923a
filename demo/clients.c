/* The second gateway: the clients behind its access log, among them one that should not be. */
#include "base/clock.h"
#include "world.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define ATTACKER     "203.0.113.9"
#define ATTACK_PER_S 38.0
#define LIMIT_PER_S  7.0  /* beyond: 429 */
#define PATIENCE_S   20.0 /* of the attacker, who then gives up */

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

bool world_denies(const struct world *world, const char *address)
{
	struct in_addr client, net;
	char text[48];

	if (!world->deny_on || inet_pton(AF_INET, address, &client) != 1)
		return false;
	for (size_t i = 0; i < world->ndenied; i++) {
		const char *slash = strchr(world->denied[i], '/');
		int bits = slash ? atoi(slash + 1) : 32;
		uint32_t mask = bits ? htonl(~(uint32_t)0 << (32 - bits)) : 0;

		snprintf(text, sizeof(text), "%.*s",
			 (int)(slash ? slash - world->denied[i] : (int)sizeof(text) - 1),
			 world->denied[i]);
		if (inet_pton(AF_INET, text, &net) == 1 &&
		    (client.s_addr & mask) == (net.s_addr & mask))
			return true;
	}
	return false;
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
	if (world_denies(world, client->address))
		write_line(world, client->address, client->agent, path, 403, 50, 0.001);
	else
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
	if (world_denies(world, ATTACKER)) {
		write_line(world, ATTACKER, "python-requests/2.31", path, 403, 50, 0.001);
		return;
	}
	write_line(world, ATTACKER, "python-requests/2.31", path,
		   limited                      ? 429
		   : world_uniform(world) < 0.7 ? 401
						: 403,
		   162, world_lognormal(world, 0.012, 0.3));
}

/* He tries for a while, and comes back when he is let in or the incident plays anew. */
static void run_attack(struct world *world, double step_s)
{
	bool denied = world_denies(world, ATTACKER);

	if (!denied || !world_plays(world, INCIDENT_ATTACK))
		world->refused_s = 0;
	if (!world_plays(world, INCIDENT_ATTACK) || world->refused_s >= PATIENCE_S)
		return;
	world->refused_s += denied ? step_s : 0;
	for (unsigned n = world_poisson(world, ATTACK_PER_S * step_s); n; n--)
		attack(world);
}

void clients_run(struct world *world, double step_s)
{
	if (!world->access_log)
		return;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		for (unsigned n = world_poisson(world, clients[i].per_s * step_s); n; n--)
			visit(world, &clients[i]);
	run_attack(world, step_s);
}
