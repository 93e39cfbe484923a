/* The console's commands that write into the journal without changing a gateway. */
#ifndef HC_APP_CONSOLE_JOURNAL_H
#define HC_APP_CONSOLE_JOURNAL_H

#include "app/console_commands.h"

int run_note(struct console *console, int argc, const char *const *argv, struct err *err);
int run_ack(struct console *console, int argc, const char *const *argv, struct err *err);

#endif
