/* Memory that cannot be had ends the program, after one hook has restored the terminal. */
#ifndef HC_BASE_ALLOC_H
#define HC_BASE_ALLOC_H

#include <stddef.h>

/* Sets the function that is called once before the abort; NULL for none. */
void alloc_set_hook(void (*hook)(void));

/* Like malloc, calloc, realloc and strdup, but never NULL; a size of 0 is taken as 1. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

/* Grows an array of *ret_cap elements to hold at least need of them; the new part is not set. */
void *xgrow(void *p, size_t *ret_cap, size_t need, size_t size);

#endif
