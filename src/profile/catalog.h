/* All profiles there are, read once and shared by all targets. */
#ifndef HC_PROFILE_CATALOG_H
#define HC_PROFILE_CATALOG_H

#include "profile/profile.h"

#define CATALOG_PROFILES 64

struct catalog {
	struct profile *profiles[CATALOG_PROFILES]; /* sorted by name; those with faults left out */
	size_t n;
	int references;
};

/* Reads them; those beyond CATALOG_PROFILES are left out. */
struct catalog *catalog_new(void);
struct catalog *catalog_ref(struct catalog *catalog);
void catalog_unref(struct catalog *catalog); /* takes NULL */

/* As profile_find(): a new reference, or NULL and err. */
struct profile *catalog_find(const struct catalog *catalog, const char *name, struct err *err);

#endif
