/* Reading the configuration file into a struct config; used by config.c alone. */
#ifndef HC_CONFIG_LOAD_H
#define HC_CONFIG_LOAD_H

#include "config/config.h"
#include "parse/yaml.h"

/* Collects faults: hands each on and remembers the first error. */
struct faults {
	const struct config_report *report;
	struct err first;
	size_t errors;
};
void faults_add(struct faults *faults, const struct err *err, bool warning);

/* Fills config from a checked tree; what is wrong goes to faults. */
void load_root(struct config *config, const struct yaml *root, struct faults *faults);

/* Frees a NULL-terminated list of texts; takes NULL. */
void words_free(char **words);

#endif
