/* hypercare.yaml, and what the command line gives in its place. Immutable once loaded,
 * reference counted. */
#ifndef HC_CONFIG_CONFIG_H
#define HC_CONFIG_CONFIG_H

#include "base/err.h"
#include "config/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_guard { CONFIG_RO, CONFIG_ASK, CONFIG_RW };

struct config_target {
	char *name;
	char *url;      /* http://, https://, http+unix://, line:unix:/path, line:tcp:host:port,
			   file:/path, command:, stdin */
	char **command; /* argv of a command: target, NULL-terminated */
	char *profile;  /* "" : identify */
	char *banner;   /* style: "prod", "stage", "dev" or "" */
	enum config_guard guard;
	bool counts;
	struct secret_ref auth;
	struct secret_ref action_auth; /* for acting, in place of auth; scheme none without */
	bool two_person;               /* a second operator approves actions */
	char *auth_header;             /* "Authorization" unless set */
	char *cacert, *cert, *key, *pinnedpubkey, *proxy, *noproxy, *resolve, *connect_to,
		*unix_socket; /* or NULL */
	bool insecure, compressed, http2;
	int64_t interval_ms;        /* 0: the profile's */
	int64_t timeout_ms;         /* 0: 10 s */
	int64_t connect_timeout_ms; /* 0: 3 s */
	char *log_format;           /* "" : recognised */
	char **trusted_proxies;     /* CIDRs, NULL-terminated, or NULL */
	bool forwarded;             /* client from X-Forwarded-For */
	int line;                   /* in the file */
};

/* A rule of the configuration, in names; detect turns it into a struct rule. */
struct config_rule {
	char *name, *measure, *filter, *by, *severity, *owner, *runbook, *kind;
	bool below;
	double threshold, least, min_n;
	int64_t window_ms, for_ms;
	int line;
};

struct config_key {
	char *keys;    /* "ctrl-x", "F5", "gg" */
	char *command; /* as typed after ':' */
	int line;
};

struct config_link {
	char *name;
	char *url; /* with {route} and the like */
};

struct config_command {
	char *name;
	char **argv; /* NULL-terminated */
};

struct config {
	char *path; /* "" without a file */
	char *project;
	char *journal;     /* path, or "" */
	int64_t golive_ms; /* wall, 0: not set */
	struct config_phase {
		char *name;
		int64_t days;
	} * phases;
	size_t nphases;
	struct config_target *targets;
	size_t ntargets;
	struct config_rule *rules;
	size_t nrules;
	char **rules_off; /* names of built-in rules switched off, NULL-terminated */
	struct config_key *keys;
	size_t nkeys;
	struct config_link *links;
	size_t nlinks;
	struct config_command *commands; /* the operator's own, about a row */
	size_t ncommands;
	char *theme;
	bool bell;
	bool utc;
	bool owned; /* the file is the user's own and nobody else can write it: commands may run */
	int references;
};

struct config_report {
	/* Every fault found: errors make the load fail, warnings (a bad colour or key) do not. */
	void (*fault)(void *ctx, const struct err *err, bool warning);
	void *ctx;
};

/* Reads and checks the file; NULL when it has errors (err is the first; all go to report, which
 * may be NULL). */
struct config *config_load(const char *path, const struct config_report *report, struct err *err);
/* An empty one, for the command line to fill. */
struct config *config_new(void);
struct config_target *config_add_target(struct config *config, const char *name, const char *url);
void config_unref(struct config *config); /* takes NULL */
struct config *config_ref(struct config *config);

/* Whether they say the same, wherever in their files. */
bool config_target_equal(const struct config_target *a, const struct config_target *b);

/* The first file there is of: given (may be NULL), $XDG_CONFIG_HOME/hypercare/hypercare.yaml,
 * ~/.config/…, SYSCONFDIR/hypercare/hypercare.yaml; never in the current folder. The caller frees
 * it; NULL when there is none. */
char *config_find(const char *given);

/* Whether a user or password stands before the host: it would be shown wherever the URL is. An '@'
 * elsewhere is part of a path or a query. */
bool config_url_has_user(const char *url);

/* The keys of the file, for the manual. */
struct yaml_field;
const struct yaml_field *config_schema(void);

#endif
