/* Applies a source's rules to series and rows. */
#include "profile/mapping.h"

#include "base/alloc.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "profile/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_LABELS 256
#define TEXT_BYTES    257 /* what a symbol keeps, and a terminator */

/* The labels of a series or the members of a row, looked up alike. */
struct fields {
	const struct exposition_label *labels;
	const struct map_label *members;
	size_t n;
};

struct output {
	struct names *names;
	symbol target;
	void (*emit)(void *ctx, const struct mapped *mapped);
	void *ctx;
	size_t n;
};

static const char *field(const struct fields *fields, const char *name)
{
	for (size_t i = 0; fields->labels && i < fields->n; i++)
		if (strcmp(fields->labels[i].name, name) == 0)
			return fields->labels[i].value;
	for (size_t i = 0; fields->members && i < fields->n; i++)
		if (strcmp(fields->members[i].name, name) == 0)
			return fields->members[i].value;
	return NULL;
}

static bool any_fits(const char *const *patterns, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (map_fits(patterns[i], text))
			return true;
	return false;
}

static bool where_holds(const struct map_where *where, const struct fields *fields)
{
	const char *text = field(fields, where->label);

	if (!text)
		text = "";
	return (where->nany == 0 || any_fits(where->any, where->nany, text)) &&
	       !any_fits(where->none, where->nnone, text);
}

/* The first condition that does not hold, or NULL. */
static const struct map_where *unmet(const struct map_rule *rule, const struct fields *fields)
{
	for (size_t i = 0; i < rule->nwhere; i++)
		if (!where_holds(&rule->where[i], fields))
			return &rule->where[i];
	return NULL;
}

static symbol text_symbol(struct names *names, const struct map_rule *rule, enum dim dim,
			  const char *text)
{
	char folded[TEXT_BYTES], clean[TEXT_BYTES];
	size_t len = strlen(text);

	if (dim == DIM_ROUTE && rule->fold_route) {
		len = accesslog_fold(folded, sizeof(folded), text, len, NULL);
		text = folded;
	}
	len = utf8_sanitise(clean, sizeof(clean), text, len);
	return names_symbol(names, clean, len);
}

static dims_id rule_dims(const struct map_rule *rule, const struct fields *fields,
			 const struct output *output)
{
	struct dims dims = {{0}};

	dims.value[DIM_TARGET] = output->target;
	for (size_t i = 0; i < rule->nsets; i++)
		dims.value[rule->sets[i].dim] =
			text_symbol(output->names, rule, rule->sets[i].dim, rule->sets[i].text);
	for (size_t i = 0; i < rule->ntakes; i++) {
		const struct map_take *take = &rule->takes[i];
		const char *text = field(fields, take->label);
		const struct map_word *word;

		if (dims.value[take->dim] || !text || map_is_nothing(text))
			continue;
		word = map_word(&take->words, text);
		if (word)
			text = word->to;
		if (*text)
			dims.value[take->dim] = text_symbol(output->names, rule, take->dim, text);
	}
	return names_intern(output->names, &dims);
}

static void emit(const struct map_rule *rule, const struct fields *fields, struct output *output,
		 struct mapped *mapped)
{
	mapped->entry.signal = (uint8_t)rule->signal;
	mapped->entry.wrap32 = rule->wrap32;
	mapped->entry.dims = rule_dims(rule, fields, output);
	mapped->scale = rule->scale;
	mapped->offset = rule->offset;
	if (mapped->entry.part == PART_COUNT || mapped->entry.part == PART_BUCKET) {
		mapped->scale = 1; /* numbers of observations, whatever their unit */
		mapped->offset = 0;
	}
	if (mapped->has_value)
		mapped->value = mapped->value * mapped->scale + mapped->offset;
	mapped->rule = rule;
	output->emit(output->ctx, mapped);
	output->n++;
}

static enum part part_of(enum map_type type)
{
	static const enum part parts[MAP_TYPES] = {
		[MAP_AVERAGE] = PART_AVERAGE,   [MAP_SUM] = PART_SUM,     [MAP_COUNT] = PART_COUNT,
		[MAP_QUANTILE] = PART_QUANTILE, [MAP_TOTAL] = PART_TOTAL,
	};
	return parts[type];
}

static bool number_of(const char *text, double *ret_value)
{
	const char *end = text + strlen(text);

	return decimal_parse(text, end, ret_value) == end;
}

/* The bound of a bucket, in the signal's unit: divided, so that 25 ms is the double nearest to
 * 0.025. */
static bool bound_of(const struct map_rule *rule, const char *text, double *ret_bound)
{
	if (!text || !number_of(text, ret_bound) || isnan(*ret_bound))
		return false;
	*ret_bound /= rule->divisor;
	return true;
}

/* Takes a series whose name is the rule's metric and, for histograms, a suffix. A counter is named
 * in full: Envoy's x and x_total are two families that say the same. */
static bool series_part(const struct map_rule *rule, const struct match_suffix *suffix,
			const struct fields *fields, struct dict_entry *entry)
{
	bool histogram = rule->type == MAP_HISTOGRAM;

	entry->part = (uint8_t)part_of(rule->type);
	if (suffix && suffix->part == PART_VALUE)
		return false;
	if (suffix) {
		entry->part = (uint8_t)suffix->part;
		if (suffix->part != PART_BUCKET)
			return histogram || rule->type == MAP_QUANTILE;
		return histogram && bound_of(rule, field(fields, "le"), &entry->bound);
	}
	if (rule->type == MAP_QUANTILE) {
		const char *text = field(fields, "quantile");
		return text && number_of(text, &entry->bound) && entry->bound >= 0 &&
		       entry->bound <= 1;
	}
	return !histogram;
}

static void apply(const struct profile_source *source, uint32_t first,
		  const struct match_suffix *suffix, const struct fields *fields,
		  const double *value, struct output *output)
{
	for (uint32_t i = first; i != MAP_NO_RULE; i = match_next(source->match, i)) {
		const struct map_rule *rule = &source->rules[i];
		struct mapped mapped = {.has_value = value != NULL, .value = value ? *value : 0};

		if (series_part(rule, suffix, fields, &mapped.entry) && !unmet(rule, fields))
			emit(rule, fields, output, &mapped);
	}
}

static size_t map_series(const struct profile_source *source, const char *name, size_t len,
			 const struct fields *fields, const double *value, struct output *output)
{
	const struct match_suffix *suffix = match_suffix(name, len);

	apply(source, match_first(source->match, name, len), NULL, fields, value, output);
	if (suffix)
		apply(source, match_first(source->match, name, len - suffix->len), suffix, fields,
		      value, output);
	return output->n;
}

bool mapping_wants(const struct profile_source *source, const char *family, size_t len)
{
	return match_wants(source->match, family, len);
}

size_t mapping_series(const struct profile_source *source, struct names *names, symbol target,
		      const struct exposition_series *series,
		      void (*emitter)(void *ctx, const struct mapped *mapped), void *ctx)
{
	struct fields fields = {.labels = series->labels, .n = series->nlabels};
	struct output output = {names, target, emitter, ctx, 0};

	return map_series(source, series->name, series->name_len, &fields, NULL, &output);
}

/* The number that a row's text is for a rule; false when it is none. */
static bool row_value(const struct map_rule *rule, const char *text, double *ret_value)
{
	const struct map_word *state = map_word(&rule->states, text);

	if (state) {
		*ret_value = state->number;
		return true;
	}
	if (map_is_nothing(text))
		return false;
	if (rule->type == MAP_HASH) {
		*ret_value = map_hash48(text, strlen(text));
		return true;
	}
	if (rule->type == MAP_VERSION && text[0] == 'v')
		text++;
	if (number_of(text, ret_value))
		return isfinite(*ret_value);
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		*ret_value = text[0] == 't';
		return true;
	}
	if (rule->type != MAP_STATE || rule->states.n)
		return false;
	*ret_value = map_hash48(text, strlen(text));
	return true;
}

static void map_row(const struct map_rule *rule, const struct fields *fields, struct output *output)
{
	const char *text = rule->metric ? field(fields, rule->metric) : "1";
	struct mapped mapped = {.has_value = true};

	if (!text || unmet(rule, fields) || !row_value(rule, text, &mapped.value))
		return;
	mapped.entry.part = (uint8_t)part_of(rule->type);
	if (rule->type == MAP_QUANTILE) {
		text = field(fields, "quantile");
		if (!text || !number_of(text, &mapped.entry.bound))
			return;
	}
	emit(rule, fields, output, &mapped);
}

/* One series of a server's answer. Where the server attaches a label that the gateway has too, the
 * gateway's own is the one that counts. */
static void map_result(const struct profile_source *source, const struct fields *fields,
		       struct output *output)
{
	const char *name = field(fields, "__name__"), *text = field(fields, "__value__");
	const size_t prefix = strlen(PROMQL_EXPORTED);
	struct map_label own[RESULT_LABELS];
	struct fields mine = {.members = own};
	double value;

	if (!name || !text || !number_of(text, &value) || !isfinite(value))
		return;
	for (int exported = 1; exported >= 0; exported--)
		for (size_t i = 0; i < fields->n && mine.n < RESULT_LABELS; i++) {
			const struct map_label *label = &fields->members[i];
			bool is = strncmp(label->name, PROMQL_EXPORTED, prefix) == 0;

			if (is == (exported == 1) && (!is || *label->value))
				own[mine.n++] = (struct map_label){label->name + (is ? prefix : 0),
								   label->value};
		}
	map_series(source, name, strlen(name), &mine, &value, output);
}

size_t mapping_row(const struct profile_source *source, struct names *names, symbol target,
		   const struct map_label *labels, size_t n,
		   void (*emitter)(void *ctx, const struct mapped *mapped), void *ctx)
{
	struct fields fields = {.members = labels, .n = n};
	struct output output = {names, target, emitter, ctx, 0};

	if (source->format == FORMAT_PROMQL) {
		map_result(source, &fields, &output);
		return output.n;
	}
	for (size_t i = 0; i < source->nrules; i++)
		map_row(&source->rules[i], &fields, &output);
	return output.n;
}

bool mapping_row_time(const struct map_label *labels, size_t n, int64_t *ret_wall_ms)
{
	struct fields fields = {.members = labels, .n = n};
	const char *part = field(&fields, "hypercare");
	const char *text = field(&fields, "__value__");
	double seconds;

	if (!part || strcmp(part, "time") != 0)
		return false;
	if (!text || !number_of(text, &seconds) || !(seconds > 0 && seconds < 1e11))
		return false;
	*ret_wall_ms = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

double mapping_fold(const struct dict_entry *entry, double have, double more)
{
	enum signal_fold fold = signal_info((enum signal)entry->signal)->fold;

	if (isnan(have))
		return more;
	if (isnan(more))
		return have;
	switch ((enum part)entry->part) {
	case PART_BUCKET:
	case PART_SUM:
	case PART_COUNT:
	case PART_TOTAL:
		return have + more;
	case PART_AVERAGE:
	case PART_QUANTILE:
		return have > more ? have : more;
	case PART_VALUE:
		break;
	}
	if (fold == FOLD_SUM)
		return have + more;
	if (fold == FOLD_MIN)
		return have < more ? have : more;
	return fold == FOLD_LAST || more > have ? more : have;
}

static bool is_none(const struct map_rule *rule, const struct dict_entry *entry, double value)
{
	if (entry->signal != rule->signal)
		return false;
	for (size_t i = 0; i < rule->nabsent; i++)
		if (value == rule->absent[i])
			return true;
	return false;
}

/* After a restart the gateway counts from 0, and this reading is the first that it knows. */
static void take_own(const struct profile_source *source, struct mapping_own *own,
		     const struct dict *dict, double *values)
{
	for (uint32_t i = 0; source->own_requests && i < dict->n; i++) {
		double count = values[i];

		if (dict->entries[i].signal != SIGNAL_REQUESTS || tick_is_absent(count))
			continue;
		if (count < own->last)
			own->taken = 0;
		own->last = count;
		own->taken += source->own_requests;
		values[i] = count > own->taken ? count - own->taken : 0;
		return;
	}
}

struct mapping_rest {
	double all, rest;
	double part; /* of a share */
};

void mapping_own_release(struct mapping_own *own)
{
	free(own->rests);
	*own = (struct mapping_own){0};
}

/* Numbers of entries hold for one version of the dictionary. */
static void keep_rests(struct mapping_own *own, const struct dict *dict)
{
	if (own->version != dict->version)
		own->nrests = 0;
	own->version = dict->version;
	if (own->nrests >= dict->n)
		return;
	own->rests = xreallocarray(own->rests, dict->n, sizeof(*own->rests));
	memset(own->rests + own->nrests, 0, (dict->n - own->nrests) * sizeof(*own->rests));
	own->nrests = dict->n;
}

double mapping_rest(struct mapping_own *own, const struct dict *dict, uint32_t entry, double all,
		    double part)
{
	double rest = all > part ? all - part : 0;
	struct mapping_rest *last;

	keep_rests(own, dict);
	last = &own->rests[entry];
	if (all >= last->all && rest < last->rest)
		rest = last->rest;
	*last = (struct mapping_rest){.all = all, .rest = rest};
	return rest;
}

double mapping_share(struct mapping_own *own, const struct dict *dict, uint32_t entry, double all,
		     double part)
{
	struct mapping_rest *last;
	double more, explained;

	keep_rests(own, dict);
	last = &own->rests[entry];
	if (all < last->all)
		*last = (struct mapping_rest){0};
	more = all - last->all;
	explained = part < last->part ? part : part - last->part;
	last->rest += more < explained ? more : explained;
	last->all = all;
	last->part = part;
	return last->rest;
}

void mapping_move(struct names *names, struct dict *dict, double *values, uint32_t entry,
		  const struct dims *dims, enum move move)
{
	struct dict_entry wanted = dict->entries[entry];
	uint32_t known = dict->n, overflow = dict->overflow, at;
	double value = values[entry], have;

	wanted.dims = names_intern(names, dims);
	at = dict_add(dict, &wanted);
	dict->overflow = overflow; /* the series was counted when it came */
	names_drop(names, wanted.dims);
	if (at == entry)
		return;
	if (dict->n > known)
		values[at] = tick_absent();
	have = values[at];
	values[entry] = tick_absent();
	if (tick_is_absent(have))
		values[at] = value;
	else if (move == MOVE_ADDS)
		values[at] = have + value;
	else
		values[at] = (have < value) == (move == MOVE_TAKES_LEAST) ? have : value;
}

void mapping_finish(const struct profile_source *source, struct names *names,
		    struct mapping_own *own, struct dict *dict, double *values)
{
	for (uint32_t i = 0; i < dict->n; i++)
		if (!isfinite(values[i]))
			values[i] = tick_absent();
	for (size_t r = 0; r < source->nrules; r++) {
		const struct map_rule *rule = &source->rules[r];
		for (uint32_t i = 0; rule->nabsent && i < dict->n; i++)
			if (is_none(rule, &dict->entries[i], values[i]))
				values[i] = tick_absent();
	}
	take_own(source, own, dict, values);
	for (size_t r = 0; r < source->nrules; r++) {
		const struct map_filter *filter = source->rules[r].filter;
		bool done = false;
		for (size_t before = 0; before < r; before++)
			done |= source->rules[before].filter == filter;
		if (filter && !done)
			filter->run(own, names, dict, values);
	}
}

void mapping_why(const struct profile_source *source, const struct exposition_series *series,
		 struct strbuf *sb)
{
	struct fields fields = {.labels = series->labels, .n = series->nlabels};
	const struct match_suffix *suffix = match_suffix(series->name, series->name_len);
	uint32_t first = match_first(source->match, series->name, series->name_len);
	const struct map_where *where;

	if (first == MAP_NO_RULE && suffix)
		first = match_first(source->match, series->name, series->name_len - suffix->len);
	if (first == MAP_NO_RULE) {
		strbuf_addstr(sb, "no rule has this metric");
		return;
	}
	for (uint32_t i = first; i != MAP_NO_RULE; i = match_next(source->match, i)) {
		const char *text;

		where = unmet(&source->rules[i], &fields);
		text = where ? field(&fields, where->label) : NULL;
		strbuf_addf(sb, "%srule at line %d: ", i == first ? "" : "; ",
			    source->rules[i].line);
		if (where)
			strbuf_addf(sb, "its condition on %s does not hold of \"%s\"", where->label,
				    text ? text : "");
		else
			strbuf_addstr(sb, "applies to another part of the family");
	}
}
