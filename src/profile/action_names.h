/* The names that an action's expressions and paths may use. Private to profile/. */
#ifndef HC_PROFILE_ACTION_NAMES_H
#define HC_PROFILE_ACTION_NAMES_H

#include "profile/action.h"
#include "profile/load.h"

#define ACTION_NAMES 64

struct action_names {
	const char *name[ACTION_NAMES];
	const struct action_param *param[ACTION_NAMES]; /* whose it is, NULL: let by a step */
	size_t n;
};

/* Adds the name of a parameter, or of what a step lets (param NULL), from its node; what cannot be
 * one is a fault. */
void names_add(struct loader *loader, struct action_names *names, const struct yaml *node,
	       const struct action_param *param);

/* Faults at the node for each {name} of its text that is not known, or that may not stand there. */
void names_check_places(struct loader *loader, const struct action_names *names,
			const struct yaml *node, bool line);

/* Keeps the expression of the node (which may be NULL) under "ACTION.WORD", with all the names of
 * the action bound. Returns whether there is one. */
bool names_expression(struct loader *loader, const struct action_names *names,
		      const struct yaml *node, const char *action, const char *word);

#endif
