#include "app/options.h"

#include "base/decimal.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct options, field)

static const struct option_info table[] = {
	{"config", 'c', OPTION_TEXT, "FILE", AT(config), FOR_ALL, "read this configuration"},
	{"auth", 'a', OPTION_TEXT, "REF", AT(auth), FOR_GATEWAYS,
	 "credential by reference: bearer:env:NAME, basic:file:PATH, header:X-API-KEY:env:NAME"},
	{"profile", 'P', OPTION_TEXT, "NAME", AT(profile), FOR_GATEWAYS,
	 "take the gateway to be of this kind, do not identify it"},
	{"log-format", 0, OPTION_TEXT, "NAME", AT(log_format), FOR_GATEWAYS,
	 "format of an access log, when it is not recognised"},
	{"interval", 'i', OPTION_DURATION, "TIME", AT(interval_ms), FOR_GATEWAYS,
	 "time between polls (5s)"},
	{"max-time", 'm', OPTION_DURATION, "TIME", AT(timeout_ms), FOR_GATEWAYS,
	 "longest time for one request (10s); half of it without a byte ends it too"},
	{"connect-timeout", 0, OPTION_DURATION, "TIME", AT(connect_timeout_ms), FOR_GATEWAYS,
	 "longest time for a connection (3s)"},
	{"cacert", 0, OPTION_TEXT, "FILE", AT(cacert), FOR_GATEWAYS, "certificates to trust"},
	{"cert", 'E', OPTION_TEXT, "FILE", AT(cert), FOR_GATEWAYS, "client certificate"},
	{"key", 0, OPTION_TEXT, "FILE", AT(key), FOR_GATEWAYS, "key of the client certificate"},
	{"pinnedpubkey", 0, OPTION_TEXT, "HASH", AT(pinnedpubkey), FOR_GATEWAYS,
	 "public key that the gateway must have: sha256//..."},
	{"proxy", 'x', OPTION_TEXT, "URL", AT(proxy), FOR_GATEWAYS,
	 "proxy, in place of the one in the environment"},
	{"noproxy", 0, OPTION_TEXT, "HOSTS", AT(noproxy), FOR_GATEWAYS,
	 "hosts that need no proxy, in place of no_proxy in the environment"},
	{"resolve", 0, OPTION_TEXT, "HOST:PORT:ADDRESS", AT(resolve), FOR_GATEWAYS,
	 "use this address for the host"},
	{"connect-to", 0, OPTION_TEXT, "HOST1:PORT1:HOST2:PORT2", AT(connect_to), FOR_GATEWAYS,
	 "connect to the second in place of the first"},
	{"unix-socket", 0, OPTION_TEXT, "PATH", AT(unix_socket), FOR_GATEWAYS,
	 "speak HTTP over this unix socket"},
	{"insecure", 'k', OPTION_FLAG, NULL, AT(insecure), FOR_GATEWAYS,
	 "accept any certificate; only on loopback"},
	{"compressed", 0, OPTION_FLAG, NULL, AT(compressed), FOR_GATEWAYS,
	 "ask for gzip: on slow links, not on a LAN"},
	{"http2", 0, OPTION_FLAG, NULL, AT(http2), FOR_GATEWAYS, "use HTTP/2 where it can be had"},
	{"theme", 't', OPTION_TEXT, "NAME", AT(theme), FOR_SCREEN,
	 "default, light, mono, high-contrast, colour-blind, or your own"},
	{"no-color", 0, OPTION_FLAG, NULL, AT(no_color), FOR_SCREEN,
	 "no colours, only bold and reverse"},
	{"ascii", 'A', OPTION_FLAG, NULL, AT(ascii), FOR_SCREEN, "lines and bars from ASCII only"},
	{"utc", 'U', OPTION_FLAG, NULL, AT(utc), FOR_SCREEN | FOR_FIGURES | FOR_JOURNAL,
	 "times in UTC"},
	{"window", 'w', OPTION_DURATION, "TIME", AT(window_ms), FOR_SCREEN | FOR_FIGURES,
	 "window of the figures (1m)"},
	{"format", 'f', OPTION_TEXT, "FORMAT", AT(format), FOR_REPORT, "text or json"},
	{"json", 'j', OPTION_FLAG, NULL, AT(json),
	 FOR_REPORT | FOR_IDENTIFY | FOR_JOURNAL | FOR_ACT, "as JSON"},
	{"filter", 0, OPTION_TEXT, "TERMS", AT(filter), FOR_SCREEN | FOR_FIGURES,
	 "only what matches, as after /: 'route:checkout code:5xx'"},
	{"only", 0, OPTION_TEXT, "RULE", AT(only), FOR_CHECK, "judge this rule alone"},
	{"target", 0, OPTION_TEXT, "NAME", AT(target), FOR_FIGURES | FOR_ENTRIES | FOR_ACT,
	 "only this target; of a note, the one that it is about"},
	{"route", 0, OPTION_TEXT, "ROUTE", AT(route), FOR_FIGURES, "only this route"},
	{"state", 0, OPTION_TEXT, "FILE", AT(state), FOR_CHECK,
	 "keep how long rules have held between runs"},
	{"quiet", 'q', OPTION_FLAG, NULL, AT(quiet), FOR_FIGURES, "no progress on standard error"},
	{"journal", 0, OPTION_TEXT, "FILE", AT(journal),
	 FOR_SCREEN | FOR_ENTRIES | FOR_REPORT | FOR_ACT,
	 "keep the journal there, in place of the project's; a report adds what it holds"},
	{"operator", 0, OPTION_TEXT, "NAME", AT(operator), FOR_SCREEN | FOR_NOTE | FOR_ACT,
	 "who is at the console, written into the journal as claimed beside the login"},
	{"kind", 0, OPTION_TEXT, "KIND", AT(kind), FOR_ENTRIES,
	 "only entries of this kind, or several parted by commas; of a note what it marks: deploy, "
	 "change, mark"},
	{"since", 0, OPTION_DURATION, "TIME", AT(since_ms), FOR_JOURNAL, "only what is no older"},
	{"limit", 0, OPTION_INTEGER, "N", AT(limit), FOR_JOURNAL,
	 "only the newest N entries (1000)"},
	{"at", 0, OPTION_TEXT, "TIME", AT(at), FOR_NOTE,
	 "when it happened, in UTC: 2026-11-23T14:32:00Z; now unless given"},
	{"for", 0, OPTION_DURATION, "TIME", AT(for_ms), FOR_ACT,
	 "take it back after so long; needs --wait, for somebody has to"},
	{"reason", 'r', OPTION_TEXT, "TEXT", AT(reason), FOR_ACT,
	 "why, or a ticket: kept in the journal"},
	{"dry-run", 'n', OPTION_FLAG, NULL, AT(dry_run), FOR_ACT | FOR_PROFILE,
	 "read, and print the requests as curl lines; send nothing"},
	{"actions", 0, OPTION_FLAG, NULL, AT(actions), FOR_PROFILE,
	 "test the profile's actions, too: with --dry-run, for nothing is ever sent"},
	{"wait", 0, OPTION_TEXT, "STATE", AT(wait), FOR_ACT,
	 "stay until it is confirmed, or recovered"},
	{"yes", 'y', OPTION_FLAG, NULL, AT(yes), FOR_ACT, "confirm it, where two digits would do"},
	{"confirm", 0, OPTION_TEXT, "NAME", AT(confirm), FOR_ACT,
	 "confirm it by the target's name"},
	{"scenario", 0, OPTION_INTEGER, "N", AT(scenario), FOR_DEMO,
	 "play one incident only: 1 checkout, 2 prompt, 3 attack"},
	{"speed", 0, OPTION_NUMBER, "X", AT(speed), FOR_DEMO, "play X times as fast"},
	{"seed", 0, OPTION_INTEGER, "N", AT(seed), FOR_DEMO, "seed of the simulated traffic"},
	{"ports", 0, OPTION_FLAG, NULL, AT(ports), FOR_DEMO,
	 "only run the simulated gateways and print their URLs"},
	{"debug", 0, OPTION_TEXT, "FILE", AT(debug), FOR_ALL, "write a debug log"},
	{"help", 'h', OPTION_FLAG, NULL, AT(help), FOR_ALL, "print this help"},
	{"version", 'V', OPTION_FLAG, NULL, AT(version), FOR_ALL,
	 "print the version and its libraries"},
	{NULL, 0, OPTION_FLAG, NULL, 0, 0, NULL},
};

const struct option_info *options_table(void)
{
	return table;
}

static int set_value(struct options *options, const struct option_info *info, const char *text,
		     struct err *err)
{
	void *field = (char *)options + info->offset;
	char *end = NULL;

	switch (info->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = text;
		return 0;
	case OPTION_DURATION:
		if (!decimal_read_duration(text, field))
			return 0;
		return err_set(err, ERR_INVALID,
			       "--%s takes a time such as 30s, 5m or 1h, not '%s'", info->name,
			       text);
	case OPTION_INTEGER:
		*(long *)field = strtol(text, &end, 10);
		break;
	case OPTION_NUMBER:
		*(double *)field = strtod(text, &end);
		break;
	}
	if (end == text || *end)
		return err_set(err, ERR_INVALID, "--%s takes a number, not '%s'", info->name, text);
	return 0;
}

#define OPTIONS   (sizeof(table) / sizeof(table[0]) - 1)
#define LONG_BASE 256 /* getopt_long() values: LONG_BASE + row, so that letters stay apart */

/* The table in the form that getopt_long() wants. */
static void fill_getopt(struct option longs[OPTIONS + 1], char letters[2 * OPTIONS + 2])
{
	char *at = letters;

	*at++ = ':';
	for (size_t i = 0; i < OPTIONS; i++) {
		int takes = table[i].type == OPTION_FLAG ? no_argument : required_argument;

		longs[i] = (struct option){table[i].name, takes, NULL, LONG_BASE + (int)i};
		if (!table[i].letter)
			continue;
		*at++ = table[i].letter;
		if (takes == required_argument)
			*at++ = ':';
	}
	longs[OPTIONS] = (struct option){0};
	*at = '\0';
}

static const struct option_info *by_value(int value)
{
	if (value >= LONG_BASE)
		return &table[value - LONG_BASE];
	for (size_t i = 0; i < OPTIONS; i++)
		if (table[i].letter && table[i].letter == value)
			return &table[i];
	return NULL;
}

static int refuse(int found, const char *word, struct err *err)
{
	const struct option_info *info = optopt ? by_value(optopt) : NULL;

	if (found == ':' && info)
		return err_set(err, ERR_INVALID, "--%s wants %s", info->name, info->value);
	if (info)
		return err_set(err, ERR_INVALID, "--%s takes no value", info->name);
	if (optopt)
		return err_set(err, ERR_INVALID, "unknown option -%c", optopt);
	return err_set(err, ERR_INVALID, "unknown option %s", word);
}

int options_parse(struct options *ret_options, unsigned command, int argc, char **argv,
		  struct err *err)
{
	struct option longs[OPTIONS + 1];
	char letters[2 * OPTIONS + 2];
	int found;

	*ret_options = (struct options){.speed = 1, .seed = 1};
	fill_getopt(longs, letters);
	opterr = 0;
	optind = 1;
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_info *info = found == ':' ? NULL : by_value(found);

		if (found == '?' || !info)
			return refuse(found, argv[optind - 1], err);
		if (!(info->commands & command))
			return err_set(err, ERR_INVALID, "--%s is not an option of this command",
				       info->name);
		if (set_value(ret_options, info, optarg, err))
			return -1;
	}
	return optind;
}
