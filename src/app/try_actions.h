/* `hypercare profile test … --actions --dry-run`: every action of a profile planned against a
 * target, with nothing sent but its reads. */
#ifndef HC_APP_TRY_ACTIONS_H
#define HC_APP_TRY_ACTIONS_H

#include "app/session.h"

/* Plans each action of the profile on the session's first target and prints what would be sent,
 * as curl lines. A parameter has its value from the words NAME=VALUE, else from the first such row
 * that the model knows, its default, or an example of its type. Returns how many actions that are
 * possible there could not be planned; -1 and err: there is no such parameter, or no target. */
int try_actions(struct session *session, const struct profile *profile, int argc, char *const *argv,
		struct err *err);

#endif
