/* A small shop behind two Kongs, an HAProxy, a LiteLLM and a prompt registry, made of real ticks:
 * all is well for a quarter of an hour, then a route gets slow and fails, a prompt version triples
 * the tokens, one address hammers a route, and the registry stops answering. */
#ifndef HC_TESTS_VIEW_SCENE_H
#define HC_TESTS_VIEW_SCENE_H

#include "view/screen.h"

#define SHOP_FEEDS  6
#define SHOP_VALUES 400
#define SHOP_END    1200 /* seconds from the first tick to the moment that is drawn */

struct shop_feed {
	uint32_t target;
	uint32_t source;
	struct dict dict;
	double values[SHOP_VALUES];
};

struct shop {
	struct names *names;
	struct model *model;
	struct detect *detect;
	struct keymap *keymap;
	struct screen *screen;
	struct scene scene;
	struct frame frame;
	struct shop_feed feeds[SHOP_FEEDS];
	int second; /* of the last ticks */
};

/* A shop without any answer yet. */
void shop_init(struct shop *shop);
void shop_release(struct shop *shop);

/* Applies the ticks up to this second and judges the rules every few of them. */
void shop_run(struct shop *shop, int second);

/* Traffic of one more route of this service, from now on; the name is taken as sanitised. */
void shop_add_route(struct shop *shop, const char *name, const char *service);

/* Draws at a size; the text is the caller's to free. */
char *shop_draw(struct shop *shop, int rows, int columns);

/* Runs a command line of the view; fails the test when it fails and must. */
int shop_command(struct shop *shop, const char *line);

/* Types keys into whatever takes them, by name: "j", "Enter", ":". Keys that are bound run their
 * command. */
void shop_keys(struct shop *shop, const char *keys);

#endif
