/* Entries as values: their fields in one table, copies, and reading them back from JSON. */
#ifndef HC_STORE_ENTRY_H
#define HC_STORE_ENTRY_H

#include "store/store.h"

#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

/* The texts of an entry: columns of the journal and keys of its JSON. */
struct entry_field {
	const char *name;
	bool of_operator;
	size_t offset; /* of its const char * in struct entry */
};
#define ENTRY_FIELDS 14
extern const struct entry_field entry_fields[ENTRY_FIELDS];

const char *entry_text(const struct entry *entry, size_t field); /* "" for NULL */
void entry_set_text(struct entry *entry, size_t field, const char *text);

/* A copy in one block, for free(). */
struct entry *entry_copy(const struct entry *entry);

/* The copy with its detail in canonical form; a detail that is no object becomes {"text": …}, an
 * empty one {}. */
struct entry *entry_prepare(const struct entry *entry);

/* The detail in canonical form. */
void entry_add_detail(const struct entry *entry, struct strbuf *ret_json);

/* Reads what entry_canonical() has written; the copy is for free(). NULL when it is something
 * else. */
struct entry *entry_from_json(const char *json);

/* SHA-256 over the chain before it and the canonical JSON of an entry whose detail is canonical. */
void entry_chain(const struct entry *entry, const char *before, char ret_chain[65]);

/* A growing list of copies. */
struct entry_list {
	struct entry **entries;
	size_t n, cap;
};
void entry_list_add(struct entry_list *list, struct entry *owned);
void entry_list_release(struct entry_list *list);

#endif
