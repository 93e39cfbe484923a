/* What a row is about, handed to things outside: links with its values in them, and the environment
 * of an own command. */
#ifndef HC_APP_ROW_LINKS_H
#define HC_APP_ROW_LINKS_H

#include "base/err.h"
#include "base/strbuf.h"
#include "config/config.h"
#include "model/dims.h"

/* Fills "{route}" and the like in a link with the row's values, percent-encoded. -1 and err when
 * the row has no such value, ERR_NOT_FOUND: the link is not about rows like it; or when there is no
 * such name. */
int row_link(const char *link, const struct names *names, const struct dims *row,
	     struct strbuf *out, struct err *err);

/* The environment for a command about the row: ours without the variables that hold credentials,
 * and HYPERCARE_TARGET, HYPERCARE_ROUTE and so on. Freed by row_environment_free(). */
char **row_environment(const struct config *config, const struct names *names,
		       const struct dims *row);
void row_environment_free(char **environment);

#endif
