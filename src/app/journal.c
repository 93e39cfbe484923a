#include "app/journal.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "store/entry.h"
#include "store/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT     1000
#define ACKS_MAX 256
#define TIMELINE_MS                                                                          \
	(15 * 60 * 1000)         /* older entries are no marks: charts do not go so far back \
				  */
#define GRACE_MS (2 * 60 * 1000) /* in which one finding has begun for all consoles */

#define ACKED   "acknowledged"
#define CLEARED "cleared"

struct kept {
	struct entry *entry;
	uint32_t target;
	dims_id dims;
};

/* One that is in force. */
struct ack {
	char *about; /* the finding, as finding_key() writes it */
	int64_t seq, wall_ms;
	char who[64];
	bool seen;     /* this console has seen the finding since */
	bool clearing; /* and has asked to write that it cleared */
};

struct journal {
	struct journal_ties ties;
	int64_t began_ms; /* wall */
	bool caught_up;
	struct kept kept[KEPT]; /* ring; next is the oldest when it is full */
	size_t next, n;
	struct ack *acks[ACKS_MAX]; /* oldest first */
	size_t nacks;
	char *clearing; /* what a claim is under way for, or NULL */
	struct scene_entry shown[KEPT];
	struct scene_ack shown_acks[ACKS_MAX];
};

/* "RULE target:edge-eu route:/cart": the same on every console, unlike its number. */
static void finding_key(const struct journal *journal, const struct finding *finding,
			struct strbuf *ret_key)
{
	const struct names *names = model_names(journal->ties.model);

	strbuf_addstr(ret_key, finding->rule->name);
	for (int dim = 0; dim < DIM_COUNT; dim++)
		if (finding->dims.value[dim])
			strbuf_addf(ret_key, " %s:%s", dim_name((enum dim)dim),
				    names_text(names, finding->dims.value[dim]));
}

/* The dim whose "NAME:" stands at p, and what follows it. */
static enum dim dim_at(const char *p, const char **ret_value)
{
	char name[16];
	size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz");

	if (!len || len >= sizeof(name) || p[len] != ':')
		return DIM_COUNT;
	memcpy(name, p, len);
	name[len] = '\0';
	*ret_value = p + len + 1;
	return dim_by_name(name);
}

/* The end of a value that begins at p: the next dim, or the end of the text. */
static const char *value_end(const char *p)
{
	const char *ignored;

	while ((p = strchr(p, ' ')) && dim_at(p + 1, &ignored) == DIM_COUNT)
		p++;
	return p;
}

/* What an entry is about, as dims, from "client:203.0.113.9 route:/cart". */
static struct dims read_dims(const struct journal *journal, const struct entry *entry,
			     uint32_t target)
{
	struct names *names = model_names(journal->ties.model);
	struct dims dims = {{0}};
	const char *p = entry->about, *value, *end;

	if (target != UINT32_MAX)
		dims.value[DIM_TARGET] = model_target_symbol(journal->ties.model, target);
	while (p && *p) {
		enum dim dim = dim_at(p, &value);

		end = value_end(p);
		if (dim != DIM_COUNT && dim != DIM_TARGET)
			dims.value[dim] = names_symbol(names, value,
						       end ? (size_t)(end - value) : strlen(value));
		p = end ? end + 1 : NULL;
	}
	return dims;
}

static void drop(struct journal *journal, struct kept *kept)
{
	if (!kept->entry)
		return;
	names_drop(model_names(journal->ties.model), kept->dims);
	free(kept->entry);
	kept->entry = NULL;
}

static const struct kept *keep(struct journal *journal, const struct entry *entry)
{
	struct kept *kept = &journal->kept[journal->next];
	struct dims dims;

	drop(journal, kept);
	kept->entry = entry_copy(entry);
	kept->target = *entry->target ? model_target_by_name(journal->ties.model, entry->target)
				      : UINT32_MAX;
	dims = read_dims(journal, entry, kept->target);
	kept->dims = names_intern(model_names(journal->ties.model), &dims);
	journal->next = (journal->next + 1) % KEPT;
	if (journal->n < KEPT)
		journal->n++;
	return kept;
}

/* What everybody has to see: a second operator was done without, or an undo has not come about. */
static bool is_loud(const struct entry *entry)
{
	return (entry->kind == ENTRY_APPROVAL && *entry->state) ||
	       (entry->kind == ENTRY_WATCH && !strcmp(entry->state, "undo not done"));
}

static void tell(struct journal *journal, const struct kept *kept)
{
	const struct entry *entry = kept->entry;
	struct clock now = loop_now(journal->ties.loop);
	int64_t ago_ms = now.wall_ms - entry->wall_ms;
	struct clock at = {now.mono_ms - ago_ms, entry->wall_ms};
	bool is_note =
		entry->kind == ENTRY_NOTE || entry->kind == ENTRY_FIX || entry->kind == ENTRY_ACK;
	char who[64], what[128], text[224];

	if (ago_ms > TIMELINE_MS)
		return;
	snprintf(text, sizeof(text), "%s: %s%s%s", entry_name(entry, who, sizeof(who)),
		 entry->kind == ENTRY_OUTCOME || is_note ? "" : entry_kind_word(entry->kind),
		 entry->kind == ENTRY_OUTCOME || is_note ? "" : " ",
		 entry_what(entry, what, sizeof(what)));
	detect_tell(journal->ties.detect,
		    is_loud(entry) ? EVENT_CRIT
		    : is_note      ? EVENT_NOTE
				   : EVENT_ACTION,
		    at, kept->target, names_dims(model_names(journal->ties.model), kept->dims),
		    text);
}

static struct ack *find_ack(const struct journal *journal, const char *about)
{
	for (size_t i = 0; i < journal->nacks; i++)
		if (!strcmp(journal->acks[i]->about, about))
			return journal->acks[i];
	return NULL;
}

static void remove_ack(struct journal *journal, struct ack *ack)
{
	size_t i = 0;

	while (journal->acks[i] != ack)
		i++;
	memmove(&journal->acks[i], &journal->acks[i + 1],
		(--journal->nacks - i) * sizeof(*journal->acks));
	free(ack->about);
	free(ack);
}

static void take_ack(struct journal *journal, const struct entry *entry)
{
	struct ack *ack = find_ack(journal, entry->about);

	if (ack)
		remove_ack(journal, ack);
	if (strcmp(entry->state, ACKED))
		return;
	if (journal->nacks == ACKS_MAX)
		remove_ack(journal, journal->acks[0]);
	ack = xcalloc(1, sizeof(*ack));
	*ack = (struct ack){
		.about = xstrdup(entry->about), .seq = entry->seq, .wall_ms = entry->wall_ms};
	entry_name(entry, ack->who, sizeof(ack->who));
	journal->acks[journal->nacks++] = ack;
}

static void take_entry(void *ctx, const struct entry *entry)
{
	struct journal *journal = ctx;
	const struct kept *kept = keep(journal, entry);

	if (entry->kind == ENTRY_ACK)
		take_ack(journal, entry);
	tell(journal, kept);
	if (journal->ties.changed)
		journal->ties.changed(journal->ties.ctx);
}

static void caught_up(void *ctx, int64_t seq, const struct err *err)
{
	struct journal *journal = ctx;

	(void)seq, (void)err;
	journal->caught_up = true;
}

struct journal *journal_new(const struct journal_ties *ties)
{
	static const struct entry_ops ops = {take_entry, caught_up};
	struct journal *journal = xcalloc(1, sizeof(*journal));

	journal->ties = *ties;
	journal->began_ms = loop_now(ties->loop).wall_ms;
	store_follow(ties->store, -KEPT, &ops, journal);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < KEPT; i++)
		drop(journal, &journal->kept[i]);
	while (journal->nacks)
		remove_ack(journal, journal->acks[0]);
	free(journal->clearing);
	free(journal);
}

bool journal_caught_up(const struct journal *journal)
{
	return journal->caught_up;
}

/* One that was acknowledged, cleared unseen by anybody and came again is another one. */
static bool is_same(const struct journal *journal, const struct ack *ack,
		    const struct finding *finding)
{
	int64_t latest = journal->began_ms > ack->wall_ms ? journal->began_ms : ack->wall_ms;

	return finding->onset.wall_ms <= latest + GRACE_MS;
}

static struct ack *ack_of(const struct journal *journal, const struct finding *finding)
{
	struct strbuf key = STRBUF_INIT;
	struct ack *ack;

	finding_key(journal, finding, &key);
	ack = find_ack(journal, key.buf);
	strbuf_release(&key);
	return ack && is_same(journal, ack, finding) ? ack : NULL;
}

static void show_acks(struct journal *journal, struct scene *scene)
{
	size_t n = journal->nacks ? detect_count(journal->ties.detect) : 0;

	scene->acks = journal->shown_acks;
	for (size_t i = 0; i < n && scene->nacks < ACKS_MAX; i++) {
		const struct finding *finding = detect_finding(journal->ties.detect, i);
		const struct ack *ack = ack_of(journal, finding);

		if (ack)
			journal->shown_acks[scene->nacks++] =
				(struct scene_ack){finding->id, ack->wall_ms, ack->who};
	}
}

void journal_show(struct journal *journal, struct scene *scene)
{
	const struct names *names = model_names(journal->ties.model);

	for (size_t i = 0; i < journal->n; i++) {
		const struct kept *kept = &journal->kept[(journal->next + KEPT - 1 - i) % KEPT];

		journal->shown[i] = (struct scene_entry){kept->entry, kept->target,
							 *names_dims(names, kept->dims)};
	}
	scene->entries = journal->shown;
	scene->nentries = journal->n;
	scene->trouble = store_trouble(journal->ties.store);
	show_acks(journal, scene);
}

void journal_note(struct journal *journal, const char *kind, const char *text, store_done *done,
		  void *ctx)
{
	char clean[1024];
	struct entry entry = {.kind = ENTRY_NOTE,
			      .wall_ms = loop_now(journal->ties.loop).wall_ms,
			      .operator= * journal->ties.who,
			      .action = kind,
			      .reason = clean};

	utf8_sanitise(clean, sizeof(clean), text, strlen(text));
	store_append(journal->ties.store, &entry, done, ctx);
}

int journal_ack(struct journal *journal, const struct finding *finding, const char *reason,
		store_done *done, void *ctx, struct err *err)
{
	const struct target_info *target = model_target(journal->ties.model, finding->target);
	const struct ack *ack = ack_of(journal, finding);
	struct strbuf key = STRBUF_INIT;
	char clean[512];
	struct entry entry = {.kind = ENTRY_ACK,
			      .wall_ms = loop_now(journal->ties.loop).wall_ms,
			      .operator= * journal->ties.who,
			      .target = target ? target->name : "",
			      .state = ACKED,
			      .reason = clean};

	if (ack)
		return err_set(err, ERR_REFUSED, "%s has acknowledged it", ack->who);
	utf8_sanitise(clean, sizeof(clean), reason, strlen(reason));
	finding_key(journal, finding, &key);
	entry.about = key.buf;
	store_append(journal->ties.store, &entry, done, ctx);
	strbuf_release(&key);
	return 0;
}

/* One console of all writes it. */
static void claimed(void *ctx, int64_t first, const struct err *err)
{
	struct journal *journal = ctx;
	struct entry entry = {.kind = ENTRY_ACK,
			      .wall_ms = loop_now(journal->ties.loop).wall_ms,
			      .operator= * journal->ties.who,
			      .about = journal->clearing,
			      .state = CLEARED};
	struct ack *ack = find_ack(journal, journal->clearing);

	if (err && ack)
		ack->clearing = false;
	else if (first)
		store_append(journal->ties.store, &entry, NULL, NULL);
	free(journal->clearing);
	journal->clearing = NULL;
}

static void clear(struct journal *journal, struct ack *ack)
{
	char name[64];

	ack->clearing = true;
	journal->clearing = xstrdup(ack->about);
	snprintf(name, sizeof(name), "cleared:%" PRId64, ack->seq);
	store_claim(journal->ties.store, name, journal->ties.who, claimed, journal);
}

void journal_judged(struct journal *journal)
{
	bool holds[ACKS_MAX] = {false};
	size_t n = journal->nacks ? detect_count(journal->ties.detect) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct finding *finding = detect_finding(journal->ties.detect, i);
		struct ack *ack =
			finding->state == FINDING_CLEARED ? NULL : ack_of(journal, finding);

		for (size_t j = 0; ack && j < journal->nacks; j++)
			holds[j] |= journal->acks[j] == ack;
	}
	for (size_t j = 0; j < journal->nacks; j++) {
		struct ack *ack = journal->acks[j];

		ack->seen |= holds[j];
		if (ack->seen && !holds[j] && !ack->clearing && !journal->clearing)
			clear(journal, ack);
	}
}
