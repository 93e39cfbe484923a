/* Who sits at this console: what can be verified, and what is only claimed. */
#ifndef HC_APP_OPERATOR_H
#define HC_APP_OPERATOR_H

#include "store/store.h"

/* The operator's strings live in it: it is not to be moved. */
struct identity {
	struct operator operator;
	char login[64], sudo_user[64], ssh_client[64], claimed[64], host[64];
	char console[128];
};

/* Fills in the login of this process' user as the system knows it, never $USER; SUDO_USER, the
 * client of SSH_CONNECTION and claimed (--operator, may be NULL) as what they are, sanitised. */
void identity_read(struct identity *ret_identity, const char *claimed);

#endif
