#include "act/act.h"

/* In the order of enum plan_state. */
static const struct {
	const char *word;
	bool final;
} states[PLAN_STATES] = {
	[PLAN_DRAFTED] = {"drafted", false},     [PLAN_PLANNING] = {"reading", false},
	[PLAN_PLANNED] = {"planned", false},     [PLAN_APPROVING] = {"needs approval", false},
	[PLAN_INTENT] = {"journalling", false},  [PLAN_SENDING] = {"sending", false},
	[PLAN_VERIFYING] = {"verifying", false}, [PLAN_CONFIRMED] = {"confirmed", true},
	[PLAN_ALREADY] = {"already so", true},   [PLAN_REJECTED] = {"rejected", true},
	[PLAN_REFUSED] = {"refused", true},      [PLAN_CONFLICT] = {"conflict", true},
	[PLAN_EXPIRED] = {"expired", true},      [PLAN_UNKNOWN] = {"UNKNOWN", true},
	[PLAN_PARTIAL] = {"PARTIAL", true},
};

const char *plan_state_word(enum plan_state state)
{
	return states[state].word;
}

bool plan_state_final(enum plan_state state)
{
	return states[state].final;
}
