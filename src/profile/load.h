/* Reading a profile's tree. Private to profile/. */
#ifndef HC_PROFILE_LOAD_H
#define HC_PROFILE_LOAD_H

#include "base/arena.h"
#include "profile/rule.h"

#define PROFILE_LIKES 12

/* An expression of an action as eval runs it, and the name that it has there. */
struct named_expression {
	const char *name, *text;
	struct named_expression *next;
};

/* What a profile's strings and rules live in. */
struct profile_own {
	struct arena arena;
	struct match *matches[PROFILE_SOURCES];
	struct profile *likes[PROFILE_LIKES]; /* whose rules are used */
	size_t nlikes;
	struct named_expression *expressions; /* of the actions, in the order of the file */
	size_t nexpressions;
};

struct loader {
	struct profile *profile;
	struct profile_own *own;
	const char *path;
	bool nested; /* loaded for its rules only: may not use those of others */
	void (*fault)(void *ctx, const struct err *err);
	void *ctx;
	struct err first;
	size_t faults;
};

/* Notes a fault at the node (or its key). */
void loader_fault(struct loader *loader, const struct yaml *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A copy of the text of a member, NULL when there is none. */
const char *loader_text(struct loader *loader, const struct yaml *map, const char *key);

/* Fills a rule from its map, which the schema has passed. */
void rule_read(struct loader *loader, const struct yaml *node, struct map_rule *ret_rule);
/* Reads its `where`, or nothing of NULL. */
void where_read(struct loader *loader, const struct yaml *map, struct map_rule *rule);

void loader_duration(struct loader *loader, const struct yaml *node, const char *key,
		     int64_t *ret_ms);
void loader_bool(struct loader *loader, const struct yaml *node, const char *key, bool *ret);

/* Fills the profile's actions from their map (or NULL), which the schema has passed. cannot says
 * why those that are not in it are impossible, or is NULL. */
void actions_read(struct loader *loader, const struct yaml *map, const char *cannot);
/* Adds them for `profile show`. */
void actions_describe(const struct profile *profile, struct strbuf *sb);

/* What an action may have; for the profile's schema. */
const struct yaml_field *action_schema(void);

/* What a Prometheus puts before a label that it attaches itself as well. */
#define PROMQL_EXPORTED "exported_"

/* The path of an instant query that asks a Prometheus for what the rules of these sources want:
 * summed (or the highest, the lowest) by the labels that they use, and the time of the newest
 * sample of each source's first metric. where narrows it to some of the server's series. In the
 * arena. */
const char *promql_path(struct arena *arena, const char *base,
			const struct profile_source *const *likes, size_t n,
			const struct map_where *where, size_t nwhere);

/* Adds bytes to a path or query, percent-encoded but for RFC 3986's unreserved ones and those in
 * also. */
void path_encode(struct strbuf *path, const char *text, size_t len, const char *also);

/* What turns the answer into rows, and that of a range query. */
extern const char promql_rows[];
extern const char promql_past[];

/* The range query that asks for the past of what the path of an instant query asks for; NULL when
 * the path is of another kind. In the arena. */
const char *promql_past_path(struct arena *arena, const char *path);

#endif
