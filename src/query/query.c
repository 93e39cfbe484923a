#include "query/query.h"

#include "query/gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column and where its operands lie in a group's accs. */
struct plan {
	const struct column *column;
	const struct feed *feeds[FORMULA_OPERANDS];
	bool active; /* its feeds were gathered in this pass */
};

/* A row while it is made. */
struct entry {
	struct row row;
	struct group *group;
};

struct run {
	struct gather gather;
	const struct query *query;
	struct arena *arena;
	struct plan plans[QUERY_COLUMNS];
	struct entry *entries;
	size_t n;
};

enum query_clients query_clients_of(const char *client)
{
	struct address address;

	if (!address_parse(client, &address) || address.bits == 128)
		return CLIENTS_EACH;
	return address.bits <= 48 ? CLIENTS_SITE : CLIENTS_NETWORK;
}

static struct figure figure_at(const struct run *run, const struct plan *plan,
			       const struct group *group, size_t window)
{
	const struct acc *accs[FORMULA_OPERANDS] = {0};

	for (size_t i = 0; i < FORMULA_OPERANDS; i++)
		if (plan->feeds[i])
			accs[i] = &group->accs[plan->feeds[i]->slot + window];
	return evaluate(run->query, plan->column->measure, accs);
}

static int compare_values(const void *pa, const void *pb)
{
	double a = ((const struct figure *)pa)->value, b = ((const struct figure *)pb)->value;

	return a < b ? -1 : a > b;
}

/* The median of the full steps; before there is one, the time before the first answer. */
static struct figure baseline(const struct run *run, const struct plan *plan,
			      const struct group *group)
{
	size_t steps = plan->feeds[0]->nwindows - 1, n = 0;
	struct figure found[BASELINE_STEPS + 1], result;
	double total = 0;
	int64_t covered = 0;

	for (size_t i = 0; i < steps; i++) {
		found[n] = figure_at(run, plan, group, i);
		if (found[n].quality & (Q_NONE | Q_FILLING))
			continue;
		total += found[n].n;
		covered += found[n].covered_ms;
		n++;
	}
	if (!n)
		return figure_at(run, plan, group, steps);
	qsort(found, n, sizeof(found[0]), compare_values);
	result = found[n / 2];
	if (n % 2 == 0)
		result.value = (found[n / 2 - 1].value + found[n / 2].value) / 2;
	result.n = total;
	result.covered_ms = covered;
	return result;
}

static struct figure since(const struct run *run, const struct plan *plan,
			   const struct group *group)
{
	struct figure figure = figure_at(run, plan, group, 0);

	figure.quality &= (uint16_t)~Q_NONE;
	figure.value = (double)group->first_wall_s * 1000;
	figure.unit = UNIT_NONE;
	if (group->first_wall_s == UINT32_MAX) {
		figure.quality |= Q_NONE;
		figure.value = NAN;
	}
	return figure;
}

static void fill_trend(struct run *run, const struct plan *plan, const struct group *group,
		       float **ret_trend)
{
	size_t n = plan->feeds[0]->nwindows;

	*ret_trend = arena_array(run->arena, n + 1, sizeof(**ret_trend));
	for (size_t i = 0; i < n; i++)
		(*ret_trend)[i] = (float)figure_at(run, plan, group, i).value;
}

static void fill_column(struct run *run, size_t c, const struct group *group, struct row *row)
{
	const struct plan *plan = &run->plans[c];

	switch (plan->column->kind) {
	case COLUMN_VALUE:
		row->figures[c] = figure_at(run, plan, group, 0);
		break;
	case COLUMN_WAS:
		row->figures[c] = baseline(run, plan, group);
		break;
	case COLUMN_TREND:
		fill_trend(run, plan, group, &row->trends[c]);
		row->figures[c] =
			plan->feeds[0]->nwindows
				? figure_at(run, plan, group, plan->feeds[0]->nwindows - 1)
				: (struct figure){.value = NAN, .quality = Q_NONE};
		break;
	case COLUMN_SINCE:
		row->figures[c] = since(run, plan, group);
		break;
	}
}

static void fill_row(struct run *run, const struct group *group, struct row *row)
{
	for (size_t c = 0; c < run->query->ncolumns; c++)
		if (run->plans[c].active)
			fill_column(run, c, group, row);
}

static struct row new_row(const struct run *run, const struct group *group)
{
	size_t n = run->query->ncolumns + 1;

	return (struct row){.dims = group->dims,
			    .target = group->target,
			    .figures = arena_array(run->arena, n, sizeof(struct figure)),
			    .trends = arena_array(run->arena, n, sizeof(float *))};
}

/* Which columns are gathered for all rows; baselines and trends only for those shown. */
static bool is_first(const struct query *query, size_t c)
{
	enum column_kind kind = query->columns[c].kind;

	return kind == COLUMN_VALUE || kind == COLUMN_SINCE || (int)c == query->sort;
}

static size_t plan_columns(struct run *run, bool first, bool all)
{
	size_t n = 0;

	for (size_t c = 0; c < run->query->ncolumns; c++) {
		struct plan *plan = &run->plans[c];
		const struct column *column = &run->query->columns[c];
		const struct formula *formula = formula_of(column->measure);

		plan->column = column;
		plan->active = all || is_first(run->query, c) == first;
		for (size_t i = 0; plan->active && i < FORMULA_OPERANDS; i++)
			plan->feeds[i] =
				formula->operands[i]
					? gather_feed(&run->gather, formula->operands[i], column)
					: NULL;
		n += plan->active;
	}
	return n;
}

static bool has_value(const struct run *run, const struct row *row)
{
	for (size_t c = 0; c < run->query->ncolumns; c++) {
		const struct plan *plan = &run->plans[c];
		size_t steps = plan->active && row->trends[c] ? plan->feeds[0]->nwindows : 0;

		if (!plan->active || plan->column->kind == COLUMN_SINCE)
			continue;
		if (!(row->figures[c].quality & Q_NONE))
			return true;
		for (size_t i = 0; i < steps; i++)
			if (!isnan(row->trends[c][i]))
				return true;
	}
	return false;
}

static int compare_texts(const struct run *run, const struct dims *a, const struct dims *b)
{
	for (size_t i = 0; i < DIM_COUNT; i++) {
		int order;

		if (a->value[i] == b->value[i])
			continue;
		order = strcmp(names_text(run->gather.names, a->value[i]),
			       names_text(run->gather.names, b->value[i]));
		if (order)
			return order;
	}
	return 0;
}

static int compare_rows(const void *pa, const void *pb, void *ctx)
{
	const struct run *run = ctx;
	const struct query *query = run->query;
	const struct row *a = &((const struct entry *)pa)->row;
	const struct row *b = &((const struct entry *)pb)->row;
	double x, y;
	int order;

	if (query->sort >= 0 && (size_t)query->sort < query->ncolumns) {
		x = a->figures[query->sort].value;
		y = b->figures[query->sort].value;
		if (isnan(x) != isnan(y))
			return isnan(x) ? 1 : -1;
		if (x < y || x > y)
			return (x < y) == query->ascending ? -1 : 1;
		return compare_texts(run, &a->dims, &b->dims);
	}
	order = compare_texts(run, &a->dims, &b->dims);
	return query->ascending || query->sort < 0 ? order : -order;
}

static struct group *merge_all(struct run *run)
{
	static const struct dims none;
	struct gather *gather = &run->gather;
	struct group *total = group_new(gather, &none);

	for (size_t i = 0; i < gather->ngroups; i++)
		if (gather_counts(gather, gather->groups[i]->target))
			group_merge(gather, total, gather->groups[i]);
	return total;
}

/* Rows for groups that have a value and passed the whole filter; the others are dropped. */
static void make_rows(struct run *run)
{
	struct gather *gather = &run->gather;

	run->entries = arena_array(run->arena, gather->ngroups + 1, sizeof(*run->entries));
	for (size_t i = 0; i < gather->ngroups; i++) {
		struct group *group = gather->groups[i];
		struct row row = new_row(run, group);

		fill_row(run, group, &row);
		if (!group->whole || !has_value(run, &row))
			continue;
		gather->groups[run->n] = group;
		run->entries[run->n++] = (struct entry){row, group};
	}
	gather->ngroups = run->n;
}

/* Leaves the groups of the rows that are shown. */
static void keep_shown(struct run *run)
{
	struct gather *gather = &run->gather;

	map_clear(&gather->index);
	for (size_t i = 0; i < run->n; i++) {
		const struct dims *dims = &run->entries[i].group->dims;

		gather->groups[i] = run->entries[i].group;
		map_add(&gather->index, hash_bytes(dims, sizeof(*dims)), (uint32_t)i);
	}
	gather->ngroups = run->n;
	gather_again(gather);
}

static void blank_column(const struct run *run, size_t c, struct row *row)
{
	const struct measure_info *info = measure_info(run->query->columns[c].measure);

	row->figures[c] = (struct figure){.value = NAN,
					  .source = UINT32_MAX,
					  .quality = Q_NONE,
					  .measure = (uint8_t)run->query->columns[c].measure,
					  .unit = (uint8_t)info->unit};
}

/* Baselines and trends of the rows that are shown; of the total too when that is all of them. */
static void second_pass(struct run *run, struct row *total, bool cut)
{
	keep_shown(run);
	if (!plan_columns(run, false, false))
		return;
	gather_run(&run->gather);
	for (size_t i = 0; i < run->n; i++)
		fill_row(run, run->entries[i].group, &run->entries[i].row);
	if (!cut)
		fill_row(run, merge_all(run), total);
	for (size_t c = 0; cut && c < run->query->ncolumns; c++)
		if (run->plans[c].active)
			blank_column(run, c, total);
}

static void run_query(struct run *run, struct result *result)
{
	const struct query *query = run->query;
	struct group *total;
	bool all = true;

	for (size_t c = 0; c < query->ncolumns; c++)
		all = all && !is_first(query, c);
	plan_columns(run, true, all);
	gather_run(&run->gather);
	make_rows(run);
	total = merge_all(run);
	result->total = new_row(run, total);
	fill_row(run, total, &result->total);
	qsort_r(run->entries, run->n, sizeof(*run->entries), compare_rows, run);
	result->all = run->n;
	if (query->limit && run->n > query->limit)
		run->n = query->limit;
	if (!all)
		second_pass(run, &result->total, result->all > run->n);
	result->n = run->n;
	result->rows = arena_array(run->arena, run->n + 1, sizeof(*result->rows));
	for (size_t i = 0; i < run->n; i++)
		result->rows[i] = run->entries[i].row;
}

void query_run(const struct model *model, const struct query *query, struct arena *arena,
	       struct result *ret_result)
{
	struct run run = {.query = query, .arena = arena};

	*ret_result = (struct result){.rows = NULL};
	gather_init(&run.gather, model, query, arena);
	run_query(&run, ret_result);
	gather_release(&run.gather);
}

struct figure query_one(const struct model *model, enum measure measure, enum column_kind kind,
			const struct dims *dims, dim_mask mask, int64_t window_ms, struct clock at)
{
	struct query query = {.columns = {{.measure = measure, .kind = kind, .steps = 1}},
			      .ncolumns = 1,
			      .window_ms = window_ms,
			      .at = at,
			      .sort = -1,
			      .totals = !(mask & DIM_BIT(DIM_TARGET))};
	struct run run = {.query = &query};
	struct result result = {.rows = NULL};
	struct figure figure;
	struct arena arena;

	arena_init(&arena);
	run.arena = &arena;
	gather_init(&run.gather, model, &query, &arena);
	run.gather.exact = dims;
	run.gather.exact_mask = mask;
	run.gather.needed |= mask;
	run_query(&run, &result);
	figure = result.total.figures[0];
	gather_release(&run.gather);
	arena_release(&arena);
	return figure;
}

size_t query_buckets(const struct model *model, enum signal signal, const struct dims *dims,
		     dim_mask mask, int64_t window_ms, struct clock at, struct arena *arena,
		     struct bucket **ret_buckets)
{
	const struct operand operand = {.kind = OPERAND_HISTOGRAM,
					.choices = {{1, {(uint8_t)signal}, PICK_ALL}}};
	const struct column column = {.kind = COLUMN_VALUE};
	struct query query = {.window_ms = window_ms, .at = at, .sort = -1};
	struct gather gather;
	const struct acc *acc;
	size_t n = 0;

	*ret_buckets = NULL;
	gather_init(&gather, model, &query, arena);
	gather.exact = dims;
	gather.exact_mask = mask;
	gather.needed |= mask;
	gather_feed(&gather, &operand, &column);
	gather_run(&gather);
	if (gather.ngroups) {
		acc = &gather.groups[0]->accs[0];
		n = acc->nbuckets;
		*ret_buckets = arena_array(arena, n + 1, sizeof(**ret_buckets));
		for (size_t i = 0; i < n; i++) {
			double below = i ? acc->buckets[i - 1].count : 0;
			double count = acc->buckets[i].count - below;

			(*ret_buckets)[i] =
				(struct bucket){acc->buckets[i].le, count > 0 ? count : 0};
		}
	}
	gather_release(&gather);
	return n;
}
