#include "collect/words.h"

#include "base/utf8.h"

#include <string.h>

#define SHOWN_BYTES 80

static void add_clean(struct strbuf *sb, const char *text)
{
	char clean[SHOWN_BYTES];

	utf8_sanitise(clean, sizeof(clean), text, strlen(text));
	strbuf_addstr(sb, clean);
}

/* "8001, 8444 (TLS)" gives 8001; a socket gives nothing. */
static size_t first_port(const char *ports)
{
	size_t digits = ports ? strspn(ports, "0123456789") : 0;

	return digits > 1 ? digits : 0;
}

static void add_ports(struct strbuf *sb, struct profile *const *profiles, size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		size_t digits = first_port(profiles[i]->ports);
		if (!digits)
			continue;
		strbuf_addf(sb, "%s%s %.*s", first ? " Admin ports: " : ", ", profiles[i]->name,
			    (int)digits, profiles[i]->ports);
		first = false;
	}
}

static void add_answer(struct strbuf *sb, const struct words *words)
{
	size_t type = strcspn(words->content_type, "; ");
	const char *comma = "";

	strbuf_addstr(sb, "answers (");
	if (words->server[0]) {
		add_clean(sb, words->server);
		comma = ", ";
	}
	if (words->status != 200 && words->status) {
		strbuf_addf(sb, "%s%d", comma, words->status);
		comma = ", ";
	}
	if (type)
		strbuf_addf(sb, "%s%.*s", comma, type < SHOWN_BYTES ? (int)type : SHOWN_BYTES,
			    words->content_type);
	if (!type && !*comma)
		strbuf_addstr(sb, "without a word");
	strbuf_addch(sb, ')');
}

void words_unknown(struct strbuf *sb, const struct words *words, struct profile *const *profiles,
		   size_t n)
{
	if (words->metrics) {
		strbuf_addstr(sb, "exports Prometheus metrics");
		if (words->example[0]) {
			strbuf_addstr(sb, " (");
			add_clean(sb, words->example);
			strbuf_addstr(sb, ", ...)");
		}
		strbuf_addstr(sb, ", but of no gateway I know: a profile of its own would map "
				  "them (hypercare profile list)");
		return;
	}
	add_answer(sb, words);
	if (words->status == 401 || words->status == 403) {
		strbuf_addstr(sb, ", and wants a credential before it shows what it is: hypercare "
				  "--profile NAME --auth bearer:env:NAME ");
		add_clean(sb, words->url);
		return;
	}
	strbuf_addstr(sb, ", but as no gateway I know. Traffic port?");
	add_ports(sb, profiles, n);
}

void words_known(struct strbuf *sb, const struct profile *profile)
{
	strbuf_addf(sb, "is %s", profile->title);
}

void words_wants_credential(struct strbuf *sb, const char *url, const char *path, int status,
			    bool given)
{
	strbuf_addf(sb, "; %.*s ", (int)strcspn(path, "?"), path);
	if (given)
		strbuf_addf(sb,
			    "does not accept the credential (%d): is it expired, or may it "
			    "not read this?",
			    status);
	else {
		strbuf_addf(sb, "wants a credential (%d): hypercare --auth bearer:env:NAME ",
			    status);
		add_clean(sb, url);
	}
}

void words_no_metrics(struct strbuf *sb, const struct profile *profile, const char *path)
{
	const char *hint = profile_hint(profile, SIGNAL_REQUESTS);

	strbuf_addf(sb, ", but exports no metrics at %.*s", (int)strcspn(path, "?"), path);
	if (hint)
		strbuf_addf(sb, ": %s", hint);
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

bool words_is_metrics(const char *text, size_t len, struct strbuf *ret_example)
{
	static const char word[] = "# TYPE ";
	const char *at = len >= sizeof(word) - 1 ? memmem(text, len, word, sizeof(word) - 1) : NULL;
	size_t left, name = 0;

	if (!at || (at > text && at[-1] != '\n'))
		return false;
	at += sizeof(word) - 1;
	left = len - (size_t)(at - text);
	while (name < left && at[name] != ' ' && at[name] != '\n')
		name++;
	if (!name || !is_name_start(at[0]))
		return false;
	strbuf_clear(ret_example);
	strbuf_add(ret_example, at, name);
	return true;
}
