/* The command line: one table of options for parsing, --help, the man page and completion. */
#ifndef HC_APP_OPTIONS_H
#define HC_APP_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which commands an option belongs to, as a mask. */
enum {
	FOR_CONSOLE = 1 << 0,
	FOR_DEMO = 1 << 1,
	FOR_REPORT = 1 << 2,
	FOR_CHECK = 1 << 3,
	FOR_IDENTIFY = 1 << 4,
	FOR_PROFILE = 1 << 5,
	FOR_CONFIG = 1 << 6,
	FOR_INIT = 1 << 7,
	FOR_JOURNAL = 1 << 8,
	FOR_NOTE = 1 << 9,
	FOR_ACT = 1 << 10,
	FOR_ALL = (1 << 11) - 1,
	FOR_GATEWAYS = FOR_CONSOLE | FOR_REPORT | FOR_CHECK | FOR_IDENTIFY | FOR_PROFILE |
		       FOR_INIT | FOR_ACT,
	FOR_SCREEN = FOR_CONSOLE | FOR_DEMO,
	FOR_FIGURES = FOR_REPORT | FOR_CHECK,
	FOR_ENTRIES = FOR_JOURNAL | FOR_NOTE
};

/* What was given; strings are borrowed from argv. */
struct options {
	const char *config, *project;
	const char *auth, *profile, *log_format;
	const char *cacert, *cert, *key, *pinnedpubkey, *proxy, *noproxy, *resolve, *connect_to,
		*unix_socket;
	bool insecure, compressed, http2;
	int64_t interval_ms, timeout_ms, connect_timeout_ms, window_ms;
	const char *theme, *debug;
	bool no_color, ascii, utc;
	const char *format, *state, *only, *target, *route, *filter;
	bool json, quiet;
	long scenario, seed;
	double speed;
	bool ports;
	const char *journal, *operator, * kind, *at;
	int64_t since_ms;
	long limit;
	const char *reason, *wait, *confirm;
	int64_t for_ms;
	bool dry_run, actions, yes;
	bool help, version;
	char **words; /* what follows the options */
	int nwords;
};

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_DURATION, OPTION_INTEGER, OPTION_NUMBER };

struct option_info {
	const char *name; /* without the dashes; NULL ends the table */
	char letter;      /* or 0 */
	enum option_type type;
	const char *value; /* what it takes, for help: "FILE" */
	size_t offset;     /* in struct options */
	unsigned commands;
	const char *help; /* one line */
};

const struct option_info *options_table(void);

/* Reads the options of argv, whose first word is the command, with getopt_long(), which moves the
 * other words to the end; returns the index of the first of them, or -1 and err with one line
 * that says what is wrong. command is the mask of the command that runs. */
int options_parse(struct options *ret_options, unsigned command, int argc, char **argv,
		  struct err *err);

#endif
