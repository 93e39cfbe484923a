/* Entries in words, the same on screen, on paper and in a terminal. All texts are sanitised anew:
 * others can write into the file. */
#ifndef HC_STORE_WORDS_H
#define HC_STORE_WORDS_H

#include "store/store.h"

/* "anna": who is most likely meant: the one claimed, else who used sudo, else the login. Returns
 * buf. */
char *entry_name(const struct entry *entry, char *buf, size_t cap);

/* "anna", "anna as root", "ops, says anna": the verified login, and what is claimed beside it.
 * Returns buf. */
char *entry_who(const struct entry *entry, char *buf, size_t cap);

/* What happened, in one line: "block-ip client:203.0.113.9 confirmed: INC-7". Returns buf. */
char *entry_what(const struct entry *entry, char *buf, size_t cap);

/* Everything of it, a line for each field that is set, its detail indented. */
void entry_full(const struct entry *entry, bool utc, struct strbuf *ret_text);

#endif
