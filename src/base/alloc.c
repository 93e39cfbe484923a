#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*die_hook)(void);

void alloc_set_hook(void (*hook)(void))
{
	die_hook = hook;
}

static void *checked(void *p)
{
	void (*hook)(void) = die_hook;

	if (p)
		return p;
	die_hook = NULL;
	if (hook)
		hook();
	abort();
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		return checked(NULL);
	return checked(realloc(p, n && size ? n * size : 1));
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

void *xgrow(void *p, size_t *ret_cap, size_t need, size_t size)
{
	size_t cap = *ret_cap ? *ret_cap : 8;

	if (need <= *ret_cap)
		return p;
	while (cap < need)
		cap += cap / 2 + 1;
	*ret_cap = cap;
	return xreallocarray(p, cap, size);
}
