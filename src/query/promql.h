/* Rates and quantiles as Prometheus computes them, digit for digit, for comparing with it
 * (prometheus/prometheus: promql/functions.go extrapolatedRate, promql/quantile.go
 * bucketQuantile). */
#ifndef HC_QUERY_PROMQL_H
#define HC_QUERY_PROMQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct point {
	int64_t t_ms;
	double value;
};

/* Points are in order of time, all within (at - range, at]. NaN when there is no answer (fewer
 * than two points). */
double promql_rate(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms);
double promql_increase(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms);
double promql_delta(const struct point *points, size_t n, int64_t at_ms, int64_t range_ms);
double promql_irate(const struct point *points, size_t n);
double promql_resets(const struct point *points, size_t n);

struct le_bucket {
	double le;
	double count;
};

/* Sorts, merges and makes monotonic in place. *ret_above (may be NULL) is set when the quantile
 * lies in the last bucket, *ret_width when not NULL is set to the width of the bucket it was
 * interpolated in. */
double promql_quantile(double q, struct le_bucket *buckets, size_t n, bool *ret_above,
		       double *ret_width);

#endif
