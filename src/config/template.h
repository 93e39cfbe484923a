/* The commented configuration that `hypercare init` prints. */
#ifndef HC_CONFIG_TEMPLATE_H
#define HC_CONFIG_TEMPLATE_H

#include "base/strbuf.h"
#include "config/config.h"

/* The head, then each target with what was found of it (profile "" when it is not known; sentence
 * is put into a comment), then the rest. What comes out is read back by config_load(). */
void template_begin(struct strbuf *out);
void template_target(struct strbuf *out, const struct config_target *target, const char *profile,
		     const char *sentence);
void template_end(struct strbuf *out);

#endif
