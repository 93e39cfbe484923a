/* The keys of hypercare.yaml. The help texts are printed in the man page. */
#include "config/load.h"

static const char *const guard_words[] = {"ro", "ask", "rw", NULL};
static const char *const severity_words[] = {"info", "warning", "critical", NULL};
static const char *const kind_words[] = {"threshold", "baseline", "nodata", "stale", "state", NULL};

static const struct yaml_field phase_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL, "shown in the banner"},
	{"days", YT_NUMBER, true, NULL, NULL, "how long it lasts"},
	{0},
};

static const struct yaml_field target_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL, "what it is called everywhere"},
	{"url", YT_TEXT, false, NULL, NULL,
	 "http://, https://, http+unix:PATH, line:unix:PATH, line:tcp:HOST:PORT, file:PATH or "
	 "stdin"},
	{"command", YT_LIST, false, NULL, NULL,
	 "in place of url: program and arguments whose output is an access log"},
	{"profile", YT_TEXT, false, NULL, NULL, "kind of gateway; recognised unless given"},
	{"banner", YT_TEXT, false, NULL, NULL, "style of the banner: prod, stage or dev"},
	{"guard", YT_ENUM, false, guard_words, NULL,
	 "how it may be changed: ro never, ask by typing its name, rw by two digits"},
	{"counts", YT_BOOL, false, NULL, NULL,
	 "false: stands before or behind another target and is kept out of totals"},
	{"auth", YT_TEXT, false, NULL, NULL,
	 "credential by reference: bearer:env:NAME, basic:file:PATH, header:X-API-KEY:env:NAME, "
	 "bearer:credential:NAME"},
	{"action_auth", YT_TEXT, false, NULL, NULL,
	 "the operator's own credential for actions, by reference; auth is then only for reading"},
	{"two_person", YT_BOOL, false, NULL, NULL,
	 "true: an action needs the approval of a second operator on another console"},
	{"auth_command", YT_LIST, false, NULL, NULL,
	 "program and arguments that print the credential; auth is then bearer or basic alone"},
	{"cacert", YT_TEXT, false, NULL, NULL, "certificates to trust"},
	{"cert", YT_TEXT, false, NULL, NULL, "client certificate"},
	{"key", YT_TEXT, false, NULL, NULL, "key of the client certificate"},
	{"pinnedpubkey", YT_TEXT, false, NULL, NULL, "public key that it must have: sha256//..."},
	{"proxy", YT_TEXT, false, NULL, NULL, "proxy, in place of the one in the environment"},
	{"noproxy", YT_TEXT, false, NULL, NULL,
	 "hosts and networks that need no proxy, with commas between them; in place of no_proxy in "
	 "the environment"},
	{"resolve", YT_TEXT, false, NULL, NULL, "HOST:PORT:ADDRESS to use"},
	{"connect_to", YT_TEXT, false, NULL, NULL,
	 "HOST1:PORT1:HOST2:PORT2: connect to the second in place of the first; TLS checks the "
	 "name "
	 "of the first"},
	{"unix_socket", YT_TEXT, false, NULL, NULL, "speak HTTP over this unix socket"},
	{"insecure", YT_BOOL, false, NULL, NULL, "true: any certificate; only on loopback"},
	{"compressed", YT_BOOL, false, NULL, NULL, "true: ask for gzip"},
	{"http2", YT_BOOL, false, NULL, NULL, "true: use HTTP/2 where it can be had"},
	{"interval", YT_DURATION, false, NULL, NULL, "time between polls; 5s unless given"},
	{"timeout", YT_DURATION, false, NULL, NULL,
	 "longest time for one request; 10s unless given; half of it without a byte ends it too"},
	{"connect_timeout", YT_DURATION, false, NULL, NULL,
	 "longest time for a connection; 3s unless given"},
	{"log_format", YT_TEXT, false, NULL, NULL, "of an access log; recognised unless given"},
	{"ip_from", YT_ENUM, false, (const char *const[]){"peer", "forwarded", NULL}, NULL,
	 "which address of a log line is the client: the peer, or X-Forwarded-For behind trusted "
	 "proxies"},
	{"trusted_proxies", YT_LIST, false, NULL, NULL, "addresses and networks of those proxies"},
	{0},
};

static const struct yaml_field rule_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL,
	 "what it is called; that of a built-in rule replaces it"},
	{"kind", YT_ENUM, false, kind_words, NULL, "threshold unless given"},
	{"measure", YT_TEXT, false, NULL, NULL, "what is judged; see MEASURES in hypercare(1)"},
	{"filter", YT_TEXT, false, NULL, NULL, "only what matches, as after /"},
	{"by", YT_TEXT, false, NULL, NULL, "judged for each value of these dims: target route"},
	{"severity", YT_ENUM, false, severity_words, NULL, "warning unless given"},
	{"owner", YT_TEXT, false, NULL, NULL, "shown beside the finding"},
	{"runbook", YT_TEXT, false, NULL, NULL, "link shown in the opened row"},
	{"over", YT_NUMBER, false, NULL, NULL,
	 "wrong above this, in the measure's unit; of a "
	 "baseline rule the factor"},
	{"under", YT_NUMBER, false, NULL, NULL, "wrong below this"},
	{"least", YT_NUMBER, false, NULL, NULL, "of a baseline rule: never wrong within this"},
	{"min_n", YT_NUMBER, false, NULL, NULL, "with fewer samples it is not judged"},
	{"window", YT_DURATION, false, NULL, NULL, "judged over this time; 1m unless given"},
	{"for", YT_DURATION, false, NULL, NULL, "holds as long before it is a finding"},
	{0},
};

static const struct yaml_field key_fields[] = {
	{"keys", YT_TEXT, true, NULL, NULL, "names of keys with blanks between them: ctrl-x F5"},
	{"command", YT_TEXT, true, NULL, NULL, "as typed after the colon; empty unbinds"},
	{0},
};

static const struct yaml_field link_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL, "in the menu of o; t takes the one called traces"},
	{"url", YT_TEXT, true, NULL, NULL,
	 "with the row's values in braces: {target}, {route}, {client}, {model}; rows without such "
	 "a value do not have the link"},
	{0},
};

static const struct yaml_field command_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL, "in the menu of !"},
	{"run", YT_LIST, true, NULL, NULL,
	 "program and arguments, without a shell; the row's values are in its environment as "
	 "HYPERCARE_TARGET, HYPERCARE_ROUTE, HYPERCARE_CLIENT and so on"},
	{0},
};

static const struct yaml_field fields[] = {
	{"project", YT_TEXT, false, NULL, NULL, "name in the banner and in reports"},
	{"journal", YT_TEXT, false, NULL, NULL,
	 "absolute path of the journal, where a team shares one; unless given, PROJECT.journal.db "
	 "in "
	 "$XDG_STATE_HOME/hypercare"},
	{"golive", YT_TEXT, false, NULL, NULL, "day of the go-live: 2026-11-23"},
	{"phases", YT_LIST, false, NULL, phase_fields, "phases from the go-live on, in order"},
	{"targets", YT_LIST, false, NULL, target_fields, "the gateways"},
	{"rules", YT_LIST, false, NULL, rule_fields, "rules beside the built-in ones"},
	{"rules_off", YT_LIST, false, NULL, NULL, "names of built-in rules that are not wanted"},
	{"keys", YT_LIST, false, NULL, key_fields, "keys beside the usual ones"},
	{"links", YT_LIST, false, NULL, link_fields, "links of rows"},
	{"commands", YT_LIST, false, NULL, command_fields,
	 "own commands on rows; only from a file that nobody else can write"},
	{"theme", YT_TEXT, false, NULL, NULL, "colours: a theme's name"},
	{"bell", YT_BOOL, false, NULL, NULL, "true: ring once for each new critical finding"},
	{"utc", YT_BOOL, false, NULL, NULL, "true: times in UTC"},
	{0},
};

const struct yaml_field *config_schema(void)
{
	return fields;
}
