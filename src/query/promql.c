#include "query/promql.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Two counts closer than this, relative to their sum, differ only by rounding. */
#define SMALL_DELTA 1e-12

enum { IS_COUNTER = 1, IS_RATE = 2 };

static double raw_difference(const struct point *points, size_t n, bool counter)
{
	double result = points[n - 1].value - points[0].value;

	for (size_t i = 1; counter && i < n; i++)
		if (points[i].value < points[i - 1].value)
			result += points[i - 1].value;
	return result;
}

static double extrapolated(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms,
			   unsigned how)
{
	double result, start, end, interval, average, zero;

	if (n < 2)
		return NAN;
	result = raw_difference(points, n, how & IS_COUNTER);
	start = (double)(points[0].t_ms - (at_ms - range_ms)) / 1000;
	end = (double)(at_ms - points[n - 1].t_ms) / 1000;
	interval = (double)(points[n - 1].t_ms - points[0].t_ms) / 1000;
	average = interval / (double)(n - 1);
	if (start >= average * 1.1)
		start = average / 2;
	if ((how & IS_COUNTER) && result > 0 && points[0].value >= 0) {
		zero = interval * (points[0].value / result);
		if (zero < start)
			start = zero;
	}
	if (end >= average * 1.1)
		end = average / 2;
	average = (interval + start + end) / interval;
	if (how & IS_RATE)
		average /= (double)range_ms / 1000;
	return result * average;
}

double promql_rate(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms)
{
	return extrapolated(points, n, at_ms, range_ms, IS_COUNTER | IS_RATE);
}

double promql_increase(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms)
{
	return extrapolated(points, n, at_ms, range_ms, IS_COUNTER);
}

double promql_delta(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms)
{
	return extrapolated(points, n, at_ms, range_ms, 0);
}

double promql_irate(const struct point *points, size_t n)
{
	double difference;
	int64_t t_ms;

	if (n < 2)
		return NAN;
	difference = points[n - 1].value - points[n - 2].value;
	if (points[n - 1].value < points[n - 2].value)
		difference = points[n - 1].value;
	t_ms = points[n - 1].t_ms - points[n - 2].t_ms;
	return t_ms ? difference / ((double)t_ms / 1000) : NAN;
}

double promql_resets(const struct point *points, size_t n)
{
	double resets = 0;

	if (!n)
		return NAN;
	for (size_t i = 1; i < n; i++)
		resets += points[i].value < points[i - 1].value;
	return resets;
}

static int compare_le(const void *pa, const void *pb)
{
	double a = ((const struct le_bucket *)pa)->le, b = ((const struct le_bucket *)pb)->le;

	return a < b ? -1 : a > b;
}

static bool is_sorted(const struct le_bucket *buckets, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!(buckets[i - 1].le <= buckets[i].le))
			return false;
	return true;
}

static bool nearly_equal(double a, double b)
{
	double sum = fabs(a) + fabs(b), difference = fabs(a - b);

	if (a == b)
		return true;
	if (a == 0 || b == 0 || sum < DBL_MIN)
		return difference < SMALL_DELTA * DBL_MIN;
	return difference / fmin(sum, DBL_MAX) < SMALL_DELTA;
}

/* Adds up buckets with the same bound, and lets no count fall; returns how many are left. */
static size_t tidy(struct le_bucket *buckets, size_t n)
{
	size_t out = 0;

	for (size_t i = 1; i < n; i++) {
		if (buckets[i].le == buckets[out].le)
			buckets[out].count += buckets[i].count;
		else
			buckets[++out] = buckets[i];
	}
	n = out + 1;
	for (size_t i = 1; i < n; i++)
		if (buckets[i].count < buckets[i - 1].count ||
		    nearly_equal(buckets[i].count, buckets[i - 1].count))
			buckets[i].count = buckets[i - 1].count;
	return n;
}

static double interpolate(double rank, const struct le_bucket *buckets, size_t at,
			  double *ret_width)
{
	double start = at ? buckets[at - 1].le : 0, below = at ? buckets[at - 1].count : 0;

	if (!at && buckets[0].le <= 0)
		return buckets[0].le;
	*ret_width = buckets[at].le - start;
	return start + (buckets[at].le - start) * ((rank - below) / (buckets[at].count - below));
}

double promql_quantile(double q, struct le_bucket *buckets, size_t n, bool *ret_above,
		       double *ret_width)
{
	double rank, width = 0, value;
	size_t at = 0;

	if (ret_above)
		*ret_above = false;
	if (isnan(q))
		return NAN;
	if (q < 0 || q > 1)
		return q < 0 ? -INFINITY : INFINITY;
	if (n && !is_sorted(buckets, n))
		qsort(buckets, n, sizeof(*buckets), compare_le);
	if (!n || buckets[n - 1].le != INFINITY)
		return NAN;
	n = tidy(buckets, n);
	if (n < 2 || buckets[n - 1].count == 0 || isnan(buckets[n - 1].count))
		return NAN;
	rank = q * buckets[n - 1].count;
	while (at < n - 1 && !(buckets[at].count >= rank))
		at++;
	if (at == n - 1 && ret_above)
		*ret_above = true;
	value = at == n - 1 ? buckets[n - 2].le : interpolate(rank, buckets, at, &width);
	if (ret_width)
		*ret_width = width;
	return value;
}
