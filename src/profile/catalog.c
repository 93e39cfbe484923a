#include "profile/catalog.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static void add_profile(void *ctx, const char *name, const char *path)
{
	struct catalog *catalog = ctx;
	struct profile *profile = NULL;

	(void)name;
	if (catalog->n < CATALOG_PROFILES)
		profile = profile_load(path, NULL, NULL, NULL);
	if (profile)
		catalog->profiles[catalog->n++] = profile;
}

struct catalog *catalog_new(void)
{
	struct catalog *catalog = xcalloc(1, sizeof(*catalog));

	catalog->references = 1;
	profile_list(add_profile, catalog);
	return catalog;
}

struct catalog *catalog_ref(struct catalog *catalog)
{
	catalog->references++;
	return catalog;
}

void catalog_unref(struct catalog *catalog)
{
	if (!catalog || --catalog->references)
		return;
	for (size_t i = 0; i < catalog->n; i++)
		profile_unref(catalog->profiles[i]);
	free(catalog);
}

struct profile *catalog_find(const struct catalog *catalog, const char *name, struct err *err)
{
	for (size_t i = 0; i < catalog->n; i++)
		if (!strcmp(catalog->profiles[i]->name, name))
			return profile_ref(catalog->profiles[i]);
	return profile_find(name, err); /* which says what is wrong with it */
}
