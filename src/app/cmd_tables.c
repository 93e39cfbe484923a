#include "app/app.h"
#include "app/console_commands.h"
#include "app/keys.h"
#include "config/config.h"
#include "detect/rule.h"
#include "parse/yaml.h"
#include "profile/action.h"
#include "profile/mapping.h"
#include "profile/profile.h"
#include "query/measure.h"

#include <stdio.h>
#include <string.h>

/* Text as an argument or line of mdoc(7): a backslash, and punctuation at its start, are only
 * text. */
static void put_mdoc(const char *text)
{
	if (*text && strchr(".':;,?!()[]|", *text))
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '"')
			fputs("\\(dq", stdout);
		else
			putchar(*text);
	}
}

/* A help line as a sentence: mandoc wants it to begin on its own line. */
static void put_line(const char *text)
{
	const char *next;

	for (; (next = strstr(text, ". ")); text = next + 2)
		printf("%.*s.\n", (int)(next - text), text);
	put_mdoc(text);
	fputs(".\n", stdout);
}

static void print_options(void)
{
	for (const struct option_info *info = options_table(); info->name; info++) {
		fputs(".It ", stdout);
		if (info->letter)
			printf("Fl %c , ", info->letter);
		printf("Fl \\-%s", info->name);
		if (info->value)
			printf(" Ns = Ns Ar %s", info->value);
		putchar('\n');
		put_line(info->help);
	}
}

static void print_commands(void)
{
	for (const struct app_command *command = app_commands(); command->name; command++) {
		printf(".It Nm%s%s %s\n", *command->name ? " Cm " : "", command->name,
		       *command->usage ? "Ar ..." : "");
		if (*command->usage) {
			put_mdoc(command->usage);
			fputs(":\n", stdout);
		}
		put_line(command->help);
	}
}

static void print_console_commands(void)
{
	for (const struct screen_command *command = console_commands(); command->name; command++) {
		fputs(".It Ic \":", stdout);
		put_mdoc(command->name);
		if (command->usage && *command->usage) {
			putchar(' ');
			put_mdoc(command->usage);
		}
		fputs("\"\n", stdout);
		put_line(command->help);
	}
}

static void print_keys(void)
{
	for (const struct screen_binding *binding = keys_table(); binding->keys; binding++) {
		fputs(".It Sy \"", stdout);
		put_mdoc(binding->keys);
		fputs("\"\n", stdout);
		put_line(binding->help);
	}
}

static void print_signals(void)
{
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		const struct signal_info *info = signal_info((enum signal)i);

		printf(".It Cm %s Pq %s\n", info->name, unit_name(info->unit));
		put_line(info->help);
	}
}

static void print_measures(void)
{
	for (int i = 0; i < M_COUNT; i++) {
		const struct measure_info *info = measure_info((enum measure)i);

		printf(".It Cm %s Pq %s\n", info->name, unit_name(info->unit));
		put_line(info->formula);
	}
}

static void print_rules(void)
{
	size_t n;
	const struct rule *rules = rule_builtin(&n);

	for (size_t i = 0; i < n; i++) {
		printf(".It Cm %s\n", rules[i].name);
		put_line(rules[i].help);
	}
}

static void print_filters(void)
{
	size_t n;
	const struct map_filter *filters = mapping_filters(&n);

	for (size_t i = 0; i < n; i++) {
		printf(".It Cm %s\n", filters[i].name);
		put_line(filters[i].help);
	}
}

/* A schema as nested lists: each key with its type and help. */
static void print_schema(const struct yaml_field *fields, int depth)
{
	static const char *const types[] = {
		[YT_TEXT] = "text",     [YT_NUMBER] = "number", [YT_BOOL] = "bool",
		[YT_DURATION] = "time", [YT_ENUM] = "word",     [YT_MAP] = "map",
		[YT_LIST] = "list",     [YT_ANY] = "any",       [YT_NAMED] = "map of"};

	for (; fields->key; fields++) {
		printf(".It Cm %s Pq %s%s\n", fields->key, types[fields->type],
		       fields->required ? ", needed" : "");
		put_line(fields->help);
		if (!fields->fields || depth > 4)
			continue;
		puts(".Bl -tag -width Ds");
		print_schema(fields->fields, depth + 1);
		puts(".El");
	}
}

static void print_config_keys(void)
{
	print_schema(config_schema(), 0);
}

static void print_profile_keys(void)
{
	print_schema(profile_schema(), 0);
}

static void print_bash_options(unsigned mask)
{
	for (const struct option_info *info = options_table(); info->name; info++)
		if (info->commands & mask)
			printf(" --%s%s", info->name, info->value ? "=" : "");
}

/* What may follow the command, by its usage: the words of its alternatives that are no values. */
static void print_bash_words(const char *usage)
{
	for (const char *next, *word = usage; word; word = next ? next + 3 : NULL) {
		word += *word == '[';
		size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz");

		if (len && strchr(" ]", word[len]))
			printf(" %.*s", (int)len, word);
		next = strstr(word, " | ");
	}
}

static void print_bash_command(const struct app_command *command)
{
	printf("\t%s) words=\"", command->name);
	print_bash_words(command->usage);
	for (const struct action_info *action = action_table();
	     command->mask == FOR_ACT && action->name; action++)
		printf(" %s", action->name);
	print_bash_options(command->mask);
	puts("\" ;;");
}

static void print_bash(void)
{
	puts("# bash completion for hypercare, made from its own tables\n"
	     "_hypercare()\n"
	     "{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words\n"
	     "\t[[ $COMP_CWORD = 1 ]] && command=\n"
	     "\tcase $command in");
	for (const struct app_command *command = app_commands() + 1; command->name; command++)
		print_bash_command(command);
	fputs("\t*) words=\"", stdout);
	for (const struct app_command *command = app_commands() + 1; command->name; command++)
		printf(" %s", command->name);
	print_bash_options(FOR_CONSOLE);
	puts("\" ;;\n"
	     "\tesac\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
	     "}\n"
	     "complete -o default -F _hypercare hypercare");
}

static const struct {
	const char *name;
	void (*print)(void);
} tables[] = {
	{"options", print_options},    {"commands", print_commands},
	{"keys", print_keys},          {"console", print_console_commands},
	{"signals", print_signals},    {"measures", print_measures},
	{"rules", print_rules},        {"filters", print_filters},
	{"config", print_config_keys}, {"profile", print_profile_keys},
	{"bash", print_bash},
};

int cmd_tables(const struct options *options, int argc, char **argv)
{
	(void)options;
	for (size_t i = 0; argc == 1 && i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!strcmp(tables[i].name, argv[0])) {
			tables[i].print();
			return EXIT_OK;
		}
	fputs("hypercare: tables takes one of:", stderr);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		fprintf(stderr, " %s", tables[i].name);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
