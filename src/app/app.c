#include "app/app.h"

#include "app/targets.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "net/http.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct app_command commands[] = {
	{"", FOR_CONSOLE, "[URL...]", "open the console", cmd_console},
	{"demo", FOR_DEMO, "", "the console on simulated gateways that fail in three ways",
	 cmd_demo},
	{"report", FOR_REPORT, "[URL...]", "print the figures and findings of one window",
	 cmd_report},
	{"check", FOR_CHECK, "[URL...]", "one line and an exit code, as a monitoring plugin",
	 cmd_check},
	{"identify", FOR_IDENTIFY, "URL...", "say which gateway answers there", cmd_identify},
	{"profile", FOR_PROFILE, "list | show NAME | test FILE|NAME URL [NAME=VALUE...]",
	 "what is known of a kind of gateway", cmd_profile},
	{"config", FOR_CONFIG, "show | check [FILE]", "read the configuration and say its faults",
	 cmd_config},
	{"init", FOR_INIT, "URL...", "print a commented configuration for these gateways",
	 cmd_init},
	{"act", FOR_ACT, "list | blocked | ACTION [VALUE...] | approve PLAN HASH",
	 "block, drain, roll back: what the console does, from the shell", cmd_act},
	{"journal", FOR_JOURNAL, "[list [TEXT] | show SEQ|PLAN | verify [SEQ:HASH] | anchor]",
	 "read the journal, or prove that nothing in it was changed", cmd_journal},
	{"note", FOR_NOTE, "TEXT", "write a note into the journal, as for a deploy from CI",
	 cmd_note},
	{"help", FOR_CONFIG, "[COMMAND]", "say what a command does and which options it takes",
	 cmd_help},
	{"tables", FOR_CONFIG, "NAME",
	 "print the tables that the manual and completion are made from", cmd_tables},
	{NULL, 0, NULL, NULL, NULL},
};

const struct app_command *app_commands(void)
{
	return commands;
}

int app_fail(int code, const char *fmt, ...)
{
	va_list args;

	fputs("hypercare: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

uint64_t app_random(void)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint64_t)clock_read().mono_ms;
	return random;
}

static const struct app_command *find_command(const char *word)
{
	for (const struct app_command *command = commands; command->name; command++)
		if (word && *word && !strcmp(command->name, word))
			return command;
	return &commands[0];
}

static void print_option(const struct option_info *info)
{
	char left[64];
	int used = info->letter ? snprintf(left, sizeof(left), "  -%c, ", info->letter)
				: snprintf(left, sizeof(left), "      ");

	snprintf(left + used, sizeof(left) - (size_t)used, "--%s%s%s", info->name,
		 info->value ? "=" : "", info->value ? info->value : "");
	printf("%-32s %s\n", left, info->help);
}

static void print_help(const struct app_command *command)
{
	printf("usage: hypercare %s%s[OPTION...] %s\n", command->name, *command->name ? " " : "",
	       command->usage);
	printf("%s\n\n", command->help);
	if (!*command->name) {
		for (const struct app_command *each = commands + 1; each->name; each++)
			printf("       hypercare %-9s %s\n", each->name, each->help);
		putchar('\n');
	}
	for (const struct option_info *info = options_table(); info->name; info++)
		if (info->commands & command->mask)
			print_option(info);
	puts("\nManual: man hypercare. Start with: hypercare demo, or hypercare http://HOST:PORT");
}

int cmd_help(const struct options *options, int argc, char **argv)
{
	const struct app_command *command = find_command(argc ? argv[0] : NULL);

	(void)options;
	if (argc > 1 || (argc && !*command->name))
		return app_fail(EXIT_USAGE, "help takes the name of a command: hypercare help");
	print_help(command);
	return EXIT_OK;
}

static void print_version(void)
{
	puts("hypercare " PACKAGE_VERSION);
	puts("MIT License. No warranty.");
	printf("%s\n", http_libraries());
}

/* Descriptors 0 to 2 are open, no core dump can hold a credential, and as many files may be open
 * as the system allows. */
static void harden(void)
{
	struct rlimit limit;
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifdef HAVE_PRCTL
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(const struct app_command *command, int argc, char **argv)
{
	struct options options;
	struct err err;
	FILE *debug = NULL;
	int first = options_parse(&options, command->mask, argc, argv, &err), code;

	if (first < 0)
		return app_fail(command->mask & FOR_FIGURES ? EXIT_UNKNOWN : EXIT_USAGE,
				"%s\nTry 'hypercare %s%s--help'.", err.msg, command->name,
				*command->name ? " " : "");
	if (options.help || options.version) {
		if (options.help)
			print_help(command);
		else
			print_version();
		return EXIT_OK;
	}
	if (options.debug && !(debug = fopen(options.debug, "ae")))
		return app_fail(EXIT_USAGE, "cannot write %s", options.debug);
	options.words = argv + first;
	options.nwords = argc - first;
	log_to(debug);
	code = command->run(&options, options.nwords, options.words);
	log_to(NULL);
	if (debug)
		fclose(debug);
	return code;
}

int app_main(int argc, char **argv)
{
	const struct app_command *command = find_command(argc > 1 ? argv[1] : NULL);
	int skip = *command->name ? 1 : 0;

	setlocale(LC_CTYPE, "");
	harden();
	hash_seed(app_random());
	signal(SIGPIPE, SIG_IGN);
	return run(command, argc - skip, argv + skip);
}
