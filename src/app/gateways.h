/* The simulated gateways of the demo, as a child process. */
#ifndef HC_APP_GATEWAYS_H
#define HC_APP_GATEWAYS_H

#include "app/options.h"
#include "config/config.h"

#include <sys/types.h>

struct gateways {
	pid_t pid;
	int input;  /* held open; the gateways end when it closes */
	int output; /* their lines */
};

/* Starts demo-gateways and adds a target for each line that it prints to config. */
int gateways_start(struct gateways *gateways, const struct options *options, struct config *config,
		   struct err *err);

/* Ends it and waits for it. */
void gateways_stop(struct gateways *gateways);

#endif
