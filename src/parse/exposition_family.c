#include "base/alloc.h"
#include "parse/exposition_private.h"

#include <stdlib.h>
#include <string.h>

/* What may follow a family's name in the name of a sample, by type. */
static const char *const suffixes[][6] = {
	[TYPE_UNTYPED] = {NULL},
	[TYPE_COUNTER] = {"_total", "_created", NULL},
	[TYPE_GAUGE] = {NULL},
	[TYPE_HISTOGRAM] = {"_bucket", "_sum", "_count", "_created", NULL},
	[TYPE_SUMMARY] = {"_sum", "_count", "_created", NULL},
	[TYPE_INFO] = {"_info", NULL},
	[TYPE_STATESET] = {NULL},
	[TYPE_GAUGEHISTOGRAM] = {"_bucket", "_gsum", "_gcount", NULL},
};

void families_init(struct families *families)
{
	*families = (struct families){.group = FAMILY_NONE, .last = FAMILY_NONE};
	strbuf_init(&families->last_name);
}

void families_release(struct families *families)
{
	for (size_t i = 0; i < families->n; i++)
		free(families->list[i].name);
	free(families->list);
	map_release(&families->index);
	strbuf_release(&families->last_name);
	families_init(families);
}

void families_begin(struct families *families)
{
	families->scrape++;
	families->used = 0;
	families->group = families->last = FAMILY_NONE;
	families->group_hash = families->other_hash = families->sum = 0;
}

struct name {
	const char *p;
	size_t len;
};

static bool same_name(const void *ctx, uint32_t value, const void *key)
{
	const struct family *family = (const struct family *)ctx + value;
	const struct name *name = key;

	return family->len == name->len && memcmp(family->name, name->p, name->len) == 0;
}

static uint32_t find(const struct families *families, const char *p, size_t len)
{
	struct name name = {p, len};

	return map_find(&families->index, hash_bytes(p, len), same_name, families->list, &name);
}

static uint32_t add(struct exposition *x, const char *name, size_t len)
{
	struct families *families = &x->families;
	struct family *family;

	families->list =
		xgrow(families->list, &families->cap, families->n + 1, sizeof(*families->list));
	family = &families->list[families->n];
	*family = (struct family){
		.name = xstrndup(name, len),
		.len = len,
		.wanted = !x->ops.family || x->ops.family(x->ctx, name, len),
	};
	map_add(&families->index, hash_bytes(name, len), (uint32_t)families->n);
	return (uint32_t)families->n++;
}

uint32_t families_intern(struct exposition *x, const char *name, size_t len)
{
	uint32_t family = find(&x->families, name, len);

	if (family == MAP_NONE)
		family = add(x, name, len);
	if (x->families.list[family].used != x->families.scrape) {
		x->families.list[family].used = x->families.scrape;
		x->families.used++;
	}
	return family;
}

void families_declare(struct families *families, uint32_t family, enum exposition_type type,
		      uint64_t hash)
{
	families->list[family].type = type;
	families->list[family].declared = families->scrape;
	families->group = family;
	families->last = FAMILY_NONE;
	families->group_hash = hash;
	families->sum += hash;
	families->other_hash = families->sum + (hash << 1 | hash >> 63);
}

/* The bytes of the type's suffix at the end of a name, 0 when it has none. */
static size_t suffix_len(enum exposition_type type, const char *name, size_t len)
{
	for (const char *const *suffix = suffixes[type]; *suffix; suffix++) {
		size_t n = strlen(*suffix);

		if (len > n && memcmp(name + len - n, *suffix, n) == 0)
			return n;
	}
	return 0;
}

static bool owns_name(const struct family *family, const char *name, size_t len)
{
	if (len < family->len || memcmp(name, family->name, family->len) != 0)
		return false;
	return len == family->len || suffix_len(family->type, name, len) == len - family->len;
}

/* A family that this scrape declared somewhere above, though not last. */
static uint32_t find_declared(const struct families *families, const char *name, size_t len)
{
	uint32_t family = find(families, name, len);

	if (family != MAP_NONE && families->list[family].declared == families->scrape)
		return family;
	for (size_t cut = len; cut-- > 1;) {
		if (name[cut] != '_')
			continue;
		family = find(families, name, cut);
		if (family != MAP_NONE && families->list[family].declared == families->scrape &&
		    owns_name(&families->list[family], name, len))
			return family;
		break;
	}
	return FAMILY_NONE;
}

static uint32_t resolve(struct exposition *x, const char *name, size_t len, bool *ret_in_group)
{
	struct families *families = &x->families;
	uint32_t family = families->group;

	*ret_in_group = family != FAMILY_NONE && owns_name(&families->list[family], name, len);
	if (*ret_in_group)
		return family;
	family = find_declared(families, name, len);
	return family != FAMILY_NONE ? family : families_intern(x, name, len);
}

uint32_t families_resolve(struct exposition *x, const char *name, size_t len, bool *ret_in_group)
{
	struct families *families = &x->families;

	if (families->last == FAMILY_NONE || families->last_name.len != len ||
	    memcmp(families->last_name.buf, name, len) != 0) {
		families->last = resolve(x, name, len, &families->last_in_group);
		strbuf_clear(&families->last_name);
		strbuf_add(&families->last_name, name, len);
	}
	*ret_in_group = families->last_in_group;
	return families->last;
}

bool families_owns_line(const struct families *families, uint32_t index, const char *p,
			const char *end)
{
	const struct family *family = &families->list[index];
	const char *after;

	if ((size_t)(end - p) <= family->len || memcmp(p, family->name, family->len) != 0)
		return false;
	after = p + family->len;
	if (*after == '{' || *after == ' ')
		return true;
	if (*after != '_' || index != families->group)
		return false;
	return owns_name(family, p, (size_t)(line_name(after, end) - p));
}

enum exposition_type families_type(const struct families *families, uint32_t index)
{
	const struct family *family = &families->list[index];

	return family->declared == families->scrape ? family->type : TYPE_UNTYPED;
}
