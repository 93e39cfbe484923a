/* A small file, read whole. */
#ifndef HC_PARSE_SLURP_H
#define HC_PARSE_SLURP_H

#include "base/err.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <sys/stat.h>

/* Adds the bytes of a file to out and, when ret_stat is not NULL, says what was opened, so that
 * owner and mode can be judged without a second look-up. Fails for folders, for devices and for
 * more than cap_bytes. err names no file: the caller does. */
int slurp(const char *path, size_t cap_bytes, struct strbuf *out, struct stat *ret_stat,
	  struct err *err);

#endif
