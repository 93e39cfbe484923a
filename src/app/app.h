/* The program: which command runs, with what. */
#ifndef HC_APP_APP_H
#define HC_APP_APP_H

#include "app/options.h"
#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

/* Exit codes of all commands but report and check, which follow monitoring plugins (0 ok, 1
 * warning, 2 critical, 3 unknown). */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNKNOWN = 3 };

/* Those of act: 0 confirmed or already so, 1 rejected, 2 usage, and: */
enum {
	EXIT_REFUSED = 3,
	EXIT_CONFLICT = 4,
	EXIT_PARTIAL = 5,
	EXIT_UNSURE = 75,  /* sent, and nobody knows */
	EXIT_APPROVAL = 77 /* a second operator has to approve it */
};

struct app_command {
	const char *name; /* "" is the console; NULL ends the table */
	unsigned mask;
	const char *usage; /* words after the name */
	const char *help;  /* one line */
	int (*run)(const struct options *options, int argc, char **argv);
};

const struct app_command *app_commands(void);

/* Runs the program and returns its exit code. */
int app_main(int argc, char **argv);

/* Says "hypercare: text" on standard error and returns code. */
int app_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A number from the system's randomness. */
uint64_t app_random(void);

/* The configuration of a command: the file (given, or found when no URL is given), then the URLs
 * of the command line with its options. NULL after saying why. */
struct config *app_config(const struct options *options, int argc, char **argv);

/* The file alone, given or found; an empty configuration where there is none. NULL after saying
 * why. */
struct config *app_config_file(const struct options *options);

/* The same from the file that is read already, for a program that goes on: what is wrong is in err,
 * nothing is printed. */
struct config *app_config_again(const struct options *options, const char *path, struct err *err);

/* The commands, one file each. */
int cmd_console(const struct options *options, int argc, char **argv);
int cmd_demo(const struct options *options, int argc, char **argv);
int cmd_report(const struct options *options, int argc, char **argv);
int cmd_check(const struct options *options, int argc, char **argv);
int cmd_identify(const struct options *options, int argc, char **argv);
int cmd_profile(const struct options *options, int argc, char **argv);
int cmd_config(const struct options *options, int argc, char **argv);
int cmd_init(const struct options *options, int argc, char **argv);
int cmd_help(const struct options *options, int argc, char **argv);
int cmd_act(const struct options *options, int argc, char **argv);
int cmd_journal(const struct options *options, int argc, char **argv);
int cmd_note(const struct options *options, int argc, char **argv);
int cmd_tables(const struct options *options, int argc, char **argv);

#endif
