/* The addresses that a client on the screen is compared with. */
#ifndef HC_APP_ADDRESSES_H
#define HC_APP_ADDRESSES_H

#include "config/config.h"

/* Lists ended by NULL. */
struct addresses {
	char **own;
	char **proxies;
};

/* own: where the operator's terminal comes from by SSH_CONNECTION or SSH_CLIENT (ssh(1)), and all
 * of this host, from where gateways are polled. proxies: the trusted ones of all targets. */
void addresses_init(struct addresses *addresses, const struct config *config);
void addresses_release(struct addresses *addresses);

#endif
