#include "config/theme.h"

#include "base/alloc.h"
#include "config/paths.h"
#include "parse/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of the 16 colours; beyond them a number of the 256. */
static const struct {
	const char *name;
	short colour;
	unsigned rgb;
} colours[] = {
	{"black", 0, 0x000000},         {"red", 1, 0xcd3131},
	{"green", 2, 0x0dbc79},         {"yellow", 3, 0xe5e510},
	{"blue", 4, 0x2472c8},          {"magenta", 5, 0xbc3fbc},
	{"cyan", 6, 0x11a8cd},          {"white", 7, 0xe5e5e5},
	{"grey", 8, 0x666666},          {"bright-red", 9, 0xf14c4c},
	{"bright-green", 10, 0x23d18b}, {"bright-yellow", 11, 0xf5f543},
	{"bright-blue", 12, 0x3b8eea},  {"bright-magenta", 13, 0xd670d6},
	{"bright-cyan", 14, 0x29b8db},  {"bright-white", 15, 0xffffff},
};
#define COLOURS (sizeof(colours) / sizeof(colours[0]))

unsigned theme_rgb(short colour)
{
	static const unsigned char levels[] = {0, 95, 135, 175, 215, 255};
	unsigned i = (unsigned)(colour < 0 ? 7 : colour);

	if (i < COLOURS)
		return colours[i].rgb;
	if (i >= 232)
		return (8 + (i - 232) * 10) * 0x010101u;
	i -= 16;
	return (unsigned)levels[i / 36] << 16 | (unsigned)levels[i / 6 % 6] << 8 | levels[i % 6];
}

static bool parse_colour(const char *text, short *ret_colour)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (!strcmp(text, "default")) {
		*ret_colour = THEME_DEFAULT;
		return true;
	}
	for (size_t i = 0; i < COLOURS; i++)
		if (!strcmp(text, colours[i].name)) {
			*ret_colour = colours[i].colour;
			return true;
		}
	*ret_colour = (short)number;
	return end != text && !*end && number >= 0 && number < 256;
}

/* Where a theme comes from, and who hears of its faults. */
struct loading {
	const char *path;
	void (*warn)(void *ctx, const char *file, const struct err *err);
	void *ctx;
};

static void warn_at(const struct loading *loading, int line, int column, const char *what)
{
	struct err err;

	err_at(&err, ERR_INVALID, line, column, "%s", what);
	if (loading->warn)
		loading->warn(loading->ctx, loading->path, &err);
}

static void warn(const struct loading *loading, const struct yaml *node, const char *what)
{
	warn_at(loading, node->line, node->column, what);
}

static void warn_key(const struct loading *loading, const struct yaml *node, const char *what)
{
	warn_at(loading, node->key_line, node->key_column, what);
}

/* What a colour of 256 becomes on 16 and 8 colours: its nearest there, by distance in RGB. */
static short nearest(short colour, short of)
{
	unsigned rgb = theme_rgb(colour);
	short best = 0;
	long least = -1;

	if (colour < 0 || colour < of)
		return colour;
	for (short i = 0; i < of; i++) {
		long red = (long)(rgb >> 16) - (long)(colours[i].rgb >> 16);
		long green = (long)(rgb >> 8 & 255) - (long)(colours[i].rgb >> 8 & 255);
		long blue = (long)(rgb & 255) - (long)(colours[i].rgb & 255);
		long distance = red * red + green * green + blue * blue;

		if (least < 0 || distance < least) {
			least = distance;
			best = i;
		}
	}
	return best;
}

/* One colour, or a list of up to three: for 256, 16 and 8 colours. */
static void load_colours(const struct loading *loading, const struct yaml *node, short colour[3])
{
	const struct yaml *item = node && node->kind == YAML_LIST ? node->child : node;
	static const short sizes[3] = {256, 16, 8};

	if (node && node->kind == YAML_LIST && (!node->n || node->n > 3))
		warn(loading, node, "expected one to three colours: for 256, 16 and 8");
	for (size_t i = 0; i < 3; i++) {
		if (item && (!item->text || !parse_colour(item->text, &colour[i]))) {
			warn(loading, item, "expected a colour's name or a number from 0 to 255");
			colour[i] = THEME_DEFAULT;
		} else if (!item && i) {
			colour[i] = colour[i - 1];
		}
		colour[i] = nearest(colour[i], sizes[i]);
		item = item && node->kind == YAML_LIST ? item->next : NULL;
	}
}

static void load_attributes(const struct loading *loading, const struct yaml *node,
			    struct theme_style *style)
{
	const struct yaml *first = node && node->kind == YAML_LIST ? node->child : node;
	struct {
		const char *name;
		bool *field;
	} attributes[] = {{"bold", &style->bold},
			  {"dim", &style->dim},
			  {"underline", &style->underline},
			  {"reverse", &style->reverse}};

	for (const struct yaml *item = first; item;
	     item = node->kind == YAML_LIST ? item->next : NULL) {
		size_t i = 0;

		while (i < 4 && strcmp(item->text ? item->text : "", attributes[i].name))
			i++;
		if (i < 4)
			*attributes[i].field = true;
		else
			warn(loading, item, "expected bold, dim, underline or reverse");
	}
}

static void load_style(const struct loading *loading, const struct yaml *map,
		       struct theme_style *style)
{
	static const struct theme_style plain = {
		.foreground = {THEME_DEFAULT, THEME_DEFAULT, THEME_DEFAULT},
		.background = {THEME_DEFAULT, THEME_DEFAULT, THEME_DEFAULT}};

	*style = plain;
	style->set = true;
	for (const struct yaml *item = map->child; item; item = item->next)
		if (strcmp(item->key, "fg") && strcmp(item->key, "bg") && strcmp(item->key, "attr"))
			warn_key(loading, item, "a style has fg, bg and attr");
	load_colours(loading, yaml_get(map, "fg"), style->foreground);
	load_colours(loading, yaml_get(map, "bg"), style->background);
	load_attributes(loading, yaml_get(map, "attr"), style);
}

static void clear(struct theme *theme, const char *name)
{
	memset(theme, 0, sizeof(*theme));
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	for (size_t i = 0; i < THEME_STYLES; i++)
		for (size_t k = 0; k < 3; k++)
			theme->styles[i].foreground[k] = theme->styles[i].background[k] =
				THEME_DEFAULT;
}

int theme_load(struct theme *theme, const char *name, int (*style_id)(const char *name),
	       void (*tell)(void *ctx, const char *file, const struct err *err), void *ctx,
	       struct err *err)
{
	char *path = paths_find("themes", name);
	struct loading loading = {path, tell, ctx};
	struct yaml_doc *doc = path ? yaml_read(path, NULL, err) : NULL;

	if (!path)
		err_set(err, ERR_NOT_FOUND, "no theme is called %.40s", name);
	if (!doc) {
		free(path);
		return -1;
	}
	clear(theme, name);
	for (const struct yaml *map = yaml_root(doc)->child; map; map = map->next) {
		int id = map->key ? style_id(map->key) : -1;

		if (id < 0 || id >= THEME_STYLES)
			warn_key(&loading, map, "no style has this name");
		else if (map->kind != YAML_MAP)
			warn(&loading, map, "expected fg, bg and attr");
		else
			load_style(&loading, map, &theme->styles[id]);
	}
	yaml_doc_free(doc);
	free(path);
	return 0;
}
