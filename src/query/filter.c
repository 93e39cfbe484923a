#include "base/strbuf.h"
#include "query/query.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Whether what is wanted, of len bytes, is anywhere in text; the case of ASCII letters is one. */
static bool contains(const char *text, const char *want, size_t len)
{
	for (; *text; text++)
		if (!strncasecmp(text, want, len))
			return true;
	return len == 0;
}

/* "5xx" is any code that begins with 5. */
static bool is_class(const char *want, size_t len)
{
	return len == 3 && isdigit((unsigned char)want[0]) && (want[1] == 'x' || want[1] == 'X') &&
	       (want[2] == 'x' || want[2] == 'X');
}

static bool alternative_matches(enum dim dim, const char *text, const char *want, size_t len)
{
	if (dim == DIM_CODE && is_class(want, len))
		return text[0] == want[0] && strlen(text) == 3;
	if (len && want[len - 1] == '*')
		return !strncasecmp(text, want, len - 1);
	return contains(text, want, len);
}

/* Whether one of the values, parted by commas, fits. */
static bool text_matches(enum dim dim, const char *text, const char *want)
{
	if (*want == '=')
		return !strcmp(text, want + 1);
	for (;;) {
		size_t len = strcspn(want, ",");

		if (alternative_matches(dim, text, want, len))
			return true;
		if (!want[len])
			return false;
		want += len + 1;
	}
}

static bool is_within(const struct term *term, const char *client)
{
	struct address address;

	return term->is_network && address_parse(client, &address) &&
	       address_covers(&term->network, &address);
}

static bool term_holds(const struct term *term, const struct names *names, const struct dims *dims)
{
	if (term->dim != DIM_COUNT) {
		const char *text = names_text(names, dims->value[term->dim]);

		return (text_matches(term->dim, text, term->text) || is_within(term, text)) !=
		       term->negate;
	}
	for (size_t i = 0; i < DIM_COUNT; i++)
		if (dims->value[i] &&
		    text_matches((enum dim)i, names_text(names, dims->value[i]), term->text))
			return !term->negate;
	return term->negate;
}

bool filter_matches(const struct filter *filter, const struct names *names, const struct dims *dims)
{
	for (size_t i = 0; i < filter->n; i++)
		if (!term_holds(&filter->terms[i], names, dims))
			return false;
	return true;
}

/* Splits "dim:" off a word; a word with an unknown one is refused, or else a slip of the finger
 * would show nothing without a reason. */
static int take_dim(const char **word, size_t *len, enum dim *ret_dim, struct err *err)
{
	const char *colon = memchr(*word, ':', *len);
	char name[16];
	size_t n = colon ? (size_t)(colon - *word) : 0;

	*ret_dim = DIM_COUNT;
	if (!n || n >= sizeof(name) || strspn(*word, "abcdefghijklmnopqrstuvwxyz") != n)
		return 0;
	memcpy(name, *word, n);
	name[n] = '\0';
	*ret_dim = dim_by_name(name);
	if (*ret_dim == DIM_COUNT)
		return err_set(err, ERR_INVALID,
			       "\"%s:\" is no dimension; there are target, route, service, node, "
			       "consumer, model, app, prompt, client, code, type, reason, origin "
			       "and phase",
			       name);
	*word += n + 1;
	*len -= n + 1;
	return 0;
}

/* The bytes of a word: up to a blank, but for blanks in quotes. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t n = 0;

	for (; text[n] && (quoted || text[n] != ' '); n++)
		if (text[n] == '"')
			quoted = !quoted;
	return n;
}

static const char *unquote(struct arena *arena, const char *word, size_t len)
{
	char *copy = arena_strndup(arena, word, len), *out = copy;

	for (const char *p = copy; *p; p++)
		if (*p != '"')
			*out++ = *p;
	*out = '\0';
	return copy;
}

void filter_add(struct filter *filter, enum dim dim, bool negate, const char *text)
{
	struct term *term = &filter->terms[filter->n++];

	*term = (struct term){.dim = dim, .negate = negate, .text = text};
	term->is_network = dim == DIM_CLIENT && strchr(text, '/') &&
			   address_parse(text + (*text == '='), &term->network);
}

static int add_term(struct filter *filter, struct arena *arena, const char *word, size_t len,
		    struct err *err)
{
	struct term term = {.negate = len > 1 && *word == '!'};

	if (filter->n == QUERY_TERMS)
		return err_set(err, ERR_LIMIT, "a filter has at most %d terms", QUERY_TERMS);
	word += term.negate;
	len -= term.negate;
	if (take_dim(&word, &len, &term.dim, err) < 0)
		return -1;
	term.text = unquote(arena, word, len);
	if (!*term.text)
		return err_set(err, ERR_INVALID, "nothing stands after \"%s:\"",
			       term.dim == DIM_COUNT ? "" : dim_name(term.dim));
	filter_add(filter, term.dim, term.negate, term.text);
	return 0;
}

int filter_parse(const char *text, struct arena *arena, struct filter *ret_filter, struct err *err)
{
	*ret_filter = (struct filter){.n = 0};
	for (;;) {
		size_t len;

		text += strspn(text, " ");
		if (!*text)
			return 0;
		len = word_length(text);
		if (add_term(ret_filter, arena, text, len, err) < 0)
			return -1;
		text += len;
	}
}

void filter_format(const struct filter *filter, char *buf, size_t cap)
{
	struct strbuf sb = STRBUF_INIT;
	size_t len;

	for (size_t i = 0; i < filter->n; i++) {
		const struct term *term = &filter->terms[i];
		const char *quote = strchr(term->text, ' ') ? "\"" : "";

		strbuf_addf(&sb, "%s%s%s%s%s%s%s", i ? " " : "", term->negate ? "!" : "",
			    term->dim == DIM_COUNT ? "" : dim_name(term->dim),
			    term->dim == DIM_COUNT ? "" : ":", quote, term->text, quote);
	}
	if (cap) {
		len = sb.len < cap ? sb.len : cap - 1;
		memcpy(buf, sb.buf, len);
		buf[len] = '\0';
	}
	strbuf_release(&sb);
}
