#include "config/load.h"

#include "base/address.h"
#include "base/alloc.h"
#include "config/keymap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t member_duration(const struct yaml *map, const char *key)
{
	const struct yaml *node = yaml_get(map, key);
	long long ms = 0;

	return node && !yaml_duration(node, &ms, NULL) ? ms : 0;
}

static double member_number(const struct yaml *map, const char *key, double fallback)
{
	const struct yaml *node = yaml_get(map, key);
	double value;

	return node && !yaml_number(node, &value, NULL) ? value : fallback;
}

static bool member_bool(const struct yaml *map, const char *key, bool fallback)
{
	const struct yaml *node = yaml_get(map, key);
	bool value;

	return node && !yaml_bool(node, &value, NULL) ? value : fallback;
}

static char *member_copy(const struct yaml *map, const char *key)
{
	return xstrdup(yaml_text(map, key, ""));
}

static char *member_or_null(const struct yaml *map, const char *key)
{
	return yaml_get(map, key) ? member_copy(map, key) : NULL;
}

/* The texts of a list, NULL-terminated, or NULL when it is not there. */
static char **member_words(const struct yaml *map, const char *key)
{
	const struct yaml *list = yaml_get(map, key);
	char **words;
	size_t n = 0;

	if (!list)
		return NULL;
	words = xcalloc(list->n + 1, sizeof(*words));
	for (const struct yaml *item = list->child; item; item = item->next)
		words[n++] = xstrdup(item->text ? item->text : "");
	return words;
}

static void load_phases(struct config *config, const struct yaml *list, struct faults *faults)
{
	struct err err;

	if (!list)
		return;
	config->phases = xcalloc(list->n, sizeof(*config->phases));
	for (const struct yaml *item = list->child; item; item = item->next) {
		const struct yaml *days = yaml_get(item, "days");
		double n = member_number(item, "days", 0);

		config->phases[config->nphases].name = member_copy(item, "name");
		config->phases[config->nphases++].days = (int64_t)n;
		if (n >= 1 && n <= 3650 && n == floor(n))
			continue;
		err_at(&err, ERR_INVALID, days->line, days->column,
		       "expected a number of days from 1 to 3650, not '%.20s'", days->text);
		faults_add(faults, &err, false);
	}
}

/* "2026-11-23" as midnight UTC, in ms; 0 when it is no date. */
static int64_t parse_day(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	return end && !*end ? (int64_t)timegm(&tm) * 1000 : 0;
}

static void load_golive(struct config *config, const struct yaml *root, struct faults *faults)
{
	const struct yaml *node = yaml_get(root, "golive");
	struct err err;

	if (!node)
		return;
	config->golive_ms = parse_day(node->text);
	if (config->golive_ms)
		return;
	err_at(&err, ERR_INVALID, node->line, node->column,
	       "golive wants a day such as 2026-11-23, not '%.40s'", node->text);
	faults_add(faults, &err, false);
}

static void check_networks(const struct yaml *target, struct faults *faults)
{
	const struct yaml *list = yaml_get(target, "trusted_proxies");
	struct address network;
	struct err err;

	for (const struct yaml *item = list ? list->child : NULL; item; item = item->next) {
		if (address_parse(item->text, &network))
			continue;
		err_at(&err, ERR_INVALID, item->line, item->column,
		       "expected an address or a network such as 10.0.0.0/8, not '%.60s'",
		       item->text);
		faults_add(faults, &err, false);
	}
}

bool config_url_has_user(const char *url)
{
	const char *rest = strstr(url, "://");
	const char *host = rest ? rest + 3 + strspn(rest + 3, "/") : url;

	return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

static bool url_is_known(const char *url)
{
	static const char *const schemes[] = {
		"http://", "https://", "http+unix:", "line:unix:", "line:tcp:", "file:"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (!strncmp(url, schemes[i], strlen(schemes[i])) && url[strlen(schemes[i])])
			return true;
	return !strcmp(url, "stdin");
}

static void load_url(struct config_target *target, const struct yaml *map,
		     const struct config *config, struct faults *faults)
{
	const struct yaml *url = yaml_get(map, "url");
	struct err err;

	target->command = member_words(map, "command");
	target->url = target->command ? xstrdup("command:") : member_copy(map, "url");
	if (target->command && !config->owned)
		err_at(&err, ERR_INVALID, map->line, map->column,
		       "a command runs only from a file that is your own and that nobody else can "
		       "write: chmod go-w");
	else if ((url && target->command) || (!url && !target->command))
		err_at(&err, ERR_INVALID, map->line, map->column,
		       "target %.60s wants a url or a command, one of the two", target->name);
	else if (url && config_url_has_user(target->url))
		err_at(&err, ERR_INVALID, url->line, url->column,
		       "a URL with a user or password is refused: use auth: basic:env:NAME");
	else if (url && !url_is_known(target->url))
		err_at(&err, ERR_INVALID, url->line, url->column,
		       "expected http://, https://, http+unix:, line:unix:, line:tcp:, file: or "
		       "stdin, not '%.60s'",
		       target->url);
	else
		return;
	faults_add(faults, &err, false);
}

static void load_auth(struct config_target *target, const struct yaml *map,
		      const struct config *config, struct faults *faults)
{
	const struct yaml *auth = yaml_get(map, "auth");
	char **command = member_words(map, "auth_command");
	struct err err = {0};

	if (auth && command)
		secret_parse_command(auth->text, command, config->owned, &target->auth, &err);
	else if (auth)
		secret_parse(auth->text, &target->auth, &err);
	else if (command)
		err_set(&err, ERR_INVALID, "auth_command wants auth: bearer, basic or header:NAME");
	if (!auth || !command || err.code)
		words_free(command);
	if (!err.code)
		return;
	err.line = auth ? auth->line : map->line;
	err.column = auth ? auth->column : map->column;
	faults_add(faults, &err, false);
}

static void load_action_auth(struct config_target *target, const struct yaml *map,
			     struct faults *faults)
{
	const struct yaml *auth = yaml_get(map, "action_auth");
	struct err err = {0};

	if (!auth || secret_parse(auth->text, &target->action_auth, &err) == 0)
		return;
	err.line = auth->line;
	err.column = auth->column;
	faults_add(faults, &err, false);
}

static enum config_guard guard_of(const char *word)
{
	return !strcmp(word, "ro") ? CONFIG_RO : !strcmp(word, "rw") ? CONFIG_RW : CONFIG_ASK;
}

static void load_tls(struct config_target *target, const struct yaml *map)
{
	target->cacert = member_or_null(map, "cacert");
	target->cert = member_or_null(map, "cert");
	target->key = member_or_null(map, "key");
	target->pinnedpubkey = member_or_null(map, "pinnedpubkey");
	target->proxy = member_or_null(map, "proxy");
	target->noproxy = member_or_null(map, "noproxy");
	target->resolve = member_or_null(map, "resolve");
	target->connect_to = member_or_null(map, "connect_to");
	target->unix_socket = member_or_null(map, "unix_socket");
	target->insecure = member_bool(map, "insecure", false);
	target->compressed = member_bool(map, "compressed", false);
	target->http2 = member_bool(map, "http2", false);
}

/* A time that would hammer a gateway, or never come, is a mistake. */
static int64_t bounded(const struct yaml *map, const char *key, int64_t least_ms,
		       struct faults *faults)
{
	const struct yaml *node = yaml_get(map, key);
	int64_t ms = member_duration(map, key);
	struct err err;

	if (!node || (ms >= least_ms && ms <= 3600 * 1000))
		return ms;
	err_at(&err, ERR_INVALID, node->line, node->column, "%s wants %s to 1h, not '%.20s'", key,
	       least_ms < 1000 ? "100ms" : "1s", node->text);
	faults_add(faults, &err, false);
	return 0;
}

/* Whether the host of a plain http URL is this machine. */
static bool is_local(const char *url)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t len = strlen(hosts[i]);

		if (!strncmp(url + 7, hosts[i], len) && strchr(":/?#", url[7 + len]))
			return true;
	}
	return false;
}

static void warn_clear_text(const struct config_target *target, const struct yaml *map,
			    struct faults *faults)
{
	const struct yaml *auth = yaml_get(map, "auth");
	struct err err;

	if (!auth || strncmp(target->url, "http://", 7) || is_local(target->url) ||
	    target->unix_socket)
		return;
	err_at(&err, ERR_INVALID, auth->line, auth->column,
	       "the credential of %.60s crosses the network in clear text: use https://",
	       target->name);
	faults_add(faults, &err, true);
}

static void load_target(struct config_target *target, const struct yaml *map,
			const struct config *config, struct faults *faults)
{
	target->line = map->line;
	target->name = member_copy(map, "name");
	target->profile = member_copy(map, "profile");
	target->banner = member_copy(map, "banner");
	target->log_format = member_copy(map, "log_format");
	target->guard = guard_of(yaml_text(map, "guard", "ask"));
	target->counts = member_bool(map, "counts", true);
	target->interval_ms = bounded(map, "interval", 1000, faults);
	target->timeout_ms = bounded(map, "timeout", 100, faults);
	target->connect_timeout_ms = bounded(map, "connect_timeout", 100, faults);
	target->forwarded = !strcmp(yaml_text(map, "ip_from", "peer"), "forwarded");
	target->trusted_proxies = member_words(map, "trusted_proxies");
	check_networks(map, faults);
	load_url(target, map, config, faults);
	load_auth(target, map, config, faults);
	load_action_auth(target, map, faults);
	target->two_person = member_bool(map, "two_person", false);
	load_tls(target, map);
	warn_clear_text(target, map, faults);
}

static void check_name(const struct config *config, const struct yaml *map, struct faults *faults)
{
	const struct config_target *last = &config->targets[config->ntargets - 1];
	struct err err;

	for (const struct config_target *each = config->targets; each < last; each++) {
		if (strcmp(each->name, last->name))
			continue;
		err_at(&err, ERR_INVALID, map->line, map->column,
		       "a target named '%.60s' stands already at line %d", last->name, each->line);
		faults_add(faults, &err, false);
	}
}

static void load_targets(struct config *config, const struct yaml *list, struct faults *faults)
{
	if (!list)
		return;
	config->targets = xcalloc(list->n, sizeof(*config->targets));
	for (const struct yaml *item = list->child; item; item = item->next) {
		load_target(&config->targets[config->ntargets++], item, config, faults);
		check_name(config, item, faults);
	}
}

static void load_rule(struct config_rule *rule, const struct yaml *map, struct faults *faults)
{
	struct err err;

	rule->line = map->line;
	rule->name = member_copy(map, "name");
	rule->kind = xstrdup(yaml_text(map, "kind", "threshold"));
	rule->measure = member_copy(map, "measure");
	rule->filter = member_copy(map, "filter");
	rule->by = xstrdup(yaml_text(map, "by", "target"));
	rule->severity = xstrdup(yaml_text(map, "severity", "warning"));
	rule->owner = member_copy(map, "owner");
	rule->runbook = member_copy(map, "runbook");
	rule->below = yaml_get(map, "under") != NULL;
	rule->threshold = member_number(map, rule->below ? "under" : "over", 0);
	rule->least = member_number(map, "least", 0);
	rule->min_n = member_number(map, "min_n", 0);
	rule->window_ms = member_duration(map, "window");
	rule->for_ms = member_duration(map, "for");
	if (!yaml_get(map, "over") != !yaml_get(map, "under"))
		return;
	if (!strcmp(rule->kind, "nodata") || !strcmp(rule->kind, "stale"))
		return;
	err_at(&err, ERR_INVALID, map->line, map->column,
	       "rule %.60s wants over or under, one of the two", rule->name);
	faults_add(faults, &err, false);
}

static void load_rules(struct config *config, const struct yaml *list, struct faults *faults)
{
	if (!list)
		return;
	config->rules = xcalloc(list->n, sizeof(*config->rules));
	for (const struct yaml *item = list->child; item; item = item->next)
		load_rule(&config->rules[config->nrules++], item, faults);
}

/* A key that is none is only a warning: the usual ones remain. */
static void check_keys(const struct yaml *item, struct faults *faults)
{
	char names[128], *rest = NULL;
	struct err err;

	snprintf(names, sizeof(names), "%s", yaml_text(item, "keys", ""));
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		if (key_parse(name, &err))
			continue;
		err.line = item->line;
		err.column = item->column;
		faults_add(faults, &err, true);
	}
}

static void load_keys(struct config *config, const struct yaml *list, struct faults *faults)
{
	if (!list)
		return;
	config->keys = xcalloc(list->n, sizeof(*config->keys));
	for (const struct yaml *item = list->child; item; item = item->next) {
		struct config_key *key = &config->keys[config->nkeys++];

		check_keys(item, faults);
		key->keys = member_copy(item, "keys");
		key->command = member_copy(item, "command");
		key->line = item->line;
	}
}

static void load_links(struct config *config, const struct yaml *list)
{
	if (!list)
		return;
	config->links = xcalloc(list->n, sizeof(*config->links));
	for (const struct yaml *item = list->child; item; item = item->next) {
		struct config_link *link = &config->links[config->nlinks++];

		link->name = member_copy(item, "name");
		link->url = member_copy(item, "url");
	}
}

static void load_commands(struct config *config, const struct yaml *list, struct faults *faults)
{
	struct err err;

	if (!list)
		return;
	if (!config->owned) {
		err_at(&err, ERR_INVALID, list->line, list->column,
		       "commands run only from a file that is your own and that nobody else can "
		       "write: chmod go-w");
		faults_add(faults, &err, false);
	}
	config->commands = xcalloc(list->n, sizeof(*config->commands));
	for (const struct yaml *item = list->child; item; item = item->next) {
		struct config_command *command = &config->commands[config->ncommands++];

		command->name = member_copy(item, "name");
		command->argv = member_words(item, "run");
		if (command->argv && command->argv[0] && *command->argv[0])
			continue;
		err_at(&err, ERR_INVALID, item->line, item->column,
		       "command %.60s wants a program to run", command->name);
		faults_add(faults, &err, false);
	}
}

static void replace_text(char **field, const struct yaml *root, const char *key)
{
	if (!yaml_get(root, key))
		return;
	free(*field);
	*field = member_copy(root, key);
}

void load_root(struct config *config, const struct yaml *root, struct faults *faults)
{
	replace_text(&config->project, root, "project");
	replace_text(&config->journal, root, "journal");
	replace_text(&config->theme, root, "theme");
	config->bell = member_bool(root, "bell", false);
	config->utc = member_bool(root, "utc", false);
	config->rules_off = member_words(root, "rules_off");
	load_golive(config, root, faults);
	load_phases(config, yaml_get(root, "phases"), faults);
	load_targets(config, yaml_get(root, "targets"), faults);
	load_rules(config, yaml_get(root, "rules"), faults);
	load_keys(config, yaml_get(root, "keys"), faults);
	load_links(config, yaml_get(root, "links"));
	load_commands(config, yaml_get(root, "commands"), faults);
}
