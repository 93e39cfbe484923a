/* The console's side of actions: commands that plan, confirm and take back, and the plans that the
 * screen shows. */
#ifndef HC_APP_CONSOLE_ACT_H
#define HC_APP_CONSOLE_ACT_H

#include "app/console_commands.h"

int run_act(struct console *console, int argc, const char *const *argv, struct err *err);
int run_undo(struct console *console, int argc, const char *const *argv, struct err *err);
int run_write(struct console *console, int argc, const char *const *argv, struct err *err);
int run_fix(struct console *console, int argc, const char *const *argv, struct err *err);
int run_plan(struct console *console, int argc, const char *const *argv, struct err *err);
int run_verify(struct console *console, int argc, const char *const *argv, struct err *err);
int run_approve(struct console *console, int argc, const char *const *argv, struct err *err);
int run_break_glass(struct console *console, int argc, const char *const *argv, struct err *err);

/* Has the texts of the prompt that was just opened read. */
void console_look(struct console *console);
/* Fills in the plans and the write window; the scene borrows them from the console. */
void console_add_plans(struct console *console, struct scene *scene);
/* Sends what was just confirmed on the screen, if anything was. */
void console_take_confirmation(struct console *console);
/* Says how a plan stands; ctx is the console. */
void console_plan_changed(void *ctx, struct plan *plan);
/* Why quitting is not without consequences now, or NULL. */
const char *console_unfinished(struct console *console);

#endif
