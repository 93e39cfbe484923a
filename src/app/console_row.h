/* What the console does about the row beside actions: links, own commands, a report. */
#ifndef HC_APP_CONSOLE_ROW_H
#define HC_APP_CONSOLE_ROW_H

#include "app/console_commands.h"

/* "link [NAME]": copies the row's link to the terminal's clipboard; alone: its only one, or a menu.
 */
int run_link(struct console *console, int argc, const char *const *argv, struct err *err);
/* "run [NAME]": runs the configuration's command NAME about the row. */
int run_command(struct console *console, int argc, const char *const *argv, struct err *err);
/* "report": the report of the moment that is shown, as a text. */
int run_report(struct console *console, int argc, const char *const *argv, struct err *err);

/* Copies a text to the terminal's clipboard and says so. */
int console_copy(struct console *console, const char *text, struct err *err);
/* New output of the command that runs; ctx is the console. */
void console_job_changed(void *ctx);

#endif
