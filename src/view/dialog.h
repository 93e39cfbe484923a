/* What lies over the panes while something is to be decided: the actions that fit a row, or one
 * plan with its confirmation. Nothing is sent from here: the screen tells its caller what was
 * confirmed. */
#ifndef HC_VIEW_DIALOG_H
#define HC_VIEW_DIALOG_H

#include "act/act.h"
#include "view/pager.h"
#include "view/screen.h"

#define DIALOG_ITEMS 32
#define DIALOG_TYPED 128

enum dialog_kind { DIALOG_NONE, DIALOG_MENU, DIALOG_PLAN };

struct dialog {
	enum dialog_kind kind;
	char title[128];
	struct screen_choice items[DIALOG_ITEMS];
	size_t n, at;
	char plan[48];                /* name of the plan */
	char challenge[DIALOG_TYPED]; /* what confirms it, as it was seen */
	char typed[DIALOG_TYPED];
	size_t len;
	bool typing;    /* keys go to the confirmation */
	bool wrong;     /* what was typed was not it */
	bool seen;      /* a frame that shows it has left: keys before that are not meant for it */
	bool drawn;     /* the last frame shows it */
	bool hidden;    /* the last frame has no room for it: keys pass it by */
	bool offers;    /* the last frame shows it with all that is to be confirmed */
	bool offered;   /* and such a frame has left */
	bool confirmed; /* to be fetched by the caller */
	struct pager body;
};

void dialog_init(struct dialog *dialog);
void dialog_release(struct dialog *dialog);
void dialog_close(struct dialog *dialog);

/* The plan that is shown, among those of the scene, or NULL when it is gone. */
const struct plan_view *dialog_plan(const struct dialog *dialog, const struct scene *scene);

/* Whether a command may run while the dialog is open: it freezes what was seen. */
bool dialog_allows(const struct dialog *dialog, const char *command);

/* Enter in a plan: the confirmation is typed from now on. -1 and err when it cannot be. */
int dialog_begin(struct dialog *dialog, const struct scene *scene, struct err *err);

/* True when the dialog took the key; *ret_line is set to the command of a chosen item. */
bool dialog_key(struct dialog *dialog, const struct scene *scene, keycode key,
		const char **ret_line);
void dialog_move(struct dialog *dialog, long rows);

/* Draws it over the area; keys: how it is left, as it is bound. */
void dialog_draw(struct dialog *dialog, const struct scene *scene, struct area area,
		 const char *keys);

/* Before a frame is drawn, and after: what has no room on it cannot be confirmed. */
void dialog_undrawn(struct dialog *dialog);
void dialog_drawn(struct dialog *dialog);
/* The last frame that was drawn has left. */
void dialog_left(struct dialog *dialog);

/* The command line that does what the plan does; the caller frees it. NULL when it is gone. */
char *dialog_copy(const struct dialog *dialog, const struct scene *scene);

/* Whether anything runs, or wants the operator. */
bool dialog_runs(const struct scene *scene);
/* The strip of what runs: "block-ip 203.0.113.9 on edge-eu: verifying 3s"; "none". */
void dialog_strip(const struct scene *scene, char *buf, size_t cap);

#endif
