/* Styles that stand on the ground of another one: the cursor's row, the banner. */
#ifndef HC_VIEW_STYLE_H
#define HC_VIEW_STYLE_H

#include "config/theme.h"
#include "view/frame.h"

/* What a row of this style is drawn in while the cursor is on it. */
enum style style_focused(enum style style);
/* The same for words in the banner. */
enum style style_in_banner(enum style style);

/* Gives a theme the styles that it leaves out: such a one has the words of one style on the ground
 * of another. */
void style_complete(struct theme *theme);

/* The colours of a theme for pictures. */
struct svg_colours style_colours(const struct theme *theme);

#endif
