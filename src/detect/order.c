/* The order of findings: the worst is read first. */
#include "detect/detect_impl.h"

#include <stdlib.h>
#include <string.h>

static int rank(const struct instance *instance)
{
	switch (instance->finding.state) {
	case FINDING_FIRING:
		return SEV_CRIT - (int)instance->finding.rule->severity;
	case FINDING_PENDING:
		return SEV_CRIT + 1;
	case FINDING_UNJUDGED:
	case FINDING_CLEARED:
		break;
	}
	return 2 * SEV_CRIT + 2 - (int)instance->finding.rule->severity;
}

static int worst_first(const void *a, const void *b)
{
	const struct instance *x = *(struct instance *const *)a, *y = *(struct instance *const *)b;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	if (x->finding.onset.mono_ms != y->finding.onset.mono_ms)
		return x->finding.onset.mono_ms < y->finding.onset.mono_ms ? -1 : 1;
	return x->finding.id < y->finding.id ? -1 : 1;
}

/* Whether one of these, of the same group, is about the same dims. */
static bool is_told_before(struct instance *const *told, size_t n, const struct instance *instance)
{
	const char *group = instance->finding.rule->group;

	for (size_t i = 0; i < n && *group; i++)
		if (strcmp(told[i]->finding.rule->group, group) == 0 &&
		    dims_equal(&told[i]->finding.dims, &instance->finding.dims))
			return true;
	return false;
}

size_t order_instances(struct instance **instances, size_t n)
{
	size_t kept = 0;

	qsort(instances, n, sizeof(*instances), worst_first);
	for (size_t i = 0; i < n; i++)
		if (!is_told_before(instances, kept, instances[i]))
			instances[kept++] = instances[i];
	return kept;
}

void order_count(const struct finding *finding, struct detect_summary *summary)
{
	bool firing = finding->state == FINDING_FIRING;

	summary->crit += firing && finding->rule->severity == SEV_CRIT;
	summary->warn += firing && finding->rule->severity == SEV_WARN;
	summary->pending += finding->state == FINDING_PENDING;
}
