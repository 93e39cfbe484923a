/* Which findings an action is meant to clear: what is watched once it is done. */
#ifndef HC_APP_MEANT_H
#define HC_APP_MEANT_H

#include "app/act_words.h"
#include "detect/detect.h"

/* What the words of an action are about, by the parameters that rows tell; of a parameter with
 * several values one for each. What nobody has seen shares nothing with any finding. Returns how
 * many there are, at most cap; 0: the words tell of no row. */
size_t meant_by_words(const struct model *model, const struct profile_action *action,
		      const struct act_words *words, struct dims *ret_about, size_t cap);

/* Whether it shares a route, a node, a client and so on with what is done on the target, and
 * differs in none, or what is done is about its suspect. A client is the same on all targets. */
bool meant_finding(const struct finding *finding, const struct names *names, uint32_t target,
		   const struct dims *about);

/* The findings that hold and are meant; without anything that it is about all of the target's.
 * Returns how many, at most cap. */
size_t meant_findings(const struct detect *detect, const struct model *model, uint32_t target,
		      const struct dims *about, size_t nabout, uint32_t *ret_ids, size_t cap);

#endif
