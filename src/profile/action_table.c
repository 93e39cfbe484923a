/* The actions that there are. What a gateway makes of one stands in its profile. */
#include "profile/action.h"

#include <string.h>

#define CLIENT   DIM_BIT(DIM_CLIENT)
#define NODE     DIM_BIT(DIM_NODE)
#define SERVICE  DIM_BIT(DIM_SERVICE)
#define ROUTE    DIM_BIT(DIM_ROUTE)
#define CONSUMER DIM_BIT(DIM_CONSUMER)
#define MODEL    DIM_BIT(DIM_MODEL)
#define APP      DIM_BIT(DIM_APP)
#define PROMPT   DIM_BIT(DIM_PROMPT)
#define TARGET   DIM_BIT(DIM_TARGET)

static const struct action_info table[] = {
	{"block-ip", "Block an IP", "refuse requests from an address or a network", "unblock-ip",
	 CLIENT, REACH_CLIENT, true},
	{"unblock-ip", "Unblock an IP", "let requests from an address or a network in again",
	 "block-ip", CLIENT, REACH_CLIENT, false},
	{"rollback-prompt", "Roll back a prompt",
	 "make another version of a prompt the current one", "rollback-prompt", PROMPT,
	 REACH_PROMPT, false},
	{"open-breaker", "Open a breaker",
	 "stop sending requests to what fails, so that they fail "
	 "fast",
	 "close-breaker", SERVICE | NODE, REACH_TRAFFIC, true},
	{"close-breaker", "Close a breaker", "send requests there again", "open-breaker",
	 SERVICE | NODE, REACH_TRAFFIC, false},
	{"drain-node", "Drain a node", "let it finish what it has, and send it nothing new",
	 "restore-node", NODE, REACH_TRAFFIC, true},
	{"restore-node", "Restore a node", "send it requests again", "drain-node", NODE,
	 REACH_TRAFFIC, false},
	{"set-limit", "Set a rate limit", "change how many requests are let through", "set-limit",
	 ROUTE | SERVICE | CONSUMER, REACH_LIMIT, true},
	{"disable-route", "Disable a route", "answer its requests at the gateway", "enable-route",
	 ROUTE, REACH_TRAFFIC, true},
	{"enable-route", "Enable a route", "let its requests through again", "disable-route", ROUTE,
	 REACH_TRAFFIC, false},
	{"disable-plugin", "Disable a plugin", "switch off a plugin of the gateway",
	 "enable-plugin", ROUTE | SERVICE | TARGET, REACH_TRAFFIC, true},
	{"enable-plugin", "Enable a plugin", "switch a plugin of the gateway on again",
	 "disable-plugin", ROUTE | SERVICE | TARGET, REACH_TRAFFIC, false},
	{"block-key", "Block a key", "refuse requests that bring this key", "unblock-key",
	 CONSUMER | APP, REACH_COST, true},
	{"unblock-key", "Unblock a key", "let requests with this key in again", "block-key",
	 CONSUMER | APP, REACH_COST, false},
	{"block-model", "Block a model", "refuse requests for a model", "unblock-model", MODEL,
	 REACH_COST, true},
	{"unblock-model", "Unblock a model", "let requests for a model in again", "block-model",
	 MODEL, REACH_COST, false},
	{"shift-weight", "Shift weight", "change the share of the requests that a node gets",
	 "shift-weight", NODE | MODEL, REACH_TRAFFIC, false},
	{"block-team", "Block a team", "refuse requests of a whole team", "unblock-team", CONSUMER,
	 REACH_COST, true},
	{"unblock-team", "Unblock a team", "let requests of a team in again", "block-team",
	 CONSUMER, REACH_COST, false},
	{"set-budget", "Set a budget", "change how much may be spent", "set-budget",
	 CONSUMER | APP | TARGET, REACH_COST, true},
	{.name = NULL},
};

const struct action_info *action_table(void)
{
	return table;
}

const struct action_info *action_info(const char *name)
{
	for (const struct action_info *info = table; info->name; info++)
		if (strcmp(info->name, name) == 0)
			return info;
	return NULL;
}
