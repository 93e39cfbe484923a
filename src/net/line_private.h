/* A line command of any kind; line.h lets only reading ones through, change.h the others. */
#ifndef HC_NET_LINE_PRIVATE_H
#define HC_NET_LINE_PRIVATE_H

#include "net/line.h"

/* As line_start(), for every command. */
struct line_request *line_open(struct loop *loop, const struct line_spec *spec,
			       const struct line_ops *ops, void *ctx, struct err *err);

/* Whether a byte of the command has left; may be asked within done(). */
bool line_has_sent(const struct line_request *request);

#endif
