#include "view/style.h"

static const struct {
	enum style style, words, ground;
} made[] = {
	{STYLE_FOCUS_CRIT, STYLE_CRIT, STYLE_FOCUS},
	{STYLE_FOCUS_WARN, STYLE_WARN, STYLE_FOCUS},
	{STYLE_FOCUS_PEND, STYLE_PEND, STYLE_FOCUS},
	{STYLE_BANNER_CRIT, STYLE_CRIT, STYLE_BANNER},
	{STYLE_BANNER_WARN, STYLE_WARN, STYLE_BANNER},
	{STYLE_BANNER_PEND, STYLE_PEND, STYLE_BANNER},
};
#define MADE (sizeof(made) / sizeof(*made))

static enum style on_ground(enum style words, enum style ground)
{
	for (size_t i = 0; i < MADE; i++)
		if (made[i].words == words && made[i].ground == ground)
			return made[i].style;
	return ground;
}

enum style style_focused(enum style style)
{
	return on_ground(style, STYLE_FOCUS);
}

enum style style_in_banner(enum style style)
{
	return on_ground(style, STYLE_BANNER);
}

void style_complete(struct theme *theme)
{
	for (size_t i = 0; i < MADE; i++) {
		const struct theme_style *words = &theme->styles[made[i].words];
		const struct theme_style *ground = &theme->styles[made[i].ground];
		struct theme_style *style = &theme->styles[made[i].style];

		if (style->set)
			continue;
		*style = *ground;
		style->bold |= words->bold;
		style->underline |= words->underline;
		for (size_t k = 0; k < 3; k++)
			if (ground->foreground[k] == THEME_DEFAULT ||
			    made[i].ground == STYLE_BANNER)
				style->foreground[k] = words->foreground[k];
	}
}

static unsigned rgb_or(short colour, unsigned otherwise)
{
	return colour == THEME_DEFAULT ? otherwise : theme_rgb(colour);
}

struct svg_colours style_colours(const struct theme *theme)
{
	const struct theme_style *own = &theme->styles[STYLE_PAPER];
	struct svg_colours colours = {.paper = rgb_or(own->background[0], 0x101418)};
	unsigned ink = rgb_or(own->foreground[0], 0xd0d0d0);

	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct theme_style *style = &theme->styles[i];
		unsigned fore = rgb_or(style->foreground[0], ink);
		unsigned back = rgb_or(style->background[0], colours.paper);

		colours.foreground[i] = style->reverse ? back : fore;
		colours.background[i] = style->reverse ? fore : back;
		colours.bold[i] = style->bold;
	}
	return colours;
}
