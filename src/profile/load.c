/* A profile from its file. */
#include "profile/load.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "config/paths.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct profile *load(const char *path, bool nested,
			    void (*fault)(void *ctx, const struct err *err), void *ctx,
			    struct err *err);

static void note(void *ctx, const struct err *err)
{
	struct loader *loader = ctx;

	if (loader->faults++ == 0)
		loader->first = *err;
	if (loader->fault)
		loader->fault(loader->ctx, err);
}

void loader_fault(struct loader *loader, const struct yaml *node, const char *fmt, ...)
{
	struct strbuf text;
	struct err err;
	char clean[sizeof(err.msg)];
	va_list args;

	strbuf_init(&text);
	va_start(args, fmt);
	strbuf_vaddf(&text, fmt, args);
	va_end(args);
	utf8_sanitise(clean, sizeof(clean), text.buf, text.len);
	strbuf_release(&text);
	err_at(&err, ERR_INVALID, node->line, node->column, "%s", clean);
	if (node->kind == YAML_SCALAR && node->key)
		err_prefix(&err, "%s", node->key);
	note(loader, &err);
}

const char *loader_text(struct loader *loader, const struct yaml *map, const char *key)
{
	const char *text = yaml_text(map, key, NULL);

	return text ? arena_strdup(&loader->own->arena, text) : NULL;
}

static void read_rules(struct loader *loader, const struct yaml *node,
		       struct profile_source *source)
{
	const struct yaml *map = yaml_get(node, "map");
	size_t n = map ? map->n : yaml_get(node, "signal") != NULL;
	struct map_rule *rules = arena_array(&loader->own->arena, n, sizeof(*rules));
	size_t i = 0;

	if (map && yaml_get(node, "signal"))
		loader_fault(loader, yaml_get(node, "signal"), "a source has a map or is one rule");
	if (!map && n)
		rule_read(loader, node, &rules[0]);
	for (const struct yaml *at = map ? map->child : NULL; at; at = at->next, i++) {
		rule_read(loader, at, &rules[i]);
		if (source->format == FORMAT_PROMETHEUS && !rules[i].metric)
			loader_fault(loader, at, "a rule of this format needs a metric");
	}
	source->rules = rules;
	source->nrules = n;
}

/* Where the profile of this name is: beside this one, else where profiles are found. The caller
 * frees it. */
static char *like_path(const struct loader *loader, const char *name)
{
	const char *slash = strrchr(loader->path, '/');
	int folder = slash ? (int)(slash + 1 - loader->path) : 0;
	struct strbuf beside = STRBUF_INIT;

	strbuf_addf(&beside, "%.*s%s.yaml", folder, loader->path, name);
	if (access(beside.buf, R_OK) < 0) {
		char *found = paths_find("profiles", name);

		if (found) {
			strbuf_release(&beside);
			return found;
		}
	}
	return strbuf_detach(&beside);
}

/* "haproxy.metrics": that source of another profile, or NULL. */
static const struct profile_source *like_source(struct loader *loader, const struct yaml *like)
{
	const char *dot = strchr(like->text, '.');
	struct profile *other;
	struct err err;
	char *path;

	if (!dot || loader->nested || loader->own->nlikes == PROFILE_LIKES ||
	    strspn(like->text, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
		    (size_t)(dot - like->text)) {
		loader_fault(loader, like, "expected PROFILE.SOURCE of another profile");
		return NULL;
	}
	path = like_path(
		loader, arena_strndup(&loader->own->arena, like->text, (size_t)(dot - like->text)));
	other = load(path, true, NULL, NULL, &err);
	free(path);
	if (!other) {
		loader_fault(loader, like, "%s", err.msg);
		return NULL;
	}
	loader->own->likes[loader->own->nlikes++] = other;
	for (size_t i = 0; i < other->nsources; i++)
		if (strcmp(other->sources[i].name, dot + 1) == 0)
			return &other->sources[i];
	loader_fault(loader, like, "%s has no such source", other->name);
	return NULL;
}

static bool is_label(const char *text)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	return *text && strchr(first, *text) &&
	       text[strspn(text,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] ==
		       '\0';
}

/* The rules of all that it is like, and the query that asks for them. */
static void read_like(struct loader *loader, const struct yaml *list, const struct yaml *where,
		      struct profile_source *source)
{
	const struct profile_source *likes[PROFILE_LIKES] = {NULL};
	struct map_rule *rules, only = {.nwhere = 0};
	size_t n = 0;

	for (const struct yaml *at = list->child; at; at = at->next) {
		const struct profile_source *like = like_source(loader, at);
		if (!like)
			return;
		likes[n++] = like;
		source->nrules += like->nrules;
	}
	source->rules = rules =
		arena_array(&loader->own->arena, source->nrules, sizeof(*source->rules));
	for (size_t i = 0; i < n; rules += likes[i++]->nrules)
		memcpy(rules, likes[i]->rules, likes[i]->nrules * sizeof(*rules));
	where_read(loader, where, &only);
	for (size_t i = 0; i < only.nwhere; i++)
		if (!is_label(only.where[i].label))
			loader_fault(loader, where, "%s is no name of a label",
				     only.where[i].label);
	source->path =
		promql_path(&loader->own->arena, source->path, likes, n, only.where, only.nwhere);
}

static void read_transport(struct loader *loader, const struct yaml *node,
			   struct profile_source *source)
{
	static const struct {
		const char *key;
		enum profile_transport transport;
	} ways[] = {{"get", TRANSPORT_HTTP},
		    {"post", TRANSPORT_HTTP},
		    {"line", TRANSPORT_LINE},
		    {"log", TRANSPORT_LOG}};
	const struct yaml *reads = yaml_get(node, "reads");
	const struct yaml *post = yaml_get(node, "post");
	size_t found = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct yaml *at = yaml_get(node, ways[i].key);
		if (!at)
			continue;
		found++;
		source->transport = ways[i].transport;
		source->path = arena_strdup(&loader->own->arena, at->text);
		if (source->transport == TRANSPORT_HTTP && at->text[0] != '/')
			loader_fault(loader, at, "a path begins with /");
		if (source->transport == TRANSPORT_LINE && strpbrk(at->text, "\r\n"))
			loader_fault(loader, at, "a command is one line");
	}
	if (found != 1)
		loader_fault(loader, node, "a source has one of get, post, line or log");
	if (reads && yaml_bool(reads, &source->reads, NULL))
		loader_fault(loader, reads, "expected true or false");
	source->body = loader_text(loader, node, "body");
	if (post && (!source->reads || !source->body))
		loader_fault(loader, post, "a post needs a body and reads: true");
	if (!post && (reads || source->body))
		loader_fault(loader, reads ? reads : yaml_get(node, "body"), "only of a post");
}

static void read_foreach(struct loader *loader, const struct yaml *node,
			 struct profile_source *source)
{
	const struct yaml *at = yaml_get(node, "foreach");
	const struct yaml *get, *line;

	if (!at)
		return;
	get = yaml_get(at, "get");
	line = yaml_get(at, "line");
	source->foreach = loader_text(loader, at, "each");
	source->foreach_path = loader_text(loader, at, line ? "line" : "get");
	source->foreach_next = loader_text(loader, at, "next");
	if (!get == !line)
		loader_fault(loader, at, "a list is one of get and line");
	else if ((source->transport == TRANSPORT_LINE) != (line != NULL))
		loader_fault(loader, at, "a list is read the way that its source is");
	else if (get && get->text[0] != '/')
		loader_fault(loader, get, "a path begins with /");
	if (line && source->foreach_next)
		loader_fault(loader, at, "only HTTP has pages");
}

void loader_duration(struct loader *loader, const struct yaml *node, const char *key,
		     int64_t *ret_ms)
{
	const struct yaml *at = yaml_get(node, key);
	struct err err;
	long long ms;

	if (!at)
		return;
	if (yaml_duration(at, &ms, &err))
		loader_fault(loader, at, "%s", err.msg);
	else
		*ret_ms = ms;
}

void loader_bool(struct loader *loader, const struct yaml *node, const char *key, bool *ret)
{
	const struct yaml *at = yaml_get(node, key);
	struct err err;

	if (at && yaml_bool(at, ret, &err))
		loader_fault(loader, at, "%s", err.msg);
}

static void read_own(struct loader *loader, const struct yaml *node, struct profile_source *source)
{
	const struct yaml *at = yaml_get(node, "own_requests");
	double number = 0;

	if (at && (yaml_number(at, &number, NULL) || number < 0 || number > 9))
		loader_fault(loader, at, "expected a number from 0 to 9");
	else
		source->own_requests = (unsigned)number;
}

/* What a format needs besides. */
static void check_source(struct loader *loader, const struct yaml *node,
			 const struct profile_source *source)
{
	bool json = source->format == FORMAT_JSON || source->format == FORMAT_TEXT;
	bool log = source->format == FORMAT_ACCESSLOG;

	if (json && !source->rows)
		loader_fault(loader, node, "this format needs rows");
	if (log != (source->transport == TRANSPORT_LOG))
		loader_fault(loader, node, "format accesslog and log: true go together");
	if (!log && source->nrules == 0)
		loader_fault(loader, node, "a source needs a map or a signal");
	if (log && source->nrules > 0)
		loader_fault(loader, node, "an access log has no map: its signals are known");
	if (source->next && source->transport != TRANSPORT_HTTP)
		loader_fault(loader, node, "only HTTP has pages");
}

static void read_source(struct loader *loader, const struct yaml *node,
			struct profile_source *source)
{
	static const char *const formats[] = {"prometheus", "json",   "csv",
					      "accesslog",  "promql", "text"};
	const char *format = yaml_text(node, "format", "");
	const struct yaml *like = yaml_get(node, "like");

	source->name = arena_strdup(&loader->own->arena, node->key);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i], format) == 0)
			source->format = (enum profile_format)i;
	read_transport(loader, node, source);
	source->accept = loader_text(loader, node, "accept");
	source->next = loader_text(loader, node, "next");
	source->rows = loader_text(loader, node, "rows");
	if (source->format == FORMAT_PROMQL && !source->rows)
		source->rows = promql_rows;
	read_foreach(loader, node, source);
	loader_duration(loader, node, "every", &source->every_ms);
	loader_duration(loader, node, "deadline", &source->deadline_ms);
	loader_bool(loader, node, "optional", &source->optional);
	source->closed = loader_text(loader, node, "closed");
	loader_bool(loader, node, "end_mark", &source->complete_by_end);
	read_own(loader, node, source);
	if (like && source->format == FORMAT_PROMQL && source->path)
		read_like(loader, like, yaml_get(node, "where"), source);
	else if (like)
		loader_fault(loader, like, "only of format promql");
	else
		read_rules(loader, node, source);
	if (source->format == FORMAT_PROMQL && source->rows == promql_rows && source->path) {
		source->past_path = promql_past_path(&loader->own->arena, source->path);
		source->past = promql_past;
	}
	check_source(loader, node, source);
}

static void read_sources(struct loader *loader, const struct yaml *map)
{
	struct profile *profile = loader->profile;

	for (const struct yaml *node = map->child; node; node = node->next) {
		if (profile->nsources == PROFILE_SOURCES) {
			loader_fault(loader, node, "more than %d sources", PROFILE_SOURCES);
			return;
		}
		read_source(loader, node, &profile->sources[profile->nsources++]);
	}
}

static void read_identify(struct loader *loader, const struct yaml *list)
{
	struct profile *profile = loader->profile;

	for (const struct yaml *node = list ? list->child : NULL; node; node = node->next) {
		struct profile_identify *way = &profile->identify[profile->nidentify];
		const struct yaml *status = yaml_get(node, "status");
		double number = 0;

		if (profile->nidentify == PROFILE_IDENTIFY) {
			loader_fault(loader, node, "more than %d ways", PROFILE_IDENTIFY);
			return;
		}
		profile->nidentify++;
		way->get = loader_text(loader, node, "get");
		way->line = loader_text(loader, node, "line");
		way->when = loader_text(loader, node, "when");
		way->contains = loader_text(loader, node, "contains");
		way->server = loader_text(loader, node, "server");
		way->content_type = loader_text(loader, node, "content_type");
		if (status && (yaml_number(status, &number, NULL) || number < 100 || number > 599))
			loader_fault(loader, status, "expected a status from 100 to 599");
		way->status = (int)number;
		if (!way->get == !way->line)
			loader_fault(loader, node, "expected get or line");
		if (way->get && way->get[0] != '/')
			loader_fault(loader, yaml_get(node, "get"), "a path begins with /");
		if (!way->when && !way->contains && !way->server)
			loader_fault(loader, node, "expected when, contains or server");
	}
}

static void read_hints(struct loader *loader, const struct yaml *map)
{
	struct profile *profile = loader->profile;

	if (!map)
		return;
	profile->hints = arena_array(&loader->own->arena, map->n, sizeof(*profile->hints));
	for (const struct yaml *node = map->child; node; node = node->next) {
		struct profile_hint *hint = &profile->hints[profile->nhints++];
		hint->signal = signal_by_name(node->key);
		hint->text = arena_strdup(&loader->own->arena, node->text);
		if (hint->signal == SIGNAL_COUNT)
			loader_fault(loader, node, "no such signal");
	}
}

static void read_log_fields(struct loader *loader, const struct yaml *map,
			    struct accesslog_fields *fields)
{
	static const struct {
		const char *unit;
		double scale;
	} units[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
	const char *unit = yaml_text(map, "duration_unit", "s");
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{"time", &fields->time},     {"client", &fields->client},
		{"method", &fields->method}, {"uri", &fields->uri},
		{"status", &fields->status}, {"duration", &fields->duration},
		{"bytes", &fields->bytes},   {"forwarded", &fields->forwarded},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i].to = loader_text(loader, map, texts[i].key);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].unit, unit) == 0)
			fields->duration_scale = units[i].scale;
	if (fields->duration_scale == 0)
		loader_fault(loader, yaml_get(map, "duration_unit"), "expected s, ms, us or ns");
}

static void read_log(struct loader *loader, const struct yaml *map)
{
	struct accesslog_options *log = &loader->profile->log;
	const struct yaml *format = map ? yaml_get(map, "format") : NULL;
	const struct yaml *from = map ? yaml_get(map, "ip_from") : NULL;
	const struct yaml *trusted = map ? yaml_get(map, "trusted") : NULL;

	if (format) {
		log->format = accesslog_format_by_name(format->text);
		if (log->format == LOG_FORMAT_COUNT)
			loader_fault(loader, format, "no such log format");
	}
	log->forwarded = from != NULL;
	if (from && strcmp(from->text, "X-Forwarded-For") != 0)
		loader_fault(loader, from, "only X-Forwarded-For is known");
	for (const struct yaml *at = trusted ? trusted->child : NULL; at; at = at->next) {
		if (log->ntrusted == ACCESSLOG_TRUSTED) {
			loader_fault(loader, at, "more than %d trusted proxies", ACCESSLOG_TRUSTED);
			return;
		}
		log->trusted[log->ntrusted++] = arena_strdup(&loader->own->arena, at->text);
	}
	if (map && yaml_get(map, "fields"))
		read_log_fields(loader, yaml_get(map, "fields"), &log->fields);
}

static void read_profile(struct loader *loader, const struct yaml *root)
{
	struct profile *profile = loader->profile;
	const char *slash = strrchr(loader->path, '/');
	const char *file = slash ? slash + 1 : loader->path;

	if (yaml_check(root, profile_schema(), note, loader) > 0)
		return;
	profile->name = arena_strdup(&loader->own->arena, yaml_text(root, "name", ""));
	profile->title = arena_strdup(&loader->own->arena, yaml_text(root, "title", ""));
	profile->path = arena_strdup(&loader->own->arena, loader->path);
	profile->ports = arena_strdup(&loader->own->arena, yaml_text(root, "ports", ""));
	if (strncmp(file, profile->name, strlen(profile->name)) != 0 ||
	    strcmp(file + strlen(profile->name), ".yaml") != 0)
		loader_fault(loader, yaml_get(root, "name"), "the file is called %s", file);
	read_identify(loader, yaml_get(root, "identify"));
	read_log(loader, yaml_get(root, "log"));
	read_sources(loader, yaml_get(root, "sources"));
	read_hints(loader, yaml_get(root, "hints"));
	if (!loader->nested)
		actions_read(loader, yaml_get(root, "actions"),
			     loader_text(loader, root, "cannot"));
}

static void index_rules(struct profile *profile, struct profile_own *own)
{
	for (size_t i = 0; i < profile->nsources; i++) {
		struct profile_source *source = &profile->sources[i];
		own->matches[i] = match_new(source->rules, source->nrules);
		source->match = own->matches[i];
	}
}

static struct profile *load(const char *path, bool nested,
			    void (*fault)(void *ctx, const struct err *err), void *ctx,
			    struct err *err)
{
	struct profile *profile = xcalloc(1, sizeof(*profile));
	struct profile_own *own = xcalloc(1, sizeof(*own));
	struct loader loader = {.profile = profile,
				.own = own,
				.path = path,
				.nested = nested,
				.fault = fault,
				.ctx = ctx};
	struct yaml_doc *doc;
	struct err unread;

	profile->own = own;
	profile->references = 1;
	arena_init(&own->arena);
	doc = yaml_read(path, NULL, &unread);
	if (!doc)
		note(&loader, &unread);
	else
		read_profile(&loader, yaml_root(doc));
	yaml_doc_free(doc);
	if (loader.faults == 0) {
		index_rules(profile, own);
		return profile;
	}
	if (err)
		*err = loader.first;
	profile_unref(profile);
	return NULL;
}

struct profile *profile_load(const char *path, void (*fault)(void *ctx, const struct err *err),
			     void *ctx, struct err *err)
{
	return load(path, false, fault, ctx, err);
}

struct profile *profile_ref(struct profile *profile)
{
	profile->references++;
	return profile;
}

void profile_unref(struct profile *profile)
{
	struct profile_own *own;

	if (!profile || --profile->references > 0)
		return;
	own = profile->own;
	for (size_t i = 0; i < PROFILE_SOURCES; i++)
		match_free(own->matches[i]);
	for (size_t i = 0; i < own->nlikes; i++)
		profile_unref(own->likes[i]);
	arena_release(&own->arena);
	free(own);
	free(profile);
}
