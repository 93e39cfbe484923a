/* `hypercare act`: what the console does by keys, for scripts and by hand. */
#include "act/act.h"

#include "app/act_words.h"
#include "app/app.h"
#include "app/cmd_act.h"
#include "app/headless.h"
#include "app/meant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLLECT_MS   1200 /* two polls: the first figures, for what it would touch */
#define FINDINGS_MS  5000 /* what is wrong has been found by then */
#define COLLECT_MAX  15000
#define WINDOW_MS    ((int64_t)24 * 3600 * 1000)
#define TURN_MS      200
#define FINDINGS_MAX 64
#define ANSWER_BYTES 256

struct command {
	const struct options *options;
	struct session *session;
	struct act *act;
	struct plan *plan;
	uint32_t target;
	uint32_t findings[FINDINGS_MAX];
	size_t nfindings;
};

/* Exit codes of the states a plan can end in. */
static int code_of(enum plan_state state)
{
	static const int codes[PLAN_STATES] = {
		[PLAN_CONFIRMED] = EXIT_OK,       [PLAN_ALREADY] = EXIT_OK,
		[PLAN_REJECTED] = EXIT_FAILED,    [PLAN_REFUSED] = EXIT_REFUSED,
		[PLAN_EXPIRED] = EXIT_REFUSED,    [PLAN_CONFLICT] = EXIT_CONFLICT,
		[PLAN_PARTIAL] = EXIT_PARTIAL,    [PLAN_UNKNOWN] = EXIT_UNSURE,
		[PLAN_APPROVING] = EXIT_APPROVAL,
	};

	return codes[state];
}

static void turn(struct command *command)
{
	loop_turn(session_loop(command->session), TURN_MS);
}

static bool wants(const struct command *command, const char *what)
{
	return command->options->wait && !strcmp(command->options->wait, what);
}

static void print_preview(const struct command *command)
{
	struct plan_view view = plan_view(command->plan);
	const char *lost = view.action ? view.action->volatile_text : NULL;

	printf("%s\n", view.title);
	if (*view.before || *view.after)
		printf("  before: %s\n  after:  %s\n", view.before, view.after);
	for (size_t i = 0; i < view.nrequests; i++)
		printf("  %s%s%s%s%s\n", view.requests[i].method,
		       *view.requests[i].method ? " " : "", view.requests[i].url,
		       *view.requests[i].body ? " " : "", view.requests[i].body);
	if (*view.blast)
		printf("  touches: %s\n", view.blast);
	if (*view.warning)
		printf("  note: %s\n", view.warning);
	if (lost)
		printf("  %s\n", lost);
	if (*view.undo)
		printf("  undo: %s\n", view.undo);
}

static void print_end(const struct command *command)
{
	struct plan_view view = plan_view(command->plan);
	static const char *const watches[] = {"", ", watching", ", recovered", ", not recovered"};
	struct strbuf json = STRBUF_INIT;

	if (command->options->json) {
		plan_json(command->plan, &json);
		puts(json.buf);
	} else {
		printf("%s%s%s%s (plan %s)\n", plan_state_word(view.state),
		       wants(command, "recovered") && !command->nfindings
			       ? ", no finding about it to recover from"
			       : watches[view.watch],
		       *view.why ? ": " : "", view.why, view.name);
		if (view.state == PLAN_APPROVING)
			puts("then run the same again within 5m; --wait confirmed waits for it");
	}
	strbuf_release(&json);
}

static int print_dry_run(const struct command *command)
{
	struct strbuf text = STRBUF_INIT;

	if (command->options->json)
		plan_json(command->plan, &text);
	else
		plan_curl(command->plan, &text);
	fputs(text.buf, stdout);
	if (command->options->json)
		putchar('\n');
	strbuf_release(&text);
	return EXIT_OK;
}

/* What confirms it: --confirm NAME, --yes where two digits would do, or somebody at a terminal. Of
 * a target that may never be written the guard says so, and the journal keeps it. */
static int confirmation(const struct command *command, char *buf, size_t cap)
{
	const struct options *options = command->options;
	struct plan_view view = plan_view(command->plan);

	if (options->confirm) {
		snprintf(buf, cap, "%s", options->confirm);
		if (view.guard == CONFIG_RW && !strcmp(options->confirm, view.target_name))
			snprintf(buf, cap, "%s", plan_challenge(command->plan));
		return EXIT_OK;
	}
	if (view.guard == CONFIG_RO || (options->yes && view.guard == CONFIG_RW)) {
		snprintf(buf, cap, "%s", plan_challenge(command->plan));
		return EXIT_OK;
	}
	if (options->yes)
		return app_fail(EXIT_REFUSED, "%s is confirmed by its name: --confirm %s",
				view.target_name, view.target_name);
	if (!isatty(STDIN_FILENO) || options->json)
		return app_fail(EXIT_REFUSED, "nobody is here to confirm it: give %s%s",
				view.guard == CONFIG_RW ? "--yes" : "--confirm ",
				view.guard == CONFIG_RW ? "" : view.target_name);
	print_preview(command);
	printf("type %s to do it: ", plan_challenge(command->plan));
	fflush(stdout);
	if (!fgets(buf, (int)cap, stdin))
		buf[0] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return EXIT_OK;
}

/* What --wait recovered waits for. */
static void choose_findings(struct command *command, const struct profile_action *action,
			    const struct act_words *words)
{
	const struct model *model = session_model(command->session);
	struct dims about[ACT_VALUES];
	size_t n = meant_by_words(model, action, words, about, ACT_VALUES);

	command->nfindings =
		meant_findings(session_detect(command->session), model, command->target, about, n,
			       command->findings, FINDINGS_MAX);
}

static int make_plan(struct command *command, const char *action_name, int argc, char **argv)
{
	const struct options *options = command->options;
	const char *sentence;
	size_t index = 0;
	const struct config *config = session_config(command->session);
	const struct profile *profile;
	const struct profile_action *action;
	struct act_words words;
	struct err err;

	while (index < config->ntargets &&
	       strcmp(config->targets[index].name,
		      model_target(session_model(command->session), command->target)->name) != 0)
		index++;
	profile = session_found(command->session, index, &sentence);
	if (!profile)
		return app_fail(EXIT_REFUSED, "%s %s", config->targets[index].name, sentence);
	action = profile_action(profile, action_name);
	if (!action)
		return app_fail(EXIT_REFUSED, "%s has no action %s", profile->title, action_name);
	if (act_words_read(action, argc, (const char *const *)argv, &words, &err) < 0)
		return app_fail(err.code == ERR_UNSUPPORTED ? EXIT_REFUSED : EXIT_USAGE, "%s",
				err.msg);
	if (options->wait)
		choose_findings(command, action, &words);
	struct plan_order order = {
		.target = command->target,
		.action = action_name,
		.params = words.params,
		.each_name = words.each_name,
		.each = words.each_name ? words.each : NULL,
		.for_ms = options->for_ms,
		.reason = options->reason,
		.headless = !options->wait,
		.findings = command->findings,
		.nfindings = wants(command, "recovered") ? command->nfindings : 0,
	};
	command->plan = act_plan(command->act, &order, &err);
	if (!command->plan)
		return app_fail(action->impossible ? EXIT_REFUSED : EXIT_USAGE, "%s", err.msg);
	return EXIT_OK;
}

static bool is_timed_on(const struct command *command)
{
	const struct plan *plan = command->plan;

	for (size_t i = 0; i < act_count(command->act); i++) {
		struct plan *other = act_plan_at(command->act, i);

		if (other != plan && !plan_state_final(plan_view(other).state))
			return true;
	}
	return plan_view(plan).due_ms != 0;
}

/* A plan that nobody has approved, and nobody had before. */
static bool is_left_to_others(const struct command *command)
{
	struct plan_view view = plan_view(command->plan);

	return view.state == PLAN_APPROVING && !view.journalling && !command->options->wait;
}

/* Waits as long as something is to come of it: the second operator, recovery, the undo. */
static void see_through(struct command *command)
{
	while (!plan_state_final(plan_view(command->plan).state)) {
		if (is_left_to_others(command))
			return;
		turn(command);
	}
	while (wants(command, "recovered") && plan_view(command->plan).watch == WATCH_WATCHING)
		turn(command);
	if (command->options->for_ms && !command->options->json)
		print_end(command);
	while (command->options->for_ms && is_timed_on(command))
		turn(command);
}

/* What was sent or refused is on disk before the program ends: freeing the store waits for it. */
static int carry_out(struct command *command)
{
	char typed[ANSWER_BYTES];
	struct err err;
	int code;

	while (plan_view(command->plan).state == PLAN_PLANNING)
		turn(command);
	if (command->options->dry_run && plan_view(command->plan).state == PLAN_PLANNED)
		return print_dry_run(command);
	if (plan_view(command->plan).state == PLAN_PLANNED) {
		code = confirmation(command, typed, sizeof(typed));
		if (code)
			return code;
		act_open_window(command->act, WINDOW_MS);
		if (act_confirm(command->act, command->plan, typed, &err) < 0)
			return app_fail(EXIT_REFUSED, "%s", err.msg);
	}
	see_through(command);
	print_end(command);
	code = code_of(plan_view(command->plan).state);
	if (!code && plan_view(command->plan).watch == WATCH_NOT_RECOVERED)
		code = EXIT_FAILED;
	return code;
}

static bool is_url(const char *text)
{
	return text && (strstr(text, "://") || !strncmp(text, "line:", 5));
}

/* The one target that is meant, in the configuration. */
static const struct config_target *choose_target(const struct config *config, const char *name)
{
	if (config->ntargets == 1 && (!name || is_url(name)))
		return &config->targets[0];
	for (size_t i = 0; name && i < config->ntargets; i++)
		if (!strcmp(config->targets[i].name, name))
			return &config->targets[i];
	if (name)
		app_fail(EXIT_USAGE,
			 "no target is called %s: give a name of the configuration or "
			 "a URL",
			 name);
	else
		app_fail(EXIT_USAGE, "which target? Give --target NAME or --target URL");
	return NULL;
}

static struct session *open_session(const struct options *options, struct config *config,
				    const char *only, bool list)
{
	const struct headless headless = {
		.least_ms = list                                                   ? 0
			    : options->wait && !strcmp(options->wait, "recovered") ? FINDINGS_MS
										   : COLLECT_MS,
		.most_ms = COLLECT_MAX,
		.quiet = true,
		.keeps_journal = !list,
		.only = only,
	};
	struct err err;
	struct session *session = headless_run(&headless, config, options, &err);

	if (!session)
		app_fail(EXIT_FAILED, "%s", err.msg);
	return session;
}

static int run_action(struct command *command, struct config *config, int argc, char **argv)
{
	const struct config_target *target = choose_target(config, command->options->target);
	int code;

	if (!target)
		return EXIT_USAGE;
	command->session = open_session(command->options, config, target->name, false);
	if (!command->session)
		return EXIT_FAILED;
	command->act = session_act(command->session);
	command->target = model_target_by_name(session_model(command->session), target->name);
	code = make_plan(command, argv[0], argc - 1, argv + 1);
	if (!code)
		code = carry_out(command);
	session_free(command->session);
	return code;
}

static int run_list(const struct options *options, struct config *config)
{
	struct session *session = open_session(options, config, NULL, true);
	int code = session ? act_list_print(session, options) : EXIT_FAILED;

	session_free(session);
	return code;
}

static int run_blocked(const struct options *options, struct config *config)
{
	struct headless headless = {.least_ms = COLLECT_MS, .most_ms = COLLECT_MAX, .quiet = true};
	const struct config_target *only =
		options->target ? choose_target(config, options->target) : NULL;
	struct session *session;
	struct err err;
	int code;

	if (options->target && !only)
		return EXIT_USAGE;
	headless.only = only ? only->name : NULL;
	session = headless_run(&headless, config, options, &err);
	code = session ? act_blocked_print(session, options) : app_fail(EXIT_FAILED, "%s", err.msg);

	session_free(session);
	return code;
}

static int run_approve(const struct options *options, struct config *config, char **argv)
{
	const struct session_ops ops = {.keeps_journal = true};
	struct err err;
	struct session *session = session_new(config, options, &ops, NULL, &err);
	int code = EXIT_OK;

	if (!session)
		return app_fail(EXIT_FAILED, "%s", err.msg);
	if (act_approve(session_act(session), argv[1], argv[2], &err) < 0)
		code = app_fail(EXIT_USAGE, "%s", err.msg);
	while (!code && act_approving(session_act(session)))
		loop_turn(session_loop(session), TURN_MS);
	if (!code && act_approval(session_act(session), &err) < 0)
		code = app_fail(EXIT_REFUSED, "%s", err.msg);
	else if (!code)
		puts("approved");
	session_free(session);
	return code;
}

static int check_words(const struct options *options, int argc, char **argv)
{
	if (!argc)
		return app_fail(EXIT_USAGE, "which action? hypercare act list shows what can be "
					    "done");
	if (options->wait && strcmp(options->wait, "confirmed") &&
	    strcmp(options->wait, "recovered"))
		return app_fail(EXIT_USAGE, "--wait takes confirmed or recovered, not '%s'",
				options->wait);
	if (!strcmp(argv[0], "approve") && argc != 3)
		return app_fail(EXIT_USAGE, "approve wants the plan and its hash");
	if (strcmp(argv[0], "list") && strcmp(argv[0], "blocked") && strcmp(argv[0], "approve") &&
	    !action_info(argv[0]))
		return app_fail(EXIT_USAGE, "no action is called %s: see hypercare act list",
				argv[0]);
	return EXIT_OK;
}

int cmd_act(const struct options *options, int argc, char **argv)
{
	char *url = (char *)options->target;
	struct options alone = *options; /* the URL is the whole configuration then */
	struct command command = {.options = options};
	struct config *config;
	int code = check_words(options, argc, argv);

	if (code)
		return code;
	alone.target = NULL;
	config = is_url(url) ? app_config(&alone, 1, &url) : app_config(options, 0, NULL);
	if (!config)
		return EXIT_USAGE;
	if (!strcmp(argv[0], "list"))
		code = run_list(options, config);
	else if (!strcmp(argv[0], "blocked"))
		code = run_blocked(options, config);
	else if (!strcmp(argv[0], "approve"))
		code = run_approve(options, config, argv);
	else
		code = run_action(&command, config, argc, argv);
	config_unref(config);
	return code;
}
