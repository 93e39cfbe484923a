/* What a series is about: a value for some of a closed list of dimensions, interned. */
#ifndef HC_MODEL_DIMS_H
#define HC_MODEL_DIMS_H

#include "base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dim {
	DIM_TARGET,
	DIM_ROUTE,
	DIM_SERVICE,
	DIM_NODE,
	DIM_CONSUMER,
	DIM_MODEL,
	DIM_APP,
	DIM_PROMPT,
	DIM_CLIENT,
	DIM_CODE,
	DIM_TYPE,
	DIM_REASON,
	DIM_ORIGIN,
	DIM_PHASE,
	DIM_COUNT
};

/* A set of dims as a bit mask; DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_TARGET). */
typedef uint32_t dim_mask;
#define DIM_BIT(dim) ((dim_mask)1 << (dim))
#define DIM_ALL      (DIM_BIT(DIM_COUNT) - 1)

/* An interned text; 0 is the empty one: no value. */
typedef uint32_t symbol;

/* An interned struct dims; 0 is the one without any value. */
typedef uint32_t dims_id;

struct dims {
	symbol value[DIM_COUNT];
};

/* The interning tables, shared by the makers of ticks and the model. Reference counted; entries
 * are counted too and are given back when the last user of a dims_id lets go. One thread. */
struct names;

struct names *names_new(void);
struct names *names_ref(struct names *names);
void names_unref(struct names *names); /* takes NULL */

/* The symbol of a text, made when new. It goes with the last dims_id that holds it; one that never
 * was in any lives as long as the table, and who keeps it on his own holds it himself. Texts are
 * sanitised by the caller; what is over 256 bytes is cut off. */
symbol names_symbol(struct names *names, const char *text, size_t len);
void names_symbol_hold(struct names *names, symbol id);
void names_symbol_drop(struct names *names, symbol id);

/* The symbol of a text that is already there, or 0. */
symbol names_find(const struct names *names, const char *text);

/* Borrowed until the symbol goes; "" for 0. */
const char *names_text(const struct names *names, symbol id);

/* The symbol of the network around an address: of 10.1.2.3 10.1.2.0/24, of 2001:db8:1:2::3 its /64,
 * of that /64 its /48. Itself for what is no address or is as wide as that. It lives as long as id
 * does. */
symbol names_network(struct names *names, symbol id);

/* The id of a set of dims, made when new; takes one reference. */
dims_id names_intern(struct names *names, const struct dims *dims);
void names_hold(struct names *names, dims_id id);
void names_drop(struct names *names, dims_id id);

/* Borrowed until the next names_intern(). */
const struct dims *names_dims(const struct names *names, dims_id id);

/* Bytes that the tables take. */
size_t names_bytes(const struct names *names);

/* "target", "route" …; DIM_COUNT for an unknown name. */
const char *dim_name(enum dim dim);
enum dim dim_by_name(const char *name);

/* A copy with only the dims of the mask. */
struct dims dims_project(const struct dims *dims, dim_mask mask);
bool dims_equal(const struct dims *a, const struct dims *b);

/* The dims that have a value. */
dim_mask dims_mask(const struct dims *dims);

#endif
