/* Holds a JSON document against a JSON schema, of which it knows what our own schemas use: type,
 * required, properties, items, enum and $ref to $defs. */
#ifndef HC_TESTS_SCHEMA_WALK_H
#define HC_TESTS_SCHEMA_WALK_H

#include "base/strbuf.h"

#include <jansson.h>

/* Adds a line for each fault. Stricter than a schema is: a member that "properties" does not have
 * is a fault, and so is a keyword that the walk does not know. */
void schema_walk(const json_t *schema, const json_t *value, struct strbuf *faults);

#endif
