/* The parts of `hypercare act`. */
#ifndef HC_APP_CMD_ACT_H
#define HC_APP_CMD_ACT_H

#include "app/session.h"

/* Prints what each target can do and, where it cannot, why. Returns the exit code. */
int act_list_print(const struct session *session, const struct options *options);

/* Prints which addresses the gateways refuse, where that is written, and who of us had it done, as
 * the journal tells. Returns the exit code: EXIT_UNKNOWN where a list could not be read. */
int act_blocked_print(const struct session *session, const struct options *options);

#endif
