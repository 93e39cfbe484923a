/* How a target is reached: its URL and options in the terms of net/. */
#ifndef HC_COLLECT_REACH_H
#define HC_COLLECT_REACH_H

#include "config/config.h"
#include "net/http.h"
#include "net/logtail.h"
#include "profile/profile.h"

/* Owns the strings that are not the target's own. */
struct reach {
	enum profile_transport transport;
	struct http_options http; /* TRANSPORT_HTTP */
	const char *address;      /* TRANSPORT_LINE: "unix:/path", "tcp:host:port" */
	struct logtail_spec log;  /* TRANSPORT_LOG */
	char *url;
	char *unix_socket;
};

/* Reads target->url. A page that the profile reads anyway ("http://host:8404/metrics") stands for
 * its origin; profile may be NULL. Borrows from target. */
int reach_init(struct reach *reach, const struct config_target *target,
	       const struct profile *profile, struct err *err);
/* Takes a page that the profile reads off the end of the URL, if one is there. */
void reach_cut(struct reach *reach, const struct profile *profile);
/* Whether the target's words can be right, by their form and by what is never allowed; nothing is
 * asked or opened. */
int reach_check(const struct config_target *target, struct err *err);
void reach_release(struct reach *reach);

#endif
