/* A profile in words, for `profile show`. */
#include "base/decimal.h"
#include "profile/load.h"

static const char *const format_words[] = {
	[FORMAT_PROMETHEUS] = "prometheus", [FORMAT_JSON] = "json",     [FORMAT_CSV] = "csv",
	[FORMAT_ACCESSLOG] = "access log",  [FORMAT_PROMQL] = "promql", [FORMAT_TEXT] = "text",
};

static void add_where(const struct map_rule *rule, struct strbuf *sb)
{
	for (size_t i = 0; i < rule->nwhere; i++) {
		const struct map_where *where = &rule->where[i];
		const char *before = "=";

		strbuf_addf(sb, "%s%s", i ? ", " : " where ", where->label);
		for (size_t j = 0; j < where->nany; j++, before = "|")
			strbuf_addf(sb, "%s%s", before, where->any[j]);
		for (size_t j = 0; j < where->nnone; j++, before = "|")
			strbuf_addf(sb, "%s!%s", before, where->none[j]);
	}
}

static void add_dims(const struct map_rule *rule, struct strbuf *sb)
{
	const char *before = "";

	strbuf_addch(sb, '{');
	for (size_t i = 0; i < rule->ntakes; i++, before = ", ")
		strbuf_addf(sb, "%s%s: %s", before, dim_name(rule->takes[i].dim),
			    rule->takes[i].label);
	for (size_t i = 0; i < rule->nsets; i++, before = ", ")
		strbuf_addf(sb, "%s%s=%s", before, dim_name(rule->sets[i].dim), rule->sets[i].text);
	strbuf_addch(sb, '}');
}

static void add_rule(const struct map_rule *rule, struct strbuf *sb)
{
	char number[40];

	strbuf_addf(sb, "    %s", rule->metric ? rule->metric : "each row");
	add_where(rule, sb);
	strbuf_addf(sb, " -> %s", signal_info(rule->signal)->name);
	add_dims(rule, sb);
	strbuf_addf(sb, " %s", map_type_words[rule->type]);
	if (rule->scale != 1)
		strbuf_addf(sb, " * %s", decimal_exact(number, rule->scale));
	if (rule->offset != 0)
		strbuf_addf(sb, " + %s", decimal_exact(number, rule->offset));
	if (rule->wrap32)
		strbuf_addstr(sb, ", wraps at 2^32");
	if (rule->filter)
		strbuf_addf(sb, ", filter %s", rule->filter->name);
	strbuf_addch(sb, '\n');
}

static void add_source(const struct profile_source *source, struct strbuf *sb)
{
	static const char *const ways[] = {
		[TRANSPORT_HTTP] = "GET ", [TRANSPORT_LINE] = "line: ", [TRANSPORT_LOG] = ""};
	const char *path = source->transport == TRANSPORT_LOG ? "the access log" : source->path;
	char age[16];

	strbuf_addf(sb, "  %s: %s%s, %s", source->name,
		    source->reads ? "POST " : ways[source->transport], path,
		    format_words[source->format]);
	if (source->foreach)
		strbuf_addf(sb, ", once for each of %s", source->foreach_path);
	if (source->every_ms)
		strbuf_addf(sb, ", every %s", decimal_duration(age, source->every_ms));
	if (source->optional)
		strbuf_addstr(sb, ", optional");
	strbuf_addch(sb, '\n');
	for (size_t i = 0; i < source->nrules; i++)
		add_rule(&source->rules[i], sb);
}

void profile_describe(const struct profile *profile, struct strbuf *sb)
{
	strbuf_addf(sb, "%s: %s\n", profile->name, profile->title);
	strbuf_addf(sb, "file: %s\n", profile->path);
	if (profile->ports[0])
		strbuf_addf(sb, "ports: %s\n", profile->ports);
	if (profile->nidentify)
		strbuf_addstr(sb, "recognised by:\n");
	for (size_t i = 0; i < profile->nidentify; i++) {
		const struct profile_identify *way = &profile->identify[i];

		strbuf_addf(sb, "  %s%s",
			    way->get ? "GET " : "line: ", way->get ? way->get : way->line);
		if (way->when)
			strbuf_addf(sb, ", when %s", way->when);
		if (way->contains)
			strbuf_addf(sb, ", contains \"%s\"", way->contains);
		if (way->server)
			strbuf_addf(sb, ", Server: %s", way->server);
		strbuf_addch(sb, '\n');
	}
	strbuf_addstr(sb, "sources:\n");
	for (size_t i = 0; i < profile->nsources; i++)
		add_source(&profile->sources[i], sb);
	if (profile->nhints)
		strbuf_addstr(sb, "when a signal stays empty:\n");
	for (size_t i = 0; i < profile->nhints; i++)
		strbuf_addf(sb, "  %s: %s\n", signal_info(profile->hints[i].signal)->name,
			    profile->hints[i].text);
	actions_describe(profile, sb);
}
