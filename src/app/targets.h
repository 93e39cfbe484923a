/* From the words of a command line to the targets of a configuration. */
#ifndef HC_APP_TARGETS_H
#define HC_APP_TARGETS_H

#include "app/options.h"
#include "config/config.h"

/* Adds a target for a URL with the options given: "HOST:PORT" is taken as http://, "-" as stdin,
 * a path as a log file; its name is what distinguishes it ("10.0.0.7:8001"), unique in config. */
int targets_add(struct config *config, const char *url, const struct options *options,
		struct err *err);

/* Whether all that the targets name can be: URLs, profiles, formats of logs, and the target that
 * --target wants. Nothing is asked. */
int targets_check(const struct config *config, const struct options *options, struct err *err);

#endif
