/* What may stand in a request: the checks that reading and changing share. */
#ifndef HC_NET_SPEC_H
#define HC_NET_SPEC_H

#include "net/origin.h"

/* "Name: value" with a token for a name and no control byte: a newline in a value would be a
 * header of its own on the wire. -1 and err otherwise. */
int spec_check_header(const char *line, struct err *err);

/* A path begins with '/' and has nothing that must be encoded. -1 and err otherwise. */
int spec_check_path(const char *path, struct err *err);

/* A credential is sent over TLS or to loopback only: in clear text anybody on the way could take it
 * and use it. -1 and err otherwise. */
int spec_check_credential(const struct origin *origin, const char *credential, struct err *err);

/* The value of a header's line without the blanks and the line end around it; NULL when the line
 * has no colon. */
const char *spec_header_value(const char *line, size_t len, size_t *ret_len);

/* The status of the line "HTTP/1.1 200 OK". */
int spec_status(const char *line, size_t len);

#endif
