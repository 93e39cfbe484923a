#include "query/gather.h"

/* Whether any source of the target answers, how long the slowest took, how old the answer is. */
struct standing {
	bool known;
	bool up;
	double seconds;
	int64_t age_ms;
	uint32_t source;
};

static struct standing look(const struct gather *gather, uint32_t target)
{
	struct standing standing = {.age_ms = INT64_MAX};

	for (uint32_t i = gather->first_source[target]; i < gather->first_source[target + 1]; i++) {
		uint32_t number = gather->sources[i];
		struct source_status status = model_source(gather->model, number);
		int64_t age = gather->query->at.mono_ms - status.last.mono_ms;

		if (!status.last.wall_ms && !status.last.mono_ms)
			continue;
		standing.known = true;
		standing.source = number;
		if (!model_source_stale(gather->model, number, gather->query->at))
			standing.up = true;
		if (status.seconds > standing.seconds)
			standing.seconds = status.seconds;
		if (age < standing.age_ms)
			standing.age_ms = age;
	}
	return standing;
}

void gather_standing(struct gather *gather, const struct feed *feed, uint32_t target)
{
	uint8_t signal = feed->operand->choices[0].signals[0];
	struct dims dims = {{0}};
	struct standing standing;
	struct range range = {.ok = true};
	struct acc *acc;
	struct group *group;

	if (feed->kind != COLUMN_VALUE || feed->operand->kind != OPERAND_LEVEL ||
	    (signal != SIGNAL_UP && signal != SIGNAL_SCRAPE_SECONDS))
		return;
	standing = look(gather, target);
	dims.value[DIM_TARGET] = model_target_symbol(gather->model, target);
	if (!standing.known || (gather->query->by & ~DIM_BIT(DIM_TARGET)) ||
	    !gather_passes(gather, &dims))
		return;
	group = gather_group(gather, &dims, target);
	if (!group)
		return;
	group->whole = true;
	acc = &group->accs[feed->slot];
	range.age_ms = standing.age_ms;
	acc_note(acc, &range, standing.source);
	acc_level(acc, signal_info((enum signal)signal)->fold,
		  signal == SIGNAL_UP ? (double)standing.up : standing.seconds);
}
