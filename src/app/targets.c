#include "app/targets.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "collect/reach.h"
#include "config/paths.h"
#include "parse/accesslog.h"

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

/* "ftp" of "ftp://host"; an origin without a scheme has no "://". */
static bool has_other_scheme(const char *url)
{
	return !has_scheme(url) && !strncmp(url + strcspn(url, ":/?#"), "://", 3);
}

static int refuse(const char *given, struct err *err)
{
	if (!*given)
		return err_set(err, ERR_INVALID, "an empty word is no URL");
	if (config_url_has_user(given))
		return err_set(err, ERR_INVALID,
			       "a URL with a user or password is refused: use --auth "
			       "basic:env:NAME");
	if (has_other_scheme(given))
		return err_set(err, ERR_INVALID,
			       "%.80s: nothing is read that way; a URL begins with http://, "
			       "https://, http+unix://, line:, file: or command:",
			       given);
	return 0;
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
	copy_text(&target->noproxy, options->noproxy);
	copy_text(&target->resolve, options->resolve);
	copy_text(&target->connect_to, options->connect_to);
	copy_text(&target->unix_socket, options->unix_socket);
	target->insecure |= options->insecure;
	target->compressed |= options->compressed;
	target->http2 |= options->http2;
	if (options->timeout_ms)
		target->timeout_ms = options->timeout_ms;
	if (options->connect_timeout_ms)
		target->connect_timeout_ms = options->connect_timeout_ms;
	if (options->interval_ms)
		target->interval_ms = options->interval_ms;
	return options->auth ? secret_parse(options->auth, &target->auth, err) : 0;
}

int targets_add(struct config *config, const char *given, const struct options *options,
		struct err *err)
{
	struct strbuf url = STRBUF_INIT, name = STRBUF_INIT;
	struct config_target *target;
	int result;

	if (refuse(given, err))
		return -1;
	complete_url(&url, given);
	choose_name(config, url.buf, &name);
	target = config_add_target(config, name.buf, url.buf);
	result = apply(target, options, err);
	strbuf_release(&name);
	strbuf_release(&url);
	return result;
}

static int check_target(const struct config_target *target, struct err *err)
{
	char *profile = *target->profile ? paths_find("profiles", target->profile) : NULL;
	bool missing = *target->profile && !profile;

	free(profile);
	if (missing)
		return err_set(err, ERR_NOT_FOUND,
			       "no profile is called %.80s: hypercare profile list names them",
			       target->profile);
	if (*target->log_format && accesslog_format_by_name(target->log_format) == LOG_FORMAT_COUNT)
		return err_set(err, ERR_INVALID,
			       "no log format is called %.80s: man hypercare.yaml lists them",
			       target->log_format);
	return reach_check(target, err);
}

int targets_check(const struct config *config, const struct options *options, struct err *err)
{
	size_t meant = 0;

	for (size_t i = 0; i < config->ntargets; i++) {
		const struct config_target *target = &config->targets[i];

		if (check_target(target, err)) {
			err_prefix(err, "%s", target->name);
			return -1;
		}
		meant += options->target && !strcmp(target->name, options->target);
	}
	if (options->target && !meant)
		return err_set(err, ERR_NOT_FOUND, "--target: no target is called %.80s",
			       options->target);
	return 0;
}
