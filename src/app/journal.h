/* What a session knows of its journal: the newest entries, which go into the timeline too, and what
 * is acknowledged. Notes and acknowledgements are written here; plans by act/. */
#ifndef HC_APP_JOURNAL_H
#define HC_APP_JOURNAL_H

#include "detect/detect.h"
#include "net/loop.h"
#include "store/store.h"
#include "view/screen.h"

struct journal;

/* All borrowed; they outlive it. */
struct journal_ties {
	struct loop *loop;
	struct store *store;
	struct detect *detect;
	const struct model *model;
	const struct operator* who;
	/* There are new entries. */
	void (*changed)(void *ctx);
	void *ctx;
};

struct journal *journal_new(const struct journal_ties *ties);
void journal_free(struct journal *journal); /* takes NULL; before the store is freed */

/* False until what was there at the start has been told. */
bool journal_caught_up(const struct journal *journal);

/* Puts entries, acknowledgements and what troubles the store into the scene, borrowed until the
 * loop turns. */
void journal_show(struct journal *journal, struct scene *scene);

/* Writes a note of that kind ("note", "deploy"); done may be NULL. */
void journal_note(struct journal *journal, const char *kind, const char *text, store_done *done,
		  void *ctx);
/* Acknowledges a finding until it clears; err when somebody has done so already. */
int journal_ack(struct journal *journal, const struct finding *finding, const char *reason,
		store_done *done, void *ctx, struct err *err);

/* To be called after each round of judging: what was acknowledged and has cleared is written down,
 * by one of the consoles that saw it. */
void journal_judged(struct journal *journal);

#endif
