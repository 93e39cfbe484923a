#include "detect/rule.h"

#include <math.h>

#define EPSILON   1e-15
#define TINY      1e-300
#define STEPS_MAX 10000

static double keep_off_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/* The coefficient of step m of the continued fraction DLMF 8.17.22, the even or the odd one. */
static double coefficient(int step, double a, double b, double x)
{
	double m = step / 2; /* rounded down */

	if (step % 2 == 0)
		return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
	return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

/* Evaluated by Lentz's method; converges fast where x < (a + 1) / (a + b + 2). */
static double continued_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / keep_off_zero(1 + coefficient(1, a, b, x)), f = d;

	for (int step = 2; step < STEPS_MAX; step++) {
		double k = coefficient(step, a, b, x);

		d = 1 / keep_off_zero(1 + k * d);
		c = keep_off_zero(1 + k / c);
		f *= c * d;
		if (fabs(c * d - 1) < EPSILON)
			break;
	}
	return f;
}

/* I_x(a, b) */
static double incomplete_beta(double a, double b, double x)
{
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));

	if (x < (a + 1) / (a + b + 2))
		return front * continued_fraction(a, b, x) / a;
	return 1 - front * continued_fraction(b, a, 1 - x) / b;
}

double binomial_tail(double k, double n, double p)
{
	k = ceil(k);
	n = floor(n);
	if (k <= 0)
		return 1;
	if (k > n || p <= 0)
		return 0;
	if (p >= 1)
		return 1;
	return incomplete_beta(k, n - k + 1, p);
}
