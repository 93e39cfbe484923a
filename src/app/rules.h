/* The rules in force: the built-in ones without those switched off, and the configuration's. */
#ifndef HC_APP_RULES_H
#define HC_APP_RULES_H

#include "base/arena.h"
#include "config/config.h"
#include "detect/rule.h"

struct rules {
	struct rule *rules;
	size_t n;
	struct arena arena; /* of their texts */
};

/* only, when not NULL, names the single rule that is wanted. -1 and err, with the line in the
 * configuration, when a rule names what there is not. */
int rules_init(struct rules *rules, const struct config *config, const char *only, struct err *err);
void rules_release(struct rules *rules);

#endif
