/* Canonical JSON after RFC 8785: the one text of a value that is hashed. */
#ifndef HC_STORE_CANONICAL_H
#define HC_STORE_CANONICAL_H

#include "base/strbuf.h"

#include <stdbool.h>

/* Adds a quoted string. */
void canonical_add_string(struct strbuf *out, const char *text);

/* Adds a number as ECMAScript writes it: 1e+21, 0.000001, 1e-7, 100; NaN and infinities are null.
 */
void canonical_add_number(struct strbuf *out, double value);

/* Adds the canonical form of a JSON object; false, adding nothing, when json is none. Integers
 * beyond 2^53 become the nearest double, as the RFC says. */
bool canonical_add_object(struct strbuf *out, const char *json);

#endif
