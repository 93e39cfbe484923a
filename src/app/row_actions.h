/* What can be done about a row: the choices of the menu, each with the command line that plans it.
 */
#ifndef HC_APP_ROW_ACTIONS_H
#define HC_APP_ROW_ACTIONS_H

#include "detect/detect.h"
#include "profile/profile.h"
#include "view/screen.h"

/* What a target of the model is taken for, or NULL. */
typedef const struct profile *row_profile(void *ctx, uint32_t target);

/* Rows are about the same dims; the first is the one under the cursor, the others are tagged.
 * A row about nothing but a target is offered all that the target can do.
 * What can be done comes first, then what their own target cannot do, with the reason. Returns how
 * many choices there are, at most cap. */
size_t row_actions(const struct model *model, row_profile *profile, void *ctx,
		   const struct dims *rows, size_t nrows, uint32_t target,
		   struct screen_choice *ret_choices, size_t cap);

/* What can be done against the change that is the suspect of a finding, as far as it needs no more
 * words: each choice names what it is about. */
size_t row_actions_suspect(const struct model *model, row_profile *profile, void *ctx,
			   const struct finding *finding, struct screen_choice *ret_choices,
			   size_t cap);

#endif
