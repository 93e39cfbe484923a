/* What is said after an action's name, by key, after ':' and on the command line alike. */
#ifndef HC_APP_ACT_WORDS_H
#define HC_APP_ACT_WORDS_H

#include "profile/action.h"

#define ACT_VALUES 64

/* Texts are borrowed from the words. */
struct act_words {
	const char *params[2 * ACTION_PARAMS + 1]; /* name, value, ..., NULL */
	const char *each_name;                     /* of the one that has several values, or NULL */
	const char *each[ACT_VALUES + 1];          /* NULL-terminated */
};

/* Reads NAME=VALUE, and plain values in the order of the parameters. A name given twice, or more
 * values than one for an action that needs only one, mean: once for each. ERR_UNSUPPORTED: the
 * gateway cannot do it, and why. */
int act_words_read(const struct profile_action *action, int argc, const char *const *argv,
		   struct act_words *ret_words, struct err *err);

#endif
