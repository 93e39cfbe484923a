/* Credentials by reference; the value lives only as long as it is needed. */
#ifndef HC_CONFIG_SECRET_H
#define HC_CONFIG_SECRET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum secret_scheme { SECRET_NONE, SECRET_BEARER, SECRET_BASIC, SECRET_HEADER };
enum secret_from { SECRET_ENV, SECRET_FILE, SECRET_COMMAND, SECRET_CREDENTIAL };

struct secret_ref {
	enum secret_scheme scheme;
	enum secret_from from;
	char *name;     /* variable, path, or systemd credential */
	char **command; /* argv, NULL-terminated */
	char *header;   /* SECRET_HEADER: the header's name, as "X-API-KEY" */
};

/* Parses "bearer:env:NAME", "basic:file:/path", "header:X-API-KEY:credential:NAME". A value in
 * place of a reference is refused with a sentence that says how to do it. */
int secret_parse(const char *text, struct secret_ref *ret_ref, struct err *err);
/* The same for a command that prints the value: scheme is "bearer", "basic" or "header:NAME". Takes
 * the words over when it succeeds. owned says that the file they came from is the user's own;
 * otherwise they are refused. */
int secret_parse_command(const char *scheme, char **command, bool owned, struct secret_ref *ret_ref,
			 struct err *err);
void secret_release(struct secret_ref *ref);

/* The complete header line ("Authorization: Bearer …"), read anew at each call; NULL and err when
 * it cannot be had or has a control byte. A file that others can read is refused, and so is a
 * command, which may take its time. Wiped and freed by secret_wipe(). */
char *secret_header(const struct secret_ref *ref, struct err *err);
void secret_wipe(char *header); /* takes NULL */

/* Takes the value out of the environment already now, if it is there, lest a command inherits it.
 */
void secret_claim(const struct secret_ref *ref);

/* A command that prints a credential, while it runs; ref is borrowed. */
struct secret_command;
struct secret_command *secret_command_start(const struct secret_ref *ref, struct err *err);
/* To be polled for POLLIN; -1 once its output has ended and only its exit is awaited. */
int secret_command_fd(const struct secret_command *command);
/* Takes what has come, without waiting: 1 when it goes on, 0 with the header line, as above, or -1
 * and err. */
int secret_command_turn(struct secret_command *command, char **ret_header, struct err *err);
void secret_command_stop(struct secret_command *command); /* takes NULL; ends it */

#endif
