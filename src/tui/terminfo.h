/* What terminfo has. */
#ifndef HC_TUI_TERMINFO_H
#define HC_TUI_TERMINFO_H

#include <stdbool.h>

/* Whether there is a description of this type of terminal; fd is the terminal. To be asked before
 * newterm(), which keeps memory for a type that is not known. */
bool terminfo_knows(const char *type, int fd);

#endif
