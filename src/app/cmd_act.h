/* The parts of `hypercare act`. */
#ifndef HC_APP_CMD_ACT_H
#define HC_APP_CMD_ACT_H

#include "app/session.h"

/* Prints what each target can do and, where it cannot, why. Returns the exit code. */
int act_list_print(const struct session *session, const struct options *options);

#endif
