#include "query/gather.h"

#include <math.h>
#include <string.h>

/* Two operands' figures stand on the worse of both. */
static void join(struct figure *figure, const struct acc *acc)
{
	if (!acc || !acc->known)
		return;
	if (figure->source == UINT32_MAX) {
		figure->covered_ms = acc->covered_ms;
		figure->source = acc->source;
	}
	if (acc->covered_ms < figure->covered_ms)
		figure->covered_ms = acc->covered_ms;
	if (acc->age_ms > figure->age_ms)
		figure->age_ms = acc->age_ms;
	figure->quality |= acc->quality;
}

static double rate_of(const struct acc *acc)
{
	return acc->rate_known ? acc->rate : NAN;
}

static void eval_rate(const struct acc *a, struct figure *figure)
{
	figure->n = a->increase;
	figure->value = rate_of(a);
	if (a->naverages == 1 && a->increase == 0)
		figure->value = a->average;
}

static void eval_ratio(const struct acc *a, const struct acc *b, struct figure *figure)
{
	figure->n = b->increase;
	figure->value = a->known && b->increase > 0 ? a->increase / b->increase : NAN;
}

/* The gateway's own figures are of one series only: they cannot be added up. */
static void eval_own_average(const struct acc *a, struct figure *figure)
{
	if (a->count > 0) {
		figure->value = a->sum / a->count;
		figure->n = a->count;
	} else if (a->naverages == 1) {
		figure->value = a->average;
		figure->covered_ms = 0;
	}
}

/* Where the bucket begins in which a value lies. */
static double bucket_start(const struct acc *a, double value)
{
	double start = 0;

	for (size_t i = 0; i < a->nbuckets && a->buckets[i].le < value; i++)
		start = a->buckets[i].le;
	return start;
}

static void eval_buckets(const struct acc *a, double q, struct figure *figure)
{
	struct le_bucket buckets[256];
	double width = 0;
	bool above;

	if (a->nbuckets > sizeof(buckets) / sizeof(buckets[0]))
		return;
	memcpy(buckets, a->buckets, a->nbuckets * sizeof(buckets[0]));
	figure->n = buckets[a->nbuckets - 1].count;
	figure->value = promql_quantile(q, buckets, a->nbuckets, &above, &width);
	if (above)
		figure->quality |= Q_ABOVE;
	else if (width > bucket_start(a, figure->value))
		figure->quality |= Q_COARSE;
}

static void eval_quantile(const struct acc *a, double q, struct figure *figure)
{
	size_t found = 0;

	if (a->nbuckets) {
		eval_buckets(a, q, figure);
		return;
	}
	for (size_t i = 0; i < a->nquantiles; i++) {
		if (fabs(a->quantiles[i].le - q) > 1e-9)
			continue;
		figure->value = a->quantiles[i].count;
		figure->n = a->count;
		found++;
	}
	if (found == 1)
		return;
	figure->value = NAN;
	if (found)
		return;
	eval_own_average(a, figure);
	figure->quality |= Q_AVERAGE;
}

static double mean_of(const struct acc *acc)
{
	if (acc->count > 0)
		return acc->sum / acc->count;
	return acc->naverages == 1 ? acc->average : NAN;
}

static void eval_time_share(const struct acc *a, const struct acc *b, struct figure *figure)
{
	figure->n = b->count;
	if (a->count > 0 && b->count > 0)
		figure->value = a->sum / b->sum;
	else
		figure->value = mean_of(a) / mean_of(b);
}

static void eval_level(const struct acc *a, enum operand_kind kind, struct figure *figure)
{
	figure->n = a->nlevels;
	if (kind == OPERAND_VALUES)
		figure->n = figure->value = (double)a->nvalues;
	else if (a->has_level)
		figure->value = a->level;
}

static void eval(const struct query *query, const struct formula *formula, const struct acc *a,
		 const struct acc *b, struct figure *figure)
{
	double now_s = (double)query->at.wall_ms / 1000;

	switch (formula->operation) {
	case OP_RATE:
		eval_rate(a, figure);
		break;
	case OP_INCREASE:
		figure->n = figure->value = a->increase;
		break;
	case OP_RATIO:
	case OP_COMPLEMENT:
		eval_ratio(a, b, figure);
		if (formula->operation == OP_COMPLEMENT)
			figure->value = 1 - figure->value;
		break;
	case OP_QUANTILE:
		eval_quantile(a, formula->q, figure);
		break;
	case OP_AVERAGE:
		eval_own_average(a, figure);
		break;
	case OP_TIME_SHARE:
		eval_time_share(a, b, figure);
		break;
	case OP_LEVEL:
	case OP_SINCE:
	case OP_UNTIL:
		eval_level(a, formula->operands[0]->kind, figure);
		if (formula->operation == OP_SINCE)
			figure->value = now_s - figure->value;
		else if (formula->operation == OP_UNTIL)
			figure->value -= now_s;
		break;
	case OP_USED:
		figure->n = b->nlevels;
		if (a->has_level && b->has_level && b->level > 0)
			figure->value = 1 - a->level / b->level;
		break;
	case OP_RATE_OF_LEVEL:
		figure->n = a->increase;
		if (b->has_level && b->level > 0)
			figure->value = rate_of(a) / b->level;
		break;
	case OP_RUN_OUT:
		figure->n = b->increase;
		if (a->has_level && rate_of(b) > 0)
			figure->value = a->level > 0 ? a->level / rate_of(b) : 0;
		break;
	}
}

struct figure evaluate(const struct query *query, enum measure measure,
		       const struct acc *const *accs)
{
	static const struct acc nothing;
	const struct formula *formula = formula_of(measure);
	const struct acc *a = accs[0] ? accs[0] : &nothing, *b = accs[1] ? accs[1] : &nothing;
	struct figure figure = {.value = NAN,
				.source = UINT32_MAX,
				.measure = (uint8_t)measure,
				.unit = (uint8_t)measure_info(measure)->unit};

	join(&figure, a);
	join(&figure, b);
	if (a->known)
		eval(query, formula, a, b, &figure);
	if (!isfinite(figure.value)) {
		figure.value = NAN;
		figure.quality = (uint16_t)((figure.quality & (Q_STALE | Q_OVERFLOW)) | Q_NONE);
	}
	return figure;
}
