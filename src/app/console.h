/* The console: a session on the terminal. */
#ifndef HC_APP_CONSOLE_H
#define HC_APP_CONSOLE_H

#include "app/options.h"
#include "config/config.h"

/* Runs until the operator quits or the terminal is gone; returns the exit code. simulated says,
 * when not NULL, what is simulated: the banner shows it. */
int console_run(struct config *config, const struct options *options, const char *simulated);

#endif
