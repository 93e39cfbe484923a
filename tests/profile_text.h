/* Mapped values as lines of text, for tests. */
#ifndef HC_TESTS_PROFILE_TEXT_H
#define HC_TESTS_PROFILE_TEXT_H

#include "base/strbuf.h"
#include "model/tick.h"

/* "requests{route=a code=200}", with " bucket<=0.025", " sum", " average" … for what is not the
 * value itself. The target is left out. */
void entry_text(const struct names *names, const struct dict_entry *entry, struct strbuf *sb);

/* Lines "ENTRY VALUE" of all that is there, sorted. */
void dict_text(const struct dict *dict, const double *values, struct strbuf *sb);

#endif
