/* The keys of a profile. The help texts are printed in the man page. */
#include "profile/load.h"

#include <string.h>

static const char *const format_words[] = {"prometheus", "json", "csv", "accesslog",
					   "promql",     "text", NULL};
const char *const map_type_words[MAP_TYPES + 1] = {"counter", "gauge", "histogram", "average",
						   "sum",     "count", "quantile",  "total",
						   "state",   "hash",  "version",   NULL};

/* Filled from the signals' own table on first use. */
static const char *signal_words[SIGNAL_COUNT + 1];

static const struct yaml_field identify_fields[] = {
	{"get", YT_TEXT, false, NULL, NULL, "path of a GET request"},
	{"line", YT_TEXT, false, NULL, NULL, "command of a line protocol, in place of get"},
	{"when", YT_TEXT, false, NULL, NULL, "jq expression that must hold of the JSON answer"},
	{"contains", YT_TEXT, false, NULL, NULL,
	 "text in the first 256 KiB of the answer; rows that look for the same text are one page "
	 "at "
	 "several places: a source at the first of them is read where it is found"},
	{"server", YT_TEXT, false, NULL, NULL, "how the Server header begins"},
	{"content_type", YT_TEXT, false, NULL, NULL, "how the Content-Type header begins"},
	{"status", YT_NUMBER, false, NULL, NULL, "status of the answer; 200 unless given"},
	{0},
};

static const struct yaml_field rule_fields[] = {
	{"metric", YT_TEXT, false, NULL, NULL,
	 "name of the family or series; of rows, of the member with the value; without it each "
	 "row counts as 1"},
	{"where", YT_ANY, false, NULL, NULL,
	 "label: value, or a list of values; !value excludes, value* is a prefix, ! alone excludes "
	 "the empty one"},
	{"signal", YT_ENUM, true, signal_words, NULL, "signal that it becomes"},
	{"labels", YT_NAMED, false, NULL, NULL,
	 "label: dim that takes its value; of two labels for one dim the first that is not empty"},
	{"set", YT_NAMED, false, NULL, NULL, "dim: a fixed value"},
	{"values", YT_ANY, false, NULL, NULL,
	 "dim: {value: what it becomes}; others stay as they are"},
	{"states", YT_NAMED, false, NULL, NULL,
	 "text: number that it stands for, of a row whose value is a word"},
	{"type", YT_ENUM, false, map_type_words, NULL,
	 "what the value is; by the kind of the signal unless given"},
	{"unit", YT_TEXT, false, NULL, NULL,
	 "unit of the value, when it is not the signal's: ms, us, ns, min, h, days, kB, KiB, MiB, "
	 "percent, cents, per_minute, per_hour"},
	{"scale", YT_NUMBER, false, NULL, NULL, "factor, applied with the unit"},
	{"offset", YT_NUMBER, false, NULL, NULL, "added after that"},
	{"wraps", YT_NUMBER, false, NULL, NULL, "32: the counter wraps at 2^32"},
	{"absent", YT_ANY, false, NULL, NULL,
	 "number, or list of numbers, by which the gateway says that there is none"},
	{"fold", YT_BOOL, false, NULL, NULL,
	 "true: the route is a raw path, ids in it become {id}"},
	{"filter", YT_TEXT, false, NULL, NULL,
	 "function that is run over the whole answer (see FILTERS)"},
	{0},
};

static const struct yaml_field foreach_fields[] = {
	{"get", YT_TEXT, false, NULL, NULL, "path of the document that lists what to ask for"},
	{"line", YT_TEXT, false, NULL, NULL, "command that lists it, in place of get"},
	{"next", YT_TEXT, false, NULL, NULL, "jq: path of its next page, or null"},
	{"each", YT_TEXT, true, NULL, NULL,
	 "jq: one object of texts for each request; put into {name} of the path, and $vars"},
	{0},
};

static const struct yaml_field source_own[] = {
	{"get", YT_TEXT, false, NULL, NULL, "path that is read"},
	{"post", YT_TEXT, false, NULL, NULL, "path of a POST that only reads; needs reads: true"},
	{"body", YT_TEXT, false, NULL, NULL, "JSON body of that POST"},
	{"reads", YT_BOOL, false, NULL, NULL, "true: the POST changes nothing"},
	{"line", YT_TEXT, false, NULL, NULL, "command of a line protocol"},
	{"log", YT_BOOL, false, NULL, NULL, "true: lines of a file, a command or standard input"},
	{"format", YT_ENUM, true, format_words, NULL, "what the answer is"},
	{"like", YT_LIST, false, NULL, NULL,
	 "promql: PROFILE.SOURCE of each whose rules are asked for and applied; where then holds "
	 "of "
	 "labels that the server attaches: {namespace: prod, cluster: [eu, us]}"},
	{"accept", YT_TEXT, false, NULL, NULL, "Accept header, by the format unless given"},
	{"next", YT_TEXT, false, NULL, NULL, "jq: path of the next page, or null"},
	{"rows", YT_TEXT, false, NULL, NULL, "jq: the rows, as objects"},
	{"foreach", YT_MAP, false, NULL, foreach_fields, "one request for each of a list"},
	{"every", YT_DURATION, false, NULL, NULL, "interval; the target's unless given"},
	{"deadline", YT_DURATION, false, NULL, NULL, "time that an answer may take"},
	{"optional", YT_BOOL, false, NULL, NULL, "true: a 404 is no fault"},
	{"closed", YT_TEXT, false, NULL, NULL,
	 "text in a 401 or 403 that says that the page is not offered: like a 404, no credential "
	 "helps"},
	{"own_requests", YT_NUMBER, false, NULL, NULL,
	 "requests that each reading adds to the gateway's count of requests; taken off again"},
	{"end_mark", YT_BOOL, false, NULL, NULL, "true: a whole answer ends with # EOF"},
	{"map", YT_LIST, false, NULL, rule_fields,
	 "the rules; all that match apply. A single rule may be written without it"},
	{0},
};

#define SOURCE_OWN  (sizeof(source_own) / sizeof(source_own[0]) - 1)
#define RULE_FIELDS (sizeof(rule_fields) / sizeof(rule_fields[0]))

/* Those of a source, then those of its single rule. */
static struct yaml_field source_fields[SOURCE_OWN + RULE_FIELDS];

static const struct yaml_field json_log_fields[] = {
	{"time", YT_TEXT, false, NULL, NULL, "when"},
	{"client", YT_TEXT, false, NULL, NULL, "address of the client"},
	{"method", YT_TEXT, false, NULL, NULL, "method"},
	{"uri", YT_TEXT, false, NULL, NULL, "path and query"},
	{"status", YT_TEXT, false, NULL, NULL, "status"},
	{"duration", YT_TEXT, false, NULL, NULL, "time that it took"},
	{"duration_unit", YT_TEXT, false, NULL, NULL, "s, ms, us or ns; s unless given"},
	{"bytes", YT_TEXT, false, NULL, NULL, "bytes sent"},
	{"forwarded", YT_TEXT, false, NULL, NULL, "X-Forwarded-For"},
	{0},
};

static const struct yaml_field log_fields[] = {
	{"format", YT_TEXT, false, NULL, NULL, "format of its access log; recognised unless given"},
	{"ip_from", YT_TEXT, false, NULL, NULL,
	 "X-Forwarded-For: where the client stands behind trusted proxies"},
	{"trusted", YT_LIST, false, NULL, NULL, "CIDRs of the trusted proxies"},
	{"fields", YT_MAP, false, NULL, json_log_fields,
	 "format json: which key holds what; a.b steps into objects"},
	{0},
};

static struct yaml_field profile_fields[] = {
	{"name", YT_TEXT, true, NULL, NULL, "name, as in the configuration; that of the file"},
	{"title", YT_TEXT, true, NULL, NULL, "what it is, for people"},
	{"ports", YT_TEXT, false, NULL, NULL, "usual ports, for the first words to a new user"},
	{"identify", YT_LIST, false, NULL, identify_fields,
	 "requests by which it is recognised; one that holds is enough"},
	{"sources", YT_NAMED, true, NULL, source_fields, "what is read"},
	{"hints", YT_NAMED, false, NULL, NULL,
	 "signal: what to do when it stays empty, shown in its place"},
	{"log", YT_MAP, false, NULL, log_fields, "how its access log is written"},
	{"actions", YT_NAMED, false, NULL, NULL, "how it is changed"},
	{"cannot", YT_TEXT, false, NULL, NULL, "why it cannot do the actions that are not listed"},
	{0},
};

const struct yaml_field *profile_schema(void)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		signal_words[i] = signal_info((enum signal)i)->name;
	for (size_t i = 0; i < SOURCE_OWN; i++)
		source_fields[i] = source_own[i];
	for (size_t i = 0; i < RULE_FIELDS; i++) {
		source_fields[SOURCE_OWN + i] = rule_fields[i];
		source_fields[SOURCE_OWN + i].required = false;
	}
	for (struct yaml_field *field = profile_fields; field->key; field++)
		if (strcmp(field->key, "actions") == 0)
			field->fields = action_schema();
	return profile_fields;
}
