/* Finds rules by the name of a family or of a series, whatever suffixes the wire adds. */
#include "base/alloc.h"
#include "profile/rule.h"

#include <stdlib.h>
#include <string.h>

const struct match_suffix match_suffixes[MATCH_SUFFIXES] = {
	{"_bucket", 7, PART_BUCKET},
	{"_count", 6, PART_COUNT},
	{"_sum", 4, PART_SUM},
	{"_total", 6, PART_VALUE},
};

struct match {
	const struct map_rule *rules;
	uint32_t *next;      /* of each rule, the next one of its metric */
	struct map metrics;  /* metric → first rule */
	struct map families; /* spelling of a family → rule * SPELLINGS + spelling */
};

/* How the name of a family may be spelt for a rule's metric: as it is, without its own suffix (the
 * rule names a sample of a typed family), or with one (a server that writes no TYPE). */
#define SPELLINGS (2 + MATCH_SUFFIXES)

struct name {
	const char *text;
	size_t len;
};

const struct match_suffix *match_suffix(const char *name, size_t len)
{
	for (size_t i = 0; i < MATCH_SUFFIXES; i++) {
		const struct match_suffix *suffix = &match_suffixes[i];
		if (len > suffix->len &&
		    memcmp(name + len - suffix->len, suffix->text, suffix->len) == 0)
			return suffix;
	}
	return NULL;
}

/* Writes a spelling into buf; returns its length, 0 when the rule has no such spelling. */
static size_t spell(const struct map_rule *rule, unsigned spelling, char *buf, size_t cap)
{
	const struct match_suffix *suffix;
	size_t len = rule->metric_len;

	if (len + 8 > cap)
		return 0;
	memcpy(buf, rule->metric, len);
	if (spelling == 1) {
		suffix = match_suffix(rule->metric, len);
		return suffix ? len - suffix->len : 0;
	}
	if (spelling >= 2) {
		suffix = &match_suffixes[spelling - 2];
		memcpy(buf + len, suffix->text, suffix->len);
		len += suffix->len;
	}
	return len;
}

static bool metric_is(const void *ctx, uint32_t value, const void *key)
{
	const struct map_rule *rule = &((const struct match *)ctx)->rules[value];
	const struct name *name = key;

	return rule->metric_len == name->len && memcmp(rule->metric, name->text, name->len) == 0;
}

static bool family_is(const void *ctx, uint32_t value, const void *key)
{
	const struct match *match = ctx;
	const struct name *name = key;
	char buf[512];
	size_t len = spell(&match->rules[value / SPELLINGS], value % SPELLINGS, buf, sizeof(buf));

	return len == name->len && memcmp(buf, name->text, len) == 0;
}

static void add_families(struct match *match, uint32_t i)
{
	char buf[512];

	for (unsigned spelling = 0; spelling < SPELLINGS; spelling++) {
		size_t len = spell(&match->rules[i], spelling, buf, sizeof(buf));
		struct name name = {buf, len};
		uint64_t hash = hash_bytes(buf, len);

		if (len == 0)
			continue;
		if (map_find(&match->families, hash, family_is, match, &name) == MAP_NONE)
			map_add(&match->families, hash, i * SPELLINGS + spelling);
	}
}

struct match *match_new(const struct map_rule *rules, size_t n)
{
	struct match *match = xcalloc(1, sizeof(*match));

	match->rules = rules;
	match->next = xcalloc(n, sizeof(*match->next));
	map_init(&match->metrics);
	map_init(&match->families);
	for (size_t i = n; i-- > 0;) {
		const struct map_rule *rule = &rules[i];
		struct name name = {rule->metric, rule->metric_len};
		uint64_t hash;
		uint32_t later;

		match->next[i] = MAP_NO_RULE;
		if (!rule->metric)
			continue;
		hash = hash_bytes(rule->metric, rule->metric_len);
		later = map_find(&match->metrics, hash, metric_is, match, &name);
		if (later != MAP_NONE) {
			match->next[i] = later;
			map_remove(&match->metrics, hash, later);
		}
		map_add(&match->metrics, hash, (uint32_t)i);
		add_families(match, (uint32_t)i);
	}
	return match;
}

void match_free(struct match *match)
{
	if (!match)
		return;
	map_release(&match->metrics);
	map_release(&match->families);
	free(match->next);
	free(match);
}

bool match_wants(const struct match *match, const char *family, size_t len)
{
	struct name name = {family, len};

	return map_find(&match->families, hash_bytes(family, len), family_is, match, &name) !=
	       MAP_NONE;
}

uint32_t match_first(const struct match *match, const char *metric, size_t len)
{
	struct name name = {metric, len};
	uint32_t first =
		map_find(&match->metrics, hash_bytes(metric, len), metric_is, match, &name);

	return first == MAP_NONE ? MAP_NO_RULE : first;
}

uint32_t match_next(const struct match *match, uint32_t rule)
{
	return match->next[rule];
}
