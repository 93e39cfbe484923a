/* Base 64 (RFC 4648, section 4). */
#ifndef HC_BASE_BASE64_H
#define HC_BASE_BASE64_H

#include "base/strbuf.h"

/* Adds the encoding of len bytes, with padding. */
void base64_add(struct strbuf *out, const char *bytes, size_t len);

#endif
