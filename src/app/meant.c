#include "app/meant.h"

#include "base/address.h"

#include <string.h>

/* What tells one thing from another; the rest only says more of it. */
static const dim_mask telling = DIM_BIT(DIM_ROUTE) | DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_NODE) |
				DIM_BIT(DIM_CONSUMER) | DIM_BIT(DIM_MODEL) | DIM_BIT(DIM_APP) |
				DIM_BIT(DIM_PROMPT) | DIM_BIT(DIM_CLIENT);

size_t meant_by_words(const struct model *model, const struct profile_action *action,
		      const struct act_words *words, struct dims *ret_about, size_t cap)
{
	const struct names *names = model_names(model);
	enum dim each = DIM_COUNT;
	struct dims about = {{0}};
	bool told = false;
	size_t n = 0;

	for (size_t i = 0; i < action->nparams; i++) {
		const struct action_param *param = &action->params[i];

		if (param->from == DIM_COUNT || !(DIM_BIT(param->from) & telling))
			continue;
		for (size_t p = 0; words->params[p]; p += 2)
			if (!strcmp(words->params[p], param->name)) {
				about.value[param->from] = names_find(names, words->params[p + 1]);
				told = true;
			}
		if (words->each_name && !strcmp(words->each_name, param->name))
			each = param->from;
	}
	for (size_t i = 0; each < DIM_COUNT && words->each[i] && n < cap; i++) {
		about.value[each] = names_find(names, words->each[i]);
		ret_about[n++] = about;
	}
	if (each == DIM_COUNT && told && cap)
		ret_about[n++] = about;
	return n;
}

/* Equal, or an address within the network. */
static bool same(const struct names *names, enum dim dim, symbol about, symbol theirs)
{
	struct address net, address;

	return about == theirs ||
	       (dim == DIM_CLIENT && address_parse(names_text(names, about), &net) &&
		address_parse(names_text(names, theirs), &address) &&
		address_covers(&net, &address));
}

/* What both tell, when they differ in nothing that both tell. */
static dim_mask shared(const struct names *names, const struct dims *about,
		       const struct dims *theirs)
{
	dim_mask both = dims_mask(about) & dims_mask(theirs) & telling;

	for (enum dim dim = 0; dim < DIM_COUNT; dim++)
		if (both & DIM_BIT(dim) && !same(names, dim, about->value[dim], theirs->value[dim]))
			return 0;
	return both;
}

bool meant_finding(const struct finding *finding, const struct names *names, uint32_t target,
		   const struct dims *about)
{
	dim_mask both = shared(names, about, &finding->dims);

	if (both & DIM_BIT(DIM_CLIENT))
		return true;
	if (both && (finding->target == target || finding->target == UINT32_MAX))
		return true;
	return finding->suspect[0] && finding->suspect_target == target &&
	       shared(names, about, &finding->suspect_dims);
}

size_t meant_findings(const struct detect *detect, const struct model *model, uint32_t target,
		      const struct dims *about, size_t nabout, uint32_t *ret_ids, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < detect_count(detect) && n < cap; i++) {
		const struct finding *finding = detect_finding(detect, i);
		bool meant = !nabout && finding->target == target;

		for (size_t k = 0; k < nabout && !meant; k++)
			meant = meant_finding(finding, model_names(model), target, &about[k]);
		if (meant &&
		    (finding->state == FINDING_FIRING || finding->state == FINDING_PENDING))
			ret_ids[n++] = finding->id;
	}
	return n;
}
