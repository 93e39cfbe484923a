#include "app/targets.h"

#include "base/alloc.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

static bool has_scheme(const char *url)
{
	static const char *const schemes[] = {
		"http://", "https://", "http+unix:", "line:", "file:", "command:", "stdin"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (!strncmp(url, schemes[i], strlen(schemes[i])))
			return true;
	return false;
}

/* A user stands before the host, an '@' elsewhere is part of a path or a query. */
static bool has_user(const char *url)
{
	const char *rest = strstr(url, "://");
	const char *host = rest ? rest + 3 + strspn(rest + 3, "/") : url;

	return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

static void complete_url(struct strbuf *url, const char *given)
{
	if (!strcmp(given, "-"))
		strbuf_addstr(url, "stdin");
	else if (has_scheme(given))
		strbuf_addstr(url, given);
	else
		strbuf_addf(url, "%s%s", *given == '/' || *given == '.' ? "file:" : "http://",
			    given);
	while (url->len > 1 && url->buf[url->len - 1] == '/')
		strbuf_truncate(url, url->len - 1);
}

static bool name_is_taken(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->ntargets; i++)
		if (!strcmp(config->targets[i].name, name))
			return true;
	return false;
}

static void choose_name(const struct config *config, const char *url, struct strbuf *name)
{
	const char *rest = strstr(url, "://");
	const char *from = rest ? rest + 3 : url;
	size_t len = strcspn(from, "?#");

	if (!rest && strrchr(url, '/'))
		len = strlen(from = strrchr(url, '/') + 1);
	strbuf_add(name, from, len);
	for (unsigned n = 2; name_is_taken(config, name->buf); n++) {
		strbuf_truncate(name, len);
		strbuf_addf(name, " (%u)", n);
	}
}

static void copy_text(char **ret_field, const char *value)
{
	if (!value)
		return;
	free(*ret_field);
	*ret_field = xstrdup(value);
}

static int apply(struct config_target *target, const struct options *options, struct err *err)
{
	copy_text(&target->profile, options->profile);
	copy_text(&target->log_format, options->log_format);
	copy_text(&target->cacert, options->cacert);
	copy_text(&target->cert, options->cert);
	copy_text(&target->key, options->key);
	copy_text(&target->pinnedpubkey, options->pinnedpubkey);
	copy_text(&target->proxy, options->proxy);
	copy_text(&target->resolve, options->resolve);
	copy_text(&target->unix_socket, options->unix_socket);
	target->insecure |= options->insecure;
	target->compressed |= options->compressed;
	target->http2 |= options->http2;
	if (options->timeout_ms)
		target->timeout_ms = options->timeout_ms;
	if (options->interval_ms)
		target->interval_ms = options->interval_ms;
	return options->auth ? secret_parse(options->auth, &target->auth, err) : 0;
}

int targets_add(struct config *config, const char *given, const struct options *options,
		struct err *err)
{
	struct strbuf url = STRBUF_INIT, name = STRBUF_INIT;
	struct config_target *target;
	int result = -1;

	if (has_user(given)) {
		err_set(err, ERR_INVALID,
			"a URL with a user or password is refused: use --auth basic:env:NAME");
		goto out;
	}
	complete_url(&url, given);
	choose_name(config, url.buf, &name);
	target = config_add_target(config, name.buf, url.buf);
	result = apply(target, options, err);
out:
	strbuf_release(&name);
	strbuf_release(&url);
	return result;
}
